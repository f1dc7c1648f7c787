//! A request's body that remembers whether it was read to its end.
//!
//! What was not read still lies on the connection, so that no other request can follow there. A client has to be told
//! (RFC 9112, section 9.6): it would send its next request into a connection that is being closed, and get no answer.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};

use hyper::body::{Body, Bytes, Frame, Incoming, SizeHint};

/// A body on its way to whoever reads it.
struct WatchedBody {
    body: Incoming,
    progress: Progress,
}

/// How far the reading of a body has come. Clones share it.
#[derive(Clone)]
pub(super) struct Progress(Arc<AtomicBool>);

impl Progress {
    /// Whether there is nothing left to read.
    pub(super) fn is_at_end(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

/// Watches `body`. Where it has nothing to read, there is nothing to watch.
pub(super) fn watch(body: Incoming) -> (axum::body::Body, Option<Progress>) {
    if body.is_end_stream() {
        return (axum::body::Body::empty(), None);
    }
    let progress = Progress(Arc::default());
    let watched = WatchedBody {
        body,
        progress: progress.clone(),
    };
    (axum::body::Body::new(watched), Some(progress))
}

impl Body for WatchedBody {
    type Data = Bytes;
    type Error = hyper::Error;

    fn poll_frame(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Self::Data>, Self::Error>>> {
        let this = self.get_mut();
        let frame = Pin::new(&mut this.body).poll_frame(context);
        if matches!(frame, Poll::Ready(None)) || this.body.is_end_stream() {
            this.progress.0.store(true, Ordering::Relaxed);
        }
        frame
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
