//! The admin API as a script uses it that was handed a key made in the console.

use reqwest::Method;
use serde_json::{Value, json};

use crate::harness::{Gateway, Home, Reply, Server, Visitor};

const PASSWORD: &str = "a good password";
const ALL_SCOPES: [&str; 12] = [
    "accounts.read",
    "accounts.write",
    "accounts.addresses",
    "reveal",
    "accounts.grant",
    "accounts.delete",
    "messages",
    "apps",
    "apps.secrets",
    "audit",
    "keys",
    "server",
];

/// Makes the account `boss` and a key of theirs in the console.
pub(crate) async fn make_key(home: &Home, server: &Server, scopes: &[&str]) -> String {
    home.create_account(&["--username", "boss", "--role", "root"], PASSWORD)
        .await;
    let mut boss = Visitor::of(&server.client);
    boss.sign_in("/console", "boss", PASSWORD).await;
    boss.get("/console/keys/new").await;
    let mut fields = vec![("name", "nightly"), ("days", "1")];
    fields.extend(scopes.iter().map(|scope| ("scope", *scope)));
    let asked = boss.post("/console/keys/new", &fields).await;
    assert_eq!(asked.status, 403, "the password is asked for again: {}", asked.text());
    fields.push(("confirm_password", PASSWORD));
    let made = boss.post("/console/keys/new", &fields).await;
    let (_, rest) = made.text().split_once("yk_").unwrap();
    format!("yk_{}", rest.split('<').next().unwrap())
}

/// A key for everything.
pub(crate) async fn make_root_key(home: &Home, server: &Server) -> String {
    make_key(home, server, &ALL_SCOPES).await
}

/// A script with its key.
pub(crate) struct Script<'a> {
    pub(crate) server: &'a Server,
    pub(crate) key: String,
}

impl Script<'_> {
    pub(crate) async fn get(&self, path: &str) -> Reply {
        self.call(Method::GET, path, &Value::Null, "").await
    }

    pub(crate) async fn call(&self, method: Method, path: &str, body: &Value, name: &str) -> Reply {
        let mut request = self
            .server
            .client
            .request(method, &format!("/api/admin{path}"))
            .header("Authorization", format!("Bearer {}", self.key));
        if !name.is_empty() {
            request = request.header("Idempotency-Key", name);
        }
        if !body.is_null() {
            request = request
                .header("Content-Type", "application/json")
                .body(body.to_string());
        }
        Reply::to(request).await.unwrap()
    }
}

#[tokio::test]
async fn a_script_takes_in_people_and_helps_one_who_cannot_sign_in() {
    let (mut home, gateway) = (Home::new(), Gateway::open().await);
    gateway.serve(&mut home);
    let server = home.start().await;
    let key = make_root_key(&home, &server).await;
    let script = Script { server: &server, key };

    // The list to take in is sent twice, since the first run broke off.
    let mut ids = Vec::new();
    for _ in 0..2 {
        for number in 0..5 {
            let person = json!({"phone": format!("1380013800{number}"), "password": "first secret"});
            let name = format!("import-{number}");
            let made = script.call(Method::POST, "/accounts", &person, &name).await;
            assert_eq!(made.status, 201, "{}", made.text());
            ids.push(made.json()["id"].as_i64().unwrap());
        }
    }
    assert_eq!(ids[..5], ids[5..]);
    let page = script.get("/accounts?role=user&limit=3").await.json();
    let next = page["next_cursor"].as_str().unwrap();
    let rest = script
        .get(&format!("/accounts?role=user&limit=3&cursor={next}"))
        .await
        .json();
    assert_eq!(
        (
            page["items"].as_array().unwrap().len(),
            rest["items"].as_array().unwrap().len()
        ),
        (3, 2)
    );

    // One of them was disabled by mistake.
    let id = ids[2];
    let body = json!({"action": "disable", "ids": [id]});
    let report = script.call(Method::POST, "/accounts/bulk", &body, "").await.json();
    assert_eq!(report["done"], json!([id]));
    let login = json!({"account": "13800138002", "password": "first secret"});
    assert_eq!(server.client.post_json("/user/login", &login).await.status, 403);
    let obstacles = script.get(&format!("/accounts/{id}/obstacles")).await.json();
    let remedy = obstacles["items"][0]["remedy"].as_str().unwrap().to_owned();
    assert_eq!(remedy, "enable");
    let enabled = script
        .call(Method::POST, &format!("/accounts/{id}/{remedy}"), &Value::Null, "")
        .await;
    assert_eq!(enabled.status, 204);
    assert_eq!(server.client.post_json("/user/login", &login).await.status, 200);

    // They forgot the password, too: a code goes to their phone, once.
    for _ in 0..2 {
        let path = format!("/accounts/{id}/reset-code");
        let sent = script
            .call(Method::POST, &path, &json!({"to": "phone"}), "code-1")
            .await;
        assert_eq!(sent.status, 204, "{}", sent.text());
    }
    assert_eq!(gateway.code_to("+8613800138002").await.len(), 6);
    let messages = script.get("/messages?recipient=8002").await.json();
    assert_eq!(messages["items"].as_array().unwrap().len(), 1, "{messages}");
    assert_eq!(messages["items"][0]["subject"], "reset_password");

    // What was done is written down, and by which key.
    let export = script.get("/accounts/export?role=user").await;
    assert_eq!(export.text().lines().count(), 5);
    let log = script.get("/audit?action=account.enable").await.json();
    assert!(log["items"][0]["actor"].as_str().unwrap().contains(" key "), "{log}");
    let settings = script.get("/settings").await;
    assert!(settings.text().contains("limits.code_resend_seconds"));

    // Whoever ends all sessions ends the key.
    assert!(home.run(&["sessions", "end-all", "--yes"]).await.is_success);
    let refused = script.get("/accounts").await;
    assert_eq!(
        (refused.status, refused.header("Content-Type")),
        (401, "application/problem+json")
    );
    server.stop().await;
}
