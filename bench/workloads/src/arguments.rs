//! Command lines of the programs here: `--name value` pairs.

use std::collections::BTreeMap;
use std::str::FromStr;

/// The options of this process.
#[derive(Debug, Default)]
pub struct Arguments(BTreeMap<String, String>);

impl Arguments {
    /// Reads `--name value` pairs.
    pub fn of_process() -> Result<Self, String> {
        let mut found = BTreeMap::new();
        let mut rest = std::env::args().skip(1);
        while let Some(name) = rest.next() {
            let Some(name) = name.strip_prefix("--") else { return Err(format!("{name}: options begin with --")) };
            let value = rest.next().ok_or_else(|| format!("--{name}: a value is missing"))?;
            found.insert(name.to_owned(), value);
        }
        Ok(Self(found))
    }

    /// The value of an option, or what holds without it.
    pub fn get<T: FromStr>(&self, name: &str, default: T) -> Result<T, String> {
        match self.0.get(name) {
            None => Ok(default),
            Some(text) => text.parse().map_err(|_| format!("--{name} {text}: not understood")),
        }
    }

    /// The value of an option that must be there.
    pub fn text(&self, name: &str) -> Result<&str, String> {
        self.0.get(name).map(String::as_str).ok_or_else(|| format!("--{name} is missing"))
    }
}
