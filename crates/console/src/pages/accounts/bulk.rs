//! One action on many accounts: each by itself, so that one that is refused does not stand in the way of the others.

use askama::Template;
use axum::response::{IntoResponse, Redirect, Response};
use yaopai_accounts::{Accounts, Error, Outcome, Refusal};
use yaopai_model::{AccountId, Role};

use crate::failure::Failure;
use crate::frame::{Frame, Section};
use crate::operator::{Operator, OperatorForm};
use crate::pages::{html, local};
use crate::{called, words};

#[derive(Template)]
#[template(path = "accounts/bulk.html")]
struct Page {
    frame: Frame,
    done: usize,
    refused: Vec<Refused>,
    back: String,
}

struct Refused {
    id: i64,
    name: String,
    reason: String,
}

/// What is done to each.
#[derive(Clone, Copy)]
enum Bulk {
    Disable,
    Enable,
    EndSessions,
    Delete,
    GiveRole(Role),
}

impl Bulk {
    fn read(sent: &OperatorForm) -> Option<Self> {
        match sent.form.text("do") {
            "disable" => Some(Self::Disable),
            "enable" => Some(Self::Enable),
            "end" => Some(Self::EndSessions),
            "delete" => Some(Self::Delete),
            "role" => Role::parse(sent.form.text("role")).map(Self::GiveRole).ok(),
            _ => None,
        }
    }

    async fn apply(self, accounts: &Accounts, operator: &Operator, id: AccountId) -> Outcome<()> {
        let app = accounts.app_of_account(operator.actor(), id).await?;
        let actor = operator.actor();
        match self {
            Self::Disable => accounts.set_disabled(app, actor, id, true).await,
            Self::Enable => accounts.set_disabled(app, actor, id, false).await,
            Self::EndSessions => accounts.end_sessions_of(app, actor, id).await,
            Self::Delete => accounts.delete_account(app, actor, id).await,
            Self::GiveRole(role) => accounts.set_role(app, actor, id, role).await,
        }
    }
}

/// Does it, and reports.
pub(super) async fn act(sent: OperatorForm) -> Result<Response, Failure> {
    let bulk = Bulk::read(&sent).ok_or(Failure::BadForm)?;
    match bulk {
        Bulk::Delete | Bulk::GiveRole(_) => sent.confirmed()?,
        Bulk::Disable | Bulk::Enable | Bulk::EndSessions => {}
    }
    let back = list_address(sent.form.text("back"));
    let ids: Vec<AccountId> = sent
        .form
        .all("one")
        .filter_map(|id| id.parse().map(AccountId).ok())
        .collect();
    if ids.is_empty() {
        return Ok(Redirect::to(&back).into_response());
    }
    let operator = &sent.operator;
    let accounts = &operator.visit.desk.accounts;
    let (mut done, mut refused) = (0, Vec::new());
    for id in ids {
        match bulk.apply(accounts, operator, id).await {
            Ok(()) => done += 1,
            Err(Error::Refused(refusal)) => refused.push(explain(operator, id, refusal).await?),
            Err(error) => return Err(error.into()),
        }
    }
    html(&Page {
        frame: operator.frame(("批量操作", "Bulk action"), Section::Accounts),
        done,
        refused,
        back,
    })
}

async fn explain(operator: &Operator, id: AccountId, refusal: Refusal) -> Result<Refused, Failure> {
    let accounts = &operator.visit.desk.accounts;
    let name = match accounts.app_of_account(operator.actor(), id).await {
        Ok(app) => accounts.account_by_id(app, id).await?.as_ref().map(called::by_nickname),
        Err(_) => None,
    };
    Ok(Refused {
        id: id.0,
        name: name.unwrap_or_else(|| format!("#{}", id.0)),
        reason: words::refusal(refusal, operator.visit.language),
    })
}

/// The list that the form was sent from.
fn list_address(sent: &str) -> String {
    let is_list = sent.starts_with("/console/accounts?") && local(sent) == sent;
    if is_list { sent } else { "/console/accounts" }.to_owned()
}
