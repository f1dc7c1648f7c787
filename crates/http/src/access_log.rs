//! One line for every call, and its metrics. Fields are on a list: what is not named here is never written, above all
//! no address, header or body, since passwords travel in all of them.

mod lines;

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Mutex, OnceLock, PoisonError};
use std::time::Duration;

use axum::extract::{MatchedPath, Request};
use http::{Method, StatusCode};
use metrics::{Counter, Histogram};
use yaopai_accounts::Fault;
use yaopai_model::{AccountId, AppId, Timestamp};

use crate::RequestId;

use lines::LoggedRoute;
pub use lines::{AccessLog, AccessWriter, LineFormat};

/// What a call finds out about itself on its way.
#[derive(Default)]
pub struct CallRecord {
    app: Noted,
    account: Noted,
}

/// A number that is noted once, and zero before: those of apps and accounts begin at one.
#[derive(Default)]
struct Noted(AtomicI64);

impl Noted {
    /// Those who find out something about a call do so one after the other: nobody writes in between.
    fn note(&self, number: i64) {
        if self.get().is_none() {
            self.0.store(number, Ordering::Relaxed);
        }
    }

    fn get(&self) -> Option<i64> {
        Some(self.0.load(Ordering::Relaxed)).filter(|number| *number != 0)
    }
}

impl CallRecord {
    /// Notes whose call it is; the first note stays.
    pub fn note_app(&self, app: AppId) {
        self.app.note(app.0);
    }

    /// Notes who is calling; the first note stays.
    pub fn note_account(&self, account: AccountId) {
        self.account.note(account.0);
    }
}

/// A call that has been answered.
pub struct Answered<'a> {
    /// How it was asked.
    pub method: &'a Method,
    /// The HTTP status of the answer.
    pub status: StatusCode,
    /// What the envelope says in its `code`; the status where there is no envelope.
    pub code: i64,
    /// When it was asked.
    pub asked_at: Timestamp,
    /// When it was answered.
    pub answered_at: Timestamp,
    /// What it is called.
    pub request_id: &'a RequestId,
    /// What it found out.
    pub record: &'a CallRecord,
}

impl Answered<'_> {
    fn latency(&self) -> Duration {
        self.asked_at.until(self.answered_at)
    }
}

/// A route as the log and the metrics know it. Whoever keeps it for more than one call saves looking the metrics up.
pub struct Route {
    logged: LoggedRoute,
    seconds: OnceLock<Histogram>,
    /// By what the envelopes said in their `code`.
    outcomes: Mutex<BTreeMap<i64, Counter>>,
}

impl Route {
    /// A route of `surface`, a wire or the pages.
    pub fn new(surface: &'static str, path: impl Into<String>) -> Self {
        Self {
            logged: LoggedRoute::new(surface, path.into()),
            seconds: OnceLock::new(),
            outcomes: Mutex::default(),
        }
    }

    /// What requests have that have no route of `surface`.
    pub fn unknown(surface: &'static str) -> Self {
        Self::new(surface, "unknown")
    }

    /// The route that a request was found to have.
    pub fn of(surface: &'static str, request: &Request) -> Self {
        let matched = request.extensions().get::<MatchedPath>();
        matched.map_or_else(
            || Self::unknown(surface),
            |matched| Self::new(surface, matched.as_str()),
        )
    }

    /// Writes the line of a call and counts it.
    pub fn note(&self, log: &AccessLog, answered: &Answered<'_>) {
        log.write(&self.logged, answered);
        self.measure(answered.code, answered.latency());
    }

    fn measure(&self, code: i64, latency: Duration) {
        let (wire, route) = (self.logged.surface(), self.logged.path());
        let seconds = || metrics::histogram!("yaopai_request_seconds", "wire" => wire, "route" => route.to_owned());
        self.seconds.get_or_init(seconds).record(latency.as_secs_f64());
        let outcome = || {
            metrics::counter!(
                "yaopai_requests_total", "wire" => wire, "route" => route.to_owned(), "outcome" => code.to_string()
            )
        };
        let mut outcomes = self.outcomes.lock().unwrap_or_else(PoisonError::into_inner);
        outcomes.entry(code).or_insert_with(outcome).increment(1);
    }
}

/// Writes what did not work, where something of ours did not.
pub fn write_fault(fault: &Fault, request_id: &RequestId) {
    tracing::error!(request_id = request_id.as_str(), %fault, "a call failed through a fault of ours");
}
