//! Whether two tables of a job are the same file or the same table of a database. A job that writes one of them would
//! read what it wrote itself, two sinks would overwrite each other, and a look-up would not see what stands to be written.

use std::path::{Path, PathBuf};

use super::options::real;
use super::{Failure, Options, TableInfo};

/// A table of a job, and where it is.
pub struct Placed<'p> {
    /// The connector's key.
    pub kind: &'p str,
    /// The table.
    pub info: &'p TableInfo,
    /// Its options.
    pub options: &'p Options,
    /// Whether the job writes it.
    pub written: bool,
}

/// Refuses tables of which one is written and another one is the same.
pub fn refuse_shared(tables: &[Placed<'_>]) -> Result<(), Failure> {
    let places: Vec<Option<Place>> = tables.iter().map(Place::of).collect();
    for (one, place) in tables.iter().zip(&places).filter(|(one, _)| one.written) {
        let same = |(other, at): &(&Placed<'_>, &Option<Place>)| {
            other.info.name != one.info.name && place.as_ref().zip(at.as_ref()).is_some_and(|(place, at)| place.is(at))
        };
        if let (Some(place), Some((other, _))) = (place, tables.iter().zip(&places).find(same)) {
            return Err(Failure::pipeline(format!(
                "the tables '{}' and '{}' are both {}, which the job writes: it would read what it writes itself, or \
                 overwrite it; give each a place of its own, or declare the table once",
                one.info.name,
                other.info.name,
                place.words()
            )));
        }
    }
    Ok(())
}

enum Place {
    File(PathBuf),
    Files(glob::Pattern),
    Table { database: String, table: String },
}

impl Place {
    /// Where a table is; none where nothing can be shared.
    fn of(placed: &Placed<'_>) -> Option<Self> {
        let option = |name: &str| {
            let pairs = placed.options.pairs.iter();
            pairs.rev().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
        };
        let table = || option("table").unwrap_or(placed.info.name).to_owned();
        match placed.kind {
            "file" => {
                let text = option("path").filter(|path| *path != "-")?;
                let path = Path::new(text);
                match path.metadata() {
                    Ok(there) => there.is_file().then(|| Self::File(real(path))),
                    Err(_) if !placed.written && text.contains(['*', '?', '[']) => {
                        glob::Pattern::new(&real(path).to_string_lossy()).ok().map(Self::Files)
                    }
                    Err(_) => Some(Self::File(real(path))),
                }
            }
            "sqlite" => {
                let database = real(Path::new(option("path")?)).display().to_string();
                // SQLite does not tell names apart by case.
                Some(Self::Table { database, table: table().to_lowercase() })
            }
            "postgres" => Some(Self::Table { database: option("url")?.to_owned(), table: table() }),
            _ => None,
        }
    }

    fn is(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::File(one), Self::File(other)) => one == other,
            (Self::File(one), Self::Files(pattern)) | (Self::Files(pattern), Self::File(one)) => {
                let options = glob::MatchOptions { require_literal_separator: true, ..glob::MatchOptions::default() };
                pattern.matches_path_with(one, options)
            }
            (Self::Table { database, table }, Self::Table { database: other, table: name }) => {
                database == other && table == name
            }
            (Self::Files(_), Self::Files(_) | Self::Table { .. })
            | (Self::File(_), Self::Table { .. })
            | (Self::Table { .. }, Self::File(_) | Self::Files(_)) => false,
        }
    }

    /// Without the database's address, which may hold a password.
    fn words(&self) -> String {
        match self {
            Self::File(path) => format!("the file {}", path.display()),
            Self::Files(pattern) => format!("the files {pattern}"),
            Self::Table { table, .. } => format!("the table {table} of one database"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{TABLE, options};
    use super::*;

    static OTHER: TableInfo = TableInfo { name: "others", ..TABLE };

    fn refused(kind: &str, one: &Options, (other_kind, other, written): (&str, &Options, bool)) -> Option<String> {
        let tables = [
            Placed { kind: other_kind, info: &OTHER, options: other, written },
            Placed { kind, info: &TABLE, options: one, written: true },
        ];
        refuse_shared(&tables).err().map(|failure| failure.message)
    }

    #[test]
    fn what_is_written_is_no_other_table() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| options(&[("path", folder.path().join(name).to_str().unwrap())]);
        for other in ["x.jsonl", "./x.jsonl", "*.jsonl", "?.jsonl"] {
            let words = refused("file", &at("x.jsonl"), ("file", &at(other), false)).expect(other);
            assert!(words.contains("'orders' and 'others' are both the file ") && words.contains("x.jsonl"), "{words}");
        }
        assert!(refused("file", &at("x.jsonl"), ("file", &at("x.jsonl"), true)).is_some());
        std::fs::write(folder.path().join("x.jsonl"), "").unwrap();
        assert!(refused("file", &at("x.jsonl"), ("file", &at("*.jsonl"), false)).is_some());
        for other in ["y.jsonl", "*.csv", "x*/x.jsonl"] {
            assert_eq!(refused("file", &at("x.jsonl"), ("file", &at(other), false)), None, "{other}");
        }
        let nothing = options(&[("path", "/dev/null")]);
        assert_eq!(refused("file", &nothing, ("file", &nothing, true)), None);
        let standard = options(&[("path", "-")]);
        assert_eq!(refused("file", &standard, ("file", &standard, false)), None);
    }

    #[test]
    fn tables_of_databases() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x.db");
        let at = |table: &str| options(&[("path", path.to_str().unwrap()), ("table", table)]);
        assert!(refused("sqlite", &at("a"), ("sqlite", &at("A"), false)).is_some());
        assert_eq!(refused("sqlite", &at("a"), ("sqlite", &at("b"), false)), None);
        // The name in the pipeline is that in the database, if no other one is given.
        let unnamed = options(&[("path", path.to_str().unwrap())]);
        assert!(refused("sqlite", &unnamed, ("sqlite", &at("orders"), false)).is_some());
        let url = options(&[("url", "postgres://me:secret@db/shop"), ("table", "a")]);
        let words = refused("postgres", &url, ("postgres", &url, true)).unwrap();
        assert!(!words.contains("secret"), "{words}");
    }
}
