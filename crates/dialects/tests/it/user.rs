//! The wire of `user` on a whole server.

use http::Request;
use serde_json::{Value, json};

use crate::client::Client;

async fn register(client: &Client, body: &Value) -> Value {
    client.send(Request::post("/user/register"), &body.to_string()).await
}

#[tokio::test]
async fn nobody_gains_by_saying_more_than_is_asked() {
    let client = Client::new().await;
    let body = json!({
        "account": "13800138009", "password": "123456", "role": 3, "status": 1, "isVerified": 1, "userId": 99,
        "permissions": ["root"], "loginCount": 7,
    });
    let answer = register(&client, &body).await;
    let user = &answer["data"]["user"];
    assert_eq!(user["userId"], 1);
    assert_eq!(
        (&user["isVerified"], &user["status"], &user["loginCount"]),
        (&json!(0), &json!(0), &json!(1))
    );

    let token = answer["data"]["token"].as_str().unwrap();
    let info = Request::get("/user/info?fields=permissions,mobile").header("authorization", format!("Bearer {token}"));
    let info = client.send(info, "").await;
    assert_eq!(info["data"], json!({"permissions": ["user"], "mobile": "138****8009"}));
}

#[tokio::test]
async fn what_cannot_be_a_name_is_answered_as_an_unknown_one() {
    let client = Client::new().await;
    for account in ["nobody", "a@b@c", "a\u{200b}b", &"a".repeat(300)] {
        let body = json!({"account": account, "password": "123456"});
        let (status, answer) = client.answer(Request::post("/user/login"), body.to_string()).await;
        assert_eq!(
            (status, &answer["message"]),
            (401, &json!("账号或密码错误")),
            "{account}"
        );
    }
}

#[tokio::test]
async fn a_token_of_one_wire_serves_on_the_others() {
    let client = Client::new().await;
    let token = client.signed_in().await;
    let info = Request::get("/user/info?fields=mobile,isVerified").header("authorization", &token);
    let (status, info) = client.answer(info, "").await;
    assert_eq!(
        (status, &info["data"]),
        (200, &json!({"mobile": "132****0001", "isVerified": 1}))
    );

    let body = json!({"account": "zhang", "password": "123456"});
    let token = register(&client, &body).await["data"]["token"]
        .as_str()
        .unwrap()
        .to_owned();
    let profile = client.get("userinfo/get", &format!("cloud_token={token}")).await;
    assert!(
        profile["data"]["nickname"].as_str().unwrap().starts_with("新用户"),
        "{profile}"
    );
}
