//! What operators do for one account: looking, revealing, ending sessions, sending a code, granting, making it.

use yaopai_accounts::{AccountChange, Action, Actor, CodeTarget, NewAccount, NewApp, Refusal};
use yaopai_model::{
    AccountId, AppName, Identifier, IdentifierKind, Location, Nickname, Permission, Phone, Preferences, Role,
    SettingKey, SettingValue, TokenUse,
};

use crate::support::{World, caller, password, refusal};

fn key(text: &str) -> SettingKey {
    SettingKey::parse(text).unwrap()
}

#[tokio::test]
async fn an_auditor_inspects_and_only_an_admin_reveals() {
    let world = World::new().await;
    let (app, accounts) = (world.app, &world.accounts);
    let user = world.signed_in("13800138000", Role::User).await;
    let id = user.account.id;
    accounts
        .set_setting(&user, key("theme"), SettingValue::parse("dark").unwrap())
        .await
        .unwrap();
    let auditor = world.signed_in("looker", Role::Auditor).await;
    let admin = world.signed_in("boss", Role::Admin).await;

    let inspected = accounts
        .inspect_account(app, Actor::InConsole(&auditor), id)
        .await
        .unwrap();
    assert_eq!(inspected.account.id, id);
    assert_eq!(inspected.sessions.len(), 1);
    assert_eq!(inspected.setting_keys, [key("theme")]);
    assert!(inspected.has_password);
    assert_eq!(inspected.permits(Action::Look), Err(Refusal::RankTooLow));

    let entries = "select count(*) from audit_entries where action like 'account.reveal%'";
    let refused = accounts.reveal_account(app, Actor::InConsole(&auditor), id).await;
    assert_eq!(refusal(refused), Refusal::RankTooLow);
    let refused = accounts
        .reveal_setting(app, Actor::InConsole(&auditor), id, key("theme"))
        .await;
    assert_eq!(refusal(refused), Refusal::RankTooLow);
    assert_eq!(world.count(entries).await, 0);

    let revealed = accounts
        .reveal_account(app, Actor::InConsole(&admin), id)
        .await
        .unwrap();
    assert_eq!(revealed.phone.unwrap().value.as_e164(), "+8613800138000");
    let value = accounts
        .reveal_setting(app, Actor::InConsole(&admin), id, key("theme"))
        .await
        .unwrap();
    assert_eq!(value.unwrap().as_str(), "dark");
    let none = accounts
        .reveal_setting(app, Actor::InConsole(&admin), id, key("other"))
        .await;
    assert_eq!(none.unwrap(), None);
    assert_eq!(world.count(entries).await, 3);

    let refused = accounts.inspect_account(app, Actor::InConsole(&user), id).await;
    assert_eq!(refusal(refused.map(|_| ())), Refusal::RankTooLow);
}

#[tokio::test]
async fn accounts_of_apps_out_of_reach_are_as_if_there_were_none() {
    let world = World::new().await;
    let accounts = &world.accounts;
    let new = NewApp {
        name: AppName::parse("other").unwrap(),
        hosts: Vec::new(),
        requests_per_second: None,
    };
    let (other, _) = accounts.create_app(Actor::Operator, new).await.unwrap();
    let new = |name: &str, role| NewAccount {
        identifiers: vec![Identifier::parse(name).unwrap()],
        password: password(),
        role,
    };
    let there = accounts
        .create_account(other.id, new("boss", Role::Root))
        .await
        .unwrap();
    let here = world.signed_in("boss", Role::Admin).await;
    let there = yaopai_accounts::Principal { account: there.into() };

    let app = accounts.app_of_account(Actor::InConsole(&here), there.account.id).await;
    assert_eq!(app.unwrap(), other.id, "the default app looks after all");
    let app = accounts.app_of_account(Actor::InConsole(&there), here.account.id).await;
    assert_eq!(refusal(app), Refusal::NoSuchAccount);
    let app = accounts.app_of_account(Actor::Account(&here), there.account.id).await;
    assert_eq!(refusal(app), Refusal::NoSuchAccount);
    let nobody = accounts.app_of_account(Actor::Operator, AccountId(99)).await;
    assert_eq!(refusal(nobody), Refusal::NoSuchAccount);
    let refused = accounts
        .reveal_account(world.app, Actor::InConsole(&there), here.account.id)
        .await;
    assert_eq!(refusal(refused), Refusal::RankTooLow);
}

#[tokio::test]
async fn sessions_end_one_by_one_or_together() {
    let world = World::new().await;
    let (app, accounts) = (world.app, &world.accounts);
    let user = world.account("user", Role::User).await;
    let admin = world.signed_in("boss", Role::Admin).await;
    let tokens = [world.sign_in("user").await, world.sign_in("user").await];
    let tokens = tokens.map(|signed_in| signed_in.token(TokenUse::Session));
    let inspected = accounts
        .inspect_account(app, Actor::InConsole(&admin), user.id)
        .await
        .unwrap();
    assert_eq!(inspected.sessions.len(), 2);
    let one = inspected.sessions[0].digest.clone();
    let end = |digest| accounts.end_session_of(app, Actor::InConsole(&admin), user.id, digest);
    end(one.clone()).await.unwrap();
    end(one).await.unwrap();
    let mut live = 0;
    for token in &tokens {
        live += u32::from(accounts.authenticate(app, token).await.is_ok());
    }
    assert_eq!(live, 1);
    accounts
        .end_sessions_of(app, Actor::InConsole(&admin), user.id)
        .await
        .unwrap();
    for token in &tokens {
        assert_eq!(refusal(accounts.authenticate(app, token).await), Refusal::NotSignedIn);
    }
    let root = world.account("top", Role::Root).await;
    let refused = accounts.end_sessions_of(app, Actor::InConsole(&admin), root.id).await;
    assert_eq!(refusal(refused), Refusal::RankTooLow);
}

#[tokio::test]
async fn a_reset_code_goes_to_the_holder_within_the_budgets() {
    let world = World::new().await;
    let (app, accounts) = (world.app, &world.accounts);
    let user = world.account("user@example.com", Role::User).await;
    let admin = world.signed_in("boss", Role::Admin).await;
    let by = caller();
    let send = |id, target| accounts.send_reset_code(app, Actor::InConsole(&admin), id, target, &by);
    send(user.id, CodeTarget::Email).await.unwrap();
    accounts.deliver_due().await.unwrap();
    assert_eq!(world.mail.taken().len(), 1);
    assert_eq!(refusal(send(user.id, CodeTarget::Phone).await), Refusal::NotRegistered);
    assert_eq!(
        refusal(send(user.id, CodeTarget::Email).await),
        Refusal::CodeTooSoon { seconds: 60 }
    );
    let root = world.account("top@example.com", Role::Root).await;
    assert_eq!(refusal(send(root.id, CodeTarget::Email).await), Refusal::RankTooLow);
}

#[tokio::test]
async fn only_root_grants_permissions() {
    let world = World::new().await;
    let (app, accounts) = (world.app, &world.accounts);
    let user = world.account("user", Role::User).await;
    let admin = world.signed_in("boss", Role::Admin).await;
    let root = world.signed_in("top", Role::Root).await;
    let names = || {
        vec![
            Permission::parse("vip").unwrap(),
            Permission::parse("orders:read").unwrap(),
        ]
    };
    let refused = accounts
        .set_permissions(app, Actor::InConsole(&admin), user.id, names())
        .await;
    assert_eq!(refusal(refused), Refusal::RankTooLow);
    accounts
        .set_permissions(app, Actor::InConsole(&root), user.id, names())
        .await
        .unwrap();
    assert_eq!(world.row(&user).await.unwrap().permissions, ["vip", "orders:read"]);
    let own = accounts
        .set_permissions(app, Actor::InConsole(&root), root.account.id, names())
        .await;
    assert_eq!(refusal(own), Refusal::NotOnSelf);
    accounts
        .set_permissions(app, Actor::InConsole(&root), user.id, Vec::new())
        .await
        .unwrap();
    assert!(world.row(&user).await.unwrap().permissions.is_empty());
}

#[tokio::test]
async fn what_an_admin_makes_is_a_claim_and_has_no_role() {
    let world = World::new().await;
    let (app, accounts) = (world.app, &world.accounts);
    let admin = world.signed_in("boss", Role::Admin).await;
    let root = world.signed_in("top", Role::Root).await;
    let new = |name: &str, role| NewAccount {
        identifiers: vec![Identifier::parse(name).unwrap()],
        password: password(),
        role,
    };
    let by = |principal, new| accounts.create_account_by(app, Actor::InConsole(principal), new);
    let made = by(&admin, new("13800138000", Role::User)).await.unwrap();
    assert_eq!(made.phone.as_ref().unwrap().proven_at, None);
    assert_eq!(made.verified_at, None);
    world.sign_in("13800138000").await;
    for role in [Role::Auditor, Role::Admin, Role::Root] {
        assert_eq!(
            refusal(by(&admin, new("x", role)).await),
            Refusal::RankTooLow,
            "{role:?}"
        );
    }
    by(&root, new("second", Role::Root)).await.unwrap();
    assert_eq!(
        refusal(by(&admin, new("13800138000", Role::User)).await),
        Refusal::Taken(IdentifierKind::Phone)
    );
    assert_eq!(
        refusal(by(&root, new("admin", Role::User)).await),
        Refusal::ReservedUsername
    );
}

#[tokio::test]
async fn a_new_phone_is_a_claim_and_ends_sessions_while_words_do_not() {
    let world = World::new().await;
    let (app, accounts) = (world.app, &world.accounts);
    let user = world.account("13800138000", Role::User).await;
    world.account("13800138001", Role::User).await;
    let admin = world.signed_in("boss", Role::Admin).await;
    let token = world.sign_in("13800138000").await.token(TokenUse::Session);
    let change = |change| accounts.change_account(app, Actor::InConsole(&admin), user.id, change);
    let words = AccountChange {
        nickname: Some(Nickname::parse("张三").unwrap()),
        location: Some(Location::parse("深圳").unwrap()),
        preferences: Some(Some(Preferences::parse(r#"{"theme":"dark"}"#).unwrap())),
        ..AccountChange::default()
    };
    change(words).await.unwrap();
    assert!(accounts.authenticate(app, &token).await.is_ok());
    let row = world.row(&user).await.unwrap();
    assert_eq!(row.profile.nickname.unwrap().as_str(), "张三");
    assert_eq!(row.profile.location.unwrap().as_str(), "深圳");
    assert_eq!(row.preferences.as_deref(), Some(r#"{"theme":"dark"}"#));

    let phone = |text| AccountChange {
        phone: Some(Phone::parse(text).unwrap()),
        ..AccountChange::default()
    };
    assert_eq!(
        refusal(change(phone("13800138001")).await),
        Refusal::Taken(IdentifierKind::Phone)
    );
    change(phone("13800138002")).await.unwrap();
    let row = world.row(&user).await.unwrap();
    assert_eq!(row.phone.unwrap().proven_at, None);
    assert_eq!(row.verified_at, None);
    assert_eq!(refusal(accounts.authenticate(app, &token).await), Refusal::NotSignedIn);
    let noted = world.count("select count(*) from audit_entries where detail = 'phone 138****8002'");
    assert_eq!(noted.await, 1);
    world.account("13800138000", Role::User).await;
}
