//! What the store promises, shown on real files.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test fails by panicking, in its helpers too"
)]

mod contract;
mod faults;
mod group;
mod literals;
mod model;
mod subset;
mod support;
