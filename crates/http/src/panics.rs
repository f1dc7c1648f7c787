//! Bugs that end in a panic.

use std::future::poll_fn;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::task::Poll;

/// What was called panicked. What the panic said is the panic hook's to write.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a call panicked")]
pub struct Panicked;

/// What a call comes to.
///
/// # Errors
/// [`Panicked`].
pub async fn caught<T>(call: impl Future<Output = T>) -> Result<T, Panicked> {
    let mut call = pin!(call);
    poll_fn(|context| {
        // Unwind safe: after a panic the call is never polled again, and what it shares is behind locks of its own.
        match catch_unwind(AssertUnwindSafe(|| call.as_mut().poll(context))) {
            Ok(polled) => polled.map(Ok),
            Err(_) => Poll::Ready(Err(Panicked)),
        }
    })
    .await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_panic_is_told() {
        assert_eq!(caught(async { panic!("on purpose") }).await, Err::<(), _>(Panicked));
        assert_eq!(caught(async { 7 }).await, Ok(7));
    }
}
