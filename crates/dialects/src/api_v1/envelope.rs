//! `{"code", "data", "msg"}`, in this order.

use ::http::StatusCode;
use axum::body::Bytes;
use serde::Serialize;
use serde_json::Value;
use yaopai_accounts::Snapshot;
use yaopai_model::{Account, WireName};

use crate::http::{Reply, failure_reply, json_reply, to_json};
use crate::{Failure, Spelling};

/// The `code` of a success.
pub(crate) const SUCCESS: i64 = 200;

#[derive(Serialize)]
struct Envelope<'a, T> {
    code: i64,
    data: T,
    msg: &'a str,
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
    let written = account.own_info(WireName::ApiV1, write)?;
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
        data,
        msg: "ok",
    }
}

/// A failure.
pub(crate) fn refuse(spelling: &Spelling) -> Reply {
    let envelope = Envelope {
        code: spelling.code,
        data: (),
        msg: &spelling.message,
    };
    failure_reply(spelling.status, spelling, &envelope)
}

/// An answer without data, to be printed.
pub(crate) fn envelope(code: i64, message: &str) -> Value {
    let envelope = Envelope {
        code,
        data: (),
        msg: message,
    };
    serde_json::to_value(envelope).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use ::http::HeaderValue;
    use ::http::header::RETRY_AFTER;
    use http_body_util::BodyExt as _;

    use super::*;

    async fn body(reply: Reply) -> String {
        let bytes = reply.body.collect().await.unwrap().to_bytes();
        String::from_utf8(bytes.to_vec()).unwrap()
    }

    #[tokio::test]
    async fn keys_come_in_the_documents_order() {
        let success = succeed(()).unwrap();
        assert_eq!(success.status, 200);
        assert_eq!(body(success).await, r#"{"code":200,"data":null,"msg":"ok"}"#);
        let failure = refuse(&Spelling::new(-1, "需要人机验证"));
        assert_eq!(failure.status, 200);
        assert_eq!(body(failure).await, r#"{"code":-1,"data":null,"msg":"需要人机验证"}"#);
    }

    #[test]
    fn a_failure_carries_its_status_and_its_wait() {
        let spelling = Spelling::new(500, "系统繁忙，请稍后再试")
            .with_status(StatusCode::SERVICE_UNAVAILABLE)
            .with_retry_after(7);
        let failure = refuse(&spelling);
        assert_eq!(failure.status, 503);
        assert_eq!(failure.headers, [(RETRY_AFTER, HeaderValue::from_static("7"))]);
    }
}
