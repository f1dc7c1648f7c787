//! Every required parameter in every wrong way, on a whole server: each is refused in the wire's form, and nothing is done.

use http::Request;
use serde_json::Value;

use crate::client::{Client, FORM};

/// The calls of `api_cloud_user` with what they require.
const CALLS: &[(&str, &[(&str, &str)])] = &[
    ("code/get", &[("phone", "13227290002"), ("type", "0")]),
    (
        "register",
        &[
            ("phone", "13227290002"),
            ("code", "123456"),
            ("password", "123456"),
            ("nickname", "a"),
        ],
    ),
    ("login/psw", &[("phone", "13227290002"), ("password", "123456")]),
    ("login/code", &[("phone", "13227290002"), ("code", "123456")]),
    ("config/set", &[("key", "a"), ("config", "b")]),
    ("config/get", &[("key", "a")]),
    (
        "psw/rest",
        &[("phone", "13227290002"), ("code", "123456"), ("password", "123456")],
    ),
];

struct Attempt {
    query: String,
    form: String,
    /// What the refusal says, where that is one thing only.
    message: Option<String>,
}

fn attempts(name: &str, value: &str) -> Vec<Attempt> {
    let attempt = |query: String, form: String, message: Option<String>| Attempt { query, form, message };
    let mut attempts = vec![
        attempt(String::new(), String::new(), Some(format!("缺少参数：{name}"))),
        attempt(
            format!("{name}={value}&{name}={value}"),
            String::new(),
            Some(format!("参数重复：{name}")),
        ),
        attempt(
            format!("{name}={value}"),
            format!("{name}=other"),
            Some(format!("参数重复：{name}")),
        ),
        attempt(
            format!("{name}=%ff"),
            String::new(),
            Some(format!("参数格式错误：{name}")),
        ),
        attempt(
            format!("{name}=%4"),
            String::new(),
            Some(format!("参数格式错误：{name}")),
        ),
        attempt(format!("{name}={value}%00"), String::new(), None),
    ];
    // A setting's value is any text of up to 64 KiB.
    if name != "config" {
        attempts.push(attempt(
            format!("{name}="),
            String::new(),
            Some(format!("缺少参数：{name}")),
        ));
        attempts.push(attempt(format!("{name}={value}%0D%0A{value}"), String::new(), None));
        attempts.push(attempt(String::new(), format!("{name}={}", value.repeat(5_000)), None));
    }
    attempts
}

#[tokio::test]
async fn api_cloud_user_refuses_and_does_nothing() {
    let client = Client::new().await;
    let token = client.signed_in().await;
    let sent = client.server.sms.taken().len();
    for (call, required) in CALLS {
        for (name, value) in *required {
            let others: String = required
                .iter()
                .filter(|(other, _)| other != name)
                .map(|(other, value)| format!("&{other}={value}"))
                .collect();
            for Attempt { query, form, message } in attempts(name, value) {
                let url = format!(
                    "/api/cloud_user/{call}?{}&cloud_token={token}{others}&{query}",
                    client.app
                );
                let request = Request::post(url).header("content-type", FORM);
                let (status, answer) = client.answer(request, form).await;
                assert_eq!(
                    (status, &answer["code"]),
                    (200, &Value::from(0)),
                    "{call} {query}: {answer}"
                );
                if let Some(message) = message {
                    assert_eq!(answer["msg"], Value::from(message), "{call} {query}");
                }
                assert_eq!(answer["data"], Value::Null, "{call} {query}");
            }
        }
    }
    assert_eq!(client.server.sms.taken().len(), sent, "no code was sent");
    let config = client.get("config/get", &format!("cloud_token={token}&key=a")).await;
    assert_eq!(config["data"], Value::Null, "no setting was set");
}

#[tokio::test]
async fn user_refuses_bodies_that_it_cannot_read() {
    let client = Client::new().await;
    let valid = r#"{"account":"zhang","password":"123456"}"#;
    let deep = format!(
        r#"{{"account":"zhang","password":"123456","x":{}{}}}"#,
        "[".repeat(40),
        "]".repeat(40)
    );
    let unreadable: Vec<Vec<u8>> = vec![
        Vec::new(),
        b"null".to_vec(),
        b"[]".to_vec(),
        b"account=zhang&password=123456".to_vec(),
        valid.as_bytes()[..20].to_vec(),
        format!("{valid}{valid}").into_bytes(),
        b"{\"account\":\"\xff\",\"password\":\"123456\"}".to_vec(),
        deep.into_bytes(),
    ];
    for path in ["/user/register", "/user/login"] {
        for body in &unreadable {
            let (status, answer) = client.answer(Request::post(path), body.clone()).await;
            assert_eq!((status, &answer["code"]), (400, &Value::from(400)), "{path} {body:?}");
            assert_eq!(answer["data"], Value::Null);
        }
        let large = format!(
            r#"{{"account":"zhang","password":"123456","x":"{}"}}"#,
            "x".repeat(64 * 1024)
        );
        let (status, answer) = client.answer(Request::post(path), large).await;
        assert_eq!((status, &answer["code"]), (413, &Value::from(413)), "{path}");
    }
}

#[tokio::test]
async fn user_refuses_values_that_are_not_what_they_should_be() {
    let client = Client::new().await;
    let long = format!("\"{}\"", "a".repeat(300));
    let wrong = [
        ("null", "缺少参数"),
        (r#""""#, "缺少参数"),
        ("1", "参数类型错误"),
        ("true", "参数类型错误"),
        ("[\"zhang\"]", "参数类型错误"),
        ("{}", "参数类型错误"),
        (r#""a\u0000b""#, "参数格式错误"),
        (r#""a\r\nbcdef""#, "参数格式错误"),
        (long.as_str(), "参数过长"),
    ];
    for name in ["account", "password"] {
        let other = if name == "account" {
            r#""password":"123456""#
        } else {
            r#""account":"zhang""#
        };
        for (value, message) in wrong {
            let body = format!(r#"{{{other},"{name}":{value}}}"#);
            let (status, answer) = client.answer(Request::post("/user/register"), body.clone()).await;
            assert_eq!(
                (status, answer["message"].as_str()),
                (400, Some(format!("{message}：{name}").as_str())),
                "{body}"
            );
        }
        let twice = format!(r#"{{{other},"{name}":"123456","{name}":"123456"}}"#);
        let (status, answer) = client.answer(Request::post("/user/register"), twice).await;
        assert_eq!(
            (status, answer["message"].as_str()),
            (400, Some(format!("参数重复：{name}").as_str()))
        );
        let (status, _) = client
            .answer(Request::post("/user/register"), format!("{{{other}}}"))
            .await;
        assert_eq!(status, 400);
    }
    let login = r#"{"account":"zhang","password":"123456"}"#;
    assert_eq!(
        client.answer(Request::post("/user/login"), login).await.0,
        401,
        "no account was made"
    );
}
