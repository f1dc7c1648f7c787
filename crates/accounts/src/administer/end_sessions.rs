//! Ending other people's sessions.

use yaopai_model::{AccountId, AppId};
use yaopai_store::sessions;

use super::Actor;
use crate::credentials::end_sessions;
use crate::rank::Action;
use crate::{Accounts, Outcome};

impl Accounts {
    /// Ends every session of an account.
    ///
    /// # Errors
    /// `RankTooLow`, `NoSuchAccount`.
    pub async fn end_sessions_of(&self, app: AppId, actor: Actor<'_>, id: AccountId) -> Outcome<()> {
        let (administrator, now) = (actor.on(app), self.now());
        let ended = self.store().write(move |tx| {
            administrator.target(tx, id, Action::EndSessions)?;
            end_sessions(tx, id)?;
            administrator.note(tx, "account.end_sessions", id, "", now)
        });
        ended.await
    }

    /// Ends one session of an account, which its `digest` names; that it is over already is no refusal.
    ///
    /// # Errors
    /// `RankTooLow`, `NoSuchAccount`.
    pub async fn end_session_of(&self, app: AppId, actor: Actor<'_>, id: AccountId, digest: Vec<u8>) -> Outcome<()> {
        let (administrator, now) = (actor.on(app), self.now());
        let ended = self.store().write(move |tx| {
            administrator.target(tx, id, Action::EndSessions)?;
            if sessions::end(tx, id, &digest)? {
                administrator.note(tx, "account.end_session", id, "", now)?;
            }
            Ok(())
        });
        ended.await
    }
}
