//! Tests from outside of the crate.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking, in its helpers too")]

mod chunk;
mod upload;
