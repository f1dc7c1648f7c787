//! Signing in by a one-time code.

use askama::Template;
use axum::extract::RawQuery;
use axum::response::Response;
use yaopai_accounts::{FailureRule, Outcome, PresentedCode, Refusal, SignedIn};
use yaopai_model::{AppId, Code, Purpose, SessionKind};

use super::HOME;
use super::send_code::{CodeForm, typed_address};
use crate::failure::Failure;
use crate::form::{Form, VisitForm};
use crate::frame::Frame;
use crate::pages::{local_or, outside};
use crate::signing_in::{refused, welcome};
use crate::visit::Visit;
use crate::words;

#[derive(Template)]
#[template(path = "account/code_sign_in.html")]
struct Page {
    frame: Frame,
    next: String,
    asked: CodeForm,
}

impl Page {
    fn shown(visit: &Visit, form: &Form, asked: CodeForm, refusal: Option<Refusal>) -> Result<Response, Failure> {
        outside(visit, refusal, |secret| Self {
            frame: visit.frame(("验证码登录", "Sign in by code"), secret),
            next: local_or(form.raw("next"), HOME).to_owned(),
            asked,
        })
    }
}

/// The form that asks for an address.
pub(super) async fn show(visit: Visit, RawQuery(query): RawQuery) -> Result<Response, Failure> {
    let form = Form::parse(query.unwrap_or_default().as_bytes())?;
    Page::shown(&visit, &form, CodeForm::new(&form), None)
}

/// Sends a code and asks for it. The answer is the same for an address that nobody has.
pub(super) async fn ask(sent: VisitForm) -> Result<Response, Failure> {
    let VisitForm { visit, form } = sent;
    let app = visit.app().await?.id;
    let (asked, refusal) = CodeForm::send(&visit, &form, app, Purpose::SignIn).await?;
    Page::shown(&visit, &form, asked, refusal)
}

/// Signs in with the code.
pub(super) async fn enter(sent: VisitForm) -> Result<Response, Failure> {
    let VisitForm { visit, form } = sent;
    let app = visit.app().await?.id;
    match refused(attempt(&visit, &form, app).await)? {
        Ok(signed_in) => {
            let next = local_or(form.raw("next"), HOME);
            Ok(welcome(&visit, &signed_in, SessionKind::AccountPage, next))
        }
        Err(refusal) => {
            let asked = CodeForm::again(&form, words::refusal(refusal, visit.language));
            Page::shown(&visit, &form, asked, Some(refusal))
        }
    }
}

async fn attempt(visit: &Visit, form: &Form, app: AppId) -> Outcome<SignedIn> {
    let address = typed_address(visit, form).map_err(|_| Refusal::WrongCode)?;
    let code = Code::presented(form.text("code")).map_err(|_| Refusal::WrongCode)?;
    let presented = PresentedCode {
        address: &address,
        code,
        purpose: Purpose::SignIn,
        bearer: None,
        // The slider was solved for the code itself.
        rule: FailureRule::Wait,
    };
    let accounts = &visit.desk.accounts;
    accounts
        .sign_in_with_code(app, presented, SessionKind::AccountPage, &visit.caller)
        .await
}
