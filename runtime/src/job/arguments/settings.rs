//! `--set tables.NAME.CONNECTOR.OPTION=VALUE`, and the options that follow from it and from the pipeline file.

use std::path::{Path, PathBuf};

use crate::connectors::options::without_password;
use crate::connectors::{Options, check_options};
use crate::job::info::{JobInfo, TableSettings};

/// One `--set`, checked.
#[derive(Debug, Clone)]
pub(super) struct Set {
    table: &'static str,
    option: &'static str,
    value: String,
}

/// Reads the text of one `--set`.
pub(super) fn setting(info: &JobInfo, text: &str) -> Result<Set, String> {
    let Some((name, value)) = text.split_once('=') else {
        return Err(format!("--set {}: write tables.NAME.CONNECTOR.OPTION=VALUE", without_password("url", text)));
    };
    let ["tables", table, connector, option] = name.split('.').collect::<Vec<_>>()[..] else {
        let name = without_password("url", name);
        return Err(format!("--set {name}: write tables.NAME.CONNECTOR.OPTION=VALUE"));
    };
    let Some(found) = info.tables.iter().find(|known| known.table == table) else {
        let tables: Vec<&str> = info.tables.iter().map(|known| known.table).collect();
        let tables = tables.join(", ");
        return Err(format!("--set {name}: there is no table `{table}`; the tables with settings are {tables}"));
    };
    if found.connector != connector {
        return Err(format!("--set {name}: the connector of `{table}` is `{}`", found.connector));
    }
    let Some(known) = found.settings.iter().find(|known| known.name == option) else {
        let options: Vec<&str> = found.settings.iter().map(|known| known.name).collect();
        let options = if options.is_empty() { "none".to_string() } else { options.join(", ") };
        return Err(format!("--set {name}: `{connector}` has no option `{option}`; its options are {options}"));
    };
    Ok(Set { table: found.table, option: known.name, value: value.to_string() })
}

/// Only one table can read standard input.
pub(super) fn check_standard_input(info: &JobInfo, options: &[(&'static str, Options)]) -> Result<(), String> {
    let reads = |(name, options): &&(&'static str, Options)| {
        let source = info.tables.iter().any(|table| table.table == *name && table.role == "source");
        source && options.pairs.iter().any(|(option, value)| option == "path" && value == "-")
    };
    let mut readers = options.iter().filter(reads);
    match (readers.next(), readers.next()) {
        (Some((first, _)), Some((second, _))) => Err(format!(
            "the tables `{first}` and `{second}` both read standard input; give one of them a file, such as with \
             --set tables.{second}.file.path=FILE"
        )),
        (Some(_) | None, _) => Ok(()),
    }
}

/// The options of all tables.
pub(super) fn options(info: &JobInfo, base: &Path, set: &[Set]) -> Vec<(&'static str, Options)> {
    info.tables.iter().map(|table| (table.table, table_options(table, base, set))).collect()
}

/// Whether the values can be used; asked of tables with a `--set` alone, since the compiler has looked at the others.
pub(super) fn check(info: &JobInfo, set: &[Set], options: &[(&'static str, Options)]) -> Result<(), String> {
    for (table, (name, options)) in info.tables.iter().zip(options) {
        if set.iter().any(|set| set.table == *name) {
            check_options(table.connector, name, options).map_err(|failure| format!("--set: {}", failure.message))?;
        }
    }
    Ok(())
}

fn table_options(table: &TableSettings, base: &Path, set: &[Set]) -> Options {
    let mut pairs = Vec::new();
    for setting in table.settings {
        let is_this = |set: &&Set| set.table == table.table && set.option == setting.name;
        let value = match (set.iter().rev().find(is_this), setting.value) {
            (Some(set), _) => Some(set.value.clone()),
            (None, Some(path)) if setting.path && path != "-" => Some(resolve(base, path).display().to_string()),
            (None, value) => value.map(str::to_string),
        };
        pairs.extend(value.map(|value| (setting.name.to_string(), value)));
    }
    Options { pairs }
}

/// A path of the pipeline file as seen from the current folder; short, since messages show it.
pub(super) fn resolve(base: &Path, path: &str) -> PathBuf {
    if base == Path::new(".") { PathBuf::from(path) } else { base.join(path) }
}
