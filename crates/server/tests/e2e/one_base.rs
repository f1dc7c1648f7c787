//! One account base behind three wires.

use reqwest::Method;
use serde_json::json;

use crate::api_v1;
use crate::harness::{AppClient, Gateway, Home, Mailbox, Reply, Server};
use crate::user::{enter, token_in};

const NUMBER: &str = "13800138000";
const EMAIL: &str = "yao@example.org";

struct World {
    gateway: Gateway,
    mailbox: Mailbox,
    _home: Home,
    server: Server,
    app: AppClient,
}

async fn world() -> World {
    let (gateway, mailbox, mut home) = (Gateway::open().await, Mailbox::open(), Home::new());
    gateway.serve(&mut home);
    mailbox.serve(&mut home);
    let server = home.start().await;
    let app = AppClient::of(&server);
    World {
        gateway,
        mailbox,
        _home: home,
        server,
        app,
    }
}

#[tokio::test]
async fn an_account_made_on_one_wire_signs_in_on_another() {
    let World {
        gateway,
        mailbox,
        server,
        app,
        _home,
        ..
    } = world().await;
    let client = &server.client;

    app.register(&gateway, NUMBER, "hunter22").await;
    let on_user = enter(client, "/user/login", "+86 138-0013-8000", "hunter22")
        .await
        .data();
    assert_eq!(
        (&on_user["user"]["mobile"], &on_user["user"]["isVerified"]),
        (&json!(NUMBER), &json!(1))
    );

    api_v1::register(client, &mailbox, EMAIL, "hunter33").await;
    let on_user = enter(client, "/user/login", "YAO@Example.ORG", "hunter33").await.data();
    assert_eq!(
        (&on_user["user"]["email"], &on_user["user"]["isVerified"]),
        (&json!(EMAIL), &json!(1))
    );

    enter(client, "/user/register", "13900139000", "hunter44").await.data();
    assert_eq!(app.sign_in("13900139000", "hunter44").await.code(), 1);
    enter(client, "/user/register", "pai@example.org", "hunter55")
        .await
        .data();
    assert_eq!(api_v1::sign_in(client, "pai@example.org", "hunter55").await.code(), 200);
}

#[tokio::test]
async fn a_session_counts_on_every_wire_and_ends_on_all() {
    let World {
        gateway,
        server,
        app,
        _home,
        ..
    } = world().await;
    let client = &server.client;
    app.register(&gateway, NUMBER, "hunter22").await;

    let tokens = [
        token_in(&app.sign_in(NUMBER, "hunter22").await.data()),
        token_in(&enter(client, "/user/login", NUMBER, "hunter22").await.data()),
    ];
    for token in &tokens {
        assert_eq!(client.get_as(token, "/user/info").await.status, 200);
        assert_eq!(client.get_as(token, "/api/v1/user/info/get").await.code(), 200);
        assert_eq!(app.call_as(token, Method::GET, "userinfo/get", &[]).await.code(), 1);
    }
    assert_eq!(app.call_as(&tokens[1], Method::GET, "logout", &[]).await.code(), 1);
    for token in &tokens {
        assert_eq!(client.get_as(token, "/user/info").await.status, 401);
        assert_eq!(client.get_as(token, "/api/v1/user/info/get").await.code(), 3030);
        assert_eq!(app.call_as(token, Method::GET, "userinfo/get", &[]).await.code(), 10020);
    }
}

#[tokio::test]
async fn nobody_lies_in_wait_on_a_number() {
    let World {
        gateway,
        server,
        app,
        _home,
        ..
    } = world().await;
    let client = &server.client;

    // The liar claims a number; its holder signs in by a code: the account is theirs, the liar is out.
    let liar = enter(client, "/user/register", NUMBER, "liar-liar").await.data();
    let code = app.code(&gateway, NUMBER, "2").await;
    let holder = app
        .call(Method::GET, "login/code", &[("phone", NUMBER), ("code", &code)])
        .await
        .data();
    assert_eq!(client.get_as(&token_in(&liar), "/user/info").await.status, 401);
    assert_eq!(enter(client, "/user/login", NUMBER, "liar-liar").await.status, 401);
    let info = client.get_as(&token_in(&holder), "/user/info").await.data();
    assert_eq!(
        (&info["userId"], &info["isVerified"]),
        (&liar["user"]["userId"], &json!(1))
    );

    // Another claims a number and its holder registers with a code: the claim is gone, the accounts are two.
    let other = "13900139000";
    let liar = enter(client, "/user/register", other, "liar-liar").await.data();
    app.register(&gateway, other, "hunter22").await;
    let holder = enter(client, "/user/login", other, "hunter22").await.data();
    assert_ne!(holder["user"]["userId"], liar["user"]["userId"]);
    assert_eq!(enter(client, "/user/login", other, "liar-liar").await.status, 401);
}

#[tokio::test]
async fn apps_do_not_see_one_another() {
    let World {
        gateway,
        server,
        app,
        _home: home,
        ..
    } = world().await;
    app.register(&gateway, NUMBER, "hunter22").await;
    let other = home.run(&["app", "create", "other", "--json"]).await.json();
    let credentials = [("app_id", &other["app_id"]), ("app_secret", &other["app_secret"])];
    let [id, secret] = credentials.map(|(name, value)| format!("{name}={}", value.as_str().unwrap()));
    let sign_in = format!("/api/cloud_user/login/psw?phone={NUMBER}&password=hunter22&{id}&{secret}");
    let elsewhere = server.client.get(&sign_in).await;
    assert_eq!(elsewhere.text(), r#"{"code":0,"msg":"手机号或密码错误","data":null}"#);
    let token = token_in(&app.sign_in(NUMBER, "hunter22").await.data());
    let info = server
        .client
        .request(Method::GET, &format!("/api/cloud_user/userinfo/get?{id}&{secret}"));
    let info = Reply::to(info.header("cloud_token", token)).await.unwrap();
    assert_eq!(info.code(), 10020);
}
