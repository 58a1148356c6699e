//! The option `url`: where the database is, and how it is spoken to.

use std::fmt::Write as _;
use std::path::PathBuf;
use std::time::Duration;

use postgres::Config;
use postgres::config::{Host, SslMode};

use super::super::Failure;
use super::super::options::Reading;

/// How the server's certificate is looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Trust {
    /// Not at all, as libpq does it for `prefer` and `require`.
    Any,
    /// It must be of the host, by an authority of the system or of this file.
    Host(Option<PathBuf>),
}

/// Where a database is. Its text for messages has neither user nor password.
#[derive(Clone)]
pub(super) struct Address {
    pub config: Config,
    pub trust: Trust,
    /// `host:5432/database`
    pub place: String,
}

/// How long a connection may take to be made.
const CONNECT: Duration = Duration::from_secs(10);
/// After this time without a word the system asks whether the server is still there.
const KEEPALIVE: Duration = Duration::from_secs(30);
/// After this time without an answer the connection is lost.
const UNANSWERED: Duration = Duration::from_secs(60);

/// The settings that [`Config`] does not know as libpq does.
#[derive(Default)]
struct Own {
    mode: Option<String>,
    root: Option<String>,
}

impl Own {
    /// Keeps a setting if it is one of these.
    fn take(&mut self, key: &str, value: &str) -> bool {
        match key {
            "sslmode" => self.mode = Some(value.to_owned()),
            "sslrootcert" => self.root = Some(value.to_owned()),
            _ => return false,
        }
        true
    }
}

impl Address {
    /// Reads the option. No message says what stands in it: it may hold a password.
    pub fn new(reading: &Reading<'_>) -> Result<Self, Failure> {
        let url = reading.required("url")?;
        let mut own = Own::default();
        let is_url = url.starts_with("postgres://") || url.starts_with("postgresql://");
        let rest = if is_url { without_own_of_url(url, &mut own) } else { without_own(url, &mut own) };
        let rest = rest.map_err(|what| reading.wrong(what))?;
        let mut config: Config = rest.parse().map_err(|error: postgres::Error| reading.wrong(&unreadable(&error)))?;
        if config.get_hosts().is_empty() && config.get_hostaddrs().is_empty() {
            return Err(reading.wrong("the option 'url' names no host"));
        }
        let trust = match own.mode.as_deref() {
            None | Some("prefer" | "require") => Trust::Any,
            Some("disable") => Trust::Any,
            Some("verify-full") => Trust::Host(own.root.filter(|root| root != "system").map(PathBuf::from)),
            Some(other) => {
                let other = if other.len() < 20 { other } else { "…" };
                return Err(reading.wrong(&format!(
                    "sslmode of the option 'url' is '{other}', but must be disable, prefer, require or verify-full"
                )));
            }
        };
        config.ssl_mode(match own.mode.as_deref() {
            Some("disable") => SslMode::Disable,
            Some("require" | "verify-full") => SslMode::Require,
            _ => SslMode::Prefer,
        });
        if config.get_password().is_none()
            && let Ok(password) = std::env::var("PGPASSWORD")
        {
            config.password(password);
        }
        if config.get_connect_timeout().is_none() {
            config.connect_timeout(CONNECT);
        }
        if config.get_tcp_user_timeout().is_none() {
            config.tcp_user_timeout(UNANSWERED);
        }
        config.keepalives_idle(config.get_keepalives_idle().min(KEEPALIVE));
        if config.get_application_name().is_none() {
            config.application_name("millstream");
        }
        let place = place(&config);
        Ok(Self { config, trust, place })
    }
}

/// Why the option cannot be read, without what stands in it.
fn unreadable(error: &postgres::Error) -> String {
    let cause = std::error::Error::source(error).map(ToString::to_string).unwrap_or_default();
    let what = if cause.starts_with("invalid value for option") {
        cause
    } else if cause.starts_with("unknown option") {
        "it has a setting that is not known".to_owned()
    } else {
        "it is neither postgres://user:password@host:port/database nor a list of key=value".to_owned()
    };
    format!("the option 'url' cannot be read: {what}")
}

/// `host:5432/database`; several hosts with commas.
fn place(config: &Config) -> String {
    let mut text = String::new();
    let ports = config.get_ports();
    let mut add = |at: usize, host: &dyn std::fmt::Display| {
        let port = ports.get(at).or(ports.first()).copied().unwrap_or(5432);
        let comma = if at == 0 { "" } else { "," };
        let _ = write!(text, "{comma}{host}:{port}");
    };
    for (at, host) in config.get_hosts().iter().enumerate() {
        match host {
            Host::Tcp(name) => add(at, name),
            #[cfg(unix)]
            Host::Unix(path) => add(at, &path.display()),
        }
    }
    if config.get_hosts().is_empty() {
        config.get_hostaddrs().iter().enumerate().for_each(|(at, address)| add(at, address));
    }
    let database = config.get_dbname().or(config.get_user()).unwrap_or_default();
    format!("{text}/{database}")
}

/// A url without the settings that are read here.
fn without_own_of_url(url: &str, own: &mut Own) -> Result<String, &'static str> {
    let authority = url.split_once("://").map_or("", |(_, rest)| rest);
    let authority = authority.split(['/', '?']).next().unwrap_or_default();
    if authority.matches('@').count() > 1 {
        return Err("the option 'url' cannot be read: an @ in a user or password is written %40");
    }
    let from = url.find('@').unwrap_or(0);
    let Some(at) = url[from..].find('?') else { return Ok(url.to_owned()) };
    let (head, settings) = url.split_at(from + at);
    let mut rest: Vec<&str> = Vec::new();
    for setting in settings[1..].split('&').filter(|setting| !setting.is_empty()) {
        let (key, value) = setting.split_once('=').unwrap_or((setting, ""));
        if !own.take(key, &decoded(value)) {
            rest.push(setting);
        }
    }
    Ok(if rest.is_empty() { head.to_owned() } else { format!("{head}?{}", rest.join("&")) })
}

/// `%2F` as the byte that it stands for.
fn decoded(text: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = text.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        let code = after.get(..2).and_then(|code| std::str::from_utf8(code).ok());
        match (first, code.and_then(|code| u8::from_str_radix(code, 16).ok())) {
            (b'%', Some(byte)) => {
                bytes.push(byte);
                rest = &after[2..];
            }
            _ => {
                bytes.push(*first);
                rest = after;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// `key=value` pairs without the settings that are read here.
fn without_own(text: &str, own: &mut Own) -> Result<String, &'static str> {
    const WRONG: &str = "the option 'url' cannot be read: it is neither postgres://user:password@host:port/database nor a list of \
         key=value";
    let mut out = String::new();
    let mut rest = text.trim_start();
    while !rest.is_empty() {
        let (key, after) = rest.split_once('=').ok_or(WRONG)?;
        let after = after.trim_start();
        let quoted = after.starts_with('\'');
        let mut value = String::new();
        let mut chars = after.char_indices().skip(usize::from(quoted));
        let mut end = after.len();
        while let Some((at, letter)) = chars.next() {
            match letter {
                '\\' => value.extend(chars.next().map(|(_, letter)| letter)),
                '\'' if quoted => {
                    end = at + 1;
                    break;
                }
                letter if letter.is_whitespace() && !quoted => {
                    end = at;
                    break;
                }
                letter => value.push(letter),
            }
        }
        let key = key.trim();
        if !own.take(key, &value) {
            let _ = write!(out, "{key}='{}' ", value.replace('\\', "\\\\").replace('\'', "\\'"));
        }
        rest = after.get(end..).unwrap_or_default().trim_start();
    }
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::super::super::testing::{TABLE, options};
    use super::*;

    fn of(url: &str) -> Result<Address, String> {
        let options = options(&[("url", url)]);
        let reading = Reading::new("postgres", &TABLE, &options, &["url"]).unwrap();
        Address::new(&reading).map_err(|failure| failure.message)
    }

    #[test]
    fn urls_and_pairs() {
        let address = of("postgres://app:s%40cret@db:6432/shop?sslmode=verify-full&sslrootcert=%2Fca.pem").unwrap();
        assert_eq!(address.place, "db:6432/shop");
        assert_eq!(address.config.get_password(), Some(&b"s@cret"[..]));
        assert_eq!(address.trust, Trust::Host(Some("/ca.pem".into())));
        assert_eq!(address.config.get_ssl_mode(), SslMode::Require);
        let address = of("host=/run/pg dbname = shop user=app password='it\\'s me' sslmode=disable").unwrap();
        assert_eq!(address.place, "/run/pg:5432/shop");
        assert_eq!(address.config.get_password(), Some(&b"it's me"[..]));
        assert_eq!(address.config.get_ssl_mode(), SslMode::Disable);
        assert_eq!(of("postgres://a,b:2/x?connect_timeout=3").unwrap().place, "a:5432,b:2/x");
        assert_eq!(of("postgres://app@db/x").unwrap().config.get_ssl_mode(), SslMode::Prefer);
    }

    #[test]
    fn no_message_has_the_password() {
        for url in [
            "postgres://app:sec@ret@db/x",
            "postgres://app:secret@db/x?secret=1",
            "host=db password=a secret",
            "secret",
            "mysql://app:secret@db/x",
            "postgres://app:secret@db:secret/x",
            "postgres://app:secret@db/x?sslmode=secret_and_so_on_and_on",
            "postgres://app:secret@/x",
            "password=secret dbname=x",
        ] {
            let message = of(url).err().unwrap();
            assert!(message.starts_with("table 'orders', postgres: "), "{message}");
            assert!(!message.contains("sec"), "{message}");
        }
        assert!(of("postgres://db/x?sslmode=allow").err().unwrap().contains("is 'allow', but must be disable"));
    }
}
