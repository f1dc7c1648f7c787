//! Making accounts: by a code, and on somebody's word.

use std::time::Duration;

use yaopai_accounts::{FailureRule, Refusal};
use yaopai_model::{Address, Entropy, IdentifierKind, Phone, Purpose, TokenUse};

use crate::steps::{from, mailbox, other_than, phone, username};
use crate::support::{Setup, World, password, refusal};

const TAKEN: Refusal = Refusal::Taken(IdentifierKind::Phone);

#[tokio::test]
async fn the_right_code_makes_an_account_whose_address_is_proven() {
    let world = World::new().await;
    let digits = world.code(&phone(1), Purpose::Register).await;
    let account = world.register(&phone(1), &digits, "secret").await.unwrap();
    assert_eq!(account.id.0, 1);
    assert!(account.phone.as_ref().unwrap().proven_at.is_some() && account.verified_at.is_some());
    let signed_in = world
        .by_password(&phone(1).identifier(), "secret", FailureRule::Wait, &from(1))
        .await
        .unwrap();
    assert_eq!((signed_in.account.id, signed_in.account.sign_in_count), (account.id, 1));
    assert_eq!(
        refusal(world.register(&phone(1), &digits, "secret").await),
        Refusal::WrongCode,
        "it is spent"
    );
}

#[tokio::test]
async fn a_wrong_code_makes_nothing() {
    let world = World::new().await;
    let digits = world.code(&phone(1), Purpose::Register).await;
    assert_eq!(
        refusal(world.register(&phone(1), &other_than(&digits), "secret").await),
        Refusal::WrongCode
    );
    assert_eq!(world.count("select count(*) from accounts").await, 0);
    assert!(
        world.register(&phone(1), &digits, "secret").await.is_ok(),
        "a wrong one costs a try only"
    );
}

#[tokio::test]
async fn only_the_right_code_tells_that_an_address_is_taken_and_it_is_kept() {
    let world = World::new().await;
    world.registered(&phone(1), "secret").await;
    let digits = world.code(&phone(1), Purpose::Register).await;
    assert_eq!(
        refusal(world.register(&phone(1), &other_than(&digits), "secret").await),
        Refusal::WrongCode
    );
    assert_eq!(refusal(world.register(&phone(1), &digits, "secret").await), TAKEN);
    assert_eq!(
        refusal(world.register(&phone(1), &digits, "secret").await),
        TAKEN,
        "kept"
    );
}

#[tokio::test]
async fn five_tries_end_a_code_right_ones_included() {
    let world = World::new().await;
    world.registered(&phone(1), "secret").await;
    let digits = world.code(&phone(1), Purpose::Register).await;
    for _ in 0..4 {
        assert_eq!(
            refusal(world.register(&phone(1), &other_than(&digits), "secret").await),
            Refusal::WrongCode
        );
    }
    assert_eq!(refusal(world.register(&phone(1), &digits, "secret").await), TAKEN);
    assert_eq!(
        refusal(world.register(&phone(1), &digits, "secret").await),
        Refusal::WrongCode
    );
}

#[tokio::test]
async fn fifty_tries_a_day_end_all_codes_of_an_address() {
    let mut setup = Setup::default();
    setup.limits.code_guesses = 100;
    let world = World::with(setup).await;
    let digits = world.code(&phone(1), Purpose::Register).await;
    for _ in 0..49 {
        assert_eq!(
            refusal(world.register(&phone(1), &other_than(&digits), "secret").await),
            Refusal::WrongCode
        );
    }
    let digits = world.code(&phone(1), Purpose::Register).await;
    assert_eq!(
        refusal(world.register(&phone(1), &other_than(&digits), "secret").await),
        Refusal::WrongCode
    );
    assert_eq!(
        refusal(world.register(&phone(1), &digits, "secret").await),
        Refusal::WrongCode,
        "the fifty-first"
    );
    let digits = world.code(&phone(2), Purpose::Register).await;
    assert!(
        world.register(&phone(2), &digits, "secret").await.is_ok(),
        "others are not touched"
    );
    world.clock.advance(Duration::from_secs(24 * 60 * 60));
    let digits = world.code(&phone(1), Purpose::Register).await;
    assert!(world.register(&phone(1), &digits, "secret").await.is_ok());
}

#[tokio::test]
async fn a_code_takes_a_claim_from_its_maker() {
    let world = World::new().await;
    let claimant = world.claim(&phone(1).identifier(), "liar's password").await.unwrap();
    let owner = world.registered(&phone(1), "secret").await;
    assert_ne!(owner.id, claimant.account.id);
    assert!(world.row(&claimant.account).await.unwrap().phone.is_none());
    let refused = world
        .by_password(&phone(1).identifier(), "liar's password", FailureRule::Wait, &from(1))
        .await;
    assert_eq!(refusal(refused), Refusal::WrongCredentials);
}

#[tokio::test]
async fn with_the_claimants_token_a_code_proves_the_claim_and_is_spent() {
    let world = World::new().await;
    let claimant = world.claim(&phone(1).identifier(), "secret").await.unwrap();
    assert!(claimant.account.phone.as_ref().unwrap().proven_at.is_none() && claimant.account.verified_at.is_none());
    let token = claimant.token(TokenUse::Session);
    let digits = world.code(&phone(1), Purpose::Register).await;
    let refused = world
        .register_in(world.app, &phone(1), &digits, "other password", Some(&token))
        .await;
    assert_eq!(refusal(refused), TAKEN);
    let row = world.row(&claimant.account).await.unwrap();
    assert!(row.phone.unwrap().proven_at.is_some() && row.verified_at.is_some());
    assert!(
        world
            .by_password(&phone(1).identifier(), "secret", FailureRule::Wait, &from(1))
            .await
            .is_ok()
    );
    assert_eq!(
        refusal(world.register(&phone(1), &digits, "secret").await),
        Refusal::WrongCode,
        "it had its effect"
    );
}

#[tokio::test]
async fn a_proof_keeps_the_address_to_which_the_code_went() {
    let world = World::new().await;
    let spelling = |text: &str| Address::Email(yaopai_model::Email::parse(text).unwrap());
    let (claimed, typed) = (spelling("yao@example.org"), spelling("YAO@example.org"));
    let claimant = world.claim(&claimed.identifier(), "secret").await.unwrap();
    let token = claimant.token(TokenUse::Session);
    world.request(&typed, Purpose::SignIn, &from(1)).await.unwrap();
    let digits = world.last_code(&claimed).await;
    let signed_in = world.by_code(&typed, &digits, Some(&token)).await.unwrap();
    assert_eq!(signed_in.account.email.unwrap().value.address(), "yao@example.org");
}

#[tokio::test]
async fn every_spelling_of_a_phone_is_the_same_phone() {
    let world = World::new().await;
    world.registered(&phone(1), "secret").await;
    let spelt = Address::Phone(Phone::parse("+86 139-0000-0001").unwrap());
    let digits = world.code(&spelt, Purpose::Register).await;
    assert_eq!(refusal(world.register(&spelt, &digits, "secret").await), TAKEN);
}

#[tokio::test]
async fn apps_have_accounts_of_their_own() {
    let world = World::new().await;
    let other = world.another_app().await;
    world.registered(&phone(1), "secret").await;
    let digits = world.code_in(other, &phone(1), Purpose::Register).await;
    assert_eq!(
        refusal(world.register(&phone(1), &digits, "secret").await),
        Refusal::WrongCode
    );
    let account = world
        .register_in(other, &phone(1), &digits, "secret", None)
        .await
        .unwrap();
    assert_eq!((account.app, account.id.0), (other, 2));
}

#[tokio::test]
async fn without_proof_everything_but_reserved_names_can_be_claimed_once() {
    let world = World::new().await;
    for identifier in [phone(1).identifier(), mailbox(1).identifier(), username("yao")] {
        let signed_in = world.claim(&identifier, "secret").await.unwrap();
        assert_eq!(signed_in.account.sign_in_count, 1);
        assert!(world.authenticate(&signed_in).await.is_ok());
        let refused = refusal(world.claim(&identifier, "secret").await);
        assert_eq!(refused, Refusal::Taken(identifier.kind()));
    }
    assert_eq!(
        refusal(world.claim(&username("YAO"), "secret").await),
        Refusal::Taken(IdentifierKind::Username)
    );
    assert_eq!(
        refusal(world.claim(&username("admin"), "secret").await),
        Refusal::ReservedUsername
    );
    assert_eq!(world.count("select count(*) from accounts").await, 3);
}

#[tokio::test]
async fn one_source_registers_sixty_an_hour_without_proof() {
    let world = World::new().await;
    for number in 0..60 {
        world
            .claim(&username(&format!("person{number}")), "secret")
            .await
            .unwrap();
        world.clock.advance(Duration::from_secs(1));
    }
    let refused = refusal(world.claim(&username("onemore"), "secret").await);
    assert_eq!(refused, Refusal::TooManyRegistrations { seconds: 3600 - 60 });
    let caller = from(9);
    let elsewhere = world
        .accounts
        .register_without_proof(world.app, username("elsewhere"), password(), &caller);
    assert!(elsewhere.await.is_ok());
    world.clock.advance(Duration::from_secs(3600 - 60));
    assert!(
        world.claim(&username("onemore"), "secret").await.is_ok(),
        "the window slides"
    );
    assert_eq!(
        refusal(world.claim(&username("another"), "secret").await),
        Refusal::TooManyRegistrations { seconds: 1 }
    );
}

#[tokio::test]
async fn a_taken_name_is_refused_without_a_hash_and_without_a_registration() {
    let world = World::new().await;
    let untouched = World::new().await;
    for world in [&world, &untouched] {
        world.claim(&username("yao"), "secret").await.unwrap();
    }
    for _ in 0..60 {
        assert_eq!(
            refusal(world.claim(&username("yao"), "secret").await),
            Refusal::Taken(IdentifierKind::Username)
        );
    }
    let [next, expected] = [&world, &untouched].map(|world| {
        let mut drawn = [0; 8];
        world.entropy.fill(&mut drawn);
        drawn
    });
    assert_eq!(next, expected, "no salt was drawn");
    assert!(world.claim(&username("other"), "secret").await.is_ok());
}
