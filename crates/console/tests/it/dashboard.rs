//! The dashboard.

use http::StatusCode;
use yaopai_accounts::{Actor, NewApp};
use yaopai_model::{AppName, Role};

use crate::support::{Browser, World};

/// Bytes that a page may have at first load.
const WEIGHT: usize = 200 * 1024;

/// Somebody who types a wrong password so many times.
async fn fail(browser: &mut Browser, times: u32) {
    for _ in 0..times {
        let fields = [("account", "nobody"), ("password", "wrong horse")];
        browser.post("/console/sign-in", &fields).await;
    }
}

#[tokio::test]
async fn auditors_see_what_happened_in_each_hour_and_day() {
    let world = World::new().await;
    let mut visitor = world.visitor().await;
    fail(&mut visitor, 2).await;
    let mut auditor = world.operator("auditor", Role::Auditor).await;
    world.accounts.write_journal().await.unwrap();
    for (address, span) in [
        ("/console/", "2025-06-01 03:00–04:00"),
        ("/console/?span=7d", "2025-06-01"),
        ("/console/?span=30d&app=99", "2025-06-01"),
    ] {
        let page = auditor.get(address).await;
        assert_eq!(page.status, StatusCode::OK);
        let told = format!("<title>{span}\nBy password 1\nBy code 0\nFailed 2</title>");
        assert!(page.has(&told), "{address}: {}", page.text);
        assert!(page.has("Database") && page.has("Outbox") && page.has("Hash queue"));
        assert!(!page.has(" style="), "the content policy lets no element bring its own");
        assert!(page.text.len() < WEIGHT, "{address}: {} bytes", page.text.len());
    }
}

#[tokio::test]
async fn each_app_has_its_own_figures() {
    let world = World::new().await;
    let mut root = world.operator("root", Role::Root).await;
    world.accounts.write_journal().await.unwrap();
    assert!(!root.get("/console/").await.has("name=\"app\""), "there is but one");
    let new = NewApp {
        name: AppName::parse("shop").unwrap(),
        hosts: Vec::new(),
        requests_per_second: None,
    };
    let (shop, _) = world.accounts.create_app(Actor::Operator, new).await.unwrap();
    assert!(root.get("/console/").await.has("By password 1"));
    let page = root.get(&format!("/console/?app={}", shop.id.0)).await;
    assert!(page.has("None in this time") && !page.has("By password 1"));
}
