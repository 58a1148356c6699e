//! Which keys a job asks look-up tables for before it works on a batch.

use millstream_compiler::{CompileOptions, compile, problems::Problems, source::SourceFile};

const PIPELINE: &str = "\
version: 1
pipeline: asks
tables:
  events:
    columns: {id: bigint, city: varchar, amount: double}
    file: {path: events.jsonl}
  accounts:
    columns: {id: bigint not null, owner: varchar}
    primary_key: [id]
    sqlite: {path: warehouse.db}
  cities:
    columns: {city: varchar not null, name: varchar}
    primary_key: [city]
    sqlite: {path: warehouse.db}
  owners:
    columns: {owner: varchar not null, name: varchar}
    primary_key: [owner]
    sqlite: {path: warehouse.db}
  log:
    columns: {id: bigint, city: varchar, owner: varchar}
    print: {}
views:
  known:
    from: events
    where: amount is not null
  joined:
    from: known as e
    lookup:
      accounts as a: {on: a.id = e.id, kind: left}
      cities as c: {on: c.city = e.city, kind: left}
      owners as o: {on: o.owner = a.owner, kind: left}
    select: {id: e.id, city: c.name, owner: o.name}
inserts:
  - {into: log, from: joined}
";

/// All keys that follow from the row itself are asked for at once: of every look-up, and behind views that only map
/// rows. The key of `owners` comes out of another look-up.
#[test]
fn a_batch_asks_for_the_keys_of_all_its_look_ups() {
    let file = SourceFile { name: "asks.yaml".to_owned(), text: PIPELINE.to_owned() };
    let options = CompileOptions { profile: None, environment: &|_| None, embedded: false };
    let mut problems = Problems::default();
    let compiled = compile(&file, &options, &mut problems).expect("the pipeline is right");
    drop(problems.render(&file, false));
    let code: String = compiled.pipeline_rs.split_whitespace().collect::<Vec<_>>().join(" ");
    let asked = "for row in rows { if let Ok(Some(row)) = &known_row(row) { let _ = joined_want(row, cx); } } cx.fetch();";
    assert!(code.contains(asked), "{}", compiled.pipeline_rs);
    assert_eq!(code.matches("cx.want::<").count(), 2, "{}", compiled.pipeline_rs);
    assert!(code.contains("cx.want::<Accounts>(") && code.contains("cx.want::<Cities>("));
}
