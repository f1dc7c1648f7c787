//! What surrounds a call, around calls that do nothing else.

use ::http::header::{CACHE_CONTROL, HOST};
use ::http::{HeaderMap, HeaderValue, Method, Request, StatusCode, Version};
use axum::body::Body;
use http_body_util::BodyExt as _;
use yaopai_accounts::Refusal;
use yaopai_http::{Network, PeerAddress};
use yaopai_model::limits::URL_BYTES;
use yaopai_testkit::{Database, TestServer, TestSettings};

use super::{Arrived, Front, Reply, RouteTable, json_reply};
use crate::samples::settings;
use crate::{Failure, HttpStatus, Wire, WireSettings, Wires};

fn table() -> RouteTable {
    RouteTable::under("/prefix")
        .get("/fine", fine)
        .post("/posted", fine)
        .get("/source", source)
        .get("/panics", panics)
        .get("/fault", fault)
        .get("/busy", busy)
        .get("/signed_out", signed_out)
        .get("/cacheable", cacheable)
        .get("/named/{name}", fine)
        .get("/search&{*query}", fine)
}

async fn fine(_: Arrived) -> Result<Reply, Failure> {
    json_reply(StatusCode::OK, 1, &"fine")
}

async fn source(arrived: Arrived) -> Result<Reply, Failure> {
    let source = arrived.surroundings.caller.source.to_string();
    Ok(Reply::bare([], Body::from(source)))
}

async fn panics(_: Arrived) -> Result<Reply, Failure> {
    panic!("on purpose")
}

async fn fault(_: Arrived) -> Result<Reply, Failure> {
    Err(Failure::fault("table accounts, column epoch"))
}

async fn busy(_: Arrived) -> Result<Reply, Failure> {
    Err(Refusal::Overloaded.into())
}

async fn signed_out(_: Arrived) -> Result<Reply, Failure> {
    Err(Refusal::NotSignedIn.into())
}

async fn cacheable(_: Arrived) -> Result<Reply, Failure> {
    let for_a_minute = HeaderValue::from_static("max-age=60");
    Ok(Reply::bare([(CACHE_CONTROL, for_a_minute)], Body::empty()))
}

async fn front(wire: Wire, settings: WireSettings) -> Front {
    let server = TestServer::start(Database::Sqlite, TestSettings::default())
        .await
        .unwrap();
    let wires = Wires {
        accounts: server.accounts.clone(),
        settings: settings.into(),
    };
    Front::of_table(wire, wires, table())
}

struct Answer {
    status: StatusCode,
    headers: HeaderMap,
    body: String,
}

async fn answer(front: Front, request: Request<Body>) -> Answer {
    let peer = PeerAddress("10.0.0.1:5000".parse().unwrap());
    let (head, body) = request.into_parts();
    let (parts, body) = front.answer(peer, head, body).await.into_parts();
    Answer {
        status: parts.status,
        headers: parts.headers,
        body: String::from_utf8(body.collect().await.unwrap().to_bytes().to_vec()).unwrap(),
    }
}

async fn send(front: Front, method: Method, url: &str, headers: &[(&str, &str)]) -> Answer {
    let mut request = Request::builder().method(method).uri(url);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let mut request = request.body(Body::empty()).unwrap();
    request
        .headers_mut()
        .entry(HOST)
        .or_insert(HeaderValue::from_static("localhost"));
    answer(front, request).await
}

async fn fetch(wire: Wire, url: &str) -> Answer {
    send(front(wire, settings()).await, Method::GET, url, &[]).await
}

#[tokio::test]
async fn unknown_routes_and_methods_are_answered_in_the_wires_form() {
    let unknown = fetch(Wire::ApiCloudUser, "/prefix/nowhere").await;
    assert_eq!(unknown.status, 404);
    assert_eq!(unknown.body, r#"{"code":0,"msg":"接口不存在","data":null}"#);
    for url in [
        "/prefix/",
        "/prefix",
        "/prefix/fine/",
        "/prefix/fine/more",
        "/prefix/named/",
        "/prefix/named/a/b",
    ] {
        assert_eq!(fetch(Wire::User, url).await.status, 404, "{url}");
    }
    let unsuited = fetch(Wire::User, "/prefix/posted").await;
    assert_eq!(unsuited.status, 405);
    assert_eq!(unsuited.body, r#"{"code":405,"message":"请求方式不支持","data":null}"#);
    let strange = send(
        front(Wire::User, settings()).await,
        Method::from_bytes(b"BREW").unwrap(),
        "/prefix/fine",
        &[],
    )
    .await;
    assert_eq!(strange.status, 405);
}

#[tokio::test]
async fn patterns_stand_for_paths() {
    for url in [
        "/prefix/named/a",
        "/prefix/named/%2F",
        "/prefix/search&a",
        "/prefix/search&a/b",
    ] {
        assert_eq!(fetch(Wire::User, url).await.status, 200, "{url}");
    }
    assert_eq!(fetch(Wire::User, "/prefix/search&").await.status, 404);
}

#[tokio::test]
async fn methods_are_told_where_one_does_not_suit() {
    let unsuited = fetch(Wire::User, "/prefix/posted").await;
    assert_eq!(unsuited.headers["allow"], "POST");
    let unsuited = send(front(Wire::User, settings()).await, Method::POST, "/prefix/fine", &[]).await;
    assert_eq!(unsuited.headers["allow"], "GET,HEAD");
    assert!(!fetch(Wire::User, "/prefix/nowhere").await.headers.contains_key("allow"));
}

#[tokio::test]
async fn a_panic_and_a_fault_say_nothing_of_themselves() {
    for url in ["/prefix/panics", "/prefix/fault"] {
        let reply = fetch(Wire::ApiCloudUser, url).await;
        assert_eq!(reply.status, 500);
        assert_eq!(reply.body, r#"{"code":0,"msg":"系统异常，请稍后再试","data":null}"#);
    }
}

#[tokio::test]
async fn overload_says_when_to_come_back() {
    for wire in Wire::ALL {
        let reply = fetch(wire, "/prefix/busy").await;
        assert_eq!(reply.status, 503, "{}", wire.name());
        assert_eq!(reply.headers["retry-after"], "1", "{}", wire.name());
    }
}

#[tokio::test]
async fn the_user_wire_may_keep_to_200_but_not_for_our_own_faults() {
    let always = || WireSettings {
        user_http_status: HttpStatus::Always200,
        ..settings()
    };
    let status = async |url, settings| {
        send(front(Wire::User, settings).await, Method::GET, url, &[])
            .await
            .status
    };
    assert_eq!(status("/prefix/signed_out", settings()).await, 401);
    assert_eq!(status("/prefix/signed_out", always()).await, 200);
    assert_eq!(status("/prefix/busy", always()).await, 503);
    assert_eq!(status("/prefix/fault", always()).await, 500);
}

#[tokio::test]
async fn every_reply_keeps_out_of_caches_and_may_be_read_from_pages() {
    for url in ["/prefix/fine", "/prefix/nowhere", "/prefix/panics"] {
        let headers = fetch(Wire::User, url).await.headers;
        assert_eq!(headers["cache-control"], "no-store");
        assert_eq!(headers["referrer-policy"], "no-referrer");
        assert_eq!(headers["x-content-type-options"], "nosniff");
        assert_eq!(headers["content-type"], "application/json; charset=utf-8");
        assert_eq!(headers["access-control-allow-origin"], "*");
        assert!(!headers.contains_key("access-control-allow-credentials"));
        assert_eq!(headers["x-request-id"].len(), 32);
    }
    let own = fetch(Wire::ApiV1, "/prefix/cacheable").await.headers;
    assert_eq!(own["cache-control"], "max-age=60");
}

#[tokio::test]
async fn preflights_are_answered_empty() {
    for url in ["/prefix/fine", "/prefix/posted", "/prefix/nowhere"] {
        let reply = send(front(Wire::User, settings()).await, Method::OPTIONS, url, &[]).await;
        assert_eq!((reply.status.as_u16(), reply.body.as_str()), (200, ""), "{url}");
        assert_eq!(
            reply.headers["access-control-allow-headers"],
            "Authorization, Content-Type, cloud_token, app_id, app_secret"
        );
        assert_eq!(reply.headers["access-control-allow-methods"], "GET, POST, OPTIONS");
    }
}

#[tokio::test]
async fn one_origin_may_be_named() {
    let one = WireSettings {
        cors_origin: Some(HeaderValue::from_static("https://example.com")),
        ..settings()
    };
    let headers = send(front(Wire::User, one).await, Method::GET, "/prefix/fine", &[])
        .await
        .headers;
    assert_eq!(headers["access-control-allow-origin"], "https://example.com");
    assert_eq!(headers["vary"], "Origin");
}

#[tokio::test]
async fn head_is_get_without_a_body() {
    let reply = send(front(Wire::User, settings()).await, Method::HEAD, "/prefix/fine", &[]).await;
    assert_eq!((reply.status.as_u16(), reply.body.as_str()), (200, ""));
    assert_eq!(reply.headers["content-length"], "6");
}

#[tokio::test]
async fn addresses_have_a_bound() {
    let url = |bytes: usize| format!("/prefix/fine?a={}", "a".repeat(bytes - "/prefix/fine?a=".len()));
    assert_eq!(fetch(Wire::User, &url(URL_BYTES)).await.status, 200);
    assert_eq!(fetch(Wire::User, &url(URL_BYTES + 1)).await.status, 414);
}

#[tokio::test]
async fn a_request_names_one_host() {
    let two = [("host", "a.example"), ("host", "b.example")];
    let reply = send(front(Wire::User, settings()).await, Method::GET, "/prefix/fine", &two).await;
    assert_eq!(reply.status, 400);
    assert_eq!(reply.body, r#"{"code":400,"message":"请求头Host有误","data":null}"#);
    for (version, status) in [(Version::HTTP_11, 400), (Version::HTTP_10, 200)] {
        let hostless = Request::get("/prefix/fine")
            .version(version)
            .body(Body::empty())
            .unwrap();
        let reply = answer(front(Wire::User, settings()).await, hostless).await;
        assert_eq!(reply.status, status, "{version:?}");
    }
}

#[tokio::test]
async fn proxies_are_believed_only_where_they_are_trusted() {
    let forwarded = [("x-forwarded-for", "1.2.3.4")];
    let source = async |settings| {
        send(
            front(Wire::User, settings).await,
            Method::GET,
            "/prefix/source",
            &forwarded,
        )
        .await
        .body
    };
    assert_eq!(source(settings()).await, "10.0.0.1");
    let trusting = WireSettings {
        trusted_proxies: vec![Network::parse("10.0.0.0/8").unwrap()],
        ..settings()
    };
    assert_eq!(source(trusting).await, "1.2.3.4");
}

#[tokio::test]
async fn a_request_id_comes_back() {
    let id = [("x-request-id", "trace-7")];
    let reply = send(front(Wire::User, settings()).await, Method::GET, "/prefix/fine", &id).await;
    assert_eq!(reply.headers["x-request-id"], "trace-7");
}
