//! Somebody who has signed in to the account page.

use std::ops::Deref;

use axum::body::Body;
use axum::extract::{FromRequest, FromRequestParts, Request};
use http::request::Parts;
use yaopai_accounts::{ChallengeRule, ConfirmedSession, Error, Outcome, PageSession, Refusal};
use yaopai_model::{Address, Code, SessionScope};

use crate::entered::Entered;
use crate::failure::{CodeWay, Failure};
use crate::form::Form;
use crate::frame::{Frame, Notice};
use crate::{Desk, called};

/// A part of the account page, as its navigation has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Tab {
    Profile,
    Security,
    Data,
}

/// Where in the account page somebody is, and who.
pub(super) struct Here {
    pub(super) tab: Tab,
    pub(super) name: String,
    /// The first character of the name, where there is no portrait.
    pub(super) initial: String,
    pub(super) avatar: Option<String>,
}

impl Here {
    /// Whether `name` is the part that is shown.
    pub(super) fn is(&self, name: &str) -> bool {
        let shown = match self.tab {
            Tab::Profile => "profile",
            Tab::Security => "security",
            Tab::Data => "data",
        };
        shown == name
    }
}

/// Whose account it is.
pub(super) struct Holder(Entered);

impl Deref for Holder {
    type Target = Entered;

    fn deref(&self) -> &Entered {
        &self.0
    }
}

impl Holder {
    /// The frame of a page.
    pub(super) fn frame(&self, title: (&str, &str)) -> Frame {
        Frame {
            notice: Notice::of_address(&self.visit.address),
            ..self.visit.frame(title, &self.key.secret)
        }
    }

    /// What stands above the pages of `tab`.
    pub(super) fn here(&self, tab: Tab) -> Here {
        let account = self.account();
        let name = called::by_nickname(account);
        Here {
            tab,
            initial: name.chars().take(1).collect(),
            avatar: account
                .profile
                .avatar
                .as_ref()
                .map(|name| picture_address(name.as_str())),
            name,
        }
    }
}

/// The address of a picture on this server.
pub(super) fn picture_address(name: &str) -> String {
    format!("/api/image/{name}")
}

impl FromRequestParts<Desk> for Holder {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, desk: &Desk) -> Result<Self, Failure> {
        Ok(Self(Entered::at(parts, desk, SessionScope::AccountPage).await?))
    }
}

/// A form that the account's holder sends.
pub(super) struct HolderForm {
    pub(super) holder: Holder,
    pub(super) form: Form,
}

impl HolderForm {
    /// Lets on only those who have shown a short while ago, by password or code, that it is them. Others are asked for it,
    /// and what they sent is sent again with it.
    ///
    /// # Errors
    /// [`Failure::ConfirmFirst`].
    pub(super) fn confirmed(&self) -> Result<ConfirmedSession, Failure> {
        self.holder
            .session
            .confirmed()
            .ok_or_else(|| self.holder.confirmation_by_code(&self.form, None, None))
    }

    /// Takes what was sent along to be let on, if there is anything.
    async fn confirm(&mut self) -> Result<(), Failure> {
        if let Some(kind) = self.form.optional("confirm_send") {
            return Err(self.send_code(kind).await?);
        }
        let (outcome, sent) = match self.code_way() {
            Some((address, way)) => (Some(self.confirm_by_code(&address).await), Some(way)),
            None => (self.holder.confirm_by_password(&self.form).await, None),
        };
        match outcome {
            None => Ok(()),
            Some(Ok(session)) => {
                self.holder.0.session = session;
                Ok(())
            }
            Some(Err(Error::Refused(refusal))) => {
                Err(self.holder.confirmation_by_code(&self.form, sent, Some(refusal)))
            }
            Some(Err(error)) => Err(error.into()),
        }
    }

    /// Sends a code, and asks for it.
    async fn send_code(&self, kind: &str) -> Result<Failure, Failure> {
        let (address, way) = self.way(kind).ok_or(Failure::BadForm)?;
        let visit = &self.holder.visit;
        let sent = visit.desk.accounts.request_confirmation(
            &self.holder.session,
            &address,
            ChallengeRule::NotAsked,
            &visit.caller,
        );
        match sent.await {
            Ok(()) => Ok(self.holder.confirmation_by_code(&self.form, Some(way), None)),
            Err(Error::Refused(refusal)) => Ok(self.holder.confirmation_by_code(&self.form, None, Some(refusal))),
            Err(error) => Err(error.into()),
        }
    }

    async fn confirm_by_code(&self, address: &Address) -> Outcome<PageSession> {
        let visit = &self.holder.visit;
        let code = Code::presented(self.form.text("confirm_code")).map_err(|_| Refusal::WrongCode)?;
        let accounts = &visit.desk.accounts;
        accounts
            .confirm_with_code(&self.holder.session, address, &code, &visit.caller)
            .await
    }

    /// Where the code went that was sent along.
    fn code_way(&self) -> Option<(Address, CodeWay)> {
        self.way(self.form.optional("confirm_kind")?)
    }

    fn way(&self, kind: &str) -> Option<(Address, CodeWay)> {
        let addresses = self.holder.session.proven_addresses();
        let address = addresses
            .into_iter()
            .find(|address| address.identifier().kind().as_str() == kind)?;
        let identifier = address.identifier();
        let way = CodeWay {
            kind: identifier.kind().as_str(),
            masked: identifier.masked(),
        };
        Some((address, way))
    }
}

impl FromRequest<Desk, Body> for HolderForm {
    type Rejection = Failure;

    async fn from_request(request: Request, desk: &Desk) -> Result<Self, Failure> {
        let (mut parts, body) = request.into_parts();
        let holder = Holder::from_request_parts(&mut parts, desk).await?;
        let form = holder.read_form(&parts, body).await?;
        let mut sent = Self { holder, form };
        sent.confirm().await?;
        Ok(sent)
    }
}
