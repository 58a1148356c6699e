//! Where the tables of a pipeline are kept: no place may have two names if one of them is written.

use glob::{MatchOptions, Pattern};

use super::names::Use;
use crate::parse::spec::{ConnectorKind, TableSpec};
use crate::problems::{Problems, resolve as words};
use crate::source::{Span, Text};

/// A used table and where it is.
struct Placed<'a> {
    table: &'a TableSpec,
    usage: Use,
    place: Place<'a>,
    /// Where the place is written.
    span: Span,
}

/// Where a table is, as far as the pipeline file says it.
#[derive(PartialEq, Eq)]
enum Place<'a> {
    /// A file, or the pattern of a source.
    File(Path<'a>),
    /// A table of a database in a file; SQLite does not see the case of names.
    Sqlite(Path<'a>, String),
    /// A table of a server's database.
    Postgres(&'a str, &'a str),
}

/// A path without what says nothing, so that the same path is the same value; symbolic links are not followed.
#[derive(PartialEq, Eq)]
struct Path<'a> {
    absolute: bool,
    parts: Vec<&'a str>,
}

/// Reports tables that are written under one name, and read, looked up or written under another one.
pub fn check(tables: &[TableSpec], uses: &[Use], problems: &mut Problems) {
    let placed: Vec<Placed<'_>> =
        tables.iter().zip(uses).filter_map(|(table, usage)| Placed::of(table, *usage)).collect();
    for (at, second) in placed.iter().enumerate() {
        if second.usage.written.is_some() && second.is_pattern() {
            problems.push(words::pattern_written(&second.table.name, second.span));
        }
        // Of many tables in one place the first one says enough.
        if let Some(first) = placed.iter().take(at).find(|first| first.clashes(second)) {
            problems.push(clash(first, second));
        }
    }
}

fn clash(first: &Placed<'_>, second: &Placed<'_>) -> crate::problems::Problem {
    let read_and_written = |reader: &Placed<'_>, writer: &Placed<'_>| {
        if reader.usage.read.is_some() {
            words::read_under_another_name(&reader.table.name, reader.span, &writer.table.name, writer.span)
        } else {
            words::looked_up_under_another_name(&reader.table.name, reader.span, &writer.table.name, writer.span)
        }
    };
    match (first.usage.written, second.usage.written) {
        (Some(_), Some(_)) => {
            words::written_under_two_names(&first.table.name, first.span, &second.table.name, second.span)
        }
        (Some(_), None) => read_and_written(second, first),
        (None, _) => read_and_written(first, second),
    }
}

impl<'a> Placed<'a> {
    /// None if the table is not used, or is at no place that another one could share.
    fn of(table: &'a TableSpec, usage: Use) -> Option<Self> {
        if !usage.is_used() {
            return None;
        }
        let connector = table.connector.as_ref()?;
        let option = |name: &str| connector.options.iter().find(|(key, _)| key.value == name).map(|(_, value)| value);
        let name = option("table").map_or(table.name.value.as_str(), |name| name.value.as_str());
        let (place, written): (Place<'a>, &Text) = match connector.kind {
            ConnectorKind::File => {
                // `-` is standard input for one table and standard output for another; a device keeps nothing.
                let path = option("path").filter(|path| path.value != "-" && !path.value.starts_with("/dev/"))?;
                (Place::File(Path::of(&path.value)), path)
            }
            ConnectorKind::Sqlite => {
                let path = option("path")?;
                (Place::Sqlite(Path::of(&path.value), name.to_ascii_lowercase()), path)
            }
            ConnectorKind::Postgres => {
                let url = option("url")?;
                (Place::Postgres(&url.value, name), url)
            }
            ConnectorKind::Print | ConnectorKind::Blackhole => return None,
        };
        Some(Self { table, usage, place, span: written.span })
    }

    /// Whether the path stands for all files that it matches. A table in a database has one file of exactly that name.
    fn is_pattern(&self) -> bool {
        match &self.place {
            Place::File(path) => path.parts.iter().any(|part| part.contains(['*', '?', '['])),
            Place::Sqlite(..) | Place::Postgres(..) => false,
        }
    }

    fn clashes(&self, other: &Self) -> bool {
        let (written, other_written) = (self.usage.written.is_some(), other.usage.written.is_some());
        let reads = |reader: &Self, writer: &Self| match (&reader.place, &writer.place) {
            (Place::File(pattern), Place::File(path)) => {
                reader.usage.read.is_some()
                    && reader.is_pattern()
                    && pattern.absolute == path.absolute
                    && matches_path(&pattern.parts, &path.parts)
            }
            _ => false,
        };
        (written || other_written) && self.place == other.place
            || other_written && reads(self, other)
            || written && reads(other, self)
    }
}

impl<'a> Path<'a> {
    fn of(written: &'a str) -> Self {
        let absolute = written.starts_with('/');
        let mut parts: Vec<&str> = Vec::new();
        for part in written.split('/') {
            match (part, parts.last()) {
                ("" | ".", _) => {}
                ("..", Some(last)) if *last != ".." => drop(parts.pop()),
                // Nothing is above the root.
                ("..", None) if absolute => {}
                (part, _) => parts.push(part),
            }
        }
        Self { absolute, parts }
    }
}

/// Whether a pattern matches the path of a file, as the runtime looks for files.
fn matches_path(pattern: &[&str], path: &[&str]) -> bool {
    let options = MatchOptions { require_literal_separator: true, ..MatchOptions::new() };
    // A pattern that ends with any folders finds folders alone.
    pattern.last() != Some(&"**")
        && Pattern::new(&pattern.join("/")).is_ok_and(|pattern| pattern.matches_with(&path.join("/"), options))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_path_is_the_same() {
        let same = |left, right| Path::of(left) == Path::of(right);
        assert!(same("out/a.jsonl", "./out//b/../a.jsonl"));
        assert!(same("/../out/./a", "/out/a"));
        assert!(same("../a", "x/../../a"));
        assert!(!same("../a", "a"));
        assert!(!same("../../a", "../a"));
        assert!(!same("/out/a", "out/a"));
    }

    #[test]
    fn patterns_match_as_the_runtime_matches_them() {
        let matches = |pattern, path| matches_path(&Path::of(pattern).parts, &Path::of(path).parts);
        assert!(matches("out/*.jsonl", "./out/a.jsonl"));
        assert!(matches("out/[a-c]?.csv", "out/bx.csv"));
        assert!(matches("out/[!a-c]*", "out/d"));
        assert!(matches("out/[]]", "out/]"));
        assert!(matches("**/*.jsonl", "out/deep/a.jsonl"));
        assert!(matches("out/**/a", "out/a"));
        assert!(matches("*a*b*", "xxaxabx"));
        assert!(!matches("out/*", "out/deep/a"));
        assert!(!matches("out/[!a-c]*", "out/a"));
        assert!(!matches("out/[a", "out/a"));
        assert!(!matches("out/**", "out/a"));
        assert!(!matches("out/?.csv", "out/.csv"));
    }
}
