//! The audit log.

mod export;

use askama::Template;
use axum::extract::RawQuery;
use axum::response::Response;
use yaopai_accounts::{AuditFilter, AuditSlice, Chain};
use yaopai_model::limits::AUDIT_VERIFIED;

use super::app_choice::{AppChoice, AppOption};
use super::html;
use crate::failure::Failure;
use crate::form::Form;
use crate::frame::{Frame, Section};
use crate::operator::Operator;
use crate::routes::RouteTable;
use crate::times;

/// The latest entries, whose chain is verified with each look at the page.
const LATEST: i64 = 1_000;

/// Adds the pages of the audit log.
pub(super) fn add_routes(table: RouteTable) -> RouteTable {
    table.get("/audit", show).post("/audit/export", export::send)
}

#[derive(Template)]
#[template(path = "audit/list.html")]
struct Page {
    frame: Frame,
    apps: Vec<AppOption>,
    sent: Form,
    fields: Vec<(String, String)>,
    rows: Vec<Row>,
    next: Option<String>,
    verified: Verified,
    /// Where the rest of the chain is verified, from its beginning or from where it was left.
    verify: Option<String>,
}

struct Row {
    number: i64,
    at: String,
    actor: Party,
    action: String,
    target: Party,
    detail: String,
}

/// Who acted or was acted on, with a page of their own where they are an account.
struct Party {
    text: String,
    href: Option<String>,
}

/// What verifying the chain came to.
enum Verified {
    Whole { from: i64, up_to: i64 },
    Nothing,
    BrokenAt(i64),
}

async fn show(operator: Operator, RawQuery(query): RawQuery) -> Result<Response, Failure> {
    let form = Form::parse(query.unwrap_or_default().as_bytes())?;
    let choice = AppChoice::read(&operator, &form).await?;
    let app = choice.or_own(&operator);
    let desk = &operator.visit.desk;
    let before = form.text("before").parse().ok();
    let slice = desk
        .accounts
        .audit_entries(app, operator.actor(), filter(&form, &operator), before)
        .await?;
    let after = match form.text("verify").parse::<i64>() {
        Ok(after) => after.clamp(0, slice.last),
        Err(_) => slice.last.saturating_sub(LATEST).max(0),
    };
    let chain = desk.accounts.verify_audit(app, operator.actor(), after).await?;
    let (verified, verify) = told(&form, chain, after, &slice);
    html(&Page {
        frame: operator.frame(("审计", "Audit"), Section::Audit),
        apps: choice.options(Some(app)),
        fields: form.fields_but("before"),
        next: slice.next.map(|next| with(&form, "before", next)),
        rows: slice
            .entries
            .into_iter()
            .map(|entry| Row {
                number: entry.number,
                at: times::second(entry.at, &desk.settings.zone),
                actor: party(entry.actor),
                action: entry.action,
                target: party(entry.target),
                detail: entry.detail,
            })
            .collect(),
        verified,
        verify,
        sent: form,
    })
}

/// What is looked for. A number by itself is an account's.
fn filter(form: &Form, operator: &Operator) -> AuditFilter {
    let zone = &operator.visit.desk.settings.zone;
    let named = |name| {
        let text = form.text(name).trim_start_matches('#');
        let is_number = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        if is_number {
            format!("account {text}")
        } else {
            text.to_owned()
        }
    };
    AuditFilter {
        actor: named("actor"),
        action: form.text("action").to_owned(),
        target: named("target"),
        from: times::parse_day(form.text("from"), zone),
        until: times::parse_end_of_day(form.text("to"), zone),
    }
}

/// What verifying came to, and the address at which it begins or goes on.
fn told(form: &Form, chain: Chain, after: i64, slice: &AuditSlice) -> (Verified, Option<String>) {
    match chain {
        Chain::Whole { up_to: 0, .. } => (Verified::Nothing, None),
        Chain::Whole { up_to, is_end } => {
            let is_all = is_end && after == 0;
            let next = if is_end { 0 } else { up_to };
            let has_more = !is_all && (!is_end || form.optional("verify").is_none());
            let is_short = slice.last <= i64::from(AUDIT_VERIFIED) && is_all;
            let verified = Verified::Whole { from: after + 1, up_to };
            (verified, (has_more && !is_short).then(|| with(form, "verify", next)))
        }
        Chain::BrokenAt { number } => (Verified::BrokenAt(number), None),
    }
}

/// The address of this page with one field more.
fn with(form: &Form, name: &str, value: i64) -> String {
    let mut query = form_urlencoded::Serializer::new(String::from("/console/audit?"));
    for (name, value) in form.fields_but(name) {
        query.append_pair(&name, &value);
    }
    query.append_pair(name, &value.to_string()).finish()
}

fn party(text: String) -> Party {
    let number = text.strip_prefix("account ").and_then(|rest| rest.split(' ').next());
    let href = number.map(|number| format!("/console/accounts/{number}"));
    let app = text.strip_prefix("app ").map(|key| format!("/console/apps/{key}"));
    Party {
        href: href.or(app),
        text,
    }
}
