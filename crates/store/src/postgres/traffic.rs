//! How much a process has asked of its server.

use std::sync::atomic::{AtomicU64, Ordering};

use crate::Traffic;

/// Counts for all connections of a process.
#[derive(Default)]
pub(crate) struct Counters {
    statements: AtomicU64,
    round_trips: AtomicU64,
}

impl Counters {
    /// A statement of the product's own.
    pub(crate) fn count_statement(&self) {
        self.statements.fetch_add(1, Ordering::Relaxed);
        self.round_trips.fetch_add(1, Ordering::Relaxed);
    }

    /// A `begin` or `commit`.
    pub(crate) fn count_control(&self) {
        self.round_trips.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn so_far(&self) -> Traffic {
        Traffic {
            statements: self.statements.load(Ordering::Relaxed),
            round_trips: self.round_trips.load(Ordering::Relaxed),
        }
    }
}
