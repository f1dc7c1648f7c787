//! The audit log.

use axum::response::Response;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use yaopai_accounts::{AuditEntry, AuditFilter, Chain};

use super::call::{ApiCall, Asked, Json};
use super::paging::{Page, bad_cursor};
use super::times::{self, instant};
use crate::Desk;
use crate::export::json_lines;
use crate::failure::Failure;

/// The calls.
pub(super) fn calls() -> OpenApiRouter<Desk> {
    OpenApiRouter::new()
        .routes(routes!(list))
        .routes(routes!(export))
        .routes(routes!(verify))
}

/// Something that somebody did.
#[derive(Serialize, ToSchema)]
pub(super) struct EntryShown {
    /// Its place in the app's chain, from 1.
    number: i64,
    at: String,
    /// Who did it: `operator`, `account 7`, `account 7 key abcdefghij12`.
    #[schema(example = "account 7")]
    actor: String,
    /// What was done.
    #[schema(example = "account.disable")]
    action: String,
    /// To whom or what.
    #[schema(example = "account 12")]
    target: String,
    /// What else is worth knowing.
    detail: String,
}

impl EntryShown {
    fn of(entry: &AuditEntry) -> Self {
        Self {
            number: entry.number,
            at: instant(entry.at),
            actor: entry.actor.clone(),
            action: entry.action.clone(),
            target: entry.target.clone(),
            detail: entry.detail.clone(),
        }
    }
}

/// Which entries are meant.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(super) struct AuditAsked {
    /// Who did it, as the log names them; `account 7` finds what the account did by its keys, too.
    #[serde(default)]
    #[param(required = false)]
    actor: String,
    /// What was done, as `account.disable`, or its part before a dot.
    #[serde(default)]
    #[param(required = false)]
    action: String,
    /// To whom or what, as `account 12`.
    #[serde(default)]
    #[param(required = false)]
    target: String,
    /// Done at this instant (RFC 3339) or later.
    from: Option<String>,
    /// Done before this instant (RFC 3339).
    before: Option<String>,
    /// The number of an app; that of the key's holder where it is left out.
    app: Option<i64>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

impl AuditAsked {
    fn filter(&self) -> Result<AuditFilter, Failure> {
        Ok(AuditFilter {
            actor: self.actor.clone(),
            action: self.action.clone(),
            target: self.target.clone(),
            from: times::parse(self.from.as_deref(), "from")?,
            until: times::parse(self.before.as_deref(), "before")?,
        })
    }
}

/// 审计记录 / Lists what was done
///
/// Newest first.
#[utoipa::path(
    get,
    path = "/api/admin/audit",
    tag = "audit",
    params(AuditAsked),
    responses((status = 200, description = "One page", body = Page<EntryShown>))
)]
pub(super) async fn list(call: ApiCall, Asked(asked): Asked<AuditAsked>) -> Result<Json<Page<EntryShown>>, Failure> {
    let cursor = asked.cursor.as_deref().map(str::parse).transpose();
    let before: Option<i64> = cursor.map_err(|_| bad_cursor())?;
    let slice = call
        .accounts()
        .audit_entries(call.app(asked.app), call.actor(), asked.filter()?, before)
        .await?;
    Ok(Json(Page {
        items: slice.entries.iter().map(EntryShown::of).collect(),
        next_cursor: slice.next.map(|next| next.to_string()),
    }))
}

/// 导出审计记录 / Exports what was done
///
/// All that the filter lets through, newest first, one JSON object a line; written down in the log itself. `cursor` does not
/// count.
#[utoipa::path(
    get,
    path = "/api/admin/audit/export",
    tag = "audit",
    params(AuditAsked),
    responses((status = 200, description = "One entry a line", body = String, content_type = "application/jsonl"))
)]
pub(super) async fn export(call: ApiCall, Asked(asked): Asked<AuditAsked>) -> Result<Response, Failure> {
    let accounts = call.accounts();
    let export = accounts
        .export_audit(call.app(asked.app), call.actor(), asked.filter()?)
        .await?;
    Ok(json_lines(export, call.receiver(), EntryShown::of))
}

/// Where a look at the chain begins.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(super) struct ChainAsked {
    /// The number of the entry after which to begin; 0, the beginning, where it is left out.
    #[serde(default)]
    #[param(required = false, minimum = 0)]
    after: u32,
    /// The number of an app; that of the key's holder where it is left out.
    app: Option<i64>,
}

/// What a look at the chain found.
#[derive(Serialize, ToSchema)]
pub(super) struct ChainShown {
    /// The number of the last entry that is as it was written.
    whole_up_to: i64,
    /// The number of the first entry that was changed or is missing; null where none was found.
    broken_at: Option<i64>,
    /// The `after` of the next look; null where there is nothing more to look at.
    next_after: Option<i64>,
}

/// 校验审计链 / Checks the log
///
/// Whether the entries are as they were written, some thousand in one call; `next_after` goes on. What is gone from the log's end
/// only a number kept elsewhere shows.
#[utoipa::path(
    get,
    path = "/api/admin/audit/verify",
    tag = "audit",
    params(ChainAsked),
    responses((status = 200, description = "What was found", body = ChainShown))
)]
pub(super) async fn verify(call: ApiCall, Asked(asked): Asked<ChainAsked>) -> Result<Json<ChainShown>, Failure> {
    let accounts = call.accounts();
    let chain = accounts
        .verify_audit(call.app(asked.app), call.actor(), asked.after.into())
        .await?;
    Ok(Json(match chain {
        Chain::Whole { up_to, is_end } => ChainShown {
            whole_up_to: up_to,
            broken_at: None,
            next_after: (!is_end).then_some(up_to),
        },
        Chain::BrokenAt { number } => ChainShown {
            whole_up_to: number.saturating_sub(1),
            broken_at: Some(number),
            next_after: None,
        },
    }))
}
