//! Keys of the admin API.

use std::time::Duration;

use yaopai_accounts::{Actor, ListedApiKey, NewApiKey, Refusal};
use yaopai_model::limits::{API_KEY_USE_NOTED, API_KEYS_PER_ACCOUNT};
use yaopai_model::{ApiKey, ApiKeyName, ApiScope, ApiScopes, Role};

use crate::support::{World, refusal};

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

fn new_key(scopes: &str, days: u32) -> NewApiKey {
    NewApiKey {
        name: ApiKeyName::parse("nightly export").unwrap(),
        scopes: ApiScopes::parse(scopes).unwrap(),
        days,
    }
}

#[tokio::test]
async fn a_key_acts_for_the_account_that_made_it() {
    let world = World::new().await;
    let admin = world.signed_in("zhang", Role::Admin).await;
    let new = new_key("accounts.read", 30);
    let (key, text) = world
        .accounts
        .create_api_key(Actor::InConsole(&admin), new)
        .await
        .unwrap();
    assert_eq!(
        (key.account, key.expires_at),
        (admin.account.id, key.created_at.plus(DAY * 30))
    );

    let caller = world.accounts.authenticate_api_key(&text.expose()).await.unwrap();
    assert_eq!(caller.principal.account.id, admin.account.id);
    assert_eq!(caller.allows(ApiScope::ReadAccounts), Ok(()));
    assert_eq!(caller.allows(ApiScope::WriteAccounts), Err(Refusal::OutOfScope));

    // What it does is held to the holder's rank, and written down with the key.
    let target = world.account("li", Role::User).await;
    world
        .accounts
        .set_disabled(world.app, caller.actor(), target.id, true)
        .await
        .unwrap();
    let peer = world.account("wang", Role::Admin).await;
    let refused = world
        .accounts
        .set_disabled(world.app, caller.actor(), peer.id, true)
        .await;
    assert_eq!(refusal(refused), Refusal::RankTooLow);
    let actor = world.store.read(|db| {
        db.row(
            "select actor from audit_entries where app_id = 1 and action = 'account.disable'",
            &[],
        )?
        .unwrap()
        .text(0)
        .map(str::to_owned)
    });
    let expected = format!("account {} key {}", admin.account.id.0, key.id.as_str());
    assert_eq!(actor.await.unwrap(), expected);
}

#[tokio::test]
async fn only_the_very_key_opens() {
    let world = World::new().await;
    let root = world.signed_in("zhang", Role::Root).await;
    let (_, text) = world
        .accounts
        .create_api_key(Actor::InConsole(&root), new_key("audit", 1))
        .await
        .unwrap();
    let (_, other) = world
        .accounts
        .create_api_key(Actor::InConsole(&root), new_key("audit", 1))
        .await
        .unwrap();
    let crossed = format!("yk_{}_{}", text.id.as_str(), other.secret.expose());
    let unknown = format!("yk_{}_{}", "a".repeat(12), text.secret.expose());
    for text in ["", "yk_", &crossed, &unknown, text.expose().trim_start_matches('y')] {
        let refused = refusal(world.accounts.authenticate_api_key(text).await);
        assert_eq!(refused, Refusal::NotSignedIn, "{text:?}");
    }
    assert!(world.accounts.authenticate_api_key(&text.expose()).await.is_ok());
    world.clock.advance(DAY);
    assert_eq!(
        refusal(world.accounts.authenticate_api_key(&text.expose()).await),
        Refusal::AccessTokenExpired
    );
    for file in world.database_files() {
        let bytes = std::fs::read(world.folder.path().join(file)).unwrap();
        let needle = text.secret.expose().as_bytes();
        assert!(!bytes.windows(needle.len()).any(|window| window == needle), "{file}");
    }
}

#[tokio::test]
async fn a_revoked_key_is_over() {
    let world = World::new().await;
    let (root, admin) = (
        world.signed_in("zhang", Role::Root).await,
        world.signed_in("li", Role::Admin).await,
    );
    let auditor = world.signed_in("wang", Role::Auditor).await;
    let make = async |holder| {
        let made = world
            .accounts
            .create_api_key(Actor::InConsole(holder), new_key("audit", 1));
        made.await.unwrap()
    };
    let revoke = async |actor, key: &ApiKey| {
        let revoked = world
            .accounts
            .revoke_api_key(world.app, Actor::InConsole(actor), &key.id);
        revoked.await
    };
    let (own, own_text) = make(&auditor).await;
    revoke(&auditor, &own).await.unwrap();
    assert_eq!(
        refusal(world.accounts.authenticate_api_key(&own_text.expose()).await),
        Refusal::NotSignedIn
    );
    let (lower, _) = make(&auditor).await;
    revoke(&admin, &lower).await.unwrap();
    let (higher, higher_text) = make(&root).await;
    for actor in [&auditor, &admin] {
        assert_eq!(refusal(revoke(actor, &higher).await), Refusal::RankTooLow);
    }
    assert!(world.accounts.authenticate_api_key(&higher_text.expose()).await.is_ok());

    let listed = world
        .accounts
        .list_api_keys(world.app, Actor::InConsole(&auditor))
        .await
        .unwrap();
    assert_eq!(listed.len(), 3);
    let live = listed.iter().filter(|listed| listed.key.is_live(own.created_at));
    assert_eq!(live.count(), 1);
    assert!(
        listed.iter().all(|listed| !listed.may_revoke),
        "what has ended, and what is above an auditor"
    );
    let listed = world.accounts.list_api_keys(world.app, Actor::InConsole(&root)).await;
    let may_revoke = |listed: &ListedApiKey| listed.may_revoke.then(|| listed.key.id.clone());
    let revocable: Vec<_> = listed.unwrap().iter().filter_map(may_revoke).collect();
    assert_eq!(revocable, [higher.id]);
}

#[tokio::test]
async fn a_key_ends_with_its_holder() {
    let world = World::new().await;
    let accounts = &world.accounts;
    let admin = world.signed_in("zhang", Role::Admin).await;
    let id = admin.account.id;
    let make = async || {
        let made = accounts.create_api_key(Actor::InConsole(&admin), new_key("audit", 1));
        made.await.unwrap().1
    };
    let ask = async |text: &str| accounts.authenticate_api_key(text).await;

    // A lower rank that still keeps keys: the key has that rank.
    let text = make().await;
    accounts
        .set_role(world.app, Actor::Operator, id, Role::Auditor)
        .await
        .unwrap();
    let caller = ask(&text.expose()).await.unwrap();
    assert_eq!(caller.principal.account.role, Role::Auditor);
    // One that keeps none ends it for good.
    accounts
        .set_role(world.app, Actor::Operator, id, Role::User)
        .await
        .unwrap();
    assert_eq!(refusal(ask(&text.expose()).await), Refusal::NotSignedIn);
    accounts
        .set_role(world.app, Actor::Operator, id, Role::Admin)
        .await
        .unwrap();
    assert_eq!(refusal(ask(&text.expose()).await), Refusal::NotSignedIn);

    let text = make().await;
    accounts
        .set_disabled(world.app, Actor::Operator, id, true)
        .await
        .unwrap();
    accounts
        .set_disabled(world.app, Actor::Operator, id, false)
        .await
        .unwrap();
    assert_eq!(refusal(ask(&text.expose()).await), Refusal::NotSignedIn);
}

#[tokio::test]
async fn keys_have_bounds() {
    let world = World::new().await;
    let user = world.signed_in("zhang", Role::User).await;
    let refused = world
        .accounts
        .create_api_key(Actor::InConsole(&user), new_key("audit", 1));
    assert_eq!(refusal(refused.await), Refusal::RankTooLow);
    let refused = world.accounts.create_api_key(Actor::Operator, new_key("audit", 1));
    assert_eq!(refusal(refused.await), Refusal::RankTooLow, "an operator is no account");

    let auditor = world.signed_in("li", Role::Auditor).await;
    let make = async || {
        let made = world
            .accounts
            .create_api_key(Actor::InConsole(&auditor), new_key("audit", 10_000));
        made.await
    };
    for _ in 0..API_KEYS_PER_ACCOUNT {
        make().await.unwrap();
    }
    assert_eq!(refusal(make().await), Refusal::TooManyApiKeys);
    world.clock.advance(DAY * 365);
    let (key, _) = make().await.unwrap();
    assert_eq!(
        key.expires_at,
        key.created_at.plus(DAY * 365),
        "cut to the longest life"
    );

    // What ended is listed for a while, then swept away.
    world.accounts.sweep().await.unwrap();
    assert_eq!(
        world.count("select count(*) from api_keys").await,
        i64::from(API_KEYS_PER_ACCOUNT) + 1
    );
    world.clock.advance(DAY * 31);
    world.accounts.sweep().await.unwrap();
    assert_eq!(world.count("select count(*) from api_keys").await, 1);
}

#[tokio::test]
async fn use_is_noted_once_a_minute() {
    let world = World::new().await;
    let root = world.signed_in("zhang", Role::Root).await;
    let (key, text) = world
        .accounts
        .create_api_key(Actor::InConsole(&root), new_key("audit", 1))
        .await
        .unwrap();
    let used_at = async || {
        world.accounts.authenticate_api_key(&text.expose()).await.unwrap();
        let listed = world
            .accounts
            .list_api_keys(world.app, Actor::InConsole(&root))
            .await
            .unwrap();
        listed[0].key.last_used_at.unwrap()
    };
    assert_eq!(used_at().await, key.created_at);
    world.clock.advance(API_KEY_USE_NOTED / 2);
    assert_eq!(used_at().await, key.created_at);
    world.clock.advance(API_KEY_USE_NOTED / 2);
    assert_eq!(used_at().await, key.created_at.plus(API_KEY_USE_NOTED));
}

#[tokio::test]
async fn no_key_from_before_a_backup_opens_after_it_was_restored() {
    let world = World::new().await;
    let root = world.signed_in("zhang", Role::Root).await;
    let made = world
        .accounts
        .create_api_key(Actor::InConsole(&root), new_key("audit", 1));
    // Nobody knows which keys were revoked between the backup and the restore.
    let (_, text) = made.await.unwrap();
    world.accounts.void_after_restore().await.unwrap();
    let refused = world.accounts.authenticate_api_key(&text.expose()).await;
    assert_eq!(refusal(refused), Refusal::NotSignedIn);
}

#[tokio::test]
async fn ending_every_session_ends_every_key() {
    let world = World::new().await;
    let root = world.signed_in("zhang", Role::Root).await;
    let made = world
        .accounts
        .create_api_key(Actor::InConsole(&root), new_key("audit", 1));
    let (_, text) = made.await.unwrap();
    world.accounts.end_all_sessions().await.unwrap();
    let refused = world.accounts.authenticate_api_key(&text.expose()).await;
    assert_eq!(refusal(refused), Refusal::NotSignedIn);
}
