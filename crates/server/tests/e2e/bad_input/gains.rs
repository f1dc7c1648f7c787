//! What nobody asked for.

use reqwest::Method;
use serde_json::{Map, Value, json};

use super::World;
use crate::api_v1::{self, own_info};
use crate::harness::AppClient;
use crate::user::{enter, token_in};

#[tokio::test]
async fn nobody_gains_by_sending_more() {
    let world = World::open().await;
    let client = &world.server.client;
    let more = json!({ "role": 3, "status": 1, "isVerified": 1, "uid": 4711, "userId": 4711, "id": 1, "admin": true,
        "permissions": ["root"], "loginCount": 99, "registrationTime": "1999-01-01 00:00:00" });
    let with = |body: Value| -> Value {
        let mut all: Map<String, Value> = more.as_object().unwrap().clone();
        all.extend(body.as_object().unwrap().clone());
        Value::Object(all)
    };

    let body = with(json!({ "account": "greedy", "password": "hunter22" }));
    let registered = client.post_json("/user/register", &body).await.data();
    let user = &registered["user"];
    assert_eq!(
        (&user["isVerified"], &user["status"], &user["loginCount"]),
        (&json!(0), &json!(0), &json!(1))
    );
    assert_ne!(user["userId"], 4711);
    let signed_in = enter(client, "/user/login", "greedy", "hunter22").await.data();
    let token = token_in(&signed_in);
    let body = with(json!({ "name": "greedy", "birthday": "", "avatar": "" }));
    assert_eq!(
        client
            .post_json_as(&token, "/api/v1/user/info/modify", &body)
            .await
            .code(),
        200
    );
    let app = AppClient::of(&world.server);
    let more = [
        ("nickname", "greedy"),
        ("role", "3"),
        ("userId", "aaaaaaaaaaaaaaaa"),
        ("status", "1"),
        ("isVerified", "1"),
    ];
    assert_eq!(
        app.call_as(&token, Method::POST, "userinfo/update", &more).await.code(),
        1
    );

    let more = [&more[..], &[("phone", "13800138001"), ("password", "hunter22")]].concat();
    let code = app.code(&world.gateway, "13800138001", "0").await;
    let more = [&more[..], &[("code", code.as_str())]].concat();
    assert_eq!(app.call(Method::POST, "register", &more).await.code(), 1);
    let registered = token_in(&app.sign_in("13800138001", "hunter22").await.data());
    assert_eq!(own_info(client, &registered).await["role"], 0);

    let code = api_v1::code(client, &world.mailbox, "greedy@example.org").await;
    let body = with(json!({ "email": "greedy@example.org", "password": "hunter22", "code": code }));
    assert_eq!(client.post_json("/api/v1/user/register", &body).await.code(), 200);
    let registered = token_in(&api_v1::sign_in(client, "greedy@example.org", "hunter22").await.data());
    assert_eq!(own_info(client, &registered).await["role"], 0);

    let info = client.get_as(&token, "/user/info").await.data();
    assert_eq!(info["permissions"], json!(["user"]));
    assert_eq!((&info["isVerified"], &info["status"]), (&json!(0), &json!(0)));
    assert_eq!(own_info(client, &token).await["role"], 0);
    assert_eq!(client.get_as(&token, "/api/v1/user/manage/list").await.code(), 3030);
}
