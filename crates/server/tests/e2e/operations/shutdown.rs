//! SIGTERM drains.

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

use super::{REGISTRATION, begin_registration};
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
    enter(&server.client, "/user/register", "yao", "hunter22").await.data();
    server.stop().await;
    let database = rusqlite::Connection::open(home.data().join("yaopai.db")).unwrap();
    let number = |sql: &str| -> i64 { database.query_row(sql, [], |row| row.get(0)).unwrap() };
    let told = "select count(*) from account_events where kind = 'registration' and rule = '' and via = 'user'";
    assert_eq!(number(told), 1);
    assert_eq!(
        number("select sum(total) from hourly_figures where figure = 'registrations'"),
        1
    );
}
