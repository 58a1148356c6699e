//! What PostgreSQL or the way to it refused, as sentences.

use std::error::Error as _;
use std::io;

use postgres::Error;
use postgres::error::SqlState;

use super::super::Failure;
use super::super::options::reason;

/// The system's error, if the connection could not be made or broke.
fn system(error: &Error) -> Option<&io::Error> {
    error.source().and_then(|cause| cause.downcast_ref::<io::Error>())
}

fn is_handshake(error: &Error) -> bool {
    error.to_string().starts_with("error performing TLS handshake")
}

fn is_timeout(error: &Error) -> bool {
    error.to_string().starts_with("timeout")
}

/// Whether the same may go well a little later, perhaps over a new connection.
pub(super) fn is_passing(error: &Error) -> bool {
    if error.is_closed() || is_timeout(error) {
        return true;
    }
    if let Some(system) = system(error) {
        return system.kind() != io::ErrorKind::InvalidData && system.kind() != io::ErrorKind::InvalidInput;
    }
    let Some(code) = error.code() else { return false };
    code.code().starts_with("08")
        || [
            SqlState::ADMIN_SHUTDOWN,
            SqlState::CRASH_SHUTDOWN,
            SqlState::CANNOT_CONNECT_NOW,
            SqlState::TOO_MANY_CONNECTIONS,
            SqlState::IDLE_IN_TRANSACTION_SESSION_TIMEOUT,
            SqlState::IDLE_SESSION_TIMEOUT,
        ]
        .contains(code)
        || is_conflict(error)
}

/// Whether the server ended a transaction because of another one; done again it may go well.
pub(super) fn is_conflict(error: &Error) -> bool {
    [Some(&SqlState::T_R_SERIALIZATION_FAILURE), Some(&SqlState::T_R_DEADLOCK_DETECTED)].contains(&error.code())
}

/// Why the connection was lost or cannot be made, in a few words.
pub(super) fn why(error: &Error) -> String {
    if let Some(said) = error.as_db_error() {
        return said.message().to_owned();
    }
    if error.is_closed() {
        return "the server closed the connection".to_owned();
    }
    if is_timeout(error) {
        return "the server does not answer".to_owned();
    }
    match system(error) {
        Some(system) if !is_handshake(error) => match system.kind() {
            io::ErrorKind::ConnectionRefused => "connection refused".to_owned(),
            io::ErrorKind::TimedOut => "the server does not answer".to_owned(),
            io::ErrorKind::UnexpectedEof => "the server closed the connection".to_owned(),
            _ => reason(system),
        },
        Some(system) => format!("TLS: {system}"),
        None => {
            let text = error.to_string();
            match error.source().map(ToString::to_string).filter(|cause| !text.contains(cause)) {
                Some(cause) => format!("{text}: {cause}"),
                None => text,
            }
        }
    }
}

/// What was refused, as a sentence. `place` is the database.
#[cold]
pub(super) fn failure(place: &str, error: &Error) -> Failure {
    let environment = |what: &str| Failure::environment(format!("cannot use the database {place}: {what}"));
    let why = why(error);
    let Some(said) = error.as_db_error() else {
        if why.contains("password missing") {
            return environment("it asks for a password, but the url has none and PGPASSWORD is not set");
        }
        if why.contains("does not support TLS") {
            return environment("the server does not speak TLS, but sslmode of the url asks for it");
        }
        if is_handshake(error) {
            return environment(&format!("{why}. Check sslmode and sslrootcert of the url"));
        }
        if is_passing(error) {
            return environment(&format!("{why}. Check the host and the port, and that the server runs"));
        }
        return environment(&why);
    };
    let code = said.code();
    match code.code() {
        "28P01" | "28000" => {
            environment(&format!("{why}. Check the user and the password, and the server's pg_hba.conf"))
        }
        "3D000" => environment(&format!("{why}. Create it, or name another one")),
        "3F000" => environment(&format!("{why}. Create it, or name another table")),
        "42501" => environment(&format!("{why}. Grant the user the right, or name another user")),
        "53300" => environment("it has too many connections"),
        "53100" => environment("its disk is full"),
        "25006" => environment("it is read-only"),
        "57014" => environment(&format!("{why}; the server's settings give a statement too little time")),
        code if code.starts_with("22") || code.starts_with("23") => {
            let detail = said.detail().filter(|detail| detail.len() <= 300);
            let detail = detail.map(|detail| format!(" ({})", detail.trim_end_matches('.'))).unwrap_or_default();
            let table = said.table().map(|table| format!(" of table {table}")).unwrap_or_default();
            Failure::pipeline(format!("the database {place} refused a row{table}: {why}{detail}"))
        }
        code if is_passing(error) || code.starts_with("53") || code.starts_with("58") => environment(&why),
        _ => Failure::pipeline(format!("the database {place}: {why}")),
    }
}
