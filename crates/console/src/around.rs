//! What surrounds every page: its bounds, its headers, what is written of it, and the words for what failed.

use std::sync::Arc;

use axum::Router;
use axum::extract::{FromRequestParts as _, Request, State};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::any;
use http::header::{
    ALLOW, CACHE_CONTROL, CONTENT_SECURITY_POLICY, REFERRER_POLICY, RETRY_AFTER, X_CONTENT_TYPE_OPTIONS,
    X_FRAME_OPTIONS,
};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use yaopai_accounts::Refusal;
use yaopai_http::{Answered, CallRecord, PeerAddress, RequestId, Route};

use crate::Desk;
use crate::failure::Failure;
use crate::pages::{confirm, message};
use crate::visit::Visit;

/// Scripts, styles and pictures are our own files; nothing frames a page, and forms stay here.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; \
                      form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// What lies under one prefix, and how it tells of failures.
#[derive(Clone, Copy)]
pub(crate) struct Surface {
    /// What the addresses begin with, without a slash at the end.
    pub(crate) prefix: &'static str,
    /// Its name in the access log and in the timeline of an account.
    pub(crate) name: &'static str,
    /// The answer to a request that failed, under this request id.
    pub(crate) explain: fn(&Visit, Failure, &str) -> Response,
}

/// Puts around a surface's addresses what each needs, and answers unknown ones and unknown methods.
pub(crate) fn surround(surface: Surface, addresses: Router<Desk>, desk: &Desk) -> Router<Desk> {
    let first = format!("{}/", surface.prefix);
    addresses
        .route(surface.prefix, any(async move || Redirect::permanent(&first)))
        .route(
            &format!("{}/{{*rest}}", surface.prefix),
            any(async || Failure::NotFound),
        )
        .method_not_allowed_fallback(async || Failure::UnknownMethod)
        .layer(from_fn_with_state((surface, desk.clone()), around))
}

async fn around(State((surface, desk)): State<(Surface, Desk)>, mut request: Request, next: Next) -> Response {
    let asked_at = desk.settings.clock.now();
    let request_id = RequestId::choose(request.headers(), &*desk.settings.entropy);
    let route = Route::of(surface.name, &request);
    let (method, record) = (request.method().clone(), Arc::new(CallRecord::default()));
    request.extensions_mut().insert(Arc::clone(&record));
    if let Some(peer) = request.extensions().get::<PeerAddress>() {
        let proxies = &desk.settings.trusted_proxies;
        let caller = yaopai_http::caller(surface.name, request.headers(), *peer, proxies);
        request.extensions_mut().insert(caller);
    }

    let (mut parts, body) = request.into_parts();
    let visit = Visit::from_request_parts(&mut parts, &desk).await;
    let mut response = answer(Request::from_parts(parts, body), next).await;
    if let Some(failure) = response.extensions_mut().remove::<Failure>() {
        if let Failure::Fault(fault) = &failure {
            yaopai_http::write_fault(fault, &request_id);
        }
        // What a 405 has to name (RFC 9110, section 15.5.6).
        let methods = response.headers_mut().remove(ALLOW);
        response = match &visit {
            Ok(visit) => (surface.explain)(visit, failure, request_id.as_str()),
            Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
        };
        if let Some(methods) = methods {
            response.headers_mut().insert(ALLOW, methods);
        }
    }
    secure(response.headers_mut());
    let answered = Answered {
        method: &method,
        status: response.status(),
        code: i64::from(response.status().as_u16()),
        asked_at,
        answered_at: desk.settings.clock.now(),
        request_id: &request_id,
        record: &record,
    };
    route.note(&desk.settings.access_log, &answered);
    request_id.give(response.headers_mut());
    response
}

async fn answer(request: Request, next: Next) -> Response {
    let (head, body) = request.into_parts();
    if let Err(problem) = yaopai_http::check_head(&head) {
        return Failure::from(problem).into_response();
    }
    match yaopai_http::caught(next.run(Request::from_parts(head, body))).await {
        Ok(response) => response,
        Err(panicked) => Failure::fault(panicked.to_string()).into_response(),
    }
}

/// The page for a failure of the console.
pub(crate) fn explain(visit: &Visit, failure: Failure, request_id: &str) -> Response {
    explain_under("/console/", visit, failure, request_id)
}

/// The page for a failure of the pages under `home`, where their sign-in lies, too.
pub(crate) fn explain_under(home: &'static str, visit: &Visit, failure: Failure, request_id: &str) -> Response {
    match failure {
        Failure::SignInFirst(address) => {
            let next: String = form_urlencoded::byte_serialize(address.as_bytes()).collect();
            Redirect::to(&format!("{home}sign-in?next={next}")).into_response()
        }
        Failure::ConfirmFirst(confirmation) => confirm::page(visit, &confirmation, home),
        failure @ (Failure::Forgery
        | Failure::BadForm
        | Failure::BadField(_)
        | Failure::BadRequest(_)
        | Failure::NotFound
        | Failure::UnknownMethod
        | Failure::Unreadable(_)
        | Failure::Unanswered
        | Failure::OtherCall
        | Failure::Refused(_)
        | Failure::Fault(_)) => {
            let mut response = message::page(visit, &failure, request_id, home);
            if let Failure::Refused(Refusal::Overloaded) = failure {
                response
                    .headers_mut()
                    .insert(RETRY_AFTER, HeaderValue::from_static("1"));
            }
            response
        }
    }
}

/// Headers that keep pages out of caches, frames and other sites' logs. A file of ours may have set its own.
fn secure(headers: &mut HeaderMap) {
    let defaults: [(HeaderName, &str); 6] = [
        (CACHE_CONTROL, "no-store"),
        (CONTENT_SECURITY_POLICY, POLICY),
        (REFERRER_POLICY, "same-origin"),
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (X_FRAME_OPTIONS, "DENY"),
        (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    ];
    for (name, value) in defaults {
        headers.entry(name).or_insert(HeaderValue::from_static(value));
    }
}
