//! The outbox: sent once, tried again, given up, and nothing of a code left behind.

use std::time::Duration;

use yaopai_courier::{Body, Channel, Message, SendError, WebhookChannel};
use yaopai_model::limits::DELIVERY_ATTEMPTS;
use yaopai_model::{Address, Purpose};

use crate::steps::{from, mailbox, phone};
use crate::support::World;

/// What a gateway that nobody runs answers with.
async fn nobody_listens() -> SendError {
    let channel = Channel::Webhook(WebhookChannel::new("http://127.0.0.1:9/", "secret").unwrap());
    channel.send(&message()).await.unwrap_err()
}

/// What a channel that is not there answers with.
pub(crate) async fn hopeless() -> SendError {
    Channel::Off.send(&message()).await.unwrap_err()
}

fn message() -> Message {
    let body = Body::Code {
        code: "000000".to_owned(),
        purpose: Purpose::Any,
        ttl_seconds: 300,
    };
    let text = String::new;
    Message {
        id: text(),
        to: "+8613900000001".to_owned(),
        body,
        app_id: text(),
        app_name: text(),
    }
}

/// State, tries, whether a sealed code is left, and whether a reason is given.
async fn row(world: &World) -> (String, i64, bool, bool) {
    let read = world.store.read(|db| {
        let sql = "select state, attempts, case when sealed is null then 0 else 1 end, case when last_error is null then 0 else 1 end from deliveries";
        let row = db.row(sql, &[])?.unwrap();
        Ok((
            row.text(0)?.to_owned(),
            row.integer(1)?,
            row.integer(2)? == 1,
            row.integer(3)? == 1,
        ))
    });
    let row: Result<_, yaopai_store::SqlError> = read.await;
    row.unwrap()
}

fn state(name: &str, attempts: i64, is_sealed: bool, has_reason: bool) -> (String, i64, bool, bool) {
    (name.to_owned(), attempts, is_sealed, has_reason)
}

#[tokio::test]
async fn a_message_is_sent_once_and_its_code_erased() {
    let world = World::new().await;
    world.request(&phone(1), Purpose::Register, &from(1)).await.unwrap();
    assert_eq!(row(&world).await, state("waiting", 0, true, false));
    assert!(world.sms.taken().is_empty(), "nothing leaves before it is asked to");
    world.accounts.deliver_due().await.unwrap();
    assert_eq!(row(&world).await, state("sent", 1, false, false));
    world.clock.advance(Duration::from_secs(3600));
    world.accounts.deliver_due().await.unwrap();
    assert_eq!(world.sms.taken().len(), 1);
}

#[tokio::test]
async fn it_is_tried_again_after_two_seconds_then_four_eight_sixteen() {
    let world = World::new().await;
    let refused = nobody_listens().await;
    for _ in 0..DELIVERY_ATTEMPTS - 1 {
        world.sms.refuse_next(refused.clone());
    }
    world.request(&phone(1), Purpose::Register, &from(1)).await.unwrap();
    for (attempt, seconds) in (1..).zip([2, 4, 8, 16]) {
        assert_eq!(
            world.accounts.deliver_due().await.unwrap(),
            Duration::from_secs(seconds)
        );
        assert_eq!(row(&world).await, state("waiting", attempt, true, true));
        world
            .clock
            .advance(Duration::from_secs(seconds) - Duration::from_millis(1));
        world.accounts.deliver_due().await.unwrap();
        assert_eq!(row(&world).await, state("waiting", attempt, true, true), "not yet");
        world.clock.advance(Duration::from_millis(1));
    }
    world.accounts.deliver_due().await.unwrap();
    assert_eq!(row(&world).await, state("sent", 5, false, false));
    let taken = world.sms.taken();
    assert_eq!(taken.len(), 1);
}

#[tokio::test]
async fn it_is_given_up_after_five_tries() {
    let world = World::new().await;
    let refused = nobody_listens().await;
    for _ in 0..=DELIVERY_ATTEMPTS {
        world.sms.refuse_next(refused.clone());
    }
    world.request(&phone(1), Purpose::Register, &from(1)).await.unwrap();
    for _ in 0..10 {
        world.accounts.deliver_due().await.unwrap();
        world.clock.advance(Duration::from_secs(20));
    }
    assert_eq!(row(&world).await, state("failed", 5, false, true));
    assert!(world.sms.taken().is_empty());
}

#[tokio::test]
async fn it_is_given_up_at_once_when_it_is_hopeless() {
    let world = World::new().await;
    world.sms.refuse_next(hopeless().await);
    world.request(&phone(1), Purpose::Register, &from(1)).await.unwrap();
    world.accounts.deliver_due().await.unwrap();
    assert_eq!(row(&world).await, state("failed", 1, false, true));
}

#[tokio::test]
async fn it_is_never_sent_past_the_codes_life() {
    let world = World::new().await;
    world.request(&phone(1), Purpose::Register, &from(1)).await.unwrap();
    world.clock.advance(Duration::from_secs(300));
    world.accounts.deliver_due().await.unwrap();
    assert_eq!(row(&world).await, state("failed", 1, false, true));
    assert!(world.sms.taken().is_empty());
}

#[tokio::test]
async fn the_last_retry_lies_within_the_codes_life() {
    let world = World::new().await;
    let refused = nobody_listens().await;
    world.request(&phone(1), Purpose::Register, &from(1)).await.unwrap();
    world.sms.refuse_next(refused);
    world.clock.advance(Duration::from_secs(298));
    world.accounts.deliver_due().await.unwrap();
    assert_eq!(row(&world).await, state("failed", 1, false, true));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_loops_at_once_send_every_message_once() {
    let world = World::new().await;
    let people: Vec<Address> = (0..50).map(mailbox).collect();
    for person in &people {
        world.request(person, Purpose::Any, &from(1)).await.unwrap();
    }
    let (one, two) = tokio::join!(
        tokio::spawn({
            let accounts = world.accounts.clone();
            async move { accounts.deliver_due().await }
        }),
        tokio::spawn({
            let accounts = world.accounts.clone();
            async move { accounts.deliver_due().await }
        }),
    );
    one.unwrap().unwrap();
    two.unwrap().unwrap();
    let mut sent: Vec<String> = world.mail.taken().into_iter().map(|message| message.to).collect();
    sent.sort();
    let mut expected: Vec<String> = people.iter().map(|person| person.recipient().to_owned()).collect();
    expected.sort();
    assert_eq!(sent, expected);
}

#[tokio::test]
async fn what_a_dead_loop_took_is_sent_by_the_next_after_its_lease() {
    let world = World::new().await;
    world.request(&phone(1), Purpose::Register, &from(1)).await.unwrap();
    let now = yaopai_model::Clock::now(&*world.clock);
    let lease = now.plus(Duration::from_secs(30));
    let taken = world
        .store
        .write(move |tx| yaopai_store::deliveries::take_due(tx, now, lease, 16))
        .await
        .unwrap();
    assert_eq!(taken.len(), 1);
    world.accounts.deliver_due().await.unwrap();
    assert!(world.sms.taken().is_empty());
    world.clock.advance(Duration::from_secs(30));
    world.accounts.deliver_due().await.unwrap();
    assert_eq!(world.sms.taken().len(), 1);
}

#[tokio::test]
async fn codes_and_passwords_are_not_readable_in_the_files() {
    let world = World::new().await;
    let digits = world.code(&phone(1), Purpose::Register).await;
    world
        .register(&phone(1), &digits, "a very secret password")
        .await
        .unwrap();
    world.request(&mailbox(1), Purpose::Any, &from(1)).await.unwrap();
    for file in world.database_files() {
        let bytes = std::fs::read(world.folder.path().join(file)).unwrap();
        for secret in ["a very secret password", "$argon2id$"] {
            assert!(
                !bytes.windows(secret.len()).any(|window| window == secret.as_bytes()),
                "{file}: {secret}"
            );
        }
        // Six digits may stand in the file by chance, as a part of a number; so they must stand alone.
        let alone = bytes.windows(8).any(|window| {
            window[1..7] == *digits.as_bytes() && !window[0].is_ascii_digit() && !window[7].is_ascii_digit()
        });
        assert!(!alone, "{file}: the code");
    }
}
