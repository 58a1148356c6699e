//! Why the command could not do what it was asked to, and the exit code for it.

use std::io;
use std::path::Path;

/// The exit code for bugs of Millstream: nothing is wrong with the pipeline.
pub const BUG: u8 = 3;

/// What went wrong.
#[derive(Debug)]
pub enum Failure {
    /// The pipeline has problems, which were shown already.
    Shown,
    /// The command line is wrong.
    Usage(String),
    /// Something around the pipeline is missing or forbidden.
    Environment(String),
    /// Millstream has a bug.
    Bug(String),
}

impl Failure {
    /// A file or folder that cannot be used: `cannot read orders.yaml: no such file or folder`.
    pub fn file(action: &str, path: &Path, error: &io::Error) -> Self {
        Self::Environment(format!("cannot {action} {}: {}", path.display(), reason(error)))
    }

    /// The exit code.
    pub fn code(&self) -> u8 {
        match self {
            Self::Shown => 1,
            Self::Usage(_) => 2,
            Self::Environment(_) => 3,
            Self::Bug(_) => BUG,
        }
    }

    /// What to tell; none if it was told already.
    pub fn message(&self) -> Option<&str> {
        match self {
            Self::Shown => None,
            Self::Usage(message) | Self::Environment(message) | Self::Bug(message) => Some(message),
        }
    }
}

/// An error of the operating system in plain words.
pub fn reason(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::NotFound => "no such file or folder".to_string(),
        io::ErrorKind::PermissionDenied => "permission denied".to_string(),
        io::ErrorKind::IsADirectory => "it is a folder".to_string(),
        io::ErrorKind::NotADirectory => "a part of the path is no folder".to_string(),
        io::ErrorKind::StorageFull => "the disk is full".to_string(),
        io::ErrorKind::ReadOnlyFilesystem => "the disk is read-only".to_string(),
        // Everything else in the system's own words, without its number.
        _ => error.to_string().split(" (os error").next().unwrap_or_default().to_lowercase(),
    }
}
