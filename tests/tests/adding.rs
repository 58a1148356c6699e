//! What is added to a pipeline whose sources can be read again: all other state is kept, and what is new knows all that
//! was read before.

use std::fs::{self, OpenOptions};
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::sync::LazyLock;

use millstream_tests::{Job, sqlite_rows};
use serde_json::{Value, json};

/// Totals of cities; perhaps with more behind them.
fn pipeline(tables: &str, views: &str, inserts: &str) -> String {
    format!(
        "
version: 1
pipeline: adding
tables:
  orders:
    columns: {{city: varchar, amount: bigint, note: varchar}}
    file: {{path: \"in/*.csv\", format: csv, header: true}}
  totals:
    columns: {{city: varchar not null, total: bigint}}
    primary_key: [city]
    sqlite: {{path: out.db}}
{tables}
views:
  by_city:
    from: orders
    where: city is not null
    group_by: [city]
    select: {{total: sum(amount)}}
    state: unbounded
{views}
inserts:
  - {{into: totals, from: by_city}}
{inserts}
"
    )
}

static FORMER: LazyLock<Job> = LazyLock::new(|| Job::build(&pipeline("", "", "")));

/// With another view, a view over a view, and a table more for what is there already.
static MORE: LazyLock<Job> = LazyLock::new(|| {
    Job::build(&pipeline(
        "  largest:
    columns: {note: varchar not null, largest: bigint}
    primary_key: [note]
    sqlite: {path: out.db}
  sizes:
    columns: {large: boolean not null, cities: bigint}
    primary_key: [large]
    sqlite: {path: out.db}
  again:
    columns: {city: varchar not null, total: bigint}
    primary_key: [city]
    sqlite: {path: out.db}",
        "  by_note:
    from: orders
    where: note is not null
    group_by: [note]
    select: {largest: max(amount)}
    state: unbounded
  by_size:
    from: by_city
    group_by: {large: total >= 100}
    select: {cities: count(*)}
    state: unbounded",
        "  - {into: largest, from: by_note}
  - {into: sizes, from: by_size, where: large is not null}
  - {into: again, from: by_city}",
    ))
});

/// A column more, which nothing uses, and which the files do not have.
static WIDER: LazyLock<Job> =
    LazyLock::new(|| Job::build(&pipeline("", "", "").replace("note: varchar}", "note: varchar, seller: varchar}")));

fn run(job: &Job, folder: &Path, more: &[&str]) -> Output {
    let mut command = Command::new(&job.binary);
    let epoch = if more.contains(&"--epoch") { &[][..] } else { &["--epoch", "7rows"] };
    command.current_dir(folder).args(["--state", "state"]).args(epoch).args(more);
    command.output().expect("runs the job")
}

fn told(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

fn well(output: &Output) -> String {
    assert!(output.status.success(), "{}", told(output));
    told(output)
}

/// Orders in two files, the header's columns in another order in each; one of them is no number.
fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder");
    fs::create_dir(folder.path().join("in")).expect("makes a folder");
    let one = (0..40).map(|number| format!("city {},{number},note {}", number % 5, number % 3));
    let two = (0..40).map(|number| format!("note {},city {},{}", number % 4, number % 6, number * 2));
    for (name, header, records) in
        [("1", "city,amount,note", one.collect::<Vec<_>>()), ("2", "note,city,amount", two.collect())]
    {
        let bad = if name == "1" { "city 0,many,note 0\n" } else { "" };
        let text = format!("{header}\n{}\n{bad}", records.join("\n"));
        fs::write(folder.path().join("in").join(name).with_extension("csv"), text).expect("writes the orders");
    }
    folder
}

/// More orders, in a file that is there and in a new one.
fn write_more(folder: &Path) {
    let mut file = OpenOptions::new().append(true).open(folder.join("in/2.csv")).expect("opens the orders");
    writeln!(file, "note 9,city 9,1000").expect("writes the orders");
    fs::write(folder.join("in/3.csv"), "note,city,amount\nnote 9,city 8,2000\n").expect("writes the orders");
}

const TABLES: [(&str, &str); 4] = [("totals", "city"), ("largest", "note"), ("sizes", "large"), ("again", "city")];

fn tables(folder: &Path) -> Vec<Vec<Value>> {
    TABLES.iter().map(|(table, key)| sqlite_rows(&folder.join("out.db"), table, key)).collect()
}

/// The tables of a run that always was as it is.
fn expected(workers: &str) -> Vec<Vec<Value>> {
    let folder = folder();
    write_more(folder.path());
    well(&run(&MORE, folder.path(), &["--workers", workers]));
    tables(folder.path())
}

/// Changes a row of the target by hand: who computes all again puts it right.
fn mark(folder: &Path) {
    let database = rusqlite::Connection::open(folder.join("out.db")).expect("opens the database");
    let changed = database.execute("update totals set total = -1 where city = 'city 1'", []).expect("changes a row");
    assert_eq!(changed, 1);
}

fn total_of_city_1(folder: &Path) -> Option<Value> {
    let rows = sqlite_rows(&folder.join("out.db"), "totals", "city");
    rows.into_iter().find(|row| row["city"] == "city 1").map(|row| row["total"].clone())
}

#[test]
fn what_is_new_knows_all_and_other_state_is_kept() {
    for workers in ["1", "2"] {
        let folder = folder();
        let folder = folder.path();
        well(&run(&FORMER, folder, &["--workers", workers]));
        let before = total_of_city_1(folder);
        mark(folder);
        write_more(folder);
        let words = well(&run(&MORE, folder, &["--workers", workers]));
        let new = "new: what was read before is read once more for it";
        for line in
            ["view 'by_city': kept".to_owned(), format!("view 'by_note': {new}"), format!("view 'by_size': {new}")]
        {
            assert!(words.contains(&line), "no {line:?} in {words}");
        }
        assert_eq!(total_of_city_1(folder), Some(json!(-1)), "all was computed again");
        let mut found = tables(folder);
        let marked = found[0].iter_mut().find(|row| row["total"] == -1).expect("it is there");
        marked["total"] = before.expect("it was there");
        assert_eq!(found, expected(workers));
        // What is gone is dropped, and the rest still kept.
        let words = well(&run(&FORMER, folder, &["--workers", workers]));
        assert!(words.contains("view 'by_city': kept") && words.contains("view 'by_note': dropped"), "{words}");
        assert_eq!(total_of_city_1(folder), Some(json!(-1)), "all was computed again");
        // And comes back with all it would know.
        well(&run(&MORE, folder, &["--workers", workers]));
        assert_eq!(tables(folder)[1..], expected(workers)[1..]);
    }
}

#[test]
fn a_column_that_nothing_uses_changes_nothing() {
    let folder = folder();
    let folder = folder.path();
    well(&run(&FORMER, folder, &[]));
    mark(folder);
    write_more(folder);
    let words = well(&run(&WIDER, folder, &[]));
    assert!(!words.contains("not all is as it was"), "{words}");
    assert_eq!(total_of_city_1(folder), Some(json!(-1)));
    assert_eq!(tables_of_totals(folder), 8);
}

fn tables_of_totals(folder: &Path) -> usize {
    sqlite_rows(&folder.join("out.db"), "totals", "city").len()
}

#[test]
fn a_crash_on_the_way_loses_nothing() {
    let expected = expected("1");
    for step in 1..200 {
        let folder = folder();
        let folder = folder.path();
        let workers = ["--workers", if step % 2 == 0 { "1" } else { "2" }];
        well(&run(&FORMER, folder, &workers));
        write_more(folder);
        let ended = run(&MORE, folder, &[&workers[..], &["--storage-ends", &step.to_string()]].concat());
        if step % 3 == 0 {
            // Who goes back to the former pipeline finds what it knew.
            well(&run(&FORMER, folder, &workers));
            assert_eq!(tables(folder)[0], expected[0], "step {step}");
        }
        well(&run(&MORE, folder, &workers));
        assert_eq!(tables(folder), expected, "step {step}");
        if ended.status.success() {
            assert!(step > 10, "there are more steps than {step}");
            return;
        }
    }
    panic!("the job never comes to its end");
}

#[test]
fn a_job_that_is_stopped_on_the_way_leaves_all_to_the_former_pipeline() {
    for lines in [1, 2, 4, 8].map(|times| times * 300_000) {
        let folder = folder();
        let folder = folder.path();
        let records = (0..lines).map(|number| format!("city {},{number},note 1\n", number % 5));
        fs::write(folder.join("in/0.csv"), "city,amount,note\n".to_owned() + &records.collect::<String>())
            .expect("writes");
        well(&run(&FORMER, folder, &["--workers", "2", "--epoch", "1s"]));
        let before = sqlite_rows(&folder.join("out.db"), "totals", "city");
        let mut command = Command::new(&MORE.binary);
        command.current_dir(folder).args(["--state", "state", "--workers", "2"]).stderr(Stdio::piped());
        let mut child = command.spawn().expect("starts the job");
        let mut words = BufReader::new(child.stderr.take().expect("a pipe")).lines().map_while(Result::ok);
        assert!(words.any(|line| line.contains("view 'by_note': new")), "it said nothing of what is new");
        let pid = child.id().to_string();
        assert!(Command::new("kill").args(["-TERM", &pid]).status().expect("sends the signal").success());
        words.for_each(drop);
        assert!(child.wait().expect("it ends").success());
        let stopped = sqlite_rows(&folder.join("out.db"), "largest", "note").is_empty();
        well(&run(&FORMER, folder, &["--workers", "2"]));
        assert_eq!(sqlite_rows(&folder.join("out.db"), "totals", "city"), before);
        well(&run(&MORE, folder, &["--workers", "2", "--epoch", "1s"]));
        assert_eq!(sqlite_rows(&folder.join("out.db"), "totals", "city"), before);
        let largest = sqlite_rows(&folder.join("out.db"), "largest", "note");
        assert_eq!(largest[1], json!({"note": "note 1", "largest": lines - 1}));
        if stopped {
            return;
        }
    }
    panic!("each job had read all before it was stopped");
}

#[test]
fn where_a_file_is_gone_or_another_all_is_as_before() {
    let former = folder();
    let folder = former.path();
    well(&run(&FORMER, folder, &[]));
    fs::write(folder.join("in/1.csv"), "city,amount,note\ncity 1,5,note 1\n").expect("writes the orders");
    let words = well(&run(&MORE, folder, &[]));
    assert!(words.contains("is not the file that was read") && words.contains("view 'by_city': rebuilt"), "{words}");
}
