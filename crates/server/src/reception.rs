//! Where every request arrives.

use std::net::SocketAddr;

use axum::Router;
use axum::extract::Request;
use axum::http::Response;
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
        request: Request,
    ) -> impl Future<Output = Response<AnswerBody>> + Send + use<> {
        if let Some(lookout) = &self.lookout {
            lookout.look(peer.ip(), request.headers());
        }
        self.front.answer(PeerAddress(peer), request)
    }
}
