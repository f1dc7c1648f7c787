//! What the suites that start the real binary share: the binary itself, a client, and the world that it sends codes to.

#![allow(dead_code, unused_imports, reason = "each suite uses a part of it")]

mod app_client;
mod binary;
mod client;
mod gateway;
mod mailbox;
mod slider;
mod visitor;

use std::time::Duration;

pub(crate) use app_client::AppClient;
pub(crate) use binary::{Home, Server};
pub(crate) use client::{Client, Reply, query};
pub(crate) use gateway::{Gateway, SECRET};
pub(crate) use mailbox::Mailbox;
pub(crate) use slider::pass_slider;
pub(crate) use visitor::Visitor;

/// How long anything may take that is waited for.
const DEADLINE: Duration = Duration::from_secs(30);
/// How often it is looked at meanwhile.
const TICK: Duration = Duration::from_millis(5);

/// What `look` finds, as soon as it finds something; fails, naming `what`, at the deadline.
pub(crate) async fn eventually<T>(what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    let mut ticks = tokio::time::interval(TICK);
    let found = async {
        loop {
            ticks.tick().await;
            if let Some(found) = look() {
                return found;
            }
        }
    };
    let Ok(found) = tokio::time::timeout(DEADLINE, found).await else {
        panic!("waited in vain: {what}")
    };
    found
}
