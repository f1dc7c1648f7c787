//! `Idempotency-Key`: a call that is sent again has no second effect and gets the first one's answer
//! (draft-ietf-httpapi-idempotency-key-header).

use axum::body::{Body, Bytes, to_bytes};
use axum::extract::Request;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http::header::CONTENT_TYPE;
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode};
use yaopai_accounts::{ApiCaller, Repetition};
use yaopai_http::read_body;
use yaopai_model::IdempotencyKey;
use yaopai_model::limits::{ANSWER_BYTES, BODY_BYTES};

use super::call::JSON;
use crate::Desk;
use crate::failure::Failure;

/// The header by which a call names itself.
pub(super) const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");
/// Tells that an answer is one that was given before.
const REPLAYED: HeaderName = HeaderName::from_static("idempotency-replayed");

/// Lets a call through; one that names itself once only.
pub(super) async fn once(desk: &Desk, caller: &ApiCaller, request: Request, next: Next) -> Result<Response, Failure> {
    let name = if request.method() == Method::POST {
        name(request.headers())?
    } else {
        None
    };
    let Some(name) = name else {
        return Ok(next.run(request).await);
    };
    let (parts, body) = request.into_parts();
    let body = read_body(body, BODY_BYTES).await?;
    let call = Call {
        desk: desk.clone(),
        owner: caller.key.as_str().to_owned(),
        name,
    };
    // To its end even if the sender hangs up meanwhile: it is they who will send it again.
    let made = tokio::spawn(async move {
        let asked = [parts.uri.to_string().as_bytes(), b"\n", &body].concat();
        call.make(&asked, Request::from_parts(parts, Body::from(body)), next)
            .await
    });
    made.await
        .map_err(|error| Failure::fault(format!("a call came to no end: {error}")))?
}

fn name(headers: &HeaderMap) -> Result<Option<IdempotencyKey>, Failure> {
    let read = |value: &HeaderValue| IdempotencyKey::parse(value.to_str().ok()?).ok();
    let Some(value) = headers.get(IDEMPOTENCY_KEY) else {
        return Ok(None);
    };
    read(value).map(Some).ok_or(Failure::field(
        "Idempotency-Key：1 至 128 个可见的 ASCII 字符。",
        "Idempotency-Key: 1 to 128 visible ASCII characters.",
    ))
}

/// A call that names itself.
struct Call {
    desk: Desk,
    /// The key that it came by, whose names are its own.
    owner: String,
    name: IdempotencyKey,
}

impl Call {
    async fn make(&self, asked: &[u8], request: Request, next: Next) -> Result<Response, Failure> {
        match self.desk.accounts.begin_call(&self.owner, &self.name, asked).await? {
            Repetition::First => self.keep(next.run(request).await).await,
            Repetition::Answered(answer) => again(&answer),
            Repetition::Unanswered => Err(Failure::Unanswered),
            Repetition::Different => Err(Failure::OtherCall),
        }
    }

    /// Keeps an answer that tells of an effect. A call that failed may be made again.
    async fn keep(&self, response: Response) -> Result<Response, Failure> {
        let accounts = &self.desk.accounts;
        if !response.status().is_success() {
            // Where the outcome is in doubt, the effect has to be looked for: the call stays noted.
            if !response.extensions().get().is_some_and(Failure::is_fault) {
                accounts.forget_call(&self.owner, &self.name).await?;
            }
            return Ok(response);
        }
        let (parts, body) = response.into_parts();
        let body: Bytes = to_bytes(body, ANSWER_BYTES)
            .await
            .map_err(|error| Failure::fault(format!("an answer cannot be kept: {error}")))?;
        let answer = [parts.status.as_u16().to_be_bytes().as_slice(), &body].concat();
        accounts.answer_call(&self.owner, &self.name, &answer).await?;
        Ok(Response::from_parts(parts, Body::from(body)))
    }
}

/// An answer that was kept.
fn again(answer: &[u8]) -> Result<Response, Failure> {
    let read = |answer: &[u8]| {
        let (status, body) = answer.split_first_chunk()?;
        let status = StatusCode::from_u16(u16::from_be_bytes(*status)).ok()?;
        Some((status, body.to_vec()))
    };
    let (status, body) = read(answer).ok_or_else(|| Failure::fault("an answer that was kept cannot be read"))?;
    let is_empty = body.is_empty();
    let mut response = (status, Body::from(body)).into_response();
    let headers = response.headers_mut();
    headers.insert(REPLAYED, HeaderValue::from_static("true"));
    if !is_empty {
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(JSON));
    }
    Ok(response)
}
