//! What operators' tools ask.

use crate::harness::{Client, Home};

#[tokio::test]
async fn health_and_metrics_are_there() {
    let mut home = Home::new();
    let server = home.start().await;
    assert_eq!(server.client.get("/healthz").await.text(), "ok\n");
    assert_eq!(server.client.get("/readyz").await.text(), "ready\n");
    server.client.get("/api/v1/user/uid?name=nobody").await;
    let metrics = server.client.get("/metrics").await.text().to_owned();
    for name in [
        "yaopai_requests_total{",
        "yaopai_request_seconds_bucket{",
        "yaopai_connections_refused ",
        "yaopai_database_round_trips ",
        "yaopai_database_statements ",
        "yaopai_events_lost ",
        "yaopai_events_waiting ",
        "yaopai_hash_queue ",
        "yaopai_outbox_waiting ",
        "yaopai_search_bytes ",
        "yaopai_sessions ",
        "yaopai_store_queue ",
    ] {
        assert!(metrics.contains(name), "{name}\n{metrics}");
    }
    assert!(
        metrics.contains("wire=\"api_v1\"") && !metrics.contains("nobody"),
        "{metrics}"
    );
}

#[tokio::test]
async fn metrics_are_kept_behind_a_key_or_a_listener_of_their_own() {
    let mut home = Home::with(&[("YAOPAI_METRICS__KEY", "k3y")]);
    let server = home.start().await;
    assert_eq!(server.client.get("/metrics").await.status, 404);
    let shown = server.client.get_as("Bearer k3y", "/metrics").await;
    assert_eq!(shown.status, 200);
    server.stop().await;

    let free = std::net::TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap()
        .to_string();
    home.unset("YAOPAI_METRICS__KEY");
    home.set("YAOPAI_METRICS__LISTEN", &free);
    let server = home.start().await;
    assert_eq!(server.client.get("/metrics").await.status, 404);
    assert_eq!(Client::to(&free).get("/metrics").await.status, 200);
    assert_eq!(Client::to(&free).get("/user/info").await.status, 404);
}

#[tokio::test]
async fn who_asks_beside_the_apis_is_told_where_they_are() {
    let mut home = Home::new();
    let server = home.start().await;
    let reply = server.client.get("/favicon.ico").await;
    assert_eq!(reply.status, 404);
    assert!(reply.text().contains("/api/cloud_user/"), "{reply:?}");
}
