//! The bounds that a PostgreSQL store works within.

use std::sync::Arc;
use std::time::Duration;

use yaopai_model::{Entropy, Timestamp, limits};

/// How a PostgreSQL database is opened, and the bounds it works within.
#[derive(Clone)]
pub struct PostgresOptions {
    /// Refuse to make tables where there are none: set once there have been some.
    pub must_exist: bool,
    /// The present instant, which migrations are recorded with.
    pub now: Timestamp,
    /// What draws how long a transaction that collided stands back.
    pub entropy: Arc<dyn Entropy>,
    /// Connections for look-ups that are values ([`crate::LookUp`]), shared by all who make one; not used behind a pooler.
    pub look_ups: usize,
    /// Threads, each with a connection, that run closures of point look-ups.
    pub readers: usize,
    /// Threads, each with a connection, that run transactions.
    pub writers: usize,
    /// Threads, each with a connection, that run scans.
    pub scanners: usize,
    /// How many calls of a kind may wait.
    pub queue: usize,
    /// How many numbers for new accounts are reserved at a time.
    pub numbers_reserved: u32,
    /// How long a point look-up or a transaction may take, waiting included; it is kept on this side, since a server that
    /// is frozen answers nothing.
    pub deadline: Duration,
    /// How long a statement may wait for rows that others have locked.
    pub lock_wait: Duration,
    /// How long a scan may take, waiting included.
    pub scan_deadline: Duration,
    /// How long the schema may take to be brought up to date.
    pub migration_deadline: Duration,
    /// How often a connection is asked whether its server still takes writes.
    pub recheck_every: Duration,
}

impl PostgresOptions {
    /// What serves well with a server nearby.
    pub fn new(now: Timestamp, entropy: Arc<dyn Entropy>) -> Self {
        Self {
            must_exist: false,
            now,
            entropy,
            look_ups: limits::SERVER_LOOK_UP_CONNECTIONS,
            readers: limits::SERVER_CONNECTIONS,
            writers: limits::SERVER_CONNECTIONS,
            scanners: limits::SCANS_AT_ONCE,
            queue: limits::SERVER_CALLS_WAITING,
            numbers_reserved: limits::NUMBERS_RESERVED,
            deadline: limits::SERVER_DEADLINE,
            lock_wait: limits::SERVER_LOCK_WAIT,
            scan_deadline: limits::SCAN_DEADLINE,
            migration_deadline: limits::SERVER_MIGRATION_DEADLINE,
            recheck_every: limits::SERVER_RECHECK,
        }
    }
}
