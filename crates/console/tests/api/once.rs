//! Calls that name themselves.

use futures_util::future::join_all;
use http::{Method, StatusCode};
use serde_json::json;
use yaopai_model::{ApiScope, Role};

use crate::support::{World, bearer, request};

async fn count_apps(world: &World, key: &str) -> usize {
    let apps = world.get(key, "/api/admin/apps").await.json();
    apps["items"].as_array().unwrap().len()
}

#[tokio::test]
async fn twenty_at_once_have_one_effect() {
    let world = World::new().await;
    let key = world.root_key().await;
    let body = json!({"name": "shop"});
    let sends = (0..20).map(|_| world.post_once(&key, "/api/admin/apps", &body, "first"));
    let answers = join_all(sends).await;
    let made: Vec<_> = answers
        .iter()
        .filter(|answer| answer.status == StatusCode::CREATED)
        .collect();
    assert!(!made.is_empty());
    for answer in &answers {
        if answer.status == StatusCode::CREATED {
            assert_eq!(answer.body, made[0].body);
        } else {
            assert_eq!(
                (answer.status.as_u16(), answer.problem().as_str()),
                (409, "CallUnanswered")
            );
            assert_eq!(answer.headers["retry-after"], "1");
        }
    }
    assert_eq!(count_apps(&world, &key).await, 2);

    let again = world.post_once(&key, "/api/admin/apps", &body, "first").await;
    assert_eq!((again.status, &again.body), (StatusCode::CREATED, &made[0].body));
    assert_eq!(again.headers["idempotency-replayed"], "true");
    assert_eq!(again.headers["content-type"], "application/json");
    assert_eq!(count_apps(&world, &key).await, 2);
}

#[tokio::test]
async fn a_name_stands_for_one_call_of_one_key() {
    let world = World::new().await;
    let key = world.root_key().await;
    let body = json!({"name": "shop"});
    let made = world.post_once(&key, "/api/admin/apps", &body, "first").await;
    assert_eq!(made.status, 201);
    let other = world
        .post_once(&key, "/api/admin/apps", &json!({"name": "bank"}), "first")
        .await;
    assert_eq!(
        (other.status.as_u16(), other.problem().as_str()),
        (422, "IdempotencyKeyReused")
    );
    let elsewhere = format!("/api/admin/apps/{}/secret", made.json()["app_id"].as_str().unwrap());
    let other = world.post_once(&key, &elsewhere, &body, "first").await;
    assert_eq!(other.problem(), "IdempotencyKeyReused");
    for name in ["", "a b", &"a".repeat(129)] {
        let unfit = world.post_once(&key, "/api/admin/apps", &body, name).await;
        assert_eq!((unfit.status.as_u16(), unfit.problem().as_str()), (400, "BadRequest"));
    }
    assert_eq!(count_apps(&world, &key).await, 2);

    let second = world.account("second", Role::Root).await;
    let second = world.key_of(&second, &ApiScope::ALL).await;
    assert_eq!(
        world.post_once(&second, "/api/admin/apps", &body, "first").await.status,
        201
    );
    assert_eq!(count_apps(&world, &key).await, 3);
}

#[tokio::test]
async fn a_call_that_failed_may_be_made_again() {
    let world = World::new().await;
    let key = world.root_key().await;
    let body = json!({"name": "shop", "hosts": ["shop.example.com"]});
    assert_eq!(
        world.post_once(&key, "/api/admin/apps", &body, "first").await.status,
        201
    );
    let made = world.get(&key, "/api/admin/apps").await.json();
    let taken = world.post_once(&key, "/api/admin/apps", &body, "second").await;
    assert_eq!((taken.status.as_u16(), taken.problem().as_str()), (409, "HostTaken"));
    let path = format!("/api/admin/apps/{}", made["items"][1]["app_id"].as_str().unwrap());
    world.send(Method::PATCH, &key, &path, &json!({"hosts": []})).await;
    assert_eq!(
        world.post_once(&key, "/api/admin/apps", &body, "second").await.status,
        201
    );
}

#[tokio::test]
async fn who_hangs_up_gets_the_answer_by_sending_again() {
    let world = World::new().await;
    let key = world.root_key().await;
    let body = json!({"name": "shop"});
    let bearer = bearer(&key);
    for power in 0..14 {
        let name = format!("call-{power}");
        let headers = [("authorization", bearer.as_str()), ("idempotency-key", name.as_str())];
        let call = request(Method::POST, "/api/admin/apps", &headers, Some(&body));
        world.hang_up(call, 1 << power).await;
        // Where the call was begun, it goes on by itself.
        let answer = loop {
            let answer = world.post_once(&key, "/api/admin/apps", &body, &name).await;
            if answer.status != StatusCode::CONFLICT {
                break answer;
            }
            tokio::task::yield_now().await;
        };
        assert_eq!(answer.status, StatusCode::CREATED);
        assert_eq!(count_apps(&world, &key).await, power + 2);
    }
}
