//! Several nodes on one base: what one does, the others know, and what is counted is counted once for all.
//!
//! Where the database cannot be shared there is one node, of which all of this must be true as well.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use yaopai_accounts::{Accounts, Actor, FailureRule, KeyPurpose, NewApp, Outcome, Parts, PictureStore, RootKey};
use yaopai_courier::Channel;
use yaopai_model::limits::{INFO_CALLS_PER_MINUTE, KEY_TAKEN_UP};
use yaopai_model::{AppName, Password, Purpose, Role, SessionKind, TokenUse};
use yaopai_store::Store;
use yaopai_testkit::{Base, Database, ManualClock, SeededEntropy};

use crate::steps::{from, mailbox, phone};
use crate::support::{START, Setup};
use crate::{at_once, counts, rounds, setup, tally, world};

const CALLS: u32 = 90;

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn thirty_calls_a_minute_are_thirty_on_all_nodes_together() {
    let world = world().await;
    for round in 0..10 {
        let principal = world.signed_in(&format!("1390000{round:04}"), Role::User).await;
        let outcomes = at_once(CALLS, |_| {
            let (node, principal) = (world.node(), principal.clone());
            async move { node.count_info_call(&principal).await }
        });
        let most = INFO_CALLS_PER_MINUTE as usize;
        let expected = counts([("ok", most), ("TooManyCalls", CALLS as usize - most)]);
        assert_eq!(tally(&outcomes.await), expected);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn the_rate_of_an_app_holds_on_all_nodes_together() {
    let world = world().await;
    let new = NewApp {
        name: AppName::parse("slow").unwrap(),
        hosts: Vec::new(),
        requests_per_second: Some(7),
    };
    let (app, secret) = world.accounts.create_app(Actor::Operator, new).await.unwrap();
    let outcomes = at_once(CALLS, |_| {
        let (node, key, secret) = (world.node(), app.key.clone(), secret.expose().to_owned());
        async move { node.app_by_secret(key.as_str(), &secret).await }
    });
    let expected = counts([("ok", 7), ("AppRateExceeded", CALLS as usize - 7)]);
    assert_eq!(tally(&outcomes.await), expected);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_message_is_sent_by_one_node() {
    let world = world().await;
    const MESSAGES: u32 = 300;
    for number in 0..MESSAGES {
        world
            .request(&phone(number), Purpose::Register, &from(number))
            .await
            .unwrap();
    }
    let delivered = at_once(12, |_| {
        let node = world.node();
        async move { node.deliver_due().await.map(drop) }
    });
    let delivered: Outcome<Vec<()>> = delivered.await.into_iter().collect();
    delivered.unwrap();
    let sent = world.sms.taken();
    let recipients: BTreeSet<_> = sent.iter().map(|message| message.to.clone()).collect();
    assert_eq!((sent.len(), recipients.len()), (MESSAGES as usize, MESSAGES as usize));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn nodes_that_sweep_at_once_do_not_get_in_each_others_way() {
    let world = world().await;
    for number in 0..200 {
        world
            .request(&phone(number), Purpose::Register, &from(number))
            .await
            .unwrap();
    }
    world.clock.advance(Duration::from_secs(7 * 86_400));
    let swept = at_once(6, |_| {
        let node = world.node();
        async move { node.sweep().await }
    });
    assert_eq!(tally(&swept.await), counts([("ok", 6)]));
    assert_eq!(world.count("select count(*) from codes").await, 0);
    assert_eq!(world.count("select count(*) from counters").await, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn those_who_meet_at_one_account_lock_its_rows_in_one_order() {
    if !Database::chosen().is_shared() {
        return;
    }
    let world = world().await;
    // The database ends a deadlock after a second by itself; now it lets those who are in one wait in vain.
    let patient =
        "do $$ begin execute format('alter database %I set deadlock_timeout = ''1h''', current_database()); end $$";
    world.base.run(patient).unwrap();
    let world = world.reopen(setup()).await.unwrap();
    let who = mailbox(1).identifier();
    world.registered(&mailbox(1), "secret").await;
    for _ in 0..rounds() {
        let outcomes = at_once(24, |number| {
            let (node, app, who) = (world.node(), world.app, who.clone());
            async move {
                let password = Password::presented(if number % 8 == 0 { "wrong!" } else { "secret" }).unwrap();
                let rule = if number % 2 == 0 {
                    FailureRule::Wait
                } else {
                    FailureRule::Challenge
                };
                let caller = from(number % 2);
                let signed_in = node.sign_in_with_password(app, &who, password, rule, SessionKind::Week, &caller);
                let token = signed_in.await?.token(TokenUse::Session);
                if number % 12 == 1 {
                    node.sign_out(&node.authenticate(app, &token).await?, &from(1)).await?;
                }
                Ok(())
            }
        });
        let outcomes = tally(&outcomes.await);
        world.clock.advance(Duration::from_secs(2 * 86_400));
        assert_eq!(outcomes.get("Overloaded"), None, "{outcomes:?}");
    }
}

/// What can be done to an account that ends its sessions.
#[derive(Clone, Copy, Debug)]
enum End {
    SignedOut,
    Disabled,
    Deleted,
    AllSessions,
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn what_ends_a_session_on_one_node_counts_on_the_next_call_to_any() {
    let world = world().await;
    for (number, end) in [End::SignedOut, End::Disabled, End::Deleted, End::AllSessions]
        .into_iter()
        .enumerate()
    {
        let name = format!("1380000{number:04}");
        let account = world.account(&name, Role::User).await;
        let token = world.sign_in(&name).await.token(TokenUse::Session);
        for node in &world.nodes {
            node.authenticate(world.app, &token).await.unwrap();
        }
        let (node, app) = (world.node(), world.app);
        match end {
            End::SignedOut => {
                let principal = node.authenticate(app, &token).await.unwrap();
                node.sign_out(&principal, &from(1)).await.unwrap();
            }
            End::Disabled => node.set_disabled(app, Actor::Operator, account.id, true).await.unwrap(),
            End::Deleted => node.delete_account(app, Actor::Operator, account.id).await.unwrap(),
            End::AllSessions => node.end_all_sessions().await.unwrap(),
        }
        for node in &world.nodes {
            assert!(node.authenticate(app, &token).await.is_err(), "after {end:?}");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_role_that_changed_on_one_node_is_seen_by_the_next_call_to_any() {
    let world = world().await;
    let principal = world.signed_in("13800000001", Role::User).await;
    let id = principal.account.id;
    for role in [Role::Admin, Role::User, Role::Root] {
        let (node, app) = (world.node(), world.app);
        node.set_role(app, Actor::Operator, id, role).await.unwrap();
        let token = world.sign_in("13800000001").await.token(TokenUse::Session);
        for node in &world.nodes {
            assert_eq!(node.authenticate(app, &token).await.unwrap().account.role, role);
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_new_key_signs_when_every_node_knows_it() {
    let world = world().await;
    let nodes = [world.node(), world.node(), world.node()];
    nodes[0].rotate_key(KeyPurpose::Tokens).await.unwrap();
    let agree = |step: &str| {
        for (signer, verifier) in [(0, 1), (1, 2), (2, 0)] {
            let keys = nodes[signer].token_keys();
            let (kid, signature) = (keys.current().to_owned(), keys.sign(b"message"));
            let known = nodes[verifier].token_keys().verify(&kid, b"message", &signature);
            assert!(
                known,
                "{step}: node {verifier} does not know what node {signer} signs with"
            );
        }
    };
    agree("at once");
    for node in &nodes {
        node.take_up_keys().await.unwrap();
        agree("while they learn of it");
    }
    world.clock.advance(KEY_TAKEN_UP);
    for node in &nodes {
        node.take_up_keys().await.unwrap();
        agree("while it comes into use");
    }
    assert!(nodes.iter().all(|node| node.token_keys().current() == "2"));
}

/// What a node of its own needs.
fn parts(store: Store, number: u32) -> Parts {
    let setup = Setup::default();
    Parts {
        store,
        clock: Arc::new(ManualClock::at(START)),
        entropy: Arc::new(SeededEntropy::new(number.into())),
        root_key: RootKey::new(setup.root_key).unwrap(),
        limits: setup.limits,
        hashing: setup.hashing,
        sms: Channel::Off,
        mail: Channel::Off,
        sms_countries: setup.sms_countries,
        pictures: PictureStore::Database,
        search_memory_bytes: 1 << 20,
        sessions_remembered: 100,
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn nodes_that_start_at_once_on_an_empty_database_make_one_base() {
    if !Database::chosen().is_shared() {
        return;
    }
    for _ in 0..5 {
        let folder = tempfile::tempdir().unwrap();
        let base = Arc::new(Base::make(Database::chosen(), folder.path()).unwrap());
        let started = at_once(3, |number| {
            let base = Arc::clone(&base);
            async move {
                let store = base.open(START, Duration::from_secs(10)).await.unwrap();
                let accounts = Accounts::open(parts(store, number)).await.unwrap();
                let made = accounts.ensure_default_app().await.unwrap();
                (accounts, made.is_some())
            }
        });
        let started = started.await;
        assert_eq!(started.iter().filter(|(_, made)| *made).count(), 1, "default apps");
        let (first, _) = &started[0];
        for (node, _) in &started {
            let (ours, theirs) = (node.token_keys(), first.token_keys());
            assert!(theirs.verify(ours.current(), b"message", &ours.sign(b"message")));
            assert_eq!(node.list_apps(Actor::Operator).await.unwrap().len(), 1);
        }
    }
}
