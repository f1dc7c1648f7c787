//! Whatever is sent to whichever call: a refusal in the wire's own form, never a fault of ours, and nothing changed.

use reqwest::{Method, RequestBuilder};
use serde_json::{Map, Value, json};

use crate::api_v1::own_info;
use crate::harness::{AppClient, Gateway, Home, Mailbox, Reply, Server};
use crate::routes::{Caller, Carrier, Parameter, ROUTES, Route, Wire};
use crate::user::{enter, token_in};
use crate::{api_v1, user};

const ROOT: &str = "root@example.org";

/// A server, somebody who may do everything, and accounts that must stay as they are.
struct World {
    home: Home,
    server: Server,
    caller: Caller,
    _gateway: Gateway,
    mailbox: Mailbox,
}

impl World {
    async fn open() -> Self {
        let (gateway, mailbox) = (Gateway::open().await, Mailbox::open());
        let mut home = Home::with(&[
            ("YAOPAI_LIMITS__FAILURES_PER_SOURCE_PER_HOUR", "1000000"),
            ("YAOPAI_LIMITS__CODES_PER_SOURCE_PER_HOUR", "1000000"),
            ("YAOPAI_LIMITS__CODES_PER_IDENTIFIER_PER_DAY", "1000000"),
        ]);
        gateway.serve(&mut home);
        mailbox.serve(&mut home);
        let server = home.start().await;
        home.create_account(&["--username", "root", "--email", ROOT, "--role", "root"], "hunter22")
            .await;
        user::enter(&server.client, "/user/register", "13800138000", "hunter22")
            .await
            .data();
        let signed_in = api_v1::sign_in(&server.client, ROOT, "hunter22").await.data();
        let (app_id, app_secret) = server.app();
        let caller = Caller {
            client: server.client.clone(),
            app_id,
            app_secret,
            token: token_in(&signed_in),
        };
        Self {
            home,
            server,
            caller,
            _gateway: gateway,
            mailbox,
        }
    }

    /// All that a call could have changed.
    async fn state(&self) -> Value {
        let accounts = self.home.run(&["account", "list", "--json"]).await.json();
        let apps = self.home.run(&["app", "list", "--json"]).await.json();
        let root = own_info(&self.server.client, &self.caller.token).await;
        let setting = ROUTES.iter().find(|route| route.path.ends_with("config/get")).unwrap();
        let setting = Reply::to(self.caller.good(setting)).await.unwrap().json();
        json!([accounts, apps, root, setting])
    }
}

/// Fails unless `reply` is a refusal in the wire's form.
fn assert_refused(wire: Wire, reply: &Reply, what: &str) {
    assert!(reply.status < 500, "{what}: {reply:?}");
    let (keys, successes): ([&str; 3], [i64; 1]) = match wire {
        Wire::CloudUser => (["code", "msg", "data"], [1]),
        Wire::ApiV1 => (["code", "data", "msg"], [200]),
        Wire::User => (["code", "message", "data"], [200]),
    };
    let envelope = reply.json();
    assert!(!successes.contains(&reply.code()), "{what}: {envelope}");
    assert_eq!(envelope["data"], Value::Null, "{what}: {envelope}");
    assert_eq!(envelope.as_object().unwrap().len(), keys.len(), "{what}: {envelope}");
    let places = keys.map(|key| {
        reply
            .text()
            .find(&format!("\"{key}\":"))
            .unwrap_or_else(|| panic!("{what}: {envelope}"))
    });
    assert!(places.is_sorted(), "{what}: {}", reply.text());
    assert!(
        !envelope[if wire == Wire::User { "message" } else { "msg" }]
            .as_str()
            .unwrap()
            .is_empty(),
        "{what}"
    );
    if wire == Wire::User {
        assert_eq!(i64::from(reply.status), reply.code(), "{what}");
    }
    assert_eq!(reply.header("Cache-Control"), "no-store", "{what}");
    assert!(reply.header("Content-Type").starts_with("application/json"), "{what}");
}

async fn send(request: RequestBuilder, what: &str) -> Reply {
    Reply::to(request).await.unwrap_or_else(|| panic!("{what}: no answer"))
}

/// Good parameters with `name` replaced by these pairs.
fn replaced(route: &Route, name: &str, by: &[(&str, &str)]) -> Vec<(String, String)> {
    let others = route.good().into_iter().filter(|(other, _)| other != name);
    let these = by.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    others.chain(these).collect()
}

/// The route by every carrier that its wire takes.
fn carriers(route: &Route) -> Vec<Route> {
    match (route.wire, route.carrier) {
        (Wire::CloudUser, _) => vec![*route, route.by(Carrier::Form)],
        (Wire::ApiV1 | Wire::User, _) => vec![*route],
    }
}

/// Good values have to be readable, or the tests below would be of no use.
#[tokio::test]
async fn good_values_are_read() {
    let world = World::open().await;
    for route in ROUTES {
        let reply = send(world.caller.good(&route), route.path).await;
        assert!(reply.status < 500, "{route:?}: {reply:?}");
        let is_about_parameters = ["缺少参数", "参数", "接口不存在", "请求方式", "用户名不能为空"];
        for words in is_about_parameters {
            assert!(!reply.text().contains(words), "{}: {}", route.path, reply.text());
        }
    }
}

#[tokio::test]
async fn parameters_in_query_or_form() {
    let world = World::open().await;
    let before = world.state().await;
    let long = "9".repeat(5_000);
    for route in ROUTES
        .iter()
        .filter(|route| route.carrier == Carrier::Query)
        .flat_map(carriers)
    {
        for Parameter { name, good } in route.required {
            let good = good.text();
            let other = format!("{good}0");
            for (kind, pairs) in [
                ("missing", &[][..]),
                ("empty", &[(*name, "")]),
                ("with NUL", &[(*name, "a\0b")]),
                ("with line breaks", &[(*name, "a\r\nBcc: b@example.org")]),
                ("twice", &[(*name, &good), (*name, &good)]),
                ("twice, differing", &[(*name, &good), (*name, &other)]),
                ("too long", &[(*name, &long)]),
            ] {
                // A setting's value may be long and empty, and holds any text.
                let is_fine = *name == "config" && !matches!(kind, "missing" | "twice" | "twice, differing");
                if !is_fine {
                    let what = format!("{} {:?} {name} {kind}", route.path, route.carrier);
                    let request = world.caller.with(&route, &replaced(&route, name, pairs));
                    assert_refused(route.wire, &send(request, &what).await, &what);
                }
            }
            for broken in ["%FF%FE", "%C3%28", "%ED%A0%80", "%", "%zz"] {
                let what = format!("{} {:?} {name}={broken}", route.path, route.carrier);
                let others = replaced(&route, name, &[]);
                let encode = |(name, value): &(String, String)| format!("{name}={value}&");
                let encoded = others.iter().map(encode).collect::<String>() + &format!("{name}={broken}");
                let request = match route.carrier {
                    Carrier::Query => world.caller.raw(&route, &encoded, Vec::new()),
                    Carrier::Form | Carrier::Json => world.caller.raw(&route, "", encoded.into_bytes()),
                };
                assert_refused(route.wire, &send(request, &what).await, &what);
            }
            if route.carrier == Carrier::Form {
                let what = format!("{} {name} in query and body", route.path);
                let request = world.caller.with(&route, &route.good()).query_pair(name, &other);
                assert_refused(route.wire, &send(request, &what).await, &what);
            }
        }
    }
    assert_eq!(world.state().await, before);
}

trait QueryPair {
    fn query_pair(self, name: &str, value: &str) -> Self;
}

impl QueryPair for RequestBuilder {
    /// Adds a parameter to the query, which is empty.
    fn query_pair(self, name: &str, value: &str) -> Self {
        let (client, request) = self.build_split();
        let mut request = request.unwrap();
        request.url_mut().query_pairs_mut().append_pair(name, value);
        RequestBuilder::from_parts(client, request)
    }
}

#[tokio::test]
async fn parameters_in_json() {
    let world = World::open().await;
    let before = world.state().await;
    for route in ROUTES.iter().filter(|route| route.carrier == Carrier::Json) {
        for Parameter { name, good } in route.required {
            let wrong_types = [
                json!([good.json()]),
                json!({ "a": good.json() }),
                json!(true),
                json!(1.5),
            ];
            let other_type = if good.json().is_string() {
                json!(123_456)
            } else {
                json!(good.text())
            };
            let beyond: Value = serde_json::from_str("9223372036854775808").unwrap();
            let bad_texts = [
                json!(""),
                json!("a\u{0}b"),
                json!("a\r\nBcc: b@example.org"),
                json!("9".repeat(5_000)),
            ];
            let all = [&wrong_types[..], &[other_type, beyond, Value::Null], &bad_texts].concat();
            for bad in all {
                let what = format!("{} {name} = {:.60}", route.path, bad.to_string());
                let mut body = route.good_json();
                body.insert((*name).to_owned(), bad);
                assert_refused(
                    route.wire,
                    &send(world.caller.with_json(route, body), &what).await,
                    &what,
                );
            }
            let what = format!("{} without {name}", route.path);
            let mut body = route.good_json();
            body.remove(*name);
            assert_refused(
                route.wire,
                &send(world.caller.with_json(route, body), &what).await,
                &what,
            );

            let what = format!("{} {name} twice", route.path);
            let good_body = Value::Object(route.good_json()).to_string();
            let twice = format!("{{\"{name}\":{},{}", good.json(), good_body.trim_start_matches('{'));
            assert_refused(
                route.wire,
                &send(world.caller.raw(route, "", twice.into_bytes()), &what).await,
                &what,
            );
        }
    }
    assert_eq!(world.state().await, before);
}

#[tokio::test]
async fn addresses_that_would_become_headers_get_no_mail() {
    let world = World::open().await;
    let client = &world.server.client;
    for address in [
        "a@example.org,b@example.org",
        "a@example.org\r\nBcc: b@example.org",
        "a@example.org\nb",
        "a@example.org\0",
        "a@b@example.org",
        "<a@example.org>",
        "A <a@example.org>",
        "a@example.org;b@example.org",
        "a\u{202e}@example.org",
        "@example.org",
    ] {
        let body = json!({ "email": address });
        for (path, body) in [
            ("/api/v1/user/code/email", body.clone()),
            ("/api/v1/captcha/validate", json!({ "email": address, "x": 1 })),
            (
                "/api/v1/user/login",
                json!({ "email": address, "password": "hunter22" }),
            ),
        ] {
            let reply = client.post_json(path, &body).await;
            assert_refused(Wire::ApiV1, &reply, &format!("{path} {address:?}"));
            assert_eq!(reply.code(), 4010, "{path} {address:?}: {}", reply.text());
        }
        let reply = enter(client, "/user/register", address, "hunter22").await;
        assert_refused(Wire::User, &reply, &format!("register {address:?}"));
    }
    // A mail that was on its way would have come before this one.
    api_v1::code(client, &world.mailbox, "last@example.org").await;
    assert_eq!(world.mailbox.waiting(), 0);
}

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

#[tokio::test]
async fn routes_methods_addresses_and_pages_that_are_not() {
    let world = World::open().await;
    let (caller, before) = (&world.caller, world.state().await);
    for (wire, prefix) in [
        (Wire::CloudUser, "/api/cloud_user"),
        (Wire::ApiV1, "/api/v1"),
        (Wire::User, "/user"),
    ] {
        for path in ["/", "/nothing", "/login/", "/login/x", "/%00", "/%FF", "//register"] {
            let what = format!("{prefix}{path}");
            let reply = send(caller.client.request(Method::GET, &what), &what).await;
            assert_refused(wire, &reply, &what);
            assert_eq!(reply.status, 404, "{what}");
        }
        for route in ROUTES.iter().filter(|route| route.wire == wire) {
            for method in [Method::PUT, Method::DELETE, Method::PATCH] {
                let what = format!("{method} {}", route.path);
                let reply = send(caller.client.request(method, route.path), &what).await;
                assert_refused(wire, &reply, &what);
                assert_eq!(reply.status, 405, "{what}");
            }
            let what = format!("a long address of {}", route.path);
            let long = format!("{}?more={}", route.path, "x".repeat(9_000));
            let reply = send(caller.client.request(route.method(), &long), &what).await;
            assert_refused(wire, &reply, &what);
            assert_eq!(reply.status, 414, "{what}");
            let many: String = (0..150).map(|number| format!("p{number}=1&")).collect();
            if route.carrier == Carrier::Query && !route.required.is_empty() {
                let what = format!("150 parameters for {}", route.path);
                assert_refused(wire, &send(caller.raw(route, &many, Vec::new()), &what).await, &what);
            }
        }
    }
    for page in ["0", "-1", "9223372036854775808", "1e3", "x"] {
        for list in ["list?", "search?keyword=a&", "search&keyword=a&"] {
            for name in ["page", "page_size"] {
                let url = format!("/api/v1/user/manage/{list}{name}={page}");
                let reply = caller.client.get_as(&caller.token, &url).await;
                assert_refused(Wire::ApiV1, &reply, &url);
            }
        }
    }
    let far = caller
        .client
        .get_as(&caller.token, "/api/v1/user/manage/list?page=4294967295")
        .await;
    assert_eq!(far.data()["users"], json!([]));
    assert_eq!(world.state().await, before);
}

#[tokio::test]
async fn nobody_gains_by_sending_more() {
    let world = World::open().await;
    let client = &world.server.client;
    let more = json!({ "role": 3, "status": 1, "isVerified": 1, "uid": 4711, "userId": 4711, "id": 1, "admin": true,
        "permissions": ["root"], "loginCount": 99, "registrationTime": "1999-01-01 00:00:00" });
    let with = |body: Value| -> Value {
        let mut all: Map<String, Value> = more.as_object().unwrap().clone();
        all.extend(body.as_object().unwrap().clone());
        Value::Object(all)
    };

    let body = with(json!({ "account": "greedy", "password": "hunter22" }));
    let registered = client.post_json("/user/register", &body).await.data();
    let user = &registered["user"];
    assert_eq!(
        (&user["isVerified"], &user["status"], &user["loginCount"]),
        (&json!(0), &json!(0), &json!(1))
    );
    assert_ne!(user["userId"], 4711);
    let signed_in = enter(client, "/user/login", "greedy", "hunter22").await.data();
    let token = token_in(&signed_in);
    let body = with(json!({ "name": "greedy", "birthday": "", "avatar": "" }));
    assert_eq!(
        client
            .post_json_as(&token, "/api/v1/user/info/modify", &body)
            .await
            .code(),
        200
    );
    let app = AppClient::of(&world.server);
    let more = [
        ("nickname", "greedy"),
        ("role", "3"),
        ("userId", "aaaaaaaaaaaaaaaa"),
        ("status", "1"),
        ("isVerified", "1"),
    ];
    assert_eq!(
        app.call_as(&token, Method::POST, "userinfo/update", &more).await.code(),
        1
    );

    let info = client.get_as(&token, "/user/info").await.data();
    assert_eq!(info["permissions"], json!(["user"]));
    assert_eq!((&info["isVerified"], &info["status"]), (&json!(0), &json!(0)));
    assert_eq!(own_info(client, &token).await["role"], 0);
    assert_eq!(client.get_as(&token, "/api/v1/user/manage/list").await.code(), 3030);
}
