//! What tests put in the place of the world outside: a clock that is set by hand, and randomness that repeats.

mod clock;
mod entropy;

pub use clock::ManualClock;
pub use entropy::SeededEntropy;
