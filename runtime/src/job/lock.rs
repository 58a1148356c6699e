//! One process at a time uses a state folder.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{Read, Write};
use std::path::Path;

use crate::connectors::Failure;

/// The lock file's name in the state folder.
const NAME: &str = "lock";

/// Holds the lock until the process ends, however it ends.
#[derive(Debug)]
pub(super) struct Lock(#[expect(dead_code, reason = "held for as long as the file is open")] File);

impl Lock {
    /// Takes the lock of a folder that is there.
    pub fn take(folder: &Path) -> Result<Self, Failure> {
        let path = folder.join(NAME);
        let failure = |error: &std::io::Error| Failure::file("lock the state folder with", &path, error);
        let mut file = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(&path)
            .map_err(|error| failure(&error))?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                let mut owner = String::new();
                let known = file.read_to_string(&mut owner).is_ok() && !owner.trim().is_empty();
                let owner = if known { format!(" (process {})", owner.trim()) } else { String::new() };
                return Err(Failure::environment(format!(
                    "the state folder {} is in use by another process{owner}; stop that one first, or give this one a \
                     folder of its own with --state",
                    folder.display()
                )));
            }
            Err(TryLockError::Error(error)) => return Err(failure(&error)),
        }
        // For whoever finds the folder locked; the lock itself does not depend on it.
        let _ = file.set_len(0).and_then(|()| writeln!(file, "{}", std::process::id()));
        Ok(Self(file))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_one_is_told_who_has_the_folder() {
        let folder = tempfile::tempdir().unwrap();
        let lock = Lock::take(folder.path()).unwrap();
        let failure = Lock::take(folder.path()).unwrap_err();
        assert!(failure.environment);
        assert!(failure.message.contains(&format!("(process {})", std::process::id())), "{failure}");
        drop(lock);
        Lock::take(folder.path()).unwrap();
    }
}
