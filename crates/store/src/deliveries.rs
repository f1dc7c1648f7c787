//! The table `deliveries`: the outbox. What is sealed is erased when a message reaches its last state.

use yaopai_model::{AppId, Timestamp};

use crate::{Db, Row, SqlError, Tx, args};

/// What became of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DeliveryState {
    /// It waits to be sent, or to be sent again.
    Waiting,
    /// A channel took it.
    Sent,
    /// It was given up: hopeless, tried too often, or past its life.
    Failed,
    /// It was never to be sent: nobody has the address, and answering must not tell.
    Withheld,
}

impl DeliveryState {
    /// The state's name in the database.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Sent => "sent",
            Self::Failed => "failed",
            Self::Withheld => "withheld",
        }
    }
}

impl DeliveryState {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Waiting, Self::Sent, Self::Failed, Self::Withheld];
}

/// What is known of a message, its content aside.
pub struct DeliveryReport {
    /// The app in whose name it goes.
    pub app: AppId,
    /// Its id, the same over all tries.
    pub id: String,
    /// `sms` or `mail`.
    pub channel: String,
    /// Whom it goes to.
    pub recipient: String,
    /// A code's purpose or a notice's name.
    pub subject: String,
    /// How often it was tried.
    pub attempts: i64,
    /// When it was put into the outbox.
    pub created_at: Timestamp,
    /// When it reached its last state.
    pub finished_at: Option<Timestamp>,
    /// What the last failure was.
    pub last_error: Option<String>,
}

/// The messages in a state, those tried last first; at most `most`.
///
/// # Errors
/// Those of the database.
pub fn reports(db: &Db, state: DeliveryState, most: u32) -> Result<Vec<DeliveryReport>, SqlError> {
    let rows = db.rows(
        "select app_id, id, channel, recipient, subject, attempts, created_at, finished_at, last_error from deliveries \
         where state = $1 order by next_attempt_at desc limit $2",
        args![state.as_str(), most],
    )?;
    rows.iter().map(report).collect()
}

/// A message's place among those of its state, the one tried last first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeliveryPlace {
    /// When it was due, or will be.
    pub due_at: Timestamp,
    /// Its id.
    pub id: String,
}

/// A message in a list.
pub struct ListedDelivery {
    /// What became of it.
    pub state: DeliveryState,
    /// Where it stands.
    pub place: DeliveryPlace,
    /// After this it is not tried again.
    pub expires_at: Timestamp,
    /// All else.
    pub report: DeliveryReport,
}

/// The messages in a state after a place, those tried last first; at most `most`.
///
/// # Errors
/// Those of the database.
pub fn page(db: &Db, state: DeliveryState, after: &DeliveryPlace, most: u32) -> Result<Vec<ListedDelivery>, SqlError> {
    let rows = db.rows(
        "select app_id, id, channel, recipient, subject, attempts, created_at, finished_at, last_error, next_attempt_at, \
         expires_at from deliveries where state = $1 and next_attempt_at <= $2 and (next_attempt_at < $2 or id < $3) \
         order by next_attempt_at desc, id desc limit $4",
        args![state.as_str(), after.due_at, after.id.as_str(), most],
    )?;
    rows.iter().map(|row| listed(row, state)).collect()
}

/// The message with this id.
///
/// # Errors
/// Those of the database, and [`SqlError::BadRow`].
pub fn one(db: &Db, app: AppId, id: &str) -> Result<Option<ListedDelivery>, SqlError> {
    let row = db.row(
        "select app_id, id, channel, recipient, subject, attempts, created_at, finished_at, last_error, next_attempt_at, \
         expires_at, state from deliveries where app_id = $1 and id = $2",
        args![app.0, id],
    )?;
    row.map(|row| {
        let name = row.text(11)?;
        let state = DeliveryState::ALL.into_iter().find(|state| state.as_str() == name);
        listed(
            &row,
            state.ok_or(SqlError::BadRow {
                table: "deliveries",
                column: "state",
            })?,
        )
    })
    .transpose()
}

fn listed(row: &Row, state: DeliveryState) -> Result<ListedDelivery, SqlError> {
    let report = report(row)?;
    Ok(ListedDelivery {
        state,
        place: DeliveryPlace {
            due_at: row.timestamp(9)?,
            id: report.id.clone(),
        },
        expires_at: row.timestamp(10)?,
        report,
    })
}

fn report(row: &Row) -> Result<DeliveryReport, SqlError> {
    Ok(DeliveryReport {
        app: AppId(row.integer(0)?),
        id: row.text(1)?.to_owned(),
        channel: row.text(2)?.to_owned(),
        recipient: row.text(3)?.to_owned(),
        subject: row.text(4)?.to_owned(),
        attempts: row.integer(5)?,
        created_at: row.timestamp(6)?,
        finished_at: row.optional_timestamp(7)?,
        last_error: row.optional_text(8)?.map(str::to_owned),
    })
}

/// A message to put into the outbox.
pub struct NewDelivery<'a> {
    /// The app in whose name it goes.
    pub app: AppId,
    /// Its id, the same over all tries.
    pub id: &'a str,
    /// `sms` or `mail`.
    pub channel: &'a str,
    /// Whom it goes to.
    pub recipient: &'a str,
    /// A code's purpose or a notice's name.
    pub subject: &'a str,
    /// The sealed code; none for a notice.
    pub sealed: Option<&'a [u8]>,
    /// [`DeliveryState::Waiting`] or [`DeliveryState::Withheld`].
    pub state: DeliveryState,
    /// Now.
    pub created_at: Timestamp,
    /// After this it is not tried again.
    pub expires_at: Timestamp,
}

/// A message that is being sent.
pub struct DueDelivery {
    /// The app in whose name it goes.
    pub app: AppId,
    /// Its id.
    pub id: String,
    /// `sms` or `mail`.
    pub channel: String,
    /// Whom it goes to.
    pub recipient: String,
    /// A code's purpose or a notice's name.
    pub subject: String,
    /// The sealed code; none for a notice.
    pub sealed: Option<Vec<u8>>,
    /// How often it was tried, this time included.
    pub attempts: u32,
    /// When it was put into the outbox.
    pub created_at: Timestamp,
    /// After this it is not tried again.
    pub expires_at: Timestamp,
}

/// Puts a message into the outbox.
///
/// # Errors
/// Those of the database.
pub fn insert(tx: &Tx, new: &NewDelivery<'_>) -> Result<(), SqlError> {
    tx.execute(
        "insert into deliveries (app_id, id, channel, recipient, subject, sealed, state, attempts, next_attempt_at, created_at, \
         expires_at, finished_at, last_error) values ($1, $2, $3, $4, $5, $6, $7, 0, $8, $8, $9, null, null)",
        args![
            new.app.0,
            new.id,
            new.channel,
            new.recipient,
            new.subject,
            new.sealed,
            new.state.as_str(),
            new.created_at,
            new.expires_at
        ],
    )?;
    Ok(())
}

/// How many messages wait, counted up to `bound`.
///
/// # Errors
/// Those of the database.
pub fn count_waiting(db: &Db, bound: u32) -> Result<i64, SqlError> {
    let row = db.row(
        "select count(*) from (select id from deliveries where state = 'waiting' order by next_attempt_at limit $1) as waiting",
        args![bound],
    )?;
    row.map_or(Ok(0), |row| row.integer(0))
}

/// How many messages reached a last state since an instant, counted up to `bound`. Their last try is what is looked at: it
/// may have been a little before.
///
/// # Errors
/// Those of the database.
pub fn count_since(db: &Db, state: DeliveryState, since: Timestamp, bound: u32) -> Result<i64, SqlError> {
    let row = db.row(
        "select count(*) from (select id from deliveries where state = $1 and next_attempt_at >= $2 \
         order by next_attempt_at limit $3) as counted",
        args![state.as_str(), since, bound],
    )?;
    row.map_or(Ok(0), |row| row.integer(0))
}

/// Takes up to `most` messages that are due, so that nobody else takes them before `lease_until`.
///
/// # Errors
/// Those of the database.
pub fn take_due(tx: &Tx, now: Timestamp, lease_until: Timestamp, most: u32) -> Result<Vec<DueDelivery>, SqlError> {
    let due = tx.rows(
        "select app_id, id from deliveries where state = 'waiting' and next_attempt_at <= $1 order by next_attempt_at limit $2",
        args![now, most],
    )?;
    let mut taken = Vec::with_capacity(due.len());
    for row in due {
        let row = tx.row(
            "update deliveries set attempts = attempts + 1, next_attempt_at = $4 where app_id = $1 and id = $2 and state = 'waiting' \
             and next_attempt_at <= $3 returning app_id, id, channel, recipient, subject, sealed, attempts, created_at, expires_at",
            args![row.integer(0)?, row.text(1)?, now, lease_until],
        )?;
        taken.extend(row.as_ref().map(from_row).transpose()?);
    }
    Ok(taken)
}

fn from_row(row: &Row) -> Result<DueDelivery, SqlError> {
    let attempts = u32::try_from(row.integer(6)?).map_err(|_| SqlError::BadRow {
        table: "deliveries",
        column: "attempts",
    })?;
    Ok(DueDelivery {
        app: AppId(row.integer(0)?),
        id: row.text(1)?.to_owned(),
        channel: row.text(2)?.to_owned(),
        recipient: row.text(3)?.to_owned(),
        subject: row.text(4)?.to_owned(),
        sealed: row.optional_blob(5)?.map(<[u8]>::to_vec),
        attempts,
        created_at: row.timestamp(7)?,
        expires_at: row.timestamp(8)?,
    })
}

/// Brings a message to its last state and erases what was sealed.
///
/// # Errors
/// Those of the database.
pub fn finish(
    tx: &Tx,
    app: AppId,
    id: &str,
    state: DeliveryState,
    error: Option<&str>,
    now: Timestamp,
) -> Result<(), SqlError> {
    tx.execute(
        "update deliveries set state = $3, sealed = null, last_error = $4, finished_at = $5 where app_id = $1 and id = $2 and state = 'waiting'",
        args![app.0, id, state.as_str(), error, now],
    )?;
    Ok(())
}

/// Lets a message wait for its next try.
///
/// # Errors
/// Those of the database.
pub fn try_again(tx: &Tx, app: AppId, id: &str, at: Timestamp, error: &str) -> Result<(), SqlError> {
    tx.execute(
        "update deliveries set next_attempt_at = $3, last_error = $4 where app_id = $1 and id = $2 and state = 'waiting'",
        args![app.0, id, at, error],
    )?;
    Ok(())
}

/// When the next message is due, if one waits.
///
/// # Errors
/// Those of the database.
pub fn next_due(db: &Db) -> Result<Option<Timestamp>, SqlError> {
    let row = db.row(
        "select min(next_attempt_at) from deliveries where state = 'waiting'",
        &[],
    )?;
    row.map_or(Ok(None), |row| row.optional_timestamp(0))
}
