//! Signing in by a code, and what it does to claims.

use yaopai_accounts::{FailureRule, ProfileChange, Refusal};
use yaopai_model::{Bio, Purpose, SettingKey, SettingValue, TokenUse, Username};

use crate::steps::{email, from, mailbox, other_than, phone, username};
use crate::support::{Setup, World, refusal};

#[tokio::test]
async fn the_code_signs_in_once() {
    let world = World::new().await;
    let account = world.registered(&phone(1), "secret").await;
    let digits = world.code(&phone(1), Purpose::SignIn).await;
    assert_eq!(
        refusal(world.by_code(&phone(1), &other_than(&digits), None).await),
        Refusal::WrongCode
    );
    let signed_in = world.by_code(&phone(1), &digits, None).await.unwrap();
    assert_eq!(signed_in.account.id, account.id);
    assert!(world.authenticate(&signed_in).await.is_ok());
    assert_eq!(
        refusal(world.by_code(&phone(1), &digits, None).await),
        Refusal::WrongCode
    );
}

#[tokio::test]
async fn strangers_who_try_passwords_do_not_keep_a_code_waiting() {
    let mut setup = Setup::default();
    (setup.hashing.memory_kib, setup.hashing.passes) = (16 * 1024, 8);
    let world = World::with(setup).await;
    world.registered(&phone(1), "secret").await;
    let digits = world.code(&phone(1), Purpose::SignIn).await;
    let (owner, who, stranger) = (phone(1), phone(1).identifier(), from(2));
    let mut trying = std::pin::pin!(world.by_password(&who, "wrong!", FailureRule::Wait, &stranger));
    while world.accounts.measure().await.unwrap().hashes_waiting == 0 {
        tokio::select! {
            biased;
            _ = &mut trying => panic!("a long hash is over at once"),
            () = tokio::task::yield_now() => {}
        }
    }
    tokio::select! {
        biased;
        _ = &mut trying => panic!("the code waited for the password"),
        signed_in = world.by_code(&owner, &digits, None) => assert!(signed_in.is_ok()),
    }
}

#[tokio::test]
async fn it_ends_after_five_minutes() {
    let world = World::new().await;
    world.registered(&phone(1), "secret").await;
    let digits = world.code(&phone(1), Purpose::SignIn).await;
    world.clock.advance(std::time::Duration::from_secs(300));
    assert_eq!(
        refusal(world.by_code(&phone(1), &digits, None).await),
        Refusal::WrongCode
    );
}

#[tokio::test]
async fn a_code_serves_its_own_purpose_app_and_address_only() {
    let world = World::new().await;
    let other = world.another_app().await;
    world.registered(&phone(1), "secret").await;
    world.registered(&phone(2), "secret").await;
    let digits = world.code(&phone(1), Purpose::SignIn).await;
    world.code(&phone(2), Purpose::SignIn).await;
    assert_eq!(
        refusal(world.register(&phone(1), &digits, "secret").await),
        Refusal::WrongCode
    );
    assert_eq!(
        refusal(world.reset(&phone(1), &digits, "secret").await),
        Refusal::WrongCode
    );
    let elsewhere = world
        .by_code_in(other, &phone(1), &digits, None, FailureRule::Wait)
        .await;
    assert_eq!(refusal(elsewhere), Refusal::WrongCode);
    assert_eq!(
        refusal(world.by_code(&phone(2), &digits, None).await),
        Refusal::WrongCode
    );
    assert!(world.by_code(&phone(1), &digits, None).await.is_ok());
}

#[tokio::test]
async fn a_newer_code_voids_the_older() {
    let world = World::new().await;
    world.registered(&phone(1), "secret").await;
    let older = world.code(&phone(1), Purpose::SignIn).await;
    let newer = world.code(&phone(1), Purpose::SignIn).await;
    assert_ne!(older, newer);
    assert_eq!(
        refusal(world.by_code(&phone(1), &older, None).await),
        Refusal::WrongCode
    );
    assert!(world.by_code(&phone(1), &newer, None).await.is_ok());
}

#[tokio::test]
async fn a_claim_that_is_all_there_is_becomes_the_provers_account() {
    let world = World::new().await;
    let claimant = world.claim(&phone(1).identifier(), "liar's password").await.unwrap();
    let principal = world.authenticate(&claimant).await.unwrap();
    let key = SettingKey::parse("theme").unwrap();
    world
        .accounts
        .set_setting(&principal, key.clone(), SettingValue::parse("dark").unwrap())
        .await
        .unwrap();
    let change = ProfileChange {
        bio: Some(Bio::parse("mine").unwrap()),
        ..ProfileChange::default()
    };
    world.accounts.change_profile(&principal, change).await.unwrap();

    let digits = world.code(&phone(1), Purpose::SignIn).await;
    let owner = world.by_code(&phone(1), &digits, None).await.unwrap();
    assert_eq!(owner.account.id, claimant.account.id);
    assert!(owner.account.phone.as_ref().unwrap().proven_at.is_some() && owner.account.profile.bio.is_none());
    assert_eq!(owner.account.sign_in_count, 1);
    assert_ne!(owner.account.profile.nickname, claimant.account.profile.nickname);

    assert_eq!(refusal(world.authenticate(&claimant).await), Refusal::NotSignedIn);
    let refused = world
        .accounts
        .set_setting(&principal, key.clone(), SettingValue::parse("mine").unwrap())
        .await;
    assert_eq!(refusal(refused), Refusal::NotSignedIn, "a call that was under way");
    let refused = world
        .by_password(&phone(1).identifier(), "liar's password", FailureRule::Wait, &from(1))
        .await;
    assert_eq!(refusal(refused), Refusal::WrongCredentials);
    let principal = world.authenticate(&owner).await.unwrap();
    assert!(world.accounts.setting(&principal, key).await.unwrap().is_none());
}

#[tokio::test]
async fn a_claim_beside_other_names_is_taken_away_and_nobody_is_signed_in() {
    let world = World::new().await;
    let claimant = world.claim(&mailbox(1).identifier(), "secret").await.unwrap();
    let principal = world.authenticate(&claimant).await.unwrap();
    let change = ProfileChange {
        username: Some(Username::parse("yao").unwrap()),
        ..ProfileChange::default()
    };
    world.accounts.change_profile(&principal, change).await.unwrap();

    let digits = world.code(&mailbox(1), Purpose::SignIn).await;
    assert_eq!(
        refusal(world.by_code(&mailbox(1), &digits, None).await),
        Refusal::NotRegistered
    );
    assert!(world.row(&claimant.account).await.unwrap().email.is_none());
    assert_eq!(
        refusal(world.by_code(&mailbox(1), &digits, None).await),
        Refusal::NotRegistered,
        "the code is kept"
    );
    assert!(
        world
            .by_password(&username("yao"), "secret", FailureRule::Wait, &from(1))
            .await
            .is_ok()
    );
    assert!(world.authenticate(&claimant).await.is_ok());
}

#[tokio::test]
async fn with_the_claimants_token_the_claim_is_proven_and_all_stays() {
    let world = World::new().await;
    let claimant = world.claim(&phone(1).identifier(), "secret").await.unwrap();
    let digits = world.code(&phone(1), Purpose::SignIn).await;
    let token = claimant.token(TokenUse::Session);
    let signed_in = world.by_code(&phone(1), &digits, Some(&token)).await.unwrap();
    assert_eq!(signed_in.account.id, claimant.account.id);
    assert!(signed_in.account.phone.unwrap().proven_at.is_some());
    assert!(world.authenticate(&claimant).await.is_ok());
    assert!(
        world
            .by_password(&phone(1).identifier(), "secret", FailureRule::Wait, &from(1))
            .await
            .is_ok()
    );
}

#[tokio::test]
async fn a_token_that_was_ended_or_is_somebody_elses_proves_nothing() {
    let world = World::new().await;
    let stranger = world
        .claim(&phone(2).identifier(), "secret")
        .await
        .unwrap()
        .token(TokenUse::Session);
    let claimant = world.claim(&phone(1).identifier(), "liar's password").await.unwrap();
    let ended = claimant.token(TokenUse::Session);
    let principal = world.authenticate(&claimant).await.unwrap();
    world.accounts.sign_out(&principal, &from(1)).await.unwrap();
    let live = world
        .by_password(&phone(1).identifier(), "liar's password", FailureRule::Wait, &from(1))
        .await
        .unwrap();

    for token in [stranger, ended] {
        let digits = world.code(&phone(1), Purpose::SignIn).await;
        let owner = world.by_code(&phone(1), &digits, Some(&token)).await.unwrap();
        assert!(owner.account.phone.unwrap().proven_at.is_some());
        assert_eq!(refusal(world.authenticate(&live).await), Refusal::NotSignedIn);
    }
}

#[tokio::test]
async fn right_code_and_no_account() {
    let world = World::new().await;
    world.request(&mailbox(1), Purpose::Any, &from(1)).await.unwrap();
    let digits = world.last_code(&mailbox(1)).await;
    let present = |digits: &str| yaopai_model::Code::parse(digits).unwrap();
    for (digits, expected) in [
        (other_than(&digits), Refusal::WrongCode),
        (digits.clone(), Refusal::NotRegistered),
        (digits, Refusal::NotRegistered),
    ] {
        let presented = yaopai_accounts::PresentedCode {
            address: &mailbox(1),
            code: present(&digits),
            purpose: Purpose::Any,
            bearer: None,
            rule: FailureRule::Challenge,
        };
        let kind = yaopai_model::SessionKind::Fortnight;
        let refused = world
            .accounts
            .sign_in_with_code(world.app, presented, kind, &from(1))
            .await;
        assert_eq!(refusal(refused), expected);
    }
    assert_eq!(world.count("select count(*) from accounts").await, 0);
}

#[tokio::test]
async fn wrong_codes_bring_the_slider_where_there_is_one() {
    let world = World::new().await;
    world.registered(&mailbox(1), "secret").await;
    let digits = world.code(&mailbox(1), Purpose::SignIn).await;
    let try_code = async |digits: &str| {
        world
            .by_code_in(world.app, &mailbox(1), digits, None, FailureRule::Challenge)
            .await
    };
    for _ in 0..3 {
        assert_eq!(refusal(try_code(&other_than(&digits)).await), Refusal::WrongCode);
    }
    assert_eq!(refusal(try_code(&digits).await), Refusal::ChallengeRequired);
    let refused = world
        .by_password(&mailbox(1).identifier(), "secret", FailureRule::Challenge, &from(1))
        .await;
    assert_eq!(refusal(refused), Refusal::ChallengeRequired, "one count for both");
    world.pass_slider(&email(1)).await;
    assert!(
        try_code(&digits).await.is_ok(),
        "the try that the gate held back cost the code none"
    );
}

#[tokio::test]
async fn wrong_passwords_never_stop_codes_where_there_is_no_slider() {
    let world = World::new().await;
    world.registered(&phone(1), "secret").await;
    let digits = world.code(&phone(1), Purpose::SignIn).await;
    for _ in 0..7 {
        let _ = world
            .by_password(&phone(1).identifier(), "wrong!", FailureRule::Wait, &from(1))
            .await;
    }
    assert!(world.by_code(&phone(1), &digits, None).await.is_ok());
}
