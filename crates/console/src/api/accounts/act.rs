//! Doing something to an account.

use serde::Deserialize;
use utoipa::ToSchema;
use yaopai_accounts::{CodeTarget, Refusal};

use super::Meant;
use crate::api::call::{ApiCall, DONE, Done, Named, Sent};
use crate::session_id;

/// 禁用账号 / Disables an account
///
/// And ends its sessions. For admins and up, of accounts of lower rank.
#[utoipa::path(
    post,
    path = "/api/admin/accounts/{id}/disable",
    tag = "accounts",
    params(("id" = i64, Path, description = "The account's number", example = 2)),
    responses((status = 204, description = "It is disabled"))
)]
pub(super) async fn disable(call: ApiCall, Named(id): Named<String>) -> Done {
    set_disabled(&call, &id, true).await
}

/// 启用账号 / Enables an account
///
/// Again. For admins and up, of accounts of lower rank.
#[utoipa::path(
    post,
    path = "/api/admin/accounts/{id}/enable",
    tag = "accounts",
    params(("id" = i64, Path, description = "The account's number", example = 2)),
    responses((status = 204, description = "It is enabled"))
)]
pub(super) async fn enable(call: ApiCall, Named(id): Named<String>) -> Done {
    set_disabled(&call, &id, false).await
}

async fn set_disabled(call: &ApiCall, id: &str, disabled: bool) -> Done {
    let meant = Meant::of(call, id).await?;
    let accounts = call.accounts();
    accounts
        .set_disabled(meant.app, call.actor(), meant.id, disabled)
        .await?;
    DONE
}

/// 删除账号 / Ends an account
///
/// Its sessions are dead, its identifiers free; there is no way back. For admins and up, of accounts of lower rank.
#[utoipa::path(
    delete,
    path = "/api/admin/accounts/{id}",
    tag = "accounts",
    params(("id" = i64, Path, description = "Its number", example = 2)),
    responses((status = 204, description = "It is gone"))
)]
pub(super) async fn delete(call: ApiCall, Named(id): Named<String>) -> Done {
    let meant = Meant::of(&call, &id).await?;
    call.accounts()
        .delete_account(meant.app, call.actor(), meant.id)
        .await?;
    DONE
}

/// 结束全部会话 / Ends an account's sessions
///
/// All of them.
#[utoipa::path(
    delete,
    path = "/api/admin/accounts/{id}/sessions",
    tag = "accounts",
    params(("id" = i64, Path, description = "The account's number", example = 2)),
    responses((status = 204, description = "They are over"))
)]
pub(super) async fn end_sessions(call: ApiCall, Named(id): Named<String>) -> Done {
    let meant = Meant::of(&call, &id).await?;
    call.accounts()
        .end_sessions_of(meant.app, call.actor(), meant.id)
        .await?;
    DONE
}

/// 结束一个会话 / Ends a session
///
/// One that is over already stays so.
#[utoipa::path(
    delete,
    path = "/api/admin/accounts/{id}/sessions/{session}",
    tag = "accounts",
    params(
        ("id" = i64, Path, description = "The account's number", example = 2),
        ("session" = String, Path, description = "The session's id"),
    ),
    responses((status = 204, description = "It is over"))
)]
pub(super) async fn end_session(call: ApiCall, Named((id, session)): Named<(String, String)>) -> Done {
    let meant = Meant::of(&call, &id).await?;
    let digest = session_id::parse(&session).ok_or(Refusal::NoSuchRecord)?;
    call.accounts()
        .end_session_of(meant.app, call.actor(), meant.id, digest)
        .await?;
    DONE
}

/// Where a code goes.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
enum Receiver {
    Phone,
    Email,
}

/// Where a code goes.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ResetCodeSent {
    to: Receiver,
}

/// 发送重置密码验证码 / Sends a code for a new password
///
/// To the account's holder, within the same budgets as if they had asked. Nobody else gets to know it.
#[utoipa::path(
    post,
    path = "/api/admin/accounts/{id}/reset-code",
    tag = "accounts",
    params(("id" = i64, Path, description = "The account's number", example = 2)),
    request_body = ResetCodeSent,
    responses((status = 204, description = "It is on its way"))
)]
pub(super) async fn send_reset_code(call: ApiCall, Named(id): Named<String>, Sent(sent): Sent<ResetCodeSent>) -> Done {
    let meant = Meant::of(&call, &id).await?;
    let target = match sent.to {
        Receiver::Phone => CodeTarget::Phone,
        Receiver::Email => CodeTarget::Email,
    };
    let accounts = call.accounts();
    accounts
        .send_reset_code(meant.app, call.actor(), meant.id, target, &call.visit.caller)
        .await?;
    DONE
}

/// 清除失败记录 / Forgets failures
///
/// Those in a row at the account, with all that they have brought: the slider, waits, the closed password path.
#[utoipa::path(
    post,
    path = "/api/admin/accounts/{id}/clear-failures",
    tag = "accounts",
    params(("id" = i64, Path, description = "The account's number", example = 2)),
    responses((status = 204, description = "They are forgotten"))
)]
pub(super) async fn clear_failures(call: ApiCall, Named(id): Named<String>) -> Done {
    let meant = Meant::of(&call, &id).await?;
    call.accounts()
        .clear_failures(meant.app, call.actor(), meant.id)
        .await?;
    DONE
}

/// 清除验证码计数 / Forgets codes
///
/// How many were sent to the account's addresses and guessed at, so that a new one can be asked for at once.
#[utoipa::path(
    post,
    path = "/api/admin/accounts/{id}/clear-code-budget",
    tag = "accounts",
    params(("id" = i64, Path, description = "The account's number", example = 2)),
    responses((status = 204, description = "They are forgotten"))
)]
pub(super) async fn clear_code_budget(call: ApiCall, Named(id): Named<String>) -> Done {
    let meant = Meant::of(&call, &id).await?;
    call.accounts()
        .clear_code_budget(meant.app, call.actor(), meant.id)
        .await?;
    DONE
}
