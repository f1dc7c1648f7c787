//! Sessions of pages: where they hold, when they end, and showing the password again.

use std::time::Duration;

use yaopai_accounts::{
    Actor, FailureRule, PageKey, PageSession, PageUse, Refusal, SignedIn, form_token, is_form_token,
};
use yaopai_model::limits::{CONFIRMATION_LIFE, PAGE_SESSION_IDLE, PAGE_SESSION_LIFE};
use yaopai_model::{Identifier, Password, Role, SessionKind, SessionScope, SessionSecret, TokenUse};

use crate::steps::from;
use crate::support::{World, caller, password, refusal};

const INSTANT: Duration = Duration::from_millis(1);

async fn enter(world: &World, identifier: &str, kind: SessionKind) -> yaopai_accounts::Outcome<SignedIn> {
    let identifier = Identifier::parse(identifier).unwrap();
    let caller = caller();
    world
        .accounts
        .sign_in_with_password(world.app, &identifier, password(), FailureRule::Wait, kind, &caller)
        .await
}

async fn console(world: &World, identifier: &str) -> PageKey {
    enter(world, identifier, SessionKind::Console).await.unwrap().page_key()
}

async fn open(world: &World, key: &PageKey) -> yaopai_accounts::Outcome<PageSession> {
    let used = PageUse::ByPerson;
    world.accounts.page_session(SessionScope::Console, key, used).await
}

#[tokio::test]
async fn the_console_is_for_those_who_may_look_at_others() {
    let world = World::new().await;
    for (name, role) in [("yao", Role::User), ("audrey", Role::Auditor), ("adam", Role::Admin)] {
        world.account(name, role).await;
    }
    for name in ["audrey", "adam"] {
        assert!(open(&world, &console(&world, name).await).await.is_ok(), "{name}");
    }
    // More often than wrong passwords are borne: a right one is no failure.
    for _ in 0..7 {
        assert_eq!(
            refusal(enter(&world, "yao", SessionKind::Console).await),
            Refusal::RankTooLow
        );
    }
    assert_eq!(
        world
            .count("select count(*) from sessions where scope = 'console'")
            .await,
        2
    );
    assert!(enter(&world, "yao", SessionKind::AccountPage).await.is_ok());
}

#[tokio::test]
async fn a_session_holds_where_it_was_begun_and_nowhere_else() {
    let world = World::new().await;
    world.account("root", Role::Root).await;
    let wire = enter(&world, "root", SessionKind::Week).await.unwrap();
    let page = enter(&world, "root", SessionKind::AccountPage).await.unwrap();
    let console = console(&world, "root").await;
    assert_eq!(refusal(open(&world, &wire.page_key()).await), Refusal::NotSignedIn);
    assert_eq!(refusal(open(&world, &page.page_key()).await), Refusal::NotSignedIn);
    let elsewhere = world
        .accounts
        .page_session(SessionScope::AccountPage, &console, PageUse::ByPerson)
        .await;
    assert_eq!(refusal(elsewhere), Refusal::NotSignedIn);
    let other_secret = PageKey {
        secret: SessionSecret::draw(world.entropy.as_ref()),
        ..console.clone()
    };
    assert_eq!(refusal(open(&world, &other_secret).await), Refusal::NotSignedIn);
    assert!(open(&world, &console).await.is_ok());
}

#[tokio::test]
async fn it_ends_when_it_is_left_alone_and_in_any_case() {
    let world = World::new().await;
    world.account("root", Role::Root).await;
    let key = console(&world, "root").await;
    world.clock.advance(PAGE_SESSION_IDLE - INSTANT);
    assert!(open(&world, &key).await.is_ok());
    world.clock.advance(PAGE_SESSION_IDLE - INSTANT);
    assert!(open(&world, &key).await.is_ok(), "its use was noted");
    world.clock.advance(PAGE_SESSION_IDLE);
    assert_eq!(refusal(open(&world, &key).await), Refusal::NotSignedIn);

    let key = console(&world, "root").await;
    let mut lived = Duration::ZERO;
    while lived + PAGE_SESSION_IDLE / 2 < PAGE_SESSION_LIFE {
        lived += PAGE_SESSION_IDLE / 2;
        world.clock.advance(PAGE_SESSION_IDLE / 2);
        assert!(open(&world, &key).await.is_ok());
    }
    world.clock.advance(PAGE_SESSION_LIFE - lived);
    assert_eq!(refusal(open(&world, &key).await), Refusal::NotSignedIn);
}

#[tokio::test]
async fn what_a_page_asks_for_by_itself_keeps_no_session_alive() {
    let world = World::new().await;
    world.account("root", Role::Root).await;
    let key = console(&world, "root").await;
    let by_itself = || {
        let used = PageUse::InBackground;
        world.accounts.page_session(SessionScope::Console, &key, used)
    };
    world.clock.advance(PAGE_SESSION_IDLE - INSTANT);
    assert!(by_itself().await.is_ok());
    world.clock.advance(INSTANT);
    assert_eq!(refusal(by_itself().await), Refusal::NotSignedIn);
}

#[tokio::test]
async fn it_ends_with_the_rank_the_account_and_all_sessions() {
    let world = World::new().await;
    let root = world.signed_in("root", Role::Root).await;
    let actor = || Actor::Account(&root);
    let admin = world.account("adam", Role::Admin).await;
    let key = console(&world, "adam").await;
    world
        .accounts
        .set_role(world.app, actor(), admin.id, Role::User)
        .await
        .unwrap();
    assert_eq!(refusal(open(&world, &key).await), Refusal::NotSignedIn);

    world
        .accounts
        .set_role(world.app, actor(), admin.id, Role::Auditor)
        .await
        .unwrap();
    let key = console(&world, "adam").await;
    world
        .accounts
        .set_disabled(world.app, actor(), admin.id, true)
        .await
        .unwrap();
    assert_eq!(refusal(open(&world, &key).await), Refusal::NotSignedIn);

    let key = console(&world, "root").await;
    world.accounts.sign_out(&root, &caller()).await.unwrap();
    assert_eq!(refusal(open(&world, &key).await), Refusal::NotSignedIn);

    let (left, kept) = (console(&world, "root").await, console(&world, "root").await);
    let session = open(&world, &left).await.unwrap();
    world.accounts.end_page_session(&session, &caller()).await.unwrap();
    assert_eq!(refusal(open(&world, &left).await), Refusal::NotSignedIn);
    assert!(open(&world, &kept).await.is_ok(), "one ends alone");
}

#[tokio::test]
async fn the_password_shown_again_opens_for_a_while() {
    let world = World::new().await;
    world.account("root", Role::Root).await;
    let (key, other) = (console(&world, "root").await, console(&world, "root").await);
    let session = open(&world, &key).await.unwrap();
    assert_eq!(
        session.confirmed_until, None,
        "the password of the sign-in is not enough"
    );

    let wrong = Password::presented("wrong horse").unwrap();
    for _ in 0..5 {
        let refused = world
            .accounts
            .confirm_password(&session, wrong.clone(), &caller())
            .await;
        assert_eq!(refusal(refused), Refusal::WrongCredentials);
    }
    let waiting = world.accounts.confirm_password(&session, password(), &caller()).await;
    assert_eq!(refusal(waiting), Refusal::PasswordWait { seconds: 30 });
    world.clock.advance(Duration::from_secs(30));
    let confirmed = world
        .accounts
        .confirm_password(&session, password(), &caller())
        .await
        .unwrap();
    assert!(confirmed.confirmed_until.is_some());

    assert_eq!(
        open(&world, &key).await.unwrap().confirmed_until,
        confirmed.confirmed_until
    );
    assert_eq!(open(&world, &other).await.unwrap().confirmed_until, None);
    world.clock.advance(CONFIRMATION_LIFE);
    assert_eq!(open(&world, &key).await.unwrap().confirmed_until, None);
}

#[tokio::test]
async fn strangers_who_fail_to_sign_in_stop_nobody_who_has() {
    let world = World::new().await;
    world.account("root", Role::Root).await;
    let key = console(&world, "root").await;
    let session = open(&world, &key).await.unwrap();
    let name = Identifier::parse("root").unwrap();
    let sign_in = async |password, source| {
        let (rule, kind, caller) = (FailureRule::Wait, SessionKind::Console, from(source));
        let signed_in = world
            .accounts
            .sign_in_with_password(world.app, &name, password, rule, kind, &caller);
        signed_in.await
    };
    for failure in 0..100 {
        let wrong = Password::presented("wrong horse").unwrap();
        assert_eq!(refusal(sign_in(wrong, failure / 5).await), Refusal::WrongCredentials);
    }
    let closed = refusal(sign_in(password(), 50).await);
    assert!(matches!(closed, Refusal::PasswordPathClosed { .. }), "{closed:?}");
    let confirmed = world
        .accounts
        .confirm_password(&session, password(), &caller())
        .await
        .unwrap();
    assert!(confirmed.confirmed_until.is_some());
}

#[tokio::test]
async fn pages_and_wires_do_not_push_each_other_out() {
    let world = World::new().await;
    world.account("root", Role::Root).await;
    let token = world.sign_in("root").await.token(TokenUse::Session);
    let first = console(&world, "root").await;
    for _ in 0..10 {
        world.clock.advance(INSTANT);
        console(&world, "root").await;
    }
    assert!(world.accounts.authenticate(world.app, &token).await.is_ok());
    assert_eq!(refusal(open(&world, &first).await), Refusal::NotSignedIn);
}

#[test]
fn a_form_token_is_that_of_its_secret() {
    let (secret, other) = (SessionSecret::from_bytes([1; 32]), SessionSecret::from_bytes([2; 32]));
    assert!(is_form_token(&secret, &form_token(&secret)));
    for wrong in [form_token(&other), String::new(), form_token(&secret).split_off(1)] {
        assert!(!is_form_token(&secret, &wrong));
    }
}
