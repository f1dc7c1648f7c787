//! What operators' tools ask of a running server: `/healthz`, `/readyz`, `/metrics`.

use std::net::SocketAddr;
use std::sync::Arc;

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Extension, Router};
use yaopai_http::PeerAddress;

use crate::config::Secret;
use crate::metrics::Metrics;
use crate::readiness::Readiness;

/// Who may read the metrics.
pub(crate) enum MetricsAccess {
    /// Everybody who reaches the listener, which is one for metrics only.
    OwnListener,
    /// Whoever shows the key.
    Key(Secret),
    /// This machine, and not through a proxy on it.
    ThisMachine,
}

struct GuardedMetrics {
    metrics: Arc<Metrics>,
    access: MetricsAccess,
}

/// `/healthz` and `/readyz`.
pub(crate) fn health(readiness: Readiness) -> Router {
    Router::new()
        .route("/healthz", get(|| async { (NO_STORE, "ok\n") }))
        .route("/readyz", get(ready))
        .with_state(readiness)
}

/// `/metrics`.
pub(crate) fn metrics(metrics: Arc<Metrics>, access: MetricsAccess) -> Router {
    Router::new()
        .route("/metrics", get(render))
        .with_state(Arc::new(GuardedMetrics { metrics, access }))
}

const NO_STORE: [(header::HeaderName, &str); 1] = [(header::CACHE_CONTROL, "no-store")];

/// The answer to addresses that are no wire's and no tool's.
pub(crate) async fn nothing_here() -> Response {
    let words = "没有这个地址；接口在 /api/cloud_user/、/api/v1/ 和 /user/ 之下\n\
                 nothing is here: the APIs are under /api/cloud_user/, /api/v1/ and /user/\n";
    (StatusCode::NOT_FOUND, NO_STORE, words).into_response()
}

async fn ready(State(readiness): State<Readiness>) -> Response {
    match readiness.check().await {
        Ok(()) => (NO_STORE, "ready\n").into_response(),
        // What is wrong is in the log: this page is open to everybody.
        Err(reason) => (
            StatusCode::SERVICE_UNAVAILABLE,
            NO_STORE,
            format!("not ready: {reason}\n"),
        )
            .into_response(),
    }
}

async fn render(
    State(guarded): State<Arc<GuardedMetrics>>,
    Extension(PeerAddress(peer)): Extension<PeerAddress>,
    headers: HeaderMap,
) -> Response {
    if !guarded.access.admits(peer, &headers) {
        return StatusCode::NOT_FOUND.into_response();
    }
    let form = (header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8");
    match guarded.metrics.render() {
        Ok(text) => ([NO_STORE[0].clone(), form], text).into_response(),
        Err(error) => {
            tracing::error!(%error, "指标无法写出 / the metrics cannot be written");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}

impl MetricsAccess {
    fn admits(&self, peer: SocketAddr, headers: &HeaderMap) -> bool {
        match self {
            Self::OwnListener => true,
            Self::Key(key) => shows(headers, key),
            Self::ThisMachine => peer.ip().to_canonical().is_loopback() && !is_forwarded(headers),
        }
    }
}

fn shows(headers: &HeaderMap, key: &Secret) -> bool {
    let shown = headers
        .get(header::AUTHORIZATION)
        .and_then(|value| value.as_bytes().strip_prefix(b"Bearer "));
    shown.is_some_and(|shown| aws_lc_rs::constant_time::verify_slices_are_equal(shown, key.expose().as_bytes()).is_ok())
}

fn is_forwarded(headers: &HeaderMap) -> bool {
    ["forwarded", "x-forwarded-for", "x-real-ip", "via"]
        .iter()
        .any(|name| headers.contains_key(*name))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        pairs
            .iter()
            .map(|(name, value)| (header::HeaderName::from_static(name), value.parse().unwrap()))
            .collect()
    }

    #[test]
    fn a_key_has_to_be_shown_whole() {
        let key = MetricsAccess::Key(Secret::try_from("k3y".to_owned()).ok().unwrap());
        let peer = "127.0.0.1:1".parse().unwrap();
        assert!(key.admits(peer, &headers(&[("authorization", "Bearer k3y")])));
        for wrong in ["Bearer k3", "Bearer k3yy", "Bearer ", "k3y"] {
            assert!(!key.admits(peer, &headers(&[("authorization", wrong)])), "{wrong}");
        }
        assert!(!key.admits(peer, &HeaderMap::new()));
    }

    #[test]
    fn without_a_key_only_this_machine_reads() {
        let here = MetricsAccess::ThisMachine;
        assert!(here.admits("127.0.0.1:1".parse().unwrap(), &HeaderMap::new()));
        assert!(here.admits("[::ffff:127.0.0.1]:1".parse().unwrap(), &HeaderMap::new()));
        assert!(!here.admits("192.0.2.1:1".parse().unwrap(), &HeaderMap::new()));
        assert!(!here.admits(
            "127.0.0.1:1".parse().unwrap(),
            &headers(&[("x-forwarded-for", "192.0.2.1")])
        ));
    }
}
