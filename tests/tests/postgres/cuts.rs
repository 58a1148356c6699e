//! The connection is cut at each message of a whole run: before the server gets it, after the server has done what it
//! asks for and before the job hears of it, and so that the server does not notice. Either the job goes on over a new
//! connection, or it ends with a sentence and exit code 3 and is started again. In the end the tables are those of the
//! run that nobody disturbed.
//!
//! A run sends some hundred messages. By default only some of them are tried, among them those that commit; all of them
//! take some minutes:
//!
//! ```sh
//! cargo build -p millstream-compiler    # the job has the runtime of this command
//! EACH_CUT=1 cargo test -p millstream-tests --test postgres cuts
//! ```

use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

use millstream_tests::postgres::Server;
use millstream_tests::proxy::{Cut, Plan};

use super::disturbed::{LOGGED, Run, Tables, UNLOGGED, Ways, all, is_thorough, undisturbed};
use crate::told;

/// The numbers of the messages at which something is tried: all that the server does something about at once, or some of
/// them, among them those that commit.
fn points(trace: &[String], cut: Cut, stride: usize) -> Vec<u64> {
    let is_done = |message: &str| {
        let kind = message.split(' ').nth(1).unwrap_or_default();
        matches!(kind, "startup" | "password" | "query" | "S")
    };
    let numbers = (1..).zip(trace).filter(|(_, message)| cut == Cut::Before || is_done(message));
    let commits = |message: &str| message.ends_with("query commit") || message.contains("query create");
    let chosen = numbers
        .enumerate()
        .filter(|(at, (_, message))| is_thorough() || commits(message) || (at + stride / 2).is_multiple_of(stride));
    chosen.map(|(_, (number, _))| number).collect()
}

/// Runs a job under each plan: it must cut so many connections, and give what is expected.
fn each_plan(
    server: &Server,
    (ways, arguments): (Ways, &'static [&'static str]),
    expected: &Tables,
    plans: &[(Plan, u64)],
) {
    all(server, plans, |admin, (plan, cuts)| {
        let run = Run::new(admin, server.port(), ways, arguments, plan.clone());
        let told = |words: String| format!("{ways:?}, {arguments:?}, {plan:?}: {words}");
        let (lives, text) = run.gives(admin, expected).map_err(told)?;
        if run.proxy.cuts() < *cuts {
            return Err(told(format!("cut {} times: {text}", run.proxy.cuts())));
        }
        // Whoever went on over a new connection has said so.
        let went_on = ways == Ways::One && lives == 1 && plan.cuts.keys().next() < Some(&run.proxy.messages());
        if went_on && !text.contains(" is back after ") {
            return Err(told(format!("said nothing: {text}")));
        }
        Ok(())
    });
}

fn cut_at(cuts: &[(u64, Cut)]) -> Plan {
    Plan { cuts: cuts.iter().copied().collect(), ..Plan::default() }
}

/// One after the other: they share a server, and each has several jobs at a time.
#[test]
fn cuts() {
    let server = Server::start();
    a_cut_at_each_message(&server);
    a_second_cut_while_the_first_is_mended(&server);
    a_server_that_refuses_connections_for_a_while(&server);
    connections_that_are_all_short(&server);
    connections_that_are_too_short_for_an_epoch(&server);
}

fn a_cut_at_each_message(server: &Server) {
    let kinds = [(Ways::One, LOGGED, 47), (Ways::Two, LOGGED, 149), (Ways::One, UNLOGGED, 149)];
    for (ways, arguments, stride) in kinds {
        let (expected, trace) = undisturbed(server, ways, arguments);
        let mut plans = Vec::new();
        for cut in [Cut::Before, Cut::After, Cut::Unnoticed] {
            plans.extend(points(&trace, cut, stride).into_iter().map(|number| (cut_at(&[(number, cut)]), 1)));
        }
        each_plan(server, (ways, arguments), &expected, &plans);
    }
}

/// The connection that takes the place of the first one is cut, too: while it finds out what became of a commit, or while
/// it ends the first one in a server that has not noticed, and in which its locks are still held.
fn a_second_cut_while_the_first_is_mended(server: &Server) {
    for arguments in [LOGGED, UNLOGGED] {
        let (expected, trace) = undisturbed(server, Ways::One, arguments);
        // The job must have something to say until the second cut.
        let commits = (1..).zip(&trace).filter(|(_, message)| message.ends_with("query commit"));
        let commits: Vec<u64> = commits.map(|(at, _)| at).filter(|at| at + 40 < trace.len() as u64).collect();
        // That of a table that is made, that of an epoch, and the change before it. Without a log each table commits for
        // itself: one by key, which is done again, and one without, for which the transaction's number is asked.
        let (made, epoch, other) = (commits[0], commits[commits.len() - 1], commits[commits.len() - 2]);
        let firsts = if arguments == LOGGED { [made, epoch, epoch - 1] } else { [epoch, other, epoch - 1] };
        let asked = trace[other as usize - 9..other as usize].iter().any(|message| message.contains("txid_current"));
        assert!(arguments == LOGGED || asked, "{}", trace[other as usize - 9]);
        let mut plans = Vec::new();
        for first in if is_thorough() || arguments == LOGGED { &firsts[..] } else { &firsts[..2] } {
            // Thirteen messages make a connection, five more end the one that the server still has: both are met.
            for (one, other, stride) in
                [(Cut::Before, Cut::Unnoticed, 29), (Cut::After, Cut::After, 29), (Cut::Unnoticed, Cut::Before, 9)]
            {
                for later in (1..60).step_by(if is_thorough() { 1 } else { stride }) {
                    plans.push((cut_at(&[(*first, one), (first + later, other)]), 2));
                }
            }
        }
        each_plan(server, (Ways::One, arguments), &expected, &plans);
    }
}

/// After a cut the server refuses some connections: the job goes on trying.
fn a_server_that_refuses_connections_for_a_while(server: &Server) {
    let (expected, trace) = undisturbed(server, Ways::Two, LOGGED);
    let mut plans = Vec::new();
    for refused in 1..=3 {
        for number in points(&trace, Cut::After, 61).into_iter().rev().step_by(4) {
            let cut = if number % 2 == 0 { Cut::After } else { Cut::Unnoticed };
            plans.push((Plan { refused, ..cut_at(&[(number, cut)]) }, 1));
        }
    }
    each_plan(server, (Ways::Two, LOGGED), &expected, &plans);
}

/// Every connection is cut after so many messages: the job comes further with each, as long as an epoch fits into one.
fn connections_that_are_all_short(server: &Server) {
    for arguments in [LOGGED, UNLOGGED] {
        let (expected, _) = undisturbed(server, Ways::One, arguments);
        let plans: Vec<(Plan, u64)> = [100, 117, 151, 233, 400]
            .into_iter()
            .map(|limit| (Plan { each: Some(limit), ..Plan::default() }, 1))
            .collect();
        each_plan(server, (Ways::One, arguments), &expected, &plans);
    }
}

/// If it does not fit, the job says what it waits for. Two signals end it at once, and nothing is lost.
fn connections_that_are_too_short_for_an_epoch(server: &Server) {
    let mut admin = server.client("postgres");
    let (expected, trace) = undisturbed(server, Ways::One, LOGGED);
    let from = trace.len() as u64 - 60;
    let plan = Plan { each: Some(22), from, ..Plan::default() };
    let run = Run::new(&mut admin, server.port(), Ways::One, LOGGED, plan);
    let child = run.command().spawn().expect("starts the job");
    let deadline = Instant::now() + Duration::from_secs(60);
    while run.proxy.cuts() < 4 {
        assert!(Instant::now() < deadline, "{}", run.last_messages());
        thread::sleep(Duration::from_millis(10));
    }
    for _ in 0..2 {
        let sent = Command::new("kill").args(["-TERM", &child.id().to_string()]).status();
        assert!(sent.expect("there is a command kill").success());
        thread::sleep(Duration::from_millis(100));
    }
    let output = child.wait_with_output().expect("the job ends");
    let text = told(&output);
    assert!(!output.status.success(), "{text}");
    let words = "is gone (the server closed the connection); waiting for it for up to 5 minutes";
    assert_eq!(text.matches(words).count(), 1, "{text}");
    run.proxy.mend();
    run.gives(&mut admin, &expected).expect("the tables are right");
}
