//! Bases that `cargo xtask seed-accounts` fills.

use serde_json::json;
use yaopai_bench::base::Base;
use yaopai_bench::people::{Crowd, Person};
use yaopai_bench::seed::{PASSWORD, seed};

use crate::harness::{Client, Home};

/// More than one transaction holds.
const CROWD: Crowd = Crowd { seed: 7, size: 10_050 };

async fn sign_in(client: &Client, name: &str, password: &str) -> i64 {
    let body = json!({ "account": name, "password": password });
    client.post_json("/user/login", &body).await.code()
}

fn everybody() -> impl Iterator<Item = Person> {
    CROWD.numbers().map(|number| CROWD.person(number))
}

#[tokio::test]
async fn people_of_a_seeded_base_sign_in_and_nothing_is_wrong_with_it() {
    let mut home = Home::new();
    // It fills embedded bases only.
    home.unset("YAOPAI_DATABASE_URL");
    let base = Base::open(&home.data()).await.unwrap();
    assert!(base.new_app.is_some());
    seed(&base, CROWD).await.unwrap();
    let again = seed(&base, CROWD).await.unwrap_err().to_string();
    assert!(again.contains("accounts already"), "{again}");
    base.close().await;

    let server = home.start().await;
    let enabled = || everybody().filter(|person| person.disabled_at.is_none());
    for name in [
        enabled().find_map(|person| person.phone).unwrap(),
        enabled().filter_map(|person| person.phone).last().unwrap(),
        enabled().find_map(|person| person.email).unwrap(),
        enabled().filter_map(|person| person.username).last().unwrap(),
    ] {
        assert_eq!(sign_in(&server.client, &name, PASSWORD).await, 200, "{name}");
        assert_ne!(sign_in(&server.client, &name, "another-word-42").await, 200, "{name}");
    }
    let disabled = everybody()
        .find_map(|person| person.disabled_at.and(person.phone))
        .unwrap();
    assert_ne!(sign_in(&server.client, &disabled, PASSWORD).await, 200);
    assert!(Base::open(&home.data()).await.is_err(), "a server is using it");
    server.stop().await;

    let doctor = home.run(&["doctor"]).await;
    assert!(doctor.is_success, "{doctor:?}");
}
