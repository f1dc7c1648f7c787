//! Accounts.

use futures_util::future::join_all;
use http::{Method, StatusCode};
use serde_json::{Value, json};
use yaopai_model::{ApiScope, Role};

use crate::support::World;

const ACCOUNTS: &str = "/api/admin/accounts";

async fn made(world: &World, key: &str, body: &Value) -> Value {
    let answer = world.send(Method::POST, key, ACCOUNTS, body).await;
    assert_eq!(answer.status, StatusCode::CREATED, "{answer:?}");
    answer.json()
}

#[tokio::test]
async fn nothing_is_made_in_an_app_that_there_is_not() {
    let world = World::new().await;
    let key = world.root_key().await;
    let new = json!({"username": "nowhere", "app": 9_999});
    let made = world.send(Method::POST, &key, "/api/admin/accounts", &new).await;
    assert_eq!(made.status, 404, "{made:?}");
    for path in ["accounts?app=9999", "audit?app=9999", "audit/export?app=9999"] {
        let answer = world.get(&key, &format!("/api/admin/{path}")).await;
        assert_eq!(answer.status, 404, "{path} {answer:?}");
        assert_eq!(answer.json()["type"], "urn:yaopai:problem:UnknownApp", "{path}");
    }
}

#[tokio::test]
async fn an_account_is_made_changed_and_ended() {
    let world = World::new().await;
    let key = world.root_key().await;
    let account = made(&world, &key, &json!({"username": "zhangsan", "phone": "13800138009"})).await;
    assert_eq!(account["password"].as_str().unwrap().len(), 16);
    assert_eq!(account["phone"], "138****8009");
    assert_eq!(
        (&account["phone_proven_at"], &account["role"]),
        (&Value::Null, &"user".into())
    );
    let path = format!("{ACCOUNTS}/{}", account["id"]);

    let change = json!({
        "nickname": "张三", "gender": "male", "birthday": "2000-01-31", "email": "zhang@example.com", "location": "杭州",
        "preferences": {"theme": "dark"},
    });
    let changed = world.send(Method::PATCH, &key, &path, &change).await;
    assert_eq!((changed.status.as_u16(), changed.body.len()), (204, 0));
    let shown = world.get(&key, &path).await.json();
    for (name, value) in [
        ("nickname", "张三"),
        ("gender", "male"),
        ("birthday", "2000-01-31"),
        ("location", "杭州"),
    ] {
        assert_eq!(shown[name], value);
    }
    assert_eq!(shown["preferences"], json!({"theme": "dark"}));
    assert_eq!(shown["has_password"], true);
    assert!(!shown.to_string().contains("zhang@example.com"), "{shown}");
    let nothing = json!({"gender": null, "birthday": null, "preferences": null});
    world.send(Method::PATCH, &key, &path, &nothing).await;
    let shown = world.get(&key, &path).await.json();
    for name in ["gender", "birthday", "preferences"] {
        assert_eq!(shown[name], Value::Null);
    }

    let revealed = world
        .send(Method::POST, &key, &format!("{path}/reveal"), &Value::Null)
        .await
        .json();
    assert_eq!(
        (&revealed["phone"], &revealed["email"]),
        (&"+8613800138009".into(), &"zhang@example.com".into())
    );
    let audited = world.get(&key, "/api/admin/audit?action=account.reveal").await.json();
    assert_eq!(audited["items"][0]["target"], format!("account {}", account["id"]));

    assert_eq!(world.send(Method::DELETE, &key, &path, &Value::Null).await.status, 204);
    let gone = world.get(&key, &path).await;
    assert_eq!((gone.status.as_u16(), gone.problem().as_str()), (404, "NoSuchAccount"));
}

#[tokio::test]
async fn what_is_unfit_changes_nothing() {
    let world = World::new().await;
    let key = world.root_key().await;
    for unfit in [
        json!({}),
        json!({"username": "a@b"}),
        json!({"phone": "1"}),
        json!({"email": "nobody"}),
        json!({"username": "zhangsan", "password": "a"}),
        json!({"username": "zhangsan", "role": "king"}),
        json!({"username": "zhangsan", "rank": "user"}),
    ] {
        let answer = world.send(Method::POST, &key, ACCOUNTS, &unfit).await;
        assert_eq!(
            (answer.status.as_u16(), answer.problem().as_str()),
            (400, "BadRequest"),
            "{unfit}"
        );
    }
    let account = made(&world, &key, &json!({"username": "zhangsan"})).await;
    let path = format!("{ACCOUNTS}/{}", account["id"]);
    for unfit in [
        json!({"gender": "none"}),
        json!({"birthday": "soon"}),
        json!({"preferences": []}),
        json!({"nickname": "n".repeat(65)}),
        json!({"nickname": "new", "bio": "b".repeat(501)}),
    ] {
        let answer = world.send(Method::PATCH, &key, &path, &unfit).await;
        assert_eq!(
            (answer.status.as_u16(), answer.problem().as_str()),
            (400, "BadRequest"),
            "{unfit}"
        );
    }
    assert_eq!(world.get(&key, &path).await.json()["nickname"], account["nickname"]);
    for path in [
        format!("{ACCOUNTS}/x"),
        format!("{ACCOUNTS}/99999999999999999999"),
        format!("{ACCOUNTS}/999"),
    ] {
        assert_eq!(world.get(&key, &path).await.problem(), "NoSuchAccount");
    }
}

#[tokio::test]
async fn twenty_at_once_make_one_account_and_send_one_message() {
    let world = World::new().await;
    let key = world.root_key().await;
    let body = json!({"phone": "13800138009"});
    let answers = join_all((0..20).map(|_| world.post_once(&key, ACCOUNTS, &body, "one"))).await;
    let created: Vec<_> = answers
        .iter()
        .filter(|answer| answer.status == StatusCode::CREATED)
        .collect();
    assert!(!created.is_empty());
    assert!(created.iter().all(|answer| answer.body == created[0].body));
    // Not one of them met the account that another had made.
    assert!(
        answers
            .iter()
            .all(|answer| [201, 409].contains(&answer.status.as_u16()))
    );
    assert!(
        answers
            .iter()
            .all(|answer| answer.status == 201 || answer.problem() == "CallUnanswered")
    );
    let again = world.post_once(&key, ACCOUNTS, &body, "one").await;
    assert_eq!((again.status, &again.body), (StatusCode::CREATED, &created[0].body));
    assert_eq!(
        world.get(&key, "/api/admin/accounts?role=user").await.json()["items"]
            .as_array()
            .unwrap()
            .len(),
        1
    );

    let path = format!("{ACCOUNTS}/{}/reset-code", created[0].json()["id"]);
    let body = json!({"to": "phone"});
    let answers = join_all((0..20).map(|_| world.post_once(&key, &path, &body, "two"))).await;
    assert!(answers.iter().any(|answer| answer.status == StatusCode::NO_CONTENT));
    assert!(
        answers
            .iter()
            .all(|answer| answer.status == 204 || answer.problem() == "CallUnanswered")
    );
    let again = world.post_once(&key, &path, &body, "two").await;
    assert_eq!((again.status.as_u16(), again.body.len()), (204, 0));
    let sent = world
        .get(&key, "/api/admin/audit?action=account.send_reset_code")
        .await
        .json();
    assert_eq!(sent["items"].as_array().unwrap().len(), 1);
    // Whoever names the call anew asks for another code, which is too soon.
    let soon = world.post_once(&key, &path, &body, "three").await;
    assert_eq!((soon.status.as_u16(), soon.problem().as_str()), (429, "CodeTooSoon"));
    assert_eq!(soon.headers["retry-after"], "60");
}

#[tokio::test]
async fn roles_permissions_and_states_are_set() {
    let world = World::new().await;
    let key = world.root_key().await;
    let account = made(&world, &key, &json!({"username": "zhangsan"})).await;
    let path = format!("{ACCOUNTS}/{}", account["id"]);
    for (method, call, body) in [
        (Method::PUT, "role", json!({"role": "auditor"})),
        (
            Method::PUT,
            "permissions",
            json!({"permissions": ["orders:read", "vip"]}),
        ),
        (Method::POST, "disable", Value::Null),
        (Method::POST, "clear-failures", Value::Null),
        (Method::POST, "clear-code-budget", Value::Null),
        (Method::DELETE, "sessions", Value::Null),
        (Method::DELETE, "sessions/AAAA", Value::Null),
    ] {
        let answer = world.send(method, &key, &format!("{path}/{call}"), &body).await;
        assert_eq!(answer.status, 204, "{call}: {answer:?}");
    }
    let shown = world.get(&key, &path).await.json();
    assert_eq!(
        (&shown["role"], &shown["permissions"]),
        (&"auditor".into(), &json!(["orders:read", "vip"]))
    );
    assert_ne!(shown["disabled_at"], Value::Null);
    let obstacles = world.get(&key, &format!("{path}/obstacles")).await.json();
    assert_eq!(
        (&obstacles["items"][0]["cause"], &obstacles["items"][0]["remedy"]),
        (&"disabled".into(), &"enable".into())
    );
    assert_eq!(
        world
            .send(Method::POST, &key, &format!("{path}/enable"), &Value::Null)
            .await
            .status,
        204
    );
    let timeline = world.get(&key, &format!("{path}/timeline")).await.json();
    let rules: Vec<_> = timeline["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|event| &event["rule"])
        .collect();
    assert!(rules.contains(&&"account.disable".into()), "{rules:?}");
    let setting = world
        .send(
            Method::POST,
            &key,
            &format!("{path}/settings/theme/reveal"),
            &Value::Null,
        )
        .await;
    assert_eq!(setting.json(), json!({"key": "theme", "value": null}));
}

#[tokio::test]
async fn the_rules_of_rank_hold() {
    let world = World::new().await;
    let (root, admin) = (
        world.account("root-of-all", Role::Root).await,
        world.account("li", Role::Admin).await,
    );
    let (auditor, peer) = (
        world.account("wang", Role::Auditor).await,
        world.account("zhao", Role::Admin).await,
    );
    let (admins, auditors) = (
        world.key_of(&admin, &ApiScope::ALL).await,
        world.key_of(&auditor, &ApiScope::ALL).await,
    );
    let refused = async |key: &str, method, call: &str, body: Value| {
        let answer = world.send(method, key, &format!("{ACCOUNTS}/{call}"), &body).await;
        assert_eq!(answer.status, 403, "{call}: {answer:?}");
        answer.problem()
    };
    for target in [&root, &peer] {
        for call in ["disable", "clear-failures"] {
            let path = format!("{}/{call}", target.id.0);
            assert_eq!(refused(&admins, Method::POST, &path, Value::Null).await, "RankTooLow");
        }
        assert_eq!(
            refused(&admins, Method::DELETE, &target.id.0.to_string(), Value::Null).await,
            "RankTooLow"
        );
    }
    let own = format!("{}/disable", admin.id.0);
    assert_eq!(refused(&admins, Method::POST, &own, Value::Null).await, "NotOnSelf");
    let role = format!("{}/role", auditor.id.0);
    assert_eq!(
        refused(&admins, Method::PUT, &role, json!({"role": "user"})).await,
        "RankTooLow"
    );
    let reveal = format!("{}/reveal", peer.id.0);
    assert_eq!(
        refused(&auditors, Method::POST, &reveal, Value::Null).await,
        "RankTooLow"
    );
    let made = world
        .send(
            Method::POST,
            &admins,
            ACCOUNTS,
            &json!({"username": "boss2", "role": "root"}),
        )
        .await;
    assert_eq!(made.problem(), "RankTooLow");
    assert_eq!(
        world.get(&auditors, &format!("{ACCOUNTS}/{}", root.id.0)).await.status,
        200
    );
}

#[tokio::test]
async fn many_are_done_each_by_itself() {
    let world = World::new().await;
    let admin = world.account("li", Role::Admin).await;
    let key = world.key_of(&admin, &ApiScope::ALL).await;
    let (one, two) = (
        world.account("zhangsan", Role::User).await,
        world.account("lisi", Role::User).await,
    );
    let bulk = format!("{ACCOUNTS}/bulk");
    let ids = [one.id.0, admin.id.0, 999, two.id.0];
    let report = world
        .send(Method::POST, &key, &bulk, &json!({"action": "disable", "ids": ids}))
        .await
        .json();
    assert_eq!(report["done"], json!([one.id.0, two.id.0]));
    let refused: Vec<_> = report["refused"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["type"].as_str().unwrap())
        .collect();
    assert_eq!(
        refused,
        ["urn:yaopai:problem:NotOnSelf", "urn:yaopai:problem:NoSuchAccount"]
    );
    for unfit in [
        json!({"action": "give_role", "ids": ids}),
        json!({"action": "enable", "role": "user", "ids": ids}),
        json!({"action": "enable", "ids": vec![1; 101]}),
        json!({"action": "praise", "ids": ids}),
    ] {
        assert_eq!(
            world.send(Method::POST, &key, &bulk, &unfit).await.status,
            400,
            "{unfit}"
        );
    }
}
