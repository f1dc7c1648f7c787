//! Every form of the pages, as strangers and people of too low a rank would send it.

use std::collections::BTreeSet;

use yaopai_model::Role;

use crate::harness::{Home, Reply, Visitor};

const PASSWORD: &str = "a good password";
/// What the page says to a form that is none of ours.
const FORGERY: &str = "Nothing was changed";

/// What a form is sent with that works, and from which role on; `{id}` is whom it is about. What else an address names is what
/// the page lists first.
struct Form {
    path: &'static str,
    fields: &'static [(&'static str, &'static str)],
    least: Role,
}

const fn form(path: &'static str, least: Role, fields: &'static [(&'static str, &'static str)]) -> Form {
    Form { path, fields, least }
}

/// Every form of the console that acts on something, in an order in which each still finds what it is about.
const FORMS: &[Form] = &[
    form(
        "/console/accounts/new",
        Role::Admin,
        &[("username", "xinren"), ("password", PASSWORD)],
    ),
    form(
        "/console/accounts/{id}/edit",
        Role::Admin,
        &[("nickname", "张无忌"), ("gender", "")],
    ),
    form("/console/accounts/{id}/reveal", Role::Admin, &[]),
    form("/console/accounts/{id}/send-code", Role::Admin, &[("to", "phone")]),
    form("/console/accounts/{id}/end-sessions", Role::Admin, &[]),
    form("/console/accounts/{id}/clear-failures", Role::Admin, &[]),
    form("/console/accounts/{id}/clear-codes", Role::Admin, &[]),
    form("/console/accounts/{id}/disable", Role::Admin, &[]),
    form("/console/accounts/{id}/enable", Role::Admin, &[]),
    form(
        "/console/accounts/{id}/permissions",
        Role::Root,
        &[("permissions", "orders:read")],
    ),
    form("/console/accounts/{id}/role", Role::Root, &[("role", "user")]),
    form("/console/accounts/{id}/delete", Role::Admin, &[]),
    form(
        "/console/accounts/bulk",
        Role::Admin,
        &[("do", "disable"), ("one", "{id}")],
    ),
    form("/console/accounts/export", Role::Admin, &[("format", "csv")]),
    form("/console/apps/new", Role::Root, &[("name", "商城")]),
    form("/console/apps/{key}", Role::Root, &[("name", "默认"), ("user", "1")]),
    form("/console/apps/{key}/rotate", Role::Root, &[("overlap_hours", "1")]),
    form("/console/apps/{key}/end-overlap", Role::Root, &[]),
    form("/console/messages/{app}/{message}/reveal", Role::Admin, &[]),
    form("/console/messages/{app}/{message}/send-again", Role::Admin, &[]),
    form("/console/audit/export", Role::Auditor, &[("format", "csv")]),
    form(
        "/console/keys/new",
        Role::Auditor,
        &[("name", "脚本"), ("scope", "audit"), ("days", "30")],
    ),
    form("/console/keys/{app}/{api_key}/revoke", Role::Auditor, &[]),
];
/// Forms that are for everybody, or that ask for something else than a rank.
const FOR_ALL: &[&str] = &["/console/setup", "/console/sign-in", "/console/sign-out"];
/// What the pages say of a role that does not reach what was asked for.
const TOO_LOW: &str = "Your role does not reach this";

/// Every address to which a form goes, `id` being whom it is about.
fn form_addresses(id: i64) -> Vec<String> {
    let routes = yaopai_console::routes();
    let forms = routes.into_iter().filter(|route| route.method == "POST");
    forms.map(|route| with_parameters(&route.path, id)).collect()
}

fn with_parameters(path: &str, id: i64) -> String {
    let segments = path.split('/').map(|segment| {
        if segment.starts_with('{') {
            id.to_string()
        } else {
            segment.to_owned()
        }
    });
    segments.collect::<Vec<_>>().join("/")
}

/// The first text in a page that stands between two others and has none of the second.
fn first_between<'a>(page: &'a str, before: &str, after: &str) -> &'a str {
    let found = page.split(before).skip(1).find_map(|rest| {
        let (text, _) = rest.split_once(after)?;
        (!text.contains('"') && text != "new").then_some(text)
    });
    found.unwrap_or_else(|| panic!("no {before} in {page}"))
}

/// The address with the app, the message and the key that the pages list first to a root.
async fn with_first_listed(path: &str, root: &mut Visitor) -> String {
    for (page, wanted, before, after) in [
        ("/console/apps", "{key}", "href=\"/console/apps/", "\">"),
        (
            "/console/messages",
            "{app}/{message}",
            "action=\"/console/messages/",
            "/reveal",
        ),
        ("/console/keys", "{app}/{api_key}", "action=\"/console/keys/", "/revoke"),
    ] {
        if path.contains(wanted) {
            let listed = root.get(page).await;
            return path.replace(wanted, first_between(listed.text(), before, after));
        }
    }
    path.to_owned()
}

fn assert_forgery(address: &str, how: &str, reply: &Reply) {
    assert_eq!(reply.status, 403, "{address} {how}: {}", reply.text());
    assert!(reply.text().contains(FORGERY), "{address} {how}: {}", reply.text());
}

#[tokio::test]
async fn each_needs_its_token_and_comes_from_our_own_pages() {
    let mut home = Home::new();
    let server = home.start().await;
    let root = home
        .create_account(&["--username", "laoban", "--role", "root"], PASSWORD)
        .await;
    let mut visitor = Visitor::of(&server.client);
    visitor.get("/console/sign-in").await;
    let before_sign_in = visitor.token.clone();
    visitor.sign_in("/console", "laoban", PASSWORD).await;
    let in_session = visitor.token.clone();
    visitor.sign_in("/account", "laoban", PASSWORD).await;
    let at_account_page = visitor.token.clone();
    let mut stranger = Visitor::of(&server.client);
    stranger.get("/console/sign-in").await;

    let addresses = form_addresses(root["id"].as_i64().unwrap());
    assert!(addresses.iter().any(|address| address == "/console/sign-out"));
    for address in &addresses {
        let reply = visitor.post_bare(address, &[], &[]).await;
        assert_forgery(address, "without token", &reply);
        let of_another = [("token", stranger.token.as_str())];
        let reply = visitor.post_bare(address, &of_another, &[]).await;
        assert_forgery(address, "with the token of another", &reply);
        for token in [&before_sign_in, &in_session, &at_account_page] {
            for site in ["cross-site", "same-site"] {
                let fields = [("token", token.as_str())];
                let reply = visitor.post_bare(address, &fields, &[("Sec-Fetch-Site", site)]).await;
                assert_forgery(address, site, &reply);
            }
        }
    }
    for pages in ["/console/", "/account/"] {
        assert_eq!(visitor.get(pages).await.status, 200, "the session goes on");
    }
}

#[tokio::test]
async fn each_has_a_line_in_the_table_of_this_test() {
    let known: BTreeSet<&str> = FORMS
        .iter()
        .map(|form| form.path)
        .chain(FOR_ALL.iter().copied())
        .collect();
    let routes = yaopai_console::routes();
    let forms = routes.iter().filter(|route| route.method == "POST");
    let console = forms.filter(|route| route.path.starts_with("/console/"));
    let there: BTreeSet<&str> = console.map(|route| route.path.as_str()).collect();
    assert_eq!(known, there);
}

#[tokio::test]
async fn none_takes_anybody_further_than_their_role() {
    let mut home = Home::new();
    let server = home.start().await;
    for role in [Role::Root, Role::Admin, Role::Auditor] {
        let named = ["--username", role.as_str(), "--role", role.as_str()];
        home.create_account(&named, PASSWORD).await;
    }
    let mut root = Visitor::of(&server.client);
    root.sign_in("/console", "root", PASSWORD).await;
    for (number, form) in FORMS.iter().enumerate() {
        // Somebody new for each, so that what one form does is not in the way of the next.
        let phone = format!("139{number:08}");
        let id = home.create_account(&["--phone", &phone], PASSWORD).await["id"]
            .as_i64()
            .unwrap();
        let address = with_parameters(&with_first_listed(form.path, &mut root).await, id);
        let id = id.to_string();
        let about = |(name, value)| (name, if value == "{id}" { id.as_str() } else { value });
        let mut fields: Vec<_> = form.fields.iter().copied().map(about).collect();
        fields.push(("confirm_password", PASSWORD));
        for role in [Role::Auditor, Role::Admin, Role::Root] {
            let mut visitor = Visitor::of(&server.client);
            visitor.sign_in("/console", role.as_str(), PASSWORD).await;
            let reply = visitor.post(&address, &fields).await;
            let was_refused = reply.status == 403 || reply.text().contains(TOO_LOW);
            if role < form.least {
                assert!(reply.text().contains(TOO_LOW), "{role:?} {address}: {}", reply.text());
            } else {
                // What was sent a moment ago is not sent again; whoever is told so may send.
                let has_waiting = form.path.ends_with("/send-again") && reply.status == 429;
                assert!(
                    !was_refused && (reply.status < 400 || has_waiting),
                    "{role:?} {address}: {} {}",
                    reply.status,
                    reply.text()
                );
                break;
            }
        }
    }
}
