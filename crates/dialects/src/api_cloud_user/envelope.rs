//! `{"code", "msg", "data"}`, in this order.

use ::http::StatusCode;
use axum::body::Bytes;
use serde::Serialize;
use serde_json::Value;
use yaopai_accounts::Snapshot;
use yaopai_model::{Account, WireName};

use crate::http::{Reply, failure_reply, json_reply, to_json};
use crate::{Failure, Spelling};

/// The `code` of a success.
pub(crate) const SUCCESS: i64 = 1;

#[derive(Serialize)]
struct Envelope<'a, T> {
    code: i64,
    msg: &'a str,
    data: T,
}

/// A success.
///
/// # Errors
/// A fault where it cannot be written.
pub(super) fn succeed(data: impl Serialize) -> Result<Reply, Failure> {
    json_reply(StatusCode::OK, SUCCESS, &success(data))
}

/// What the wire shows an account of itself: written by `write`, once for as long as the account stays as it is.
///
/// # Errors
/// Those of `write`.
pub(super) fn own_info(
    account: &Snapshot,
    write: impl FnOnce(&Account) -> Result<Bytes, Failure>,
) -> Result<Reply, Failure> {
    let written = account.own_info(WireName::ApiCloudUser, write)?;
    Ok(Reply::envelope(StatusCode::OK, SUCCESS, written))
}

/// The bytes of a success.
///
/// # Errors
/// A fault where they cannot be written.
pub(super) fn written(data: impl Serialize) -> Result<Bytes, Failure> {
    to_json(&success(data))
}

const fn success<T>(data: T) -> Envelope<'static, T> {
    Envelope {
        code: SUCCESS,
        msg: "数据返回成功！",
        data,
    }
}

/// A failure.
pub(crate) fn refuse(spelling: &Spelling) -> Reply {
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
