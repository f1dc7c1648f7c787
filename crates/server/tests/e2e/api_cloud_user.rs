//! The document of `api_cloud_user`, call by call in its order and spelling.

use std::time::{SystemTime, UNIX_EPOCH};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use reqwest::Method;
use serde_json::Value;

use crate::harness::{AppClient, Gateway, Home, Reply, query};

const DONE: &str = r#"{"code":1,"msg":"数据返回成功！","data":null}"#;
const NUMBER: &str = "13227290001";
const WEEK_MILLIS: i64 = 7 * 24 * 60 * 60 * 1000;

/// The token of a sign-in, which the document shows with two values beside it.
fn token_of(signed_in: &Reply) -> (String, String) {
    let data = signed_in.data();
    assert_eq!(data.as_object().unwrap().len(), 3, "{data}");
    let text = |name: &str| data[name].as_str().unwrap().to_owned();
    let (user_id, token, expires) = (text("userId"), text("token"), data["tokenExpire"].as_i64().unwrap());
    assert!(
        user_id.len() == 16 && user_id.bytes().all(|byte| byte.is_ascii_lowercase()),
        "{user_id}"
    );

    let payload = token.split('.').nth(1).unwrap();
    let payload: Value = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(payload).unwrap()).unwrap();
    assert_eq!(payload["aud"], user_id.as_str());
    assert_eq!(payload["exp"].as_i64().unwrap(), expires / 1000);
    let left = expires - now_millis();
    assert!((WEEK_MILLIS - 60_000..=WEEK_MILLIS + 1_000).contains(&left), "{left}");
    (user_id, token)
}

#[expect(clippy::disallowed_methods, reason = "a client has a clock of its own")]
fn now_millis() -> i64 {
    let elapsed = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    i64::try_from(elapsed.as_millis()).unwrap()
}

#[tokio::test]
async fn the_document_from_registration_to_sign_out() {
    let (gateway, mut home) = (Gateway::open().await, Home::new());
    gateway.serve(&mut home);
    let server = home.start().await;
    let app = AppClient::of(&server);

    // 2.1 and 2.2
    let asked = app
        .call(Method::GET, "code/get", &[("phone", NUMBER), ("type", "0")])
        .await;
    assert_eq!((asked.status, asked.text()), (200, DONE));
    let message = gateway.message_to("+8613227290001").await;
    let code = message["code"].as_str().unwrap();
    assert_eq!(message["purpose"], "register");
    assert_eq!(message["app_id"], server.app().0.as_str());
    assert_eq!(message["ttl_seconds"], 300);
    assert!(message["text"].as_str().unwrap().contains(code));
    let parameters = [
        ("phone", NUMBER),
        ("code", code),
        ("nickname", "张三"),
        ("password", "hunter22"),
        ("sex", "0"),
        ("birthday", "1707184960286"),
        ("email", "xxx"),
        ("extra", "xxx"),
    ];
    assert_eq!(app.call(Method::POST, "register", &parameters).await.text(), DONE);
    let again = app.call(Method::POST, "register", &parameters).await;
    assert_eq!(again.code(), 0, "a code is good once");

    // 2.3 and 2.4
    let (user_id, by_password) = token_of(&app.sign_in(NUMBER, "hunter22").await);
    let (same_user_id, token) = token_of(&app.sign_in_by_code(&gateway, NUMBER).await);
    assert_eq!(same_user_id, user_id);

    // 2.5 and 2.6, the token as a header and as a parameter
    let shown = app.call_as(&token, Method::GET, "userinfo/get", &[]).await;
    let expected = |nickname: &str, sex: u8, birthday: i64, email: &str, extra: &str| {
        format!(
            "{{\"code\":1,\"msg\":\"数据返回成功！\",\"data\":{{\"userId\":\"{user_id}\",\"nickname\":\"{nickname}\",\
             \"sex\":{sex},\"birthday\":{birthday},\"email\":\"{email}\",\"extra\":\"{extra}\"}}}}"
        )
    };
    assert_eq!(shown.text(), expected("张三", 0, 1_707_184_960_286, "xxx", "xxx"));
    let update = [
        ("nickname", "穆仙念"),
        ("sex", "1"),
        ("birthday", "0"),
        ("email", ""),
        ("extra", "测试配置"),
        ("cloud_token", &token),
    ];
    assert_eq!(app.call(Method::POST, "userinfo/update", &update).await.text(), DONE);
    let shown = app
        .call(Method::GET, "userinfo/get", &[("cloud_token", &by_password)])
        .await;
    assert_eq!(shown.text(), expected("穆仙念", 1, 0, "", "测试配置"));

    // 2.7 and 2.8
    let setting = [("key", "aaa"), ("config", "bbb")];
    assert_eq!(
        app.call_as(&token, Method::POST, "config/set", &setting).await.text(),
        DONE
    );
    let got = app.call_as(&token, Method::POST, "config/get", &setting).await;
    assert_eq!(got.text(), r#"{"code":1,"msg":"数据返回成功！","data":"bbb"}"#);

    // 2.9, in both spellings; each ends every session
    for (call, password) in [("psw/reset", "123456"), ("psw/rest", "654321")] {
        let (_, token) = token_of(&app.sign_in_by_code(&gateway, NUMBER).await);
        let code = app.code(&gateway, NUMBER, "1").await;
        let reset = [("phone", NUMBER), ("code", &code), ("password", password)];
        assert_eq!(app.call_as(&token, Method::POST, call, &reset).await.text(), DONE);
        assert_eq!(
            app.call_as(&token, Method::GET, "userinfo/get", &[]).await.code(),
            10020
        );
        assert_eq!(app.sign_in(NUMBER, "hunter22").await.code(), 0);
        token_of(&app.sign_in(NUMBER, password).await);
    }

    // 2.10
    let (_, token) = token_of(&app.sign_in(NUMBER, "654321").await);
    assert_eq!(app.call_as(&token, Method::GET, "logout", &[]).await.text(), DONE);
    let ended = app.call_as(&token, Method::GET, "userinfo/get", &[]).await;
    assert_eq!(
        ended.text(),
        r#"{"code":10020,"msg":"token已失效，请重新登录","data":null}"#
    );
    server.stop().await;
}

#[tokio::test]
async fn credentials_and_parameters_come_as_query_form_or_headers() {
    let (gateway, mut home) = (Gateway::open().await, Home::new());
    gateway.serve(&mut home);
    let server = home.start().await;
    let app = AppClient::of(&server);
    app.register(&gateway, NUMBER, "hunter22").await;

    let (app_id, app_secret) = server.app();
    let form = query(&[
        ("phone", NUMBER),
        ("password", "hunter22"),
        ("app_id", &app_id),
        ("app_secret", &app_secret),
    ]);
    let login = "/api/cloud_user/login/psw";
    let by_form = server.client.request(Method::POST, login);
    let by_form = by_form
        .header("Content-Type", "application/x-www-form-urlencoded")
        .body(form.trim_start_matches('?').to_owned());
    token_of(&Reply::to(by_form).await.unwrap());
    let by_headers = server
        .client
        .request(Method::GET, &format!("{login}?phone={NUMBER}&password=hunter22"));
    let by_headers = by_headers.header("app_id", &app_id).header("app_secret", &app_secret);
    token_of(&Reply::to(by_headers).await.unwrap());

    let unknown = server
        .client
        .get(&format!("{login}?phone={NUMBER}&password=hunter22"))
        .await;
    assert_eq!((unknown.status, unknown.code()), (200, 10010));
}
