//! Where the epoch log lies: a folder, behind a seam so that a test can break the disk.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

/// A folder of files, one of which is appended to.
pub trait Storage: Send {
    /// The names of all files.
    fn names(&mut self) -> io::Result<Vec<String>>;

    /// Opens a file for reading.
    fn read(&mut self, name: &str) -> io::Result<File>;

    /// Makes a file, or empties it. What follows is appended to it.
    fn create(&mut self, name: &str) -> io::Result<()>;

    /// Cuts a file to a length. What follows is appended to it.
    fn go_on(&mut self, name: &str, length: u64) -> io::Result<()>;

    /// Appends to the file that was made or cut last.
    fn append(&mut self, bytes: &[u8]) -> io::Result<()>;

    /// Waits until the disk has that file.
    fn sync(&mut self) -> io::Result<()>;

    /// Gives a file another name, for good.
    fn rename(&mut self, from: &str, to: &str) -> io::Result<()>;

    /// Removes a file.
    fn remove(&mut self, name: &str) -> io::Result<()>;

    /// A point between two steps of a commit, at which nothing happens save in tests.
    fn point(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// A folder of the file system.
#[derive(Debug)]
pub struct Folder {
    path: PathBuf,
    file: Option<File>,
}

impl Folder {
    /// A folder that is there.
    pub fn new(path: &Path) -> Self {
        Self { path: path.to_owned(), file: None }
    }

    fn file(&mut self) -> io::Result<&mut File> {
        self.file.as_mut().ok_or_else(|| io::Error::from(io::ErrorKind::NotFound))
    }
}

impl Storage for Folder {
    fn names(&mut self) -> io::Result<Vec<String>> {
        let mut names = Vec::new();
        for entry in fs::read_dir(&self.path)? {
            names.extend(entry?.file_name().into_string().ok());
        }
        names.sort();
        Ok(names)
    }

    fn read(&mut self, name: &str) -> io::Result<File> {
        File::open(self.path.join(name))
    }

    fn create(&mut self, name: &str) -> io::Result<()> {
        self.file = Some(File::create(self.path.join(name))?);
        Ok(())
    }

    fn go_on(&mut self, name: &str, length: u64) -> io::Result<()> {
        let mut file = OpenOptions::new().write(true).open(self.path.join(name))?;
        if file.metadata()?.len() != length {
            file.set_len(length)?;
            file.sync_all()?;
        }
        file.seek(SeekFrom::Start(length))?;
        self.file = Some(file);
        Ok(())
    }

    fn append(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.file()?.write_all(bytes)
    }

    fn sync(&mut self) -> io::Result<()> {
        self.file()?.sync_data()
    }

    fn rename(&mut self, from: &str, to: &str) -> io::Result<()> {
        fs::rename(self.path.join(from), self.path.join(to))?;
        sync_folder(&self.path)
    }

    fn remove(&mut self, name: &str) -> io::Result<()> {
        fs::remove_file(self.path.join(name))
    }
}

/// A name is only there after a power failure if its folder was told to the disk.
#[cfg(unix)]
fn sync_folder(path: &Path) -> io::Result<()> {
    File::open(path)?.sync_all()
}

#[cfg(not(unix))]
fn sync_folder(_path: &Path) -> io::Result<()> {
    Ok(())
}

/// A storage that breaks at a given step, for tests of jobs.
pub struct Breaking {
    inner: Box<dyn Storage>,
    /// Steps that are still done.
    left: u64,
    break_by: BreakBy,
}

/// How it breaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BreakBy {
    /// That step fails, as on a full disk.
    Failing,
    /// The process ends on the spot, as if it were killed.
    Ending,
}

impl Breaking {
    /// Breaks at the step with this number, from 1.
    pub fn new(inner: Box<dyn Storage>, step: u64, break_by: BreakBy) -> Self {
        Self { inner, left: step, break_by }
    }

    fn step(&mut self) -> io::Result<()> {
        self.left = self.left.saturating_sub(1);
        match (self.left, self.break_by) {
            (1.., _) => Ok(()),
            (0, BreakBy::Failing) => Err(io::Error::from(io::ErrorKind::StorageFull)),
            (0, BreakBy::Ending) => std::process::abort(),
        }
    }
}

impl Storage for Breaking {
    fn names(&mut self) -> io::Result<Vec<String>> {
        self.inner.names()
    }

    fn read(&mut self, name: &str) -> io::Result<File> {
        self.inner.read(name)
    }

    fn create(&mut self, name: &str) -> io::Result<()> {
        self.step()?;
        self.inner.create(name)
    }

    fn go_on(&mut self, name: &str, length: u64) -> io::Result<()> {
        self.step()?;
        self.inner.go_on(name, length)
    }

    fn append(&mut self, bytes: &[u8]) -> io::Result<()> {
        if self.left <= 1 {
            // A write that breaks may have written a part.
            self.inner.append(bytes.get(..bytes.len() / 2).unwrap_or_default())?;
        }
        self.step()?;
        self.inner.append(bytes)
    }

    fn sync(&mut self) -> io::Result<()> {
        self.step()?;
        self.inner.sync()
    }

    fn rename(&mut self, from: &str, to: &str) -> io::Result<()> {
        self.step()?;
        self.inner.rename(from, to)
    }

    fn remove(&mut self, name: &str) -> io::Result<()> {
        self.step()?;
        self.inner.remove(name)
    }

    fn point(&mut self) -> io::Result<()> {
        // A commit of a target that cannot fail here: only the end of the process is tried.
        match self.break_by {
            BreakBy::Failing => Ok(()),
            BreakBy::Ending => self.step(),
        }
    }
}
