//! What a call does counts on the next one, while many others go on asking by the same sessions.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use yaopai_accounts::{Actor, Principal, ProfileChange, Refusal, Token};
use yaopai_model::{Nickname, Role, TokenUse};

use crate::support::{World, caller, refusal};
use crate::{rounds, world};

/// Asks by a session over and over until it is dropped, so that what a look-up gave is remembered at every moment there is.
struct Readers(Arc<AtomicBool>);

impl Readers {
    fn start(world: &World, token: &Token) -> Self {
        let done = Arc::new(AtomicBool::new(false));
        for _ in 0..3 {
            let (node, app, token, done) = (world.node(), world.app, token.clone(), Arc::clone(&done));
            tokio::spawn(async move {
                while !done.load(Ordering::Relaxed) {
                    let _ = node.authenticate(app, &token).await;
                    tokio::task::yield_now().await;
                }
            });
        }
        Self(done)
    }
}

impl Drop for Readers {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

async fn ask(world: &World, token: &Token) -> Principal {
    world.node().authenticate(world.app, token).await.unwrap()
}

async fn is_refused(world: &World, token: &Token) {
    assert_eq!(
        refusal(world.node().authenticate(world.app, token).await),
        Refusal::NotSignedIn
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn what_was_changed_is_what_the_next_call_sees() {
    let world = world().await;
    let id = world.account("yao", Role::User).await.id;
    let token = world.sign_in("yao").await.token(TokenUse::Session);
    let _readers = Readers::start(&world, &token);
    for round in 0..rounds() {
        let nickname = Nickname::parse(&format!("第{round}次")).unwrap();
        let change = ProfileChange {
            nickname: Some(nickname.clone()),
            ..ProfileChange::default()
        };
        let principal = ask(&world, &token).await;
        world.node().change_profile(&principal, change).await.unwrap();
        assert_eq!(ask(&world, &token).await.account.profile.nickname, Some(nickname));

        let role = if round % 2 == 0 { Role::Admin } else { Role::User };
        let node = world.node();
        node.set_role(world.app, Actor::Operator, id, role).await.unwrap();
        assert_eq!(ask(&world, &token).await.account.role, role);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn whoever_is_disabled_is_refused_on_the_next_call() {
    let world = world().await;
    let id = world.account("yao", Role::User).await.id;
    for _ in 0..rounds() / 4 {
        let token = world.sign_in("yao").await.token(TokenUse::Session);
        let _readers = Readers::start(&world, &token);
        ask(&world, &token).await;
        let disable = |disabled| {
            let node = world.node();
            async move { node.set_disabled(world.app, Actor::Operator, id, disabled).await }
        };
        disable(true).await.unwrap();
        is_refused(&world, &token).await;
        disable(false).await.unwrap();
        is_refused(&world, &token).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_session_that_was_ended_is_refused_on_the_next_call() {
    let world = world().await;
    let id = world.account("yao", Role::User).await.id;
    for round in 0..rounds() / 4 {
        let token = world.sign_in("yao").await.token(TokenUse::Session);
        let _readers = Readers::start(&world, &token);
        let principal = ask(&world, &token).await;
        let node = world.node();
        match round % 4 {
            0 => node.sign_out(&principal, &caller()).await,
            1 => node.end_sessions_of(world.app, Actor::Operator, id).await,
            _ => node.end_all_sessions().await,
        }
        .unwrap();
        is_refused(&world, &token).await;
    }
}
