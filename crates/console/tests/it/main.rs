//! What the pages do, without a socket: forms sent, pages read.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test fails by panicking, in its helpers too"
)]

mod accounts;
mod dashboard;
mod odd;
mod office;
mod step_up;
mod support;
