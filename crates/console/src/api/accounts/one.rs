//! One account: what is known of it, masked and whole.

use serde::Serialize;
use utoipa::ToSchema;
use yaopai_accounts::{InspectedAccount, Refusal, Session};
use yaopai_model::SettingKey;

use super::Meant;
use super::shown::AccountShown;
use crate::api::call::{ApiCall, Json, Named};
use crate::api::times::instant;
use crate::failure::Failure;
use crate::session_id;

/// An account and what belongs to it.
#[derive(Serialize, ToSchema)]
pub(super) struct AccountInDepth {
    #[serde(flatten)]
    account: AccountShown,
    /// Whether it has a password.
    has_password: bool,
    /// Its sessions that are not over, newest first.
    sessions: Vec<SessionShown>,
    /// The keys of its settings; the values are revealed one at a time.
    setting_keys: Vec<String>,
}

/// A session.
#[derive(Serialize, ToSchema)]
pub(super) struct SessionShown {
    /// What names it; no secret.
    id: String,
    /// `wire`, or `console` and `account` for pages.
    scope: &'static str,
    created_at: String,
    expires_at: String,
    /// When it was last used, to within a minute; null for those of the wires.
    seen_at: Option<String>,
    /// Where it was begun from.
    source: String,
    /// What the client called itself.
    device: String,
}

impl SessionShown {
    fn of(session: &Session) -> Self {
        Self {
            id: session_id::of(session),
            scope: session.scope.as_str(),
            created_at: instant(session.created_at),
            expires_at: instant(session.expires_at),
            seen_at: session.seen_at.map(instant),
            source: session.source.clone(),
            device: session.device.clone(),
        }
    }
}

/// 查看账号 / Shows an account
///
/// With its sessions and the keys of its settings; phone and e-mail masked. For auditors and up.
#[utoipa::path(
    get,
    path = "/api/admin/accounts/{id}",
    tag = "accounts",
    params(("id" = i64, Path, description = "Its number", example = 2)),
    responses((status = 200, description = "The account", body = AccountInDepth))
)]
pub(super) async fn get(call: ApiCall, Named(id): Named<String>) -> Result<Json<AccountInDepth>, Failure> {
    let meant = Meant::of(&call, &id).await?;
    let accounts = call.accounts();
    let inspected = accounts.inspect_account(meant.app, call.actor(), meant.id).await?;
    let InspectedAccount {
        account,
        sessions,
        setting_keys,
        has_password,
        ..
    } = inspected;
    Ok(Json(AccountInDepth {
        account: AccountShown::masked(&account, &call.visit.desk.settings.zone),
        has_password,
        sessions: sessions.iter().map(SessionShown::of).collect(),
        setting_keys: setting_keys.iter().map(|key| key.as_str().to_owned()).collect(),
    }))
}

/// 查看完整手机号与邮箱 / Reveals an account
///
/// Phone and e-mail whole; written down in the audit log. For admins and up.
#[utoipa::path(
    post,
    path = "/api/admin/accounts/{id}/reveal",
    tag = "accounts",
    params(("id" = i64, Path, description = "Its number", example = 2)),
    responses((status = 200, description = "The account", body = AccountShown))
)]
pub(super) async fn reveal(call: ApiCall, Named(id): Named<String>) -> Result<Json<AccountShown>, Failure> {
    let meant = Meant::of(&call, &id).await?;
    let accounts = call.accounts();
    let account = accounts.reveal_account(meant.app, call.actor(), meant.id).await?;
    Ok(Json(AccountShown::whole(&account, &call.visit.desk.settings.zone)))
}

/// A setting with its value.
#[derive(Serialize, ToSchema)]
pub(super) struct SettingShown {
    key: String,
    /// Null where it was never set.
    value: Option<String>,
}

/// 查看一项设置 / Reveals a setting
///
/// Written down in the audit log. For admins and up.
#[utoipa::path(
    post,
    path = "/api/admin/accounts/{id}/settings/{key}/reveal",
    tag = "accounts",
    params(
        ("id" = i64, Path, description = "The account's number", example = 2),
        ("key" = String, Path, description = "The setting's key"),
    ),
    responses((status = 200, description = "The setting", body = SettingShown))
)]
pub(super) async fn reveal_setting(
    call: ApiCall,
    Named((id, key)): Named<(String, String)>,
) -> Result<Json<SettingShown>, Failure> {
    let meant = Meant::of(&call, &id).await?;
    let parsed = SettingKey::parse(&key).map_err(|_| Refusal::NoSuchRecord)?;
    let accounts = call.accounts();
    let value = accounts
        .reveal_setting(meant.app, call.actor(), meant.id, parsed)
        .await?;
    Ok(Json(SettingShown {
        key,
        value: value.map(|value| value.as_str().to_owned()),
    }))
}
