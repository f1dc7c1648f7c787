//! Replies.

use ::http::header::RETRY_AFTER;
use ::http::{HeaderName, HeaderValue, StatusCode};
use axum::body::Bytes;
use serde::Serialize;
use yaopai_http::AnswerBody;

use crate::{Failure, Spelling};

/// What a call is answered, without what every answer has.
pub(crate) struct Reply {
    pub(crate) status: StatusCode,
    /// What the envelope says in its `code`, for log and metrics; the status where there is no envelope.
    pub(crate) code: i64,
    /// Whether the body is an envelope, which is JSON.
    pub(crate) is_envelope: bool,
    /// Headers of its own, each name once. Most have none: a map of them would be most of what is moved from hand to hand.
    pub(crate) headers: Vec<(HeaderName, HeaderValue)>,
    pub(crate) body: AnswerBody,
}

impl Reply {
    /// A success that is not in an envelope, with a header or two that say what it is.
    pub(crate) fn bare<const N: usize>(headers: [(HeaderName, HeaderValue); N], body: impl Into<AnswerBody>) -> Self {
        Self {
            status: StatusCode::OK,
            code: i64::from(StatusCode::OK.as_u16()),
            is_envelope: false,
            headers: headers.into(),
            body: body.into(),
        }
    }

    /// An envelope that was written before.
    pub(crate) fn envelope(status: StatusCode, code: i64, envelope: impl Into<AnswerBody>) -> Self {
        Self {
            status,
            code,
            is_envelope: true,
            headers: Vec::new(),
            body: envelope.into(),
        }
    }
}

/// `envelope` as compact JSON; `code` is what it says in its own `code`.
///
/// # Errors
/// A fault where it cannot be written.
pub(crate) fn json_reply(status: StatusCode, code: i64, envelope: &impl Serialize) -> Result<Reply, Failure> {
    Ok(Reply::envelope(status, code, to_json(envelope)?))
}

/// `envelope` as compact JSON.
///
/// # Errors
/// A fault where it cannot be written.
pub(crate) fn to_json(envelope: &impl Serialize) -> Result<Bytes, Failure> {
    let written = serde_json::to_vec(envelope).map(Bytes::from);
    written.map_err(|error| Failure::fault(format!("a reply could not be written as JSON: {error}")))
}

/// As [`json_reply`], for a failure: its `code`, and `Retry-After` where it has one. Numbers and texts are all that is in
/// it, which can be written.
pub(crate) fn failure_reply(status: StatusCode, spelling: &Spelling, envelope: &impl Serialize) -> Reply {
    let written = serde_json::to_vec(envelope).unwrap_or_default();
    let mut reply = Reply::envelope(status, spelling.code, Bytes::from(written));
    if let Some(seconds) = spelling.retry_after {
        reply.headers.push((RETRY_AFTER, HeaderValue::from(seconds)));
    }
    reply
}
