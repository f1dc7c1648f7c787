//! All that a list holds, a chunk at a time.

use yaopai_model::limits::EXPORT_CHUNK;
use yaopai_model::{Account, AppId};

use super::cursor::AccountCursor;
use super::filter::AccountFilter;
use super::{Actor, Administrator};
use crate::rank::{Action, reaches};
use crate::{Accounts, Outcome};

/// What is left of an export. It holds one chunk at a time, however many accounts there are, and keeps nothing of the
/// database busy between two of them.
pub struct AccountExport {
    accounts: Accounts,
    administrator: Administrator,
    filter: AccountFilter,
    place: Place,
}

/// Where an export is.
enum Place {
    Start,
    After(AccountCursor),
    End,
}

impl Accounts {
    /// Begins to read all accounts of an app that a filter lets through, and writes that into the audit log, with the
    /// filter.
    ///
    /// Each account is read once, as it is when its chunk is; one that is made, or comes to pass the filter, while the export
    /// runs may be in it or not.
    ///
    /// It takes the rank for looking at accounts as the wires show them, whole: who only inspects sees addresses one at a time.
    ///
    /// # Errors
    /// `RankTooLow`.
    pub async fn export_accounts(&self, app: AppId, actor: Actor<'_>, filter: AccountFilter) -> Outcome<AccountExport> {
        let now = self.now();
        let (administrator, detail) = (actor.on(app), filter.described());
        let noting = administrator.clone();
        let noted = self.store().write(move |tx| {
            reaches(noting.rank(tx)?, Action::Look)?;
            noting.note_on_app(tx, "accounts.export", &detail, now)
        });
        noted.await?;
        Ok(AccountExport {
            accounts: self.clone(),
            administrator,
            filter,
            place: Place::Start,
        })
    }
}

impl AccountExport {
    /// The next accounts, at most some more than `limits::EXPORT_CHUNK`; `None` at the end. A chunk may be empty: a
    /// filter that lets few accounts through is tried on so many and no more at a time.
    ///
    /// # Errors
    /// `RankTooLow`, `NotSignedIn`, `AccountGone`: who exports is looked at anew each time. `Overloaded`.
    pub async fn next(&mut self) -> Outcome<Option<Vec<Account>>> {
        let from = match self.place {
            Place::Start => None,
            Place::After(cursor) => Some(cursor),
            Place::End => return Ok(None),
        };
        let slice = self.accounts.slice(
            self.administrator.clone(),
            Action::Look,
            self.filter.clone(),
            from,
            EXPORT_CHUNK,
        );
        let slice = slice.await?;
        self.place = slice.next.map_or(Place::End, Place::After);
        Ok(Some(slice.accounts))
    }
}
