//! The table `accounts`: lists of its rows.

use yaopai_model::{Account, AccountId, AppId, Role, Timestamp};

use crate::accounts::{bad, from_row};
use crate::{Arg, Db, Row, SqlError, args};

/// Accounts that [`by_ids`] reads in one statement.
const TOGETHER: usize = 32;

/// The accounts of these numbers, in this order; those that there are not are left out.
///
/// # Errors
/// Those of the database, and [`SqlError::BadRow`]. So for every function here.
pub fn by_ids(db: &Db, ids: &[AccountId]) -> Result<Vec<Account>, SqlError> {
    let mut accounts = Vec::with_capacity(ids.len());
    for ids in ids.chunks(TOGETHER) {
        let last = ids.last().copied();
        let padded = ids.iter().copied().chain(last.into_iter().cycle()).take(TOGETHER);
        let wanted: Vec<Arg> = padded.map(|id| Arg::from(id.0)).collect();
        let rows = db.rows(BY_IDS, &wanted)?;
        let found = rows.iter().map(from_row).collect::<Result<Vec<_>, _>>()?;
        accounts.extend(
            ids.iter()
                .filter_map(|id| found.iter().find(|account| account.id == *id))
                .cloned(),
        );
    }
    Ok(accounts)
}

/// With as many numbers as [`TOGETHER`].
const BY_IDS: &str = "select id, app_id, public_id, username, phone, phone_proven_at, email, email_proven_at, role, nickname, \
    gender, birthday, contact_email, extra, bio, location, avatar, cover, created_at, verified_at, last_sign_in_at, \
    sign_in_count, disabled_at, permissions, preferences, epoch, closing_at from accounts where id in ($1, $2, $3, $4, $5, $6, $7, $8, \
    $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, $25, $26, $27, $28, $29, $30, $31, $32)";

/// The numbers of an app's accounts, by number; it takes longer the more are skipped.
///
/// # Errors
/// See [`by_ids`].
pub fn page(db: &Db, app: AppId, skip: u32, size: u32) -> Result<Vec<AccountId>, SqlError> {
    let rows = db.rows(
        "select id from accounts where app_id = $1 order by id limit $3 offset $2",
        args![app.0, skip, size],
    )?;
    ids(&rows)
}

/// How many accounts an app has, counted up to `bound`.
///
/// # Errors
/// See [`by_ids`].
pub fn count(db: &Db, app: AppId, bound: u32) -> Result<u32, SqlError> {
    let row = db.row(
        "select count(*) from (select id from accounts where app_id = $1 order by id limit $2) as counted",
        args![app.0, bound],
    )?;
    let count = row.map(|row| row.integer(0)).transpose()?.unwrap_or(0);
    u32::try_from(count).map_err(bad("id"))
}

/// The numbers of those accounts of an app whose username (their nickname, where they have none), e-mail address or phone
/// number has `pattern` (a `like` pattern with `\` as its escape, in lower case), by number; at most `bound`. It reads every
/// account.
///
/// # Errors
/// See [`by_ids`].
pub fn with_shown(db: &Db, app: AppId, pattern: &str, bound: u32) -> Result<Vec<AccountId>, SqlError> {
    let rows = db.rows(
        "select id from accounts where app_id = $1 and (lower(coalesce(username, nickname)) like $2 escape '\\' \
         or lower(email) like $2 escape '\\' or phone like $2 escape '\\') order by id limit $3",
        args![app.0, pattern, bound],
    )?;
    ids(&rows)
}

/// As [`with_shown`], also by nicknames that a username hides, from a number on, in either direction. It reads accounts
/// until it has found as many as `bound`.
///
/// # Errors
/// See [`by_ids`].
pub fn with_text(
    db: &Db,
    app: AppId,
    pattern: &str,
    after: AccountId,
    direction: Direction,
    bound: u32,
) -> Result<Vec<AccountId>, SqlError> {
    let sql = match direction {
        Direction::Up => {
            "select id from accounts where app_id = $1 and id > $2 and (lower(username) like $3 escape '\\' \
             or lower(nickname) like $3 escape '\\' or lower(email) like $3 escape '\\' or phone like $3 escape '\\') \
             order by id limit $4"
        }
        Direction::Down => {
            "select id from accounts where app_id = $1 and id < $2 and (lower(username) like $3 escape '\\' \
             or lower(nickname) like $3 escape '\\' or lower(email) like $3 escape '\\' or phone like $3 escape '\\') \
             order by id desc limit $4"
        }
    };
    ids(&db.rows(sql, args![app.0, after.0, pattern, bound])?)
}

fn ids(rows: &[Row]) -> Result<Vec<AccountId>, SqlError> {
    rows.iter().map(|row| Ok(AccountId(row.integer(0)?))).collect()
}

/// Which way a list goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// From the oldest.
    Up,
    /// From the newest.
    Down,
}

/// Where in the order of age an account stands: by when it was made, then by number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// When it was made.
    pub created_at: Timestamp,
    /// Its number.
    pub id: AccountId,
}

/// Which accounts a list goes through. There is an index for each.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Among {
    /// All.
    All,
    /// Those of a role above that of users.
    Role(Role),
    /// Those that are disabled.
    Disabled,
    /// Those behind which nobody was proven to stand.
    Unverified,
}

/// What of an account decides whether a list shows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Listed {
    /// Where it stands.
    pub place: Place,
    /// Its role.
    pub role: Role,
    /// Whether a person was proven to stand behind it.
    pub is_verified: bool,
    /// Whether operators disabled it.
    pub is_disabled: bool,
}

impl Listed {
    /// The same of an account that was read whole.
    pub fn of(account: &Account) -> Self {
        Self {
            place: Place {
                created_at: account.created_at,
                id: account.id,
            },
            role: account.role,
            is_verified: account.verified_at.is_some(),
            is_disabled: account.disabled_at.is_some(),
        }
    }

    fn from_row(row: &Row) -> Result<Self, SqlError> {
        Ok(Self {
            place: Place {
                created_at: row.timestamp(1)?,
                id: AccountId(row.integer(0)?),
            },
            role: Role::from_number(row.integer(2)?).map_err(bad("role"))?,
            is_verified: row.optional_timestamp(3)?.is_some(),
            is_disabled: row.optional_timestamp(4)?.is_some(),
        })
    }
}

/// The accounts of an app past `after` and up to `end` (made before it on the way up, not before it on the way down), by
/// age; at most `most`. What it costs does not depend on where they stand, nor on how many there are.
///
/// # Errors
/// See [`by_ids`].
pub fn by_age(
    db: &Db,
    app: AppId,
    among: Among,
    direction: Direction,
    after: Place,
    end: Timestamp,
    most: u32,
) -> Result<Vec<Listed>, SqlError> {
    let mut wanted = args![app.0, after.created_at, after.id.0, end, most].to_vec();
    if let Among::Role(role) = among {
        wanted.push(role.number().into());
    }
    db.rows(by_age_sql(among, direction), &wanted)?
        .iter()
        .map(Listed::from_row)
        .collect()
}

/// Each is answered from an index of its own, or from that of all accounts.
const fn by_age_sql(among: Among, direction: Direction) -> &'static str {
    match (among, direction) {
        (Among::All, Direction::Up) => {
            "select id, created_at, role, verified_at, disabled_at from accounts where app_id = $1 \
             and (created_at, id) > ($2, $3) and created_at < $4 order by created_at, id limit $5"
        }
        (Among::All, Direction::Down) => {
            "select id, created_at, role, verified_at, disabled_at from accounts where app_id = $1 \
             and (created_at, id) < ($2, $3) and created_at >= $4 order by created_at desc, id desc limit $5"
        }
        (Among::Role(_), Direction::Up) => {
            "select id, created_at, role, verified_at, disabled_at from accounts where app_id = $1 and role = $6 and role > 0 \
             and (created_at, id) > ($2, $3) and created_at < $4 order by created_at, id limit $5"
        }
        (Among::Role(_), Direction::Down) => {
            "select id, created_at, role, verified_at, disabled_at from accounts where app_id = $1 and role = $6 and role > 0 \
             and (created_at, id) < ($2, $3) and created_at >= $4 order by created_at desc, id desc limit $5"
        }
        (Among::Disabled, Direction::Up) => {
            "select id, created_at, role, verified_at, disabled_at from accounts where app_id = $1 and disabled_at is not null \
             and (created_at, id) > ($2, $3) and created_at < $4 order by created_at, id limit $5"
        }
        (Among::Disabled, Direction::Down) => {
            "select id, created_at, role, verified_at, disabled_at from accounts where app_id = $1 and disabled_at is not null \
             and (created_at, id) < ($2, $3) and created_at >= $4 order by created_at desc, id desc limit $5"
        }
        (Among::Unverified, Direction::Up) => {
            "select id, created_at, role, verified_at, disabled_at from accounts where app_id = $1 and verified_at is null \
             and (created_at, id) > ($2, $3) and created_at < $4 order by created_at, id limit $5"
        }
        (Among::Unverified, Direction::Down) => {
            "select id, created_at, role, verified_at, disabled_at from accounts where app_id = $1 and verified_at is null \
             and (created_at, id) < ($2, $3) and created_at >= $4 order by created_at desc, id desc limit $5"
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{SqliteOptions, Store};

    #[tokio::test]
    async fn a_list_reads_the_index_of_what_it_is_among() {
        let folder = tempfile::tempdir().unwrap();
        let options = SqliteOptions::new(Timestamp::EPOCH);
        let store = Store::open_sqlite(&folder.path().join("yaopai.db"), &options).unwrap();
        let indexes = [
            (Among::All, "accounts_by_age"),
            (Among::Role(Role::Admin), "accounts_above_users"),
            (Among::Disabled, "accounts_disabled"),
            (Among::Unverified, "accounts_unverified"),
        ];
        for (among, index) in indexes {
            for direction in [Direction::Up, Direction::Down] {
                let sql: &'static str = format!("explain query plan {}", by_age_sql(among, direction)).leak();
                let mut wanted = args![1_i64, 0_i64, 0_i64, 0_i64, 50_i64].to_vec();
                if let Among::Role(role) = among {
                    wanted.push(role.number().into());
                }
                let plan = store.scan(move |db| db.rows(sql, &wanted)).await.unwrap();
                let detail = plan[0].text(3).unwrap();
                assert!(
                    detail.contains(&format!(
                        "USING INDEX {index} (app_id=? AND created_at>? AND created_at<?)"
                    )),
                    "{detail}"
                );
                assert_eq!(plan.len(), 1, "nothing is sorted");
            }
        }
    }
}
