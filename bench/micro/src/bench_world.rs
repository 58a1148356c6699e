//! What a pipeline is handed with each batch, without a source or a sink.

use bumpalo::Bump;
use jiff::tz::TimeZone;
use millstream_runtime::job::{Context, RowFault};
use millstream_runtime::scope::{Clock, Scope};
use millstream_runtime::tables::Tables;

/// 2026-11-21 12:00 in Asia/Shanghai, in milliseconds since 1970.
pub const NOON: i64 = 1_795_190_400_000 + 12 * 3_600_000;

/// A batch's memory, a clock that stands at [`NOON`], and no table.
pub struct World {
    memory: Bump,
    clock: Clock,
    tables: Tables,
    faults: Vec<RowFault>,
}

impl Default for World {
    fn default() -> Self {
        // Shanghai is eight hours ahead all year.
        let zone = TimeZone::fixed(jiff::tz::offset(8));
        Self { memory: Bump::new(), clock: Clock::new(NOON, zone), tables: Tables::default(), faults: Vec::new() }
    }
}

impl World {
    /// With tables to look up and to write.
    pub fn with_tables(tables: Tables) -> Self {
        Self { tables, ..Self::default() }
    }

    /// Has the clock stand at an instant, in milliseconds since 1970.
    pub fn set_clock(&mut self, now: i64) {
        self.clock.now = now;
    }

    /// Does something with a scope; what it puts into the batch's memory is dropped afterwards.
    pub fn with_scope<R>(&mut self, work: impl for<'a> FnOnce(&Scope<'a>) -> R) -> R {
        let result = work(&Scope { memory: &self.memory, clock: &self.clock });
        self.memory.reset();
        result
    }

    /// Does something with a batch's context.
    pub fn with_context<R>(&mut self, work: impl for<'a> FnOnce(&mut Context<'a, '_>) -> R) -> R {
        let scope = Scope { memory: &self.memory, clock: &self.clock };
        let result = work(&mut Context::new(scope, &mut self.tables, &mut self.faults));
        self.memory.reset();
        result
    }

    /// How many rows could not be computed so far.
    pub fn faults(&self) -> usize {
        self.faults.len()
    }
}
