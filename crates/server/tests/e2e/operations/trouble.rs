//! When something beside the server is down or hostile: what needs it is refused, everything else goes on.

use reqwest::Method;
use serde_json::json;

use crate::api_v1;
use crate::harness::{AppClient, Gateway, Home, Mailbox, Reply};
use crate::user::{enter, token_in};

#[tokio::test]
async fn a_locked_database_is_busy_and_comes_back() {
    let mut home = Home::new();
    let server = home.start().await;
    let client = &server.client;
    enter(client, "/user/register", "yao", "hunter22").await.data();
    let lock = home.base.lock().unwrap();
    let (refused, wrong) = tokio::join!(
        enter(client, "/user/register", "pai", "hunter22"),
        enter(client, "/user/login", "yao", "wrong-password"),
    );
    let busy = r#"{"code":503,"message":"系统繁忙，请稍后再试","data":null}"#;
    assert_eq!((refused.status, refused.text()), (503, busy));
    assert!(refused.header("Retry-After").parse::<u32>().unwrap() >= 1);
    assert_eq!(
        (wrong.status, wrong.text()),
        (503, busy),
        "no storage failure reads as a wrong password"
    );
    drop(lock);
    enter(client, "/user/register", "pai", "hunter22").await.data();
    enter(client, "/user/login", "yao", "hunter22").await.data();
}

#[tokio::test]
async fn one_channel_down_is_that_channel_only() {
    let (gateway, mailbox, mut home) = (Gateway::open().await, Mailbox::open(), Home::new());
    gateway.serve(&mut home);
    mailbox.serve(&mut home);
    let server = home.start().await;
    let app = AppClient::of(&server);
    gateway.answer_with(503);
    // A code call answers once its message is committed, not once it is delivered.
    app.code(&gateway, "13800138000", "0").await;
    api_v1::register(&server.client, &mailbox, "yao@example.org", "hunter22").await;
    gateway.answer_with(204);
    app.register(&gateway, "13900139000", "hunter22").await;
    gateway.message_to("+8613800138000").await;
}

#[tokio::test]
async fn channels_that_are_off_refuse_codes() {
    let mut home = Home::with(&[("YAOPAI_SMS__CHANNEL", "off"), ("YAOPAI_MAIL__CHANNEL", "off")]);
    let server = home.start().await;
    let asked = [("phone", "13800138000"), ("type", "0")];
    let refused = AppClient::of(&server).call(Method::GET, "code/get", &asked).await;
    assert_eq!(refused.text(), r#"{"code":0,"msg":"验证码发送失败","data":null}"#);
    crate::harness::pass_slider(&server.client, "yao@example.org").await;
    let refused = server
        .client
        .post_json("/api/v1/user/code/email", &json!({ "email": "yao@example.org" }))
        .await;
    assert_eq!(
        refused.text(),
        r#"{"code":9010,"data":null,"msg":"邮箱验证码发送失败"}"#
    );
}

/// Whose address a request counts for: the socket's peer, unless that is a proxy that is trusted.
#[tokio::test]
async fn nobody_chooses_their_own_source_address() {
    for (trusted, second_status) in [("", 429), ("127.0.0.0/8", 200)] {
        let mut home = Home::with(&[("YAOPAI_LIMITS__REGISTRATIONS_PER_SOURCE_PER_HOUR", "1")]);
        if !trusted.is_empty() {
            home.set("YAOPAI_TRUSTED_PROXIES", trusted);
        }
        let server = home.start().await;
        for (name, forwarded, status) in [
            ("first", "192.0.2.1", 200),
            ("second", "192.0.2.2", second_status),
            ("third", "192.0.2.9, 192.0.2.1", 429),
        ] {
            let request = server
                .client
                .request(Method::POST, "/user/register")
                .header("X-Forwarded-For", forwarded);
            let body = json!({ "account": name, "password": "hunter22" }).to_string();
            let reply = Reply::to(request.header("Content-Type", "application/json").body(body))
                .await
                .unwrap();
            assert_eq!(reply.status, status, "{trusted} {name}: {}", reply.text());
        }
    }
}

/// More passwords than can wait for a hashing thread: some are refused at once, in the wire's form, and none is wrong.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_full_hash_queue_is_refused_at_once() {
    let mut home = Home::with(&[("YAOPAI_HASHING__THREADS", "1"), ("YAOPAI_HASHING__QUEUE", "1")]);
    home.set("YAOPAI_HASHING__MEMORY_KIB", "131072");
    let server = home.start().await;
    let registered = enter(&server.client, "/user/register", "yao", "hunter22").await.data();
    let registrations = (0..20).map(|number| {
        let client = server.client.clone();
        tokio::spawn(async move { enter(&client, "/user/register", &format!("name{number}"), "hunter22").await })
    });
    let mut statuses = Vec::new();
    for registration in registrations.collect::<Vec<_>>() {
        let reply = registration.await.unwrap();
        if reply.status == 503 {
            assert_eq!(
                reply.text(),
                r#"{"code":503,"message":"系统繁忙，请稍后再试","data":null}"#
            );
        }
        statuses.push(reply.status);
    }
    assert!(
        statuses.iter().all(|status| [200, 503].contains(status)),
        "{statuses:?}"
    );
    assert!(statuses.contains(&200) && statuses.contains(&503), "{statuses:?}");
    // Sessions that are there need no hashing.
    assert_eq!(
        server.client.get_as(&token_in(&registered), "/user/info").await.status,
        200
    );
}
