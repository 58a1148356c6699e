//! A scope for tests.

use bumpalo::Bump;
use jiff::tz::TimeZone;

use crate::scope::{Clock, Scope};

/// Runs a test with a scope in Shanghai on 2026-11-22 09:30:00.
pub fn with_scope(test: impl FnOnce(&Scope<'_>)) {
    let memory = Bump::new();
    let clock = Clock::new(1_795_311_000_000, TimeZone::get("Asia/Shanghai").unwrap_or(TimeZone::UTC));
    test(&Scope { memory: &memory, clock: &clock });
}
