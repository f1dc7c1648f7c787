//! Reading a body within its bounds.

use axum::body::{Body, Bytes, HttpBody as _};
use http_body_util::{BodyExt as _, LengthLimitError, Limited};
use yaopai_model::limits::BODY_DEADLINE;

/// Why there is no body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BodyError {
    /// It is larger than its bound.
    TooLarge,
    /// It did not arrive in time.
    TooSlow,
    /// It ends too early.
    Unreadable,
}

/// The whole body, if it has at most `limit` bytes and arrives within `limits::BODY_DEADLINE`.
///
/// # Errors
/// [`BodyError::TooLarge`], [`BodyError::TooSlow`]; [`BodyError::Unreadable`] when it ends too early.
pub async fn read_body(body: Body, limit: usize) -> Result<Bytes, BodyError> {
    if body.is_end_stream() {
        return Ok(Bytes::new());
    }
    // In a place of its own, which calls without a body do not pay for.
    let collected = Box::pin(tokio::time::timeout(BODY_DEADLINE, Limited::new(body, limit).collect()));
    match collected.await.map_err(|_| BodyError::TooSlow)? {
        Ok(body) => Ok(body.to_bytes()),
        Err(error) if error.is::<LengthLimitError>() => Err(BodyError::TooLarge),
        Err(_) => Err(BodyError::Unreadable),
    }
}

#[cfg(test)]
mod tests {
    use http_body_util::channel::Channel;

    use super::*;

    #[tokio::test]
    async fn a_body_ends_at_its_bound() {
        assert_eq!(read_body(Body::from("12345"), 5).await.unwrap(), "12345");
        assert_eq!(
            read_body(Body::from("123456"), 5).await.unwrap_err(),
            BodyError::TooLarge
        );
    }

    #[tokio::test(start_paused = true)]
    async fn a_body_that_does_not_arrive_is_given_up() {
        let (_client, stalled) = Channel::<Bytes>::new(1);
        assert_eq!(read_body(Body::new(stalled), 5).await.unwrap_err(), BodyError::TooSlow);
    }

    #[tokio::test]
    async fn a_body_that_breaks_off_is_unreadable() {
        let (client, body) = Channel::<Bytes, std::io::Error>::new(1);
        client.abort(std::io::ErrorKind::ConnectionReset.into());
        assert_eq!(read_body(Body::new(body), 5).await.unwrap_err(), BodyError::Unreadable);
    }
}
