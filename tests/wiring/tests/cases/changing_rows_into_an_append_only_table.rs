//! A table without a primary key takes new rows; rows that change have nowhere to go there.

use millstream_runtime::connectors::Row;
use millstream_runtime::job::Context;
use millstream_runtime::operators::Change;
use millstream_runtime::tables::{Appended, TableRow};
use millstream_runtime::values::{Fault, Value};

struct Event {
    id: i64,
}

impl Row for Event {
    fn value(&self, _column: usize) -> Value<'_> {
        Value::Integer(self.id)
    }
}

impl TableRow for Event {
    const TABLE: usize = 1;
}

impl Appended for Event {}

fn insert(change: &Change<Event>, cx: &mut Context<'_, '_>) -> Result<(), Fault> {
    cx.change(change)
}

fn main() {}
