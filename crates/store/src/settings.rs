//! The table `settings`: strings that people keep under a key of their own.

use yaopai_model::{AccountId, SettingKey, SettingValue, Timestamp};

use crate::{Db, Row, SqlError, Tx, args};

/// How much of settings an account may have.
#[derive(Clone, Copy, Debug)]
pub struct Bounds {
    /// Settings.
    pub settings: u32,
    /// Bytes of all their values.
    pub bytes: usize,
}

/// Sets a setting, unless the account would then have more than `bounds` allow; says whether it did.
///
/// # Errors
/// Those of the database.
pub fn set(
    tx: &Tx,
    account: AccountId,
    key: &SettingKey,
    value: &SettingValue,
    now: Timestamp,
    bounds: Bounds,
) -> Result<bool, SqlError> {
    let Some(left_to_others) = bounds.bytes.checked_sub(value.as_str().len()) else {
        return Ok(false);
    };
    let changed = tx.execute(
        "insert into settings (account_id, setting_key, value, changed_at) select $1, $2, $3, $4 \
         where (exists (select setting_key from settings where account_id = $1 and setting_key = $2) \
         or (select count(*) from settings where account_id = $1) < $5) \
         and (select coalesce(sum(octet_length(value)), 0) from settings \
         where account_id = $1 and setting_key <> $2) <= $6 \
         on conflict (account_id, setting_key) do update set value = excluded.value, changed_at = excluded.changed_at",
        args![
            account.0,
            key.as_str(),
            value.as_str(),
            now,
            bounds.settings,
            i64::try_from(left_to_others).unwrap_or(i64::MAX)
        ],
    )?;
    Ok(changed == 1)
}

/// A setting's value.
///
/// # Errors
/// Those of the database, and [`SqlError::BadRow`].
pub fn get(db: &Db, account: AccountId, key: &SettingKey) -> Result<Option<SettingValue>, SqlError> {
    let row = db.row(
        "select value from settings where account_id = $1 and setting_key = $2",
        args![account.0, key.as_str()],
    )?;
    row.map(|row| {
        SettingValue::parse(row.text(0)?).map_err(|_| SqlError::BadRow {
            table: "settings",
            column: "value",
        })
    })
    .transpose()
}

/// The keys of an account's settings in order, at most `most`.
///
/// # Errors
/// Those of the database, and [`SqlError::BadRow`].
pub fn keys(db: &Db, account: AccountId, most: u32) -> Result<Vec<SettingKey>, SqlError> {
    let rows = db.rows(
        "select setting_key from settings where account_id = $1 order by setting_key limit $2",
        args![account.0, most],
    )?;
    let key = |row: &Row| {
        SettingKey::parse(row.text(0)?).map_err(|_| SqlError::BadRow {
            table: "settings",
            column: "setting_key",
        })
    };
    rows.iter().map(key).collect()
}

/// A setting as it is kept.
pub struct Setting {
    /// Its key.
    pub key: String,
    /// Its value.
    pub value: String,
    /// When it was last set.
    pub changed_at: Timestamp,
}

/// The settings of an account in the order of their keys, from the one after `after`, at most `most`.
///
/// # Errors
/// Those of the database.
pub fn page(db: &Db, account: AccountId, after: &str, most: u32) -> Result<Vec<Setting>, SqlError> {
    let rows = db.rows(
        "select setting_key, value, changed_at from settings where account_id = $1 and setting_key > $2 \
         order by setting_key limit $3",
        args![account.0, after, most],
    )?;
    let setting = |row: &crate::Row| {
        Ok(Setting {
            key: row.text(0)?.to_owned(),
            value: row.text(1)?.to_owned(),
            changed_at: row.timestamp(2)?,
        })
    };
    rows.iter().map(setting).collect()
}

/// Deletes every setting of an account.
///
/// # Errors
/// Those of the database.
pub fn delete_all(tx: &Tx, account: AccountId) -> Result<(), SqlError> {
    tx.execute("delete from settings where account_id = $1", args![account.0])?;
    Ok(())
}
