//! What waits to be written down.

use yaopai_accounts::{FailureRule, Refusal};
use yaopai_model::limits::EVENTS_WAITING;
use yaopai_model::{EventKind, Figure, Password, Role, SessionKind};

use super::{HOUR, fails, told};
use crate::steps::{email, from, phone, username};
use crate::support::{Setup, World, refusal};

#[tokio::test]
async fn an_unknown_identifier_is_queued_alike_and_leaves_nothing() {
    let world = World::new().await;
    world.account("yao", Role::User).await;
    world.accounts.write_journal().await.unwrap();
    let before = world.count("select count(*) from account_events").await;
    let waiting = async || world.accounts.measure().await.unwrap().events_waiting;
    for name in ["yao", "nobody"] {
        fails(&world, name, 1).await;
        assert_eq!(waiting().await, 1, "{name}");
        world.accounts.write_journal().await.unwrap();
        assert_eq!(waiting().await, 0, "{name}");
    }
    assert_eq!(world.count("select count(*) from account_events").await, before + 1);
    assert_eq!(world.total(Figure::FailedSignIns).await, 2);
}

#[tokio::test]
async fn a_full_queue_keeps_nobody_waiting_and_drops_the_oldest() {
    let world = World::new().await;
    let account = world.account("yao", Role::User).await;
    let signed_in = world.sign_in("yao").await;
    let principal = world.authenticate(&signed_in).await.unwrap();
    for _ in 0..EVENTS_WAITING {
        world
            .accounts
            .answer_challenge(world.app, &email(9), 1, &from(1))
            .await
            .unwrap_err();
    }
    let measures = world.accounts.measure().await.unwrap();
    assert_eq!((measures.events_waiting, measures.events_lost), (EVENTS_WAITING, 1));
    world.accounts.sign_out(&principal, &from(1)).await.unwrap();
    world.sign_in("yao").await;
    let told = world.told(account.id).await;
    assert_eq!(told.len(), 3, "the first sign-in was dropped: {told:?}");
    assert_eq!(world.accounts.measure().await.unwrap().events_lost, 3);
    assert_eq!(
        world.total(Figure::PasswordSignIns).await,
        2,
        "what is counted does not go with the event"
    );
}

#[tokio::test]
async fn whoever_hangs_up_is_written_down() {
    let world = World::new().await;
    let account = world.registered(&phone(1), "secret").await;
    let yao = phone(1).identifier();
    world.clock.advance(HOUR);
    {
        let caller = from(3);
        let attempt = world.by_password(&yao, "secret", FailureRule::Wait, &caller);
        tokio::pin!(attempt);
        let polled = std::future::poll_fn(|context| std::task::Poll::Ready(attempt.as_mut().poll(context)));
        assert!(polled.await.is_pending());
    }
    let newest = world.timeline(account.id).await.swap_remove(0);
    assert_eq!(
        (newest.rule.as_str(), newest.source.as_str()),
        ("Abandoned", "10.0.0.3")
    );
}

#[tokio::test]
async fn what_the_database_refuses_is_given_up() {
    let world = World::new().await;
    let account = world.account("yao", Role::User).await;
    world.sign_in("yao").await;
    world.base.run("alter table account_events rename to away").unwrap();
    assert!(world.accounts.write_journal().await.is_err());
    world.base.run("alter table away rename to account_events").unwrap();
    assert_eq!(
        world.told(account.id).await,
        [told(EventKind::Administered, "account.create", 1)],
        "a statement that the database refuses would be refused again"
    );
    assert!(world.accounts.measure().await.unwrap().events_lost > 0);
}

#[tokio::test]
async fn several_nodes_write_one_timeline() {
    let world = World::with(Setup {
        nodes: 3,
        ..Setup::default()
    })
    .await;
    let account = world.account("yao", Role::User).await;
    let yao = username("yao");
    world.clock.advance(HOUR);
    for node in &world.nodes {
        let password = Password::presented("wrong!").unwrap();
        let kind = SessionKind::Week;
        let caller = from(1);
        let refused = node.sign_in_with_password(world.app, &yao, password, FailureRule::Wait, kind, &caller);
        assert_eq!(refusal(refused.await), Refusal::WrongCredentials);
    }
    let nodes = u32::try_from(world.nodes.len()).unwrap();
    assert_eq!(
        world.told(account.id).await,
        [
            told(EventKind::PasswordSignIn, "WrongCredentials", nodes),
            told(EventKind::Administered, "account.create", 1),
        ]
    );
    assert_eq!(world.total(Figure::FailedSignIns).await, u64::from(nodes));
}
