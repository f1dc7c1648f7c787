//! Pictures: the slider that tells people from programs, and the pictures people upload. Bytes in, bytes out.
//!
//! Nothing here reads a clock, a file or a setting: limits and randomness are passed in.

mod canvas;
mod dice;
pub mod slider;
#[cfg(any(test, feature = "solver"))]
pub mod solver;
pub mod upload;
