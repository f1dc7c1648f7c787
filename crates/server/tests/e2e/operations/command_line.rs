//! The management commands, beside a running server and without one.

use serde_json::{Value, json};

use crate::harness::Home;
use crate::user::{enter, token_in};

fn keys(value: &Value) -> Vec<&str> {
    value.as_object().unwrap().keys().map(String::as_str).collect()
}

/// Walks all commands; the answers are the same with and without a server.
async fn walk(home: &Home) -> String {
    let apps = home.run(&["app", "list", "--json"]).await.json();
    assert_eq!(apps.as_array().unwrap().len(), 1);
    assert_eq!(keys(&apps[0]), ["app_id", "name", "default"]);
    assert_eq!(apps[0]["default"], true);

    let created = home.run(&["app", "create", "shop", "--json"]).await.json();
    assert_eq!(keys(&created), ["app_id", "app_secret"]);
    let app_id = created["app_id"].as_str().unwrap();
    let rotated = home.run(&["app", "rotate-secret", app_id, "--json"]).await.json();
    assert_eq!(keys(&rotated), ["app_id", "app_secret"]);
    assert_eq!(rotated["app_id"], created["app_id"]);
    assert_ne!(rotated["app_secret"], created["app_secret"]);
    let apps = home.run(&["app", "list", "--json"]).await.json();
    assert_eq!(apps[1], json!({ "app_id": app_id, "name": "shop", "default": false }));
    assert!(
        !home
            .run(&["app", "rotate-secret", "nonsense", "--json"])
            .await
            .is_success
    );

    let made = home
        .create_account(
            &["--username", "yao", "--phone", "13800138000", "--role", "auditor"],
            "hunter22",
        )
        .await;
    assert_eq!(
        made,
        json!({ "id": made["id"], "public_id": made["public_id"], "username": "yao", "email": null,
            "phone": "+8613800138000", "role": "auditor", "disabled": false })
    );
    let again = home
        .run_with_input(
            &["account", "create", "--username", "YAO", "--password-stdin"],
            "hunter22\n",
        )
        .await;
    assert!(!again.is_success && again.stderr.contains("taken"), "{again:?}");
    let short = home
        .run_with_input(
            &["account", "create", "--username", "pai", "--password-stdin"],
            "12345\n",
        )
        .await;
    assert!(!short.is_success, "{short:?}");
    let promoted = home
        .run(&["account", "set-role", "yao", "--role", "root", "--json"])
        .await
        .json();
    assert_eq!(promoted["role"], "root");
    let last = home.run(&["account", "disable", "13800138000"]).await;
    assert!(!last.is_success && last.stderr.contains("root"), "{last:?}");
    let listed = home.run(&["account", "list", "--json"]).await.json();
    assert_eq!(listed, json!({ "total": 1, "accounts": [promoted] }));
    let elsewhere = home.run(&["account", "list", "--app", app_id, "--json"]).await.json();
    assert_eq!(elsewhere, json!({ "total": 0, "accounts": [] }));
    home.run(&["keys", "rotate"]).await.ok();
    app_id.to_owned()
}

#[tokio::test]
async fn commands_without_a_server() {
    let mut home = Home::new();
    let first = home.run(&["app", "list", "--json"]).await;
    assert!(
        first.stderr.contains("app_secret"),
        "the default app's secret has to be shown some time: {first:?}"
    );
    walk(&home).await;
    let server = home.start().await;
    enter(&server.client, "/user/login", "yao", "hunter22").await.data();
    let checked = home.run(&["doctor", "--json"]).await;
    assert!(checked.json().as_array().unwrap().len() >= 7, "{checked:?}");
}

#[tokio::test]
async fn commands_beside_a_server_count_at_once() {
    let mut home = Home::new();
    let server = home.start().await;
    walk(&home).await;
    let client = &server.client;
    let token = token_in(&enter(client, "/user/login", "yao", "hunter22").await.data());
    assert_eq!(
        client.get_as(&token, "/user/info?fields=permissions").await.data()["permissions"][3],
        "root"
    );
    home.create_account(&["--username", "other", "--role", "root"], "hunter22")
        .await;
    home.run(&["account", "disable", "yao"]).await.ok();
    assert_eq!(
        client.get_as(&token, "/user/info").await.status,
        401,
        "its sessions are over"
    );
    assert_eq!(enter(client, "/user/login", "yao", "hunter22").await.status, 403);
    home.run(&["account", "enable", "yao"]).await.ok();
    let token = token_in(&enter(client, "/user/login", "yao", "hunter22").await.data());
    home.run(&["sessions", "end-all", "--yes"]).await.ok();
    assert_eq!(client.get_as(&token, "/user/info").await.status, 401);
    enter(client, "/user/login", "yao", "hunter22").await.data();
}

#[tokio::test]
async fn settings_are_shown_with_their_origin_and_secrets_hidden() {
    let mut home = Home::new();
    home.write("yaopai.toml", "[limits]\ncode_guesses = 3\n");
    let secret = home.write("key", "the-secret-of-a-file\n");
    home.set("YAOPAI_SMS__WEBHOOK__SECRET_FILE", &secret.display().to_string());
    home.set(
        "YAOPAI_SMS__WEBHOOK__URL",
        "http://127.0.0.1:1/?key=the-secret-of-a-url",
    );
    home.set("YAOPAI_SMS__CHANNEL", "webhook");
    home.run(&["config", "check"]).await.ok();
    let shown = home.run(&["config", "show", "--json"]).await;
    assert!(!shown.stdout.contains("the-secret"), "{shown:?}");
    let shown = shown.json();
    let setting = |key: &str| {
        shown
            .as_array()
            .unwrap()
            .iter()
            .find(|setting| setting["key"] == key)
            .unwrap()
    };
    assert_eq!(setting("limits.code_guesses")["value"], "3");
    assert!(
        setting("limits.code_guesses")["origin"]
            .as_str()
            .unwrap()
            .contains("yaopai.toml")
    );
    assert_eq!(
        setting("limits.code_resend_seconds")["origin"],
        "YAOPAI_LIMITS__CODE_RESEND_SECONDS"
    );
    assert_eq!(
        setting("limits.code_ttl_seconds"),
        &json!({ "key": "limits.code_ttl_seconds", "value": "300", "origin": "default" })
    );
    assert_eq!(setting("sms.webhook.secret")["value"], "\"***\"");
}

#[tokio::test]
async fn an_unknown_key_or_a_bad_value_stops_everything_and_is_named() {
    for (variable, value, named) in [
        ("YAOPAI_LIMITS__CODE_TTL", "300", "YAOPAI_LIMITS__CODE_TTL"),
        ("YAOPAI_LISTEN", "nowhere", "listen"),
        ("YAOPAI_LIMITS__CODE_TTL_SECONDS", "0", "limits.code_ttl_seconds"),
        ("YAOPAI_LIMITS__CODE_RESEND_SECONDS", "-1", "limits.code_resend_seconds"),
        ("YAOPAI_SMS__CHANNEL", "pigeon", "sms.channel"),
        ("YAOPAI_SMS__CHANNEL", "webhook", "sms.webhook.url"),
        ("YAOPAI_MAIL__CHANNEL", "smtp", "mail.smtp.url"),
        ("YAOPAI_LOG__LEVEL", "loud", "log.level"),
        ("YAOPAI_ROOT_KEY", "00", "root_key"),
        (
            "YAOPAI_SMS__WEBHOOK__SECRET_FILE",
            "/nowhere/secret",
            "YAOPAI_SMS__WEBHOOK__SECRET_FILE",
        ),
        ("YAOPAI_DATABASE_URL", "mysql://localhost", "database_url"),
    ] {
        let home = Home::with(&[(variable, value)]);
        for command in [&["serve"][..], &["config", "check"]] {
            let refused = home.run(command).await;
            assert!(!refused.is_success, "{variable}={value}: {refused:?}");
            assert!(refused.stderr.contains(named), "{variable}={value}: {refused:?}");
            assert!(refused.stdout.is_empty(), "{variable}={value}: {refused:?}");
        }
    }
    let home = Home::new();
    home.write("yaopai.toml", "[limits]\ncode_guess = 3\n");
    let refused = home.run(&["serve"]).await;
    assert!(
        !refused.is_success && refused.stderr.contains("limits.code_guess"),
        "{refused:?}"
    );
}
