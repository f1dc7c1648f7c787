//! The document of `user`, call by call in its order and spelling.

use reqwest::Method;
use serde_json::{Value, json};

use crate::harness::{Client, Home, Reply};

const USER_FIELDS: [&str; 16] = [
    "userId",
    "username",
    "mobile",
    "email",
    "nickname",
    "avatarUrl",
    "gender",
    "birthday",
    "location",
    "bio",
    "registrationTime",
    "lastLoginTime",
    "loginCount",
    "isVerified",
    "verificationTime",
    "status",
];

/// Registers or signs in; gives the answer.
pub(crate) async fn enter(client: &Client, call: &str, account: &str, password: &str) -> Reply {
    client
        .post_json(call, &json!({ "account": account, "password": password }))
        .await
}

/// The token that `data` holds.
pub(crate) fn token_in(data: &Value) -> String {
    data["token"].as_str().unwrap().to_owned()
}

/// Where each of `names` stands in a text; fails where one does not.
fn places(text: &str, names: &[&str]) -> Vec<usize> {
    let place = |name: &&str| {
        text.find(&format!("\"{name}\":"))
            .unwrap_or_else(|| panic!("no {name} in {text}"))
    };
    names.iter().map(place).collect()
}

#[tokio::test]
async fn the_document_from_registration_to_the_limit_of_calls() {
    let mut home = Home::new();
    let server = home.start().await;
    let client = &server.client;

    // As the document's cURL example: a header that is of no use is ignored.
    let request = client.request(Method::POST, "/user/register");
    let request = request
        .header("Authorization", "eyJhbGciOiJIUzI1NiJ9...")
        .header("Content-Type", "application/json");
    let body = "{\n    \"account\": \"13800138009\",\n    \"password\": \"123456\"\n}";
    let registered = Reply::to(request.body(body)).await.unwrap();
    let user = registered.data()["user"].clone();
    assert!(
        registered
            .text()
            .starts_with(r#"{"code":200,"message":"成功","data":{"user":{"userId":"#)
    );
    assert!(
        places(registered.text(), &USER_FIELDS).is_sorted(),
        "{}",
        registered.text()
    );
    assert_eq!(user.as_object().unwrap().len(), USER_FIELDS.len());
    assert_eq!(user["mobile"], "13800138009");
    assert_eq!(user["registrationTime"], user["lastLoginTime"]);
    assert_eq!(
        (&user["loginCount"], &user["isVerified"], &user["status"]),
        (&json!(1), &json!(0), &json!(0))
    );
    let nickname = user["nickname"].as_str().unwrap();
    let drawn = nickname.strip_prefix("新用户").unwrap();
    assert!(
        drawn.len() == 6 && drawn.bytes().all(|byte| b"0123456789ABCDEF".contains(&byte)),
        "{nickname}"
    );
    for name in [
        "username",
        "email",
        "avatarUrl",
        "gender",
        "birthday",
        "location",
        "bio",
        "verificationTime",
    ] {
        assert_eq!(user[name], Value::Null, "{name}");
    }
    let again = enter(client, "/user/register", "13800138009", "123456").await;
    assert_eq!(
        (again.status, again.text()),
        (409, r#"{"code":409,"message":"账号已存在","data":null}"#)
    );

    let signed_in = enter(client, "/user/login", "13800138009", "123456").await.data();
    assert_eq!(signed_in["user"]["loginCount"], 2);
    assert_eq!(signed_in["user"]["mobile"], "13800138009");
    let wrong = enter(client, "/user/login", "13800138009", "654321").await;
    assert_eq!(
        (wrong.status, wrong.text()),
        (401, r#"{"code":401,"message":"账号或密码错误","data":null}"#)
    );

    let token = token_in(&signed_in);
    let info = client.get_as(&token, "/user/info").await;
    let shown = info.data();
    assert!(places(info.text(), &[&USER_FIELDS[..], &["permissions", "settings"]].concat()).is_sorted());
    assert_eq!(shown.as_object().unwrap().len(), USER_FIELDS.len() + 2);
    assert_eq!(shown["mobile"], "138****8009");
    assert_eq!(shown["permissions"], json!(["user"]));
    assert_eq!(shown["settings"], json!({ "notification": true, "theme": "light" }));
    let request = client.request(Method::GET, "/user/info?fields=nickname,mobile,avatarUrl");
    let request = request
        .header("Authorization", format!("Bearer {token}"))
        .header("Content-Type", "application/json");
    assert_eq!(
        Reply::to(request).await.unwrap().text(),
        format!(
            "{{\"code\":200,\"message\":\"成功\",\"data\":{{\"mobile\":\"138****8009\",\"nickname\":\"{nickname}\",\
             \"avatarUrl\":null}}}}"
        )
    );

    let stranger = client.get("/user/info").await;
    assert_eq!(
        (stranger.status, stranger.text()),
        (401, r#"{"code":401,"message":"未登录或登录已过期","data":null}"#)
    );
    for call in 3..=30 {
        assert_eq!(client.get_as(&token, "/user/info").await.status, 200, "call {call}");
    }
    let limited = client.get_as(&token, "/user/info").await;
    assert_eq!(
        (limited.status, limited.text()),
        (429, r#"{"code":429,"message":"请求过于频繁，请稍后再试","data":null}"#)
    );
    assert!(limited.header("Retry-After").parse::<u32>().unwrap() >= 1);
    server.stop().await;
}

#[tokio::test]
async fn usernames_and_addresses_are_accounts_too() {
    let mut home = Home::new();
    let server = home.start().await;
    for (account, field, masked) in [
        ("yao_pai", "username", "yao_pai"),
        ("yao@example.org", "email", "y****o@example.org"),
    ] {
        let registered = enter(&server.client, "/user/register", account, "123456").await.data();
        assert_eq!(registered["user"][field], account);
        let signed_in = enter(&server.client, "/user/login", &account.to_uppercase(), "123456")
            .await
            .data();
        assert_eq!(signed_in["user"]["userId"], registered["user"]["userId"]);
        let shown = server
            .client
            .get_as(&token_in(&signed_in), &format!("/user/info?fields={field}"))
            .await
            .data();
        assert_eq!(shown, json!({ field: masked }));
    }
}

#[tokio::test]
async fn http_can_always_say_200() {
    let mut home = Home::with(&[("YAOPAI_DIALECTS__USER__HTTP_STATUS", "always_200")]);
    let server = home.start().await;
    let stranger = server.client.get("/user/info").await;
    assert_eq!((stranger.status, stranger.code()), (200, 401));
}
