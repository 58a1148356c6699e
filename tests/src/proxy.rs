//! A way to PostgreSQL that breaks: it counts what a job sends, message by message, and cuts the connection at the
//! message it is told to, on this side of the server or on the other.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::{self, BufReader, Read, Write as _};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

/// What becomes of a connection at a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cut {
    /// The server does not get the message, and sees the connection end.
    Before,
    /// The server does what the message asks for; the answer is swallowed, and both see the connection end.
    After,
    /// As [`Cut::After`], but the server does not see it: it goes on waiting, with its locks, for a job that is gone.
    Unnoticed,
}

/// What breaks. Messages are numbered from 1 over all connections.
#[derive(Debug, Clone, Default)]
pub struct Plan {
    /// Where connections are cut.
    pub cuts: BTreeMap<u64, Cut>,
    /// So many connections are refused after a cut.
    pub refused: u32,
    /// Every connection is cut before the message after so many …
    pub each: Option<u64>,
    /// … once so many messages came.
    pub from: u64,
}

/// The proxy; everything through it is cut when it is dropped.
pub struct Proxy {
    port: u16,
    shared: Arc<Shared>,
}

struct Shared {
    server: u16,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    plan: Plan,
    messages: u64,
    refusing: u32,
    cuts: u64,
    /// Each message, for whoever looks for what went wrong.
    trace: Vec<String>,
    /// All sockets, so that they can be closed.
    sockets: Vec<TcpStream>,
    ended: bool,
}

/// What the server has said on a connection.
#[derive(Default)]
struct Answers {
    /// How often it said that it is ready for the next query.
    ready: u64,
    /// Whether it said anything since answers are swallowed.
    swallowed: u64,
    /// Answers are swallowed once it was ready so often.
    swallow: Option<u64>,
    ended: bool,
}

/// The longest answer that is waited for.
const PATIENCE: Duration = Duration::from_secs(30);

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Proxy {
    /// Listens on a free port for connections to the server's.
    ///
    /// # Panics
    /// If there is no free port.
    pub fn start(server: u16, plan: Plan) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let port = listener.local_addr().expect("it has an address").port();
        let shared = Arc::new(Shared { server, state: Mutex::new(State { plan, ..State::default() }) });
        let all = Arc::clone(&shared);
        thread::spawn(move || {
            for client in listener.incoming() {
                if lock(&all.state).ended {
                    return;
                }
                if let Ok(client) = client {
                    let shared = Arc::clone(&all);
                    // A connection that cannot be made or breaks is one that is cut.
                    thread::spawn(move || drop(shared.carry(&client)));
                }
            }
        });
        Self { port, shared }
    }

    /// The port that jobs connect to.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// How many messages came.
    pub fn messages(&self) -> u64 {
        lock(&self.shared.state).messages
    }

    /// How many connections were cut.
    pub fn cuts(&self) -> u64 {
        lock(&self.shared.state).cuts
    }

    /// The messages that came, in a line each: what they are and their SQL.
    pub fn trace(&self) -> Vec<String> {
        lock(&self.shared.state).trace.clone()
    }

    /// From now on nothing breaks any more.
    pub fn mend(&self) {
        lock(&self.shared.state).plan = Plan::default();
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        let mut state = lock(&self.shared.state);
        state.ended = true;
        for socket in &state.sockets {
            drop(socket.shutdown(Shutdown::Both));
        }
        drop(state);
        // The thread that listens must hear of it.
        drop(TcpStream::connect(("127.0.0.1", self.port)));
    }
}

impl Shared {
    /// Carries a connection to its end.
    fn carry(&self, client: &TcpStream) -> io::Result<()> {
        {
            let mut state = lock(&self.state);
            if state.refusing > 0 {
                state.refusing -= 1;
                return client.shutdown(Shutdown::Both);
            }
        }
        let server = TcpStream::connect(("127.0.0.1", self.server))?;
        client.set_nodelay(true)?;
        server.set_nodelay(true)?;
        {
            let mut state = lock(&self.state);
            state.sockets.extend([client.try_clone()?, server.try_clone()?]);
        }
        let answers = Arc::new((Mutex::new(Answers::default()), Condvar::new()));
        let mut connection = Connection { shared: self, client, server: &server, answers, messages: 0, asked: 0 };
        let cut = connection.messages();
        drop(client.shutdown(Shutdown::Both));
        if !matches!(cut, Ok(Some(Cut::Unnoticed))) {
            drop(server.shutdown(Shutdown::Both));
        }
        cut.map(drop)
    }

    /// Counts a message; gives how the connection is cut there, if it is.
    fn count(&self, message: &[u8], on_this: u64) -> Option<Cut> {
        let mut state = lock(&self.state);
        state.messages += 1;
        let number = state.messages;
        let cut = match state.plan.each {
            Some(limit) if on_this > limit && number > state.plan.from => Some(Cut::Before),
            Some(_) | None => state.plan.cuts.get(&number).copied(),
        };
        let mut line = format!("{number} {}", describe(message, on_this));
        if let Some(cut) = cut {
            let _ = write!(line, " — cut {cut:?}");
            state.cuts += 1;
            state.refusing = state.plan.refused;
        }
        state.trace.push(line);
        cut
    }
}

struct Connection<'c> {
    shared: &'c Shared,
    client: &'c TcpStream,
    server: &'c TcpStream,
    answers: Arc<(Mutex<Answers>, Condvar)>,
    messages: u64,
    /// How often the server is ready once it has done all that it was asked for.
    asked: u64,
}

impl Connection<'_> {
    /// Hands on what the client says until one of the sides ends, or the connection is to be cut.
    fn messages(&mut self) -> io::Result<Option<Cut>> {
        let mut from = BufReader::new(self.client.try_clone()?);
        let mut to = self.server;
        let mut begun = false;
        loop {
            let message = read_message(&mut from, begun)?;
            self.messages += 1;
            let cut = self.shared.count(&message, self.messages);
            if cut == Some(Cut::Before) {
                return Ok(cut);
            }
            let kind = Kind::of(&message, begun);
            if kind == Kind::Startup {
                begun = true;
                self.answer()?;
            }
            if cut.is_some() {
                // Answers to what was asked for before go through.
                lock(&self.answers.0).swallow = Some(if kind == Kind::Asks { self.asked } else { 0 });
            }
            self.asked += u64::from(matches!(kind, Kind::Startup | Kind::Asks));
            to.write_all(&message)?;
            if kind == Kind::AsksForTls {
                // The answer is a byte of its own.
                let mut byte = [0];
                self.server.try_clone()?.read_exact(&mut byte)?;
                if cut.is_none() {
                    self.client.try_clone()?.write_all(&byte)?;
                }
            }
            if cut.is_some() {
                self.wait_for_answer(kind);
                return Ok(cut);
            }
        }
    }

    /// Hands on what the server says, in a thread of its own.
    fn answer(&self) -> io::Result<()> {
        let mut from = BufReader::new(self.server.try_clone()?);
        let client = self.client.try_clone()?;
        let answers = Arc::clone(&self.answers);
        thread::spawn(move || {
            let (answers, said) = &*answers;
            while let Ok(message) = read_message(&mut from, true) {
                let mut known = lock(answers);
                let swallowed = known.swallow.is_some_and(|from| known.ready >= from);
                known.ready += u64::from(message[0] == b'Z');
                known.swallowed += u64::from(swallowed);
                said.notify_all();
                drop(known);
                let mut to = &client;
                if !swallowed && to.write_all(&message).is_err() {
                    break;
                }
            }
            lock(answers).ended = true;
            said.notify_all();
            drop(client.shutdown(Shutdown::Both));
        });
        Ok(())
    }

    /// Waits until the server has done what it was asked for.
    fn wait_for_answer(&self, kind: Kind) {
        let (answers, said) = &*self.answers;
        let waits = |known: &mut Answers| {
            !known.ended
                && match kind {
                    Kind::Asks => known.ready < self.asked,
                    Kind::Startup | Kind::Password => known.swallowed == 0,
                    Kind::AsksForTls | Kind::Other => false,
                }
        };
        drop(said.wait_timeout_while(lock(answers), PATIENCE, waits).unwrap_or_else(PoisonError::into_inner));
    }
}

/// What the server does about a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    AsksForTls,
    Startup,
    Password,
    /// It does what it was asked for, and says when it is ready for more.
    Asks,
    /// Nothing yet.
    Other,
}

impl Kind {
    fn of(message: &[u8], begun: bool) -> Self {
        match message.first() {
            _ if !begun && message.get(4..) == Some(&TLS[..]) => Self::AsksForTls,
            _ if !begun => Self::Startup,
            Some(b'p') => Self::Password,
            Some(b'Q' | b'S') => Self::Asks,
            Some(_) | None => Self::Other,
        }
    }
}

/// The code of a request for TLS.
const TLS: [u8; 4] = 80_877_103_u32.to_be_bytes();

/// Reads a message: a byte that says what it is, save in the first ones of a client, its length, and the rest.
fn read_message(from: &mut impl Read, typed: bool) -> io::Result<Vec<u8>> {
    let mut message = vec![0; if typed { 5 } else { 4 }];
    from.read_exact(&mut message)?;
    let length: [u8; 4] = message[message.len() - 4..].try_into().expect("four bytes");
    let rest = (u32::from_be_bytes(length) as usize).checked_sub(4).ok_or(io::ErrorKind::InvalidData)?;
    let at = message.len();
    message.resize(at + rest, 0);
    from.read_exact(&mut message[at..])?;
    Ok(message)
}

/// What a message is, for people.
fn describe(message: &[u8], on_this: u64) -> String {
    let words = |bytes: &[u8]| {
        let text = String::from_utf8_lossy(bytes).replace('\0', " ");
        text.split_whitespace().collect::<Vec<_>>().join(" ").chars().take(100).collect::<String>()
    };
    match message.first() {
        Some(0) if on_this <= 2 => "startup".to_owned(),
        Some(b'Q') => format!("query {}", words(&message[5..])),
        Some(b'P') => format!("parse {}", words(&message[5..])),
        Some(b'p') => "password".to_owned(),
        Some(kind) => char::from(*kind).to_string(),
        None => String::new(),
    }
}
