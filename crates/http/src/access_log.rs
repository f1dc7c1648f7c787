//! One line for every call, and its metrics. Fields are on a list: what is not named here is never written, above all
//! no address, header or body, since passwords travel in all of them.

mod lines;

use std::io;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use axum::extract::{MatchedPath, Request};
use http::{Method, StatusCode};
use yaopai_accounts::Fault;
use yaopai_model::{AccountId, AppId, Timestamp};

use crate::call_metrics::RouteMetrics;
use crate::{CallMetrics, RequestId};

pub use lines::{AccessWriter, LineFormat};
use lines::{LineSink, LoggedRoute};

/// Where calls leave their lines, and who counts them. Clones share both.
#[derive(Clone)]
pub struct AccessLog {
    lines: Option<LineSink>,
    metrics: Option<CallMetrics>,
}

impl AccessLog {
    /// No lines are written.
    pub const fn off() -> Self {
        Self {
            lines: None,
            metrics: None,
        }
    }

    /// Lines go to `output`, by way of the writer.
    ///
    /// # Errors
    /// When there can be no thread for it.
    pub fn start(format: LineFormat, output: impl io::Write + Send + 'static) -> io::Result<(Self, AccessWriter)> {
        let (lines, writer) = LineSink::start(format, output)?;
        let log = Self {
            lines: Some(lines),
            metrics: None,
        };
        Ok((log, writer))
    }

    /// Has calls counted, too, whether they leave lines or not.
    #[must_use]
    pub fn counted_by(mut self, metrics: CallMetrics) -> Self {
        self.metrics = Some(metrics);
        self
    }
}

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
    metrics: RouteMetrics,
}

impl Route {
    /// A route of `surface`, a wire or the pages.
    pub fn new(surface: &'static str, path: impl Into<String>) -> Self {
        Self {
            logged: LoggedRoute::new(surface, path.into()),
            metrics: RouteMetrics::default(),
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
        if let Some(lines) = &log.lines {
            lines.write(&self.logged, answered);
        }
        if let Some(metrics) = &log.metrics {
            let (surface, path) = (self.logged.surface(), self.logged.path());
            self.metrics
                .note(metrics, surface, path, answered.code, answered.latency());
        }
    }
}

/// Writes what did not work, where something of ours did not.
pub fn write_fault(fault: &Fault, request_id: &RequestId) {
    tracing::error!(request_id = request_id.as_str(), %fault, "a call failed through a fault of ours");
}

#[cfg(test)]
mod tests {
    use prometheus::{Registry, TextEncoder};

    use super::*;
    use crate::samples::note_call;

    #[test]
    fn calls_are_counted_also_where_no_lines_are_written() {
        let registry = Registry::new();
        let log = AccessLog::off().counted_by(CallMetrics::register(&registry).unwrap());
        note_call(&log, &Method::GET, 401, &CallRecord::default());
        let text = TextEncoder::new().encode_to_string(&registry.gather()).unwrap();
        for line in [
            r#"yaopai_requests_total{outcome="401",route="/user/info",wire="user"} 1"#,
            r#"yaopai_request_seconds_sum{route="/user/info",wire="user"} 0.003"#,
        ] {
            assert!(text.lines().any(|shown| shown == line), "{line}\n{text}");
        }
    }
}
