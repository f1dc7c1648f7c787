//! The nouns of Yaopai: values that are valid once they exist.
//!
//! No I/O, no async and no serialisation here. Everything that comes from outside is parsed into one of these types
//! exactly once, and whoever holds one need not check it again.

mod clock;
mod entropy;
pub mod limits;

pub use clock::{Clock, Timestamp};
pub use entropy::{Entropy, draw};
