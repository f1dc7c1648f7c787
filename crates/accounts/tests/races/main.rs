//! Many at once, where only one may win: real threads, a real database, several nodes where it can be shared, a hundred
//! rounds each.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    dead_code,
    reason = "a test fails by panicking, in its helpers too; the helpers are shared with other tests"
)]

mod administer;
mod codes;
mod nodes;
mod passwords;
mod reads;
mod search;
mod set_up;
#[path = "../it/steps.rs"]
mod steps;
#[path = "../it/support.rs"]
mod support;

use std::collections::BTreeMap;
use std::num::NonZeroUsize;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::sync::Barrier;
use yaopai_accounts::{Accounts, Error, HashingSettings, Outcome};
use yaopai_testkit::Database;

use crate::support::{Setup, World};

/// How many nodes share the base, where its database can be shared; whoever races is sent to each in turn.
const NODES: usize = 3;
/// How often each race is run.
const ROUNDS: u32 = 100;
/// The same over several nodes, where each takes many times as long and collides the more.
const ROUNDS_OVER_NODES: u32 = 24;

fn rounds() -> u32 {
    if Database::chosen().is_shared() {
        ROUNDS_OVER_NODES
    } else {
        ROUNDS
    }
}

/// A world in which hundreds can hash at once.
async fn world() -> World {
    World::with(setup()).await
}

impl World {
    /// Each node in its turn.
    fn node(&self) -> Accounts {
        static TURN: AtomicUsize = AtomicUsize::new(0);
        self.nodes[TURN.fetch_add(1, Ordering::Relaxed) % self.nodes.len()].clone()
    }
}

fn setup() -> Setup {
    let hashing = HashingSettings {
        threads: NonZeroUsize::new(2).unwrap(),
        queue: 500,
        ..Setup::default().hashing
    };
    Setup {
        hashing,
        nodes: NODES,
        ..Setup::default()
    }
}

/// Starts `count` tasks, lets them go at the same instant, and gathers what they end with.
async fn at_once<T, F>(count: u32, task: impl Fn(u32) -> F) -> Vec<T>
where
    T: Send + 'static,
    F: Future<Output = T> + Send + 'static,
{
    let barrier = Arc::new(Barrier::new(count as usize));
    let start = |number| {
        let (barrier, task) = (Arc::clone(&barrier), task(number));
        tokio::spawn(async move {
            barrier.wait().await;
            task.await
        })
    };
    let tasks: Vec<_> = (0..count).map(start).collect();
    let mut ends = Vec::new();
    for task in tasks {
        ends.push(task.await.unwrap());
    }
    ends
}

/// How often each outcome came: `ok`, or the refusal's name.
fn tally<T>(outcomes: &[Outcome<T>]) -> BTreeMap<String, usize> {
    let mut counts = BTreeMap::new();
    for outcome in outcomes {
        let name = match outcome {
            Ok(_) => "ok".to_owned(),
            Err(Error::Refused(refusal)) => format!("{refusal:?}").split([' ', '(']).next().unwrap().to_owned(),
            Err(Error::Fault(fault)) => panic!("{fault}"),
        };
        *counts.entry(name).or_default() += 1;
    }
    counts
}

/// The counts to expect.
fn counts<const N: usize>(expected: [(&str, usize); N]) -> BTreeMap<String, usize> {
    expected
        .into_iter()
        .map(|(name, count)| (name.to_owned(), count))
        .collect()
}
