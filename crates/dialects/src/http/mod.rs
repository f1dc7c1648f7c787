//! What surrounds every call of every wire: where it comes from, what it is called, its bounds, and what is written of it.

mod cors;
mod reply;
mod routes;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use ::http::header::{CACHE_CONTROL, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS};
use ::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode};
use axum::Router;
use axum::extract::{Request, State};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodRouter, any};
use yaopai_http::{BadHead, Line};

use crate::{BadInput, Failure, Wire, WireSettings};

pub(crate) use reply::{failure_reply, json_reply};
pub use routes::RouteLine;
pub(crate) use routes::RouteTable;

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
    let request_id = yaopai_http::choose_request_id(request.headers(), &*settings.entropy);
    let line = Line::begin(wire.name(), &request);
    request.extensions_mut().insert(line.record());
    let (headers, extensions) = (request.headers(), request.extensions());
    let caller = yaopai_http::caller(wire.name(), headers, extensions, &settings.trusted_proxies);
    if let Some(caller) = caller {
        request.extensions_mut().insert(caller);
    }
    request.extensions_mut().insert(wire.in_apps());

    let mut response = answer(request, next).await;
    if let Some(failure) = response.extensions_mut().remove::<Failure>() {
        if let Failure::Fault(fault) = &failure {
            yaopai_http::write_fault(fault, &request_id);
        }
        response = wire.refuse(&failure, &settings);
        // The failure itself stays with the reply, for whoever stands around the wires.
        response.extensions_mut().insert(failure);
    }

    cors::allow(response.headers_mut(), settings.cors_origin.as_ref());
    secure(response.headers_mut());
    yaopai_http::give_request_id(response.headers_mut(), &request_id);
    line.end(&response, started.until(settings.clock.now()), &request_id);
    response
}

async fn answer(request: Request, next: Next) -> Response {
    if request.method() == Method::OPTIONS {
        return StatusCode::OK.into_response();
    }
    if let Err(problem) = yaopai_http::check_head(&request) {
        return Failure::from(BadInput::from(problem)).into_response();
    }
    match yaopai_http::caught(next.run(request)).await {
        Ok(response) => response,
        Err(panicked) => Failure::fault(panicked.to_string()).into_response(),
    }
}

impl From<BadHead> for BadInput {
    fn from(problem: BadHead) -> Self {
        match problem {
            BadHead::Host => Self::BadHost,
            BadHead::UrlTooLong => Self::UrlTooLong,
        }
    }
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
