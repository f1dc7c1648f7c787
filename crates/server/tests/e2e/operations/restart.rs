//! A restart forgets nothing that protects anybody.

use reqwest::Method;
use serde_json::json;

use crate::api_v1;
use crate::harness::{AppClient, Client, Gateway, Home, Mailbox};
use crate::user::{enter, token_in};

const NUMBER: &str = "13800138000";
const EMAIL: &str = "yao@example.org";

struct World {
    home: Home,
    gateway: Gateway,
    mailbox: Mailbox,
    credentials: Option<(String, String)>,
}

impl World {
    async fn open() -> Self {
        let (gateway, mailbox, mut home) = (Gateway::open().await, Mailbox::open(), Home::new());
        gateway.serve(&mut home);
        mailbox.serve(&mut home);
        Self {
            home,
            gateway,
            mailbox,
            credentials: None,
        }
    }

    async fn start(&mut self) -> (crate::harness::Server, AppClient) {
        let server = self.home.start().await;
        let (id, secret) = self.credentials.get_or_insert_with(|| server.app()).clone();
        let app = AppClient::with(&server.client, &id, &secret);
        (server, app)
    }
}

/// A code that is not `code`.
fn other_than(code: &str) -> &'static str {
    if code == "000000" { "000001" } else { "000000" }
}

#[tokio::test]
async fn guesses_sends_and_spent_codes() {
    let mut world = World::open().await;
    let (server, app) = world.start().await;
    let (gateway, sign_in) = (world.gateway.clone(), "login/code");
    app.register(&gateway, NUMBER, "hunter22").await;
    let spent = app.code(&gateway, NUMBER, "2").await;
    assert_eq!(
        app.call(Method::GET, sign_in, &[("phone", NUMBER), ("code", &spent)])
            .await
            .code(),
        1
    );
    let code = app.code(&gateway, NUMBER, "2").await;
    for _ in 0..3 {
        let wrong = [("phone", NUMBER), ("code", other_than(&code))];
        assert_eq!(app.call(Method::GET, sign_in, &wrong).await.code(), 0);
    }
    server.stop().await;

    let (server, app) = world.start().await;
    assert_eq!(
        app.call(Method::GET, sign_in, &[("phone", NUMBER), ("code", &spent)])
            .await
            .code(),
        0
    );
    assert_eq!(
        app.call(Method::GET, sign_in, &[("phone", NUMBER), ("code", other_than(&code))])
            .await
            .code(),
        0
    );
    let used_up = app
        .call(Method::GET, sign_in, &[("phone", NUMBER), ("code", &code)])
        .await;
    assert_eq!(used_up.code(), 0, "five tries are five tries");
    // Three codes were sent today; seven are left.
    for _ in 0..7 {
        app.code(&gateway, NUMBER, "2").await;
    }
    server.stop().await;
    let (server, app) = world.start().await;
    let asked = app
        .call(Method::GET, "code/get", &[("phone", NUMBER), ("type", "2")])
        .await;
    assert_eq!(asked.code(), 0);
    assert!(asked.text().contains("验证码发送过于频繁"), "{}", asked.text());
    server.stop().await;
}

#[tokio::test]
async fn wrong_passwords_and_the_slider() {
    let mut world = World::open().await;
    let (server, _) = world.start().await;
    api_v1::register(&server.client, &world.mailbox, EMAIL, "hunter22").await;
    for _ in 0..3 {
        assert_eq!(api_v1::sign_in(&server.client, EMAIL, "hunter23").await.code(), 3020);
    }
    for _ in 0..5 {
        enter(&server.client, "/user/login", NUMBER, "hunter23").await;
    }
    server.stop().await;
    let (server, _) = world.start().await;
    assert_eq!(api_v1::sign_in(&server.client, EMAIL, "hunter22").await.code(), -1);
    assert_eq!(
        enter(&server.client, "/user/login", NUMBER, "hunter23").await.status,
        429
    );
}

#[tokio::test]
async fn ended_sessions_stay_ended_and_others_go_on() {
    let mut world = World::open().await;
    let (server, app) = world.start().await;
    app.register(&world.gateway, NUMBER, "hunter22").await;
    let ended = token_in(&app.sign_in(NUMBER, "hunter22").await.data());
    assert_eq!(app.call_as(&ended, Method::GET, "logout", &[]).await.code(), 1);
    let live = token_in(&app.sign_in(NUMBER, "hunter22").await.data());
    server.stop().await;
    let (server, _) = world.start().await;
    let status = async |client: &Client, token: &str| client.get_as(token, "/user/info").await.status;
    assert_eq!(
        (
            status(&server.client, &ended).await,
            status(&server.client, &live).await
        ),
        (401, 200)
    );
    // Neither does a key that is changed in between.
    world.home.run(&["keys", "rotate"]).await.ok();
    assert_eq!(
        (
            status(&server.client, &ended).await,
            status(&server.client, &live).await
        ),
        (401, 200)
    );
    enter(&server.client, "/user/login", NUMBER, "hunter22").await.data();
    server.stop().await;
}

/// What waited when the server went is sent when it comes back, as long as it is of use.
#[tokio::test]
async fn messages_that_waited_are_sent() {
    let mut world = World::open().await;
    let (server, app) = world.start().await;
    world.gateway.answer_with(503);
    assert_eq!(
        app.call(Method::GET, "code/get", &[("phone", NUMBER), ("type", "0")])
            .await
            .code(),
        1
    );
    let refused = world.gateway.message_to("+8613800138000").await;
    server.kill();
    world.gateway.answer_with(204);
    let (_server, app) = world.start().await;
    let sent = world.gateway.message_to("+8613800138000").await;
    assert_eq!(
        (&sent["id"], &sent["code"]),
        (&refused["id"], &refused["code"]),
        "one message, one id"
    );
    let code = sent["code"].as_str().unwrap();
    let parameters = [
        ("phone", NUMBER),
        ("code", code),
        ("password", "hunter22"),
        ("nickname", "张三"),
    ];
    assert_eq!(
        app.call(Method::POST, "register", &parameters).await.json()["code"],
        json!(1)
    );
}
