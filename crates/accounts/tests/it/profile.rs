//! Profiles: usernames, pictures, other apps' accounts.

use std::time::Duration;

use yaopai_accounts::{Actor, NewApp, ProfileChange, Refusal};
use yaopai_model::limits::{INFO_CALLS_PER_MINUTE, UPLOAD_USABLE};
use yaopai_model::{AppName, Bio, Gender, IdentifierKind, Nickname, PictureName, Role, TokenUse, Username};

use crate::support::{World, refusal};
use crate::upload::png;

fn username(text: &str) -> ProfileChange {
    ProfileChange {
        username: Some(Username::parse(text).unwrap()),
        ..ProfileChange::default()
    }
}

fn avatar(name: &PictureName) -> ProfileChange {
    ProfileChange {
        avatar: Some(name.clone()),
        ..ProfileChange::default()
    }
}

fn cover(name: &PictureName) -> ProfileChange {
    ProfileChange {
        cover: Some(name.clone()),
        ..ProfileChange::default()
    }
}

#[tokio::test]
async fn another_apps_accounts_are_none() {
    let world = World::new().await;
    let one = world.account("one", Role::User).await;
    let new = NewApp {
        name: AppName::parse("other").unwrap(),
        hosts: Vec::new(),
        requests_per_second: None,
    };
    let (other, _) = world.accounts.create_app(Actor::Operator, new).await.unwrap();
    assert!(world.accounts.account_by_id(world.app, one.id).await.unwrap().is_some());
    assert!(world.accounts.account_by_id(other.id, one.id).await.unwrap().is_none());
    let name = Username::parse("ONE").unwrap();
    assert_eq!(
        world.accounts.account_by_username(world.app, &name).await.unwrap(),
        Some(one.id)
    );
    assert_eq!(world.accounts.account_by_username(other.id, &name).await.unwrap(), None);
}

#[tokio::test]
async fn only_what_is_named_changes() {
    let world = World::new().await;
    let one = world.signed_in("one", Role::User).await;
    let before = world.row(&one.account).await.unwrap();
    let change = ProfileChange {
        bio: Some(Bio::parse("你好").unwrap()),
        gender: Some(Some(Gender::Female)),
        ..ProfileChange::default()
    };
    world.accounts.change_profile(&one, change).await.unwrap();
    let mut expected = before;
    expected.profile.bio = Some(Bio::parse("你好").unwrap());
    expected.profile.gender = Some(Gender::Female);
    assert_eq!(world.row(&one.account).await.unwrap(), expected);

    let change = ProfileChange {
        gender: Some(None),
        ..ProfileChange::default()
    };
    world.accounts.change_profile(&one, change).await.unwrap();
    expected.profile.gender = None;
    assert_eq!(world.row(&one.account).await.unwrap(), expected);
}

#[tokio::test]
async fn a_new_username_frees_the_old_one() {
    let world = World::new().await;
    let one = world.signed_in("one", Role::User).await;
    let two = world.signed_in("two", Role::User).await;
    let refused = refusal(world.accounts.change_profile(&one, username("TWO")).await);
    assert_eq!(refused, Refusal::Taken(IdentifierKind::Username));
    world.accounts.change_profile(&one, username("three")).await.unwrap();
    world.accounts.change_profile(&two, username("one")).await.unwrap();
    let found = world
        .accounts
        .account_by_username(world.app, &Username::parse("one").unwrap())
        .await
        .unwrap();
    assert_eq!(found, Some(two.account.id));
    let found = world
        .accounts
        .account_by_username(world.app, &Username::parse("two").unwrap())
        .await
        .unwrap();
    assert_eq!(found, None);
}

#[tokio::test]
async fn a_refused_change_changes_nothing() {
    let world = World::new().await;
    let one = world.signed_in("one", Role::User).await;
    world.signed_in("two", Role::User).await;
    let before = world.row(&one.account).await.unwrap();
    let change = ProfileChange {
        nickname: Some(Nickname::parse("new").unwrap()),
        ..username("two")
    };
    refusal(world.accounts.change_profile(&one, change).await);
    let change = ProfileChange {
        nickname: Some(Nickname::parse("new").unwrap()),
        avatar: Some(PictureName::parse(&format!("{}.png", "0".repeat(32))).unwrap()),
        ..username("three")
    };
    let refused = refusal(world.accounts.change_profile(&one, change).await);
    assert_eq!(refused, Refusal::PictureNotOwn);
    assert_eq!(world.row(&one.account).await.unwrap(), before);
    let found = world
        .accounts
        .account_by_username(world.app, &Username::parse("one").unwrap())
        .await
        .unwrap();
    assert_eq!(found, Some(one.account.id));
}

#[tokio::test]
async fn another_spelling_of_ones_username_is_ones_own() {
    let world = World::new().await;
    let one = world.signed_in("one", Role::User).await;
    world.accounts.change_profile(&one, username("One")).await.unwrap();
    let row = world.row(&one.account).await.unwrap();
    assert_eq!(row.username.unwrap().as_str(), "One");
    assert_eq!(
        world
            .count("select count(*) from identifiers where kind = 'username'")
            .await,
        1
    );
}

#[tokio::test]
async fn reserved_usernames_are_only_kept() {
    let world = World::new().await;
    let one = world.signed_in("one", Role::User).await;
    let refused = refusal(world.accounts.change_profile(&one, username("Root")).await);
    assert_eq!(refused, Refusal::ReservedUsername);
    let root = world.signed_in("root", Role::Root).await;
    world.accounts.change_profile(&root, username("Root")).await.unwrap();
}

#[tokio::test]
async fn an_avatar_is_ones_own_upload_of_the_last_twenty_minutes() {
    let world = World::new().await;
    let one = world.signed_in("one", Role::User).await;
    let two = world.signed_in("two", Role::User).await;
    let name = world.accounts.upload_picture(&one, png()).await.unwrap();
    let refused = refusal(world.accounts.change_profile(&two, avatar(&name)).await);
    assert_eq!(refused, Refusal::PictureNotOwn);

    world.clock.advance(UPLOAD_USABLE - Duration::from_millis(1));
    world.accounts.change_profile(&one, avatar(&name)).await.unwrap();
    world.clock.advance(Duration::from_millis(1));
    let refused = refusal(world.accounts.change_profile(&one, cover(&name)).await);
    assert_eq!(refused, Refusal::PictureNotOwn, "too old by now");
    // The one that stands there can be sent back for ever.
    world.accounts.change_profile(&one, avatar(&name)).await.unwrap();
}

#[tokio::test]
async fn a_replaced_picture_is_an_orphan_unless_it_stands_elsewhere() {
    let world = World::new().await;
    let one = world.signed_in("one", Role::User).await;
    let first = world.accounts.upload_picture(&one, png()).await.unwrap();
    let second = world.accounts.upload_picture(&one, png()).await.unwrap();
    let orphans = "select count(*) from pictures where used_at is null";
    assert_eq!(world.count(orphans).await, 2);
    world.accounts.change_profile(&one, avatar(&first)).await.unwrap();
    world.accounts.change_profile(&one, cover(&first)).await.unwrap();
    assert_eq!(world.count(orphans).await, 1);
    world.accounts.change_profile(&one, avatar(&second)).await.unwrap();
    assert_eq!(world.count(orphans).await, 0, "the cover still has the first");
    world.accounts.change_profile(&one, cover(&second)).await.unwrap();
    assert_eq!(world.count(orphans).await, 1);
}

#[tokio::test]
async fn thirty_info_calls_a_minute() {
    let world = World::new().await;
    let one = world.signed_in("one", Role::User).await;
    let two = world.signed_in("two", Role::User).await;
    for _ in 0..INFO_CALLS_PER_MINUTE {
        world.accounts.count_info_call(&one).await.unwrap();
    }
    let refused = refusal(world.accounts.count_info_call(&one).await);
    assert_eq!(refused, Refusal::TooManyCalls { seconds: 60 });
    world.accounts.count_info_call(&two).await.unwrap();
    world.clock.advance(Duration::from_secs(60));
    world.accounts.count_info_call(&one).await.unwrap();
}

#[tokio::test]
async fn info_calls_are_an_accounts_by_whichever_token_and_however_it_changes() {
    let world = World::new().await;
    let account = world.account("one", Role::User).await;
    let tokens = [world.sign_in("one").await, world.sign_in("one").await].map(|to| to.token(TokenUse::Session));
    let asking = async |number: u32| {
        let token = &tokens[number as usize % tokens.len()];
        world.accounts.authenticate(account.app, token).await.unwrap()
    };
    for number in 0..INFO_CALLS_PER_MINUTE {
        let principal = asking(number).await;
        world.accounts.count_info_call(&principal).await.unwrap();
        if number == INFO_CALLS_PER_MINUTE / 2 {
            let change = username("another_name");
            world.accounts.change_profile(&principal, change).await.unwrap();
        }
    }
    for number in 0..2 {
        let refused = refusal(world.accounts.count_info_call(&asking(number).await).await);
        assert_eq!(refused, Refusal::TooManyCalls { seconds: 60 });
    }
}
