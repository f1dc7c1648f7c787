//! The pages of apps, messages, the audit log, API keys and settings.

use http::StatusCode;
use yaopai_model::Role;

use crate::support::{Reply, World};

/// What stands in a page between two texts.
fn between<'a>(page: &'a Reply, before: &str, after: &str) -> &'a str {
    let (_, rest) = page.text.split_once(before).unwrap();
    rest.split_once(after).unwrap().0
}

#[tokio::test]
async fn an_app_is_made_changed_and_given_a_new_secret() {
    let world = World::new().await;
    let mut root = world.operator("top", Role::Root).await;
    root.get("/console/apps/new").await;
    let bad = root
        .post(
            "/console/apps/new",
            &[("name", "Shop"), ("hosts", "https://x"), ("rate", "7")],
        )
        .await;
    assert_eq!(bad.status, StatusCode::BAD_REQUEST);
    assert!(bad.has("Not a host name") && bad.has("value=\"Shop\"") && bad.has("value=\"7\""));
    let fields = [
        ("name", "Shop"),
        ("hosts", "shop.example.com\nm.example.com"),
        ("rate", "7"),
    ];
    let made = root.post("/console/apps/new", &fields).await;
    assert_eq!(made.status, StatusCode::OK, "{}", made.text);
    let first = between(&made, "id=\"app-secret\">", "<").to_owned();
    let page = format!("/console/apps/{}", between(&made, "id=\"app-id\">", "<"));
    let shown = root.get(&page).await;
    assert!(
        shown.has("shop.example.com") && !shown.has(&first),
        "the secret is shown once"
    );

    let taken = root
        .post("/console/apps/new", &[("name", "Other"), ("hosts", "m.example.com")])
        .await;
    assert_eq!(taken.status, StatusCode::CONFLICT);
    let saved = root.post(&page, &[("name", "Shop 2"), ("user", "1")]).await;
    assert_eq!(saved.location(), format!("{page}?done=saved"));
    let shown = root.get("/console/apps").await;
    assert!(shown.has("Shop 2") && shown.has("api_v1 · closed") && !shown.has(">user · closed"));

    let rotate = format!("{page}/rotate");
    let asked = root.post(&rotate, &[("overlap_hours", "24")]).await;
    assert_eq!(asked.status, StatusCode::FORBIDDEN);
    assert!(asked.has("confirm_password"));
    let rotated = root.post_confirmed(&rotate, &[("overlap_hours", "24")]).await;
    assert!(rotated.has("The old secret stays good until") && !rotated.has(&first));
    assert!(root.get(&page).await.has("/end-overlap"));
    root.post(&format!("{page}/end-overlap"), &[]).await;
    assert!(!root.get(&page).await.has("/end-overlap"));

    let mut admin = world.operator("boss", Role::Admin).await;
    let shown = admin.get(&page).await;
    assert!(shown.has("readonly") && !shown.has("/rotate"), "an admin only looks");
    let refused = admin.post_confirmed(&rotate, &[("overlap_hours", "0")]).await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
    assert_eq!(admin.get("/console/apps/new").await.status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn a_key_is_shown_once_and_revoked() {
    let world = World::new().await;
    let mut auditor = world.operator("auditor", Role::Auditor).await;
    assert!(auditor.get("/console/keys").await.has("There are no keys yet."));
    auditor.get("/console/keys/new").await;
    let bad = auditor
        .post("/console/keys/new", &[("name", "nightly"), ("days", "90")])
        .await;
    assert_eq!(bad.status, StatusCode::BAD_REQUEST);
    assert!(bad.has("Tick at least one scope.") && bad.has("value=\"nightly\""));
    let fields = [
        ("name", "nightly"),
        ("days", "90"),
        ("scope", "audit"),
        ("scope", "keys"),
    ];
    let asked = auditor.post("/console/keys/new", &fields).await;
    assert!(asked.has("confirm_password"));
    let made = auditor.post_confirmed("/console/keys/new", &fields).await;
    let text = between(&made, "id=\"key\">", "<").to_owned();
    assert!(world.accounts.authenticate_api_key(&text).await.is_ok());
    let listed = auditor.get("/console/keys").await;
    assert!(listed.has("nightly") && listed.has("Live") && !listed.has(&text));
    let revoke = format!(
        "/console/keys/{}/revoke",
        between(&listed, "action=\"/console/keys/", "/revoke")
    );
    let revoked = auditor.post(&revoke, &[]).await;
    assert_eq!(revoked.status, StatusCode::SEE_OTHER, "{}", revoked.text);
    assert!(auditor.get(revoked.location()).await.has("Revoked"));
    assert!(world.accounts.authenticate_api_key(&text).await.is_err());
}

#[tokio::test]
async fn the_audit_log_is_filtered_and_exported_and_says_so() {
    let world = World::new().await;
    let mut root = world.operator("top", Role::Root).await;
    root.get("/console/apps/new").await;
    root.post("/console/apps/new", &[("name", "=Shop")]).await;
    let mut auditor = world.operator("auditor", Role::Auditor).await;
    let page = auditor.get("/console/audit").await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(page.has("The chain is whole"), "{}", page.text);
    let none = auditor.get("/console/audit?action=account.delete").await;
    assert!(none.has("No entry here is like that."));

    let csv = auditor
        .post("/console/audit/export", &[("format", "csv"), ("action", "account")])
        .await;
    assert_eq!(csv.headers["content-type"], "text/csv; charset=utf-8");
    assert!(
        csv.headers["content-disposition"]
            .to_str()
            .unwrap()
            .contains("audit.csv")
    );
    assert!(csv.text.starts_with("\u{feff}number,at,actor,action,target,detail\r\n"));
    assert!(!csv.has("app.update") && csv.has("account.create"), "{}", csv.text);
    let of_shop = auditor
        .post("/console/audit/export", &[("format", "csv"), ("app", "2")])
        .await;
    assert!(of_shop.has(",'=Shop"), "no formula: {}", of_shop.text);
    let lines = auditor.post("/console/audit/export", &[("format", "jsonl")]).await;
    for line in lines.text.lines() {
        let entry: serde_json::Value = serde_json::from_str(line).unwrap();
        assert!(entry["number"].is_number());
    }
    let page = auditor.get("/console/audit?action=audit.export").await;
    assert!(page.has("audit.export"));
}

#[tokio::test]
async fn settings_are_shown_to_those_who_look_at_the_base() {
    let world = World::new().await;
    let mut auditor = world.operator("auditor", Role::Auditor).await;
    let page = auditor.get("/console/settings").await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(page.has("sms.secret") && page.has("***") && page.has("YAOPAI_SMS_SECRET"));
    assert!(
        !page.has("method=\"post\" action=\"/console/settings"),
        "nothing is changed here"
    );
}

#[tokio::test]
async fn messages_are_masked_until_revealed() {
    let world = World::new().await;
    let user = world.account("wang@example.com", Role::User).await;
    let mut admin = world.operator("boss", Role::Admin).await;
    assert!(admin.get("/console/messages").await.has("There are no messages yet."));
    let send = format!("/console/accounts/{}/send-code", user.id.0);
    let sent = admin.post(&send, &[("to", "email")]).await;
    assert_eq!(sent.status, StatusCode::SEE_OTHER, "{}", sent.text);
    let page = admin.get("/console/messages").await;
    assert!(page.has("Code to reset the password") && !page.has("wang@example.com"));
    let reveal = format!(
        "/console/messages/{}/reveal",
        between(&page, "action=\"/console/messages/", "/reveal")
    );
    let asked = admin.post(&reveal, &[]).await;
    assert!(asked.has("confirm_password") && !asked.has("wang@example.com"));
    assert!(admin.post_confirmed(&reveal, &[]).await.has("wang@example.com"));
    let mut auditor = world.operator("auditor", Role::Auditor).await;
    let page = auditor.get("/console/messages").await;
    assert!(page.has("Code to reset the password") && !page.has("/reveal") && !page.has("/send-again"));
}
