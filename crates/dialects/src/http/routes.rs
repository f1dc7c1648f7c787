//! A wire's calls, as one table that is both served and printed.

use std::pin::Pin;

use ::http::{HeaderValue, Method};

use super::arrived::{Arrived, FromArrived};
use super::reply::Reply;
use crate::Failure;

/// What answers a call.
pub(crate) type Endpoint = Box<dyn Fn(Arrived) -> Answering + Send + Sync>;
/// A call that is being answered.
pub(crate) type Answering = Pin<Box<dyn Future<Output = Result<Reply, Failure>> + Send>>;

/// What answers at one path, or at those of one pattern.
pub(crate) struct PathCalls {
    /// The whole path; a pattern ends in `{name}`, which stands for one segment, or in `{*name}`, for whatever follows.
    pub(crate) path: String,
    get: Option<Endpoint>,
    post: Option<Endpoint>,
}

impl PathCalls {
    /// What comes before the part of a pattern that may be anything; none where this is a path.
    fn beginning(&self) -> Option<(&str, &str)> {
        let at = self.path.find('{')?;
        Some(self.path.split_at(at))
    }

    /// Whether it is a pattern of paths.
    pub(crate) fn is_pattern(&self) -> bool {
        self.beginning().is_some()
    }

    /// Whether a path is of the pattern.
    pub(crate) fn fits(&self, path: &str) -> bool {
        let Some((beginning, rest)) = self.beginning() else {
            return path == self.path;
        };
        let found = path.strip_prefix(beginning);
        found.is_some_and(|found| !found.is_empty() && (rest.starts_with("{*") || !found.contains('/')))
    }

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

fn endpoint<H, C, A>(handler: H) -> Endpoint
where
    H: Fn(C) -> A + Copy + Send + Sync + 'static,
    C: FromArrived,
    A: Future<Output = Result<Reply, Failure>> + Send + 'static,
{
    Box::new(move |arrived| Box::pin(async move { handler(C::from_arrived(arrived).await?).await }))
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
    lines: Vec<RouteLine>,
}

impl RouteTable {
    /// No calls yet; `prefix` has no slash at its end.
    pub(crate) fn under(prefix: &'static str) -> Self {
        Self {
            prefix,
            calls: Vec::new(),
            lines: Vec::new(),
        }
    }

    /// A call that answers GET.
    pub(crate) fn get<H, C, A>(self, path: &str, handler: H) -> Self
    where
        H: Fn(C) -> A + Copy + Send + Sync + 'static,
        C: FromArrived,
        A: Future<Output = Result<Reply, Failure>> + Send + 'static,
    {
        self.add("GET", path, Some(endpoint(handler)), None)
    }

    /// A call that answers POST.
    pub(crate) fn post<H, C, A>(self, path: &str, handler: H) -> Self
    where
        H: Fn(C) -> A + Copy + Send + Sync + 'static,
        C: FromArrived,
        A: Future<Output = Result<Reply, Failure>> + Send + 'static,
    {
        self.add("POST", path, None, Some(endpoint(handler)))
    }

    /// A call that answers both alike.
    pub(crate) fn get_or_post<H, C, A>(self, path: &str, handler: H) -> Self
    where
        H: Fn(C) -> A + Copy + Send + Sync + 'static,
        C: FromArrived,
        A: Future<Output = Result<Reply, Failure>> + Send + 'static,
    {
        self.add("GET, POST", path, Some(endpoint(handler)), Some(endpoint(handler)))
    }

    /// What the paths begin with.
    pub(crate) fn prefix(&self) -> &'static str {
        self.prefix
    }

    /// The calls, to be served.
    pub(crate) fn into_calls(self) -> Vec<PathCalls> {
        self.calls
    }

    /// The calls, to be printed.
    pub(crate) fn into_lines(self) -> Vec<RouteLine> {
        self.lines
    }

    fn add(mut self, methods: &'static str, path: &str, get: Option<Endpoint>, post: Option<Endpoint>) -> Self {
        let path = format!("{}{path}", self.prefix);
        self.lines.push(RouteLine {
            methods,
            path: path.clone(),
        });
        self.calls.push(PathCalls { path, get, post });
        self
    }
}
