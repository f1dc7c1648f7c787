//! Signing in by a one-time code.

use askama::Template;
use axum::extract::RawQuery;
use axum::response::Response;
use yaopai_accounts::{FailureRule, Outcome, PresentedCode, Refusal, SignedIn};
use yaopai_model::{AppId, Code, Purpose, SessionKind};

use super::HOME;
use super::send_code::{NotSent, send_code, typed_address};
use crate::failure::Failure;
use crate::form::{Form, VisitForm};
use crate::frame::Frame;
use crate::pages::{local_or, outside};
use crate::signing_in::{SliderShown, refused, welcome};
use crate::visit::Visit;
use crate::words;

#[derive(Template)]
#[template(path = "account/code_sign_in.html")]
struct Page {
    frame: Frame,
    address: String,
    next: String,
    /// Whether a code was asked for.
    is_sent: bool,
    problem: Option<String>,
    slider: Option<SliderShown>,
}

impl Page {
    fn new(visit: &Visit, form: &Form, secret: &yaopai_model::SessionSecret) -> Self {
        Self {
            frame: visit.frame(("验证码登录", "Sign in by code"), secret),
            address: form.text("address").to_owned(),
            next: local_or(form.raw("next"), HOME).to_owned(),
            is_sent: false,
            problem: None,
            slider: None,
        }
    }
}

/// The form that asks for an address.
pub(super) async fn show(visit: Visit, RawQuery(query): RawQuery) -> Result<Response, Failure> {
    let form = Form::parse(query.unwrap_or_default().as_bytes())?;
    outside(&visit, None, |secret| Page::new(&visit, &form, secret))
}

/// Sends a code and asks for it. The answer is the same for an address that nobody has.
pub(super) async fn ask(sent: VisitForm) -> Result<Response, Failure> {
    let VisitForm { visit, form } = sent;
    let app = visit.app().await?.id;
    let done = match typed_address(&visit, &form) {
        Ok(address) => send_code(&visit, &form, app, &address, Purpose::SignIn).await?,
        Err(problem) => Err(problem),
    };
    match done {
        Ok(()) => outside(&visit, None, |secret| Page {
            is_sent: true,
            ..Page::new(&visit, &form, secret)
        }),
        Err(NotSent {
            refusal,
            problem,
            slider,
        }) => outside(&visit, refusal, |secret| Page {
            problem: Some(problem),
            slider,
            ..Page::new(&visit, &form, secret)
        }),
    }
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
        Err(refusal) => outside(&visit, Some(refusal), |secret| Page {
            is_sent: true,
            problem: Some(words::refusal(refusal, visit.language)),
            ..Page::new(&visit, &form, secret)
        }),
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
