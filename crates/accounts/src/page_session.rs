//! Sessions of pages in a browser: the console's and the account page's.

use std::fmt::Write as _;

use yaopai_model::limits::{CONFIRMATION_LIFE, PAGE_SESSION_IDLE, PAGE_SESSION_NOTED};
use yaopai_model::{AccountId, EventKind, SessionScope, SessionSecret, Timestamp};
use yaopai_store::sessions::{self, Session};
use yaopai_store::{SqlError, accounts};

use crate::journal::Whose;
use crate::keys::{are_equal, session_digest, sha256};
use crate::rank::{Action, Rank, reaches};
use crate::{Accounts, Caller, Outcome, Principal, Refusal, SignedIn};

/// What a browser shows of its session, in a cookie.
#[derive(Clone)]
pub struct PageKey {
    /// Whose session it is.
    pub account: AccountId,
    /// What proves that the bearer was given the session.
    pub secret: SessionSecret,
}

/// Who asks for a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PageUse {
    /// Somebody, who thereby uses the session.
    ByPerson,
    /// A page that is open, by itself: nobody may be looking, so it keeps no session alive.
    InBackground,
}

/// A live session of a page.
#[derive(Clone)]
pub struct PageSession {
    /// Who is asking.
    pub principal: Principal,
    /// Until when what asks for the password again is open; none when it is not.
    pub confirmed_until: Option<Timestamp>,
    pub(crate) digest: [u8; 32],
}

impl SignedIn {
    /// What the browser is to show of the session.
    pub fn page_key(&self) -> PageKey {
        PageKey {
            account: self.account.id,
            secret: self.secret.clone(),
        }
    }
}

impl PageSession {
    /// Whether `session` is this one.
    pub fn is(&self, session: &Session) -> bool {
        session.digest == self.digest
    }
}

/// What shows that a form is one that we gave to the holder of `secret`: another site can send a form, but knows no
/// token for it.
pub fn form_token(secret: &SessionSecret) -> String {
    let token = sha256(&[b"yaopai form token".as_slice(), secret.expose()].concat());
    token.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// Whether `presented` is the token of `secret`; takes as long for any text.
pub fn is_form_token(secret: &SessionSecret, presented: &str) -> bool {
    are_equal(form_token(secret).as_bytes(), presented.as_bytes())
}

impl Accounts {
    /// The live session of `scope` that a browser shows. It must not have been unused for longer than
    /// `limits::PAGE_SESSION_IDLE`, and one of the console ends with its holder's rank.
    ///
    /// # Errors
    /// `NotSignedIn`.
    pub async fn page_session(&self, scope: SessionScope, key: &PageKey, used: PageUse) -> Outcome<PageSession> {
        let (id, digest) = (key.account, session_digest(&key.secret));
        let found = self.store().read(move |db| -> Result<_, SqlError> {
            Ok(accounts::by_id(db, id)?.zip(sessions::one(db, id, &digest)?))
        });
        let now = self.now();
        let Some((account, session)) = found.await? else {
            return Err(Refusal::NotSignedIn.into());
        };
        let seen_at = session.seen_at.unwrap_or(session.created_at);
        let is_live = session.scope == scope
            && session.expires_at > now
            && seen_at.plus(PAGE_SESSION_IDLE) > now
            && account.disabled_at.is_none();
        let may_enter = scope != SessionScope::Console || reaches(Rank::Account(account.role), Action::Inspect).is_ok();
        if !is_live || !may_enter {
            return Err(Refusal::NotSignedIn.into());
        }
        if used == PageUse::ByPerson && seen_at.plus(PAGE_SESSION_NOTED) <= now {
            self.store()
                .write(move |tx| sessions::note_use(tx, id, &digest, now))
                .await?;
        }
        let confirmed_until = session.confirmed_at.map(|at| at.plus(CONFIRMATION_LIFE));
        Ok(PageSession {
            principal: Principal {
                account: account.into(),
            },
            confirmed_until: confirmed_until.filter(|until| *until > now),
            digest,
        })
    }

    /// Ends a session of a page, and no other.
    ///
    /// # Errors
    /// Faults only.
    pub async fn end_page_session(&self, session: &PageSession, caller: &Caller) -> Outcome<()> {
        let account = &session.principal.account;
        let (id, digest) = (account.id, session.digest);
        let attempt = self.attempt(EventKind::SignOut, account.app, Whose::Account(id), caller);
        let ended = self.store().write(move |tx| sessions::end(tx, id, &digest)).await;
        attempt.end(ended.map(|_| ()).map_err(Into::into))
    }
}
