//! The epoch log of any bytes: it is read, or refused in a sentence; never a panic, and no more memory than it is large.
//!
//! The first byte says what the rest is:
//!
//! - `l` a log, `s` a snapshot, as they are; `L` and `S` the same, with checksums that are put right, so that what is wrong
//!   stands behind them;
//! - `d` what is damaged of a log that a job wrote: where, how much of it is cut off, and four bytes that are turned. The
//!   checksums must find that.

#![no_main]

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Seek, SeekFrom, Write};
use std::sync::{LazyLock, Once};

use libfuzzer_sys::{Corpus, fuzz_target};
use millstream_runtime::epochs::storage::Storage;
use millstream_runtime::job::fuzzing::{ReadLog, read_log};
use millstream_runtime::state::seed_hashes;

#[allow(dead_code, reason = "only the state of the job is used, not its rows")]
#[path = "../fuzzed_state.rs"]
mod pipeline;
use pipeline::FuzzedState;

/// A log that a job wrote, behind the `L` of a seed.
const WRITTEN: &[u8] = include_bytes!("../seeds/log/written_log");

/// Bytes before the first record of a file, and of the head of a record.
const BEGIN: usize = 12;
const HEAD: usize = 20;

fuzz_target!(|input: &[u8]| -> Corpus {
    static SEED: Once = Once::new();
    // The same input takes the same way in every process.
    SEED.call_once(|| assert!(seed_hashes(1)));
    match input.split_first() {
        Some((b'l', bytes)) => drop(read(&[("epochs-1.log", bytes)])),
        Some((b's', bytes)) => drop(read(&[("epochs-2.snapshot", bytes)])),
        Some((b'L', bytes)) => drop(read(&[("epochs-1.log", &with_checksums(bytes))])),
        Some((b'S', bytes)) => drop(read(&[("epochs-2.snapshot", &with_checksums(bytes))])),
        Some((b'd', damage)) => return damaged(damage),
        _ => return Corpus::Reject,
    }
    Corpus::Keep
});

/// Reads a folder of these files; none if it was refused.
fn read(files: &[(&str, &[u8])]) -> Option<ReadLog> {
    let mut folder = Folder(files.iter().map(|(name, bytes)| ((*name).to_owned(), bytes.to_vec())).collect());
    match read_log::<FuzzedState>(&mut folder) {
        Ok(read) => {
            let mut read = read.expect("there is a log");
            // The order of a map shows in them.
            read.state.iter_mut().for_each(|state| state.sort_unstable());
            Some(read)
        }
        Err(failure) => {
            assert!(failure.environment && failure.message.starts_with("cannot go on from state"), "{failure}");
            None
        }
    }
}

/// What the log that a job wrote says after each of its records, and where that ends.
static TRUTH: LazyLock<Vec<(usize, Option<ReadLog>)>> = LazyLock::new(|| {
    let log = &WRITTEN[1..];
    let mut ends = vec![BEGIN];
    while let Some(length) = log.get(ends[ends.len() - 1]..).and_then(|rest| rest.first_chunk()) {
        ends.push(ends[ends.len() - 1] + HEAD + u64::from_le_bytes(*length) as usize);
    }
    assert!(ends.len() > 3 && ends.last() == Some(&log.len()), "the seed is no whole log");
    ends.into_iter().map(|end| (end, read(&[("epochs-1.log", &log[..end])]))).collect()
});

/// Damages the log in one place: a checksum finds every change within 32 bits.
fn damaged(damage: &[u8]) -> Corpus {
    let Some((places, rest)) = damage.split_first_chunk::<4>() else { return Corpus::Reject };
    let Some((turned, [])) = rest.split_first_chunk::<4>() else { return Corpus::Reject };
    let [a, b, c, d] = *places;
    let mut log = WRITTEN[1..].to_vec();
    let length = log.len() - usize::from(u16::from_le_bytes([a, b])) % log.len();
    log.truncate(length);
    let at = usize::from(u16::from_le_bytes([c, d])) % length;
    for (byte, turn) in log.iter_mut().skip(at).zip(turned) {
        *byte ^= turn;
    }
    // How far the log is as it was.
    let good = log.iter().zip(&WRITTEN[1..]).take_while(|(ours, theirs)| ours == theirs).count();
    let whole = TRUTH.iter().filter(|(end, _)| *end <= good).count();
    let found = read(&[("epochs-1.log", &log)]);
    let Some(known) = whole.checked_sub(1).and_then(|last| TRUTH.get(last)) else {
        assert_eq!(found, None, "a file whose beginning is damaged was read");
        return Corpus::Keep;
    };
    if let Some(found) = found {
        let known = known.1.as_ref().expect("what is before the damage can be read");
        let torn = known.torn || known_end(whole) < log.len();
        assert_eq!((found.epoch, found.told, &found.state), (known.epoch, known.told, &known.state));
        assert_eq!(found.torn, torn);
    }
    Corpus::Keep
}

fn known_end(whole: usize) -> usize {
    TRUTH[whole - 1].0
}

/// The file with its magic, its version and the checksums of its records put right.
fn with_checksums(bytes: &[u8]) -> Vec<u8> {
    let mut file = bytes.to_vec();
    file.resize(file.len().max(BEGIN), 0);
    file[..BEGIN].copy_from_slice(b"millstrm\x02\0\0\0");
    let mut at = BEGIN;
    while let Some(rest) = file.get_mut(at..).filter(|rest| rest.len() >= HEAD) {
        let (head, body) = rest.split_at_mut(HEAD);
        let length = u64::from_le_bytes(*head.first_chunk().expect("a head has 20 bytes")).min(body.len() as u64);
        head[..8].copy_from_slice(&length.to_le_bytes());
        head[12..16].copy_from_slice(&crc32fast::hash(&body[..length as usize]).to_le_bytes());
        let own = crc32fast::hash(&head[..16]);
        head[16..].copy_from_slice(&own.to_le_bytes());
        at += HEAD + length as usize;
    }
    file
}

/// A folder of files in memory.
struct Folder(BTreeMap<String, Vec<u8>>);

impl Storage for Folder {
    fn names(&mut self) -> io::Result<Vec<String>> {
        Ok(self.0.keys().cloned().collect())
    }

    fn read(&mut self, name: &str) -> io::Result<File> {
        let bytes = self.0.get(name).ok_or(io::ErrorKind::NotFound)?;
        let mut file = tempfile::tempfile()?;
        file.write_all(bytes)?;
        file.seek(SeekFrom::Start(0))?;
        Ok(file)
    }

    fn create(&mut self, name: &str) -> io::Result<()> {
        unreachable!("reading a log makes the file {name}")
    }

    fn go_on(&mut self, name: &str, _length: u64) -> io::Result<()> {
        unreachable!("reading a log cuts the file {name}")
    }

    fn append(&mut self, _bytes: &[u8]) -> io::Result<()> {
        unreachable!("reading a log writes")
    }

    fn sync(&mut self) -> io::Result<()> {
        unreachable!("reading a log writes")
    }

    fn rename(&mut self, from: &str, _to: &str) -> io::Result<()> {
        unreachable!("reading a log renames {from}")
    }

    fn remove(&mut self, name: &str) -> io::Result<()> {
        unreachable!("reading a log removes {name}")
    }
}
