//! Somebody who has signed in to the console.

use axum::body::Body;
use axum::extract::{FromRequest, FromRequestParts, Request};
use http::request::Parts;
use yaopai_accounts::{Actor, Error, PageKey, PageSession, Refusal, form_token};
use yaopai_model::{Account, Password, SessionScope};

use crate::Desk;
use crate::failure::{Confirmation, Failure};
use crate::form::{Form, read_form};
use crate::frame::{Frame, Notice, Section, SignedInAs};
use crate::visit::Visit;

/// The field in which the password is shown again.
const CONFIRM: &str = "confirm_password";

/// An operator at a page of the console.
pub(crate) struct Operator {
    pub(crate) visit: Visit,
    pub(crate) session: PageSession,
    key: PageKey,
}

impl Operator {
    /// Who acts, for the verbs.
    pub(crate) fn actor(&self) -> Actor<'_> {
        Actor::InConsole(&self.session.principal)
    }

    /// The operator's own account.
    pub(crate) fn account(&self) -> &Account {
        &self.session.principal.account
    }

    /// The frame of a page in `section`.
    pub(crate) fn frame(&self, title: (&str, &str), section: Section) -> Frame {
        let account = self.account();
        Frame {
            section,
            operator: Some(SignedInAs {
                name: shown_name(account),
                role: account.role,
            }),
            notice: Notice::of_query(self.visit.address.split_once('?').map_or("", |(_, query)| query)),
            ..self.visit.frame(title, &self.key.secret)
        }
    }

    /// What the operator's forms are to show.
    pub(crate) fn form_token(&self) -> String {
        form_token(&self.key.secret)
    }
}

/// What somebody is called where there is little room.
pub(crate) fn shown_name(account: &Account) -> String {
    let username = account.username.as_ref().map(|name| name.as_str().to_owned());
    let nickname = || account.profile.nickname.as_ref().map(|name| name.as_str().to_owned());
    username
        .or_else(nickname)
        .unwrap_or_else(|| format!("#{}", account.id.0))
}

impl FromRequestParts<Desk> for Operator {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, desk: &Desk) -> Result<Self, Failure> {
        let visit = Visit::from_request_parts(parts, desk).await?;
        let sign_in_first = || Failure::SignInFirst(visit.address.clone());
        let key = visit.page_key(SessionScope::Console).ok_or_else(sign_in_first)?;
        let session = match desk.accounts.page_session(SessionScope::Console, &key).await {
            Ok(session) => session,
            Err(Error::Refused(Refusal::NotSignedIn)) => return Err(sign_in_first()),
            Err(error) => return Err(error.into()),
        };
        visit.note_account(session.principal.account.id);
        Ok(Self { visit, session, key })
    }
}

/// A form that an operator sends.
pub(crate) struct OperatorForm {
    pub(crate) operator: Operator,
    pub(crate) form: Form,
}

impl OperatorForm {
    /// Lets on only those who have shown their password again a short while ago. Others are asked for it, and what they sent
    /// is sent again with it.
    ///
    /// # Errors
    /// [`Failure::ConfirmFirst`].
    pub(crate) fn confirmed(&self) -> Result<(), Failure> {
        if self.operator.session.confirmed_until.is_some() {
            return Ok(());
        }
        Err(Failure::ConfirmFirst(self.confirmation(None).into()))
    }

    fn confirmation(&self, refusal: Option<Refusal>) -> Confirmation {
        Confirmation {
            action: self.operator.visit.address.clone(),
            fields: self.form.fields_but(CONFIRM),
            token: self.operator.form_token(),
            refusal,
        }
    }

    /// Takes the password that was sent along to be let on, if there is one.
    async fn confirm(&mut self) -> Result<(), Failure> {
        let shown = self.form.raw(CONFIRM);
        if shown.is_empty() {
            return Ok(());
        }
        let (visit, session) = (&self.operator.visit, &self.operator.session);
        let accounts = &visit.desk.accounts;
        let confirmed = match Password::presented(shown) {
            Ok(password) => accounts.confirm_password(session, password, &visit.caller).await,
            Err(_) => Err(Refusal::WrongCredentials.into()),
        };
        match confirmed {
            Ok(session) => {
                self.operator.session = session;
                Ok(())
            }
            Err(Error::Refused(refusal)) => Err(Failure::ConfirmFirst(self.confirmation(Some(refusal)).into())),
            Err(error) => Err(error.into()),
        }
    }
}

impl FromRequest<Desk, Body> for OperatorForm {
    type Rejection = Failure;

    async fn from_request(request: Request, desk: &Desk) -> Result<Self, Failure> {
        let (mut parts, body) = request.into_parts();
        let operator = Operator::from_request_parts(&mut parts, desk).await?;
        let form = read_form(&parts, body, Some(&operator.key.secret)).await?;
        let mut sent = Self { operator, form };
        sent.confirm().await?;
        Ok(sent)
    }
}
