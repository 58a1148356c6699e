//! One connection for each url, and the open epoch, which can be told again over a new connection.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use postgres::types::ToSql;
use postgres::{Client, Error, Statement};

use super::super::Failure;
use super::address::Address;
use super::encode::Array;
use super::epochs::{self, Mark};
use super::patience::Patience;
use super::sentences::{failure, is_passing};
use super::tls::Tls;

/// A database that this process speaks to.
pub(super) struct Database {
    address: Address,
    tls: Tls,
    session: Option<Session>,
    /// Sessions that were lost, if the server may not have noticed yet.
    lost: Vec<Backend>,
    /// What the open epoch changes, kept until it is known that it was committed.
    journal: Vec<Change>,
    /// How much of it the open transaction has; none if no transaction is open.
    sent: Option<usize>,
    /// What tells whether a commit came that was not answered.
    doubt: Option<Proof>,
}

/// A connection, with what is prepared in it.
pub(super) struct Session {
    pub client: Client,
    statements: BTreeMap<Arc<str>, Statement>,
    backend: Backend,
}

/// The server's process behind a session: its number and when it began.
type Backend = (i32, String);

/// A part of an epoch.
pub(super) enum Change {
    /// A statement with columns of values. Done twice it may do harm unless `repeatable`.
    Rows { sql: Arc<str>, arrays: Vec<Array>, repeatable: bool },
    /// The epoch's number.
    Mark(Mark),
}

/// What tells whether a transaction was committed.
#[derive(Debug, Clone)]
enum Proof {
    /// The number of the epoch that it noted.
    Mark(Mark),
    /// Its own number, which the server knows.
    Transaction(i64),
    /// Nothing; done twice it does no harm.
    Repeatable,
}

/// Why a step did not go well.
pub(super) enum Stumble {
    /// What the server or the system said.
    Said(Error),
    /// What nothing can be done about.
    Final(Failure),
}

impl From<Error> for Stumble {
    fn from(error: Error) -> Self {
        Self::Said(error)
    }
}

/// Ends sessions of which the server has not noticed that they were lost.
const END: &str = "select pg_terminate_backend(a.pid) from pg_stat_activity as a \
                   join unnest($1::int4[], $2::text[]) as l (pid, began) \
                   on a.pid = l.pid and a.backend_start = l.began::timestamptz";

/// The databases that this process speaks to, by url.
static OPEN: Mutex<Vec<(String, Weak<Mutex<Database>>)>> = Mutex::new(Vec::new());

/// Connects to a database, or shares the connection if there is one. At the start of a job nothing is waited for.
pub(super) fn open(url: &str, address: Address) -> Result<Arc<Mutex<Database>>, Failure> {
    let mut open = OPEN.lock().unwrap_or_else(PoisonError::into_inner);
    open.retain(|(_, database)| database.strong_count() > 0);
    if let Some(database) = open.iter().find(|(known, _)| known == url).and_then(|(_, database)| database.upgrade()) {
        return Ok(database);
    }
    let tls = Tls::new(&address.trust)
        .map_err(|what| Failure::environment(format!("cannot use the database {}: {what}", address.place)))?;
    let session = connect(&address, &tls).map_err(|error| failure(&address.place, &error))?;
    let database = Database {
        address,
        tls,
        session: Some(session),
        lost: Vec::new(),
        journal: Vec::new(),
        sent: None,
        doubt: None,
    };
    let database = Arc::new(Mutex::new(database));
    open.push((url.to_owned(), Arc::downgrade(&database)));
    Ok(database)
}

/// The database behind its lock; only one thread uses it at a time.
pub(super) fn lock(database: &Mutex<Database>) -> MutexGuard<'_, Database> {
    database.lock().unwrap_or_else(PoisonError::into_inner)
}

fn connect(address: &Address, tls: &Tls) -> Result<Session, Error> {
    let mut client = address.config.connect(tls.clone())?;
    // What a role or a database has set otherwise must not change what is read and written.
    client
        .batch_execute("set default_transaction_isolation to 'read committed'; set client_min_messages to warning")?;
    let row =
        client.query_one("select pid, backend_start::text from pg_stat_activity where pid = pg_backend_pid()", &[])?;
    let backend = (row.try_get(0)?, row.try_get::<_, Option<String>>(1)?.unwrap_or_default());
    Ok(Session { client, statements: BTreeMap::new(), backend })
}

impl Session {
    /// A statement, prepared once.
    pub fn statement(&mut self, sql: &Arc<str>) -> Result<Statement, Error> {
        if let Some(statement) = self.statements.get(sql) {
            return Ok(statement.clone());
        }
        let statement = self.client.prepare(sql)?;
        self.statements.insert(Arc::clone(sql), statement.clone());
        Ok(statement)
    }

    fn apply(&mut self, change: &Change) -> Result<(), Error> {
        match change {
            Change::Rows { sql, arrays, .. } => {
                let statement = self.statement(sql)?;
                self.client.execute(&statement, &parameters(arrays)).map(drop)
            }
            Change::Mark(mark) => epochs::mark(self, mark),
        }
    }
}

/// Columns of values as a statement's parameters.
pub(super) fn parameters(arrays: &[Array]) -> Vec<&(dyn ToSql + Sync)> {
    arrays.iter().map(|array| array as &(dyn ToSql + Sync)).collect()
}

impl Database {
    /// The database, for messages.
    pub fn place(&self) -> &str {
        &self.address.place
    }

    /// Does something that may be done again: when the connection is lost, over a new one in which the open epoch
    /// stands as before.
    pub fn again<T>(&mut self, work: &mut dyn FnMut(&mut Session) -> Result<T, Stumble>) -> Result<T, Failure> {
        self.patiently(&mut |database| {
            database.catch_up()?;
            work(database.session()?)
        })
    }

    /// Adds a change to the open epoch.
    pub fn change(&mut self, change: Change) -> Result<(), Failure> {
        self.journal.push(change);
        self.patiently(&mut Self::catch_up)
    }

    /// Commits the open epoch, if there is one.
    pub fn commit(&mut self) -> Result<(), Failure> {
        if self.journal.is_empty() {
            return Ok(());
        }
        self.patiently(&mut |database| {
            database.catch_up()?;
            // After a commit whose answer got lost it may be there already.
            if database.journal.is_empty() {
                return Ok(());
            }
            let proof = database.proof()?;
            database.doubt = Some(proof);
            let committed = database.session()?.client.batch_execute("commit");
            if let Err(error) = &committed
                && !is_passing(error)
            {
                database.doubt = None;
            }
            committed?;
            database.forget();
            Ok(())
        })
    }

    /// Drops the open epoch: the job has failed.
    pub fn abandon(&mut self) {
        let open = self.sent.is_some();
        self.forget();
        if open
            && let Some(session) = &mut self.session
            && session.client.batch_execute("rollback").is_err()
        {
            // Closing the connection does the same.
            self.session = None;
        }
    }

    fn forget(&mut self) {
        self.journal.clear();
        self.sent = None;
        self.doubt = None;
    }

    /// What the server refused, as a sentence.
    #[cold]
    pub fn failure(&self, error: &Error) -> Failure {
        failure(&self.address.place, error)
    }

    /// Tries until it goes well, or fails with something that does not pass.
    fn patiently<T>(&mut self, work: &mut dyn FnMut(&mut Self) -> Result<T, Stumble>) -> Result<T, Failure> {
        let mut patience = Patience::default();
        loop {
            match work(self) {
                Ok(done) => {
                    patience.over(&self.address.place);
                    return Ok(done);
                }
                Err(Stumble::Said(error)) if is_passing(&error) => {
                    self.lost.extend(self.session.take().map(|session| session.backend));
                    self.sent = None;
                    patience.wait(&self.address.place, &error)?;
                }
                Err(Stumble::Said(error)) => return Err(self.failure(&error)),
                Err(Stumble::Final(failure)) => return Err(failure),
            }
        }
    }

    /// The session, connected if it is not.
    fn session(&mut self) -> Result<&mut Session, Stumble> {
        if self.session.is_none() {
            self.session = Some(connect(&self.address, &self.tls)?);
        }
        if let Some(session) = &mut self.session
            && !self.lost.is_empty()
        {
            // They may hold locks, and the server may not have noticed that nobody speaks to them any more. What it is
            // not allowed to end, the locks are waited for; only if this connection is lost too, it is asked again.
            let (numbers, began): (Vec<i32>, Vec<&str>) =
                self.lost.iter().map(|(number, began)| (*number, began.as_str())).unzip();
            match session.client.query(END, &[&numbers, &began]) {
                Err(error) if is_passing(&error) => return Err(error.into()),
                Ok(_) | Err(_) => self.lost.clear(),
            }
        }
        self.session.as_mut().ok_or_else(|| Stumble::Final(Failure::environment("there is no connection")))
    }

    /// Brings the open transaction to where the journal is.
    fn catch_up(&mut self) -> Result<(), Stumble> {
        self.session()?;
        if let Some(proof) = self.doubt.clone() {
            if self.is_committed(&proof)? {
                self.forget();
                return Ok(());
            }
            self.doubt = None;
        }
        if self.journal.is_empty() {
            return Ok(());
        }
        let Self { session: Some(session), journal, sent, .. } = self else { return Ok(()) };
        let done = match sent {
            Some(done) => *done,
            None => {
                session.client.batch_execute("begin")?;
                0
            }
        };
        *sent = Some(done);
        for (change, number) in journal.iter().skip(done).zip(done + 1..) {
            session.apply(change)?;
            *sent = Some(number);
        }
        Ok(())
    }

    /// What will tell whether the open transaction was committed, if the answer gets lost.
    fn proof(&mut self) -> Result<Proof, Stumble> {
        let marks = self.journal.iter().find_map(|change| match change {
            Change::Mark(mark) => Some(mark.clone()),
            Change::Rows { .. } => None,
        });
        if let Some(mark) = marks {
            return Ok(Proof::Mark(mark));
        }
        let repeatable = |change: &Change| match change {
            Change::Rows { repeatable, .. } => *repeatable,
            Change::Mark(_) => true,
        };
        if self.journal.iter().all(repeatable) {
            return Ok(Proof::Repeatable);
        }
        let row = self.session()?.client.query_one("select txid_current()", &[])?;
        Ok(Proof::Transaction(row.try_get(0)?))
    }

    /// Whether the transaction of the lost connection was committed. Waits until that is certain.
    fn is_committed(&mut self, proof: &Proof) -> Result<bool, Stumble> {
        let session = self.session()?;
        match proof {
            Proof::Mark(mark) => Ok(epochs::has(session, mark)?),
            Proof::Repeatable => Ok(false),
            Proof::Transaction(number) => {
                // The server has ended its process; while that is not done, the transaction is in progress.
                for _ in 0..600 {
                    let row = session.client.query_one("select txid_status($1)", &[number])?;
                    match row.try_get::<_, Option<String>>(0)?.as_deref() {
                        Some("committed") => return Ok(true),
                        Some("in progress") => std::thread::sleep(std::time::Duration::from_millis(100)),
                        Some(_) => return Ok(false),
                        None => break,
                    }
                }
                Err(Stumble::Final(Failure::environment(format!(
                    "the connection to the database {} was lost while an epoch was committed, and it cannot be told \
                     whether it was",
                    self.address.place
                ))))
            }
        }
    }
}
