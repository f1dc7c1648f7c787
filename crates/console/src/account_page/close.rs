//! One's data, and closing the account.

use askama::Template;
use axum::response::{IntoResponse as _, Response};
use yaopai_accounts::Closing;
use yaopai_model::SessionScope;

use super::holder::{Here, Holder, HolderForm, Tab};
use crate::failure::Failure;
use crate::frame::Frame;
use crate::pages::html;
use crate::times;

#[derive(Template)]
#[template(path = "account/data.html")]
struct Page {
    frame: Frame,
    here: Here,
    /// How many days the account stays after it was closed; none for not at all.
    days: u64,
}

#[derive(Template)]
#[template(path = "account/closed.html")]
struct ClosedPage {
    frame: Frame,
    /// Until when it can be taken back.
    at: Option<String>,
}

/// The page.
pub(super) async fn show(holder: Holder) -> Result<Response, Failure> {
    let page = Page {
        frame: holder.frame(("数据与注销", "Data and closing")),
        here: holder.here(Tab::Data),
        days: holder
            .visit
            .desk
            .accounts
            .closing_delay()
            .as_secs()
            .div_ceil(24 * 60 * 60),
    };
    html(&page)
}

/// Closes the account and says until when that can be taken back.
pub(super) async fn close(sent: HolderForm) -> Result<Response, Failure> {
    let confirmed = sent.confirmed()?;
    let visit = &sent.holder.visit;
    let at = match visit.desk.accounts.close_account(&confirmed).await? {
        Closing::Done => None,
        Closing::At(at) => Some(times::minute(at, &visit.desk.settings.zone)),
    };
    let title = if at.is_some() {
        ("账号即将注销", "The account is about to be closed")
    } else {
        ("账号已注销", "The account is closed")
    };
    let (secret, _) = visit.form_secret_or_new();
    let page = ClosedPage {
        frame: visit.frame(title, &secret),
        at,
    };
    let mut response = html(&page)?.into_response();
    visit.set_page_key(response.headers_mut(), SessionScope::AccountPage, None);
    Ok(response)
}
