//! Apps and accounts, beside a running server and without one.

use serde_json::{Value, json};
use tokio::task::JoinSet;

use crate::harness::{Gateway, Home, Server};

const PASSWORD: &str = "correct horse";

async fn sign_in(server: &Server, account: &str) -> Value {
    server
        .client
        .post_json("/user/login", &json!({"account": account, "password": PASSWORD}))
        .await
        .json()
}

#[tokio::test]
async fn apps_are_made_listed_and_given_new_secrets() {
    let mut home = Home::new();
    let server = home.start().await;
    let (default_id, _) = server.app();

    let made = home.run(&["app", "create", "Shop", "--json"]).await.json();
    let keys: Vec<_> = made.as_object().unwrap().keys().cloned().collect();
    assert_eq!(keys, ["app_id", "app_secret"]);
    let id = made["app_id"].as_str().unwrap();

    let list = home.run(&["app", "list", "--json"]).await.json();
    let expected = json!([
        {"app_id": default_id, "name": "default", "default": true},
        {"app_id": id, "name": "Shop", "default": false},
    ]);
    assert_eq!(list, expected);

    let rotated = home.run(&["app", "rotate-secret", id, "--json"]).await.json();
    assert_eq!(rotated["app_id"], id);
    assert_ne!(rotated["app_secret"], made["app_secret"]);

    // It counts at once.
    let ask = async |secret: &Value| {
        let secret = secret.as_str().unwrap();
        let url = format!("/api/cloud_user/code/get?phone=13800138000&type=0&app_id={id}&app_secret={secret}");
        server.client.get(&url).await.json()["code"].clone()
    };
    assert_eq!(ask(&made["app_secret"]).await, 10010);
    assert_eq!(ask(&rotated["app_secret"]).await, 1);

    let unknown = home.run(&["app", "rotate-secret", "aaaaaaaaaaaaaaaa"]).await;
    assert!(
        !unknown.is_success && unknown.stderr.contains("no such app"),
        "{unknown:?}"
    );
}

#[tokio::test]
async fn an_apps_hosts_and_rate_are_changed() {
    let mut home = Home::new();
    let server = home.start().await;
    let made = home.run(&["app", "create", "Shop", "--json"]).await.json();
    let [id, secret] = ["app_id", "app_secret"].map(|key| made[key].as_str().unwrap().to_owned());
    home.run(&[
        "app",
        "update",
        &id,
        "--host",
        "shop.example.com",
        "--rate",
        "1",
        "--json",
    ])
    .await
    .json();

    let url = format!("/api/cloud_user/logout?app_id={id}&app_secret={secret}");
    let mut asked = JoinSet::new();
    for _ in 0..30 {
        let (client, url) = (server.client.clone(), url.clone());
        asked.spawn(async move { client.get(&url).await.json()["code"].clone() });
    }
    let codes = asked.join_all().await;
    assert!(codes.contains(&json!(101)), "{codes:?}");

    home.run(&["app", "update", &id, "--rate", "0", "--json"]).await.json();
    assert_ne!(server.client.get(&url).await.json()["code"], 101);
    let unknown = home.run(&["app", "update", "aaaaaaaaaaaaaaaa", "--no-host"]).await;
    assert!(
        !unknown.is_success && unknown.stderr.contains("no such app"),
        "{unknown:?}"
    );
}

#[tokio::test]
async fn accounts_are_managed_beside_a_running_server() {
    let mut home = Home::new();
    let server = home.start().await;
    let root = home
        .create_account(&["--username", "boss", "--role", "root"], PASSWORD)
        .await;
    assert_eq!(
        (&root["username"], &root["role"], &root["disabled"]),
        (&json!("boss"), &json!("root"), &json!(false))
    );
    home.create_account(&["--email", "li@example.com", "--phone", "138 0013 8000"], PASSWORD)
        .await;
    assert_eq!(sign_in(&server, "li@example.com").await["code"], 200);

    let disabled = home.run(&["account", "disable", "13800138000", "--json"]).await.json();
    assert_eq!(disabled["disabled"], true);
    assert_eq!(sign_in(&server, "li@example.com").await["code"], 403);
    home.run(&["account", "enable", "li@example.com"]).await.ok();
    assert_eq!(sign_in(&server, "13800138000").await["code"], 200);

    let letters = disabled["public_id"].as_str().unwrap();
    let raised = home
        .run(&["account", "set-role", letters, "--role", "admin", "--json"])
        .await
        .json();
    assert_eq!((&raised["id"], &raised["role"]), (&disabled["id"], &json!("admin")));

    let list = home.run(&["account", "list", "--json"]).await.json();
    assert_eq!(list["total"], 2);
    assert_eq!(list["accounts"][1]["phone"], "+8613800138000");

    let last = home.run(&["account", "set-role", "1", "--role", "user"]).await;
    assert!(!last.is_success && last.stderr.contains("active root"), "{last:?}");
}

#[tokio::test]
async fn accounts_are_managed_without_a_server() {
    let mut home = Home::new();
    let create = [
        "account",
        "create",
        "--username",
        "boss",
        "--role",
        "root",
        "--password-stdin",
        "--json",
    ];
    let first = home.run_with_input(&create, &format!("{PASSWORD}\n")).await;
    assert_eq!(first.json()["username"], "boss");
    // Whoever makes the base sees its default app's secret, whichever command that is.
    assert!(first.stderr.contains("app_secret:"), "{}", first.stderr);

    let server = home.start().await;
    assert_eq!(sign_in(&server, "boss").await["code"], 200);
    assert!(!server.stdout().contains("app_secret"), "{}", server.stdout());
    server.stop().await;
    assert_eq!(home.run(&["account", "list", "--json"]).await.json()["total"], 1);
}

#[tokio::test]
async fn what_cannot_be_done_is_said() {
    let home = Home::new();
    home.create_account(&["--username", "boss", "--role", "root"], PASSWORD)
        .await;
    let create = ["account", "create", "--password-stdin", "--username"];
    for (arguments, password, told) in [
        (&["boss"][..], PASSWORD, "taken"),
        (&["other"], "short", "password"),
        (&["other"], "", "password"),
        (&["13800138000"], PASSWORD, "username"),
        (&["other", "--email", "a@b@c"], PASSWORD, "e-mail"),
        (&["other", "--phone", "12"], PASSWORD, "phone"),
        (&["other", "--app", "aaaaaaaaaaaaaaaa"], PASSWORD, "no such app"),
    ] {
        let output = home
            .run_with_input(&[&create, arguments].concat(), &format!("{password}\n"))
            .await;
        assert!(!output.is_success, "{arguments:?}");
        assert!(output.stderr.contains(told), "{}", output.stderr);
    }
    let nobody = home.run(&["account", "disable", "nobody"]).await;
    assert!(
        !nobody.is_success && nobody.stderr.contains("no such account"),
        "{nobody:?}"
    );
    assert_eq!(home.run(&["account", "list", "--json"]).await.json()["total"], 1);
}

#[tokio::test]
async fn the_socket_works_in_a_folder_with_a_long_path() {
    let mut home = Home::new();
    let long = home.path(&"deep/".repeat(40)).display().to_string();
    home.set("YAOPAI_DATA_DIR", &long);
    let _server = home.start().await;
    assert_eq!(
        home.run(&["app", "list", "--json"])
            .await
            .json()
            .as_array()
            .unwrap()
            .len(),
        1
    );
}

#[tokio::test]
async fn sessions_end_and_keys_change_on_command() {
    let mut home = Home::new();
    let server = home.start().await;
    home.create_account(&["--username", "boss", "--role", "root"], PASSWORD)
        .await;
    let token = async || {
        sign_in(&server, "boss").await["data"]["token"]
            .as_str()
            .unwrap()
            .to_owned()
    };
    let code = async |token: &str| server.client.get_as(token, "/user/info").await.json()["code"].clone();

    let before = token().await;
    home.run(&["keys", "rotate"]).await.ok();
    let after = token().await;
    assert_ne!(
        before.split('.').next(),
        after.split('.').next(),
        "the header names another key"
    );
    assert_eq!((code(&before).await, code(&after).await), (json!(200), json!(200)));

    home.run(&["sessions", "end-all", "--yes"]).await.ok();
    assert_eq!((code(&before).await, code(&after).await), (json!(401), json!(401)));
    assert_eq!(code(&token().await).await, 200);
}

#[tokio::test]
async fn what_became_of_a_message_can_be_read() {
    let mut home = Home::new();
    let gateway = Gateway::open().await;
    gateway.serve(&mut home);
    let server = home.start().await;
    let (id, secret) = server.app();
    let ask = async |phone: &str| {
        let url = format!("/api/cloud_user/code/get?phone={phone}&type=0&app_id={id}&app_secret={secret}");
        assert_eq!(server.client.get(&url).await.code(), 1);
    };
    ask("13800138000").await;
    let code = gateway.code_to("+8613800138000").await;
    gateway.answer_with(400);
    ask("13800138001").await;

    // The states are noted after the gateway has answered.
    let mut messages = json!([]);
    for _ in 0..100 {
        messages = home.run(&["messages", "--json"]).await.json();
        if messages
            .as_array()
            .unwrap()
            .iter()
            .all(|message| message["state"] != "waiting")
        {
            break;
        }
    }
    let of = |state: &str| {
        let mut all = messages.as_array().unwrap().iter();
        all.find(|message| message["state"] == state)
            .unwrap_or_else(|| panic!("none is {state}: {messages}"))
            .clone()
    };
    assert_eq!(
        (&of("sent")["recipient"], &of("sent")["attempts"]),
        (&json!("138****8000"), &json!(1))
    );
    assert_eq!(of("failed")["recipient"], "138****8001");
    assert!(of("failed")["last_error"].as_str().unwrap().contains("400"));
    let words = home.run(&["messages"]).await;
    assert_eq!(words.ok().lines().count(), 2);
    assert!(!words.stdout.contains(&code) && !messages.to_string().contains(&code));
}
