//! Reading a table's options, and the sentences for what goes wrong with files.

use std::borrow::Cow;
use std::io;
use std::path::{Path, PathBuf};

use super::{Failure, Options, TableInfo};

impl Failure {
    /// The pipeline or its data is wrong.
    #[cold]
    pub fn pipeline(message: impl Into<String>) -> Self {
        Self { message: message.into(), environment: false }
    }

    /// The environment is at fault.
    #[cold]
    pub fn environment(message: impl Into<String>) -> Self {
        Self { message: message.into(), environment: true }
    }

    /// What could not be done with a file, and why: `cannot open data/orders.jsonl: no such file or folder`.
    #[cold]
    pub(crate) fn file(what: &str, path: &Path, error: &io::Error) -> Self {
        Self::environment(format!("cannot {what} {}: {}", path.display(), reason(error)))
    }
}

/// Why the system refused, in plain words.
pub(crate) fn reason(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::NotFound => "no such file or folder".to_owned(),
        io::ErrorKind::PermissionDenied => "permission denied".to_owned(),
        io::ErrorKind::AlreadyExists => "there is a file of this name".to_owned(),
        io::ErrorKind::IsADirectory => "it is a folder".to_owned(),
        io::ErrorKind::NotADirectory => "a part of the path is no folder".to_owned(),
        io::ErrorKind::StorageFull => "the disk is full".to_owned(),
        io::ErrorKind::ReadOnlyFilesystem => "the file system is read-only".to_owned(),
        io::ErrorKind::BrokenPipe => "nobody reads it any more".to_owned(),
        _ => {
            let text = error.to_string();
            text.split(" (os error").next().unwrap_or_default().to_lowercase()
        }
    }
}

/// The path without links, also of a file that is not there yet.
pub(crate) fn real(path: &Path) -> PathBuf {
    let folder = || {
        let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
        Some(parent.canonicalize().ok()?.join(path.file_name()?))
    };
    path.canonicalize()
        .ok()
        .or_else(folder)
        .or_else(|| std::path::absolute(path).ok())
        .unwrap_or_else(|| path.to_owned())
}

/// The value of an option as it may be shown: a `url` without its password.
pub(crate) fn without_password<'v>(name: &str, value: &'v str) -> Cow<'v, str> {
    if name != "url" {
        return Cow::Borrowed(value);
    }
    if let Some((scheme, rest)) = value.split_once("://") {
        // A password may hold anything; the host cannot hold an `@`.
        let Some((user, host)) = rest.rsplit_once('@') else { return Cow::Borrowed(value) };
        let Some((user, _)) = user.split_once(':') else { return Cow::Borrowed(value) };
        return Cow::Owned(format!("{scheme}://{user}:***@{host}"));
    }
    match value.split_once("password") {
        // Where it ends is not looked for.
        Some((before, _)) => Cow::Owned(format!("{before}password=***")),
        None => Cow::Borrowed(value),
    }
}

/// The options of one table, with its name for messages.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Reading<'o> {
    connector: &'static str,
    table: &'static str,
    options: &'o Options,
}

impl<'o> Reading<'o> {
    /// Begins to read; an option that is not among `known` is refused.
    pub fn new(
        connector: &'static str,
        table: &TableInfo,
        options: &'o Options,
        known: &[&str],
    ) -> Result<Self, Failure> {
        let reading = Self { connector, table: table.name, options };
        match options.pairs.iter().find(|(name, _)| !known.contains(&name.as_str())) {
            None => Ok(reading),
            Some((name, _)) if known.is_empty() => {
                Err(reading.wrong(&format!("there is no option '{name}'; it takes none")))
            }
            Some((name, _)) => {
                Err(reading.wrong(&format!("there is no option '{name}'; the options are {}", known.join(", "))))
            }
        }
    }

    /// The value of an option; the last one counts.
    pub fn get(&self, name: &str) -> Option<&'o str> {
        self.options.pairs.iter().rev().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// The value of an option that must be given.
    pub fn required(&self, name: &str) -> Result<&'o str, Failure> {
        match self.get(name) {
            Some(value) if !value.is_empty() => Ok(value),
            Some(_) => Err(self.wrong(&format!("the option '{name}' is empty"))),
            None => Err(self.wrong(&format!("the option '{name}' is missing"))),
        }
    }

    /// A switch.
    pub fn switch(&self, name: &str, default: bool) -> Result<bool, Failure> {
        match self.get(name) {
            None => Ok(default),
            Some("true") => Ok(true),
            Some("false") => Ok(false),
            Some(other) => Err(self.wrong(&format!("the option '{name}' is '{other}', but must be true or false"))),
        }
    }

    /// A sentence about the table's connector.
    #[cold]
    pub fn wrong(&self, what: &str) -> Failure {
        Failure::pipeline(format!("table '{}', {}: {what}", self.table, self.connector))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_is_shown_without_its_password() {
        let shown = |value: &'static str| without_password("url", value);
        assert_eq!(shown("postgres://app:a@b/c?d@db:5432/shop"), "postgres://app:***@db:5432/shop");
        assert_eq!(shown("postgres://app@db/shop?x=1:2"), "postgres://app@db/shop?x=1:2");
        assert_eq!(shown("postgres://db/shop"), "postgres://db/shop");
        assert_eq!(shown("host=db password = 'a b' dbname=x"), "host=db password=***");
        assert_eq!(without_password("path", "a:b@c"), "a:b@c");
    }
}
