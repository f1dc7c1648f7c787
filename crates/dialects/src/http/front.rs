//! Which call a request is for.

use std::convert::Infallible;
use std::sync::Arc;

use ::http::request::Parts;
use ::http::{Request, Response};
use axum::Router;
use axum::body::Body;
use futures_util::FutureExt as _;
use futures_util::future::Either;
use rustc_hash::FxHashMap;
use tower::Service as _;
use yaopai_http::{AnswerBody, PeerAddress, Route, is_under};

use super::around::{Around, Called};
use super::routes::{PathCalls, RouteTable};
use crate::{Wire, Wires};

/// Answers requests: those for the wires by their paths, and everything else through a router. Cheap to clone.
#[derive(Clone)]
pub struct Front(Arc<Known>);

struct Known {
    /// Clients choose what is looked for, but not what is in it.
    by_path: FxHashMap<String, Arc<Called>>,
    by_pattern: Vec<Arc<Called>>,
    /// What is answered under a prefix where there is no call.
    elsewhere: Vec<(&'static str, Arc<Called>)>,
    others: Router,
}

impl Front {
    /// The wires' calls, and beside them what `others` answers.
    pub fn new(wires: Wires, others: Router) -> Self {
        let wires = Arc::new(wires);
        let mut known = Known::of(others);
        for wire in Wire::ALL {
            known.add_wire(wire, &wires, wire.tables());
        }
        Self(Arc::new(known))
    }

    /// One wire alone, with calls that are not its own.
    #[cfg(test)]
    pub(crate) fn of_table(wire: Wire, wires: Wires, table: RouteTable) -> Self {
        let mut known = Known::of(Router::new());
        known.add_wire(wire, &Arc::new(wires), vec![table]);
        Self(Arc::new(known))
    }

    /// The answer to a request of a socket's peer, who is in the extensions of what `others` answer, as [`PeerAddress`].
    pub fn answer(
        &self,
        peer: PeerAddress,
        mut head: Parts,
        body: Body,
    ) -> impl Future<Output = Response<AnswerBody>> + Send + use<> {
        if let Some(called) = self.0.called(head.uri.path()) {
            return Either::Left(Arc::clone(called).answer(peer, head, body));
        }
        head.extensions.insert(peer);
        let answer = self.0.others.clone().call(Request::from_parts(head, body));
        Either::Right(answer.map(|answered| {
            let Ok(answer): Result<_, Infallible> = answered;
            answer.map(AnswerBody::from)
        }))
    }
}

/// A router without the wires.
impl From<Router> for Front {
    fn from(others: Router) -> Self {
        Self(Arc::new(Known::of(others)))
    }
}

impl Known {
    fn of(others: Router) -> Self {
        Self {
            by_path: FxHashMap::default(),
            by_pattern: Vec::new(),
            elsewhere: Vec::new(),
            others,
        }
    }

    fn add_wire(&mut self, wire: Wire, wires: &Arc<Wires>, tables: Vec<RouteTable>) {
        let around = Around::new(wire, wires);
        for table in tables {
            let nothing = Arc::new(Called {
                around: Arc::clone(&around),
                route: Route::unknown(wire.name()),
                calls: None,
            });
            self.elsewhere.push((table.prefix(), nothing));
            for calls in table.into_calls() {
                self.add(wire, &around, calls);
            }
        }
    }

    fn add(&mut self, wire: Wire, around: &Arc<Around>, calls: PathCalls) {
        let (path, is_pattern) = (calls.path.clone(), calls.is_pattern());
        let called = Arc::new(Called {
            around: Arc::clone(around),
            route: Route::new(wire.name(), path.clone()),
            calls: Some(calls),
        });
        if is_pattern {
            self.by_pattern.push(called);
        } else {
            self.by_path.insert(path, called);
        }
    }

    fn called(&self, path: &str) -> Option<&Arc<Called>> {
        self.by_path
            .get(path)
            .or_else(|| self.by_pattern.iter().find(|called| called.fits(path)))
            .or_else(|| self.elsewhere(path))
    }

    fn elsewhere(&self, path: &str) -> Option<&Arc<Called>> {
        let mut under = self.elsewhere.iter().filter(|(prefix, _)| is_under(prefix, path));
        under.next().map(|(_, called)| called)
    }
}
