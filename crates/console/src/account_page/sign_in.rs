//! Signing in by password, and out.

use askama::Template;
use axum::extract::RawQuery;
use axum::response::{IntoResponse as _, Redirect, Response};
use yaopai_accounts::Refusal;
use yaopai_model::{Email, SessionKind, SessionScope};

use super::HOME;
use super::holder::HolderForm;
use crate::failure::Failure;
use crate::form::{Form, VisitForm};
use crate::frame::{Frame, Notice};
use crate::pages::local_or;
use crate::pages::outside;
use crate::signing_in::{SliderShown, by_password, refused, welcome};
use crate::visit::Visit;
use crate::words;

#[derive(Template)]
#[template(path = "account/sign_in.html")]
struct Page {
    frame: Frame,
    account: String,
    next: String,
    problem: Option<String>,
    slider: Option<SliderShown>,
}

/// The form.
pub(super) async fn show(visit: Visit, RawQuery(query): RawQuery) -> Result<Response, Failure> {
    let form = Form::parse(query.unwrap_or_default().as_bytes())?;
    page(&visit, &form, None, None)
}

/// Signs in. Where failures have brought the slider, it is drawn and its answer comes with the next try.
pub(super) async fn sign_in(sent: VisitForm) -> Result<Response, Failure> {
    let VisitForm { visit, form } = sent;
    let app = visit.app().await?.id;
    let kind = SessionKind::AccountPage;
    match refused(by_password(&visit, &form, app, kind).await)? {
        Ok(signed_in) => Ok(welcome(&visit, &signed_in, kind, local_or(form.raw("next"), HOME))),
        Err(refusal) => {
            let email = Email::parse(form.text("account")).ok();
            let slider = SliderShown::asked_for(&visit, app, refusal, email.as_ref()).await?;
            page(&visit, &form, Some(refusal), slider)
        }
    }
}

/// Ends the session of this browser.
pub(super) async fn sign_out(sent: HolderForm) -> Result<Response, Failure> {
    let visit = &sent.holder.visit;
    visit
        .desk
        .accounts
        .end_page_session(&sent.holder.session, &visit.caller)
        .await?;
    let mut response = Redirect::to("/account/sign-in").into_response();
    visit.set_page_key(response.headers_mut(), SessionScope::AccountPage, None);
    Ok(response)
}

fn page(
    visit: &Visit,
    form: &Form,
    refusal: Option<Refusal>,
    slider: Option<SliderShown>,
) -> Result<Response, Failure> {
    outside(visit, refusal, |secret| Page {
        frame: Frame {
            notice: Notice::of_address(&visit.address),
            ..visit.frame(("登录", "Sign in"), secret)
        },
        account: form.text("account").to_owned(),
        next: local_or(form.raw("next"), HOME).to_owned(),
        problem: refusal.map(|refusal| words::refusal(refusal, visit.language)),
        slider,
    })
}
