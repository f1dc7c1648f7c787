//! Tokens that are none of ours.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use reqwest::Method;
use reqwest::header::HeaderValue;

use super::{World, assert_refused, send};
use crate::routes::{ROUTES, Wire};

/// Forgeries of a token: other algorithms, other payloads, other signatures.
fn forgeries(token: &str) -> Vec<Vec<u8>> {
    let [header, payload, signature]: [&str; 3] = token.split('.').collect::<Vec<_>>().try_into().unwrap();
    let encode = |json: &str| URL_SAFE_NO_PAD.encode(json);
    let decode = |part: &str| String::from_utf8(URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap();
    let (plain_header, plain_payload) = (decode(header), decode(payload));
    let none = encode(r#"{"typ":"JWT","alg":"none"}"#);
    let other_algorithm = encode(&plain_header.replace("HS256", "HS512"));
    let other_key = encode(&plain_header.replace("\"kid\":\"", "\"kid\":\"9"));
    let for_ever = encode(
        &plain_payload
            .replace("\"exp\":1", "\"exp\":9")
            .replace("\"exp\":2", "\"exp\":9"),
    );
    let flipped: String = signature.chars().rev().collect();
    [
        format!("{none}.{payload}."),
        format!("{none}.{payload}.{signature}"),
        format!("{other_algorithm}.{payload}.{signature}"),
        format!("{other_key}.{payload}.{signature}"),
        format!("{header}.{for_ever}.{signature}"),
        format!("{header}.{payload}.{flipped}"),
        format!("{header}.{payload}."),
        format!("{header}.{payload}"),
        format!("{header}.{payload}.{signature}."),
        format!("{header}.{payload}.{signature}="),
        format!("{token}{}", "A".repeat(10_000)),
        "Bearer".to_owned(),
        "Bearer ".to_owned() + payload,
        "Basic cm9vdDpyb290".to_owned(),
        "...".to_owned(),
        "null".to_owned(),
    ]
    .map(String::into_bytes)
    .into_iter()
    .chain([b"\xff\xfe\xfd".to_vec(), "令牌".as_bytes().to_vec()])
    .collect()
}

#[tokio::test]
async fn forged_tokens_open_nothing() {
    let world = World::open().await;
    let before = world.state().await;
    let genuine = &world.caller.token;
    for forgery in forgeries(genuine) {
        let shown = String::from_utf8_lossy(&forgery).chars().take(80).collect::<String>();
        for route in ROUTES.iter().filter(|route| route.needs_token) {
            let what = format!("{} with {shown}", route.path);
            let mut request = world.caller.good(route).build().unwrap();
            let value = HeaderValue::from_bytes(&forgery).unwrap();
            request.headers_mut().insert("Authorization", value);
            let reply = send(world.caller.client.built(request), &what).await;
            assert_refused(route.wire, &reply, &what);
            let expected = match route.wire {
                Wire::CloudUser => 10020,
                Wire::ApiV1 => 3030,
                Wire::User => 401,
            };
            assert_eq!(reply.code(), expected, "{what}: {}", reply.text());
        }
    }
    let twice = world.caller.client.request(Method::GET, "/api/v1/user/info/get");
    let reply = send(
        twice.header("Authorization", genuine).header("Authorization", "x"),
        "two tokens",
    )
    .await;
    assert!(reply.status < 500, "{reply:?}");
    assert_eq!(world.state().await, before);
}
