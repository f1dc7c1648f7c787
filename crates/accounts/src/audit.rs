//! The audit log: who did what to whom.

use std::time::Duration;

use yaopai_model::limits::{AUDIT_EXPORT_CHUNK, AUDIT_PAGE, AUDIT_VERIFIED, KEYWORD_CHARACTERS, RECORDS_LOOKED_AT};
use yaopai_model::{AppId, Timestamp};
use yaopai_store::audit::{self, Chain, Entry, Stretch};
use yaopai_store::{Db, SqlError};

use crate::administer::Administrator;
use crate::rank::{Action, reaches};
use crate::{Accounts, Actor, Outcome};

/// Entries that are read at once.
const CHUNK: u32 = 500;
/// How far the clocks of several nodes may be apart: so much earlier than asked for an entry may stand in the chain.
const CLOCKS_APART: Duration = Duration::from_secs(60);

/// Which entries are looked for; what is empty lets all through.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AuditFilter {
    /// Who did it, as the log names them: `operator`, `account 7`, by whichever key.
    pub actor: String,
    /// What was done, as `account.disable`; or its part before a dot, for all of that kind.
    pub action: String,
    /// To whom or what, as `account 7`.
    pub target: String,
    /// Not before this.
    pub from: Option<Timestamp>,
    /// Before this.
    pub until: Option<Timestamp>,
}

impl AuditFilter {
    fn admits(&self, entry: &Entry) -> bool {
        is_or_begins(&entry.actor, &self.actor, " key ")
            && is_or_begins(&entry.action, &self.action, ".")
            && (self.target.is_empty() || self.target == entry.target)
            && self.from.is_none_or(|from| entry.at >= from)
            && self.until.is_none_or(|until| entry.at < until)
    }

    fn can_occur(&self) -> bool {
        [&self.actor, &self.action, &self.target]
            .into_iter()
            .all(|text| text.chars().count() <= KEYWORD_CHARACTERS && !text.chars().any(char::is_control))
    }

    /// The numbers among which the entries lie, for looking no further.
    fn stretch(&self, db: &Db, app: AppId, before: i64) -> Result<Stretch, SqlError> {
        let least = match self.from {
            Some(from) => audit::first_from(db, app, from.minus(CLOCKS_APART))?.unwrap_or(i64::MAX),
            None => 1,
        };
        let last = match self.until {
            Some(until) => audit::last_until(db, app, until.plus(CLOCKS_APART))?.unwrap_or(0),
            None => i64::MAX - 1,
        };
        Ok(Stretch {
            least,
            before: before.min(last + 1),
        })
    }

    fn described(&self) -> String {
        let texts = [
            ("actor", &self.actor),
            ("action", &self.action),
            ("target", &self.target),
        ];
        let texts = texts.into_iter().filter(|(_, text)| !text.is_empty());
        // As little of it as can occur: what is written here stays, and is printed on terminals.
        let written = |text: &str| -> String {
            let begun = text.chars().take(KEYWORD_CHARACTERS);
            begun.map(|c| if c.is_control() { ' ' } else { c }).collect()
        };
        let texts = texts.map(|(name, text)| format!("{name}: {}", written(text)));
        let times = [("from", self.from), ("until", self.until)].into_iter();
        let times = times.filter_map(|(name, at)| at.map(|at| format!("{name}: {}", at.as_millis())));
        texts.chain(times).collect::<Vec<_>>().join(", ")
    }
}

/// Whether `text` is `wanted`, or begins with it and goes on with `separator`; whatever it is where nothing is wanted.
fn is_or_begins(text: &str, wanted: &str, separator: &str) -> bool {
    let rest = text.strip_prefix(wanted);
    wanted.is_empty() || rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(separator))
}

/// A page of the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditSlice {
    /// Its entries, newest first. There may be fewer than fit on it, or none, where few of those looked at pass the filter.
    pub entries: Vec<Entry>,
    /// The number before which the log goes on; none at its end.
    pub next: Option<i64>,
    /// The number of the app's last entry.
    pub last: i64,
}

/// What is left of an export.
pub struct AuditExport {
    accounts: Accounts,
    administrator: Administrator,
    filter: AuditFilter,
    /// None at the end.
    before: Option<i64>,
}

impl Accounts {
    /// The entries of an app that a filter lets through, newest first: `limits::AUDIT_PAGE` of those before the number `before`.
    /// At most `limits::RECORDS_LOOKED_AT` are looked at.
    ///
    /// # Errors
    /// `RankTooLow`.
    pub async fn audit_entries(
        &self,
        app: AppId,
        actor: Actor<'_>,
        filter: AuditFilter,
        before: Option<i64>,
    ) -> Outcome<AuditSlice> {
        let administrator = actor.on(app);
        self.audit_slice(administrator, filter, before, AUDIT_PAGE).await
    }

    async fn audit_slice(
        &self,
        administrator: Administrator,
        filter: AuditFilter,
        before: Option<i64>,
        size: u32,
    ) -> Outcome<AuditSlice> {
        let listed = self.store().scan(move |db| {
            reaches(administrator.rank(db)?, Action::Inspect)?;
            Ok(slice(db, administrator.app, &filter, before, size)?)
        });
        listed.await
    }

    /// Begins to read all entries of an app that a filter lets through, newest first, and writes that into the log.
    ///
    /// # Errors
    /// `RankTooLow`.
    pub async fn export_audit(&self, app: AppId, actor: Actor<'_>, filter: AuditFilter) -> Outcome<AuditExport> {
        let (administrator, detail, now) = (actor.on(app), filter.described(), self.now());
        let noting = administrator.clone();
        let noted = self.store().write(move |tx| -> Outcome<i64> {
            reaches(noting.rank(tx)?, Action::Inspect)?;
            let last = audit::last_number(tx, app)?;
            noting.note_on(tx, "audit.export", "app", &detail, now)?;
            Ok(last)
        });
        let last = noted.await?;
        Ok(AuditExport {
            accounts: self.clone(),
            administrator,
            filter,
            before: Some(last.saturating_add(1)),
        })
    }

    /// Whether the next `limits::AUDIT_VERIFIED` entries of an app after the entry `after`, 0 for the beginning, are as they were
    /// written. No single look takes long, however many there are.
    ///
    /// # Errors
    /// `RankTooLow`.
    pub async fn verify_audit(&self, app: AppId, actor: Actor<'_>, after: i64) -> Outcome<Chain> {
        let administrator = actor.on(app);
        let bound = after.saturating_add(AUDIT_VERIFIED.into());
        let mut at = after;
        loop {
            let looking = administrator.clone();
            let chain = self.store().scan(move |db| -> Outcome<Chain> {
                reaches(looking.rank(db)?, Action::Inspect)?;
                Ok(audit::verify(db, app, at, CHUNK)?)
            });
            match chain.await? {
                Chain::Whole { up_to, is_end: false } if up_to < bound => at = up_to,
                chain @ (Chain::Whole { .. } | Chain::BrokenAt { .. }) => return Ok(chain),
            }
        }
    }
}

impl AuditExport {
    /// The next entries; `None` at the end. A piece may be empty.
    ///
    /// # Errors
    /// `RankTooLow`, `NotSignedIn`, `AccountGone`: who exports is looked at anew each time. `Overloaded`.
    pub async fn next(&mut self) -> Outcome<Option<Vec<Entry>>> {
        let Some(before) = self.before else { return Ok(None) };
        let slice = self.accounts.audit_slice(
            self.administrator.clone(),
            self.filter.clone(),
            Some(before),
            AUDIT_EXPORT_CHUNK,
        );
        let slice = slice.await?;
        self.before = slice.next;
        Ok(Some(slice.entries))
    }
}

fn slice(db: &Db, app: AppId, filter: &AuditFilter, before: Option<i64>, size: u32) -> Result<AuditSlice, SqlError> {
    let last = audit::last_number(db, app)?;
    let mut slice = AuditSlice {
        entries: Vec::new(),
        next: None,
        last,
    };
    if !filter.can_occur() {
        return Ok(slice);
    }
    let mut stretch = filter.stretch(db, app, before.unwrap_or(i64::MAX))?;
    for _ in 0..RECORDS_LOOKED_AT / CHUNK {
        let found = if filter.target.is_empty() {
            audit::entries(db, app, stretch, CHUNK)?
        } else {
            audit::entries_about(db, app, &filter.target, stretch, CHUNK)?
        };
        let is_end = found.len() < CHUNK as usize;
        for entry in found {
            stretch.before = entry.number;
            if filter.admits(&entry) {
                slice.entries.push(entry);
            }
            if slice.entries.len() == size as usize {
                slice.next = Some(stretch.before).filter(|before| *before > stretch.least);
                return Ok(slice);
            }
        }
        if is_end {
            return Ok(slice);
        }
    }
    slice.next = Some(stretch.before);
    Ok(slice)
}
