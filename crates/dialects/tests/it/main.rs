//! The wires from outside: the reference of their calls, their words for every way in which one can fail, and where
//! they look for what a call needs.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test fails by panicking, in its helpers too"
)]

mod api_cloud_user;
mod bad_input;
mod client;
mod failures;
mod reference;
mod routes;
mod statements;
mod user;
