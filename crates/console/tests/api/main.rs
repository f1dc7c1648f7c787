//! The admin API, called as scripts call it.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test fails by panicking, in its helpers too"
)]

mod support;

mod accounts;
mod apps;
mod everything;
mod lists;
mod messages;
mod once;
