//! One line for every call, and its metrics. Fields are on a list: what is not named here is never written, above all
//! no address, header or body, since passwords travel in all of them.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use axum::extract::{MatchedPath, Request};
use axum::response::Response;
use http::Method;
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

/// The line of a call that is under way.
pub struct Line {
    surface: &'static str,
    route: String,
    method: &'static str,
    record: CallRecord,
}

impl Line {
    /// Begins the line of a request to `surface`, a wire or the pages, with what the request tells.
    pub fn begin(surface: &'static str, request: &Request) -> Self {
        let matched = request.extensions().get::<MatchedPath>();
        Self {
            surface,
            route: matched.map_or_else(|| "unknown".to_owned(), |path| path.as_str().to_owned()),
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
        let wire = self.surface;
        tracing::info!(
            target: "access",
            wire,
            route = self.route,
            method = self.method,
            status,
            code,
            latency_ms = latency.as_millis(),
            request_id,
            app = self.record.0.app.get().map(|app| app.0),
            account = self.record.0.account.get().map(|account| account.0),
        );
        metrics::counter!(
            "yaopai_requests_total", "wire" => wire, "route" => self.route.clone(), "outcome" => code.to_string()
        )
        .increment(1);
        metrics::histogram!("yaopai_request_seconds", "wire" => wire, "route" => self.route)
            .record(latency.as_secs_f64());
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
