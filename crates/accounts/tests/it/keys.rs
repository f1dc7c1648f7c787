//! Keys: replaced while what they made goes on serving.

use yaopai_accounts::{Error, FailureRule, KeyPurpose};
use yaopai_model::limits::KEY_TAKEN_UP;

use crate::steps::{from, phone};
use crate::support::{Setup, World};

/// The number of the key under which the first account's hash is sealed.
async fn seal_number(world: &World) -> i64 {
    let id = yaopai_model::AccountId(1);
    let sealed = world
        .store
        .read(move |db| yaopai_store::passwords::sealed(db, id))
        .await
        .unwrap()
        .unwrap();
    let (number, _) = sealed.split_first_chunk::<4>().unwrap();
    i64::from(u32::from_be_bytes(*number))
}

async fn sign_in(world: &World) {
    world
        .by_password(&phone(1).identifier(), "secret", FailureRule::Wait, &from(1))
        .await
        .unwrap();
}

#[tokio::test]
async fn tokens_of_older_keys_still_verify_and_the_newest_signs() {
    let world = World::new().await;
    let before = world.accounts.token_keys();
    let (kid, signature) = (before.current().to_owned(), before.sign(b"message"));
    world.accounts.rotate_key(KeyPurpose::Tokens).await.unwrap();
    world.clock.advance(KEY_TAKEN_UP);
    let world = world.reopen(Setup::default()).await.unwrap();
    let after = world.accounts.token_keys();
    assert_ne!(after.current(), kid);
    assert!(after.verify(&kid, b"message", &signature));
    assert!(!after.verify(&kid, b"massage", &signature));
    assert!(
        !after.verify(after.current(), b"message", &signature),
        "a signature belongs to its key"
    );
    assert!(!after.verify("99", b"message", &signature));
    assert!(!after.verify("", b"message", &signature));
    assert_ne!(after.sign(b"message"), signature);
}

#[tokio::test]
async fn hashes_are_sealed_anew_at_the_next_sign_in() {
    let world = World::new().await;
    world.registered(&phone(1), "secret").await;
    assert_eq!(seal_number(&world).await, 1);
    world.accounts.rotate_key(KeyPurpose::Passwords).await.unwrap();
    world.clock.advance(KEY_TAKEN_UP);
    world.accounts.take_up_keys().await.unwrap();
    let _ = world
        .by_password(&phone(1).identifier(), "wrong!", FailureRule::Wait, &from(1))
        .await;
    assert_eq!(seal_number(&world).await, 1, "by the right password only");
    sign_in(&world).await;
    assert_eq!(seal_number(&world).await, 2);
    sign_in(&world).await;
}

#[tokio::test]
async fn whoever_stays_away_for_many_rotations_still_signs_in() {
    let world = World::new().await;
    world.registered(&phone(1), "secret").await;
    for _ in 0..20 {
        world.accounts.rotate_key(KeyPurpose::Passwords).await.unwrap();
    }
    world.clock.advance(KEY_TAKEN_UP);
    let world = world.reopen(Setup::default()).await.unwrap();
    sign_in(&world).await;
    assert_eq!(seal_number(&world).await, 21);
}

#[tokio::test]
async fn a_hash_is_bound_to_its_account() {
    let world = World::new().await;
    world.registered(&phone(1), "secret").await;
    world.registered(&phone(2), "known to the thief").await;
    let swapped = world.store.write(|tx| {
        tx.execute(
            "update passwords set sealed = (select sealed from passwords where account_id = 2) where account_id = 1",
            &[],
        )
    });
    swapped.await.map_err(|error: yaopai_store::SqlError| error).unwrap();
    let outcome = world
        .by_password(
            &phone(1).identifier(),
            "known to the thief",
            FailureRule::Wait,
            &from(1),
        )
        .await;
    assert!(
        matches!(outcome.err().unwrap(), Error::Fault(_)),
        "not a wrong password either"
    );
}

#[tokio::test]
async fn another_root_key_is_refused() {
    let world = World::new().await;
    let mut setup = Setup::default();
    setup.root_key[0] ^= 1;
    let outcome = world.reopen(setup).await;
    assert!(matches!(outcome.err().unwrap(), Error::Fault(_)));
}

#[test]
fn a_root_key_that_nobody_drew_is_refused() {
    for byte in [0, 0xff] {
        assert!(yaopai_accounts::RootKey::new([byte; 32]).is_err());
    }
}
