//! Somebody who has signed in to the console.

use std::ops::Deref;

use axum::body::Body;
use axum::extract::{FromRequest, FromRequestParts, Request};
use http::request::Parts;
use yaopai_accounts::{Actor, Error};
use yaopai_model::SessionScope;

use crate::entered::Entered;
use crate::failure::Failure;
use crate::form::Form;
use crate::frame::{Frame, Notice, Section, SignedInAs};
use crate::receiver::Receiver;
use crate::{Desk, called};

/// An operator at a page of the console.
pub(crate) struct Operator(Entered);

impl Deref for Operator {
    type Target = Entered;

    fn deref(&self) -> &Entered {
        &self.0
    }
}

impl Operator {
    /// Who acts, for the verbs.
    pub(crate) fn actor(&self) -> Actor<'_> {
        Actor::InConsole(&self.session.principal)
    }

    /// To whom a file goes that they ask for.
    pub(crate) fn receiver(&self) -> Receiver {
        Receiver::in_console(&self.visit.desk.accounts, &self.key)
    }

    /// The frame of a page in `section`.
    pub(crate) fn frame(&self, title: (&str, &str), section: Section) -> Frame {
        let account = self.account();
        Frame {
            section,
            operator: Some(SignedInAs {
                name: called::by_username(account),
                role: account.role,
            }),
            notice: Notice::of_address(&self.visit.address),
            ..self.visit.frame(title, &self.key.secret)
        }
    }
}

impl FromRequestParts<Desk> for Operator {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, desk: &Desk) -> Result<Self, Failure> {
        Ok(Self(Entered::at(parts, desk, SessionScope::Console).await?))
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
        Err(Failure::ConfirmFirst(
            self.operator.confirmation(&self.form, None).into(),
        ))
    }

    /// Takes the password that was sent along to be let on, if there is one.
    async fn confirm(&mut self) -> Result<(), Failure> {
        match self.operator.confirm_by_password(&self.form).await {
            None => Ok(()),
            Some(Ok(session)) => {
                self.operator.0.session = session;
                Ok(())
            }
            Some(Err(Error::Refused(refusal))) => {
                let confirmation = self.operator.confirmation(&self.form, Some(refusal));
                Err(Failure::ConfirmFirst(confirmation.into()))
            }
            Some(Err(error)) => Err(error.into()),
        }
    }
}

impl FromRequest<Desk, Body> for OperatorForm {
    type Rejection = Failure;

    async fn from_request(request: Request, desk: &Desk) -> Result<Self, Failure> {
        let (mut parts, body) = request.into_parts();
        let operator = Operator::from_request_parts(&mut parts, desk).await?;
        let form = operator.read_form(&parts, body).await?;
        let mut sent = Self { operator, form };
        sent.confirm().await?;
        Ok(sent)
    }
}
