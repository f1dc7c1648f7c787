//! `{"code", "msg", "data"}`, in this order.

use ::http::StatusCode;
use axum::response::Response;
use serde::Serialize;
use serde_json::Value;

use crate::Spelling;
use crate::http::{failure_reply, json_reply};

/// The `code` of a success.
pub(crate) const SUCCESS: i64 = 1;

#[derive(Serialize)]
struct Envelope<'a, T> {
    code: i64,
    msg: &'a str,
    data: T,
}

/// A success.
pub(super) fn succeed(data: impl Serialize) -> Response {
    let envelope = Envelope {
        code: SUCCESS,
        msg: "数据返回成功！",
        data,
    };
    json_reply(StatusCode::OK, SUCCESS, &envelope)
}

/// A failure.
pub(crate) fn refuse(spelling: &Spelling) -> Response {
    let envelope = Envelope {
        code: spelling.code,
        msg: &spelling.message,
        data: (),
    };
    failure_reply(spelling.status, spelling, &envelope)
}

/// An answer without data, to be printed.
pub(crate) fn envelope(code: i64, message: &str) -> Value {
    let envelope = Envelope {
        code,
        msg: message,
        data: (),
    };
    serde_json::to_value(envelope).unwrap_or_default()
}
