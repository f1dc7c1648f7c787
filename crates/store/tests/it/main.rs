//! What the store promises, shown on real files.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test fails by panicking, in its helpers too"
)]

mod audit;
mod backups;
mod contract;
mod faults;
mod group;
mod linter;
mod literals;
mod model;
mod opening;
mod postgres_faults;
mod postgres_opening;
mod proxy;
mod statements;
mod subset;
mod support;
mod transfer;
mod versions;
