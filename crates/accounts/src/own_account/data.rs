//! Everything that is kept of somebody, for themselves.

use yaopai_model::limits::{OWN_SESSIONS_SHOWN, SETTINGS_READ};
use yaopai_model::{Account, Timestamp};
use yaopai_store::account_events::{self, AccountEvent};
use yaopai_store::passwords;
use yaopai_store::sessions::{self, Session};
use yaopai_store::settings::{self, Setting};

use super::{ConfirmedSession, seen_in_session};
use crate::{Accounts, Error, Outcome};

/// What is kept of an account, but for its settings, which may be many.
pub struct OwnData {
    /// Its row.
    pub account: Account,
    /// When its password was last set, if it has one.
    pub password_changed_at: Option<Timestamp>,
    /// Its live sessions.
    pub sessions: Vec<Session>,
    /// Its timeline, newest first.
    pub events: Vec<AccountEvent>,
}

impl Accounts {
    /// What is kept of the account of a session.
    ///
    /// # Errors
    /// `NotSignedIn`, `AccountGone`.
    pub async fn own_data(&self, confirmed: &ConfirmedSession) -> Outcome<OwnData> {
        let (session, now) = (confirmed.session().clone(), self.now());
        let data = self.store().scan(move |db| {
            let account = seen_in_session(db, &session)?;
            Ok::<_, Error>(OwnData {
                password_changed_at: passwords::changed_at(db, account.id)?,
                sessions: sessions::list(db, account.id, now, OWN_SESSIONS_SHOWN)?,
                events: account_events::list(db, account.id)?,
                account,
            })
        });
        data.await
    }

    /// The next settings of the account of a session, in the order of their keys, after the key `after`: at most
    /// `limits::SETTINGS_READ`, and fewer only at their end.
    ///
    /// # Errors
    /// `NotSignedIn`, `AccountGone`.
    pub async fn own_settings(&self, confirmed: &ConfirmedSession, after: &str) -> Outcome<Vec<Setting>> {
        let (session, after) = (confirmed.session().clone(), after.to_owned());
        let page = self.store().scan(move |db| {
            let account = seen_in_session(db, &session)?;
            Ok::<_, Error>(settings::page(db, account.id, &after, SETTINGS_READ)?)
        });
        page.await
    }
}
