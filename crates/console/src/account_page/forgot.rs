//! A new password for one that is lost.

use askama::Template;
use axum::extract::RawQuery;
use axum::response::Response;
use yaopai_accounts::{Outcome, PasswordReset, Refusal, ResetPermit};
use yaopai_model::{Address, AppId, Code, Password, Purpose, SessionSecret};

use super::go;
use super::password::chosen;
use super::send_code::{NotSent, send_code, typed_address};
use crate::failure::Failure;
use crate::form::{Form, VisitForm};
use crate::frame::Frame;
use crate::pages::outside;
use crate::signing_in::{SliderShown, refused};
use crate::visit::Visit;
use crate::words;

#[derive(Template)]
#[template(path = "account/forgot.html")]
struct Page {
    frame: Frame,
    address: String,
    /// Whether a code was asked for.
    is_sent: bool,
    least: usize,
    problem: Option<String>,
    slider: Option<SliderShown>,
}

impl Page {
    fn new(visit: &Visit, form: &Form, secret: &SessionSecret) -> Self {
        Self {
            frame: visit.frame(("找回密码", "Forgotten password"), secret),
            address: form.text("address").to_owned(),
            is_sent: false,
            least: visit.desk.settings.password_policy.least_characters(),
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

/// Sends a code and asks for it with the new password. The answer is the same for an address that nobody has.
pub(super) async fn ask(sent: VisitForm) -> Result<Response, Failure> {
    let VisitForm { visit, form } = sent;
    let app = visit.app().await?.id;
    let done = match typed_address(&visit, &form) {
        Ok(address) => send_code(&visit, &form, app, &address, Purpose::ResetPassword).await?,
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

/// Sets the new password.
pub(super) async fn reset(sent: VisitForm) -> Result<Response, Failure> {
    let VisitForm { visit, form } = sent;
    let again = |problem: String, refusal| {
        outside(&visit, refusal, |secret| Page {
            is_sent: true,
            problem: Some(problem),
            ..Page::new(&visit, &form, secret)
        })
    };
    let address = match typed_address(&visit, &form) {
        Ok(address) => address,
        Err(NotSent { problem, .. }) => return again(problem, None),
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
