//! What is in the way is said in one sentence, with exit code 3 where the pipeline is not at fault. No sentence, no log
//! and no state has the password.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};
use std::sync::LazyLock;

use millstream_tests::Job;
use millstream_tests::postgres::{PASSWORD, Server, USER};

use crate::told;

const PIPELINE: &str = "version: 1
pipeline: sentences
tables:
  orders:
    columns: {id: bigint, note: varchar, price: \"decimal(10, 2)\"}
    file: {path: orders.jsonl}
  totals:
    columns: {id: bigint not null, note: varchar, price: \"decimal(10, 2)\"}
    primary_key: [id]
    postgres: {url: \"postgres://app:tell-nobody@nowhere/none?sslmode=require\"}
views:
  by_id:
    from: orders
    where: id is not null
    group_by: [id]
    select: {note: last_value(note), price: sum(price)}
    state: unbounded
inserts:
  - {into: totals, from: by_id}
";

static JOB: LazyLock<Job> = LazyLock::new(|| Job::build(PIPELINE));

/// Runs the job over this input in a folder of its own.
fn run_with(input: &str, settings: &[(&str, &str)], password: Option<&str>) -> (Output, tempfile::TempDir) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    fs::write(folder.path().join("orders.jsonl"), input).expect("writes");
    let mut command = Command::new(&JOB.binary);
    command.current_dir(folder.path()).args(["--state", "state"]).env_remove("PGPASSWORD");
    command.envs(password.map(|password| ("PGPASSWORD", password)));
    for (name, value) in settings {
        command.args(["--set", &format!("tables.totals.postgres.{name}={value}")]);
    }
    (command.output().expect("runs the job"), folder)
}

fn run(settings: &[(&str, &str)]) -> (Option<i32>, String) {
    let (output, _folder) = run_with("{\"id\":1,\"note\":\"a\",\"price\":1}\n", settings, None);
    (output.status.code(), told(&output))
}

/// The last line of what a run told, which must have failed so.
fn refused(settings: &[(&str, &str)], code: i32, words: &[&str]) {
    let (found, text) = run(settings);
    assert_eq!(found, Some(code), "{text}");
    let lines: Vec<&str> = text.lines().filter(|line| line.starts_with("error: ")).collect();
    assert_eq!(lines.len(), 1, "{text}");
    for word in words {
        assert!(lines[0].contains(word), "{word:?} is not in: {text}");
    }
}

fn no_password_in(folder: &Path) {
    for entry in fs::read_dir(folder).expect("reads").flatten() {
        if entry.path().is_dir() {
            no_password_in(&entry.path());
        } else {
            let bytes = fs::read(entry.path()).expect("reads");
            let found = bytes.windows(PASSWORD.len()).any(|window| window == PASSWORD.as_bytes());
            assert!(!found, "{} has the password", entry.path().display());
        }
    }
}

#[test]
fn at_the_start() {
    let server = Server::start();
    let database = server.database();
    let (url, port) = (server.url(&database), server.port());
    let place = format!("127.0.0.1:{port}/{database}");
    let closed = format!("postgres://{USER}:{PASSWORD}@127.0.0.1:1/x");
    refused(&[("url", &closed)], 3, &["cannot use the database 127.0.0.1:1/x: connection refused. Check the host and"]);
    refused(
        &[("url", "host=nowhere.invalid dbname=x password=tell-nobody")],
        3,
        &["nowhere.invalid:5432/x", "Check the host"],
    );
    let wrong = url.replace(PASSWORD, "wrong-word");
    refused(&[("url", &wrong)], 3, &[&place, "password authentication failed for user \"millstream\". Check the user"]);
    let none = format!("postgres://{USER}@127.0.0.1:{port}/{database}");
    refused(&[("url", &none)], 3, &[&place, "it asks for a password, but the url has none and PGPASSWORD is not set"]);
    refused(&[("url", &server.url("absent"))], 3, &["/absent: database \"absent\" does not exist. Create it, or name"]);
    refused(
        &[("url", &format!("{url}?sslmode=require"))],
        3,
        &["does not speak TLS, but sslmode of the url asks for it"],
    );
    refused(&[("url", &format!("{url}?sslmode=sure"))], 2, &["sslmode of the option 'url' is 'sure', but must be"]);
    refused(
        &[("url", &format!("{url}?tell-nobody=1"))],
        2,
        &["'url' cannot be read: it has a setting that is not known"],
    );
    refused(&[("url", &format!("mysql://a:{PASSWORD}@b/c"))], 2, &["'url' cannot be read: it is neither postgres://"]);
    refused(&[("url", &url), ("table", "a.b.c")], 2, &["'table' is 'a.b.c', but must be a name or schema.name"]);
    refused(&[("url", &url), ("table", "absent.totals")], 3, &["schema \"absent\" does not exist. Create it, or name"]);
    // Nothing of what was refused is left.
    assert!(server.rows(&database, "pg_tables", "1").iter().all(|row| row["schemaname"] != "public"));
}

#[test]
fn tables_that_do_not_fit() {
    let server = Server::start();
    let database = server.database();
    let url = server.url(&database);
    let mut admin = server.client(&database);
    let mut check = |table: &str, code: i32, words: &[&str]| {
        admin.batch_execute("drop schema public cascade; create schema public").expect("clears");
        admin.batch_execute(table).expect("creates the table");
        refused(&[("url", &url)], code, words);
    };
    check(
        "create table totals (id bigint primary key, note text)",
        1,
        &["(table totals) has no column price; it has id, note. Add the column, or name another table"],
    );
    check(
        "create table totals (id int primary key, note text, price numeric)",
        1,
        &["the column id is integer, which does not have all values of bigint", "Change its type"],
    );
    check(
        "create table totals (id bigint primary key, note text, price numeric(10, 1))",
        1,
        &["the column price is numeric(10,1), which does not have all values of decimal(10, 2)"],
    );
    check(
        "create table totals (id bigint, note text, price numeric); create index on totals (id);
         create unique index on totals (id, note); create unique index on totals (id) where id > 0",
        1,
        &["has neither primary key nor unique index on (id), so rows cannot be replaced by key. Create one"],
    );
    check(
        "create table totals (id bigint primary key, note text, price numeric, x int not null)",
        1,
        &["has a column x that is not null and has no default", "give it a default"],
    );
    check(
        "create table totals (id bigint primary key, price numeric, note text generated always as ('x') stored)",
        1,
        &["the column note is generated and cannot be written"],
    );
}

#[test]
fn rights_are_named() {
    let server = Server::start();
    let database = server.database();
    let mut admin = server.client(&database);
    admin
        .batch_execute(&format!(
            "create role weak login password '{PASSWORD}';
             create table totals (id bigint primary key, note text, price numeric);
             grant select, insert on totals to weak"
        ))
        .expect("creates");
    let url = server.url(&database).replace(USER, "weak");
    refused(
        &[("url", &url)],
        3,
        &["(table totals): the user lacks a right. Grant it with: grant update, delete on \"totals\""],
    );
    refused(
        &[("url", &url), ("table", "others")],
        3,
        &["permission denied for schema public. Grant the user the right"],
    );
    admin.batch_execute("grant update, delete on totals to weak").expect("grants");
    // The table of the epochs cannot be created.
    refused(&[("url", &url)], 3, &["permission denied for schema public"]);
    admin
        .batch_execute(
            "create table millstream_epochs (log text not null, table_name text not null, pipeline text not null,
               epoch bigint not null, primary key (log, table_name));
             grant select, insert, update, delete on millstream_epochs to weak",
        )
        .expect("grants");
    let (code, text) = run(&[("url", &url)]);
    assert_eq!(code, Some(0), "{text}");
    let rows = |table| server.rows(&database, table, "1").len();
    assert_eq!((rows("totals"), rows("millstream_epochs")), (1, 1));
}

#[test]
fn rows_that_are_refused() {
    let server = Server::start();
    let database = server.database();
    server
        .client(&database)
        .batch_execute("create table totals (id bigint primary key, note varchar(3), price numeric check (price < 5))")
        .expect("creates the table");
    let url = server.url(&database);
    let rows = [
        (
            r#"{"id":1,"note":"a\u0000b","price":1}"#,
            "table 'totals': column 'note' of the row with the key 1 has a text with a NUL byte, which PostgreSQL cannot store",
        ),
        (r#"{"id":1,"note":"abcd","price":1}"#, "refused a row: value too long for type character varying(3)"),
        (
            r#"{"id":1,"note":"a","price":9}"#,
            "refused a row of table totals: new row for relation \"totals\" violates check constraint",
        ),
    ];
    for (row, sentence) in rows {
        let (output, _folder) = run_with(row, &[("url", &url)], None);
        let text = told(&output);
        assert_eq!(output.status.code(), Some(1), "{text}");
        assert!(text.contains(sentence), "{text}");
    }
    assert!(server.rows(&database, "totals", "id").is_empty());
}

#[test]
fn nothing_has_the_password() {
    let server = Server::start();
    let database = server.database();
    let url = server.url(&database);
    let (output, folder) = run_with("{\"id\":1}\n", &[("url", &url)], None);
    let text = told(&output);
    assert!(output.status.success(), "{text}");
    assert!(text.contains(&format!("1 change to 127.0.0.1:{}/{database} (table totals)", server.port())), "{text}");
    no_password_in(folder.path());
    // Taken from the environment.
    let url = format!("host=127.0.0.1 port={} user={USER} dbname={database}", server.port());
    let (output, _folder) = run_with("{\"id\":2}\n", &[("url", &url)], Some(PASSWORD));
    assert!(output.status.success(), "{}", told(&output));
    assert_eq!(server.rows(&database, "totals", "id").len(), 2);
    // The url that was compiled in.
    let help = Command::new(&JOB.binary).arg("--help").output().expect("runs the job");
    let help = told(&help);
    assert!(help.contains("tables.totals.postgres.url = postgres://app:***@nowhere/none?sslmode=require"), "{help}");
    let wrong = Command::new(&JOB.binary).args(["--set", &format!("tables.totals.postgres.url {url}")]).output();
    assert_eq!(wrong.expect("runs the job").status.code(), Some(2));
    let wrong = Command::new(&JOB.binary).args(["--set", &server.url("x")]).output().expect("runs the job");
    assert!(told(&wrong).contains("write tables.NAME.CONNECTOR.OPTION=VALUE"), "{}", told(&wrong));
}

/// A certificate of the server's own; the root of trust is a file, the system's authorities, or nothing.
#[test]
fn tls() {
    let mut server = Server::start();
    let database = server.database();
    let data = server.folder().join("data");
    let made = Command::new("openssl")
        .args(["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"])
        .args(["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"])
        .args(["-addext", "basicConstraints=critical,CA:FALSE", "-keyout"])
        .arg(data.join("server.key"))
        .arg("-out")
        .arg(data.join("server.crt"))
        .output()
        .expect("openssl can be started; tests/run installs it");
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    let root = tempfile::tempdir().expect("a temporary folder");
    let root = root.path().join("root.crt");
    fs::copy(data.join("server.crt"), &root).expect("copies");
    server.own(&["server.key", "server.crt"]);
    server.stop();
    fs::write(data.join("postgresql.auto.conf"), "ssl = on\n").expect("writes");
    let hosts = "hostssl all all 127.0.0.1/32 scram-sha-256\n";
    fs::write(data.join("pg_hba.conf"), format!("host postgres all 127.0.0.1/32 scram-sha-256\n{hosts}"))
        .expect("writes");
    server.go();
    let url = |host: &str, more: &str| format!("{}?{more}", server.url(&database).replace("127.0.0.1", host));
    let root = root.display();
    for more in ["", "sslmode=prefer", "sslmode=require", &format!("sslmode=verify-full&sslrootcert={root}")] {
        let (code, text) = run(&[("url", &url("localhost", more))]);
        assert_eq!(code, Some(0), "{more}: {text}");
    }
    refused(&[("url", &url("localhost", "sslmode=disable"))], 3, &["no pg_hba.conf entry"]);
    refused(
        &[("url", &url("localhost", "sslmode=verify-full"))],
        3,
        &["TLS: invalid peer certificate", "Check sslmode and"],
    );
    let other = url("127.0.0.1", &format!("sslmode=verify-full&sslrootcert={root}"));
    refused(&[("url", &other)], 3, &["TLS: invalid peer certificate"]);
    let absent = url("localhost", "sslmode=verify-full&sslrootcert=/absent.crt");
    refused(&[("url", &absent)], 3, &["cannot read the certificates of sslrootcert /absent.crt"]);
}
