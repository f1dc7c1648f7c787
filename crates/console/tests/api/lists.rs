//! Lists, by cursor and whole.

use std::collections::BTreeSet;

use http::Method;
use http_body_util::BodyExt as _;
use serde_json::Value;
use yaopai_model::Role;

use crate::support::World;

/// Follows the cursors of a list to its end.
async fn all(world: &World, key: &str, list: &str) -> Vec<Value> {
    let (mut items, mut cursor) = (Vec::new(), None::<String>);
    loop {
        let path = match &cursor {
            Some(cursor) => format!("{list}&cursor={cursor}"),
            None => list.to_owned(),
        };
        let answer = world.get(key, &path).await;
        assert_eq!(answer.status, 200, "{answer:?}");
        let page = answer.json();
        items.extend(page["items"].as_array().unwrap().iter().cloned());
        match page["next_cursor"].as_str() {
            Some(next) => cursor = Some(next.to_owned()),
            None => return items,
        }
    }
}

#[tokio::test]
async fn cursors_lead_through_all_accounts() {
    let world = World::new().await;
    let key = world.root_key().await;
    let mut made = BTreeSet::new();
    for number in 0..25 {
        made.insert(world.account(&format!("1380013{number:04}"), Role::User).await.id.0);
    }
    for list in [
        "/api/admin/accounts?role=user&limit=4",
        "/api/admin/accounts?limit=7&order=oldest&q=138",
    ] {
        let found = all(&world, &key, list).await;
        let ids: Vec<_> = found.iter().map(|account| account["id"].as_i64().unwrap()).collect();
        assert_eq!(ids.len(), 25, "{list}");
        assert_eq!(ids.iter().copied().collect::<BTreeSet<_>>(), made, "{list}");
        assert!(
            found
                .iter()
                .all(|account| account["phone"].as_str().unwrap().contains("****"))
        );
    }
    assert_eq!(world.get(&key, "/api/admin/accounts/count").await.json()["count"], 26);
    let newest = world.get(&key, "/api/admin/accounts?limit=1").await.json();
    assert_eq!(newest["items"][0]["id"], *made.last().unwrap());
}

#[tokio::test]
async fn an_export_is_whole_and_written_down() {
    let world = World::new().await;
    let key = world.root_key().await;
    world.account("13800138009", Role::User).await;
    world.account("li@example.com", Role::User).await;
    let answer = world.get(&key, "/api/admin/accounts/export?role=user").await;
    assert_eq!(answer.headers["content-type"], "application/jsonl");
    assert_eq!(answer.headers["cache-control"], "no-store");
    let text = String::from_utf8(answer.body).unwrap();
    let lines: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines.len(), 2);
    assert_eq!(
        (&lines[0]["email"], &lines[1]["phone"]),
        (&"li@example.com".into(), &"+8613800138009".into())
    );

    let done = all(&world, &key, "/api/admin/audit?action=accounts.export").await;
    assert_eq!((done.len(), &done[0]["detail"]), (1, &"role user".into()));
    assert!(done[0]["actor"].as_str().unwrap().contains(" key "), "{done:?}");
}

#[tokio::test]
async fn cursors_lead_through_the_whole_audit_log() {
    let world = World::new().await;
    let key = world.root_key().await;
    for _ in 0..60 {
        world.get(&key, "/api/admin/accounts/export?q=nobody").await;
    }
    let found = all(&world, &key, "/api/admin/audit?action=accounts.export").await;
    let numbers: Vec<_> = found.iter().map(|entry| entry["number"].as_i64().unwrap()).collect();
    assert_eq!(numbers.len(), 60);
    assert!(numbers.is_sorted_by(|before, after| before > after));

    let exported = world.get(&key, "/api/admin/audit/export?action=accounts.export").await;
    assert_eq!(String::from_utf8(exported.body).unwrap().lines().count(), 60);
    let chain = world.get(&key, "/api/admin/audit/verify").await.json();
    assert_eq!(
        (&chain["broken_at"], &chain["next_after"]),
        (&Value::Null, &Value::Null)
    );
    assert!(chain["whole_up_to"].as_i64().unwrap() > 60);
}

#[tokio::test]
async fn a_key_that_is_revoked_ends_what_is_being_sent() {
    let world = World::new().await;
    let key = world.root_key().await;
    let keys = world.get(&key, "/api/admin/keys").await.json();
    let exports = ["/api/admin/accounts/export", "/api/admin/audit/export"];
    let mut begun = Vec::new();
    for path in exports {
        let answer = world.begin(&key, path).await;
        assert_eq!(answer.status(), 200, "{path}");
        begun.push(answer);
        assert!(!world.get(&key, path).await.body.is_empty(), "{path}");
    }
    let revoke = format!("/api/admin/keys/{}", keys["items"][0]["id"].as_str().unwrap());
    let revoked = world.send(Method::DELETE, &key, &revoke, &Value::Null).await;
    assert_eq!(revoked.status, 204, "{revoked:?}");
    for answer in begun {
        assert!(answer.into_body().collect().await.is_err(), "not a line more");
    }
}

#[tokio::test]
async fn figures_and_health_are_told() {
    let world = World::new().await;
    let key = world.root_key().await;
    let figures = world.get(&key, "/api/admin/figures?by=day&last=3").await.json();
    assert_eq!(figures["items"].as_array().unwrap().len(), 3);
    assert_eq!(figures["items"][2]["totals"]["registrations"], 0);
    let health = world.get(&key, "/api/admin/health").await.json();
    assert_eq!(
        (&health["database_error"], &health["messages_waiting"]),
        (&Value::Null, &0.into())
    );
}
