//! Where `api_cloud_user` looks for an app's keys, a token and parameters, on a whole server.

use http::Request;
use serde_json::Value;

use crate::client::{Client, FORM};

#[tokio::test]
async fn the_apps_keys_come_first() {
    let client = Client::new().await;
    for url in [
        "/api/cloud_user/login/psw",
        "/api/cloud_user/login/psw?phone=1&password=%ff",
        "/api/cloud_user/logout?app_id=nosuch&app_secret=nosuch",
    ] {
        assert_eq!(client.send(Request::get(url), "").await["code"], 10010, "{url}");
    }
    let twice = format!("/api/cloud_user/logout?{0}&{0}", client.app);
    assert_eq!(client.send(Request::get(twice), "").await["msg"], "参数重复：app_id");
}

#[tokio::test]
async fn keys_token_and_parameters_come_by_query_form_or_header() {
    let client = Client::new().await;
    let token = client.signed_in().await;
    let (key, secret) = (
        client.server.default_app.key.as_str(),
        client.server.default_app_secret.expose(),
    );
    let url = "/api/cloud_user/config/set";

    let by_form = format!("{}&cloud_token={token}&key=a&config=1", client.app);
    let request = Request::post(url).header("content-type", "application/x-www-form-urlencoded; charset=UTF-8");
    assert_eq!(client.send(request, &by_form).await["code"], 1);

    let by_header = Request::get(format!("{url}?key=b&config=2"))
        .header("app_id", key)
        .header("app_secret", secret)
        .header("cloud_token", &token);
    assert_eq!(client.send(by_header, "").await["code"], 1);

    let by_authorization =
        Request::post(format!("{url}?{}&key=c&config=", client.app)).header("authorization", format!("Bearer {token}"));
    assert_eq!(client.send(by_authorization, "").await["code"], 1);

    for (name, value) in [
        ("a", Value::from("1")),
        ("b", "2".into()),
        ("c", "".into()),
        ("d", Value::Null),
    ] {
        let found = client
            .get("config/get", &format!("cloud_token={token}&key={name}"))
            .await;
        assert_eq!(found["data"], value, "{name}");
    }

    let differing = Request::post(format!("{url}?{}&key=a", client.app))
        .header("content-type", FORM)
        .header("cloud_token", &token);
    assert_eq!(client.send(differing, "key=b&config=1").await["msg"], "参数重复：key");
    let differing = Request::post(format!("{url}?{}&cloud_token=x", client.app)).header("cloud_token", &token);
    assert_eq!(client.send(differing, "").await["msg"], "参数重复：cloud_token");
    let json = Request::post(format!("{url}?{}", client.app))
        .header("content-type", "application/json")
        .header("cloud_token", &token);
    assert_eq!(
        client.send(json, r#"{"key":"a","config":"1"}"#).await["msg"],
        "缺少参数：key"
    );
}

#[tokio::test]
async fn a_settings_form_may_be_larger_than_others() {
    let client = Client::new().await;
    let token = client.signed_in().await;
    let body = format!(
        "{}&cloud_token={token}&key=a&config={}",
        client.app,
        "%E5%BC%A0".repeat(21_845)
    );
    let form = |call: &str| Request::post(format!("/api/cloud_user/{call}")).header("content-type", FORM);
    assert_eq!(client.send(form("config/set"), &body).await["code"], 1);
    assert_eq!(client.send(form("userinfo/get"), &body).await["msg"], "请求体过大");
    let longer = format!("{body}a");
    assert_eq!(client.send(form("config/set"), &longer).await["code"], 1);
    assert_eq!(
        client.send(form("config/set"), &format!("{longer}a")).await["msg"],
        "参数过长：config"
    );
    assert_eq!(
        client.send(form("config/set"), &"a".repeat(256 * 1024 + 1)).await["msg"],
        "请求体过大"
    );
}

#[tokio::test]
async fn signing_out_ends_the_token_and_both_reset_paths_are_one() {
    let client = Client::new().await;
    let token = client.signed_in().await;
    assert_eq!(client.get("logout", &format!("cloud_token={token}")).await["code"], 1);
    assert_eq!(
        client.get("userinfo/get", &format!("cloud_token={token}")).await["code"],
        10020
    );
    assert_eq!(client.get("userinfo/get", "").await["code"], 10020);

    client.server.clock.advance(std::time::Duration::from_secs(60));
    for (path, password) in [("psw/rest", "abcdef"), ("psw/reset", "ghijkl")] {
        let sent = client.get("code/get", "phone=13227290001&type=1").await;
        assert_eq!(sent["code"], 1, "{sent}");
        let code = client.last_code();
        let query = format!("phone=13227290001&code={code}&password={password}&cloud_token={token}");
        assert_eq!(client.get(path, &query).await["code"], 1, "{path}");
        let login = client
            .get("login/psw", &format!("phone=13227290001&password={password}"))
            .await;
        assert_eq!(login["code"], 1, "{path}");
        client.server.clock.advance(std::time::Duration::from_secs(60));
    }
}
