//! The table `account_events`: what happened to an account, newest first, so many of each account.

use yaopai_model::limits::{EVENTS_FOLDED, EVENTS_PER_ACCOUNT};
use yaopai_model::{AccountId, EventKind, Timestamp};

use crate::{Db, Row, SqlError, Tx, args};

/// Something that happened to an account, or the same refusal several times.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccountEvent {
    /// What happened.
    pub kind: EventKind,
    /// What refused it: a refusal's name, `Fault` for a fault of ours, `Abandoned` where the asker hung up before the answer.
    /// Of what operators did, its name in the audit log. Empty for what came about.
    pub rule: String,
    /// Where it came from, as an address; empty where that is not known.
    pub source: String,
    /// When it happened for the first time.
    pub first_at: Timestamp,
    /// When it happened last; the same where it happened once.
    pub last_at: Timestamp,
    /// How often.
    pub times: u32,
    /// The seconds that were left to wait, as the last refusal said.
    pub seconds: Option<u32>,
    /// What whoever did it had come in by: a wire's name, `console` and the like; may be empty.
    pub via: String,
    /// What their client called itself; may be empty.
    pub device: String,
    /// Who did it, as the audit log names them, where it was not whoever called.
    pub actor: String,
    /// What else is worth knowing; no secrets, addresses masked.
    pub detail: String,
}

impl AccountEvent {
    /// What happened once, `at` an instant, with nothing else known of it.
    pub fn once(kind: EventKind, at: Timestamp) -> Self {
        Self {
            kind,
            rule: String::new(),
            source: String::new(),
            first_at: at,
            last_at: at,
            times: 1,
            seconds: None,
            via: String::new(),
            device: String::new(),
            actor: String::new(),
            detail: String::new(),
        }
    }

    /// Whether somebody wanted it and did not get it.
    pub fn is_refused(&self) -> bool {
        !self.rule.is_empty() && self.kind != EventKind::Administered
    }

    /// Where its row stands among those of its kind: refusals share one for each span of the clock.
    pub fn slot(&self) -> Timestamp {
        if !self.is_refused() {
            return self.first_at;
        }
        let span = i64::try_from(EVENTS_FOLDED.as_millis()).unwrap_or(i64::MAX);
        Timestamp::from_millis(self.first_at.as_millis().div_euclid(span).saturating_mul(span))
    }
}

/// Adds an event, or counts it where the same is there already; drops the oldest past `limits::EVENTS_PER_ACCOUNT`.
///
/// # Errors
/// Those of the database.
pub fn add(tx: &Tx, account: AccountId, event: &AccountEvent) -> Result<(), SqlError> {
    let row = tx.row(
        "insert into account_events (account_id, slot, kind, rule, source, first_at, last_at, times, seconds, via, device, actor, \
         detail) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13) \
         on conflict (account_id, slot, kind, rule, source) do update set last_at = excluded.last_at, \
         times = account_events.times + excluded.times, seconds = excluded.seconds, via = excluded.via, \
         device = excluded.device, detail = excluded.detail \
         returning (select count(*) from account_events where account_id = $1)",
        args![
            account.0,
            event.slot(),
            event.kind.as_str(),
            event.rule.as_str(),
            event.source.as_str(),
            event.first_at,
            event.last_at,
            event.times,
            event.seconds,
            event.via.as_str(),
            event.device.as_str(),
            event.actor.as_str(),
            event.detail.as_str()
        ],
    )?;
    // With this one or without it: the databases may differ in that.
    let events = row.map_or(Ok(0), |row| row.integer(0))?;
    if events >= i64::from(EVENTS_PER_ACCOUNT) {
        drop_oldest(tx, account)?;
    }
    Ok(())
}

/// Keeps the newest half of what strangers can bring about, and of the rest: they can be refused, ask for codes and draw sliders as
/// often as they like, from as many sources, and would wash away else what they did before.
fn drop_oldest(tx: &Tx, account: AccountId) -> Result<(), SqlError> {
    tx.execute(
        "delete from account_events where account_id = $1 and (slot, kind, rule, source) not in \
         (select slot, kind, rule, source from account_events where account_id = $1 \
         and kind <> 'administered' and (rule <> '' or kind in ('code_request', 'code_sent', 'code_failed', 'reset_permit', \
         'challenge_draw', 'challenge_answer')) order by last_at desc, slot desc, kind, rule, source limit $2) \
         and (slot, kind, rule, source) not in (select slot, kind, rule, source from account_events where account_id = $1 \
         and (kind = 'administered' or rule = '' and kind not in ('code_request', 'code_sent', 'code_failed', 'reset_permit', \
         'challenge_draw', 'challenge_answer')) order by last_at desc, slot desc, kind, rule, source limit $2)",
        args![account.0, EVENTS_PER_ACCOUNT / 2],
    )?;
    Ok(())
}

/// What happened to an account, newest first.
///
/// # Errors
/// Those of the database, and [`SqlError::BadRow`].
pub fn list(db: &Db, account: AccountId) -> Result<Vec<AccountEvent>, SqlError> {
    let rows = db.rows(
        "select kind, rule, source, first_at, last_at, times, seconds, via, device, actor, detail from account_events \
         where account_id = $1 order by last_at desc, slot desc, kind, rule, source limit $2",
        args![account.0, EVENTS_PER_ACCOUNT],
    )?;
    rows.iter().map(from_row).collect()
}

fn from_row(row: &Row) -> Result<AccountEvent, SqlError> {
    let bad = |column| SqlError::BadRow {
        table: "account_events",
        column,
    };
    let seconds = row.optional_integer(6)?.map(u32::try_from).transpose();
    Ok(AccountEvent {
        kind: EventKind::from_name(row.text(0)?).ok_or_else(|| bad("kind"))?,
        rule: row.text(1)?.to_owned(),
        source: row.text(2)?.to_owned(),
        first_at: row.timestamp(3)?,
        last_at: row.timestamp(4)?,
        times: u32::try_from(row.integer(5)?).unwrap_or(u32::MAX),
        seconds: seconds.map_err(|_| bad("seconds"))?,
        via: row.text(7)?.to_owned(),
        device: row.text(8)?.to_owned(),
        actor: row.text(9)?.to_owned(),
        detail: row.text(10)?.to_owned(),
    })
}

/// Forgets all that happened to an account.
///
/// # Errors
/// Those of the database.
pub fn delete_all(tx: &Tx, account: AccountId) -> Result<(), SqlError> {
    tx.execute("delete from account_events where account_id = $1", args![account.0])?;
    Ok(())
}
