//! The list of accounts.

use askama::Template;
use axum::extract::RawQuery;
use axum::response::Response;
use yaopai_accounts::{AccountSlice, Action};
use yaopai_model::{Account, App, Role};

use super::listing::Listing;
use super::shown::{self, Badge, Choice};
use crate::failure::Failure;
use crate::form::Form;
use crate::frame::{Frame, Section};
use crate::operator::Operator;
use crate::pages::html;
use crate::{called, numbers, times};

/// Accounts on a page: as many as one form can name.
const SIZE: u32 = 50;

#[derive(Template)]
#[template(path = "accounts/list.html")]
struct Page {
    frame: Frame,
    /// Of this part of the list, for coming back to.
    address: String,
    listing: Listing,
    apps: Vec<Choice>,
    roles: Vec<Choice>,
    rows: Vec<Row>,
    total: Option<String>,
    next: Option<String>,
    previous: Option<String>,
    may_create: bool,
    may_export: bool,
    may_act: bool,
    may_give_roles: bool,
}

struct Row {
    id: i64,
    name: String,
    username: Option<String>,
    phone: Option<String>,
    email: Option<String>,
    badges: Vec<Badge>,
    created_at: String,
    last_sign_in_at: Option<String>,
}

/// Lists accounts.
pub(crate) async fn show(operator: Operator, RawQuery(query): RawQuery) -> Result<Response, Failure> {
    let form = Form::parse(query.unwrap_or_default().as_bytes())?;
    let desk = &operator.visit.desk;
    let apps = desk.accounts.list_apps(operator.actor()).await?;
    let listing = Listing::read(&form, &apps, operator.account().app, &desk.settings.zone);
    let slice = desk
        .accounts
        .list_accounts_by(
            listing.app,
            operator.actor(),
            listing.filter.clone(),
            listing.from,
            SIZE,
        )
        .await?;
    let total = if listing.is_narrowed() {
        None
    } else {
        Some(desk.accounts.count_accounts(listing.app, operator.actor()).await?)
    };
    html(&page(&operator, listing, &apps, &slice, total))
}

fn page(operator: &Operator, listing: Listing, apps: &[App], slice: &AccountSlice, total: Option<u32>) -> Page {
    let frame = operator.frame(("账号", "Accounts"), Section::Accounts);
    let principal = &operator.session.principal;
    let app = |app: &App| Choice {
        value: app.id.0.to_string(),
        label: app.name.as_str().to_owned(),
        is_chosen: app.id == listing.app,
    };
    Page {
        apps: apps.iter().map(app).collect(),
        roles: shown::roles(listing.sent("role"), &frame),
        rows: slice
            .accounts
            .iter()
            .map(|account| row(account, operator, &frame))
            .collect(),
        total: total.map(numbers::total),
        next: slice.next.map(|at| listing.address(Some(at))),
        previous: slice.previous.map(|at| listing.address(Some(at))),
        may_create: principal.reaches(Action::Create),
        may_export: principal.reaches(Action::Look),
        may_act: principal.reaches(Action::Disable),
        may_give_roles: principal.reaches(Action::GiveRole(Role::User)),
        address: listing.address(listing.from),
        listing,
        frame,
    }
}

fn row(account: &Account, operator: &Operator, frame: &Frame) -> Row {
    let zone = &operator.visit.desk.settings.zone;
    Row {
        id: account.id.0,
        name: called::by_nickname(account),
        username: account.username.as_ref().map(|name| name.as_str().to_owned()),
        phone: shown::masked_phone(account),
        email: shown::masked_email(account),
        badges: shown::badges(account, frame),
        created_at: times::minute(account.created_at, zone),
        last_sign_in_at: account.last_sign_in_at.map(|at| times::minute(at, zone)),
    }
}
