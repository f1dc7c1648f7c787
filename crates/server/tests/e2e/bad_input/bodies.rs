//! Bodies that are no JSON, and uploads that are none.

use reqwest::Method;
use serde_json::Value;

use super::{World, assert_refused, send};
use crate::routes::{Carrier, ROUTES, Wire};

#[tokio::test]
async fn bodies_that_are_no_json() {
    let world = World::open().await;
    let before = world.state().await;
    for route in ROUTES.iter().filter(|route| route.carrier == Carrier::Json) {
        let good = Value::Object(route.good_json()).to_string();
        let nested = format!("{{\"a\":{}{}}}", "[".repeat(20_000), "]".repeat(20_000));
        let with_nested = format!(
            "{{\"more\":{}{},{}",
            "[".repeat(40),
            "]".repeat(40),
            good.trim_start_matches('{')
        );
        let huge = format!("{{\"more\":\"{}\",{}", "x".repeat(70_000), good.trim_start_matches('{'));
        let truncated = &good.as_bytes()[..good.len() - 1];
        let not_utf8 = [truncated, b",\"a\":\"\xff\xfe\"}"].concat();
        for (kind, body) in [
            ("nothing", &b""[..]),
            ("truncated", truncated),
            ("more behind", &[good.as_bytes(), b"}"].concat()),
            ("a list", b"[]"),
            ("null", b"null"),
            ("a form", b"email=a%40b.cn&password=123456"),
            ("not UTF-8", &not_utf8),
            ("nested", nested.as_bytes()),
            ("nested in part", with_nested.as_bytes()),
            ("huge", huge.as_bytes()),
            ("binary", &[0, 159, 146, 150]),
        ] {
            let what = format!("{} {kind}", route.path);
            let reply = send(world.caller.raw(route, "", body.to_vec()), &what).await;
            assert_refused(route.wire, &reply, &what);
            let expected = if kind == "huge" { 413 } else { 400 };
            assert_eq!(reply.status, expected, "{what}: {}", reply.text());
        }
    }
    assert_eq!(world.state().await, before);
}

#[tokio::test]
async fn uploads_that_are_none() {
    let world = World::open().await;
    let (caller, before) = (&world.caller, world.state().await);
    let too_large = caller.client.upload(&caller.token, "a.png", &vec![7; 7 << 20]).await;
    assert_eq!((too_large.status, too_large.code()), (413, 4020));
    let part = "--b\r\nContent-Disposition: form-data; name=\"image\"\r\n\r\nx\r\n";
    for (kind, content_type, body, code) in [
        ("no form", "application/json", "{}".to_owned(), 4030),
        ("no boundary", "multipart/form-data", part.to_owned(), 4030),
        (
            "no part",
            "multipart/form-data; boundary=b",
            "--b--\r\n".to_owned(),
            4030,
        ),
        (
            "truncated",
            "multipart/form-data; boundary=b",
            part.replace("x\r\n", "x"),
            4010,
        ),
        (
            "two",
            "multipart/form-data; boundary=b",
            format!("{part}{part}--b--\r\n"),
            4010,
        ),
        (
            "no picture",
            "multipart/form-data; boundary=b",
            format!("{part}--b--\r\n"),
            4020,
        ),
    ] {
        let request = caller.client.request(Method::POST, "/api/v1/upload/image");
        let request = request
            .header("Authorization", &caller.token)
            .header("Content-Type", content_type);
        let reply = send(request.body(body), kind).await;
        assert_refused(Wire::ApiV1, &reply, kind);
        assert_eq!(reply.code(), code, "{kind}: {}", reply.text());
    }
    for name in [
        "none.png",
        "..%2Froot.key",
        "%00",
        "..%2F..%2Fdata%2Froot.key",
        "0123456789abcdef0123456789abcdef.png",
    ] {
        let reply = caller.client.get(&format!("/api/image/{name}")).await;
        assert_eq!(reply.status, 404, "{name}: {reply:?}");
    }
    assert_eq!(world.state().await, before);
}
