//! What is written of calls. In a process of its own, since whether a line is written at all is decided once a process.

use std::io::Write;
use std::sync::{Arc, Mutex};

use axum::body::Bytes;
use http::Request;
use tracing_subscriber::fmt::MakeWriter;
use yaopai_http::{AccessLog, LineFormat};
use yaopai_testkit::{Database, StoreState, TestServer, TestSettings};

/// Collects what is logged.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0
            .lock()
            .map_err(|_| std::io::ErrorKind::Other)?
            .extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Log {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

#[tokio::test]
async fn the_log_names_the_route_and_no_secret() {
    let log = Log::default();
    tracing_subscriber::fmt()
        .with_writer(log.clone())
        .with_ansi(false)
        .without_time()
        .init();
    let (access_log, writer) = AccessLog::start(LineFormat::Text, log.clone()).unwrap();
    let settings = TestSettings {
        access_log,
        ..TestSettings::default()
    };
    let mut server = TestServer::start(Database::Sqlite, settings).await.unwrap();
    let canary = |request: http::request::Builder| {
        request
            .header("authorization", "canary")
            .header("user-agent", "canary")
            .header("x-request-id", "id-1")
            .body(Bytes::from_static(br#"{"account":"canary","password":"canary"}"#))
            .unwrap()
    };
    let source = "192.0.2.1".parse().unwrap();
    let url = format!(
        "/api/cloud_user/login/psw?app_id={}&app_secret={}&phone=13800138009&password=canary",
        server.default_app.key.as_str(),
        server.default_app_secret.expose()
    );
    for request in [
        Request::get(&url),
        Request::get("/user/canary"),
        Request::post("/user/login"),
    ] {
        server.send(canary(request), source).await.unwrap();
    }
    server.put_store(StoreState::Broken).unwrap();
    server.send(canary(Request::post("/user/login")), source).await.unwrap();

    drop(writer);
    let written = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    for secret in ["canary", "13800138009", server.default_app_secret.expose()] {
        assert!(!written.contains(secret), "{written}");
    }
    assert!(written.contains("ERROR"), "the fault is written: {written}");
    let lines: Vec<&str> = written
        .lines()
        .filter_map(|line| Some(line.split_at(line.find(" INFO access: ")?).1.trim()))
        .collect();
    insta::assert_snapshot!(lines.join("\n"), @r#"
    INFO access: wire="api_cloud_user" route="/api/cloud_user/login/psw" method="GET" status=200 code=0 latency_ms=0 request_id="id-1" app=1
    INFO access: wire="user" route="unknown" method="GET" status=404 code=404 latency_ms=0 request_id="id-1"
    INFO access: wire="user" route="/user/login" method="POST" status=401 code=401 latency_ms=0 request_id="id-1" app=1
    INFO access: wire="user" route="/user/login" method="POST" status=500 code=500 latency_ms=0 request_id="id-1" app=1
    "#);
}
