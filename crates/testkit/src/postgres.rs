//! PostgreSQL for tests: a server from Debian's binaries in a temporary folder, and databases on one that is shared.
//!
//! `./test` starts one server for all tests and names it in the variable [`SHARED`]; every test makes a database of its own
//! there. Tests that do something to a server start one for themselves.

mod pooler;
mod scratch;
mod server;

pub use pooler::Pooler;
pub(crate) use scratch::variable;
pub use scratch::{Lock, POOLED, SHARED, Scratch};
pub use server::{Server, Shutdown};
