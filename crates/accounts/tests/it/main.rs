//! What the verbs promise, shown on a real database file with the time and the randomness set by hand.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test fails by panicking, in its helpers too"
)]

mod administer;
mod api_keys;
mod apps;
mod audit;
mod challenge;
mod code_sign_in;
mod deliver;
mod invariants;
mod journal;
mod keepers;
mod keys;
mod obstacles;
mod outbox;
mod own_account;
mod page_sessions;
mod profile;
mod register;
mod repeated_calls;
mod request_code;
mod reset_password;
mod restart;
mod sessions;
mod set_up;
mod settings;
mod sign_in;
mod steps;
mod support;
mod sweep;
mod upload;
