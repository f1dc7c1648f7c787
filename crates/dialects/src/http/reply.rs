//! Replies.

use ::http::header::{CONTENT_TYPE, RETRY_AFTER};
use ::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use serde::Serialize;

use yaopai_http::OutcomeCode;

use crate::Spelling;

/// `envelope` as compact JSON; `code` is what it says in its own `code`, for log and metrics.
pub(crate) fn json_reply(status: StatusCode, code: i64, envelope: &impl Serialize) -> Response {
    let mut response = match serde_json::to_vec(envelope) {
        Ok(bytes) => (status, bytes).into_response(),
        Err(error) => {
            tracing::error!(%error, "a reply could not be written as JSON");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    };
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
