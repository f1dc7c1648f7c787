//! Somebody who has signed in to pages of one kind, and what shows that it is still them.

use axum::body::Body;
use axum::extract::FromRequestParts as _;
use http::Method;
use http::request::Parts;
use yaopai_accounts::{Error, Outcome, PageKey, PageSession, PageUse, Refusal, form_token};
use yaopai_model::{Account, Password, SessionScope};

use crate::Desk;
use crate::failure::{CodeWay, Confirmation, Failure};
use crate::form::{Form, read_form};
use crate::visit::Visit;

/// What the names of the fields begin with in which somebody shows again that it is them.
const CONFIRM: &str = "confirm_";
/// The one that has the password.
const PASSWORD: &str = "confirm_password";
/// The header by which our script says that nobody asked for a page but itself.
const BY_ITSELF: &str = "x-yaopai-refresh";

/// Somebody who has signed in.
pub(crate) struct Entered {
    pub(crate) visit: Visit,
    pub(crate) session: PageSession,
    pub(crate) key: PageKey,
}

impl Entered {
    /// Whoever shows a live session of `scope`.
    ///
    /// # Errors
    /// [`Failure::SignInFirst`].
    pub(crate) async fn at(parts: &mut Parts, desk: &Desk, scope: SessionScope) -> Result<Self, Failure> {
        let visit = Visit::from_request_parts(parts, desk).await?;
        // What a form would have done is not done after a sign-in.
        let next = if parts.method == Method::GET {
            visit.address.clone()
        } else {
            String::new()
        };
        let sign_in_first = || Failure::SignInFirst(next.clone());
        let key = visit.page_key(scope).ok_or_else(sign_in_first)?;
        let used = if parts.headers.contains_key(BY_ITSELF) {
            PageUse::InBackground
        } else {
            PageUse::ByPerson
        };
        let session = match desk.accounts.page_session(scope, &key, used).await {
            Ok(session) => session,
            Err(Error::Refused(Refusal::NotSignedIn)) => return Err(sign_in_first()),
            Err(error) => return Err(error.into()),
        };
        visit.note_account(session.principal.account.id);
        Ok(Self { visit, session, key })
    }

    /// Their own account.
    pub(crate) fn account(&self) -> &Account {
        &self.session.principal.account
    }

    /// What their forms are to show.
    pub(crate) fn form_token(&self) -> String {
        form_token(&self.key.secret)
    }

    /// Reads a form of theirs.
    ///
    /// # Errors
    /// See [`read_form`].
    pub(crate) async fn read_form(&self, parts: &Parts, body: Body) -> Result<Form, Failure> {
        read_form(parts, body, Some(&self.key.secret)).await
    }

    /// The form that asks them to show that it is them, after which `form` is sent again.
    pub(crate) fn confirmation(&self, form: &Form, refusal: Option<Refusal>) -> Confirmation {
        Confirmation {
            action: self.visit.address.clone(),
            fields: form.fields_but(CONFIRM),
            token: self.form_token(),
            refusal,
            ways: Vec::new(),
            sent: None,
        }
    }

    /// As [`Entered::confirmation`], with codes in the place of the password.
    pub(crate) fn confirmation_by_code(&self, form: &Form, sent: Option<CodeWay>, refusal: Option<Refusal>) -> Failure {
        let ways = self.session.proven_addresses().into_iter().map(|address| {
            let identifier = address.identifier();
            CodeWay {
                kind: identifier.kind().as_str(),
                masked: identifier.masked(),
            }
        });
        let confirmation = Confirmation {
            ways: ways.collect(),
            sent,
            ..self.confirmation(form, refusal)
        };
        Failure::ConfirmFirst(confirmation.into())
    }

    /// What came of the password that was sent along with `form`, if there is one.
    pub(crate) async fn confirm_by_password(&self, form: &Form) -> Option<Outcome<PageSession>> {
        let shown = form.raw(PASSWORD);
        if shown.is_empty() {
            return None;
        }
        let accounts = &self.visit.desk.accounts;
        Some(match Password::presented(shown) {
            Ok(password) => {
                accounts
                    .confirm_password(&self.session, password, &self.visit.caller)
                    .await
            }
            Err(_) => Err(Refusal::WrongCredentials.into()),
        })
    }
}
