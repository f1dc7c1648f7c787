//! Parameters that are missing, empty, too long, of the wrong type, repeated or no text.

use reqwest::RequestBuilder;
use serde_json::{Value, json};

use super::{World, assert_refused, send};
use crate::api_v1;
use crate::routes::{Carrier, Parameter, ROUTES, Route, Wire};
use crate::user::enter;

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
