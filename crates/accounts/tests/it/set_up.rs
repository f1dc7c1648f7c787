//! The link by which the first root account is made.

use std::time::Duration;

use yaopai_accounts::{Actor, FirstRoot, PageUse, Refusal, SetUp};
use yaopai_model::{IdentifierKind, Password, Role, SessionScope, SetupSecret, Username};

use crate::steps::from;
use crate::support::{World, refusal};

const HOUR: Duration = Duration::from_secs(60 * 60);

fn first_root(name: &str) -> FirstRoot {
    FirstRoot {
        username: Username::parse(name).unwrap(),
        password: Password::presented("correct horse").unwrap(),
        wants_app_secret: false,
    }
}

async fn set_up(world: &World, secret: &SetupSecret, root: FirstRoot) -> yaopai_accounts::Outcome<SetUp> {
    world.accounts.set_up(secret, root, &from(1)).await
}

async fn link(world: &World) -> SetupSecret {
    world.accounts.new_setup_link().await.unwrap().unwrap()
}

#[tokio::test]
async fn it_makes_one_root_who_is_signed_in() {
    let world = World::new().await;
    assert!(!world.accounts.is_set_up().await.unwrap());
    let secret = link(&world).await;
    let SetUp { signed_in, app } = set_up(&world, &secret, first_root("laoban")).await.unwrap();
    assert!(app.is_none());
    assert_eq!(signed_in.account.role, Role::Root);
    let session = world
        .accounts
        .page_session(SessionScope::Console, &signed_in.page_key(), PageUse::ByPerson)
        .await
        .unwrap();
    assert_eq!(session.principal.account.id, signed_in.account.id);

    assert!(world.accounts.is_set_up().await.unwrap());
    assert!(world.accounts.new_setup_link().await.unwrap().is_none());
    let again = set_up(&world, &secret, first_root("another")).await;
    assert_eq!(refusal(again), Refusal::WrongCode);
    // The one root cannot be got rid of, so that the link stays closed.
    let last = world
        .accounts
        .set_role(world.app, Actor::Operator, signed_in.account.id, Role::User);
    assert_eq!(refusal(last.await), Refusal::LastRoot);
}

#[tokio::test]
async fn it_lives_for_an_hour() {
    let world = World::new().await;
    let secret = link(&world).await;
    world.clock.advance(HOUR);
    let late = set_up(&world, &secret, first_root("laoban")).await;
    assert_eq!(refusal(late), Refusal::WrongCode);
    let secret = link(&world).await;
    world.clock.advance(HOUR - Duration::from_millis(1));
    set_up(&world, &secret, first_root("laoban")).await.unwrap();
}

#[tokio::test]
async fn a_new_link_voids_the_one_before() {
    let world = World::new().await;
    let (old, new) = (link(&world).await, link(&world).await);
    assert_eq!(
        refusal(set_up(&world, &old, first_root("laoban")).await),
        Refusal::WrongCode
    );
    set_up(&world, &new, first_root("laoban")).await.unwrap();
}

#[tokio::test]
async fn a_link_is_of_no_use_once_a_root_was_made_otherwise() {
    let world = World::new().await;
    let secret = link(&world).await;
    world.account("admin_by_hand", Role::Root).await;
    assert_eq!(
        refusal(set_up(&world, &secret, first_root("laoban")).await),
        Refusal::WrongCode
    );
    assert!(world.accounts.is_set_up().await.unwrap());
}

#[tokio::test]
async fn what_is_refused_leaves_the_link_as_it_was() {
    let world = World::new().await;
    let secret = link(&world).await;
    world.account("laoban", Role::User).await;
    assert_eq!(
        refusal(set_up(&world, &secret, first_root("laoban")).await),
        Refusal::Taken(IdentifierKind::Username)
    );
    set_up(&world, &secret, first_root("another")).await.unwrap();
}

#[tokio::test]
async fn wrong_secrets_are_counted_by_their_source() {
    let world = World::new().await;
    let secret = link(&world).await;
    let wrong = SetupSecret::draw(world.entropy.as_ref());
    let mut tries = 0;
    loop {
        let refused = refusal(set_up(&world, &wrong, first_root("laoban")).await);
        if refused != Refusal::WrongCode {
            assert!(matches!(refused, Refusal::SourceFailedTooOften { .. }), "{refused:?}");
            break;
        }
        tries += 1;
        assert!(tries < 1_000, "nobody counts");
    }
    let elsewhere = from(9);
    let set_up = world.accounts.set_up(&secret, first_root("laoban"), &elsewhere);
    set_up.await.unwrap();
}

#[tokio::test]
async fn fresh_keys_take_the_place_of_those_shown_before() {
    let world = World::new().await;
    let app = world.accounts.app_of_host(None).await.unwrap();
    let (_, before) = world
        .accounts
        .rotate_app_secret(Actor::Operator, &app.key, Duration::ZERO)
        .await
        .unwrap();
    let secret = link(&world).await;
    let root = FirstRoot {
        wants_app_secret: true,
        ..first_root("laoban")
    };
    let (app, fresh) = set_up(&world, &secret, root).await.unwrap().app.unwrap();
    let held = world.accounts.app_by_secret(app.key.as_str(), fresh.expose()).await;
    assert_eq!(held.unwrap(), world.app);
    let void = world.accounts.app_by_secret(app.key.as_str(), before.expose()).await;
    assert_eq!(refusal(void), Refusal::UnknownApp);
}
