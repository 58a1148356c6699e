//! Writes the pipeline `aggregates` from its specification, and compiles all pipelines of this crate.

use std::fmt::Write as _;
use std::path::Path;
use std::time::SystemTime;
use std::{env, fs};

#[path = "src/spec.rs"]
#[allow(dead_code, reason = "the model uses the rest")]
mod spec;

use spec::{COLUMNS, Grouping, Key, groupings};

fn main() {
    println!("cargo:rerun-if-changed=src/spec.rs");
    let out = env::var("OUT_DIR").expect("cargo sets it");
    let path = Path::new(&out).join("aggregates.yaml");
    fs::write(&path, aggregates().expect("text can be written")).expect("OUT_DIR can be written");
    // A file that is newer than the run that wrote it would have cargo run this each time.
    let file = fs::File::options().write(true).open(&path).expect("it was written");
    file.set_modified(SystemTime::UNIX_EPOCH).expect("its time can be set");
    millstream_compiler::build(path);
    println!("cargo:rerun-if-changed=pipelines");
    for entry in fs::read_dir("pipelines").expect("there are pipelines") {
        let path = entry.expect("a folder can be read").path();
        if path.extension().is_some_and(|extension| extension == "yaml") {
            millstream_compiler::build(path);
        }
    }
}

fn aggregates() -> Result<String, std::fmt::Error> {
    let mut text = "version: 1\npipeline: aggregates\ntables:\n  events:\n    columns:\n".to_owned();
    text.push_str("      id: bigint not null\n      op: varchar not null\n");
    for column in COLUMNS {
        writeln!(text, "      {}: {}", column.name, column.sql)?;
    }
    for grouping in groupings() {
        writeln!(text, "  {}_rows:\n    columns:", grouping.name)?;
        for (name, sql) in columns(&grouping) {
            writeln!(text, "      {name}: {sql}")?;
        }
    }
    // The same by key.
    writeln!(text, "  latest_keyed_rows:\n    columns: {{kt: varchar not null, value: bigint, top: double}}")?;
    writeln!(text, "    primary_key: [kt]")?;
    text.push_str("views:\n  latest:\n    from: events\n    group_by: [id]\n    select:\n");
    for column in COLUMNS {
        writeln!(text, "      {0}: \"nullif(last_value({0}), {1})\"", column.name, column.null_at)?;
    }
    text.push_str("    having: last_value(op) <> 'delete'\n    state: unbounded\n");
    for grouping in groupings() {
        view(&grouping, &mut text)?;
    }
    text.push_str("inserts:\n");
    for grouping in groupings() {
        writeln!(text, "  - {{into: {0}_rows, from: {0}}}", grouping.name)?;
    }
    text.push_str("  - into: latest_keyed_rows\n    from: latest_by_text\n    where: kt is not null\n");
    text.push_str("    select: {kt: kt, value: a0, top: 'coalesce(cast(a1 as double), -0.0e0)'}\n");
    Ok(text)
}

fn key(key: Key) -> (&'static str, &'static str, &'static str) {
    match key {
        Key::Column(column) => (COLUMNS[column].name, COLUMNS[column].name, COLUMNS[column].sql),
        Key::Remainder => ("remainder", "i32 % 3", "int"),
    }
}

/// The columns of the view's table.
fn columns(grouping: &Grouping) -> Vec<(String, String)> {
    let keys = grouping.keys.iter().map(|part| {
        let (name, _, sql) = key(*part);
        (name.to_owned(), sql.to_owned())
    });
    let aggregates =
        grouping.aggregates.iter().enumerate().map(|(number, aggregate)| (format!("a{number}"), aggregate.sql_type()));
    keys.chain(aggregates).collect()
}

fn view(grouping: &Grouping, text: &mut String) -> std::fmt::Result {
    let from = if grouping.changing { "latest" } else { "events" };
    writeln!(text, "  {}:\n    from: {from}\n    group_by:", grouping.name)?;
    for part in &grouping.keys {
        let (name, sql, _) = key(*part);
        writeln!(text, "      {name}: {sql}")?;
    }
    if grouping.keys.is_empty() {
        let open = text.pop();
        writeln!(text, " []{}", if open.is_some() { "" } else { "\n" })?;
    }
    writeln!(text, "    select:")?;
    for (number, aggregate) in grouping.aggregates.iter().enumerate() {
        writeln!(text, "      a{number}: {}", aggregate.sql())?;
    }
    if grouping.having {
        writeln!(text, "    having: count(*) > 1 and sum(i64) > 0")?;
    }
    writeln!(text, "    state: unbounded")
}
