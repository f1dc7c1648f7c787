//! SIGTERM drains.

use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

use super::{REGISTRATION, begin_registration};
use crate::admin_api::{Script, make_key};
use crate::harness::{Home, eventually};
use crate::user::enter;

#[tokio::test]
async fn what_is_in_flight_is_finished() {
    let mut home = Home::new();
    let server = home.start().await;
    let address = server.client.address.clone();
    let mut slow = begin_registration(&address).await;
    let (first, rest) = REGISTRATION.split_at(10);
    slow.write_all(first).await.unwrap();

    server.tell_to_stop();
    eventually("an end of accepting", || {
        std::net::TcpStream::connect(&address).is_err().then_some(())
    })
    .await;
    slow.write_all(rest).await.unwrap();
    let mut answer = String::new();
    slow.read_to_string(&mut answer).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 200 OK"), "{answer}");
    assert!(answer.contains(r#""username":"slow""#), "{answer}");
    assert!(server.ended().await.success());

    let server = home.start().await;
    enter(&server.client, "/user/login", "slow", "hunter22").await.data();
}

#[tokio::test]
async fn what_does_not_end_is_cut_off_at_the_deadline() {
    let mut home = Home::with(&[("YAOPAI_HTTP__SHUTDOWN_SECONDS", "1")]);
    let server = home.start().await;
    let _never_goes_on = begin_registration(&server.client.address).await;
    server.tell_to_stop();
    assert!(server.ended().await.success());
}

#[tokio::test]
async fn what_was_tried_last_is_on_the_timeline() {
    let mut home = Home::new();
    let server = home.start().await;
    let made = enter(&server.client, "/user/register", "yao", "hunter22").await.data();
    server.stop().await;

    let server = home.start().await;
    let key = make_key(&home, &server, &["accounts.read", "server"]).await;
    let script = Script { server: &server, key };
    let timeline = script
        .get(&format!("/accounts/{}/timeline", made["user"]["userId"]))
        .await
        .json();
    let told = &timeline["items"][0];
    assert_eq!(told["kind"], "registration", "{timeline}");
    assert_eq!((&told["rule"], &told["via"]), (&Value::Null, &json!("user")));
    let figures = script.get("/figures?last=2").await.json();
    let hours = figures["items"].as_array().unwrap().iter();
    let registrations = hours.map(|hour| hour["totals"]["registrations"].as_u64().unwrap());
    assert_eq!(registrations.sum::<u64>(), 1, "{figures}");
}
