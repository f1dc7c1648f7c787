//! Keys of this API. They are made in the console, where their maker shows the password again.

use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use yaopai_accounts::Refusal;
use yaopai_model::{ApiKey, ApiKeyId};

use super::call::{ApiCall, AppAsked, Asked, DONE, Done, Json, Named};
use super::paging::Page;
use super::times::instant;
use crate::Desk;
use crate::failure::Failure;

/// The calls.
pub(super) fn calls() -> OpenApiRouter<Desk> {
    OpenApiRouter::new().routes(routes!(list)).routes(routes!(revoke))
}

/// A key, its secret aside.
#[derive(Serialize, ToSchema)]
pub(super) struct KeyShown {
    /// What names it; no secret.
    id: String,
    /// What its holder calls it.
    name: String,
    /// The number of the account that it acts for.
    account: i64,
    /// What it opens.
    scopes: Vec<&'static str>,
    created_at: String,
    expires_at: String,
    revoked_at: Option<String>,
    /// To within a minute.
    last_used_at: Option<String>,
}

impl KeyShown {
    fn of(key: &ApiKey) -> Self {
        Self {
            id: key.id.as_str().to_owned(),
            name: key.name.as_str().to_owned(),
            account: key.account.0,
            scopes: key.scopes.iter().map(|scope| scope.as_str()).collect(),
            created_at: instant(key.created_at),
            expires_at: instant(key.expires_at),
            revoked_at: key.revoked_at.map(instant),
            last_used_at: key.last_used_at.map(instant),
        }
    }
}

/// 接口密钥列表 / Lists keys
///
/// Those of the app's accounts, newest first, on one page; those that have ended among them.
#[utoipa::path(
    get,
    path = "/api/admin/keys",
    tag = "keys",
    params(AppAsked),
    responses((status = 200, description = "All keys", body = Page<KeyShown>))
)]
pub(super) async fn list(call: ApiCall, Asked(asked): Asked<AppAsked>) -> Result<Json<Page<KeyShown>>, Failure> {
    let keys = call.accounts().list_api_keys(call.app(asked.app), call.actor()).await?;
    Ok(Json(Page::whole(keys.iter().map(|listed| KeyShown::of(&listed.key)))))
}

/// 吊销接口密钥 / Revokes a key
///
/// One's own, or that of an account of lower rank; it opens nothing from now on. One that is revoked already stays so.
#[utoipa::path(
    delete,
    path = "/api/admin/keys/{id}",
    tag = "keys",
    params(("id" = String, Path, description = "What names the key"), AppAsked),
    responses((status = 204, description = "It is revoked"))
)]
pub(super) async fn revoke(call: ApiCall, Named(id): Named<String>, Asked(asked): Asked<AppAsked>) -> Done {
    let id = ApiKeyId::parse(&id).map_err(|_| Refusal::NoSuchRecord)?;
    let accounts = call.accounts();
    accounts.revoke_api_key(call.app(asked.app), call.actor(), &id).await?;
    DONE
}
