//! Signing in by password, and what failures in a row cost.

use std::time::Duration;

use yaopai_accounts::{FailureRule, HashingSettings, ProfileChange, Refusal};
use yaopai_model::{Identifier, Purpose, Username};

use crate::steps::{email, from, mailbox, phone, username};
use crate::support::{Setup, World, refusal};

const MINUTE: Duration = Duration::from_secs(60);
const WRONG: Refusal = Refusal::WrongCredentials;
const SLIDER: Refusal = Refusal::ChallengeRequired;

/// Tries `password` as `api_v1` does.
async fn challenged(world: &World, identifier: &Identifier, password: &str) -> Option<Refusal> {
    tried(world, identifier, password, FailureRule::Challenge, 1).await
}

/// Tries `password` as the other two wires do, from the source with this number.
async fn waiting(world: &World, identifier: &Identifier, password: &str, source: u32) -> Option<Refusal> {
    tried(world, identifier, password, FailureRule::Wait, source).await
}

async fn tried(
    world: &World,
    identifier: &Identifier,
    password: &str,
    rule: FailureRule,
    source: u32,
) -> Option<Refusal> {
    let outcome = world.by_password(identifier, password, rule, &from(source)).await;
    if outcome.is_ok() { None } else { Some(refusal(outcome)) }
}

fn wait(seconds: u32) -> Option<Refusal> {
    Some(Refusal::PasswordWait { seconds })
}

#[tokio::test]
async fn after_three_failures_the_slider_comes_first_also_with_the_right_password() {
    let world = World::new().await;
    world.registered(&mailbox(1), "secret").await;
    for known in [mailbox(1).identifier(), mailbox(2).identifier()] {
        for _ in 0..3 {
            assert_eq!(challenged(&world, &known, "wrong!").await, Some(WRONG));
        }
        for _ in 0..3 {
            assert_eq!(
                challenged(&world, &known, "secret").await,
                Some(SLIDER),
                "unknown ones count the same"
            );
        }
    }
    world.clock.advance(30 * MINUTE - Duration::from_millis(1));
    assert_eq!(
        challenged(&world, &mailbox(1).identifier(), "secret").await,
        Some(SLIDER)
    );
    world.clock.advance(Duration::from_millis(1));
    assert_eq!(
        challenged(&world, &mailbox(1).identifier(), "secret").await,
        None,
        "thirty minutes after the third"
    );
}

#[tokio::test]
async fn success_ends_the_row() {
    let world = World::new().await;
    world.registered(&mailbox(1), "secret").await;
    let yao = mailbox(1).identifier();
    for _ in 0..3 {
        for password in ["wrong!", "wrong?", "secret"] {
            let expected = (password != "secret").then_some(WRONG);
            assert_eq!(challenged(&world, &yao, password).await, expected);
        }
    }
}

#[tokio::test]
async fn a_pass_opens_the_gate_for_one_row_of_failures() {
    let world = World::new().await;
    world.registered(&mailbox(1), "secret").await;
    let yao = mailbox(1).identifier();
    for _ in 0..3 {
        challenged(&world, &yao, "wrong!").await;
    }
    world.pass_slider(&email(1)).await;
    for _ in 0..3 {
        assert_eq!(challenged(&world, &yao, "wrong!").await, Some(WRONG));
    }
    assert_eq!(
        challenged(&world, &yao, "secret").await,
        Some(SLIDER),
        "the first of them used the pass up"
    );
    world.pass_slider(&email(1)).await;
    assert_eq!(challenged(&world, &yao, "secret").await, None);
    let asked = world.request_behind_slider(world.app, &mailbox(1)).await;
    assert_eq!(refusal(asked), SLIDER, "and so did the sign-in");
}

#[tokio::test]
async fn a_pass_from_before_the_failures_serves_once_they_have_come() {
    let world = World::new().await;
    world.registered(&mailbox(1), "secret").await;
    let yao = mailbox(1).identifier();
    world.pass_slider(&email(1)).await;
    for _ in 0..3 {
        assert_eq!(challenged(&world, &yao, "wrong!").await, Some(WRONG));
    }
    assert_eq!(
        challenged(&world, &yao, "wrong!").await,
        Some(WRONG),
        "through by the pass"
    );
    assert_eq!(challenged(&world, &yao, "wrong!").await, Some(WRONG));
    assert_eq!(challenged(&world, &yao, "wrong!").await, Some(WRONG));
    assert_eq!(challenged(&world, &yao, "secret").await, Some(SLIDER));
}

#[tokio::test]
async fn a_pass_that_no_gate_needed_is_kept_for_the_next_code() {
    let world = World::new().await;
    world.registered(&mailbox(1), "secret").await;
    world.clock.advance(MINUTE);
    challenged(&world, &mailbox(1).identifier(), "wrong!").await;
    world.pass_slider(&email(1)).await;
    assert_eq!(challenged(&world, &mailbox(1).identifier(), "secret").await, None);
    let asked = world.request_behind_slider(world.app, &mailbox(1)).await;
    assert!(asked.is_ok());
}

#[tokio::test]
async fn from_the_fifth_failure_on_a_source_waits_and_twice_as_long_each_time() {
    let world = World::new().await;
    world.registered(&phone(1), "secret").await;
    for who in [phone(1).identifier(), phone(2).identifier()] {
        for _ in 0..5 {
            assert_eq!(waiting(&world, &who, "wrong!", 1).await, Some(WRONG));
        }
        for seconds in [30, 60, 120, 240, 480, 960, 1800, 1800] {
            assert_eq!(
                waiting(&world, &who, "secret", 1).await,
                wait(seconds),
                "also the right one waits"
            );
            world.clock.advance(Duration::from_secs(u64::from(seconds) - 1));
            assert_eq!(waiting(&world, &who, "secret", 1).await, wait(1));
            world.clock.advance(Duration::from_secs(1));
            assert_eq!(waiting(&world, &who, "wrong!", 1).await, Some(WRONG));
        }
    }
}

#[tokio::test]
async fn a_stranger_does_not_lock_the_owner_out() {
    let world = World::new().await;
    world.registered(&phone(1), "secret").await;
    let yao = phone(1).identifier();
    for _ in 0..6 {
        waiting(&world, &yao, "wrong!", 1).await;
    }
    assert_eq!(waiting(&world, &yao, "secret", 1).await, wait(30));
    assert_eq!(waiting(&world, &yao, "secret", 2).await, None);
}

#[tokio::test]
async fn success_ends_the_waiting_and_the_count_over_all_sources() {
    let world = World::new().await;
    world.registered(&phone(1), "secret").await;
    let yao = phone(1).identifier();
    for _ in 0..5 {
        waiting(&world, &yao, "wrong!", 1).await;
    }
    world.clock.advance(Duration::from_secs(30));
    assert_eq!(waiting(&world, &yao, "secret", 1).await, None);
    for _ in 0..5 {
        assert_eq!(waiting(&world, &yao, "wrong!", 1).await, Some(WRONG));
    }
    assert_eq!(waiting(&world, &yao, "secret", 1).await, wait(30));
}

#[tokio::test]
async fn one_count_over_all_names_of_an_account() {
    let world = World::new().await;
    let account = world.registered(&mailbox(1), "secret").await;
    let signed_in = world
        .by_password(&mailbox(1).identifier(), "secret", FailureRule::Wait, &from(1))
        .await
        .unwrap();
    let principal = world.authenticate(&signed_in).await.unwrap();
    let change = ProfileChange {
        username: Some(Username::parse("yao").unwrap()),
        ..ProfileChange::default()
    };
    world.accounts.change_profile(&principal, change).await.unwrap();
    assert_eq!(account.id, signed_in.account.id);

    assert_eq!(waiting(&world, &username("yao"), "wrong!", 1).await, Some(WRONG));
    assert_eq!(challenged(&world, &username("YAO"), "wrong!").await, Some(WRONG));
    assert_eq!(
        challenged(&world, &mailbox(1).identifier(), "wrong!").await,
        Some(WRONG)
    );
    assert_eq!(
        challenged(&world, &mailbox(1).identifier(), "secret").await,
        Some(SLIDER)
    );
    assert_eq!(challenged(&world, &username("yao"), "secret").await, Some(SLIDER));
}

#[tokio::test]
async fn a_hundred_failures_over_all_sources_close_the_path_but_not_the_one_of_codes() {
    let world = World::new().await;
    world.registered(&phone(1), "secret").await;
    let session = world
        .by_password(&phone(1).identifier(), "secret", FailureRule::Wait, &from(1))
        .await
        .unwrap();
    for who in [phone(1).identifier(), phone(2).identifier()] {
        for number in 0..100 {
            assert_eq!(
                waiting(&world, &who, "wrong!", 100 + number / 4).await,
                Some(WRONG),
                "{number}"
            );
        }
        let closed = Some(Refusal::PasswordPathClosed { seconds: 1800 });
        assert_eq!(waiting(&world, &who, "secret", 9).await, closed);
    }
    assert!(world.authenticate(&session).await.is_ok());
    world.clock.advance(29 * MINUTE);
    let closed = Some(Refusal::PasswordPathClosed { seconds: 60 });
    assert_eq!(waiting(&world, &phone(1).identifier(), "secret", 9).await, closed);
    let digits = world.code(&phone(1), Purpose::SignIn).await;
    assert_eq!(
        waiting(&world, &phone(2).identifier(), "wrong!", 9).await,
        Some(WRONG),
        "open again"
    );
    assert!(world.by_code(&phone(1), &digits, None).await.is_ok());
}

#[tokio::test]
async fn a_code_opens_the_closed_path() {
    let world = World::new().await;
    world.registered(&phone(1), "secret").await;
    let digits = world.code(&phone(1), Purpose::SignIn).await;
    for number in 0..100 {
        waiting(&world, &phone(1).identifier(), "wrong!", 100 + number / 4).await;
    }
    assert!(waiting(&world, &phone(1).identifier(), "secret", 9).await.is_some());
    assert!(world.by_code(&phone(1), &digits, None).await.is_ok());
    assert_eq!(waiting(&world, &phone(1).identifier(), "secret", 9).await, None);
}

#[tokio::test]
async fn one_source_fails_three_hundred_times_an_hour() {
    let world = World::new().await;
    world.registered(&phone(1), "secret").await;
    for number in 0..300 {
        let refused = waiting(&world, &username(&format!("nobody{number}")), "wrong!", 1).await;
        assert_eq!(refused, Some(WRONG));
    }
    let refused = Some(Refusal::SourceFailedTooOften { seconds: 3600 });
    assert_eq!(waiting(&world, &phone(1).identifier(), "secret", 1).await, refused);
    assert_eq!(challenged(&world, &phone(1).identifier(), "secret").await, refused);
    assert_eq!(waiting(&world, &phone(1).identifier(), "secret", 2).await, None);
    world.clock.advance(60 * MINUTE);
    assert_eq!(waiting(&world, &phone(1).identifier(), "secret", 1).await, None);
}

#[tokio::test]
async fn known_and_unknown_names_cost_the_same_rows() {
    let world = World::new().await;
    world.registered(&phone(1), "secret").await;
    for rule in [FailureRule::Wait, FailureRule::Challenge] {
        let mut growth = Vec::new();
        for who in [phone(1).identifier(), phone(2).identifier()] {
            let before = rows(&world).await;
            for _ in 0..2 {
                world.by_password(&who, "wrong!", rule, &from(1)).await.err().unwrap();
            }
            growth.push(rows(&world).await - before);
        }
        assert_eq!(growth[0], growth[1], "{rule:?}");
    }
}

async fn rows(world: &World) -> i64 {
    world
        .count("select count(*) + cast(coalesce(sum(failures), 0) as bigint) from streaks")
        .await
}

#[tokio::test]
async fn a_hash_of_other_parameters_is_renewed() {
    let world = World::new().await;
    world.registered(&phone(1), "secret").await;
    let before = sealed(&world).await;
    let yao = phone(1).identifier();
    assert_eq!(waiting(&world, &yao, "secret", 1).await, None);
    assert_eq!(sealed(&world).await, before, "nothing to renew");

    let hashing = HashingSettings {
        memory_kib: 16,
        passes: 2,
        ..Setup::default().hashing
    };
    let setup = Setup {
        hashing,
        ..Setup::default()
    };
    let world = world.reopen(setup).await.unwrap();
    assert_eq!(waiting(&world, &yao, "wrong!", 1).await, Some(WRONG));
    assert_eq!(sealed(&world).await, before);
    assert_eq!(waiting(&world, &yao, "secret", 1).await, None);
    let renewed = sealed(&world).await;
    assert_ne!(renewed, before);
    assert_eq!(waiting(&world, &yao, "secret", 1).await, None);
    assert_eq!(sealed(&world).await, renewed, "renewed once");
}

async fn sealed(world: &World) -> Vec<u8> {
    let id = yaopai_model::AccountId(1);
    let read = world.store.read(move |db| yaopai_store::passwords::sealed(db, id));
    read.await.unwrap().unwrap()
}
