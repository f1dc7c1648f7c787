//! What tests put in the place of the world outside: a clock that is set by hand, randomness that repeats, a whole server
//! without a socket, and the transcripts in `conformance/` that are held against it.

mod account;
mod base;
mod clock;
mod entropy;
mod found;
mod object_store;
pub mod postgres;
mod test_server;
pub mod transcript;

pub use account::plain_account;
pub use base::{Base, Database};
pub use clock::ManualClock;
pub use entropy::SeededEntropy;
pub use found::found;
pub use object_store::ObjectStore;
pub use test_server::{Answer, StoreState, TestServer, TestSettings};
