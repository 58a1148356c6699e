//! The `file` connector: JSON lines and CSV in files, patterns of files, standard input and output.
//!
//! As a source it reads plain, gzip and Zstandard files, once or following what is appended. As a sink without a
//! primary key it appends; with one the file holds the current table and is replaced as a whole at each commit. For
//! look-ups the file is loaded at start; a sink of the same file shares its rows.

mod append;
mod input;
mod keyed;
mod load;
mod pipe;
mod settings;
mod source;
mod stream;
#[cfg(test)]
mod tests;

use std::fs;
use std::path::Path;

use self::settings::{Place, Settings};
use super::{Failure, Options, Sink, Source, Store, TableInfo};

#[cfg(any(feature = "sqlite", feature = "postgres"))]
pub(super) use self::load::load_initial;

/// Opens a file source.
pub(super) fn open_source(table: &TableInfo, options: &Options) -> Result<Box<dyn Source>, Failure> {
    source::open(Settings::new(table, options)?)
}

/// Opens a file sink.
pub(super) fn open_sink(table: &TableInfo, options: &Options) -> Result<Box<dyn Sink>, Failure> {
    let settings = Settings::new(table, options)?;
    if table.primary_key.is_empty() || settings.changelog || settings.place == Place::Standard {
        append::open(table, settings)
    } else {
        keyed::open_sink(table, &settings)
    }
}

/// Opens a file for look-ups.
pub(super) fn open_store(table: &TableInfo, options: &Options) -> Result<Box<dyn Store>, Failure> {
    keyed::open_store(table, &Settings::new(table, options)?)
}

/// Whether the options can be used.
pub(super) fn check_options(table: &TableInfo, options: &Options) -> Result<(), Failure> {
    Settings::new(table, options).map(|_| ())
}

/// Creates the folder in which a file is written.
pub(super) fn create_parent(path: &Path) -> Result<(), Failure> {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => {
            fs::create_dir_all(folder).map_err(|error| Failure::file("create the folder", folder, &error))
        }
        _ => Ok(()),
    }
}

fn refuse_compressed(path: &Path, settings: &Settings) -> Result<(), Failure> {
    if input::is_compressed(path) {
        let (table, path) = (settings.table, path.display());
        return Err(Failure::pipeline(format!(
            "table '{table}': {path} cannot be written compressed; take .gz or .zst off its name"
        )));
    }
    Ok(())
}
