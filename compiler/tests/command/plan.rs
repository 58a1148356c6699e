//! `millstream plan OLD NEW`.

use super::Try;

const PIPELINE: &str = r"
version: 1
pipeline: cities
tables:
  orders:
    columns: {city: varchar, amount: bigint, note: varchar}
    file: {path: orders.jsonl}
  totals:
    columns: {city: varchar not null, total: bigint}
    primary_key: [city]
    sqlite: {path: out.db}
views:
  by_city:
    from: orders
    where: city is not null
    group_by: [city]
    select: {total: sum(amount)}
    state: unbounded
inserts:
  - {into: totals, from: by_city}
";

const VIEW: &str = r"
  largest:
    from: orders
    group_by: [city]
    select: {amount: max(amount)}
    state: unbounded
inserts:
  - {into: largest_orders, from: largest, where: city is not null}";

const TABLE: &str = r"
  largest_orders:
    columns: {city: varchar not null, amount: bigint}
    primary_key: [city]
    sqlite: {path: out.db}
views:";

fn plan(this: &Try, old: &str, new: &str) -> String {
    this.write("old.yaml", old);
    this.write("new.yaml", new);
    this.call(&["plan", "old.yaml", "new.yaml"]).succeeded().stdout
}

#[test]
fn each_state_is_told_of() {
    let this = Try::new();
    let wider = PIPELINE
        .replace("note: varchar}", "note: varchar, seller: varchar}")
        .replace("{path: orders.jsonl}", "{path: orders.jsonl, follow: true}");
    assert_eq!(
        plan(&this, PIPELINE, &wider),
        "view 'by_city': kept\nNothing changes in what is computed: the job goes on where it stopped.\n"
    );
    let again = "The sources are read again from their beginning, as long as all their files are there; nothing is \
                 counted twice.\n";
    let other = PIPELINE.replace("sum(amount)", "max(amount)");
    assert_eq!(
        plan(&this, PIPELINE, &other),
        format!("view 'by_city': rebuilt\nwhat is inserted into table 'totals' has changed\n{again}")
    );
    assert_eq!(
        plan(&this, PIPELINE, &PIPELINE.replace("orders.jsonl", "others.jsonl")),
        format!("view 'by_city': rebuilt\nthe source of table 'orders' has changed\n{again}")
    );
    // A pipe cannot be read again.
    let piped = |text: &str| text.replace("orders.jsonl", "'-'");
    assert_eq!(
        plan(&this, &piped(PIPELINE), &piped(&other)),
        "view 'by_city': lost: the pipeline computes it otherwise now\nwhat is inserted into table 'totals' has \
         changed\nThe sources cannot be read again (table 'orders'): the job refuses to start unless --fresh drops \
         its state.\n"
    );
    let more = PIPELINE.replace("\nviews:", TABLE).replace("\ninserts:", VIEW);
    assert_eq!(
        plan(&this, &piped(PIPELINE), &piped(&more)),
        "view 'by_city': kept\nview 'largest': new: it knows nothing of what was read before\nwhat is inserted into \
         table 'largest_orders' is new\nThe sources cannot be read again (table 'orders'): the job goes on with what \
         is kept.\n"
    );
    assert_eq!(
        plan(&this, &piped(&more), &piped(PIPELINE)),
        "view 'by_city': kept\nview 'largest': dropped: the pipeline has it no more\nwhat is inserted into table \
         'largest_orders' is gone\nThe sources cannot be read again (table 'orders'): the job goes on with what is \
         kept.\n"
    );
    // What is new is read for once more, with one worker or many: neither pipeline would spread its rows otherwise.
    let on =
        "The job goes on where it stopped, as long as all files that it has read are there; else all is rebuilt.\n";
    let new = "new: what was read before is read once more for it";
    let into = "what is inserted into table 'largest_orders'";
    assert_eq!(
        plan(&this, PIPELINE, &more),
        format!("view 'by_city': kept\nview 'largest': {new}\n{into} is new\n{on}")
    );
    assert_eq!(
        plan(&this, &more, PIPELINE),
        format!("view 'by_city': kept\nview 'largest': dropped: the pipeline has it no more\n{into} is gone\n{on}")
    );
    // Rows without a key would have to wait until the end.
    let keyless = more.replace("amount: bigint}\n    primary_key: [city]\n    sqlite", "amount: bigint}\n    file");
    assert!(keyless.len() < more.len(), "{more}");
    let keyless = keyless.replace("file: {path: out.db}", "file: {path: out.jsonl, changelog: true}");
    assert!(plan(&this, PIPELINE, &keyless).contains("view 'by_city': rebuilt\n"));
    let renamed = PIPELINE.replace("pipeline: cities", "pipeline: towns");
    assert!(plan(&this, PIPELINE, &renamed).contains("`cities` and `towns`"));
}

#[test]
fn shares_of_workers_are_told_of() {
    let this = Try::new();
    let former = r"
version: 1
pipeline: latest
tables:
  orders:
    columns: {id: bigint, city: varchar}
    file: {path: '-'}
  users:
    columns: {city: varchar not null, users: bigint}
    primary_key: [city]
    sqlite: {path: out.db}
views:
  last:
    from: orders
    where: id is not null and city is not null
    group_by: [id]
    select: {city: last_value(city)}
    state: unbounded
  by_city:
    from: last
    group_by: [city]
    select: {users: count(*)}
    state: unbounded
inserts:
  - {into: users, from: by_city}
";
    // With a second reader, `last` passes its changes on at once, and one worker takes them all.
    let same =
        "  same:\n    columns: {id: bigint not null, city: varchar}\n    primary_key: [id]\n    sqlite: {path: out.db}";
    let changed = former.replace("\nviews:", &format!("\n{same}\nviews:")) + "  - {into: same, from: last}\n";
    assert_eq!(
        plan(&this, former, &changed),
        "view 'last': kept\nview 'by_city': kept\nwhat is inserted into table 'same' is new\nThe sources cannot be \
         read again (table 'orders'): the job goes on with what is kept.\n"
    );
    // What can be read again is, for what is new alone.
    let again = |text: &str| text.replace("path: '-'", "path: orders.jsonl");
    assert!(plan(&this, &again(former), &again(&changed)).contains("view 'by_city': kept\nwhat is inserted"));
    assert!(!plan(&this, &changed, &changed).contains("lost"));
}

#[test]
fn what_does_not_compile_is_told_as_everywhere() {
    let this = Try::new();
    this.write("old.yaml", PIPELINE);
    this.write("new.yaml", &PIPELINE.replace("sum(amount)", "sum(city)"));
    this.call(&["plan", "old.yaml", "new.yaml"]).ended_with(1).says("new.yaml:");
}
