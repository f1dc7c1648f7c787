//! Replies.

use ::http::header::CONTENT_TYPE;
use ::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use serde::Serialize;

use crate::http::access_log::OutcomeCode;

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
