//! Lists of accounts, and exports of them.

use axum::response::Response;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use yaopai_accounts::{AccountCursor, AccountFilter, ListOrder};

use super::role::RoleName;
use super::shown::AccountShown;
use crate::api::call::{ApiCall, AppAsked, Asked, Json};
use crate::api::paging::{Page, bad_cursor};
use crate::api::times;
use crate::export::json_lines;
use crate::failure::Failure;

/// Accounts on a page where nothing else is asked for.
const USUAL_SIZE: u32 = 30;

/// Which accounts come first.
#[derive(Clone, Copy, Debug, Default, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
enum Order {
    #[default]
    Newest,
    Oldest,
}

/// Which accounts are meant.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(super) struct ListAsked {
    /// Part of a username, nickname, e-mail address or phone number, or a number. A key without the scope `reveal` finds addresses
    /// whole, and by the parts that the mask leaves.
    #[serde(default)]
    #[param(required = false)]
    q: String,
    /// The role.
    #[param(inline)]
    role: Option<RoleName>,
    /// Whether operators disabled them.
    disabled: Option<bool>,
    /// Whether a person was proven to stand behind them.
    verified: Option<bool>,
    /// Made at this instant (RFC 3339) or later.
    created_from: Option<String>,
    /// Made before this instant (RFC 3339).
    created_before: Option<String>,
    /// `newest` (as where it is left out) or `oldest` first.
    #[serde(default)]
    #[param(required = false, inline)]
    order: Order,
    /// The number of an app; that of the key's holder where it is left out.
    app: Option<i64>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
    /// Accounts on a page; 30 where it is left out.
    #[param(minimum = 1, maximum = 100)]
    limit: Option<u32>,
}

impl ListAsked {
    fn filter(&self) -> Result<AccountFilter, Failure> {
        Ok(AccountFilter {
            text: self.q.clone(),
            role: self.role.map(Into::into),
            disabled: self.disabled,
            verified: self.verified,
            created_from: times::parse(self.created_from.as_deref(), "created_from")?,
            created_before: times::parse(self.created_before.as_deref(), "created_before")?,
            order: match self.order {
                Order::Newest => ListOrder::Newest,
                Order::Oldest => ListOrder::Oldest,
            },
        })
    }
}

/// 账号列表 / Lists accounts
///
/// Phones and e-mails masked. For auditors and up.
#[utoipa::path(
    get,
    path = "/api/admin/accounts",
    tag = "accounts",
    params(ListAsked),
    responses((status = 200, description = "One page", body = Page<AccountShown>))
)]
pub(super) async fn list(call: ApiCall, Asked(asked): Asked<ListAsked>) -> Result<Json<Page<AccountShown>>, Failure> {
    let cursor = asked.cursor.as_deref().map(AccountCursor::parse).transpose();
    let cursor = cursor.map_err(|_| bad_cursor())?;
    let (app, filter, limit) = (call.app(asked.app), asked.filter()?, asked.limit.unwrap_or(USUAL_SIZE));
    let accounts = call.accounts();
    let slice = accounts
        .list_accounts_by(app, call.actor(), filter, cursor, limit)
        .await?;
    let zone = &call.visit.desk.settings.zone;
    let shown = |account| AccountShown::masked(account, zone);
    Ok(Json(Page {
        items: slice.accounts.iter().map(shown).collect(),
        next_cursor: slice.next.map(AccountCursor::to_text),
    }))
}

/// How many accounts there are.
#[derive(Serialize, ToSchema)]
pub(super) struct CountShown {
    /// Where there are very many, the number up to which they are counted.
    count: u32,
}

/// 账号总数 / Counts accounts
///
/// All of an app. For auditors and up.
#[utoipa::path(
    get,
    path = "/api/admin/accounts/count",
    tag = "accounts",
    params(AppAsked),
    responses((status = 200, description = "How many there are", body = CountShown))
)]
pub(super) async fn count(call: ApiCall, Asked(asked): Asked<AppAsked>) -> Result<Json<CountShown>, Failure> {
    let accounts = call.accounts();
    let count = accounts.count_accounts(call.app(asked.app), call.actor()).await?;
    Ok(Json(CountShown { count }))
}

/// 导出账号 / Exports accounts
///
/// All that the filter lets through, one JSON object a line, phones and e-mails whole; written down in the audit log. For admins
/// and up. `cursor` and `limit` do not count.
#[utoipa::path(
    get,
    path = "/api/admin/accounts/export",
    tag = "accounts",
    params(ListAsked),
    responses((status = 200, description = "One account a line", body = AccountShown, content_type = "application/jsonl"))
)]
pub(super) async fn export(call: ApiCall, Asked(asked): Asked<ListAsked>) -> Result<Response, Failure> {
    let (app, filter) = (call.app(asked.app), asked.filter()?);
    let export = call.accounts().export_accounts(app, call.actor(), filter).await?;
    let zone = call.visit.desk.settings.zone.clone();
    Ok(json_lines(export, call.receiver(), move |account| {
        AccountShown::whole(account, &zone)
    }))
}
