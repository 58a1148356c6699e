//! The options of a file table.

use std::path::{Path, PathBuf};

use super::super::options::Reading;
use super::super::{CsvFormat, Failure, Format, Options, TableInfo};

/// The options of a file table, checked.
#[derive(Debug, Clone)]
pub(super) struct Settings {
    /// The table's name, for messages.
    pub table: &'static str,
    /// Where the files are.
    pub place: Place,
    /// How records are written.
    pub format: Format,
    /// Whether a source reads what is appended.
    pub follow: bool,
    /// Whether a sink writes each change.
    pub changelog: bool,
}

/// Where the files of a table are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Place {
    /// `-`: standard input or output.
    Standard,
    /// A path, or a pattern such as `data/*.jsonl`.
    Path(PathBuf),
}

const OPTIONS: &[&str] = &["path", "format", "header", "delimiter", "null_text", "follow", "changelog"];

impl Settings {
    /// Reads the options of a table.
    pub fn new(table: &TableInfo, options: &Options) -> Result<Self, Failure> {
        let reading = Reading::new("file", table, options, OPTIONS)?;
        let place = match reading.required("path")? {
            "-" => Place::Standard,
            path => Place::Path(PathBuf::from(path)),
        };
        Ok(Self {
            table: table.name,
            format: format(&reading, &place)?,
            place,
            follow: reading.switch("follow", false)?,
            changelog: reading.switch("changelog", false)?,
        })
    }
}

fn format(reading: &Reading<'_>, place: &Place) -> Result<Format, Failure> {
    let csv = match reading.get("format") {
        None => match place {
            Place::Standard => false,
            Place::Path(path) => is_csv(path),
        },
        Some("json") => false,
        Some("csv") => true,
        Some(other) => {
            return Err(reading.wrong(&format!("the option 'format' is '{other}', but must be json or csv")));
        }
    };
    let header = reading.switch("header", true)?;
    let delimiter = match reading.get("delimiter") {
        None => b',',
        Some("\\t" | "tab") => b'\t',
        Some(text) => match text.as_bytes() {
            [byte] if byte.is_ascii() && !matches!(byte, b'"' | b'\r' | b'\n') => *byte,
            _ => {
                return Err(reading.wrong(&format!(
                    "the option 'delimiter' is '{text}', but must be one ASCII character other than a quote"
                )));
            }
        },
    };
    let null_text = reading.get("null_text").unwrap_or_default().to_owned();
    Ok(if csv { Format::Csv(CsvFormat { delimiter, header, null_text }) } else { Format::Json })
}

/// The format of a file by its name, for files that have no options of their own.
#[cfg(any(feature = "sqlite", feature = "postgres"))]
pub(super) fn format_by_name(path: &Path) -> Format {
    if is_csv(path) {
        Format::Csv(CsvFormat { delimiter: b',', header: true, null_text: String::new() })
    } else {
        Format::Json
    }
}

/// Whether a file's name ends in `.csv`, perhaps compressed.
fn is_csv(path: &Path) -> bool {
    let name = path.to_string_lossy().to_lowercase();
    let name = name.strip_suffix(".gz").or_else(|| name.strip_suffix(".zst")).unwrap_or(&name);
    Path::new(name).extension().is_some_and(|extension| extension == "csv")
}
