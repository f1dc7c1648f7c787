//! The bodies of answers.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use axum::body::Body;
use bytes::{Buf, Bytes};
use http_body::{Body as HttpBody, Frame, SizeHint};

/// The body of an answer. Most are whole when the answer is; these need no trait object, as axum's is.
pub struct AnswerBody(Content);

enum Content {
    /// What is left of it.
    Ready(Piece),
    Streamed(Body),
}

/// Bytes on their way to a client.
pub struct Piece(Part);

enum Part {
    Owned(Bytes),
    /// Kept by whoever wrote it, and how much of it has left.
    Kept(Arc<[u8]>, usize),
}

impl From<Bytes> for Piece {
    fn from(bytes: Bytes) -> Self {
        Self(Part::Owned(bytes))
    }
}

impl Buf for Piece {
    fn remaining(&self) -> usize {
        self.chunk().len()
    }

    fn chunk(&self) -> &[u8] {
        match &self.0 {
            Part::Owned(bytes) => bytes,
            Part::Kept(bytes, at) => bytes.get(*at..).unwrap_or_default(),
        }
    }

    fn advance(&mut self, count: usize) {
        match &mut self.0 {
            Part::Owned(bytes) => bytes.advance(count),
            Part::Kept(_, at) => *at += count,
        }
    }
}

impl HttpBody for AnswerBody {
    type Data = Piece;
    type Error = axum::Error;

    fn poll_frame(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Frame<Piece>, axum::Error>>> {
        match &mut self.get_mut().0 {
            Content::Ready(piece) if !piece.has_remaining() => Poll::Ready(None),
            Content::Ready(piece) => {
                let piece = std::mem::replace(piece, Piece::from(Bytes::new()));
                Poll::Ready(Some(Ok(Frame::data(piece))))
            }
            Content::Streamed(body) => {
                let frame = Pin::new(body).poll_frame(context);
                frame.map_ok(|frame| frame.map_data(Piece::from))
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        match &self.0 {
            Content::Ready(piece) => !piece.has_remaining(),
            Content::Streamed(body) => body.is_end_stream(),
        }
    }

    fn size_hint(&self) -> SizeHint {
        match &self.0 {
            Content::Ready(piece) => SizeHint::with_exact(u64::try_from(piece.remaining()).unwrap_or(u64::MAX)),
            Content::Streamed(body) => body.size_hint(),
        }
    }
}

impl Default for AnswerBody {
    fn default() -> Self {
        Bytes::new().into()
    }
}

impl From<Bytes> for AnswerBody {
    fn from(bytes: Bytes) -> Self {
        Self(Content::Ready(bytes.into()))
    }
}

impl From<Arc<[u8]>> for AnswerBody {
    fn from(bytes: Arc<[u8]>) -> Self {
        Self(Content::Ready(Piece(Part::Kept(bytes, 0))))
    }
}

impl From<Body> for AnswerBody {
    fn from(body: Body) -> Self {
        Self(Content::Streamed(body))
    }
}

#[cfg(test)]
mod tests {
    use http_body_util::BodyExt as _;
    use http_body_util::channel::Channel;

    use super::*;

    fn kinds() -> [AnswerBody; 3] {
        let kept: Arc<[u8]> = Arc::from(b"hello".as_slice());
        [
            AnswerBody::from(kept),
            Bytes::from_static(b"hello").into(),
            Body::from("hello").into(),
        ]
    }

    #[tokio::test]
    async fn every_kind_says_what_it_holds_once() {
        for mut body in kinds() {
            assert_eq!(body.size_hint().exact(), Some(5));
            assert!(!body.is_end_stream());
            let mut piece = body.frame().await.unwrap().unwrap().into_data().ok().unwrap();
            piece.advance(1);
            assert_eq!((piece.remaining(), piece.chunk()), (4, b"ello".as_slice()));
            piece.advance(4);
            assert!(!piece.has_remaining());
            assert!(body.is_end_stream());
            assert!(body.frame().await.is_none());
        }
    }

    #[tokio::test]
    async fn nothing_is_at_its_end_at_once() {
        let mut body = AnswerBody::default();
        assert!(body.is_end_stream() && body.size_hint().exact() == Some(0));
        assert!(body.frame().await.is_none());
    }

    #[tokio::test]
    async fn what_breaks_off_says_so() {
        let (client, body) = Channel::<Bytes, std::io::Error>::new(1);
        client.abort(std::io::ErrorKind::ConnectionReset.into());
        assert!(AnswerBody::from(Body::new(body)).collect().await.is_err());
    }
}
