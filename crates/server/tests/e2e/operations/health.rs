//! `/healthz`, `/readyz`, `/metrics` and the log.

use crate::harness::Home;
use crate::user::enter;

#[tokio::test]
async fn health_and_metrics() {
    let mut home = Home::new();
    let server = home.start().await;
    let client = &server.client;
    assert_eq!(
        (client.get("/healthz").await.status, client.get("/healthz").await.text()),
        (200, "ok\n")
    );
    assert_eq!(
        (client.get("/readyz").await.status, client.get("/readyz").await.text()),
        (200, "ready\n")
    );
    enter(client, "/user/register", "yao", "hunter22").await.data();
    enter(client, "/user/login", "yao", "wrong-password").await;

    let metrics = client.get("/metrics").await;
    assert!(metrics.header("Content-Type").starts_with("text/plain; version=0.0.4"));
    let counted = |route: &str, outcome: &str| {
        let labels = [
            format!("route=\"{route}\""),
            format!("outcome=\"{outcome}\""),
            "wire=\"user\"".to_owned(),
        ];
        let mut lines = metrics
            .text()
            .lines()
            .filter(|line| line.starts_with("yaopai_requests_total{"));
        lines.any(|line| labels.iter().all(|label| line.contains(label)) && line.ends_with(" 1"))
    };
    assert!(
        counted("/user/register", "200") && counted("/user/login", "401"),
        "{}",
        metrics.text()
    );
    for name in [
        "yaopai_request_seconds_bucket",
        "yaopai_hash_queue",
        "yaopai_outbox",
        "yaopai_sessions",
    ] {
        assert!(metrics.text().contains(name), "{name}: {}", metrics.text());
    }
    let forwarded = client
        .request(reqwest::Method::GET, "/metrics")
        .header("X-Forwarded-For", "192.0.2.1");
    assert_eq!(
        forwarded.send().await.unwrap().status(),
        404,
        "a proxy's clients are not this machine"
    );
}

#[tokio::test]
async fn metrics_on_a_listener_of_their_own() {
    let mut home = Home::with(&[("YAOPAI_METRICS__LISTEN", "127.0.0.1:0")]);
    let server = home.start().await;
    assert_eq!(server.client.get("/metrics").await.status, 404);
}

#[tokio::test]
async fn every_call_leaves_one_line_that_names_the_route_and_no_address() {
    let mut home = Home::with(&[("YAOPAI_LOG__FORMAT", "json")]);
    let server = home.start().await;
    let reply = server.client.get("/user/info?fields=what-somebody-asked-for").await;
    let id = reply.header("X-Request-Id").to_owned();
    assert!(!id.is_empty(), "{reply:?}");
    let line = crate::harness::eventually("the line of the call", || {
        server
            .stderr()
            .lines()
            .find(|line| line.contains(&id))
            .map(str::to_owned)
    })
    .await;
    let line: serde_json::Value = serde_json::from_str(&line).unwrap();
    assert_eq!(
        (&line["route"], &line["status"], &line["wire"]),
        (&"/user/info".into(), &401.into(), &"user".into())
    );
    assert!(!server.stderr().contains("what-somebody"));
}
