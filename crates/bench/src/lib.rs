//! Bases of any size to try things on.

pub mod base;
pub mod people;
pub mod seed;

/// What went wrong, in words.
pub type Failure = Box<dyn std::error::Error + Send + Sync>;
