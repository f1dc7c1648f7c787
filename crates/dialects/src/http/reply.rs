//! Replies.

use ::http::header::{CONTENT_TYPE, RETRY_AFTER};
use ::http::{HeaderValue, StatusCode};
use axum::body::{Body, Bytes};
use axum::response::{IntoResponse, Response};
use serde::Serialize;

use yaopai_http::OutcomeCode;

use crate::{Failure, Spelling};

/// `envelope` as compact JSON; `code` is what it says in its own `code`, for log and metrics.
pub(crate) fn json_reply(status: StatusCode, code: i64, envelope: &impl Serialize) -> Response {
    match to_json(envelope) {
        Ok(bytes) => reply(status, code, bytes),
        Err(failure) => failure.into_response(),
    }
}

/// A success whose envelope was written before.
pub(crate) fn ready_reply(code: i64, envelope: Bytes) -> Response {
    reply(StatusCode::OK, code, envelope)
}

/// `envelope` as compact JSON.
///
/// # Errors
/// A fault where it cannot be written.
pub(crate) fn to_json(envelope: &impl Serialize) -> Result<Bytes, Failure> {
    let written = serde_json::to_vec(envelope).map(Bytes::from);
    written.map_err(|error| Failure::fault(format!("a reply could not be written as JSON: {error}")))
}

fn reply(status: StatusCode, code: i64, envelope: Bytes) -> Response {
    let mut response = Response::new(Body::from(envelope));
    *response.status_mut() = status;
    response.headers_mut().insert(
        CONTENT_TYPE,
        HeaderValue::from_static("application/json; charset=utf-8"),
    );
    response.extensions_mut().insert(OutcomeCode(code));
    response
}

/// As [`json_reply`], for a failure: its `code`, and `Retry-After` where it has one.
pub(crate) fn failure_reply(status: StatusCode, spelling: &Spelling, envelope: &impl Serialize) -> Response {
    let mut response = json_reply(status, spelling.code, envelope);
    if let Some(seconds) = spelling.retry_after {
        response.headers_mut().insert(RETRY_AFTER, HeaderValue::from(seconds));
    }
    response
}
