//! What holds of every call, read off the description.

use std::collections::BTreeSet;

use http::{Method, StatusCode};
use serde_json::{Value, json};
use yaopai_accounts::Actor;
use yaopai_model::{ApiScope, Role};

use crate::support::{World, bearer};

/// A call that the description names.
struct Described {
    method: Method,
    path: String,
    /// What a key must open.
    scope: ApiScope,
    id: String,
}

fn described() -> Vec<Described> {
    let document: Value = serde_json::from_str(&yaopai_console::admin_reference().unwrap()).unwrap();
    let mut calls = Vec::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, call) in item.as_object().unwrap() {
            let scope = call["security"][0]["key"][0].as_str().unwrap();
            calls.push(Described {
                method: method.to_uppercase().parse().unwrap(),
                path: path.replace(['{', '}'], ""),
                scope: ApiScope::parse(scope).unwrap(),
                id: call["operationId"].as_str().unwrap().to_owned(),
            });
        }
    }
    calls
}

#[test]
fn calls_have_names_of_their_own_and_every_scope_opens_some() {
    let calls = described();
    assert!(calls.len() > 10, "{}", calls.len());
    let names: BTreeSet<_> = calls.iter().map(|call| &call.id).collect();
    assert_eq!(names.len(), calls.len(), "{names:?}");
    let mut scopes: BTreeSet<_> = calls.iter().map(|call| call.scope).collect();
    // It opens two fields of a call.
    scopes.insert(ApiScope::ChangeAddresses);
    assert!(ApiScope::ALL.into_iter().eq(scopes), "each scope opens a call");
}

#[tokio::test]
async fn nobody_gets_on_without_a_key() {
    let world = World::new().await;
    let unknown = bearer(&format!("yk_{}_{}", "a".repeat(12), "b".repeat(40)));
    for call in described() {
        for headers in [
            &[][..],
            &[("authorization", unknown.as_str())],
            &[("authorization", "Basic YTpi")],
            &[("cookie", "yaopai-console=1.AAAA")],
        ] {
            let answer = world.call(call.method.clone(), &call.path, headers, None).await;
            assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "{} {headers:?}", call.id);
            assert_eq!(answer.problem(), "NotSignedIn");
            assert_eq!(answer.headers["www-authenticate"], "Bearer");
        }
    }
}

#[tokio::test]
async fn a_key_opens_its_scopes_and_no_more() {
    let world = World::new().await;
    let root = world.account("zhang", Role::Root).await;
    for scope in ApiScope::ALL {
        let others: Vec<_> = ApiScope::ALL.into_iter().filter(|other| *other != scope).collect();
        let key = world.key_of(&root, &others).await;
        for call in described().into_iter().filter(|call| call.scope == scope) {
            let answer = world.send(call.method, &key, &call.path, &json!({})).await;
            assert_eq!(answer.status, StatusCode::FORBIDDEN, "{}", call.id);
            assert_eq!(answer.problem(), "OutOfScope", "{}", call.id);
        }
    }
}

#[tokio::test]
async fn a_key_goes_with_its_holders_rank() {
    let world = World::new().await;
    let (root, admin) = (
        world.account("zhang", Role::Root).await,
        world.account("li", Role::Admin).await,
    );
    let key = world.key_of(&admin, &ApiScope::ALL).await;
    assert_eq!(world.get(&key, "/api/admin/accounts/export").await.status, 200);
    let accounts = &world.server.accounts;
    let demote = async |role| {
        let demoted = accounts.set_role(root.app, Actor::Operator, admin.id, role);
        demoted.await.unwrap();
    };
    demote(Role::Auditor).await;
    assert_eq!(world.get(&key, "/api/admin/accounts").await.status, 200);
    let refused = world.get(&key, "/api/admin/accounts/export").await;
    assert_eq!(
        (refused.status.as_u16(), refused.problem().as_str()),
        (403, "RankTooLow")
    );
    demote(Role::User).await;
    for call in described() {
        let answer = world.send(call.method, &key, &call.path, &json!({})).await;
        // The key of somebody who may keep none ends with the rank.
        assert!([401, 403].contains(&answer.status.as_u16()), "{} {answer:?}", call.id);
        answer.problem();
    }
}

#[tokio::test]
async fn a_key_ends() {
    let world = World::new().await;
    let root = world.account("zhang", Role::Root).await;
    let (key, other) = (
        world.key_of(&root, &ApiScope::ALL).await,
        world.key_of(&root, &[ApiScope::Keys]).await,
    );
    let keys = world.get(&key, "/api/admin/keys").await.json();
    assert_eq!(keys["items"].as_array().unwrap().len(), 2);
    assert_eq!(keys["next_cursor"], Value::Null);
    let id = key.split('_').nth(1).unwrap();
    let path = format!("/api/admin/keys/{id}");
    for _ in 0..2 {
        let revoked = world.send(Method::DELETE, &other, &path, &Value::Null).await;
        assert_eq!((revoked.status.as_u16(), revoked.body.len()), (204, 0));
    }
    let refused = world.get(&key, "/api/admin/keys").await;
    assert_eq!(
        (refused.status.as_u16(), refused.problem().as_str()),
        (401, "NotSignedIn")
    );
    let unknown = world
        .send(Method::DELETE, &other, "/api/admin/keys/aaaaaaaaaaaa", &Value::Null)
        .await;
    assert_eq!(
        (unknown.status.as_u16(), unknown.problem().as_str()),
        (404, "NoSuchRecord")
    );

    world
        .server
        .clock
        .advance(std::time::Duration::from_secs(30 * 24 * 60 * 60));
    let refused = world.get(&other, "/api/admin/keys").await;
    assert_eq!(
        (refused.status.as_u16(), refused.problem().as_str()),
        (401, "AccessTokenExpired")
    );
}

#[tokio::test]
async fn whatever_is_wrong_with_a_call_is_told_as_a_problem() {
    let world = World::new().await;
    let key = world.root_key().await;
    for (path, status, kind) in [
        ("/api/admin/", 404, "NotFound"),
        ("/api/admin/nothing", 404, "NotFound"),
        ("/api/admin/keys/%ff", 405, "UnknownMethod"),
        ("/api/admin/apps/%ff", 404, "NotFound"),
        ("/api/admin/apps/none", 404, "UnknownApp"),
        ("/api/admin/accounts?rank=1", 400, "BadRequest"),
        ("/api/admin/accounts?role=king", 400, "BadRequest"),
        ("/api/admin/accounts?limit=many", 400, "BadRequest"),
        ("/api/admin/accounts?cursor=x", 400, "BadRequest"),
        ("/api/admin/accounts?created_from=soon", 400, "BadRequest"),
        ("/api/admin/accounts?app=1&app=2", 400, "BadRequest"),
        ("/api/admin/audit?cursor=x", 400, "BadRequest"),
        ("/api/admin/figures?last=0", 400, "BadRequest"),
        ("/api/admin/figures?by=week", 400, "BadRequest"),
    ] {
        let answer = world.get(&key, path).await;
        assert_eq!(answer.problem(), kind, "{path}");
        assert_eq!(answer.status, status, "{path}");
    }
    let long = format!("/api/admin/accounts?q={}", "a".repeat(20_000));
    assert_eq!(world.get(&key, &long).await.status, 414);
    let large = json!({"name": "a".repeat(100_000)});
    for (body, status) in [
        (json!({}), 400),
        (json!({"name": ""}), 400),
        (json!({"name": "a", "nmae": "b"}), 400),
        (json!({"name": "a", "hosts": ["no host"]}), 400),
        (large, 413),
    ] {
        let answer = world.send(Method::POST, &key, "/api/admin/apps", &body).await;
        assert_eq!(answer.problem(), "BadRequest");
        assert_eq!(answer.status, status, "{body}");
    }
    let answer = world.send(Method::PUT, &key, "/api/admin/apps", &json!({})).await;
    assert_eq!(
        (answer.status.as_u16(), answer.problem().as_str()),
        (405, "UnknownMethod")
    );
    let chinese = [("accept-language", "zh-CN")];
    let answer = world.call(Method::GET, "/api/admin/apps", &chinese, None).await;
    assert!(
        answer.json()["detail"]
            .as_str()
            .unwrap()
            .starts_with("没有有效的接口密钥")
    );
}

#[tokio::test]
async fn no_address_answers_to_a_method_that_is_not_described() {
    let world = World::new().await;
    let key = world.root_key().await;
    let calls = described();
    for path in calls.iter().map(|call| &call.path).collect::<BTreeSet<_>>() {
        for method in [Method::GET, Method::POST, Method::PUT, Method::PATCH, Method::DELETE] {
            if calls.iter().any(|call| call.path == *path && call.method == method) {
                continue;
            }
            let answer = world.send(method, &key, path, &json!({})).await;
            assert_eq!(
                (answer.status.as_u16(), answer.problem().as_str()),
                (405, "UnknownMethod"),
                "{path}"
            );
            let named = answer.headers["allow"].to_str().unwrap();
            let named: BTreeSet<_> = named.split(',').filter(|name| *name != "HEAD").collect();
            let described = calls.iter().filter(|call| call.path == *path);
            let described: BTreeSet<_> = described.map(|call| call.method.as_str()).collect();
            assert_eq!(named, described, "{path}");
        }
    }
}

#[tokio::test]
async fn what_pages_ask_the_password_for_again_takes_a_scope_of_its_own() {
    let world = World::new().await;
    let root = world.account("zhang", Role::Root).await;
    let one = world.account("zhangsan", Role::User).await;
    let usual = [ApiScope::ReadAccounts, ApiScope::WriteAccounts, ApiScope::Apps];
    let key = world.key_of(&root, &usual).await;
    let bulk = |action: &str, role: Option<&str>| json!({"action": action, "role": role, "ids": [one.id.0]});
    let this = format!("/{}", one.id.0);
    let calls = [
        (
            Method::POST,
            "",
            json!({"username": "lisi", "role": "admin"}),
            ApiScope::GrantRoles,
        ),
        (
            Method::PATCH,
            &this,
            json!({"phone": "13900139000"}),
            ApiScope::ChangeAddresses,
        ),
        (
            Method::PATCH,
            &this,
            json!({"email": "li@example.com"}),
            ApiScope::ChangeAddresses,
        ),
        (
            Method::POST,
            "/bulk",
            bulk("give_role", Some("admin")),
            ApiScope::GrantRoles,
        ),
        (Method::POST, "/bulk", bulk("delete", None), ApiScope::DeleteAccounts),
    ];
    for (method, call, body, scope) in calls {
        let path = format!("/api/admin/accounts{call}");
        let refused = world.send(method.clone(), &key, &path, &body).await;
        assert_eq!(
            (refused.status.as_u16(), refused.problem().as_str()),
            (403, "OutOfScope"),
            "{call}"
        );
        let key = world.key_of(&root, &[&usual[..], &[scope]].concat()).await;
        let done = world.send(method, &key, &path, &body).await;
        assert!(done.status.is_success(), "{call}: {done:?}");
    }
    let guarded: BTreeSet<_> = described()
        .into_iter()
        .filter(|call| !usual.contains(&call.scope))
        .map(|call| call.id)
        .collect();
    for id in [
        "accounts_export",
        "accounts_reveal",
        "accounts_reveal_setting",
        "accounts_give_role",
        "accounts_set_permissions",
        "accounts_delete",
        "apps_rotate_secret",
        "apps_void_previous_secret",
        "keys_revoke",
        "messages_reveal",
    ] {
        assert!(guarded.contains(id), "{id}: {guarded:?}");
    }
}

#[tokio::test]
async fn pages_are_where_their_addresses_say_and_nowhere_else() {
    let pages = World::new().await.pages;
    for path in [
        "/api/admin",
        "/api/admin/me",
        "/console",
        "/console/accounts/7",
        "/account/",
    ] {
        assert!(pages.at(path).is_some(), "{path}");
    }
    for path in [
        "/",
        "/api/",
        "/api/v1/user/uid",
        "/consoles",
        "/accounts/7",
        "/user/info",
    ] {
        assert!(pages.at(path).is_none(), "{path}");
    }
}
