//! The admin API under `/api/admin/`: what the console can do, for scripts.
//!
//! JSON in and out, problems as RFC 9457 has them, lists by cursor, and an `Idempotency-Key` on calls that make or send
//! something. Each call calls the verb that the page calls. The key's scope is looked at before anything that the call brings
//! along is read; what the key's holder may do is the verb's own question.

mod accounts;
mod apps;
mod audit;
mod base;
mod call;
mod gate;
mod keys;
mod messages;
mod once;
mod paging;
mod problem;
mod reference;
mod settings;
mod times;

use axum::Router;
use axum::middleware::from_fn_with_state;
use axum::routing::any;
use utoipa::OpenApi as _;
use utoipa::openapi::OpenApi;
use utoipa_axum::router::OpenApiRouter;
use yaopai_model::ApiScope;

use crate::Desk;
use crate::failure::Failure;
use gate::Gate;

pub(crate) use problem::explain;
pub(crate) use reference::TITLE;

/// What the addresses begin with.
pub(crate) const PREFIX: &str = "/api/admin";

/// The calls, by the scope that opens them.
fn groups() -> [(ApiScope, OpenApiRouter<Desk>); 11] {
    [
        (ApiScope::ReadAccounts, accounts::reading()),
        (ApiScope::WriteAccounts, accounts::writing()),
        (ApiScope::Reveal, accounts::revealing().merge(messages::revealing())),
        (ApiScope::GrantRoles, accounts::granting()),
        (ApiScope::DeleteAccounts, accounts::deleting()),
        (ApiScope::Messages, messages::calls()),
        (ApiScope::Apps, apps::calls()),
        (ApiScope::AppSecrets, apps::secret_calls()),
        (ApiScope::Audit, audit::calls()),
        (ApiScope::Keys, keys::calls()),
        (ApiScope::Server, base::calls().merge(settings::calls())),
    ]
}

/// The calls.
pub(crate) fn routes(desk: &Desk) -> Router<Desk> {
    let calls = groups().into_iter().map(|(scope, calls)| {
        let desk = desk.clone();
        let gate = Gate { desk, scope };
        Router::from(calls).layer(from_fn_with_state(gate, gate::admit))
    });
    calls
        .fold(Router::new(), Router::merge)
        // There is nothing to see at the front door, and no redirect either.
        .route("/api/admin/", any(async || Failure::NotFound))
}

/// Their description.
pub(crate) fn reference() -> OpenApi {
    let groups = groups().into_iter().map(|(scope, calls)| {
        let mut group = calls.into_openapi();
        reference::complete(&mut group, scope);
        group
    });
    groups.fold(reference::Reference::openapi(), OpenApi::merge_from)
}
