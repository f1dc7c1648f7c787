//! What surrounds every call of every wire: where it comes from, what it is called, its bounds, and what is written of it.

mod access_log;
mod body;
mod cors;
mod panics;
mod reply;
mod request_id;
mod routes;
mod source;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use ::http::header::{CACHE_CONTROL, HOST, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS};
use ::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, Version};
use axum::Router;
use axum::extract::{OriginalUri, Request, State};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodRouter, any};
use yaopai_accounts::Caller;
use yaopai_model::limits::URL_BYTES;

use crate::{BadInput, Failure, Wire, WireSettings};

pub(crate) use access_log::CallRecord;
pub(crate) use body::read_body;
pub(crate) use reply::{failure_reply, json_reply};
pub use routes::RouteLine;
pub(crate) use routes::RouteTable;
pub use source::{Network, NetworkError, PeerAddress};

/// Puts around a wire's routes what every call needs, and answers unknown routes and methods in the wire's form.
pub(crate) fn surround<S: Clone + Send + Sync + 'static>(
    wire: Wire,
    routes: Router<S>,
    settings: &Arc<WireSettings>,
) -> Router<S> {
    routes
        .fallback(async || Failure::from(BadInput::UnknownRoute))
        .method_not_allowed_fallback(async || Failure::from(BadInput::UnknownMethod))
        .layer(from_fn_with_state((wire, Arc::clone(settings)), around))
}

/// The answer to a wire's prefix with nothing but a slash behind it, which nested routes do not match.
pub(crate) fn bare_prefix<S: Clone + Send + Sync + 'static>(
    wire: Wire,
    settings: &Arc<WireSettings>,
) -> MethodRouter<S> {
    any(async || Failure::from(BadInput::UnknownRoute)).layer(from_fn_with_state((wire, Arc::clone(settings)), around))
}

async fn around(
    State((wire, settings)): State<(Wire, Arc<WireSettings>)>,
    mut request: Request,
    next: Next,
) -> Response {
    let started = settings.clock.now();
    let request_id = request_id::choose(request.headers(), &*settings.entropy);
    let line = access_log::Line::begin(wire, &request);
    request.extensions_mut().insert(line.record());
    if let Some(caller) = caller(&request, &settings) {
        request.extensions_mut().insert(caller);
    }

    let mut response = answer(request, next).await;
    if let Some(failure) = response.extensions_mut().remove::<Failure>() {
        access_log::write_fault(&failure, &request_id);
        response = wire.refuse(&failure, &settings);
        // The failure itself stays with the reply, for whoever stands around the wires.
        response.extensions_mut().insert(failure);
    }

    cors::allow(response.headers_mut(), settings.cors_origin.as_ref());
    secure(response.headers_mut());
    request_id::give(response.headers_mut(), &request_id);
    line.end(&response, started.until(settings.clock.now()), &request_id);
    response
}

async fn answer(request: Request, next: Next) -> Response {
    if request.method() == Method::OPTIONS {
        return StatusCode::OK.into_response();
    }
    if !has_one_host(&request) {
        return Failure::from(BadInput::BadHost).into_response();
    }
    if url_bytes(&request) > URL_BYTES {
        return Failure::from(BadInput::UrlTooLong).into_response();
    }
    panics::caught(next.run(request)).await
}

/// Whether it is clear which host is meant, and with it which app (RFC 9112, section 3.2). Clients of HTTP/1.0 need not
/// say.
fn has_one_host(request: &Request) -> bool {
    match request.headers().get_all(HOST).iter().count() {
        0 => request.version() < Version::HTTP_11,
        hosts => hosts == 1,
    }
}

/// With the prefix, which the request's own address no longer has here.
fn url_bytes(request: &Request) -> usize {
    let original = request.extensions().get().map_or(request.uri(), |OriginalUri(uri)| uri);
    original.path_and_query().map_or(0, |url| url.as_str().len())
}

/// None when the server did not say who the socket's peer is.
fn caller(request: &Request, settings: &WireSettings) -> Option<Caller> {
    let PeerAddress(peer) = request.extensions().get()?;
    Some(Caller {
        source: source::address(peer.ip(), request.headers(), &settings.trusted_proxies),
        device: source::device(request.headers()),
    })
}

/// Headers that keep replies out of caches and addresses out of other sites' logs. A call may have set its own.
fn secure(headers: &mut HeaderMap) {
    let defaults: [(HeaderName, &str); 3] = [
        (CACHE_CONTROL, "no-store"),
        (REFERRER_POLICY, "no-referrer"),
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ];
    for (name, value) in defaults {
        headers.entry(name).or_insert(HeaderValue::from_static(value));
    }
}
