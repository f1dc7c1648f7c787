//! Entering the console.

use askama::Template;
use axum::extract::RawQuery;
use axum::response::Response;
use yaopai_accounts::Refusal;
use yaopai_model::{Email, SessionKind};

use super::{local, outside};
use crate::failure::Failure;
use crate::form::{Form, VisitForm};
use crate::frame::Frame;
use crate::signing_in::{SliderShown, by_password, refused, welcome};
use crate::visit::Visit;
use crate::words;

#[derive(Template)]
#[template(path = "sign_in.html")]
struct Page {
    frame: Frame,
    account: String,
    next: String,
    problem: Option<String>,
    slider: Option<SliderShown>,
    /// Whether there is a root account.
    is_set_up: bool,
}

/// The form.
pub(crate) async fn show(visit: Visit, RawQuery(query): RawQuery) -> Result<Response, Failure> {
    let form = Form::parse(query.unwrap_or_default().as_bytes())?;
    page(&visit, &form, None, None).await
}

/// Signs in. Where failures have brought the slider, it is drawn and its answer comes with the next try.
pub(crate) async fn sign_in(sent: VisitForm) -> Result<Response, Failure> {
    let VisitForm { visit, form } = sent;
    let app = visit.app().await?.id;
    let kind = SessionKind::Console;
    match refused(by_password(&visit, &form, app, kind).await)? {
        Ok(signed_in) => Ok(welcome(&visit, &signed_in, kind, local(form.raw("next")))),
        Err(refusal) => {
            let email = Email::parse(form.text("account")).ok();
            let slider = SliderShown::asked_for(&visit, app, refusal, email.as_ref()).await?;
            page(&visit, &form, Some(refusal), slider).await
        }
    }
}

async fn page(
    visit: &Visit,
    form: &Form,
    refusal: Option<Refusal>,
    slider: Option<SliderShown>,
) -> Result<Response, Failure> {
    let is_set_up = visit.desk.accounts.is_set_up().await?;
    outside(visit, refusal, |secret| Page {
        frame: visit.frame(("登录", "Sign in"), secret),
        account: form.text("account").to_owned(),
        next: local(form.raw("next")).to_owned(),
        problem: refusal.map(|refusal| words::refusal(refusal, visit.language)),
        slider,
        is_set_up,
    })
}
