//! Entering the console.

use askama::Template;
use axum::extract::RawQuery;
use axum::response::{IntoResponse, Redirect, Response};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::StatusCode;
use yaopai_accounts::{Error, FailureRule, Refusal, SliderPictures};
use yaopai_model::{AppId, Email, Identifier, Password, SessionKind, SessionScope};

use super::message::status;
use super::{html, local};
use crate::failure::Failure;
use crate::form::{Form, VisitForm};
use crate::frame::Frame;
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

/// A slider as a page shows it.
pub(crate) struct SliderShown {
    pub(crate) background: String,
    pub(crate) piece: String,
    pub(crate) y: u32,
}

impl SliderShown {
    pub(crate) fn of(pictures: &SliderPictures) -> Self {
        Self {
            background: STANDARD.encode(&pictures.background),
            piece: STANDARD.encode(&pictures.piece),
            y: pictures.y,
        }
    }
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
    match attempt(&visit, &form, app).await {
        Ok(response) => Ok(response),
        Err(Error::Refused(refusal)) => {
            let slider = match (refusal, email(&form)) {
                (Refusal::ChallengeRequired | Refusal::ChallengeFailed, Some(email)) => {
                    let drawn = visit.desk.accounts.draw_challenge(app, &email, &visit.caller).await?;
                    Some(SliderShown::of(&drawn))
                }
                _ => None,
            };
            page(&visit, &form, Some(refusal), slider).await
        }
        Err(error) => Err(error.into()),
    }
}

async fn attempt(visit: &Visit, form: &Form, app: AppId) -> Result<Response, Error> {
    let accounts = &visit.desk.accounts;
    let identifier = Identifier::parse(form.text("account")).map_err(|_| Refusal::WrongCredentials)?;
    let password = Password::presented(form.raw("password")).map_err(|_| Refusal::WrongCredentials)?;
    // Only e-mail addresses have a slider; other failures bring a wait.
    let rule = match &identifier {
        Identifier::Email(_) => FailureRule::Challenge,
        Identifier::Phone(_) | Identifier::Username(_) => FailureRule::Wait,
    };
    if let (Identifier::Email(email), Some(x)) = (&identifier, form.optional("slider_x")) {
        let x = x.parse().map_err(|_| Refusal::ChallengeFailed)?;
        accounts.answer_challenge(app, email, x, &visit.caller).await?;
    }
    let signed_in = accounts
        .sign_in_with_password(app, &identifier, password, rule, SessionKind::Console, &visit.caller)
        .await?;
    visit.note_account(signed_in.account.id);
    let mut response = Redirect::to(local(form.raw("next"))).into_response();
    visit.set_page_key(
        response.headers_mut(),
        SessionScope::Console,
        Some(&signed_in.page_key()),
    );
    Ok(response)
}

fn email(form: &Form) -> Option<Email> {
    Email::parse(form.text("account")).ok()
}

async fn page(
    visit: &Visit,
    form: &Form,
    refusal: Option<Refusal>,
    slider: Option<SliderShown>,
) -> Result<Response, Failure> {
    let (secret, is_new) = visit.form_secret_or_new();
    let page = Page {
        frame: visit.frame(("登录", "Sign in"), &secret),
        account: form.text("account").to_owned(),
        next: local(form.raw("next")).to_owned(),
        problem: refusal.map(|refusal| words::refusal(refusal, visit.language)),
        slider,
        is_set_up: visit.desk.accounts.is_set_up().await?,
    };
    let mut response = (refusal.map_or(StatusCode::OK, status), html(&page)?).into_response();
    if is_new {
        visit.set_form_secret(response.headers_mut(), &secret);
    }
    Ok(response)
}
