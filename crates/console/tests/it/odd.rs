//! What no form of ours sends: no page fails over it, and none goes out without its headers.

use http::StatusCode;
use http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS};
use yaopai_model::Role;

use crate::support::{Browser, Reply, World};

/// Values that somebody might try.
const ODD: [&str; 16] = [
    "\0",
    "a\0b@example.com",
    "\u{202e}\u{200b}",
    "\r\nset-cookie: a=b",
    "-1",
    "9223372036854775807",
    "-9223372036854775808-a",
    "99999-12-31",
    "9999-12-31",
    "/console/\u{1}",
    "//example.com",
    "%",
    "{\"a\":\"\\u0000\"}",
    "AQEAAAGLz-VoAAAAAAAAAAAH",
    "deadbeef",
    "=1+1",
];
/// Of every form and every query that there is, and of some that there might be.
const NAMES: [&str; 52] = [
    "q",
    "app",
    "role",
    "state",
    "verified",
    "from",
    "to",
    "order",
    "at",
    "before",
    "after",
    "verify",
    "span",
    "one",
    "do",
    "back",
    "format",
    "next",
    "account",
    "password",
    "again",
    "old",
    "address",
    "kind",
    "code",
    "session",
    "permissions",
    "username",
    "nickname",
    "email",
    "phone",
    "gender",
    "birthday",
    "location",
    "bio",
    "preferences",
    "setting",
    "name",
    "hosts",
    "rate",
    "days",
    "scope",
    "overlap_hours",
    "slider_x",
    "language",
    "theme",
    "actor",
    "action",
    "target",
    "done",
    "fresh_keys",
    "preferred_theme",
];
/// What an address may name instead of something that there is.
const NAMED: [&str; 6] = ["1", "%00", "%FF", "-9223372036854775809", "..%2F", "%E5%BC%A0"];
/// Those after which nobody would be signed in any more.
const LAST: [&str; 3] = ["/console/sign-out", "/account/sign-out", "/account/data/close"];

fn check(reply: &Reply, what: &str) {
    let is_served = reply.status.as_u16() < 500 || reply.status == StatusCode::SERVICE_UNAVAILABLE;
    assert!(is_served, "{what}: {} {}", reply.status, reply.text);
    if what.contains("/assets/") {
        return;
    }
    assert_eq!(reply.headers[CACHE_CONTROL], "no-store", "{what}");
    assert_eq!(reply.headers[X_CONTENT_TYPE_OPTIONS], "nosniff", "{what}");
    assert_eq!(reply.headers[X_FRAME_OPTIONS], "DENY", "{what}");
    assert!(reply.headers.contains_key(REFERRER_POLICY), "{what}");
    let policy = reply.headers[CONTENT_SECURITY_POLICY].to_str().unwrap();
    assert!(
        policy.starts_with("default-src 'none'; script-src 'self'; style-src 'self'"),
        "{what}"
    );
}

/// Sends each odd value in all fields to every address under `prefix`, and odd names in the address.
async fn try_all(browser: &mut Browser, prefix: &str) {
    let routes = yaopai_console::routes();
    let token = browser.token.clone();
    for route in routes.iter().filter(|route| route.path.starts_with(prefix)) {
        if LAST.contains(&route.path.as_str()) {
            continue;
        }
        for (place, odd) in ODD.iter().enumerate() {
            let named = NAMED[place % NAMED.len()];
            let segments = route.path.split('/');
            let path: Vec<_> = segments
                .map(|part| {
                    if part == "{app}" {
                        "1"
                    } else if part.starts_with('{') {
                        named
                    } else {
                        part
                    }
                })
                .collect();
            let (path, fields) = (path.join("/"), NAMES.map(|name| (name, *odd)));
            let what = format!("{} {path} {odd:?}", route.method);
            let reply = if route.method == "GET" {
                let query = form_urlencoded::Serializer::new(String::new())
                    .extend_pairs(fields)
                    .finish();
                browser.get(&format!("{path}?{query}")).await
            } else {
                let fields = [fields.as_slice(), &[("token", token.as_str())]].concat();
                browser.post_bare(&path, &fields).await
            };
            check(&reply, &what);
        }
    }
}

#[tokio::test]
async fn no_page_fails_over_it() {
    let world = World::new().await;
    world.account("13800138000", Role::User).await;
    let mut root = world.operator("laoban", Role::Root).await;
    let reveal = root.post_confirmed("/console/accounts/1/reveal", &[]).await;
    assert_eq!(reveal.status, StatusCode::OK, "confirmed from here on");
    try_all(&mut root, "/console/").await;
    assert_eq!(root.get("/console/").await.status, StatusCode::OK, "still signed in");

    let mut holder = world.signed_in("laoban", "/account").await;
    let asked = holder.post_confirmed("/account/confirm", &[]).await;
    assert_eq!(asked.status, StatusCode::SEE_OTHER);
    try_all(&mut holder, "/account/").await;
    assert_eq!(holder.get("/account/").await.status, StatusCode::OK, "still signed in");

    let mut stranger = world.visitor().await;
    try_all(&mut stranger, "/").await;
}
