//! Asking for codes: budgets, channels, and what must not be told.

use std::time::Duration;

use yaopai_accounts::{Outcome, Refusal};
use yaopai_courier::Body;
use yaopai_model::limits::OUTBOX_WAITING;
use yaopai_model::{Address, Email, Phone, Purpose};
use yaopai_store::args;

use crate::steps::{email, from, mailbox, phone};
use crate::support::{Setup, World, refusal};

fn too_soon(seconds: u32) -> Refusal {
    Refusal::CodeTooSoon { seconds }
}

#[tokio::test]
async fn a_code_is_carried_with_what_it_is_for() {
    let world = World::new().await;
    world.request(&phone(1), Purpose::Register, &from(1)).await.unwrap();
    let message = world.inbox(&phone(1)).await.pop().unwrap();
    let Body::Code {
        code,
        purpose,
        ttl_seconds,
    } = message.body
    else {
        panic!("no code")
    };
    assert_eq!((code.len(), purpose, ttl_seconds), (6, Purpose::Register, 300));
    assert_eq!(message.to, "+8613900000001");
}

#[tokio::test]
async fn sixty_seconds_between_two_codes_for_one_address_whatever_for() {
    let world = World::new().await;
    world.request(&phone(1), Purpose::Register, &from(1)).await.unwrap();
    for purpose in [Purpose::Register, Purpose::SignIn] {
        assert_eq!(refusal(world.request(&phone(1), purpose, &from(2)).await), too_soon(60));
    }
    let spelt = Address::Phone(Phone::parse("+86 139 0000 0001").unwrap());
    assert_eq!(
        refusal(world.request(&spelt, Purpose::Register, &from(2)).await),
        too_soon(60)
    );
    world.clock.advance(Duration::from_millis(59_001));
    assert_eq!(
        refusal(world.request(&phone(1), Purpose::Register, &from(1)).await),
        too_soon(1)
    );
    world.clock.advance(Duration::from_millis(999));
    assert!(world.request(&phone(1), Purpose::Register, &from(1)).await.is_ok());
    assert!(world.request(&phone(2), Purpose::Register, &from(1)).await.is_ok());
}

#[tokio::test]
async fn ten_codes_a_day_for_one_address() {
    let world = World::new().await;
    for number in 0..10 {
        world.request(&phone(1), Purpose::SignIn, &from(number)).await.unwrap();
        world.clock.advance(Duration::from_secs(60));
    }
    let day = 24 * 60 * 60;
    assert_eq!(
        refusal(world.request(&phone(1), Purpose::SignIn, &from(99)).await),
        too_soon(day - 600)
    );
    world.clock.advance(Duration::from_secs(u64::from(day) - 600));
    assert!(world.request(&phone(1), Purpose::SignIn, &from(99)).await.is_ok());
}

#[tokio::test]
async fn sixty_codes_an_hour_for_one_source() {
    let world = World::new().await;
    for number in 0..60 {
        world
            .request(&phone(number), Purpose::Register, &from(1))
            .await
            .unwrap();
    }
    assert_eq!(
        refusal(world.request(&phone(60), Purpose::Register, &from(1)).await),
        too_soon(3600)
    );
    assert!(
        world.request(&phone(60), Purpose::Register, &from(2)).await.is_ok(),
        "nothing was counted for the phone"
    );
    world.clock.advance(Duration::from_secs(3600));
    assert!(world.request(&phone(61), Purpose::Register, &from(1)).await.is_ok());
}

#[tokio::test]
async fn one_app_sends_as_many_codes_a_day_as_a_setting_says() {
    let mut setup = Setup::default();
    setup.limits.codes_per_app_per_day = 3;
    let world = World::with(setup).await;
    for number in 0..3 {
        let caller = from(number);
        world.request(&phone(number), Purpose::Register, &caller).await.unwrap();
    }
    let day = 24 * 60 * 60;
    assert_eq!(
        refusal(world.request(&phone(3), Purpose::Register, &from(3)).await),
        too_soon(day)
    );
    let other = world.another_app().await;
    world.code_in(other, &phone(3), Purpose::Register).await;
    world.clock.advance(Duration::from_secs(u64::from(day)));
    assert!(world.request(&phone(3), Purpose::Register, &from(3)).await.is_ok());
}

#[tokio::test]
async fn a_setting_of_no_wait_is_no_wait() {
    let mut setup = Setup::default();
    setup.limits.code_resend = Duration::ZERO;
    let world = World::with(setup).await;
    for _ in 0..10 {
        world.request(&phone(1), Purpose::Register, &from(1)).await.unwrap();
    }
    assert!(matches!(
        refusal(world.request(&phone(1), Purpose::Register, &from(1)).await),
        Refusal::CodeTooSoon { .. }
    ));
}

async fn with_slider(world: &World, to: &Address) -> Outcome<()> {
    world.request_behind_slider(world.app, to).await
}

#[tokio::test]
async fn a_pass_is_consumed_by_a_code_and_kept_when_it_is_too_soon() {
    let world = World::new().await;
    assert_eq!(
        refusal(with_slider(&world, &mailbox(1)).await),
        Refusal::ChallengeRequired
    );
    world.pass_slider(&email(1)).await;
    assert!(with_slider(&world, &mailbox(1)).await.is_ok());
    assert_eq!(
        refusal(with_slider(&world, &mailbox(1)).await),
        Refusal::ChallengeRequired
    );
    world.pass_slider(&email(1)).await;
    assert_eq!(refusal(with_slider(&world, &mailbox(1)).await), too_soon(60));
    world.clock.advance(Duration::from_secs(60));
    assert!(with_slider(&world, &mailbox(1)).await.is_ok(), "the pass was kept");
    world.pass_slider(&email(1)).await;
    world.clock.advance(Duration::from_secs(30 * 60));
    assert_eq!(
        refusal(with_slider(&world, &mailbox(1)).await),
        Refusal::ChallengeRequired,
        "it was too old"
    );
}

/// A row of the outbox and the codes' rows beside it, without what names the address.
async fn written(world: &World) -> Vec<(String, bool, i64)> {
    let read = world.store.read(|db| {
        let rows = db.rows(
            "select state, case when sealed is null then 1 else 0 end, expires_at - created_at from deliveries order by id",
            &[],
        )?;
        rows.iter()
            .map(|row| Ok((row.text(0)?.to_owned(), row.integer(1)? == 1, row.integer(2)?)))
            .collect()
    });
    let rows: Result<_, yaopai_store::SqlError> = read.await;
    rows.unwrap()
}

#[tokio::test]
async fn an_unknown_address_leaves_as_many_rows_but_nothing_is_sent() {
    for purpose in [Purpose::SignIn, Purpose::ResetPassword] {
        let world = World::new().await;
        world.request(&phone(1), purpose, &from(1)).await.unwrap();
        assert_eq!(written(&world).await, [("withheld".to_owned(), true, 300_000)]);
        for (table, count) in [
            (world.count("select count(*) from codes").await, 1),
            (world.count("select count(*) from counters").await, 4),
        ] {
            assert_eq!(table, count);
        }
        assert!(world.inbox(&phone(1)).await.is_empty());
        assert_eq!(
            refusal(world.request(&phone(1), purpose, &from(1)).await),
            too_soon(60),
            "the budget is the same"
        );
    }
}

#[tokio::test]
async fn codes_for_making_an_account_are_always_sent() {
    let world = World::new().await;
    world.registered(&mailbox(1), "secret").await;
    world.clock.advance(Duration::from_secs(60));
    for purpose in [Purpose::Register, Purpose::Any] {
        for number in [1, 2] {
            let before = world.inbox(&mailbox(number)).await.len();
            world.request(&mailbox(number), purpose, &from(1)).await.unwrap();
            assert_eq!(world.inbox(&mailbox(number)).await.len(), before + 1);
        }
        world.clock.advance(Duration::from_secs(60));
    }
}

#[tokio::test]
async fn a_message_goes_to_the_stored_address_not_to_the_one_typed() {
    let world = World::new().await;
    world.registered(&mailbox(1), "secret").await;
    let typed = Address::Email(Email::parse("PERSON1@EXAMPLE.org").unwrap());
    world.clock.advance(Duration::from_secs(60));
    let before = world.inbox(&mailbox(1)).await.len();
    world.request(&typed, Purpose::SignIn, &from(1)).await.unwrap();
    assert_eq!(world.inbox(&mailbox(1)).await.len(), before + 1);
    assert_ne!(typed.recipient(), mailbox(1).recipient());
}

#[tokio::test]
async fn without_a_channel_nothing_is_counted() {
    let world = World::with(Setup {
        has_sms: false,
        ..Setup::default()
    })
    .await;
    assert_eq!(
        refusal(world.request(&phone(1), Purpose::Register, &from(1)).await),
        Refusal::ChannelNotReady
    );
    assert!(
        world.request(&mailbox(1), Purpose::Register, &from(1)).await.is_ok(),
        "that channel only"
    );
    let world = world.reopen(Setup::default()).await.unwrap();
    assert!(world.request(&phone(1), Purpose::Register, &from(1)).await.is_ok());
}

#[tokio::test]
async fn other_countries_phones_are_reached_where_a_setting_says_so() {
    let abroad = Address::Phone(Phone::parse("+1 415 555 2671").unwrap());
    let world = World::new().await;
    assert_eq!(
        refusal(world.request(&abroad, Purpose::Register, &from(1)).await),
        Refusal::ChannelNotReady
    );
    for countries in [vec!["86".to_owned(), "1".to_owned()], Vec::new()] {
        let world = World::with(Setup {
            sms_countries: countries,
            ..Setup::default()
        })
        .await;
        assert!(world.request(&abroad, Purpose::Register, &from(1)).await.is_ok());
    }
}

#[tokio::test]
async fn a_full_outbox_refuses_and_keeps_the_pass() {
    let world = World::new().await;
    world.pass_slider(&email(1)).await;
    let fill = world.store.write(move |tx| {
        tx.execute(
            "insert into deliveries (app_id, id, channel, recipient, subject, sealed, state, attempts, next_attempt_at, created_at, \
             expires_at) with recursive n(i) as (select 1 union all select i + 1 from n where i < cast($1 as bigint)) \
             select 1, 'full' || i, 'mail', 'x', 'any', null, 'waiting', 0, 0, 0, 0 from n",
            args![OUTBOX_WAITING],
        )
    });
    fill.await.map_err(|error: yaopai_store::SqlError| error).unwrap();
    assert_eq!(
        refusal(with_slider(&world, &mailbox(1)).await),
        Refusal::ChannelNotReady
    );
    assert_eq!(world.count("select count(*) from codes").await, 0);
    let empty = world
        .store
        .write(|tx| tx.execute("delete from deliveries where state = 'waiting'", &[]));
    empty.await.map_err(|error: yaopai_store::SqlError| error).unwrap();
    assert!(with_slider(&world, &mailbox(1)).await.is_ok());
}
