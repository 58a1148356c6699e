//! A view over rows that change needs aggregates that can give a row back; `last_value` cannot.

use millstream_wiring_tests::last_page::{LastLogInput, LastLogState};
use millstream_runtime::operators::{Aggregate, Change};
use millstream_runtime::scope::Scope;

fn take<'a>(view: &mut Aggregate<LastLogState>, change: &Change<LastLogInput<'a>>, scope: &Scope<'a>) {
    view.change(change, scope);
}

fn main() {}
