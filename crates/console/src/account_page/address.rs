//! Another phone number or e-mail address: first proven, then put in the place of the one before.

use askama::Template;
use axum::extract::RawQuery;
use axum::response::{IntoResponse as _, Response};
use http::StatusCode;
use yaopai_accounts::Refusal;
use yaopai_model::{Code, Purpose};

use super::go;
use super::holder::{Here, Holder, HolderForm, Tab};
use super::send_code::{CodeForm, typed_address};
use crate::failure::Failure;
use crate::form::Form;
use crate::frame::Frame;
use crate::pages::html;
use crate::signing_in::refused;
use crate::words;

#[derive(Template)]
#[template(path = "account/address.html")]
struct Page {
    frame: Frame,
    here: Here,
    is_email: bool,
    /// The one that the account has, its middle hidden.
    before: Option<String>,
    asked: CodeForm,
}

impl Page {
    fn shown(holder: &Holder, form: &Form, asked: CodeForm) -> Result<Response, Failure> {
        let is_email = form.text("kind") == "email";
        let account = holder.account();
        let before = if is_email {
            account.email.as_ref().map(|held| held.value.masked())
        } else {
            account.phone.as_ref().map(|held| held.value.masked())
        };
        let title = if is_email {
            ("邮箱", "E-mail address")
        } else {
            ("手机号", "Phone number")
        };
        let status = if asked.problem.is_some() {
            StatusCode::UNPROCESSABLE_ENTITY
        } else {
            StatusCode::OK
        };
        let page = Self {
            frame: holder.frame(title),
            here: holder.here(Tab::Security),
            is_email,
            before,
            asked,
        };
        Ok((status, html(&page)?).into_response())
    }
}

/// The form that asks for the new address.
pub(super) async fn show(holder: Holder, RawQuery(query): RawQuery) -> Result<Response, Failure> {
    let form = Form::parse(query.unwrap_or_default().as_bytes())?;
    Page::shown(&holder, &form, CodeForm::new(&form))
}

/// Sends a code there and asks for it. The answer is the same for an address that somebody else has.
pub(super) async fn ask(sent: HolderForm) -> Result<Response, Failure> {
    sent.confirmed()?;
    let HolderForm { holder, form } = sent;
    let app = holder.account().app;
    let (asked, _) = CodeForm::send(&holder.visit, &form, app, Purpose::Confirm).await?;
    Page::shown(&holder, &form, asked)
}

/// Takes the code and the address with it.
pub(super) async fn prove(sent: HolderForm) -> Result<Response, Failure> {
    let confirmed = sent.confirmed()?;
    let HolderForm { holder, form } = sent;
    let visit = &holder.visit;
    let again = |problem| Page::shown(&holder, &form, CodeForm::again(&form, problem));
    let address = match typed_address(visit, &form) {
        Ok(address) => address,
        Err(problem) => return again(problem),
    };
    let Ok(code) = Code::presented(form.text("code")) else {
        return again(words::refusal(Refusal::WrongCode, visit.language));
    };
    let accounts = &visit.desk.accounts;
    match refused(
        accounts
            .change_address(&confirmed, &address, &code, &visit.caller)
            .await,
    )? {
        Ok(()) => Ok(go("/account/security", "proven")),
        Err(refusal) => again(words::refusal(refusal, visit.language)),
    }
}
