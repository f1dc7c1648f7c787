//! Failures as `application/problem+json` (RFC 9457).

use axum::response::{IntoResponse, Response};
use http::header::{CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE};
use http::{HeaderValue, StatusCode};
use serde::Serialize;
use utoipa::ToSchema;
use yaopai_accounts::Refusal;

use crate::failure::Failure;
use crate::pages::message;
use crate::visit::Visit;

/// The media type of a problem.
pub(super) const MEDIA_TYPE: &str = "application/problem+json";

/// What went wrong.
#[derive(Serialize, ToSchema)]
pub(crate) struct Problem {
    /// Names the kind of problem; does not change.
    #[schema(example = "urn:yaopai:problem:RankTooLow")]
    #[serde(rename = "type")]
    kind: String,
    /// The kind in words.
    title: String,
    /// The HTTP status.
    status: u16,
    /// What happened and what to do next, in the language of `Accept-Language`.
    detail: String,
    /// By which the server's log can be searched.
    request_id: String,
}

/// The answer to a call that failed.
pub(crate) fn explain(visit: &Visit, failure: Failure, request_id: &str) -> Response {
    let told = message::tell(visit, &failure);
    let problem = Problem {
        kind: failure.kind(),
        title: visit.language.pick(told.title.0, told.title.1).to_owned(),
        status: told.status.as_u16(),
        detail: said_of_calls(visit, &failure).unwrap_or(told.text),
        request_id: request_id.to_owned(),
    };
    let body = match serde_json::to_vec(&problem) {
        Ok(body) => body,
        Err(_) => return StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    };
    let mut response = (told.status, body).into_response();
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(MEDIA_TYPE));
    if told.status == StatusCode::UNAUTHORIZED {
        headers.insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
    }
    if let Some(seconds) = retry_after(&failure) {
        headers.insert(RETRY_AFTER, seconds.into());
    }
    response
}

/// What pages say of sessions and pages, said of keys and calls.
fn said_of_calls(visit: &Visit, failure: &Failure) -> Option<String> {
    const NO_KEY: (&str, &str) = (
        "没有有效的接口密钥：请求头应为 Authorization: Bearer yk_…。密钥在控制台“接口密钥”页创建；它可能写错了，或已被吊销。",
        "No valid API key: send the header Authorization: Bearer yk_…. Keys are made in the console under API keys; this one may be mistyped or revoked.",
    );
    const OLD_KEY: (&str, &str) = (
        "接口密钥已过期，请在控制台“接口密钥”页创建新的。",
        "The API key is past its life: make a new one in the console under API keys.",
    );
    const NO_CALL: (&str, &str) = (
        "没有这个接口。接口文档在 /docs/。",
        "There is no such call. They are described at /docs/.",
    );
    let said = |(chinese, english)| Some(visit.language.pick(chinese, english).to_owned());
    if matches!(failure, Failure::Refused(Refusal::NotSignedIn)) {
        said(NO_KEY)
    } else if matches!(failure, Failure::Refused(Refusal::AccessTokenExpired)) {
        said(OLD_KEY)
    } else if matches!(failure, Failure::NotFound) {
        said(NO_CALL)
    } else {
        None
    }
}

/// Seconds after which to ask again.
fn retry_after(failure: &Failure) -> Option<u32> {
    if matches!(failure, Failure::Refused(Refusal::Overloaded) | Failure::Unanswered) {
        return Some(1);
    }
    if let Failure::Refused(refusal) = failure {
        return refusal.seconds();
    }
    None
}
