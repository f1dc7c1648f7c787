//! Apps.

use http::Method;
use serde_json::{Value, json};
use yaopai_model::{ApiScope, Role};

use crate::support::World;

#[tokio::test]
async fn an_app_is_made_and_changed_and_its_secret_replaced() {
    let world = World::new().await;
    let key = world.root_key().await;
    let new = json!({"name": "shop", "hosts": ["shop.example.com"], "requests_per_second": 5});
    let made = world.send(Method::POST, &key, "/api/admin/apps", &new).await;
    assert_eq!(made.status, 201, "{made:?}");
    let made = made.json();
    let path = format!("/api/admin/apps/{}", made["app_id"].as_str().unwrap());
    let shown = world.get(&key, &path).await.json();
    assert_eq!(shown["hosts"], json!(["shop.example.com"]));
    assert_eq!(shown["app_secret"], Value::Null);
    assert_eq!(
        world.get(&key, "/api/admin/apps").await.json()["items"][1]["id"],
        made["id"]
    );

    let change = json!({"wires": ["user"], "requests_per_second": null});
    let changed = world.send(Method::PATCH, &key, &path, &change).await.json();
    assert_eq!(changed["wires"], json!(["user"]));
    assert_eq!(
        (&changed["requests_per_second"], &changed["name"]),
        (&Value::Null, &"shop".into())
    );

    let rotate = format!("{path}/secret");
    let rotated = world
        .send(Method::POST, &key, &rotate, &json!({"overlap_seconds": 60}))
        .await;
    assert_eq!(rotated.status, 201);
    let rotated = rotated.json();
    assert_ne!(rotated["app_secret"], made["app_secret"]);
    assert_eq!(rotated["previous_secret_until"], "2025-05-31T19:40:40Z");
    let previous = format!("{path}/previous-secret");
    assert_eq!(
        world.send(Method::DELETE, &key, &previous, &Value::Null).await.status,
        204
    );
    assert_eq!(
        world.get(&key, &path).await.json()["previous_secret_until"],
        Value::Null
    );
}

#[tokio::test]
async fn apps_are_the_business_of_roots() {
    let world = World::new().await;
    let admin = world.account("li", Role::Admin).await;
    let key = world.key_of(&admin, &ApiScope::ALL).await;
    let made = world
        .send(Method::POST, &key, "/api/admin/apps", &json!({"name": "shop"}))
        .await;
    assert_eq!((made.status.as_u16(), made.problem().as_str()), (403, "RankTooLow"));
    assert_eq!(world.get(&key, "/api/admin/apps").await.status, 200);
}
