//! Which call a request is for.

use std::collections::HashMap;
use std::convert::Infallible;
use std::sync::Arc;

use ::http::Method;
use ::http::header::{ALLOW, CONTENT_LENGTH};
use axum::Router;
use axum::body::{Body, HttpBody as _};
use axum::extract::Request;
use axum::response::{IntoResponse as _, Response};
use tower::Service as _;
use yaopai_http::Route;

use super::Around;
use super::routes::PathCalls;
use crate::{BadInput, Failure, Wire, Wires};

/// Answers requests: calls of the wires at once by their paths, and everything else through a router. Cheap to clone.
#[derive(Clone)]
pub struct Front(Arc<Known>);

struct Known {
    calls: Option<Calls>,
    others: Router,
}

struct Calls {
    wires: Wires,
    by_path: HashMap<String, Call>,
}

struct Call {
    around: Arc<Around>,
    route: Route,
    answers: PathCalls,
}

impl Front {
    /// The wires' calls, and beside them what `others` answers, which has the wires' patterns of paths in it.
    pub fn new(wires: Wires, others: Router) -> Self {
        let by_path = Wire::ALL.into_iter().flat_map(|wire| {
            let around = Around::new(wire, &wires.settings);
            let calls = wire.tables().into_iter().flat_map(|table| table.into_calls().0);
            calls.map(move |answers| {
                let call = Call {
                    around: Arc::clone(&around),
                    route: Route::new(wire.name(), answers.path.clone()),
                    answers,
                };
                (call.answers.path.clone(), call)
            })
        });
        let by_path = by_path.collect();
        Self(Arc::new(Known {
            calls: Some(Calls { wires, by_path }),
            others,
        }))
    }

    /// The answer to a request.
    pub async fn answer(&self, request: Request) -> Response {
        let Known { calls, others } = &*self.0;
        let called = calls
            .as_ref()
            .and_then(|calls| Some((&calls.wires, calls.by_path.get(request.uri().path())?)));
        if let Some((wires, call)) = called {
            return call.answer(wires, request).await;
        }
        let Ok(response): Result<_, Infallible> = others.clone().call(request).await;
        response
    }
}

/// A router without the wires.
impl From<Router> for Front {
    fn from(others: Router) -> Self {
        Self(Arc::new(Known { calls: None, others }))
    }
}

impl Call {
    async fn answer(&self, wires: &Wires, request: Request) -> Response {
        let is_head = request.method() == Method::HEAD;
        let is_known = self.answers.to_method(request.method()).is_some();
        let response = self.around.call(&self.route, request, async |request: Request| {
            match self.answers.to_method(request.method()) {
                Some(endpoint) => endpoint(request, wires.clone()).await,
                None => Failure::from(BadInput::UnknownMethod).into_response(),
            }
        });
        let mut response = response.await;
        if !is_known {
            response.headers_mut().insert(ALLOW, self.answers.methods());
        }
        if is_head { without_body(response) } else { response }
    }
}

/// The head of an answer, which says how long the body would be (RFC 9110, section 9.3.2).
fn without_body(mut response: Response) -> Response {
    if let Some(length) = response.body().size_hint().exact() {
        response.headers_mut().insert(CONTENT_LENGTH, length.into());
    }
    *response.body_mut() = Body::empty();
    response
}
