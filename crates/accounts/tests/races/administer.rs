//! There is always a root, and never a setting too many.

use yaopai_accounts::{Actor, NewAccount, NewApp, Principal};
use yaopai_model::limits::SETTINGS_PER_ACCOUNT;
use yaopai_model::{
    AppId, AppName, Identifier, Password, Role, SessionKind, SettingKey, SettingValue, TokenUse, Username,
};
use yaopai_store::{SqlError, args};

use crate::steps::{from, phone, username};
use crate::support::World;
use crate::{at_once, counts, rounds, tally, world};

const ROOTS: u32 = 3;

/// A new app with a few roots, each signed in.
async fn app_with_roots(world: &World, round: u32) -> (AppId, Vec<Principal>) {
    let name = AppName::parse(&format!("app {round}")).unwrap();
    let new = NewApp {
        name,
        hosts: Vec::new(),
        requests_per_second: None,
    };
    let (app, _) = world.accounts.create_app(Actor::Operator, new).await.unwrap();
    let mut roots = Vec::new();
    for number in 0..ROOTS {
        let name = format!("root{number}");
        let new = NewAccount {
            identifiers: vec![Identifier::Username(Username::parse(&name).unwrap())],
            password: Password::presented("secret").unwrap(),
            role: Role::Root,
        };
        world.accounts.create_account(app.id, new).await.unwrap();
        let (rule, kind) = (yaopai_accounts::FailureRule::Wait, SessionKind::Week);
        let (password, caller) = (Password::presented("secret").unwrap(), from(round));
        let who = username(&name);
        let signed_in = world
            .accounts
            .sign_in_with_password(app.id, &who, password, rule, kind, &caller);
        let token = signed_in.await.unwrap().token(TokenUse::Session);
        roots.push(world.accounts.authenticate(app.id, &token).await.unwrap());
    }
    (app.id, roots)
}

async fn active_roots(world: &World, app: AppId) -> i64 {
    let read = world.store.read(move |db| {
        let sql = "select count(*) from accounts where app_id = $1 and role = $2 and disabled_at is null";
        db.row(sql, args![app.0, Role::Root.number()])?.unwrap().integer(0)
    });
    read.await.map_err(|error: SqlError| error).unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn one_root_stays_whoever_ends_whom() {
    let world = world().await;
    for round in 0..rounds() {
        let (app, roots) = app_with_roots(&world, round).await;
        let is_operators = round % 2 == 0;
        let outcomes = at_once(ROOTS * 6, |number| {
            let target = roots[(number % ROOTS) as usize].account.id;
            let actor = roots[((number + 1) % ROOTS) as usize].clone();
            let accounts = world.node();
            async move {
                let actor = if is_operators {
                    Actor::Operator
                } else {
                    Actor::Account(&actor)
                };
                match number / ROOTS % 3 {
                    0 => accounts.set_role(app, actor, target, Role::User).await,
                    1 => accounts.set_disabled(app, actor, target, true).await,
                    _ => accounts.delete_account(app, actor, target).await,
                }
            }
        });
        let outcomes = tally(&outcomes.await);
        assert_eq!(active_roots(&world, app).await, 1, "{outcomes:?}");
        if is_operators {
            assert!(outcomes.contains_key("LastRoot"), "{outcomes:?}");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn the_thousandth_setting_is_set_once() {
    let world = world().await;
    for round in 0..rounds() {
        world.registered(&phone(round), "secret").await;
        let rule = yaopai_accounts::FailureRule::Wait;
        let signed_in = world
            .by_password(&phone(round).identifier(), "secret", rule, &from(round))
            .await
            .unwrap();
        let principal = world.authenticate(&signed_in).await.unwrap();
        let account = principal.account.id;
        let filled = world.store.write(move |tx| {
            tx.execute(
                "insert into settings (account_id, setting_key, value, changed_at) \
                 with recursive n(i) as (select 1 union all select i + 1 from n where i < cast($2 as bigint)) select cast($1 as bigint), 'key ' || i, 'x', 0 from n",
                args![account.0, SETTINGS_PER_ACCOUNT - 1],
            )
        });
        filled.await.map_err(|error: SqlError| error).unwrap();
        let outcomes = at_once(20, |number| {
            let (accounts, principal) = (world.node(), principal.clone());
            async move {
                let key = SettingKey::parse(&format!("new {number}")).unwrap();
                accounts
                    .set_setting(&principal, key, SettingValue::parse("x").unwrap())
                    .await
            }
        });
        assert_eq!(tally(&outcomes.await), counts([("TooManySettings", 19), ("ok", 1)]));
    }
}
