//! One line for every call, and its metrics. Fields are on a list: what is not named here is never written, above all
//! no address, header or body, since passwords travel in all of them.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;

use axum::extract::{MatchedPath, Request};
use axum::response::Response;
use http::Method;
use metrics::{Counter, Histogram};
use yaopai_accounts::Fault;
use yaopai_model::{AccountId, AppId};

/// What the envelope says in its `code`.
#[derive(Clone, Copy)]
pub struct OutcomeCode(pub i64);

/// What a call finds out about itself on its way.
#[derive(Clone, Default)]
pub struct CallRecord(Arc<Found>);

#[derive(Default)]
struct Found {
    app: OnceLock<AppId>,
    account: OnceLock<AccountId>,
}

impl CallRecord {
    /// Notes whose call it is; the first note stays.
    pub fn note_app(&self, app: AppId) {
        self.0.app.get_or_init(|| app);
    }

    /// Notes who is calling; the first note stays.
    pub fn note_account(&self, account: AccountId) {
        self.0.account.get_or_init(|| account);
    }
}

/// A route as the log and the metrics know it. Whoever keeps it for more than one call saves looking the metrics up.
pub struct Route {
    surface: &'static str,
    path: String,
    seconds: OnceLock<Histogram>,
    /// By what the envelopes said in their `code`.
    outcomes: Mutex<BTreeMap<i64, Counter>>,
}

impl Route {
    /// A route of `surface`, a wire or the pages.
    pub fn new(surface: &'static str, path: impl Into<String>) -> Self {
        Self {
            surface,
            path: path.into(),
            seconds: OnceLock::new(),
            outcomes: Mutex::default(),
        }
    }

    /// The route that a request was found to have.
    pub fn of(surface: &'static str, request: &Request) -> Self {
        let matched = request.extensions().get::<MatchedPath>();
        Self::new(surface, matched.map_or("unknown", MatchedPath::as_str))
    }

    fn measure(&self, code: i64, latency: Duration) {
        let (wire, route) = (self.surface, &self.path);
        let seconds = || metrics::histogram!("yaopai_request_seconds", "wire" => wire, "route" => route.clone());
        self.seconds.get_or_init(seconds).record(latency.as_secs_f64());
        let outcome = || {
            metrics::counter!(
                "yaopai_requests_total", "wire" => wire, "route" => route.clone(), "outcome" => code.to_string()
            )
        };
        let mut outcomes = self.outcomes.lock().unwrap_or_else(PoisonError::into_inner);
        outcomes.entry(code).or_insert_with(outcome).increment(1);
    }
}

/// The line of a call that is under way.
pub struct Line<'a> {
    route: &'a Route,
    method: &'static str,
    record: CallRecord,
}

impl<'a> Line<'a> {
    /// Begins the line of a request, with what the request tells.
    pub fn begin(route: &'a Route, request: &Request) -> Self {
        Self {
            route,
            method: known_method(request.method()),
            record: CallRecord::default(),
        }
    }

    /// Where the call notes what it finds out.
    pub fn record(&self) -> CallRecord {
        self.record.clone()
    }

    /// Writes the line and counts the call.
    pub fn end(self, response: &Response, latency: Duration, request_id: &str) {
        let status = response.status().as_u16();
        let code = response
            .extensions()
            .get()
            .map_or(i64::from(status), |OutcomeCode(code)| *code);
        tracing::info!(
            target: "access",
            wire = self.route.surface,
            route = self.route.path,
            method = self.method,
            status,
            code,
            latency_ms = latency.as_millis(),
            request_id,
            app = self.record.0.app.get().map(|app| app.0),
            account = self.record.0.account.get().map(|account| account.0),
        );
        self.route.measure(code, latency);
    }
}

/// Writes what did not work, where something of ours did not.
pub fn write_fault(fault: &Fault, request_id: &str) {
    tracing::error!(request_id, %fault, "a call failed through a fault of ours");
}

/// A method's name is the client's to choose, so only known ones are written.
fn known_method(method: &Method) -> &'static str {
    const KNOWN: [&str; 7] = ["GET", "POST", "OPTIONS", "HEAD", "PUT", "PATCH", "DELETE"];
    KNOWN
        .into_iter()
        .find(|known| *known == method.as_str())
        .unwrap_or("other")
}
