//! The addresses of the pages, as one table that is both served and listed.

use axum::Router;
use axum::handler::Handler;
use axum::routing::{MethodRouter, get, post};

use crate::Desk;

/// One address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RouteLine {
    /// `GET` or `POST`.
    pub method: &'static str,
    /// The whole path, its parameters in braces.
    pub path: String,
}

/// The addresses under one prefix.
pub(crate) struct RouteTable {
    prefix: &'static str,
    router: Router<Desk>,
    lines: Vec<RouteLine>,
}

impl RouteTable {
    /// None yet; `prefix` has no slash at its end.
    pub(crate) fn under(prefix: &'static str) -> Self {
        Self {
            prefix,
            router: Router::new(),
            lines: Vec::new(),
        }
    }

    /// A page.
    pub(crate) fn get<H, T>(self, path: &str, page: H) -> Self
    where
        H: Handler<T, Desk>,
        T: 'static,
    {
        self.route("GET", path, get(page))
    }

    /// What a form does. Whatever serves it takes a form with its token: [`crate::form::VisitForm`] or
    /// [`crate::operator::OperatorForm`].
    pub(crate) fn post<H, T>(self, path: &str, action: H) -> Self
    where
        H: Handler<T, Desk>,
        T: 'static,
    {
        self.route("POST", path, post(action))
    }

    /// The addresses, to be served.
    pub(crate) fn into_router(self) -> Router<Desk> {
        self.router
    }

    /// The addresses, to be listed.
    pub(crate) fn into_lines(self) -> Vec<RouteLine> {
        self.lines
    }

    fn route(mut self, method: &'static str, path: &str, served: MethodRouter<Desk>) -> Self {
        let path = format!("{}{path}", self.prefix);
        self.router = self.router.route(&path, served);
        self.lines.push(RouteLine { method, path });
        self
    }
}
