//! A PostgreSQL server of a test's own, on a free port and in a temporary folder.

use std::fs;
use std::io::Read as _;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use postgres::{Client, NoTls};
use serde_json::Value;

/// The user that owns the server.
pub const USER: &str = "millstream";
/// Its password; no message may have it.
pub const PASSWORD: &str = "tell-nobody";

/// A server; it is stopped when it is dropped.
pub struct Server {
    folder: tempfile::TempDir,
    port: u16,
    running: Option<Child>,
    databases: AtomicU32,
}

/// Where the server's programs are: the newest of Debian's, or those that the path has.
fn program(name: &str) -> PathBuf {
    let versions = fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let mut found: Vec<(u32, PathBuf)> = versions
        .filter_map(|entry| Some((entry.file_name().to_str()?.parse().ok()?, entry.path().join("bin").join(name))))
        .filter(|(_, path)| path.exists())
        .collect();
    found.sort();
    found.pop().map_or_else(|| PathBuf::from(name), |(_, path)| path)
}

fn is_root() -> bool {
    let output = Command::new("id").arg("-u").output().expect("there is a command id");
    output.stdout.trim_ascii() == b"0"
}

/// A program of the server. It refuses to run as root, so it gets another user then.
fn server_command(name: &str) -> Command {
    let mut command = Command::new("setpriv");
    if is_root() {
        command.args(["--reuid", "nobody", "--regid", "nogroup", "--clear-groups"]);
    }
    // A test that is killed leaves no server behind.
    command.args(["--pdeathsig", "INT"]).arg(program(name)).current_dir("/");
    command
}

impl Server {
    /// Starts one.
    ///
    /// # Panics
    /// If there are no programs of PostgreSQL.
    pub fn start() -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        fs::write(folder.path().join("password"), PASSWORD).expect("writes the password");
        if is_root() {
            let owned = Command::new("chown").args(["-R", "nobody:nogroup"]).arg(folder.path()).status();
            assert!(owned.expect("there is a command chown").success());
        }
        let made = server_command("initdb")
            .args(["--no-sync", "--auth=scram-sha-256", "--locale=C", "--encoding=UTF8", "-U", USER])
            .arg(format!("--pwfile={}", folder.path().join("password").display()))
            .arg(folder.path().join("data"))
            .output()
            .expect("initdb can be started; tests/run installs it");
        assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
        let port = TcpListener::bind("127.0.0.1:0").and_then(|socket| socket.local_addr()).expect("a free port").port();
        let mut server = Self { folder, port, running: None, databases: AtomicU32::new(0) };
        server.go();
        // Jobs of tests are not optimised: a password that is hashed thousands of times took most of their time. A server
        // that is too old to know the setting goes on hashing.
        let cheap = format!("set scram_iterations = 1; alter user {USER} password '{PASSWORD}'");
        let _ = server.client("postgres").batch_execute(&cheap);
        server
    }

    /// Starts the server after it was stopped.
    ///
    /// # Panics
    /// If it does not come up within a minute.
    pub fn go(&mut self) {
        let log = fs::File::create(self.folder.path().join("log")).expect("writes the log");
        let child = server_command("postgres")
            .arg("-D")
            .arg(self.folder.path().join("data"))
            .args(["-p", &self.port.to_string(), "-k"])
            .arg(self.folder.path())
            .args(["-c", "listen_addresses=127.0.0.1", "-c", "fsync=off"])
            .stdout(Stdio::null())
            .stderr(log)
            .spawn()
            .expect("the server can be started");
        self.running = Some(child);
        let deadline = Instant::now() + Duration::from_secs(60);
        while Client::connect(&self.url("postgres"), NoTls).is_err() {
            assert!(Instant::now() < deadline, "the server does not come up: {}", self.log());
            thread::sleep(Duration::from_millis(20));
        }
    }

    /// What the server has told.
    ///
    /// # Panics
    /// If it cannot be read.
    pub fn log(&self) -> String {
        let mut text = String::new();
        let mut file = fs::File::open(self.folder.path().join("log")).expect("there is a log");
        file.read_to_string(&mut text).expect("the log is text");
        text
    }

    /// Stops the server: its sessions are cut.
    ///
    /// # Panics
    /// If it cannot be stopped.
    pub fn stop(&mut self) {
        let Some(mut child) = self.running.take() else { return };
        let told = Command::new("kill").args(["-INT", &child.id().to_string()]).status();
        assert!(told.expect("there is a command kill").success());
        child.wait().expect("the server ends");
    }

    /// The port.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// The folder, which the server can read.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Gives files of its data to the server alone.
    ///
    /// # Panics
    /// If that is refused.
    pub fn own(&self, files: &[&str]) {
        let paths: Vec<PathBuf> = files.iter().map(|file| self.folder.path().join("data").join(file)).collect();
        let mut commands = vec![("chmod", "600")];
        if is_root() {
            commands.push(("chown", "nobody:nogroup"));
        }
        for (command, how) in commands {
            let done = Command::new(command).arg(how).args(&paths).status();
            assert!(done.expect("there is such a command").success());
        }
    }

    /// The url of a database.
    pub fn url(&self, database: &str) -> String {
        format!("postgres://{USER}:{PASSWORD}@127.0.0.1:{}/{database}", self.port)
    }

    /// Creates a database and gives its name.
    ///
    /// # Panics
    /// If the server refuses.
    pub fn database(&self) -> String {
        let name = format!("d{}", self.databases.fetch_add(1, Ordering::Relaxed));
        self.client("postgres").batch_execute(&format!("create database {name}")).expect("creates a database");
        name
    }

    /// A connection.
    ///
    /// # Panics
    /// If the server refuses.
    pub fn client(&self, database: &str) -> Client {
        Client::connect(&self.url(database), NoTls).expect("connects")
    }

    /// The rows of a table, sorted by the columns `order`, as JSON objects in column order.
    ///
    /// # Panics
    /// If the server refuses.
    pub fn rows(&self, database: &str, table: &str, order: &str) -> Vec<Value> {
        let sql = format!("select row_to_json(t)::text from (select * from {table} order by {order}) as t");
        let rows = self.client(database).query(&sql, &[]).expect("reads");
        rows.iter().map(|row| serde_json::from_str(row.get(0)).expect("JSON")).collect()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stop();
    }
}
