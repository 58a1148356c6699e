//! The build folder in the user's cache: one runtime, one `target`, and one crate for each pipeline.
//!
//! ```text
//! CACHE/binaries/KEY/NAME          binaries by what they were made of; used again without calling cargo
//! CACHE/build/lock                 held by the command that builds
//! CACHE/build/runtime-ID/          the runtime's source, as this command carries it
//! CACHE/build/jobs/NAME-KEY/       the crate of a pipeline, by the pipeline's path
//! CACHE/build/target/              cargo's; it keeps versions of rustc and of the runtime apart by itself
//! ```

use std::fs::{self, File};
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::path::{Path, PathBuf};
use std::time::SystemTime;
use std::{env, io};

use super::console::Console;
use super::failure::{Failure, reason};
use super::job_crate::{LOCK_FILE, RUNTIME_FILES};

/// So many binaries are kept, those made last.
const BINARIES_KEPT: usize = 40;

/// So many crates of pipelines are kept, those built last.
const JOBS_KEPT: usize = 40;

/// With so many versions of the runtime in `target`, it is emptied rather than filled further.
const RUNTIMES_KEPT: usize = 4;

/// The user's cache.
#[derive(Debug)]
pub struct Cache {
    root: PathBuf,
    /// What this command carries.
    runtime_id: String,
}

/// The build folder, held by this process alone until it is dropped.
#[derive(Debug)]
pub struct BuildFolder {
    root: PathBuf,
    runtime: String,
    _lock: File,
}

impl Cache {
    /// `$MILLSTREAM_CACHE`, `$XDG_CACHE_HOME/millstream`, `~/.cache/millstream`.
    pub fn of_user() -> Result<Self, Failure> {
        let named = |name: &str| env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
        let root = named("MILLSTREAM_CACHE")
            .or_else(|| Some(named("XDG_CACHE_HOME")?.join("millstream")))
            .or_else(|| Some(env::home_dir().filter(|home| !home.as_os_str().is_empty())?.join(".cache/millstream")))
            .ok_or_else(|| {
                Failure::Environment(
                    "there is no home folder; set MILLSTREAM_CACHE to a folder to build in".to_string(),
                )
            })?;
        let root = std::path::absolute(&root).map_err(|error| Failure::file("use", &root, &error))?;
        let carried = RUNTIME_FILES.iter().flat_map(|(path, text)| [*path, *text]).chain([LOCK_FILE]);
        Ok(Self { root, runtime_id: hash(carried) })
    }

    /// Where the binary of a crate with these texts is, or will be.
    pub fn binary<'a>(&'a self, name: &str, texts: impl Iterator<Item = &'a str>) -> PathBuf {
        let key = hash([self.runtime_id.as_str(), env::consts::OS, env::consts::ARCH].into_iter().chain(texts));
        self.root.join("binaries").join(key).join(format!("{name}{}", env::consts::EXE_SUFFIX))
    }

    /// Waits until no other command builds, and puts the runtime's source in place.
    pub fn lock(&self, console: Console) -> Result<BuildFolder, Failure> {
        let root = self.root.join("build");
        fs::create_dir_all(&root).map_err(|error| {
            Failure::Environment(format!(
                "cannot create the build folder {}: {}; set MILLSTREAM_CACHE to a folder that can be written",
                root.display(),
                reason(&error)
            ))
        })?;
        let path = root.join("lock");
        let lock = File::create(&path).map_err(|error| Failure::file("write", &path, &error))?;
        if lock.try_lock().is_err() {
            let _waiting = console.progress("waiting for another build");
            lock.lock().map_err(|error| Failure::file("lock", &path, &error))?;
        }
        let folder = BuildFolder { runtime: format!("runtime-{}", self.runtime_id), root, _lock: lock };
        folder.put_runtime()?;
        Ok(folder)
    }

    /// Keeps a binary under its place, at once as a whole.
    pub fn keep(&self, built: &Path, binary: &Path) -> Result<(), Failure> {
        create_folder(binary.parent().unwrap_or(&self.root))?;
        copy_whole(built, binary)?;
        self.drop_old_binaries(binary.parent());
        Ok(())
    }

    /// Best effort: a binary that cannot be dropped now is dropped next time.
    fn drop_old_binaries(&self, new: Option<&Path>) {
        let mut binaries = newest_first(&self.root.join("binaries"));
        binaries.retain(|path| Some(path.as_path()) != new);
        for old in binaries.iter().skip(BINARIES_KEPT) {
            let _ = fs::remove_dir_all(old);
        }
    }
}

impl BuildFolder {
    /// Where cargo builds.
    pub fn target(&self) -> PathBuf {
        self.root.join("target")
    }

    /// The folder of everything.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// The runtime as a path for a job's manifest.
    pub fn runtime_for_jobs(&self) -> String {
        format!("../../{}", self.runtime)
    }

    /// Whether nothing was built here with this runtime yet, so that a build takes long.
    pub fn is_new(&self) -> bool {
        !self.root.join(&self.runtime).join("built").exists()
    }

    /// Notes that something was built with this runtime.
    pub fn note_built(&self) {
        let _ = fs::write(self.root.join(&self.runtime).join("built"), "");
    }

    /// The folder of a pipeline's crate, with its files. A file whose text is unchanged is not touched, so that
    /// cargo compiles only what changed.
    pub fn put_job(&self, package: &str, files: &[(&'static str, String)]) -> Result<PathBuf, Failure> {
        let folder = self.root.join("jobs").join(package);
        let lock = folder.join("Cargo.lock");
        let manifest = |(path, text): &(&str, String)| {
            *path == "Cargo.toml" && fs::read(folder.join(path)).is_ok_and(|old| old == text.as_bytes())
        };
        // Cargo takes out of the lock file what a crate does not need. For what a changed one needs besides it would
        // choose versions of its own.
        if !lock.exists() || !files.iter().any(manifest) {
            create_folder(&folder)?;
            write_whole(&lock, LOCK_FILE)?;
        }
        for (path, text) in files {
            write_if_changed(&folder.join(path), text)?;
        }
        // For `drop_old_jobs`.
        let _ = File::open(&folder).and_then(|folder| folder.set_modified(SystemTime::now()));
        Ok(folder)
    }

    /// The name of the crate for a pipeline file: the same file gives the same crate, so that cargo compiles only
    /// what changed in it.
    pub fn package(&self, pipeline: &str, file: &Path, profile: Option<&str>) -> String {
        let path = fs::canonicalize(file).unwrap_or_else(|_| file.to_path_buf());
        let key = hash([self.runtime.as_str(), &path.to_string_lossy(), profile.unwrap_or_default()]);
        format!("{pipeline}-{key}")
    }

    fn put_runtime(&self) -> Result<(), Failure> {
        let folder = self.root.join(&self.runtime);
        if folder.join("Cargo.toml").exists() {
            return Ok(());
        }
        self.empty_if_full();
        // The folder appears as a whole, so that what was cut short is never taken for the runtime.
        let unfinished = self.root.join("unfinished");
        let _ = fs::remove_dir_all(&unfinished);
        for (path, text) in RUNTIME_FILES {
            write_if_changed(&unfinished.join(path), text)?;
        }
        fs::rename(&unfinished, &folder).map_err(|error| Failure::file("write", &folder, &error))
    }

    /// Drops the crates that were not built for long, and what cargo made of them. Best effort: what cannot be
    /// dropped now is dropped next time.
    pub fn drop_old_jobs(&self) {
        let release = self.target().join("release");
        for job in newest_first(&self.root.join("jobs")).iter().skip(JOBS_KEPT) {
            // `.fingerprint/PACKAGE-HASH` tells the hash in the names of the files.
            let prefix = format!("{}-", name_of(job));
            for fingerprint in newest_first(&release.join(".fingerprint")) {
                let Some(hash) = name_of(&fingerprint).strip_prefix(&prefix).map(|hash| format!("-{hash}")) else {
                    continue;
                };
                let made = newest_first(&release.join("deps"));
                made.iter().filter(|file| name_of(file).contains(&hash)).for_each(|file| drop(fs::remove_file(file)));
                let _ = fs::remove_dir_all(&fingerprint);
            }
            let _ = fs::remove_dir_all(job);
        }
    }

    fn empty_if_full(&self) {
        let runtimes = newest_first(&self.root);
        let is_runtime = |path: &&PathBuf| name_of(path).starts_with("runtime-");
        let runtimes: Vec<&PathBuf> = runtimes.iter().filter(is_runtime).collect();
        if runtimes.len() >= RUNTIMES_KEPT {
            for old in runtimes {
                let _ = fs::remove_dir_all(old);
            }
            let _ = fs::remove_dir_all(self.root.join("jobs"));
            let _ = fs::remove_dir_all(self.target());
        }
    }
}

/// Writes a file, and the folders it stands in, unless it has that text already.
pub fn write_if_changed(path: &Path, text: &str) -> Result<(), Failure> {
    if fs::read(path).is_ok_and(|old| old == text.as_bytes()) {
        return Ok(());
    }
    create_folder(path.parent().unwrap_or(Path::new(".")))?;
    write_whole(path, text)
}

/// Copies a binary so that it appears at once as a whole, also where one is running from the same place.
pub fn copy_whole(from: &Path, to: &Path) -> Result<(), Failure> {
    let unfinished = beside(to);
    let copied = fs::copy(from, &unfinished).and_then(|_| fs::rename(&unfinished, to));
    copied.map_err(|error| {
        let _ = fs::remove_file(&unfinished);
        Failure::file("write", to, &error)
    })
}

/// Creates a folder and those above it.
pub fn create_folder(path: &Path) -> Result<(), Failure> {
    fs::create_dir_all(path).map_err(|error| Failure::file("create the folder", path, &error))
}

fn write_whole(path: &Path, text: &str) -> Result<(), Failure> {
    let unfinished = beside(path);
    let written = fs::write(&unfinished, text).and_then(|()| fs::rename(&unfinished, path));
    written.map_err(|error: io::Error| {
        let _ = fs::remove_file(&unfinished);
        Failure::file("write", path, &error)
    })
}

/// A name in the same folder that no other process uses.
fn beside(path: &Path) -> PathBuf {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    path.with_file_name(format!(".{name}.{}", std::process::id()))
}

/// The last part of a path.
fn name_of(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

/// The entries of a folder, the one changed last first; empty if it cannot be read.
fn newest_first(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let mut entries: Vec<(SystemTime, PathBuf)> = entries
        .filter_map(|entry| Some((entry.metadata().and_then(|metadata| metadata.modified()).ok()?, entry.path())))
        .collect();
    entries.sort();
    entries.into_iter().rev().map(|(_, path)| path).collect()
}

/// 16 hexadecimal digits that stand for the texts.
fn hash<'a>(texts: impl IntoIterator<Item = &'a str>) -> String {
    let mut hasher = DefaultHasher::new();
    texts.into_iter().for_each(|text| text.hash(&mut hasher));
    format!("{:016x}", hasher.finish())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cache(folder: &Path, runtime_id: &str) -> Cache {
        Cache { root: folder.to_path_buf(), runtime_id: runtime_id.to_string() }
    }

    fn quiet() -> Console {
        Console::new(super::super::console::Verbosity::Quiet)
    }

    #[test]
    fn unchanged_files_are_not_touched() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("src/pipeline.rs");
        let written = || fs::metadata(&file).unwrap().modified().unwrap();
        write_if_changed(&file, "one").unwrap();
        let long_ago = SystemTime::UNIX_EPOCH;
        File::options().write(true).open(&file).unwrap().set_modified(long_ago).unwrap();
        write_if_changed(&file, "one").unwrap();
        assert_eq!(written(), long_ago);
        write_if_changed(&file, "two").unwrap();
        assert_ne!(written(), long_ago);
        assert_eq!(fs::read_dir(file.parent().unwrap()).unwrap().count(), 1);
    }

    #[test]
    fn the_runtime_is_put_in_place_once_and_old_ones_do_not_pile_up() {
        let folder = tempfile::tempdir().unwrap();
        for runtime_id in ["a", "b", "c", "d", "e", "e"] {
            let build = cache(folder.path(), runtime_id).lock(quiet()).unwrap();
            fs::create_dir_all(build.target()).unwrap();
            assert!(build.root().join(format!("runtime-{runtime_id}/src/lib.rs")).is_file());
        }
        let names: Vec<String> = newest_first(&folder.path().join("build")).iter().map(|path| name_of(path)).collect();
        assert!(names.contains(&"runtime-e".to_string()) && !names.contains(&"runtime-a".to_string()), "{names:?}");
    }

    #[test]
    fn old_crates_go_with_what_cargo_made_of_them() {
        let folder = tempfile::tempdir().unwrap();
        let build = cache(folder.path(), "a").lock(quiet()).unwrap();
        let release = build.target().join("release");
        for number in 0..=JOBS_KEPT {
            let package = format!("job-{number:016x}");
            build.put_job(&package, &[("Cargo.toml", String::new())]).unwrap();
            let age = std::time::Duration::from_secs(3600 * (1 + number as u64));
            let job = File::open(build.root().join("jobs").join(&package)).unwrap();
            job.set_modified(SystemTime::now() - age).unwrap();
            fs::create_dir_all(release.join(format!(".fingerprint/{package}-f{number}"))).unwrap();
            write_if_changed(&release.join(format!("deps/job-f{number}")), "binary").unwrap();
        }
        build.drop_old_jobs();
        let left = |path: &str| newest_first(&release.join(path)).len();
        assert_eq!((left("deps"), left(".fingerprint")), (JOBS_KEPT, JOBS_KEPT));
        assert_eq!(newest_first(&build.root().join("jobs")).len(), JOBS_KEPT);
        assert!(!release.join(format!("deps/job-f{JOBS_KEPT}")).exists());
    }
}
