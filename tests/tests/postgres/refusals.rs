//! The server refuses the n-th statement of a run that changes something, or a row when its transaction is committed, for
//! each n. Either the job goes on by itself, or it ends with a sentence and is started again. In the end the tables are
//! those of the run that nobody disturbed.

use std::time::Duration;

use millstream_tests::postgres::Server;
use millstream_tests::proxy::Plan;
use postgres::Client;

use super::disturbed::{LOGGED, Run, Ways, all, is_thorough, undisturbed};
use crate::told;

/// When a refusal comes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum When {
    /// Instead of a statement.
    Statement,
    /// As a transaction is committed, at a row that it changes.
    Commit,
}

/// A refusal: its SQLSTATE, how the job ends, and what it says.
type Refusal = (&'static str, i32, &'static str);

const REFUSALS: [Refusal; 4] = [
    ("P0001", 1, "error: the database 127.0.0.1:"),
    // Who gets this is to try again.
    ("40001", 0, " ended a transaction (told to); trying it again for up to 5 minutes"),
    ("53100", 3, "its disk is full"),
    ("57014", 3, "told to; the server's settings give a statement too little time"),
];

/// Has the server refuse what comes as number `number`; 0 for nothing. A sequence counts, which no rollback takes back.
fn refuse(admin: &mut Client, run: &Run, when: When, number: i64, state: &str) {
    let schema = &run.schema;
    let trigger = match when {
        When::Statement => "trigger refusing before insert or update or delete on %s for each statement",
        When::Commit => {
            "constraint trigger refusing after insert or update or delete on %s deferrable initially deferred for each row"
        }
    };
    // The job makes the tables itself.
    let at_once = if when == When::Statement { format!("perform {schema}.count();") } else { String::new() };
    let sql = format!(
        "create sequence {schema}.calls;
         create function {schema}.count() returns void language plpgsql as $$
         begin
             if nextval('{schema}.calls') = {number} then
                 raise exception 'told to' using errcode = '{state}';
             end if;
         end $$;
         create function {schema}.refuse() returns trigger language plpgsql as $$
         begin
             perform {schema}.count();
             return null;
         end $$;
         create function {schema}.watch() returns event_trigger language plpgsql as $$
         declare made record;
         begin
             for made in select * from pg_event_trigger_ddl_commands()
                         where command_tag = 'CREATE TABLE' and schema_name = '{schema}' loop
                 {at_once}
                 execute format('create {trigger} execute function {schema}.refuse()', made.object_identity);
             end loop;
         end $$;
         create event trigger watch_{schema} on ddl_command_end when tag in ('CREATE TABLE')
             execute function {schema}.watch();"
    );
    admin.batch_execute(&sql).expect("makes the triggers");
}

/// How often something could have been refused.
fn calls(admin: &mut Client, run: &Run) -> i64 {
    let sql = format!("select last_value from {}.calls", run.schema);
    admin.query_one(&sql, &[]).expect("reads").get(0)
}

#[test]
fn a_refusal_of_each_statement_and_at_each_commit() {
    let server = Server::start();
    let mut admin = server.client("postgres");
    let (expected, _) = undisturbed(&server, Ways::One, LOGGED);
    for (when, least) in [(When::Statement, 20), (When::Commit, 40)] {
        let run = Run::new(&mut admin, server.port(), Ways::One, LOGGED, Plan::default());
        refuse(&mut admin, &run, when, 0, "P0001");
        assert_eq!(run.gives(&mut admin, &expected).expect("the tables are right").0, 1);
        let calls = calls(&mut admin, &run);
        assert!(calls > least, "{when:?}: {calls}");
        // Each once with one of the refusals, or with all of them.
        let kinds = if is_thorough() { REFUSALS.len() } else { 1 };
        let of =
            |number: i64| (0..kinds).map(move |kind| (number, REFUSALS[(number as usize + kind) % REFUSALS.len()]));
        let cases: Vec<(i64, Refusal)> = (1..=calls).flat_map(of).collect();
        all(&server, &cases, |admin, (number, (state, exit, words))| {
            let run = Run::new(admin, server.port(), Ways::One, LOGGED, Plan::default());
            refuse(admin, &run, when, *number, state);
            let case = format!("{when:?} {number} of {calls}, {state}");
            let Some(output) = run.run(Duration::from_secs(60)) else { return Err(format!("{case}: the job hangs")) };
            let text = told(&output);
            if output.status.code() != Some(*exit) || !text.contains(words) || !(text.contains("told to") || *exit == 3)
            {
                return Err(format!("{case}: the job ends with {}: {text}", output.status));
            }
            match run.gives(admin, &expected) {
                Ok((1, _)) => Ok(()),
                Ok((lives, text)) => Err(format!("{case}: started {lives} times: {text}")),
                Err(words) => Err(format!("{case}: {text}{words}")),
            }
        });
    }
}
