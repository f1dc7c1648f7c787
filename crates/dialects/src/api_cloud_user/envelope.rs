//! `{"code", "msg", "data"}`, in this order.

use ::http::StatusCode;
use axum::response::Response;
use serde::Serialize;

use crate::Spelling;
use crate::http::{failure_reply, json_reply};

const SUCCESS: i64 = 1;

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
