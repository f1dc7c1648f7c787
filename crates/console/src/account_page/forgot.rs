//! A new password for one that is lost.

use askama::Template;
use axum::extract::RawQuery;
use axum::response::Response;
use yaopai_accounts::{Outcome, PasswordReset, Refusal, ResetPermit};
use yaopai_model::{Address, AppId, Code, Password, Purpose};

use super::go;
use super::password::chosen;
use super::send_code::{CodeForm, typed_address};
use crate::failure::Failure;
use crate::form::{Form, VisitForm};
use crate::frame::Frame;
use crate::pages::outside;
use crate::signing_in::refused;
use crate::visit::Visit;
use crate::words;

#[derive(Template)]
#[template(path = "account/forgot.html")]
struct Page {
    frame: Frame,
    asked: CodeForm,
    least: usize,
}

impl Page {
    fn shown(visit: &Visit, asked: CodeForm, refusal: Option<Refusal>) -> Result<Response, Failure> {
        outside(visit, refusal, |secret| Self {
            frame: visit.frame(("找回密码", "Forgotten password"), secret),
            asked,
            least: visit.desk.settings.password_policy.least_characters(),
        })
    }
}

/// The form that asks for an address.
pub(super) async fn show(visit: Visit, RawQuery(query): RawQuery) -> Result<Response, Failure> {
    let form = Form::parse(query.unwrap_or_default().as_bytes())?;
    Page::shown(&visit, CodeForm::new(&form), None)
}

/// Sends a code and asks for it with the new password. The answer is the same for an address that nobody has.
pub(super) async fn ask(sent: VisitForm) -> Result<Response, Failure> {
    let VisitForm { visit, form } = sent;
    let app = visit.app().await?.id;
    let (asked, refusal) = CodeForm::send(&visit, &form, app, Purpose::ResetPassword).await?;
    Page::shown(&visit, asked, refusal)
}

/// Sets the new password.
pub(super) async fn reset(sent: VisitForm) -> Result<Response, Failure> {
    let VisitForm { visit, form } = sent;
    let again = |problem, refusal| Page::shown(&visit, CodeForm::again(&form, problem), refusal);
    let address = match typed_address(&visit, &form) {
        Ok(address) => address,
        Err(problem) => return again(problem, None),
    };
    let password = match chosen(&visit, &form) {
        Ok(password) => password,
        Err(problem) => return again(problem, None),
    };
    let app = visit.app().await?.id;
    match refused(attempt(&visit, &form, app, &address, password).await)? {
        Ok(()) => Ok(go("/account/sign-in", "reset")),
        Err(refusal) => again(words::refusal(refusal, visit.language), Some(refusal)),
    }
}

async fn attempt(visit: &Visit, form: &Form, app: AppId, address: &Address, password: Password) -> Outcome<()> {
    let code = Code::presented(form.text("code")).map_err(|_| Refusal::WrongCode)?;
    let reset = PasswordReset {
        address,
        code,
        purpose: Purpose::ResetPassword,
        password,
        // The code itself was asked for behind the slider.
        permit: ResetPermit::NotAsked,
        bearer: None,
    };
    visit.desk.accounts.reset_password(app, reset, &visit.caller).await
}
