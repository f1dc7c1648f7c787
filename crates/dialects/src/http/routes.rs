//! A wire's calls, as one table that is both served and printed.

use std::pin::Pin;
use std::sync::Arc;

use ::http::{HeaderValue, Method};
use axum::Router;
use axum::extract::Request;
use axum::handler::Handler;
use axum::response::Response;
use axum::routing::{get, post};

use crate::Wires;

/// What answers a call.
pub(crate) type Endpoint = Arc<dyn Fn(Request, Wires) -> Answering + Send + Sync>;
/// A call that is being answered.
pub(crate) type Answering = Pin<Box<dyn Future<Output = Response> + Send>>;

/// What answers at one path.
pub(crate) struct PathCalls {
    /// The whole path.
    pub(crate) path: String,
    get: Option<Endpoint>,
    post: Option<Endpoint>,
}

impl PathCalls {
    /// What answers to a method; `HEAD` is asked for as `GET` is (RFC 9110, section 9.3.2).
    pub(crate) fn to_method(&self, method: &Method) -> Option<&Endpoint> {
        match *method {
            Method::GET | Method::HEAD => self.get.as_ref(),
            Method::POST => self.post.as_ref(),
            _ => None,
        }
    }

    /// The methods that something answers to, as `Allow` lists them (RFC 9110, section 10.2.1).
    pub(crate) fn methods(&self) -> HeaderValue {
        HeaderValue::from_static(match (&self.get, &self.post) {
            (Some(_), Some(_)) => "GET,HEAD,POST",
            (Some(_), None) => "GET,HEAD",
            (None, Some(_)) => "POST",
            (None, None) => "",
        })
    }
}

fn endpoint<H, T>(handler: H) -> Endpoint
where
    H: Handler<T, Wires>,
    T: 'static,
{
    Arc::new(move |request, wires| Box::pin(handler.clone().call(request, wires)))
}

/// One call as the reference prints it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RouteLine {
    /// `GET`, `POST` or both.
    pub methods: &'static str,
    /// The whole path.
    pub path: String,
}

/// The calls under one prefix, in the document's order.
pub(crate) struct RouteTable {
    prefix: &'static str,
    calls: Vec<PathCalls>,
    patterns: Router<Wires>,
    lines: Vec<RouteLine>,
}

impl RouteTable {
    /// No calls yet; `prefix` has no slash at its end.
    pub(crate) fn under(prefix: &'static str) -> Self {
        Self {
            prefix,
            calls: Vec::new(),
            patterns: Router::new(),
            lines: Vec::new(),
        }
    }

    /// A call that answers GET.
    pub(crate) fn get<H, T>(self, path: &str, handler: H) -> Self
    where
        H: Handler<T, Wires>,
        T: 'static,
    {
        self.route("GET", path, Some(handler), None)
    }

    /// A call that answers POST.
    pub(crate) fn post<H, T>(self, path: &str, handler: H) -> Self
    where
        H: Handler<T, Wires>,
        T: 'static,
    {
        self.route("POST", path, None, Some(handler))
    }

    /// A call that answers both alike.
    pub(crate) fn get_or_post<H, T>(self, path: &str, handler: H) -> Self
    where
        H: Handler<T, Wires>,
        T: 'static,
    {
        self.route("GET, POST", path, Some(handler.clone()), Some(handler))
    }

    /// What the paths begin with.
    pub(crate) fn prefix(&self) -> &'static str {
        self.prefix
    }

    /// The calls, to be served: those that have a path, and under the prefix those of a pattern of paths.
    pub(crate) fn into_calls(self) -> (Vec<PathCalls>, Router<Wires>) {
        (self.calls, self.patterns)
    }

    /// The calls, to be printed.
    pub(crate) fn into_lines(self) -> Vec<RouteLine> {
        self.lines
    }

    fn route<H, T>(mut self, methods: &'static str, path: &str, on_get: Option<H>, on_post: Option<H>) -> Self
    where
        H: Handler<T, Wires>,
        T: 'static,
    {
        let whole = format!("{}{path}", self.prefix);
        self.lines.push(RouteLine {
            methods,
            path: whole.clone(),
        });
        if path.contains('{') {
            self.patterns = [on_get.map(get), on_post.map(post)]
                .into_iter()
                .flatten()
                .fold(self.patterns, |router, answering| router.route(path, answering));
        } else {
            self.calls.push(PathCalls {
                path: whole,
                get: on_get.map(endpoint),
                post: on_post.map(endpoint),
            });
        }
        self
    }
}
