//! A new password for a lost one.

use std::time::Duration;

use yaopai_accounts::{FailureRule, Outcome, PasswordReset, Refusal, ResetPermit};
use yaopai_model::{Address, Code, Password, Purpose, TokenUse};

use crate::steps::{email, from, mailbox, other_than, phone};
use crate::support::{World, refusal};

#[tokio::test]
async fn it_changes_the_password_and_ends_every_session() {
    let world = World::new().await;
    world.registered(&phone(1), "old secret").await;
    let yao = phone(1).identifier();
    let session = world
        .by_password(&yao, "old secret", FailureRule::Wait, &from(1))
        .await
        .unwrap();
    let digits = world.code(&phone(1), Purpose::ResetPassword).await;
    let refused = world.reset(&phone(1), &other_than(&digits), "new secret").await;
    assert_eq!(refusal(refused), Refusal::WrongCode);
    assert!(world.authenticate(&session).await.is_ok());

    world.reset(&phone(1), &digits, "new secret").await.unwrap();
    assert_eq!(refusal(world.authenticate(&session).await), Refusal::NotSignedIn);
    let refused = world.by_password(&yao, "old secret", FailureRule::Wait, &from(1)).await;
    assert_eq!(refusal(refused), Refusal::WrongCredentials);
    assert!(
        world
            .by_password(&yao, "new secret", FailureRule::Wait, &from(1))
            .await
            .is_ok()
    );
    assert_eq!(
        refusal(world.reset(&phone(1), &digits, "third").await),
        Refusal::WrongCode
    );
}

#[tokio::test]
async fn it_ends_the_failures_in_a_row() {
    let world = World::new().await;
    world.registered(&phone(1), "old secret").await;
    let yao = phone(1).identifier();
    for _ in 0..5 {
        let _ = world.by_password(&yao, "wrong!", FailureRule::Wait, &from(1)).await;
    }
    let refused = world
        .by_password(&yao, "old secret", FailureRule::Challenge, &from(1))
        .await;
    assert_eq!(refusal(refused), Refusal::ChallengeRequired);
    let digits = world.code(&phone(1), Purpose::ResetPassword).await;
    world.reset(&phone(1), &digits, "new secret").await.unwrap();
    for rule in [FailureRule::Wait, FailureRule::Challenge] {
        assert!(world.by_password(&yao, "new secret", rule, &from(1)).await.is_ok());
    }
}

#[tokio::test]
async fn a_claimed_number_becomes_the_provers() {
    let world = World::new().await;
    let claimant = world.claim(&phone(1).identifier(), "liar's password").await.unwrap();
    let digits = world.code(&phone(1), Purpose::ResetPassword).await;
    world.reset(&phone(1), &digits, "new secret").await.unwrap();
    assert_eq!(refusal(world.authenticate(&claimant).await), Refusal::NotSignedIn);
    let owner = world
        .by_password(&phone(1).identifier(), "new secret", FailureRule::Wait, &from(1))
        .await
        .unwrap();
    assert!(owner.account.phone.unwrap().proven_at.is_some());
}

#[tokio::test]
async fn an_address_of_nobody_gets_no_code_and_no_hint() {
    let world = World::new().await;
    world
        .request(&phone(1), Purpose::ResetPassword, &from(1))
        .await
        .unwrap();
    assert!(world.inbox(&phone(1)).await.is_empty());
    assert_eq!(
        refusal(world.reset(&phone(1), "123456", "new secret").await),
        Refusal::WrongCode
    );
}

async fn modify(world: &World, to: &Address, digits: &str) -> Outcome<()> {
    let reset = PasswordReset {
        address: to,
        code: Code::parse(digits).unwrap(),
        purpose: Purpose::Any,
        password: Password::presented("new secret").unwrap(),
        permit: ResetPermit::MustBeHeld,
        bearer: None,
    };
    world.accounts.reset_password(world.app, reset, &from(1)).await
}

#[tokio::test]
async fn a_permit_takes_the_slider_lasts_thirty_minutes_and_serves_once() {
    let world = World::new().await;
    world.registered(&mailbox(1), "old secret").await;
    let digits = world.code(&mailbox(1), Purpose::Any).await;
    assert_eq!(
        refusal(modify(&world, &mailbox(1), &digits).await),
        Refusal::ResetNotPermitted
    );
    for number in [1, 2] {
        let refused = world.accounts.permit_reset(world.app, &email(number), &from(2)).await;
        assert_eq!(refusal(refused), Refusal::ChallengeRequired);
        world.pass_slider(&email(number)).await;
        world
            .accounts
            .permit_reset(world.app, &email(number), &from(2))
            .await
            .unwrap();
        let refused = world.accounts.permit_reset(world.app, &email(number), &from(2)).await;
        assert_eq!(refusal(refused), Refusal::ChallengeRequired, "the pass is consumed");
    }
    world.clock.advance(Duration::from_secs(30 * 60));
    let digits = world.code(&mailbox(1), Purpose::Any).await;
    assert_eq!(
        refusal(modify(&world, &mailbox(1), &digits).await),
        Refusal::ResetNotPermitted
    );

    world.pass_slider(&email(1)).await;
    world
        .accounts
        .permit_reset(world.app, &email(1), &from(2))
        .await
        .unwrap();
    let refused = modify(&world, &mailbox(1), &other_than(&digits)).await;
    assert_eq!(
        refusal(refused),
        Refusal::WrongCode,
        "a permit outlives a mistyped code"
    );
    modify(&world, &mailbox(1), &digits).await.unwrap();
    let digits = world.code(&mailbox(1), Purpose::Any).await;
    assert_eq!(
        refusal(modify(&world, &mailbox(1), &digits).await),
        Refusal::ResetNotPermitted
    );
}

#[tokio::test]
async fn a_permit_from_before_a_backup_is_void_after_it_was_restored() {
    let world = World::new().await;
    world.registered(&mailbox(1), "old secret").await;
    world.pass_slider(&email(1)).await;
    world
        .accounts
        .permit_reset(world.app, &email(1), &from(2))
        .await
        .unwrap();
    world.accounts.void_after_restore().await.unwrap();
    let digits = world.code(&mailbox(1), Purpose::Any).await;
    let refused = modify(&world, &mailbox(1), &digits).await;
    assert_eq!(refusal(refused), Refusal::ResetNotPermitted);
}

#[tokio::test]
async fn a_disabled_account_stays_disabled() {
    let world = World::new().await;
    let account = world.registered(&phone(1), "old secret").await;
    let operator = yaopai_accounts::Actor::Operator;
    world
        .accounts
        .set_disabled(world.app, operator, account.id, true)
        .await
        .unwrap();
    let digits = world.code(&phone(1), Purpose::ResetPassword).await;
    world.reset(&phone(1), &digits, "new secret").await.unwrap();
    let refused = world
        .by_password(&phone(1).identifier(), "new secret", FailureRule::Wait, &from(1))
        .await;
    assert_eq!(refusal(refused), Refusal::AccountDisabled);
    let digits = world.code(&phone(1), Purpose::SignIn).await;
    assert_eq!(
        refusal(world.by_code(&phone(1), &digits, None).await),
        Refusal::AccountDisabled
    );
}

#[tokio::test]
async fn the_bearer_keeps_the_rest_of_a_proven_claim() {
    let world = World::new().await;
    let claimant = world.claim(&phone(1).identifier(), "old secret").await.unwrap();
    let digits = world.code(&phone(1), Purpose::ResetPassword).await;
    let token = claimant.token(TokenUse::Session);
    let reset = PasswordReset {
        address: &phone(1),
        code: Code::parse(&digits).unwrap(),
        purpose: Purpose::ResetPassword,
        password: Password::presented("new secret").unwrap(),
        permit: ResetPermit::NotAsked,
        bearer: Some(&token),
    };
    world.accounts.reset_password(world.app, reset, &from(1)).await.unwrap();
    let row = world.row(&claimant.account).await.unwrap();
    assert!(row.phone.unwrap().proven_at.is_some());
    assert_eq!(row.profile.nickname, claimant.account.profile.nickname);
    assert_eq!(refusal(world.authenticate(&claimant).await), Refusal::NotSignedIn);
}
