//! One action on many accounts: each by itself, so that one that is refused does not stand in the way of the others.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use yaopai_accounts::{Error, Outcome};
use yaopai_model::limits::SLICE_SIZE;
use yaopai_model::{AccountId, ApiScope};

use super::role::RoleName;
use crate::api::call::{ApiCall, Json, Sent};
use crate::failure::Failure;
use crate::words;

// As the description and the refusal say.
const _: () = assert!(SLICE_SIZE == 100);

/// What is done to each.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum BulkAction {
    Disable,
    Enable,
    EndSessions,
    Delete,
    GiveRole,
}

/// What is done to whom.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct BulkSent {
    action: BulkAction,
    /// The role, where one is given.
    role: Option<RoleName>,
    /// The numbers of at most 100 accounts.
    #[schema(max_items = 100)]
    ids: Vec<i64>,
}

impl BulkAction {
    /// What a key must open for it beside `accounts.write`.
    const fn scope(self) -> Option<ApiScope> {
        match self {
            Self::Disable | Self::Enable | Self::EndSessions => None,
            Self::Delete => Some(ApiScope::DeleteAccounts),
            Self::GiveRole => Some(ApiScope::GrantRoles),
        }
    }
}

impl BulkSent {
    async fn apply(&self, call: &ApiCall, id: AccountId) -> Outcome<()> {
        let (accounts, actor) = (call.accounts(), call.actor());
        let app = accounts.app_of_account(call.actor(), id).await?;
        match self.action {
            BulkAction::Disable => accounts.set_disabled(app, actor, id, true).await,
            BulkAction::Enable => accounts.set_disabled(app, actor, id, false).await,
            BulkAction::EndSessions => accounts.end_sessions_of(app, actor, id).await,
            BulkAction::Delete => accounts.delete_account(app, actor, id).await,
            BulkAction::GiveRole => {
                let role = self.role.unwrap_or_default();
                accounts.set_role(app, actor, id, role.into()).await
            }
        }
    }
}

/// What came of it.
#[derive(Serialize, ToSchema)]
pub(super) struct BulkReport {
    /// The numbers of those to which it was done.
    done: Vec<i64>,
    /// Those to which it was not.
    refused: Vec<RefusedOne>,
}

/// An account to which it was not done.
#[derive(Serialize, ToSchema)]
pub(super) struct RefusedOne {
    id: i64,
    /// Names the kind of problem, as `type` does.
    #[schema(example = "urn:yaopai:problem:RankTooLow")]
    #[serde(rename = "type")]
    kind: String,
    /// What happened and what to do next.
    detail: String,
}

/// 批量操作 / Does one thing to many accounts
///
/// To each by itself, held to the same rules as by itself: the answer tells which were refused. `delete` takes `accounts.delete`, too,
/// and `give_role` takes `accounts.grant`.
#[utoipa::path(
    post,
    path = "/api/admin/accounts/bulk",
    tag = "accounts",
    request_body = BulkSent,
    responses((status = 200, description = "What came of it", body = BulkReport))
)]
pub(super) async fn bulk(call: ApiCall, Sent(sent): Sent<BulkSent>) -> Result<Json<BulkReport>, Failure> {
    sent.action.scope().map_or(Ok(()), |scope| call.needs(scope))?;
    if sent.ids.len() > SLICE_SIZE as usize {
        return Err(Failure::field("ids：至多 100 个。", "ids: at most 100."));
    }
    if matches!(sent.action, BulkAction::GiveRole) != sent.role.is_some() {
        return Err(Failure::field(
            "role：只在 action 为 give_role 时填，且必须填。",
            "role: with give_role, and only with it.",
        ));
    }
    let mut report = BulkReport {
        done: Vec::new(),
        refused: Vec::new(),
    };
    for id in &sent.ids {
        match sent.apply(&call, AccountId(*id)).await {
            Ok(()) => report.done.push(*id),
            Err(Error::Refused(refusal)) => report.refused.push(RefusedOne {
                id: *id,
                kind: Failure::from(refusal).kind(),
                detail: words::refusal(refusal, call.visit.language),
            }),
            Err(fault) => return Err(fault.into()),
        }
    }
    Ok(Json(report))
}
