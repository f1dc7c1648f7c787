//! What is swept away, and what is not.

use std::time::Duration;

use yaopai_accounts::{ChallengeRule, ProfileChange, Refusal};
use yaopai_model::limits::{SESSION_LIFE, UPLOAD_USABLE};
use yaopai_model::{Address, Clock, Email, Purpose, Role, Timestamp, TokenUse};
use yaopai_store::{SqlError, args, base};

use crate::support::{World, caller, refusal};
use crate::upload::png;

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

#[tokio::test]
async fn sessions_codes_counters_and_messages_go_when_their_time_is_over() {
    let world = World::new().await;
    world.account("user", Role::User).await;
    world.sign_in("user").await;
    let address = Address::Email(Email::parse("a@example.com").unwrap());
    let caller = caller();
    let asked = world
        .accounts
        .request_code(world.app, &address, Purpose::Register, ChallengeRule::NotAsked, &caller);
    asked.await.unwrap();
    world.accounts.deliver_due().await.unwrap();

    let counts = async || {
        let mut counts = Vec::new();
        for sql in [
            "select count(*) from sessions",
            "select count(*) from codes",
            "select count(*) from deliveries",
            "select count(*) from counters where counter_key is not null",
        ] {
            counts.push(world.count(sql).await);
        }
        counts
    };
    let before = counts().await;
    assert_eq!(before[..3], [1, 1, 1]);
    assert!(before[3] > 0);
    world.accounts.sweep().await.unwrap();
    assert_eq!(counts().await, before, "nothing is past its use yet");

    world.clock.advance(DAY + Duration::from_secs(299));
    world.accounts.sweep().await.unwrap();
    assert_eq!(counts().await, [1, 1, 1, 0]);
    world.clock.advance(Duration::from_secs(1));
    world.accounts.sweep().await.unwrap();
    assert_eq!(counts().await, [1, 0, 1, 0]);
    world.clock.advance(SESSION_LIFE);
    world.accounts.sweep().await.unwrap();
    assert_eq!(counts().await, [0, 0, 0, 0]);
}

#[tokio::test]
async fn a_session_that_lives_stays() {
    let world = World::new().await;
    world.account("user", Role::User).await;
    let token = world.sign_in("user").await.token(TokenUse::Session);
    world.clock.advance(SESSION_LIFE - Duration::from_millis(1));
    world.accounts.sweep().await.unwrap();
    assert!(world.accounts.authenticate(world.app, &token).await.is_ok());
    world.clock.advance(Duration::from_millis(1));
    world.accounts.sweep().await.unwrap();
    assert_eq!(
        refusal(world.accounts.authenticate(world.app, &token).await),
        Refusal::NotSignedIn
    );
}

#[tokio::test]
async fn orphans_go_with_their_files_and_pictures_in_use_stay() {
    let world = World::new().await;
    let one = world.signed_in("one", Role::User).await;
    let used = world.accounts.upload_picture(&one, png()).await.unwrap();
    let orphan = world.accounts.upload_picture(&one, png()).await.unwrap();
    let change = ProfileChange {
        avatar: Some(used.clone()),
        ..ProfileChange::default()
    };
    world.accounts.change_profile(&one, change).await.unwrap();

    world.clock.advance(UPLOAD_USABLE);
    world.accounts.sweep().await.unwrap();
    assert!(
        world.accounts.picture(&orphan).await.unwrap().is_some(),
        "a change may still be on its way"
    );
    world.clock.advance(Duration::from_secs(60));
    world.accounts.sweep().await.unwrap();
    assert!(world.accounts.picture(&orphan).await.unwrap().is_none());
    assert!(world.accounts.picture(&used).await.unwrap().is_some());
    assert_eq!(world.count("select count(*) from pictures").await, 1);
}

#[tokio::test]
async fn an_orphan_without_a_file_is_swept_like_others() {
    let world = World::new().await;
    let one = world.signed_in("one", Role::User).await;
    let name = world.accounts.upload_picture(&one, png()).await.unwrap();
    std::fs::remove_file(world.folder.path().join("pictures").join(name.as_str())).unwrap();
    world.clock.advance(UPLOAD_USABLE + DAY);
    world.accounts.sweep().await.unwrap();
    assert_eq!(world.count("select count(*) from pictures").await, 0);
}

#[tokio::test]
async fn more_rows_than_one_transaction_takes_are_swept_in_several() {
    let world = World::new().await;
    let past = world.clock.now().minus(DAY);
    let filled = world.store.write(move |tx| {
        for number in 0..1_200_i64 {
            tx.execute(
                "insert into streaks (streak_key, failures, blocked_until, expires_at) values ($1, 1, 0, $2)",
                args![number.to_be_bytes(), past],
            )?;
        }
        Ok::<_, SqlError>(())
    });
    filled.await.unwrap();
    world.accounts.sweep().await.unwrap();
    assert_eq!(world.count("select count(*) from streaks").await, 0);
}

#[tokio::test]
async fn the_latest_instant_is_noted_and_never_goes_back() {
    let world = World::new().await;
    world.clock.advance(DAY);
    world.accounts.sweep().await.unwrap();
    let later = world.clock.now();
    world
        .store
        .write(|tx| base::note_instant(tx, Timestamp::EPOCH))
        .await
        .unwrap();
    assert_eq!(world.store.read(base::latest_instant).await.unwrap(), later);
}
