//! Who may write to whom, and what a changed address ends.

use yaopai_accounts::{AccountSelector, Actor, NewApp, Refusal};
use yaopai_courier::{Body, Notice};
use yaopai_model::{AppName, IdentifierKind, Role, TokenUse};
use yaopai_store::audit::{self, Chain};

use super::{bio, email, username};
use crate::support::{World, refusal};

#[tokio::test]
async fn an_admin_writes_to_those_below_only() {
    let world = World::new().await;
    let admin = world.signed_in("boss", Role::Admin).await;
    let other = world.account("other", Role::Admin).await;
    let root = world.account("top", Role::Root).await;
    let user = world.account("user", Role::User).await;
    let change = |id, change| {
        world
            .accounts
            .change_account(world.app, Actor::Account(&admin), id, change)
    };
    change(user.id, bio("hello")).await.unwrap();
    assert_eq!(world.row(&user).await.unwrap().profile.bio.unwrap().as_str(), "hello");
    for target in [&other, &root] {
        assert_eq!(refusal(change(target.id, bio("hello")).await), Refusal::RankTooLow);
        assert_eq!(
            refusal(change(target.id, email("x@example.com")).await),
            Refusal::RankTooLow
        );
        assert_eq!(world.row(target).await.as_ref(), Some(target));
    }
    assert_eq!(
        refusal(change(yaopai_model::AccountId(99), bio("")).await),
        Refusal::NoSuchAccount
    );

    let actor = world.signed_in("plain", Role::Auditor).await;
    let refused = world
        .accounts
        .change_account(world.app, Actor::Account(&actor), user.id, bio("x"))
        .await;
    assert_eq!(refusal(refused), Refusal::RankTooLow);
    let refused =
        world
            .accounts
            .change_account(world.app, Actor::Account(&actor), yaopai_model::AccountId(99), bio("x"));
    assert_eq!(
        refusal(refused.await),
        Refusal::RankTooLow,
        "does not tell who is there"
    );
}

#[tokio::test]
async fn of_their_own_administrators_change_name_and_signature_and_not_the_address() {
    let world = World::new().await;
    for (name, role) in [("a@example.com", Role::Admin), ("r@example.com", Role::Root)] {
        let own = world.signed_in(name, role).await;
        let change = |change| {
            world
                .accounts
                .change_account(world.app, Actor::Account(&own), own.account.id, change)
        };
        let mut same = email(&name.to_uppercase());
        same.bio = bio("mine").bio;
        change(same).await.unwrap();
        assert_eq!(refusal(change(email("new@example.com")).await), Refusal::NotOnSelf);
        let row = world.row(&own.account).await.unwrap();
        assert_eq!(row.email.unwrap().value.address(), name);
        assert_eq!(row.profile.bio.unwrap().as_str(), "mine");
    }
}

#[tokio::test]
async fn rank_is_the_databases_and_not_the_principals() {
    let world = World::new().await;
    let admin = world.signed_in("boss", Role::Admin).await;
    let user = world.account("user", Role::User).await;
    world
        .accounts
        .set_role(world.app, Actor::Operator, admin.account.id, Role::User)
        .await
        .unwrap();
    assert_eq!(admin.account.role, Role::Admin, "as it was when the request began");
    let refused = world
        .accounts
        .change_account(world.app, Actor::Account(&admin), user.id, bio("x"))
        .await;
    assert_eq!(refusal(refused), Refusal::RankTooLow);
    world
        .accounts
        .set_disabled(world.app, Actor::Operator, admin.account.id, true)
        .await
        .unwrap();
    let refused = world
        .accounts
        .change_account(world.app, Actor::Account(&admin), user.id, bio("x"))
        .await;
    assert_eq!(refusal(refused), Refusal::NotSignedIn);
}

#[tokio::test]
async fn nothing_crosses_apps() {
    let world = World::new().await;
    let new = NewApp {
        name: AppName::parse("other").unwrap(),
        hosts: Vec::new(),
        requests_per_second: None,
    };
    let (other, _) = world.accounts.create_app(Actor::Operator, new).await.unwrap();
    let root = world.signed_in("top", Role::Root).await;
    let user = world.account("user", Role::User).await;
    let refused = world
        .accounts
        .change_account(other.id, Actor::Account(&root), user.id, bio("x"))
        .await;
    assert_eq!(refusal(refused), Refusal::RankTooLow);
    let refused = world
        .accounts
        .change_account(other.id, Actor::Operator, user.id, bio("x"))
        .await;
    assert_eq!(refusal(refused), Refusal::NoSuchAccount);
    let selector = AccountSelector::parse("user").unwrap();
    assert_eq!(
        world.accounts.find_account(world.app, &selector).await.unwrap().id,
        user.id
    );
    assert_eq!(
        refusal(world.accounts.find_account(other.id, &selector).await),
        Refusal::NoSuchAccount
    );
    let selector = AccountSelector::Id(user.id);
    assert_eq!(
        refusal(world.accounts.find_account(other.id, &selector).await),
        Refusal::NoSuchAccount
    );
}

#[tokio::test]
async fn a_new_address_is_unproven_ends_sessions_and_tells_the_old_one() {
    let world = World::new().await;
    let admin = world.signed_in("boss", Role::Admin).await;
    let user = world.account("Old@example.com", Role::User).await;
    assert!(user.email.as_ref().unwrap().proven_at.is_some());
    let token = world.sign_in("old@example.com").await.token(TokenUse::Session);

    let change = |change| {
        world
            .accounts
            .change_account(world.app, Actor::Account(&admin), user.id, change)
    };
    change(email("OLD@EXAMPLE.COM")).await.unwrap();
    assert!(
        world.accounts.authenticate(world.app, &token).await.is_ok(),
        "the same address is no change"
    );
    assert_eq!(world.count("select count(*) from deliveries").await, 0);

    change(email("new@example.com")).await.unwrap();
    assert_eq!(
        refusal(world.accounts.authenticate(world.app, &token).await),
        Refusal::NotSignedIn
    );
    let row = world.row(&user).await.unwrap();
    let held = row.email.as_ref().unwrap();
    assert_eq!((held.value.address(), held.proven_at), ("new@example.com", None));
    assert_eq!(row.verified_at, None);
    assert_eq!(row.epoch, user.epoch + 1);

    world.accounts.deliver_due().await.unwrap();
    let taken = world.mail.taken();
    assert_eq!(taken.len(), 1);
    assert_eq!(taken[0].to, "Old@example.com");
    assert!(matches!(taken[0].body, Body::Notice(Notice::EmailChanged)));

    // The old address is free, the new one taken.
    world.account("old@example.com", Role::User).await;
    let other = world.account("third@example.com", Role::User).await;
    let refused = world
        .accounts
        .change_account(world.app, Actor::Account(&admin), other.id, email("NEW@example.com"));
    assert_eq!(refusal(refused.await), Refusal::Taken(IdentifierKind::Email));
    assert_eq!(world.row(&other).await.as_ref(), Some(&other));
}

#[tokio::test]
async fn usernames_are_unique_and_reserved_ones_an_operators_to_give() {
    let world = World::new().await;
    let root = world.signed_in("top", Role::Root).await;
    let one = world.account("one", Role::User).await;
    world.account("two", Role::User).await;
    let change = |actor, change| world.accounts.change_account(world.app, actor, one.id, change);
    let refused = change(Actor::Account(&root), username("Two")).await;
    assert_eq!(refusal(refused), Refusal::Taken(IdentifierKind::Username));
    let refused = change(Actor::Account(&root), username("admin")).await;
    assert_eq!(refusal(refused), Refusal::ReservedUsername);
    change(Actor::Operator, username("admin")).await.unwrap();
    change(Actor::Account(&root), username("Admin")).await.unwrap();
    assert_eq!(world.row(&one).await.unwrap().username.unwrap().as_str(), "Admin");
}

#[tokio::test]
async fn what_is_done_is_written_down_and_what_is_refused_is_not() {
    let world = World::new().await;
    let root = world.signed_in("top", Role::Root).await;
    let user = world.account("user", Role::User).await;
    let app = world.app;
    let entries = async || match world
        .store
        .scan(move |db| audit::verify(db, app, 0, 100))
        .await
        .unwrap()
    {
        Chain::Whole { up_to, .. } => up_to,
        Chain::BrokenAt { number } => panic!("broken at {number}"),
    };
    // The app itself, and the two accounts.
    assert_eq!(entries().await, 3);
    let actor = || Actor::Account(&root);
    world
        .accounts
        .change_account(app, actor(), user.id, bio("x"))
        .await
        .unwrap();
    world
        .accounts
        .set_role(app, actor(), user.id, Role::Admin)
        .await
        .unwrap();
    world.accounts.set_disabled(app, actor(), user.id, true).await.unwrap();
    assert_eq!(entries().await, 6);
    refusal(world.accounts.set_role(app, actor(), root.account.id, Role::User).await);
    assert_eq!(entries().await, 6);
    world.accounts.delete_account(app, actor(), user.id).await.unwrap();
    assert_eq!(entries().await, 7);
}
