//! Which forms ask for the password again: what gives out, gives away or ends for good.

use std::collections::BTreeSet;

use http::StatusCode;
use yaopai_model::Role;

use crate::support::World;

struct Form {
    path: &'static str,
    fields: &'static [(&'static str, &'static str)],
    asks: bool,
}

const fn asks(path: &'static str, fields: &'static [(&'static str, &'static str)]) -> Form {
    let asks = true;
    Form { path, fields, asks }
}

const fn acts(path: &'static str, fields: &'static [(&'static str, &'static str)]) -> Form {
    let asks = false;
    Form { path, fields, asks }
}

/// Every form of the console, some of them more than once.
const FORMS: &[Form] = &[
    asks("/console/accounts/{id}/reveal", &[]),
    asks("/console/accounts/{id}/reveal", &[("setting", "key")]),
    asks("/console/accounts/{id}/role", &[("role", "user")]),
    asks("/console/accounts/{id}/permissions", &[]),
    asks("/console/accounts/{id}/delete", &[]),
    asks("/console/accounts/{id}/edit", &[("email", "a@example.com")]),
    asks("/console/accounts/{id}/edit", &[("phone", "13900139000")]),
    acts("/console/accounts/{id}/edit", &[("nickname", "张三")]),
    acts("/console/accounts/{id}/disable", &[]),
    acts("/console/accounts/{id}/enable", &[]),
    acts("/console/accounts/{id}/end-sessions", &[]),
    acts("/console/accounts/{id}/send-code", &[("to", "phone")]),
    acts("/console/accounts/{id}/clear-failures", &[]),
    acts("/console/accounts/{id}/clear-codes", &[]),
    asks("/console/accounts/new", &[("username", "chief"), ("role", "auditor")]),
    acts("/console/accounts/new", &[("username", "zhao")]),
    asks("/console/accounts/bulk", &[("do", "delete"), ("one", "1")]),
    asks(
        "/console/accounts/bulk",
        &[("do", "role"), ("role", "user"), ("one", "1")],
    ),
    acts("/console/accounts/bulk", &[("do", "disable"), ("one", "1")]),
    asks("/console/accounts/export", &[("format", "csv")]),
    acts("/console/apps/new", &[("name", "mall")]),
    acts("/console/apps/{key}", &[("name", "mall")]),
    asks("/console/apps/{key}/rotate", &[("overlap_hours", "0")]),
    asks("/console/apps/{key}/end-overlap", &[]),
    asks("/console/messages/{app}/{message}/reveal", &[]),
    acts("/console/messages/{app}/{message}/send-again", &[]),
    // Addresses are masked in it.
    acts("/console/audit/export", &[("format", "csv")]),
    asks("/console/keys/new", &[("name", "a"), ("scope", "audit"), ("days", "1")]),
    asks("/console/keys/{app}/{api_key}/revoke", &[]),
    acts("/console/sign-out", &[]),
];
/// Forms for which nobody has to have signed in.
const OUTSIDE: [&str; 2] = ["/console/setup", "/console/sign-in"];

#[tokio::test]
async fn what_matters_asks_for_the_password_again() {
    let world = World::new().await;
    let user = world.account("13800138000", Role::User).await;
    let mut root = world.operator("laoban", Role::Root).await;
    for form in FORMS {
        let id = user.id.0.to_string();
        let named = [
            ("{id}", id.as_str()),
            ("{app}", "1"),
            ("{key}", "a"),
            ("{message}", "a"),
            ("{api_key}", "a"),
        ];
        let path = named
            .iter()
            .fold(form.path.to_owned(), |path, (name, value)| path.replace(name, value));
        let reply = root.post(&path, form.fields).await;
        let is_asked = reply.status == StatusCode::FORBIDDEN && reply.has("name=\"confirm_password\"");
        assert_eq!(is_asked, form.asks, "{path} {:?}: {}", form.fields, reply.text);
    }
    let routes = yaopai_console::routes();
    let forms = routes.iter().filter(|route| route.method == "POST");
    let there: BTreeSet<_> = forms.map(|route| route.path.as_str()).collect();
    let there = there
        .into_iter()
        .filter(|path| path.starts_with("/console/") && !OUTSIDE.contains(path));
    let known: BTreeSet<_> = FORMS.iter().map(|form| form.path).collect();
    assert_eq!(known, there.collect(), "a new form says here whether it asks");
}
