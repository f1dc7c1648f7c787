//! Disabling and deleting.

use yaopai_accounts::{Actor, FailureRule, NewAccount, Refusal};
use yaopai_model::{Identifier, IdentifierKind, Role, SessionKind, SettingKey, SettingValue, TokenUse};

use crate::support::{World, caller, password, refusal};

#[tokio::test]
async fn a_disabled_account_is_out_at_once_and_back_when_enabled() {
    let world = World::new().await;
    let admin = world.signed_in("boss", Role::Admin).await;
    let user = world.account("user", Role::User).await;
    let token = world.sign_in("user").await.token(TokenUse::Session);
    let set = |id, disabled| {
        world
            .accounts
            .set_disabled(world.app, Actor::Account(&admin), id, disabled)
    };
    set(user.id, true).await.unwrap();
    assert_eq!(
        refusal(world.accounts.authenticate(world.app, &token).await),
        Refusal::NotSignedIn
    );
    let identifier = Identifier::parse("user").unwrap();
    let caller = caller();
    let refused = world.accounts.sign_in_with_password(
        world.app,
        &identifier,
        password(),
        FailureRule::Wait,
        SessionKind::Week,
        &caller,
    );
    assert_eq!(refusal(refused.await.map(|_| ())), Refusal::AccountDisabled);
    set(user.id, false).await.unwrap();
    assert_eq!(
        refusal(world.accounts.authenticate(world.app, &token).await),
        Refusal::NotSignedIn
    );
    world.sign_in("user").await;
    assert_eq!(refusal(set(admin.account.id, true).await), Refusal::NotOnSelf);
}

#[tokio::test]
async fn a_deleted_account_leaves_nothing_and_frees_its_identifiers() {
    let world = World::new().await;
    let admin = world.signed_in("boss", Role::Admin).await;
    let identifiers = ["user", "user@example.com", "13800138009"].map(|text| Identifier::parse(text).unwrap());
    let new = || NewAccount {
        identifiers: identifiers.to_vec(),
        password: password(),
        role: Role::User,
    };
    let user = world.accounts.create_account(world.app, new()).await.unwrap();
    assert_eq!(
        refusal(world.accounts.create_account(world.app, new()).await),
        Refusal::Taken(IdentifierKind::Phone)
    );
    let token = world.sign_in("13800138009").await.token(TokenUse::Session);
    let principal = world.accounts.authenticate(world.app, &token).await.unwrap();
    let (key, value) = (SettingKey::parse("k").unwrap(), SettingValue::parse("v").unwrap());
    world.accounts.set_setting(&principal, key, value).await.unwrap();

    world
        .accounts
        .delete_account(world.app, Actor::Account(&admin), user.id)
        .await
        .unwrap();
    assert_eq!(
        refusal(world.accounts.authenticate(world.app, &token).await),
        Refusal::AccountGone
    );
    // The administrator's rows are all that is left.
    for (sql, left) in [
        ("select count(*) from accounts", 1),
        ("select count(*) from identifiers", 2),
        ("select count(*) from passwords", 1),
        ("select count(*) from sessions", 1),
        ("select count(*) from settings", 0),
    ] {
        assert_eq!(world.count(sql).await, left, "{sql}");
    }
    let again = world.accounts.create_account(world.app, new()).await.unwrap();
    assert_ne!(again.id, user.id, "numbers are not given twice");
    let refused = world
        .accounts
        .delete_account(world.app, Actor::Account(&admin), user.id)
        .await;
    assert_eq!(refusal(refused), Refusal::NoSuchAccount);
    let refused = world
        .accounts
        .delete_account(world.app, Actor::Account(&admin), admin.account.id)
        .await;
    assert_eq!(refusal(refused), Refusal::NotOnSelf);
}
