//! The source: one file after the other, or all of them followed.

use std::collections::{HashMap, VecDeque};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::time::{Duration, Instant};

use super::super::resume::{Marks, Position, Resumed, Untaken, absolute};
use super::super::{Chunk, Failure, Format, Progress, Source};
use super::input::{identity, is_compressed};
use super::settings::{Place, Settings};
use super::stream::{Stream, count, total_length};

/// How often a followed pattern is searched for new files.
const SEARCH: Duration = Duration::from_millis(500);

/// Opens the source; fails if there is nothing to read.
pub(super) fn open(settings: Settings) -> Result<Box<dyn Source>, Failure> {
    let mut files = Files {
        settings,
        names: Vec::new(),
        open: Vec::new(),
        turn: 0,
        waiting: VecDeque::new(),
        known: Vec::new(),
        searched: Instant::now(),
        read: Arc::default(),
        total: None,
        header: None,
        ended: Vec::new(),
        resumed: Vec::new(),
    };
    match &files.settings.place {
        Place::Standard => files.open_next(&Place::Standard)?,
        Place::Path(path) => {
            let found = find(path, files.settings.follow)?;
            refuse_compressed(&found, &files.settings)?;
            files.known.clone_from(&found);
            if !files.settings.follow {
                files.total = total_length(found.iter().map(PathBuf::as_path));
            }
            files.waiting = found.into();
            // The first file is opened here, so that a wrong path is told at the start.
            files.open_waiting()?;
        }
    }
    Ok(Box::new(files))
}

struct Files {
    settings: Settings,
    names: Vec<String>,
    /// The files that are open, with their positions in `names`: one at a time, or all when they are followed.
    open: Vec<(usize, Stream)>,
    /// Which of them is read next.
    turn: usize,
    waiting: VecDeque<PathBuf>,
    /// The files of the pattern that were found.
    known: Vec<PathBuf>,
    searched: Instant,
    read: Arc<AtomicU64>,
    total: Option<u64>,
    header: Option<Vec<String>>,
    /// Where the files ended that were read.
    ended: Vec<Position>,
    /// Where files go on that are not open yet.
    resumed: Vec<Position>,
}

impl Files {
    fn open_next(&mut self, place: &Place) -> Result<(), Failure> {
        let mut stream = Stream::open(place, self.settings.follow, &self.read)?;
        let name = absolute(stream.name());
        if let Some(known) = self.resumed.iter().position(|position| position.file == name) {
            stream.go_on(&self.resumed.swap_remove(known))?;
        } else if let Some(identity) = stream.identity()
            && let Place::Path(path) = place
            && let Some(known) = self
                .ended
                .iter()
                .position(|ended| ended.identity == identity && ended.file != name && ended.marks.fit(path))
        {
            // It was read under another name.
            stream.go_on(&self.ended.swap_remove(known))?;
        }
        let position = self.names.iter().position(|name| name == stream.name()).unwrap_or(self.names.len());
        if position == self.names.len() {
            self.names.push(stream.name().to_owned());
        }
        self.open.push((position, stream));
        Ok(())
    }

    /// Opens the next waiting file, or all of them when they are followed. Of a pattern, a file that has vanished
    /// since is left out.
    fn open_waiting(&mut self) -> Result<(), Failure> {
        while (self.open.is_empty() || self.settings.follow)
            && let Some(path) = self.waiting.pop_front()
        {
            let vanished = !path.exists();
            let place = Place::Path(path);
            if !vanished || self.settings.place == place {
                self.open_next(&place)?;
            }
        }
        Ok(())
    }

    /// Remembers where a file ended.
    fn end(&mut self, stream: &Stream) {
        if !stream.is_pipe() {
            let position = marked(stream.position(), Some(stream));
            self.ended.retain(|known| known.file != position.file);
            self.ended.push(position);
        }
    }

    /// Looks for files that came since: of the pattern, or the one file that was replaced.
    fn search(&mut self) -> Result<(), Failure> {
        if !self.settings.follow || self.searched.elapsed() < SEARCH {
            return Ok(());
        }
        self.searched = Instant::now();
        let Place::Path(path) = &self.settings.place else { return Ok(()) };
        let found = find(path, true)?;
        refuse_compressed(&found, &self.settings)?;
        // A file that was renamed is first read to its end under the name that it had.
        let is_open = |path: &Path| {
            let identity = identity_of(path);
            identity.is_some() && self.open.iter().any(|(_, stream)| stream.identity() == identity)
        };
        let (known, new): (Vec<PathBuf>, Vec<PathBuf>) = found.into_iter().partition(|path| self.known.contains(path));
        self.waiting = new.into_iter().filter(|path| !is_open(path)).collect();
        self.known = known;
        self.known.extend(self.waiting.iter().cloned());
        self.open_waiting()
    }
}

/// The files of a pattern by what tells them apart.
struct Renamed<'f> {
    files: HashMap<u64, &'f Path>,
    /// Where the files were.
    positions: &'f [Position],
}

impl<'f> Renamed<'f> {
    /// Looks at the files once, if one of them is not where it was.
    fn new(known: &'f [PathBuf], positions: &'f [Position]) -> Self {
        let all_fit = positions.iter().all(|position| position.marks.fit(Path::new(&position.file)));
        let files = known.iter().filter(|_| !all_fit);
        let files = files.filter_map(|path| Some((identity(&path.metadata().ok()?)?, path.as_path()))).collect();
        Self { files, positions }
    }

    /// The file that was read at this position under another name, if it is none of those that were read under their own.
    fn of(&self, position: &Position) -> Option<String> {
        let path = self.files.get(&position.identity).filter(|path| position.marks.fit(path))?;
        let name = absolute(&path.display().to_string());
        let own = |other: &Position| other.file == name && other.marks.fit(path);
        (!self.positions.iter().any(own)).then_some(name)
    }
}

impl Source for Files {
    fn read(&mut self, chunk: &mut Chunk) -> Result<Progress, Failure> {
        let mut asked = 0;
        while asked < self.open.len() || !self.waiting.is_empty() {
            self.open_waiting()?;
            self.turn %= self.open.len().max(1);
            let Some((position, stream)) = self.open.get_mut(self.turn) else { break };
            match stream.read(chunk, &self.settings.format)? {
                Progress::Records => {
                    chunk.file = *position;
                    if self.header.as_deref() != stream.header() {
                        self.header = stream.header().map(<[String]>::to_vec);
                    }
                    // A followed file gives way to the others after each chunk.
                    self.turn += usize::from(self.settings.follow);
                    return Ok(Progress::Records);
                }
                Progress::Idle => {
                    self.turn += 1;
                    asked += 1;
                }
                Progress::End => {
                    let (position, stream) = self.open.remove(self.turn);
                    self.end(&stream);
                    // A followed file that was replaced is found again.
                    let name = self.names.get(position);
                    self.known.retain(|path| Some(&path.display().to_string()) != name);
                }
            }
        }
        self.search()?;
        let goes_on = self.settings.follow && self.settings.place != Place::Standard;
        Ok(if self.open.is_empty() && !goes_on { Progress::End } else { Progress::Idle })
    }

    fn format(&self) -> Format {
        self.settings.format.clone()
    }

    fn header(&self) -> Option<&[String]> {
        self.header.as_deref()
    }

    fn files(&self) -> &[String] {
        &self.names
    }

    fn progress(&self) -> (u64, Option<u64>) {
        (count(&self.read), self.total)
    }

    fn is_lasting(&self) -> bool {
        self.settings.place != Place::Standard && self.open.iter().all(|(_, stream)| !stream.is_pipe())
    }

    fn look_through(&self) -> Result<(), Failure> {
        let mut chunk = Chunk::default();
        // Of a pattern, a file that has vanished since is left out.
        for path in self.known.iter().filter(|path| path.is_file()) {
            let mut stream = Stream::open(&Place::Path(path.clone()), false, &Arc::default())?;
            while is_compressed(path) && stream.read(&mut chunk, &self.settings.format)? != Progress::End {}
        }
        Ok(())
    }

    fn positions(&self, untaken: &[Untaken]) -> Vec<Position> {
        let untaken_of = |name: &str| {
            let of = |untaken: &&Untaken| self.names.get(untaken.file).is_some_and(|known| absolute(known) == name);
            untaken.iter().find(of)
        };
        let at = |position: &Position| match untaken_of(&position.file) {
            Some(Untaken { offset, line, .. }) => Position { offset: *offset, line: *line, ..position.clone() },
            None => position.clone(),
        };
        let open = self.open.iter().filter(|(_, stream)| !stream.is_pipe());
        let open = open.map(|(_, stream)| marked(at(&stream.position()), Some(stream)));
        let ended = self.ended.iter().map(|ended| {
            let position = at(ended);
            if position.offset == ended.offset { position } else { marked(position, None) }
        });
        ended.chain(self.resumed.iter().cloned()).chain(open).collect()
    }

    fn resume(&mut self, positions: &[Position]) -> Result<Resumed, Failure> {
        let mut found = Resumed::default();
        let known = self.known.clone();
        let files = Renamed::new(&known, positions);
        for position in positions {
            let fits = position.marks.fit(Path::new(&position.file));
            // Renamed in the run before, which then had it under its new name as well.
            let known_as = |other: &Position| {
                other.file != position.file
                    && other.identity == position.identity
                    && other.offset >= position.offset
                    && other.marks.fit(Path::new(&other.file))
            };
            if !fits && position.identity != 0 && positions.iter().any(known_as) {
                continue;
            }
            let renamed = if fits { None } else { files.of(position) };
            let fits = fits || renamed.is_some();
            let position = &Position { file: renamed.unwrap_or_else(|| position.file.clone()), ..position.clone() };
            let path = Path::new(&position.file);
            if !path.exists() {
                found.missing.push(position.file.clone());
            } else if !fits && self.settings.follow {
                found.renewed.push((position.file.clone(), position.offset));
            } else if !fits {
                found.replaced.push(position.file.clone());
            } else if ends_within_a_record(path, position.offset) {
                found.grown.push(position.file.clone());
            } else if let Some((_, stream)) =
                self.open.iter_mut().find(|(_, stream)| absolute(stream.name()) == position.file)
            {
                stream.go_on(position)?;
            } else {
                self.resumed.push(position.clone());
            }
        }
        Ok(found)
    }
}

/// Whether the last record before an offset had no line break, and now goes on behind it.
fn ends_within_a_record(path: &Path, offset: u64) -> bool {
    use std::io::{Read, Seek, SeekFrom};
    let around = || {
        let mut file = std::fs::File::open(path).ok()?;
        file.seek(SeekFrom::Start(offset.checked_sub(1)?)).ok()?;
        let mut bytes = Vec::new();
        file.take(2).read_to_end(&mut bytes).ok()?;
        Some(bytes)
    };
    !is_compressed(path)
        && matches!(around().as_deref(), Some([before, after]) if *before != b'\n' && !b"\r\n".contains(after))
}

/// A number that a path's file keeps when it is renamed.
fn identity_of(path: &Path) -> Option<u64> {
    identity(&path.metadata().ok()?)
}

/// The position with what the file's bytes look like there, as far as possible those of the file that is open.
fn marked(position: Position, stream: Option<&Stream>) -> Position {
    if let Some(marks) = stream.and_then(|stream| stream.marks(position.offset)) {
        return Position { marks, ..position };
    }
    let path = Path::new(&position.file);
    let whole = || path.metadata().map_or(0, |metadata| metadata.len());
    let length = if is_compressed(path) { whole() } else { position.offset };
    // A file that was taken away since fits nothing.
    let marks = Marks::of(path, length).unwrap_or(Marks { length, ..Marks::default() });
    Position { marks, ..position }
}

/// The files of a path or pattern, sorted. Unless they are followed, there must be one.
fn find(path: &Path, follow: bool) -> Result<Vec<PathBuf>, Failure> {
    let text = path.to_string_lossy();
    if !text.contains(['*', '?', '[']) || path.exists() {
        return Ok(if follow && !path.exists() { Vec::new() } else { vec![path.to_owned()] });
    }
    let matches =
        glob::glob(&text).map_err(|error| Failure::pipeline(format!("the pattern {text} is wrong: {}", error.msg)))?;
    let mut found = Vec::new();
    for entry in matches {
        let path = entry.map_err(|error| Failure::file("look at", error.path(), error.error()))?;
        if !path.is_dir() {
            found.push(path);
        }
    }
    found.sort();
    if found.is_empty() && !follow {
        return Err(Failure::environment(format!("no file matches {text}")));
    }
    Ok(found)
}

fn refuse_compressed(found: &[PathBuf], settings: &Settings) -> Result<(), Failure> {
    match found.iter().find(|path| settings.follow && is_compressed(path)) {
        None => Ok(()),
        Some(path) => Err(Failure::pipeline(format!(
            "table '{}': {} is compressed and cannot be followed; take follow: true away",
            settings.table,
            path.display()
        ))),
    }
}
