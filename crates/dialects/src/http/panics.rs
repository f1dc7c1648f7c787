//! Bugs that end in a panic.

use std::future::poll_fn;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::task::Poll;

use axum::response::{IntoResponse, Response};

use crate::Failure;

/// The call's answer, or a fault where it panicked. What the panic said is the panic hook's to write.
pub(crate) async fn caught(call: impl Future<Output = Response>) -> Response {
    let mut call = pin!(call);
    poll_fn(|context| {
        // Unwind safe: after a panic the call is never polled again, and what it shares is behind locks of its own.
        catch_unwind(AssertUnwindSafe(|| call.as_mut().poll(context)))
            .unwrap_or_else(|_| Poll::Ready(Failure::fault("a call panicked").into_response()))
    })
    .await
}

#[cfg(test)]
mod tests {
    use ::http::StatusCode;

    use super::*;

    #[tokio::test]
    async fn a_panic_is_a_fault() {
        let response = caught(async { panic!("on purpose") }).await;
        assert!(matches!(response.extensions().get(), Some(Failure::Fault(_))));
        assert_eq!(caught(async { StatusCode::OK.into_response() }).await.status(), 200);
    }
}
