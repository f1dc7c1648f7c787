//! The outbox.

use http::Method;
use serde_json::{Value, json};
use yaopai_model::{ApiScope, Role};

use crate::support::{Answer, World};

/// A message to somebody's phone; gives its address.
async fn message(world: &World, key: &str) -> String {
    let body = json!({"phone": "13800138009"});
    let account = world.send(Method::POST, key, "/api/admin/accounts", &body).await.json();
    let path = format!("/api/admin/accounts/{}/reset-code", account["id"]);
    let sent = world.send(Method::POST, key, &path, &json!({"to": "phone"})).await;
    assert_eq!(sent.status, 204, "{sent:?}");
    let messages = world.get(key, "/api/admin/messages").await.json();
    let shown = &messages["items"][0];
    assert_eq!(
        (&shown["subject"], &shown["recipient"], &shown["channel"]),
        (&"reset_password".into(), &"138****8009".into(), &"sms".into())
    );
    format!("/api/admin/messages/{}", shown["id"].as_str().unwrap())
}

fn count(page: &Answer) -> usize {
    page.json()["items"].as_array().unwrap().len()
}

#[tokio::test]
async fn messages_are_listed_masked_and_revealed_one_at_a_time() {
    let world = World::new().await;
    let key = world.root_key().await;
    let path = message(&world, &key).await;
    for (filter, found) in [
        ("state=waiting", 1),
        ("state=failed", 0),
        ("recipient=8009", 1),
        ("recipient=13800138009", 1),
        ("recipient=8008", 0),
        ("app=1", 1),
    ] {
        let page = world.get(&key, &format!("/api/admin/messages?{filter}")).await;
        assert_eq!(count(&page), found, "{filter}");
    }
    for unfit in ["state=lost", "cursor=x", "app=x"] {
        let refused = world.get(&key, &format!("/api/admin/messages?{unfit}")).await;
        assert_eq!(refused.problem(), "BadRequest", "{unfit}");
    }
    let reveal = format!("{path}/reveal");
    let revealed = world.send(Method::POST, &key, &reveal, &Value::Null).await.json();
    assert_eq!(revealed, json!({"recipient": "+8613800138009"}));
    let noted = world.get(&key, "/api/admin/audit?action=message.reveal").await;
    assert_eq!(count(&noted), 1);
}

#[tokio::test]
async fn a_message_is_sent_again_by_those_who_may() {
    let world = World::new().await;
    let key = world.root_key().await;
    let path = message(&world, &key).await;
    let again = format!("{path}/send-again");
    let waiting = world.send(Method::POST, &key, &again, &Value::Null).await;
    assert_eq!(waiting.status, 204, "one that waits goes by itself");
    let auditor = world.account("wang", Role::Auditor).await;
    let auditors = world.key_of(&auditor, &ApiScope::ALL).await;
    assert_eq!(count(&world.get(&auditors, "/api/admin/messages").await), 1);
    for call in [&again, &format!("{path}/reveal")] {
        let refused = world.send(Method::POST, &auditors, call, &Value::Null).await;
        assert_eq!(
            (refused.status.as_u16(), refused.problem().as_str()),
            (403, "RankTooLow"),
            "{call}"
        );
    }
    let unknown = "/api/admin/messages/nothing/send-again";
    let refused = world.send(Method::POST, &key, unknown, &Value::Null).await;
    assert_eq!(
        (refused.status.as_u16(), refused.problem().as_str()),
        (404, "NoSuchRecord")
    );
}

#[tokio::test]
async fn settings_are_told_in_the_asked_language() {
    let world = World::new().await;
    let key = world.root_key().await;
    let bearer = crate::support::bearer(&key);
    for (language, meaning) in [("zh-CN", "监听地址"), ("en", "Where to listen")] {
        let headers = [("authorization", bearer.as_str()), ("accept-language", language)];
        let settings = world.call(Method::GET, "/api/admin/settings", &headers, None).await;
        let settings = settings.json();
        let shown = json!({"key": "listen", "value": "\"127.0.0.1:9000\"", "origin": null, "meaning": meaning});
        assert_eq!(settings["items"], json!([shown]));
    }
}
