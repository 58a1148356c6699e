//! Tables whose inserts an event does not reach in the order of the file: their writes wait for the end of the event.

use crate::plan::{Plan, Reader};

/// Finds the tables whose writes wait.
pub(super) fn find(plan: &mut Plan<'_>) {
    for source in 0..plan.tables.len() {
        let mut reached = Vec::new();
        for reader in &plan.tables[source].readers {
            reach(plan, *reader, &mut reached);
        }
        for (place, insert) in reached.iter().enumerate() {
            let into = plan.typed.inserts[*insert].into;
            let mut earlier = reached[..place].iter().filter(|other| plan.typed.inserts[**other].into == into);
            if earlier.any(|other| other > insert) {
                plan.tables[into.0 as usize].deferred = true;
            }
        }
    }
}

/// The inserts behind a step, in the order in which an event reaches them.
fn reach(plan: &Plan<'_>, reader: Reader, reached: &mut Vec<usize>) {
    match reader {
        Reader::Insert(insert) => reached.push(insert),
        Reader::View(view) => {
            for reader in &plan.view(view).1.readers {
                reach(plan, *reader, reached);
            }
        }
    }
}
