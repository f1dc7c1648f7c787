//! A restart forgets nothing that protects anyone.

use yaopai_accounts::{FailureRule, Refusal};
use yaopai_model::Purpose;

use crate::steps::{email, from, mailbox, other_than, phone, username};
use crate::support::{Setup, World, refusal};

async fn restarted(world: World) -> World {
    world.reopen(Setup::default()).await.unwrap()
}

#[tokio::test]
async fn guesses_at_a_code() {
    let mut world = World::new().await;
    let digits = world.code(&phone(1), Purpose::Register).await;
    for _ in 0..5 {
        assert_eq!(
            refusal(world.register(&phone(1), &other_than(&digits), "secret").await),
            Refusal::WrongCode
        );
        world = restarted(world).await;
    }
    assert_eq!(
        refusal(world.register(&phone(1), &digits, "secret").await),
        Refusal::WrongCode
    );
}

#[tokio::test]
async fn codes_themselves_and_that_they_are_spent() {
    let world = World::new().await;
    let digits = world.code(&phone(1), Purpose::Register).await;
    let world = restarted(world).await;
    assert!(world.register(&phone(1), &digits, "secret").await.is_ok());
    let world = restarted(world).await;
    assert_eq!(
        refusal(world.register(&phone(1), &digits, "secret").await),
        Refusal::WrongCode
    );
}

#[tokio::test]
async fn sends() {
    let world = World::new().await;
    world.request(&phone(1), Purpose::Register, &from(1)).await.unwrap();
    let world = restarted(world).await;
    let refused = world.request(&phone(1), Purpose::Register, &from(1)).await;
    assert_eq!(refusal(refused), Refusal::CodeTooSoon { seconds: 60 });
    assert_eq!(
        world.inbox(&phone(1)).await.len(),
        1,
        "what waited is sent after the restart"
    );
}

#[tokio::test]
async fn sessions_and_that_they_were_ended() {
    let world = World::new().await;
    world.registered(&phone(1), "secret").await;
    let sign_in = async |world: &World| {
        world
            .by_password(&phone(1).identifier(), "secret", FailureRule::Wait, &from(1))
            .await
            .unwrap()
    };
    let ended = sign_in(&world).await;
    let principal = world.authenticate(&ended).await.unwrap();
    world.accounts.sign_out(&principal, &from(1)).await.unwrap();
    let live = sign_in(&world).await;
    let world = restarted(world).await;
    assert_eq!(refusal(world.authenticate(&ended).await), Refusal::NotSignedIn);
    assert!(world.authenticate(&live).await.is_ok());
}

#[tokio::test]
async fn failures_in_a_row() {
    let mut world = World::new().await;
    world.registered(&mailbox(1), "secret").await;
    let yao = mailbox(1).identifier();
    for _ in 0..5 {
        let _ = world.by_password(&yao, "wrong!", FailureRule::Wait, &from(1)).await;
        world = restarted(world).await;
    }
    let refused = world.by_password(&yao, "secret", FailureRule::Wait, &from(1)).await;
    assert_eq!(refusal(refused), Refusal::PasswordWait { seconds: 30 });
    let refused = world
        .by_password(&yao, "secret", FailureRule::Challenge, &from(1))
        .await;
    assert_eq!(refusal(refused), Refusal::ChallengeRequired);
}

#[tokio::test]
async fn a_pass_and_a_permit() {
    let world = World::new().await;
    world.pass_slider(&email(1)).await;
    let world = restarted(world).await;
    assert!(world.request_behind_slider(world.app, &mailbox(1)).await.is_ok());
    let world = restarted(world).await;
    let refused = world.request_behind_slider(world.app, &mailbox(1)).await;
    assert_eq!(refusal(refused), Refusal::ChallengeRequired);
}

#[tokio::test]
async fn registrations_without_proof() {
    let mut setup = Setup::default();
    setup.limits.registrations_per_source_per_hour = 1;
    let world = World::with(setup.clone()).await;
    world.claim(&username("one"), "secret").await.unwrap();
    let world = world.reopen(setup).await.unwrap();
    let refused = refusal(world.claim(&username("two"), "secret").await);
    assert_eq!(refused, Refusal::TooManyRegistrations { seconds: 3600 });
}
