//! Reading standard input or a named pipe on a thread of its own, so that the job never waits for a producer.

use std::fs::File;
use std::io::{self, Read};
use std::path::PathBuf;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, SyncSender, TryRecvError, channel, sync_channel};
use std::thread;
use std::time::Duration;

/// Bytes of one buffer.
const BUFFER: usize = 64 << 10;
/// Buffers that may wait to be read.
const WAITING: usize = 8;
/// How long a read waits when nothing comes.
const PATIENCE: Duration = Duration::from_millis(50);

/// A pipe that is read in the background.
pub(super) struct Pipe {
    full: Receiver<io::Result<Vec<u8>>>,
    empty: Sender<Vec<u8>>,
    buffer: Vec<u8>,
    at: usize,
    ended: bool,
}

/// Where the bytes come from.
pub(super) enum Origin {
    StandardInput,
    /// A named pipe; opening it waits for its writer.
    Named(PathBuf),
}

impl Pipe {
    /// Begins to read.
    pub fn new(origin: Origin) -> io::Result<Self> {
        let (sender, full) = sync_channel(WAITING);
        let (empty, returned) = channel();
        thread::Builder::new().name("read a pipe".to_owned()).spawn(move || match origin {
            Origin::StandardInput => fill(io::stdin().lock(), &sender, &returned),
            Origin::Named(path) => match File::open(path) {
                Ok(file) => fill(file, &sender, &returned),
                // Nobody listens any more if this fails.
                Err(error) => drop(sender.send(Err(error))),
            },
        })?;
        Ok(Self { full, empty, buffer: Vec::new(), at: 0, ended: false })
    }

    /// Reads what is there; waits for a short time for the first bytes if `wait`. None if nothing came, 0 at the end.
    pub fn read(&mut self, into: &mut [u8], wait: bool) -> io::Result<Option<usize>> {
        if self.at == self.buffer.len() && !self.ended && !self.next_buffer(wait)? {
            return Ok(None);
        }
        let rest = self.buffer.get(self.at..).unwrap_or_default();
        let count = rest.len().min(into.len());
        into[..count].copy_from_slice(&rest[..count]);
        self.at += count;
        Ok(Some(count))
    }

    fn next_buffer(&mut self, wait: bool) -> io::Result<bool> {
        let next = if wait {
            self.full.recv_timeout(PATIENCE).map_err(|error| error == RecvTimeoutError::Timeout)
        } else {
            self.full.try_recv().map_err(|error| error == TryRecvError::Empty)
        };
        match next {
            Ok(buffer) => {
                let used = std::mem::replace(&mut self.buffer, buffer?);
                self.at = 0;
                // The thread is gone at the end of the input.
                drop(self.empty.send(used));
                Ok(true)
            }
            Err(nothing_yet) => {
                self.ended = !nothing_yet;
                Ok(self.ended)
            }
        }
    }
}

/// Reads until the end or until nobody wants more.
fn fill(mut from: impl Read, full: &SyncSender<io::Result<Vec<u8>>>, returned: &Receiver<Vec<u8>>) {
    loop {
        let mut buffer = returned.try_recv().unwrap_or_default();
        buffer.resize(BUFFER, 0);
        let sent = match from.read(&mut buffer) {
            Ok(0) => return,
            Ok(count) => {
                buffer.truncate(count);
                full.send(Ok(buffer))
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => {
                drop(full.send(Err(error)));
                return;
            }
        };
        if sent.is_err() {
            return;
        }
    }
}
