//! A wire's calls, as one table that is both served and printed.

use axum::Router;
use axum::handler::Handler;
use axum::routing::{MethodRouter, get, post};

use crate::Wires;

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
    router: Router<Wires>,
    lines: Vec<RouteLine>,
}

impl RouteTable {
    /// No calls yet; `prefix` has no slash at its end.
    pub(crate) fn under(prefix: &'static str) -> Self {
        Self {
            prefix,
            router: Router::new(),
            lines: Vec::new(),
        }
    }

    /// A call that answers GET.
    pub(crate) fn get<H, T>(self, path: &str, endpoint: H) -> Self
    where
        H: Handler<T, Wires>,
        T: 'static,
    {
        self.route("GET", path, get(endpoint))
    }

    /// A call that answers POST.
    pub(crate) fn post<H, T>(self, path: &str, endpoint: H) -> Self
    where
        H: Handler<T, Wires>,
        T: 'static,
    {
        self.route("POST", path, post(endpoint))
    }

    /// A call that answers both alike.
    pub(crate) fn get_or_post<H, T>(self, path: &str, endpoint: H) -> Self
    where
        H: Handler<T, Wires>,
        T: 'static,
    {
        self.route("GET, POST", path, get(endpoint.clone()).post(endpoint))
    }

    /// What the paths begin with.
    pub(crate) fn prefix(&self) -> &'static str {
        self.prefix
    }

    /// The calls, to be served under the prefix.
    pub(crate) fn into_router(self) -> Router<Wires> {
        self.router
    }

    /// The calls, to be printed.
    pub(crate) fn into_lines(self) -> Vec<RouteLine> {
        self.lines
    }

    fn route(mut self, methods: &'static str, path: &str, endpoint: MethodRouter<Wires>) -> Self {
        self.lines.push(RouteLine {
            methods,
            path: format!("{}{path}", self.prefix),
        });
        self.router = self.router.route(path, endpoint);
        self
    }
}
