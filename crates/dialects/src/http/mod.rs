//! What surrounds every call of every wire: where it comes from, what it is called, its bounds, and what is written of it.

mod cors;
mod front;
mod reply;
mod routes;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use ::http::header::{CACHE_CONTROL, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS};
use ::http::{HeaderMap, HeaderValue, Method, StatusCode};
use axum::Router;
use axum::extract::{Request, State};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodRouter, any};
use yaopai_accounts::Caller;
use yaopai_http::{BadHead, CallRecord, Line, Route};
use yaopai_model::WireName;

use crate::{BadInput, Failure, Wire, WireSettings};

pub use front::Front;
pub(crate) use reply::{failure_reply, json_reply, ready_reply, to_json};
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
        .layer(from_fn_with_state(Around::new(wire, settings), around_matched))
}

/// The answer to a wire's prefix with nothing but a slash behind it, which nested routes do not match.
pub(crate) fn bare_prefix<S: Clone + Send + Sync + 'static>(
    wire: Wire,
    settings: &Arc<WireSettings>,
) -> MethodRouter<S> {
    any(async || Failure::from(BadInput::UnknownRoute))
        .layer(from_fn_with_state(Around::new(wire, settings), around_matched))
}

async fn around_matched(State(around): State<Arc<Around>>, request: Request, next: Next) -> Response {
    let route = Route::of(around.wire.name(), &request);
    around.call(&route, request, |request| next.run(request)).await
}

/// What surrounds every call of a wire.
pub(crate) struct Around {
    wire: Wire,
    settings: Arc<WireSettings>,
    /// Those that every reply has.
    headers: HeaderMap,
}

/// What is known of a call before it is read. It is in the request's extensions.
#[derive(Clone)]
pub(crate) struct Surroundings {
    /// Where the call notes what it finds out.
    pub(crate) record: CallRecord,
    /// Who is at the other end of the line.
    pub(crate) caller: Option<Caller>,
    /// On which wire it came.
    pub(crate) wire: WireName,
}

impl Around {
    pub(crate) fn new(wire: Wire, settings: &Arc<WireSettings>) -> Arc<Self> {
        let mut headers = HeaderMap::new();
        cors::allow(&mut headers, settings.cors_origin.as_ref());
        secure(&mut headers);
        Arc::new(Self {
            wire,
            settings: Arc::clone(settings),
            headers,
        })
    }

    /// Has a request answered by `call`.
    async fn call<F: Future<Output = Response>>(
        &self,
        route: &Route,
        mut request: Request,
        call: impl FnOnce(Request) -> F,
    ) -> Response {
        let (wire, settings) = (self.wire, &*self.settings);
        let started = settings.clock.now();
        let request_id = yaopai_http::choose_request_id(request.headers(), &*settings.entropy);
        let line = Line::begin(route, &request);
        let (headers, extensions) = (request.headers(), request.extensions());
        let surroundings = Surroundings {
            record: line.record(),
            caller: yaopai_http::caller(wire.name(), headers, extensions, &settings.trusted_proxies),
            wire: wire.in_apps(),
        };
        request.extensions_mut().insert(surroundings);

        let mut response = answer(request, call).await;
        if let Some(failure) = response.extensions_mut().remove::<Failure>() {
            if let Failure::Fault(fault) = &failure {
                yaopai_http::write_fault(fault, &request_id);
            }
            response = wire.refuse(&failure, settings);
            // The failure itself stays with the reply, for whoever stands around the wires.
            response.extensions_mut().insert(failure);
        }

        // A call may have set its own.
        let own = std::mem::replace(response.headers_mut(), self.headers.clone());
        response.headers_mut().extend(own);
        yaopai_http::give_request_id(response.headers_mut(), &request_id);
        line.end(&response, started.until(settings.clock.now()), &request_id);
        response
    }
}

async fn answer<F: Future<Output = Response>>(request: Request, call: impl FnOnce(Request) -> F) -> Response {
    if request.method() == Method::OPTIONS {
        return StatusCode::OK.into_response();
    }
    if let Err(problem) = yaopai_http::check_head(&request) {
        return Failure::from(BadInput::from(problem)).into_response();
    }
    match yaopai_http::caught(call(request)).await {
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

/// Headers that keep replies out of caches and addresses out of other sites' logs.
fn secure(headers: &mut HeaderMap) {
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
}
