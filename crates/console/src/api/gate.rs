//! Who is let in: the key is known, and it opens what is asked for.

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http::HeaderMap;
use http::header::AUTHORIZATION;
use yaopai_accounts::{ApiCaller, Refusal};
use yaopai_model::ApiScope;

use super::once;
use crate::Desk;
use crate::failure::Failure;

/// What stands before a group of calls.
#[derive(Clone)]
pub(super) struct Gate {
    pub(super) desk: Desk,
    /// What a key must open.
    pub(super) scope: ApiScope,
}

/// Lets a call on whose key opens it, and once only if it names itself.
pub(super) async fn admit(State(gate): State<Gate>, mut request: Request, next: Next) -> Response {
    let caller = match authenticate(&gate, request.headers()).await {
        Ok(caller) => caller,
        Err(failure) => return failure.into_response(),
    };
    request.extensions_mut().insert(caller.clone());
    once::once(&gate.desk, &caller, request, next)
        .await
        .unwrap_or_else(Failure::into_response)
}

/// Whose key stands in `Authorization: Bearer KEY` (RFC 6750, section 2.1).
async fn authenticate(gate: &Gate, headers: &HeaderMap) -> Result<ApiCaller, Failure> {
    let header = headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok());
    let (scheme, key) = header
        .and_then(|header| header.split_once(' '))
        .ok_or(Refusal::NotSignedIn)?;
    if !scheme.eq_ignore_ascii_case("bearer") {
        return Err(Refusal::NotSignedIn.into());
    }
    let caller = gate.desk.accounts.authenticate_api_key(key.trim()).await?;
    caller.allows(gate.scope)?;
    Ok(caller)
}
