//! One call, and what its answer means: done, out of order, or a lie.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use reqwest::RequestBuilder;
use serde_json::Value;
use tokio::time::Instant;

use crate::harness::Reply;

/// How many complaints are kept.
const COMPLAINTS: usize = 10;

/// The three wires.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Wire {
    CloudUser,
    ApiV1,
    User,
}

impl Wire {
    pub(crate) const ALL: [Self; 3] = [Self::CloudUser, Self::ApiV1, Self::User];

    /// What this wire's envelope says when the server is at fault, beside HTTP's own `status`.
    fn fault(self, status: u16) -> i64 {
        match self {
            Self::CloudUser => 0,
            Self::ApiV1 => 500,
            Self::User => status.into(),
        }
    }
}

/// What the answers were. Clones share it.
#[derive(Clone, Default)]
pub(crate) struct Tally(Arc<Mutex<Counts>>);

#[derive(Default)]
pub(crate) struct Counts {
    /// Calls that were carried out, by wire.
    pub(crate) done: BTreeMap<Wire, usize>,
    /// Answers that own up to an outage, by wire and status.
    pub(crate) outages: BTreeMap<(Wire, u16), usize>,
    /// Answers that nothing excuses.
    pub(crate) wrong: Vec<String>,
    /// The slowest answer.
    pub(crate) worst: Duration,
    /// When the last one came that owns up to an outage.
    pub(crate) last_outage: Option<Instant>,
}

impl Counts {
    /// The first of them tell what is wrong.
    fn complain(&mut self, what: String) {
        if self.wrong.len() < COMPLAINTS {
            self.wrong.push(what);
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "how long things take is what is asked here")]
pub(crate) fn now() -> Instant {
    Instant::now()
}

impl Tally {
    /// Begins anew; gives what there was.
    pub(crate) fn take(&self) -> Counts {
        std::mem::take(&mut *self.0.lock().unwrap())
    }

    /// Looks at what there is.
    pub(crate) fn look<T>(&self, at: impl FnOnce(&Counts) -> T) -> T {
        at(&self.0.lock().unwrap())
    }

    /// Makes a call that nothing but an outage may keep from being carried out; gives the envelope's `data`, or nothing
    /// where the answer owns up to an outage.
    pub(crate) async fn ask(&self, wire: Wire, what: &str, request: RequestBuilder) -> Option<Value> {
        let reply = self.answer(wire, what, request).await?;
        if [1, 200].contains(&reply.code()) {
            *self.0.lock().unwrap().done.entry(wire).or_default() += 1;
            return Some(reply.json()["data"].clone());
        }
        self.complain(format!("{what}: {} {}", reply.status, reply.text()));
        None
    }

    /// Makes a call that must be refused with `code`.
    pub(crate) async fn ask_in_vain(&self, wire: Wire, what: &str, code: i64, request: RequestBuilder) {
        if let Some(reply) = self.answer(wire, what, request).await
            && reply.code() != code
        {
            self.complain(format!("{what}, not refused: {} {}", reply.status, reply.text()));
        }
    }

    /// Notes what nothing excuses.
    pub(crate) fn complain(&self, what: String) {
        self.0.lock().unwrap().complain(what);
    }

    /// The answer to a call, unless it owns up to an outage.
    async fn answer(&self, wire: Wire, what: &str, request: RequestBuilder) -> Option<Reply> {
        let start = now();
        let reply = Reply::to(request).await;
        let (end, time) = (now(), start.elapsed());
        let Some(reply) = reply else {
            self.complain(format!("{what}: no answer after {time:?}"));
            return None;
        };
        let mut counts = self.0.lock().unwrap();
        counts.worst = counts.worst.max(time);
        if [500, 503].contains(&reply.status) && reply.code() == wire.fault(reply.status) {
            *counts.outages.entry((wire, reply.status)).or_default() += 1;
            counts.last_outage = Some(end);
            return None;
        }
        if reply.status != 200 {
            let text = format!("{what}: {} {}", reply.status, reply.text());
            counts.complain(text);
            return None;
        }
        Some(reply)
    }
}
