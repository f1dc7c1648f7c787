//! What holds of every page holds of each one that links lead to.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use crate::driver::Browser;
use crate::harness::Home;
use crate::people::{PASSWORD, register, staffed};

/// Where nobody has signed in yet.
const OUTSIDE: [&str; 7] = [
    "/console/sign-in",
    "/console/setup",
    "/account/sign-in",
    "/account/sign-in/code",
    "/account/forgot",
    "/docs/",
    "/docs/refusals",
];
const FRONT: [&str; 3] = ["/console/", "/account/", "/docs/"];
/// Pages that links have to lead to, or this test looks at nothing.
const FOUND: [&str; 14] = [
    "/console/accounts",
    "/console/accounts/new",
    "/console/accounts/{}",
    "/console/accounts/{}/edit",
    "/console/apps",
    "/console/messages",
    "/console/audit",
    "/console/keys",
    "/console/settings",
    "/account/security",
    "/account/address?kind=email",
    "/account/data",
    "/docs/guide/api_v1",
    "/docs/refusals",
];
/// Changes how pages look and leads back.
const SWITCH: &str = "/console/preference";
/// More kinds of pages than there are.
const PAGES: usize = 200;
const LINKS: &str = "
return [...document.querySelectorAll('a[href]')].map(link => new URL(link.href))
    .filter(url => url.origin === location.origin).map(url => url.pathname + url.search);";

#[tokio::test]
async fn every_page_is_light_fits_and_can_be_used_by_everybody() {
    let mut home = Home::new();
    let server = staffed(&mut home).await;
    register(&server.client, "13900139009").await;
    let Some(browser) = Browser::at(&server, "every-page").await else {
        return;
    };
    browser.set_no_cache().await;
    browser.set_language("zh-CN").await;
    for path in OUTSIDE {
        browser.open(path).await;
        browser.check_page().await;
    }
    browser.enter_console("laoban").await;
    browser.open("/account/").await;
    browser.fill("用户名、手机号或邮箱", "laoban").await;
    browser.fill("密码", PASSWORD).await;
    browser.click("登录").await;
    browser.sees("基本资料").await;

    let pages = browser.visit_all().await;
    for wanted in FOUND {
        assert!(pages.contains_key(wanted), "no link leads to {wanted}: {pages:#?}");
    }
    browser.set_language("en").await;
    browser.set_dark(true).await;
    browser.set_window(390, 844, true).await;
    for path in pages.values() {
        browser.open(path).await;
        browser.check_page().await;
    }
    browser.close().await;
}

impl Browser {
    /// Follows every link from the first pages on, and checks one page of each kind: what there is, by kind.
    async fn visit_all(&self) -> BTreeMap<String, String> {
        let mut waiting: VecDeque<String> = FRONT.iter().map(|path| (*path).to_owned()).collect();
        let mut known: BTreeSet<String> = FRONT.iter().map(|path| kind(path)).collect();
        let mut pages = BTreeMap::new();
        while let Some(path) = waiting.pop_front() {
            self.open(&path).await;
            self.check_page().await;
            println!("{:>7} bytes  {path}", self.weight_bytes().await);
            let links: Vec<String> = self.driver.execute(LINKS, []).await.unwrap().convert().unwrap();
            let leads_to = links.iter().filter_map(|link| page(link));
            waiting.extend(leads_to.filter(|path| known.insert(kind(path))));
            assert!(known.len() <= PAGES, "{known:#?}");
            pages.insert(kind(&path), path);
        }
        pages
    }
}

/// The page that a link leads to, without what it is to list or in what language; none where it leads to something else.
fn page(link: &str) -> Option<String> {
    let (path, query) = link.split_once('?').unwrap_or((link, ""));
    let is_page = FRONT.iter().any(|front| path.starts_with(front))
        && !path.starts_with("/docs/assets/")
        && !path.ends_with(".json")
        && path != SWITCH;
    let is_of_two_kinds = query.starts_with("kind=");
    is_page.then(|| {
        if is_of_two_kinds {
            link.to_owned()
        } else {
            path.to_owned()
        }
    })
}

/// Pages of the same kind differ in a number.
fn kind(path: &str) -> String {
    let parts = path
        .split('/')
        .map(|part| if part.parse::<u64>().is_ok() { "{}" } else { part });
    parts.collect::<Vec<_>>().join("/")
}
