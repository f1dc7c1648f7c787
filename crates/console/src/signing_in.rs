//! What the sign-in of the console and that of the account page have in common.

use axum::response::{IntoResponse as _, Redirect, Response};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use yaopai_accounts::{Error, FailureRule, Outcome, Refusal, SignedIn, SliderPictures};
use yaopai_model::{AppId, Email, Identifier, Password, SessionKind};

use crate::form::Form;
use crate::visit::Visit;

/// A slider as a page shows it.
pub(crate) struct SliderShown {
    pub(crate) background: String,
    pub(crate) piece: String,
    pub(crate) y: u32,
}

impl SliderShown {
    fn of(pictures: &SliderPictures) -> Self {
        Self {
            background: STANDARD.encode(&pictures.background),
            piece: STANDARD.encode(&pictures.piece),
            y: pictures.y,
        }
    }

    /// The slider that a refusal asks for, drawn for this address; none where it asks for none.
    ///
    /// # Errors
    /// `TooManyChallenges`, `Overloaded`.
    pub(crate) async fn asked_for(
        visit: &Visit,
        app: AppId,
        refusal: Refusal,
        email: Option<&Email>,
    ) -> Outcome<Option<Self>> {
        if !matches!(refusal, Refusal::ChallengeRequired | Refusal::ChallengeFailed) {
            return Ok(None);
        }
        let Some(email) = email else { return Ok(None) };
        let drawn = visit.desk.accounts.draw_challenge(app, email, &visit.caller).await?;
        Ok(Some(Self::of(&drawn)))
    }
}

/// Takes the answer to a slider that was sent along, if there is one.
///
/// # Errors
/// `ChallengeFailed`.
pub(crate) async fn answer_slider(visit: &Visit, form: &Form, app: AppId, email: &Email) -> Outcome<()> {
    let Some(x) = form.optional("slider_x") else {
        return Ok(());
    };
    let x = x.parse().map_err(|_| Refusal::ChallengeFailed)?;
    visit.desk.accounts.answer_challenge(app, email, x, &visit.caller).await
}

/// Signs in by the fields `account` and `password`.
///
/// # Errors
/// Those of `Accounts::sign_in_with_password`, and `ChallengeFailed`.
pub(crate) async fn by_password(visit: &Visit, form: &Form, app: AppId, kind: SessionKind) -> Outcome<SignedIn> {
    let identifier = Identifier::parse(form.text("account")).map_err(|_| Refusal::WrongCredentials)?;
    let password = Password::presented(form.raw("password")).map_err(|_| Refusal::WrongCredentials)?;
    // Only e-mail addresses have a slider; other failures bring a wait.
    let rule = match &identifier {
        Identifier::Email(email) => {
            answer_slider(visit, form, app, email).await?;
            FailureRule::Challenge
        }
        Identifier::Phone(_) | Identifier::Username(_) => FailureRule::Wait,
    };
    let accounts = &visit.desk.accounts;
    accounts
        .sign_in_with_password(app, &identifier, password, rule, kind, &visit.caller)
        .await
}

/// Gives the browser the session that has begun and sends it on to `next`, where it is told if that kept the account open.
pub(crate) fn welcome(visit: &Visit, signed_in: &SignedIn, kind: SessionKind, next: &str) -> Response {
    visit.note_account(signed_in.account.id);
    let joint = if next.contains('?') { '&' } else { '?' };
    let mut response = if signed_in.took_closing_back {
        Redirect::to(&format!("{next}{joint}done=stays")).into_response()
    } else {
        Redirect::to(next).into_response()
    };
    visit.set_page_key(response.headers_mut(), kind.scope(), Some(&signed_in.page_key()));
    response
}

/// What was refused, apart from faults.
///
/// # Errors
/// The fault.
pub(crate) fn refused<T>(outcome: Outcome<T>) -> Result<Result<T, Refusal>, Error> {
    match outcome {
        Ok(done) => Ok(Ok(done)),
        Err(Error::Refused(refusal)) => Ok(Err(refusal)),
        Err(error) => Err(error),
    }
}
