//! Where every request arrives.

use std::net::SocketAddr;

use axum::Router;
use axum::body::Body;
use axum::http::Response;
use axum::http::request::Parts;
use yaopai_dialects::Front;
use yaopai_http::{AnswerBody, PeerAddress};

use crate::forwarded::Lookout;

/// Takes requests in and has them answered. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Reception {
    front: Front,
    lookout: Option<Lookout>,
}

impl Reception {
    /// For everything that the server answers.
    pub(crate) fn new(front: Front, lookout: Lookout) -> Self {
        Self {
            front,
            lookout: Some(lookout),
        }
    }

    /// For a router alone.
    pub(crate) fn alone(router: Router) -> Self {
        Self {
            front: router.into(),
            lookout: None,
        }
    }

    /// The answer to a request of a socket's peer.
    pub(crate) fn answer(
        &self,
        peer: SocketAddr,
        head: Parts,
        body: Body,
    ) -> impl Future<Output = Response<AnswerBody>> + Send + use<> {
        if let Some(lookout) = &self.lookout {
            lookout.look(peer.ip(), &head.headers);
        }
        self.front.answer(PeerAddress(peer), head, body)
    }
}
