//! The pages of accounts.

use http::StatusCode;
use http_body_util::BodyExt as _;
use yaopai_accounts::Actor;
use yaopai_model::Role;

use crate::support::{PASSWORD, World};

#[tokio::test]
async fn the_list_is_searched_paged_and_masked() {
    let world = World::new().await;
    for number in 0..60 {
        world.account(&format!("138001380{number:02}"), Role::User).await;
    }
    let mut browser = world.operator("auditor", Role::Auditor).await;
    let page = browser.get("/console/accounts").await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(page.text.len() < 200 * 1024, "{}", page.text.len());
    assert!(page.has("61 accounts"), "{}", page.text);
    assert!(page.has("138****8059") && !page.has("13800138059"));
    assert!(!page.has("138****8005"), "the oldest are on the next page");
    assert!(!page.has("name=\"one\""), "an auditor acts on none");
    assert!(!page.has("/console/accounts/export"), "and exports none");
    let (_, rest) = page.text.split_once("rel=\"next\" href=\"").unwrap();
    let next = rest.split('"').next().unwrap().replace("&#38;", "&");
    let page = browser.get(&next).await;
    assert!(page.has("138****8005") && page.has("rel=\"prev\""));

    let page = browser.get("/console/accounts?q=8005").await;
    assert!(page.has("138****8005") && !page.has("138****8006"));
    let page = browser.get("/console/accounts?role=auditor").await;
    assert!(page.has("auditor") && !page.has("138****8006"));
    let page = browser.get("/console/accounts?from=2030-01-01").await;
    assert!(page.has("No account matches."));
    let page = browser.get("/console/accounts?at=nonsense&role=king&app=99").await;
    assert_eq!(page.status, StatusCode::OK);
}

#[tokio::test]
async fn an_address_is_shown_whole_only_after_the_password_and_to_admins() {
    let world = World::new().await;
    let user = world.account("13800138000", Role::User).await;
    let (page, reveal) = (
        format!("/console/accounts/{}", user.id.0),
        format!("/console/accounts/{}/reveal", user.id.0),
    );
    let mut auditor = world.operator("auditor", Role::Auditor).await;
    let shown = auditor.get(&page).await;
    assert!(shown.has("138****8000") && !shown.has("13800138000"));
    assert!(!shown.has("/reveal") && !shown.has("/edit"), "not offered");
    let refused = auditor.post_confirmed(&reveal, &[]).await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
    assert!(!refused.has("13800138000"));

    let mut admin = world.operator("boss", Role::Admin).await;
    admin.get(&page).await;
    let asked = admin.post(&reveal, &[]).await;
    assert_eq!(asked.status, StatusCode::FORBIDDEN);
    assert!(asked.has("confirm_password") && !asked.has("13800138000"));
    let shown = admin.post_confirmed(&reveal, &[]).await;
    assert_eq!(shown.status, StatusCode::OK);
    assert!(shown.has("+8613800138000"));
    let timeline = admin.get(&page).await;
    assert!(timeline.has("account.reveal"), "{}", timeline.text);
}

#[tokio::test]
async fn what_was_typed_stays_in_a_form_that_is_refused() {
    let world = World::new().await;
    let user = world.account("zhang", Role::User).await;
    world.account("wang", Role::User).await;
    let mut admin = world.operator("boss", Role::Admin).await;
    let edit = format!("/console/accounts/{}/edit", user.id.0);
    assert!(admin.get(&edit).await.has("value=\"zhang\""));

    let taken = admin
        .post(&edit, &[("username", "wang"), ("location", "Shenzhen")])
        .await;
    assert_eq!(taken.status, StatusCode::CONFLICT);
    assert!(taken.has("The username is taken.") && taken.has("value=\"Shenzhen\"") && taken.has("aria-invalid"));
    let bad = admin
        .post(&edit, &[("username", "zhang"), ("preferences", "[1]")])
        .await;
    assert_eq!(bad.status, StatusCode::BAD_REQUEST);
    assert!(bad.has("Preferences are a JSON object") && bad.has(">[1]</textarea>"));
    assert_eq!(world.row(&user).await.as_ref(), Some(&user), "nothing was changed");

    let fields = [
        ("username", "zhang"),
        ("nickname", "张三"),
        ("email", "zhang@example.com"),
        ("birthday", "1990-01-02"),
        ("preferences", "{\"b\":1}"),
    ];
    let asked = admin.post(&edit, &fields).await;
    assert_eq!(asked.status, StatusCode::FORBIDDEN);
    assert!(
        asked.has("confirm_password"),
        "another mailbox can begin the account anew"
    );
    assert_eq!(world.row(&user).await.as_ref(), Some(&user));
    let saved = admin.post_confirmed(&edit, &fields).await;
    assert_eq!(saved.location(), format!("/console/accounts/{}?done=saved", user.id.0));
    let row = world.row(&user).await.unwrap();
    assert_eq!(row.profile.nickname.unwrap().as_str(), "张三");
    assert_eq!(row.email.unwrap().value.address(), "zhang@example.com");
    assert_eq!(row.preferences.as_deref(), Some("{\"b\":1}"));
    assert!(admin.get(saved.location()).await.has("Saved."));
}

#[tokio::test]
async fn a_rank_too_low_is_told_on_the_page() {
    let world = World::new().await;
    let top = world.account("top", Role::Root).await;
    let user = world.account("user", Role::User).await;
    let mut admin = world.operator("boss", Role::Admin).await;
    for (id, action) in [
        (top.id, "disable"),
        (top.id, "delete"),
        (top.id, "end-sessions"),
        (user.id, "role"),
    ] {
        let path = format!("/console/accounts/{}/{action}", id.0);
        let refused = admin.post_confirmed(&path, &[("role", "admin")]).await;
        assert_eq!(refused.status, StatusCode::FORBIDDEN, "{path}");
        assert!(refused.has("Your role does not reach this"), "{path}: {}", refused.text);
    }
    assert_eq!(world.row(&top).await, Some(top));
    assert_eq!(admin.get("/console/accounts/99999").await.status, StatusCode::NOT_FOUND);
    assert_eq!(admin.get("/console/accounts/x").await.status, StatusCode::NOT_FOUND);

    let bare = admin
        .post_bare(&format!("/console/accounts/{}/disable", user.id.0), &[])
        .await;
    assert_eq!(bare.status, StatusCode::FORBIDDEN);
    assert_eq!(world.row(&user).await.unwrap().disabled_at, None, "no token, no effect");
}

#[tokio::test]
async fn many_are_done_each_by_itself() {
    let world = World::new().await;
    let (one, two) = (
        world.account("one", Role::User).await,
        world.account("two", Role::User).await,
    );
    let top = world.account("top", Role::Root).await;
    let mut admin = world.operator("boss", Role::Admin).await;
    let ids = [one.id, two.id, top.id].map(|id| id.0.to_string());
    let ticked = |action| {
        let mut fields: Vec<(&str, &str)> = ids.iter().map(|id| ("one", id.as_str())).collect();
        fields.push(("do", action));
        fields
    };
    let report = admin.post("/console/accounts/bulk", &ticked("disable")).await;
    assert_eq!(report.status, StatusCode::OK);
    assert!(report.has("Done: 2") && report.has("Refused: 1") && report.has("Your role does not reach this"));
    assert!(world.row(&one).await.unwrap().disabled_at.is_some());
    assert_eq!(world.row(&top).await.unwrap().disabled_at, None);
    let asked = admin.post("/console/accounts/bulk", &ticked("delete")).await;
    assert!(asked.has("confirm_password"));
    assert!(world.row(&one).await.is_some());
    admin.post_confirmed("/console/accounts/bulk", &ticked("delete")).await;
    assert!(world.row(&one).await.is_none() && world.row(&two).await.is_none());
}

#[tokio::test]
async fn an_account_is_made_with_a_password_that_is_shown_once() {
    let world = World::new().await;
    let mut admin = world.operator("boss", Role::Admin).await;
    let empty = admin.post("/console/accounts/new", &[]).await;
    assert_eq!(empty.status, StatusCode::BAD_REQUEST);
    let bad = admin
        .post("/console/accounts/new", &[("username", "new"), ("phone", "1")])
        .await;
    assert!(bad.has("Not a phone number") && bad.has("value=\"new\""));
    let made = admin.post("/console/accounts/new", &[("username", "new")]).await;
    assert_eq!(made.status, StatusCode::OK);
    let (_, rest) = made.text.split_once("<code id=\"password\">").unwrap();
    assert_eq!(rest.split('<').next().unwrap().len(), 16);
    let typed = [("username", "newer"), ("password", PASSWORD)];
    let made = admin.post("/console/accounts/new", &typed).await;
    assert!(made.location().ends_with("?done=created"));
    let refused = admin
        .post_confirmed("/console/accounts/new", &[("username", "king"), ("role", "root")])
        .await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
    assert!(refused.has("Your role does not reach this"));
    let mut auditor = world.operator("auditor", Role::Auditor).await;
    assert_eq!(auditor.get("/console/accounts/new").await.status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn what_is_listed_is_exported_whole() {
    let world = World::new().await;
    world.account("13800138000", Role::User).await;
    world.account("zhang@example.com", Role::User).await;
    let mut admin = world.operator("boss", Role::Admin).await;
    let asked = admin.post("/console/accounts/export", &[("format", "csv")]).await;
    assert!(asked.has("confirm_password"));
    let csv = admin
        .post_confirmed("/console/accounts/export", &[("format", "csv")])
        .await;
    assert_eq!(csv.headers["content-type"], "text/csv; charset=utf-8");
    assert_eq!(csv.text.lines().count(), 4, "{}", csv.text);
    assert!(csv.has("+8613800138000") && csv.has("zhang@example.com"));
    let fields = [("format", "jsonl"), ("role", "admin")];
    let lines = admin.post("/console/accounts/export", &fields).await;
    assert_eq!(lines.text.lines().count(), 1);
    let line: serde_json::Value = serde_json::from_str(lines.text.trim()).unwrap();
    assert_eq!((&line["username"], &line["role"]), (&"boss".into(), &"admin".into()));
}

#[tokio::test]
async fn an_account_says_why_nobody_gets_in_and_offers_the_way_out() {
    let world = World::new().await;
    let user = world.account("13800138000", Role::User).await;
    world
        .accounts
        .set_disabled(world.app, Actor::Operator, user.id, true)
        .await
        .unwrap();
    let page = format!("/console/accounts/{}", user.id.0);
    let mut auditor = world.operator("auditor", Role::Auditor).await;
    let shown = auditor.get(&page).await;
    assert!(shown.has("AccountDisabled") && shown.has("It takes a higher role"));
    let mut admin = world.operator("boss", Role::Admin).await;
    let shown = admin.get(&page).await;
    assert!(shown.has(&format!("action=\"{page}/enable\"")), "{}", shown.text);
    assert!(shown.has("No channel is set up"), "SMS is off here");
    let enabled = admin.post(&format!("{page}/enable"), &[]).await;
    assert_eq!(enabled.location(), format!("{page}?done=enabled"));
    let shown = admin.get(&page).await;
    assert!(!shown.has("AccountDisabled") && shown.has("account.enable"));
    let cleared = admin.post(&format!("{page}/clear-failures"), &[]).await;
    assert_eq!(cleared.location(), format!("{page}?done=cleared"));
}

#[tokio::test]
async fn a_code_is_sent_and_sessions_end() {
    let world = World::new().await;
    let user = world.account("user@example.com", Role::User).await;
    let page = format!("/console/accounts/{}", user.id.0);
    let mut admin = world.operator("boss", Role::Admin).await;
    admin.get(&page).await;
    let sent = admin.post(&format!("{page}/send-code"), &[("to", "email")]).await;
    assert_eq!(sent.location(), format!("{page}?done=sent"));
    world.accounts.deliver_due().await.unwrap();
    assert_eq!(world.server.mail.taken().len(), 1);
    let again = admin.post(&format!("{page}/send-code"), &[("to", "email")]).await;
    assert_eq!(again.status, StatusCode::TOO_MANY_REQUESTS);
    assert!(again.has("ask again in 60 s"), "{}", again.text);
    let ended = admin.post(&format!("{page}/end-sessions"), &[]).await;
    assert_eq!(ended.location(), format!("{page}?done=ended"));
}

#[tokio::test]
async fn a_session_that_is_ended_ends_what_is_being_sent() {
    let world = World::new().await;
    let mut root = world.operator("laoban", Role::Root).await;
    let confirmed = root.post_confirmed("/console/accounts/1/reveal", &[]).await;
    assert_eq!(confirmed.status, StatusCode::OK);
    let exports = ["/console/accounts/export", "/console/audit/export"];
    let mut begun = Vec::new();
    for path in exports {
        let answer = root.begin_post(path, &[("format", "jsonl")]).await;
        assert_eq!(answer.status(), StatusCode::OK, "{path}");
        begun.push(answer);
        assert!(root.post(path, &[("format", "jsonl")]).await.has("laoban") || path.contains("audit"));
    }
    root.post("/console/sign-out", &[]).await;
    for answer in begun {
        assert!(answer.into_body().collect().await.is_err(), "not a line more");
    }
}
