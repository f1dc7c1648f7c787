//! Changing the password.

use askama::Template;
use axum::response::{IntoResponse as _, Response};
use http::StatusCode;
use yaopai_model::Password;

use super::go;
use super::holder::{Here, Holder, HolderForm, Tab};
use crate::failure::Failure;
use crate::form::Form;
use crate::frame::Frame;
use crate::pages::html;
use crate::signing_in::refused;
use crate::visit::Visit;
use crate::words;

#[derive(Template)]
#[template(path = "account/password.html")]
struct Page {
    frame: Frame,
    here: Here,
    /// Whether the old password has to be shown.
    asks_old: bool,
    least: usize,
    problem: Option<String>,
}

/// The new password in the fields `password` and `again`.
///
/// # Errors
/// What is wrong with it, in words.
pub(super) fn chosen(visit: &Visit, form: &Form) -> Result<Password, String> {
    let typed = form.raw("password");
    if typed != form.raw("again") {
        let differ = visit
            .language
            .pick("两次输入的密码不一致。", "The two passwords differ.");
        return Err(differ.to_owned());
    }
    Password::chosen(typed, visit.desk.settings.password_policy).map_err(|error| words::password(error, visit.language))
}

/// The form.
pub(super) async fn show(holder: Holder) -> Result<Response, Failure> {
    html(&page(&holder, None))
}

/// Changes it, if the old one is right or its holder has just shown that it is them.
pub(super) async fn change(sent: HolderForm) -> Result<Response, Failure> {
    let HolderForm { holder, form } = sent;
    let visit = &holder.visit;
    let password = match chosen(visit, &form) {
        Ok(password) => password,
        Err(problem) => return again(&holder, problem),
    };
    let confirmed = match holder.session.confirmed() {
        Some(confirmed) => confirmed,
        None => {
            let Ok(old) = Password::presented(form.raw("old")) else {
                let missing = visit
                    .language
                    .pick("请填写当前密码。", "Enter the password that you have now.");
                return again(&holder, missing.to_owned());
            };
            let accounts = &visit.desk.accounts;
            match refused(accounts.confirm_password(&holder.session, old, &visit.caller).await)? {
                Ok(session) => session
                    .confirmed()
                    .ok_or_else(|| Failure::fault("a session is not confirmed though it was just now"))?,
                Err(refusal) => return again(&holder, words::refusal(refusal, visit.language)),
            }
        }
    };
    let accounts = &visit.desk.accounts;
    accounts.change_password(&confirmed, password, &visit.caller).await?;
    Ok(go("/account/security", "password"))
}

fn again(holder: &Holder, problem: String) -> Result<Response, Failure> {
    let page = html(&page(holder, Some(problem)))?;
    Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
}

fn page(holder: &Holder, problem: Option<String>) -> Page {
    Page {
        frame: holder.frame(("修改密码", "Change the password")),
        here: holder.here(Tab::Security),
        asks_old: holder.session.confirmed_until.is_none(),
        least: holder.visit.desk.settings.password_policy.least_characters(),
        problem,
    }
}
