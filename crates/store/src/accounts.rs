//! The table `accounts`: one row holds all that is read of an account at once.

use yaopai_model::{
    Account, AccountId, AppId, Bio, Birthday, ContactEmail, Email, Extra, Gender, Held, Identifier, IdentifierKind,
    Location, Nickname, Permission, Phone, PictureName, Preferences, Profile, PublicId, Role, Timestamp, Username,
};

use crate::{Db, Row, SqlError, Tx, account_changes, args};

const TABLE: &str = "accounts";

/// A bad value in a column of this table.
pub(crate) fn bad<E>(column: &'static str) -> impl FnOnce(E) -> SqlError {
    move |_| SqlError::BadRow { table: TABLE, column }
}

/// Reads an optional text of a row again into its type.
fn parsed<T, E>(
    row: &Row,
    index: usize,
    column: &'static str,
    parse: fn(&str) -> Result<T, E>,
) -> Result<Option<T>, SqlError> {
    row.optional_text(index)?.map(parse).transpose().map_err(bad(column))
}

/// An account by its number.
///
/// # Errors
/// Those of the database, and [`SqlError::BadRow`].
pub fn by_id(db: &Db, id: AccountId) -> Result<Option<Account>, SqlError> {
    db.row(BY_ID, args![id.0])?.as_ref().map(from_row).transpose()
}

/// As [`by_id`], and the account stays as it is until the transaction ends: whoever decides something by an account and
/// writes accordingly reads it so.
///
/// # Errors
/// See [`by_id`].
pub fn hold(tx: &Tx, id: AccountId) -> Result<Option<Account>, SqlError> {
    tx.lock_row(BY_ID, args![id.0])?.as_ref().map(from_row).transpose()
}

const BY_ID: &str = "select id, app_id, public_id, username, phone, phone_proven_at, email, email_proven_at, role, nickname, \
    gender, birthday, contact_email, extra, bio, location, avatar, cover, created_at, verified_at, last_sign_in_at, \
    sign_in_count, disabled_at, permissions, preferences, epoch, closing_at from accounts where id = $1";

/// Reads an account from the columns that [`BY_ID`] selects, in that order.
pub(crate) fn from_row(row: &Row) -> Result<Account, SqlError> {
    let phone = parsed(row, 4, "phone", Phone::parse)?;
    let email = parsed(row, 6, "email", Email::parse)?;
    Ok(Account {
        id: AccountId(row.integer(0)?),
        app: AppId(row.integer(1)?),
        public_id: PublicId::parse(row.text(2)?).map_err(bad("public_id"))?,
        username: parsed(row, 3, "username", Username::parse)?,
        phone: held(phone, row.optional_timestamp(5)?),
        email: held(email, row.optional_timestamp(7)?),
        role: Role::from_number(row.integer(8)?).map_err(bad("role"))?,
        profile: profile_from_row(row)?,
        created_at: row.timestamp(18)?,
        verified_at: row.optional_timestamp(19)?,
        last_sign_in_at: row.optional_timestamp(20)?,
        sign_in_count: row.integer(21)?,
        disabled_at: row.optional_timestamp(22)?,
        permissions: row
            .text(23)?
            .split(' ')
            .filter(|name| !name.is_empty())
            .map(str::to_owned)
            .collect(),
        preferences: row.optional_text(24)?.map(str::to_owned),
        epoch: row.integer(25)?,
        closing_at: row.optional_timestamp(26)?,
    })
}

fn held<T>(value: Option<T>, proven_at: Option<Timestamp>) -> Option<Held<T>> {
    value.map(|value| Held { value, proven_at })
}

fn profile_from_row(row: &Row) -> Result<Profile, SqlError> {
    let gender = row
        .optional_text(10)?
        .map(|name| Gender::from_name(name).ok_or(()))
        .transpose()
        .map_err(bad("gender"))?;
    Ok(Profile {
        nickname: parsed(row, 9, "nickname", Nickname::parse)?,
        gender,
        birthday: row
            .optional_timestamp(11)?
            .map(Birthday::at)
            .transpose()
            .map_err(bad("birthday"))?,
        contact_email: ContactEmail::parse(row.text(12)?).map_err(bad("contact_email"))?,
        extra: Extra::parse(row.text(13)?).map_err(bad("extra"))?,
        bio: parsed(row, 14, "bio", Bio::parse)?,
        location: parsed(row, 15, "location", Location::parse)?,
        avatar: parsed(row, 16, "avatar", PictureName::parse)?,
        cover: parsed(row, 17, "cover", PictureName::parse)?,
    })
}

/// Writes a new account's row. Its identifiers are claimed in [`crate::identifiers`] in the same transaction.
///
/// # Errors
/// Those of the database.
pub fn insert(tx: &Tx, account: &Account) -> Result<(), SqlError> {
    let profile = &account.profile;
    tx.execute(
        "insert into accounts (id, app_id, public_id, username, phone, phone_proven_at, email, email_proven_at, role, nickname, gender, \
         birthday, contact_email, extra, bio, location, avatar, cover, created_at, verified_at, last_sign_in_at, sign_in_count, \
         disabled_at, permissions, preferences, epoch, closing_at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, \
         $17, $18, $19, $20, $21, $22, $23, $24, $25, $26, $27)",
        args![
            account.id.0,
            account.app.0,
            account.public_id.as_str(),
            account.username.as_ref().map(Username::as_str),
            account.phone.as_ref().map(|held| held.value.as_e164()),
            account.phone.as_ref().and_then(|held| held.proven_at),
            account.email.as_ref().map(|held| held.value.address()),
            account.email.as_ref().and_then(|held| held.proven_at),
            account.role.number(),
            profile.nickname.as_ref().map(Nickname::as_str),
            profile.gender.map(Gender::as_str),
            profile.birthday.map(Birthday::instant),
            profile.contact_email.as_str(),
            profile.extra.as_str(),
            profile.bio.as_ref().map(Bio::as_str),
            profile.location.as_ref().map(Location::as_str),
            profile.avatar.as_ref().map(PictureName::as_str),
            profile.cover.as_ref().map(PictureName::as_str),
            account.created_at,
            account.verified_at,
            account.last_sign_in_at,
            account.sign_in_count,
            account.disabled_at,
            account.permissions.join(" "),
            account.preferences.as_deref(),
            account.epoch,
            account.closing_at,
        ],
    )?;
    account_changes::note(tx, account.id)
}

/// Removes an account's row.
///
/// # Errors
/// Those of the database.
pub fn delete(tx: &Tx, id: AccountId) -> Result<(), SqlError> {
    tx.execute("delete from accounts where id = $1", args![id.0])?;
    account_changes::note(tx, id)
}

/// Notes a sign-in.
///
/// # Errors
/// Those of the database.
pub fn note_sign_in(tx: &Tx, id: AccountId, now: Timestamp) -> Result<(), SqlError> {
    tx.execute(
        "update accounts set last_sign_in_at = $2, sign_in_count = sign_in_count + 1 where id = $1",
        args![id.0, now],
    )?;
    Ok(())
}

/// Ends every session begun before now, by letting the epoch grow.
///
/// # Errors
/// Those of the database.
pub fn advance_epoch(tx: &Tx, id: AccountId) -> Result<(), SqlError> {
    tx.execute("update accounts set epoch = epoch + 1 where id = $1", args![id.0])?;
    Ok(())
}

/// Puts an identifier into the account's row, in the place of any other of its kind. A username has no `proven_at`.
///
/// # Errors
/// Those of the database.
pub fn set_identifier(
    tx: &Tx,
    id: AccountId,
    identifier: &Identifier,
    proven_at: Option<Timestamp>,
) -> Result<(), SqlError> {
    match identifier {
        Identifier::Phone(phone) => tx.execute(
            "update accounts set phone = $2, phone_proven_at = $3 where id = $1",
            args![id.0, phone.as_e164(), proven_at],
        ),
        Identifier::Email(email) => tx.execute(
            "update accounts set email = $2, email_proven_at = $3 where id = $1",
            args![id.0, email.address(), proven_at],
        ),
        Identifier::Username(username) => tx.execute(
            "update accounts set username = $2 where id = $1",
            args![id.0, username.as_str()],
        ),
    }?;
    account_changes::note(tx, id)
}

/// Notes that the account's identifier of a kind is proven. It stays as it is spelt: that is where the code went.
///
/// # Errors
/// Those of the database.
pub fn prove_identifier(tx: &Tx, id: AccountId, kind: IdentifierKind, now: Timestamp) -> Result<(), SqlError> {
    match kind {
        IdentifierKind::Phone => tx.execute(
            "update accounts set phone_proven_at = $2 where id = $1 and phone is not null",
            args![id.0, now],
        ),
        IdentifierKind::Email => tx.execute(
            "update accounts set email_proven_at = $2 where id = $1 and email is not null",
            args![id.0, now],
        ),
        // Nothing can be sent there, so that nothing can come back.
        IdentifierKind::Username | IdentifierKind::PublicId => Ok(0),
    }?;
    Ok(())
}

/// Takes the identifier of a kind out of an account's row.
///
/// # Errors
/// Those of the database.
pub fn clear_identifier(tx: &Tx, id: AccountId, kind: IdentifierKind) -> Result<(), SqlError> {
    match kind {
        IdentifierKind::Phone => tx.execute(
            "update accounts set phone = null, phone_proven_at = null where id = $1",
            args![id.0],
        ),
        IdentifierKind::Email => tx.execute(
            "update accounts set email = null, email_proven_at = null where id = $1",
            args![id.0],
        ),
        IdentifierKind::Username => tx.execute("update accounts set username = null where id = $1", args![id.0]),
        // The sixteen letters are given once and stay.
        IdentifierKind::PublicId => Ok(0),
    }?;
    account_changes::note(tx, id)
}

/// Notes when it was first proven that a person stands behind the account.
///
/// # Errors
/// Those of the database.
pub fn verify(tx: &Tx, id: AccountId, now: Timestamp) -> Result<(), SqlError> {
    tx.execute(
        "update accounts set verified_at = $2 where id = $1 and verified_at is null",
        args![id.0, now],
    )?;
    Ok(())
}

/// Takes back that a person was proven to stand behind the account.
///
/// # Errors
/// Those of the database.
pub fn unverify(tx: &Tx, id: AccountId) -> Result<(), SqlError> {
    tx.execute("update accounts set verified_at = null where id = $1", args![id.0])?;
    Ok(())
}

/// Gives an account a role; says whether its role was `before`, without which nothing changes.
///
/// # Errors
/// Those of the database.
pub fn set_role(tx: &Tx, id: AccountId, before: Role, after: Role) -> Result<bool, SqlError> {
    let changed = tx.execute(
        "update accounts set role = $3 where id = $1 and role = $2",
        args![id.0, before.number(), after.number()],
    )?;
    Ok(changed == 1)
}

/// Disables an account; says whether it was enabled.
///
/// # Errors
/// Those of the database.
pub fn disable(tx: &Tx, id: AccountId, now: Timestamp) -> Result<bool, SqlError> {
    Ok(tx.execute(
        "update accounts set disabled_at = $2 where id = $1 and disabled_at is null",
        args![id.0, now],
    )? == 1)
}

/// Enables an account; says whether it was disabled.
///
/// # Errors
/// Those of the database.
pub fn enable(tx: &Tx, id: AccountId) -> Result<bool, SqlError> {
    Ok(tx.execute(
        "update accounts set disabled_at = null where id = $1 and disabled_at is not null",
        args![id.0],
    )? == 1)
}

/// Lets an account end at `at`; says whether it was not about to end before.
///
/// # Errors
/// Those of the database.
pub fn begin_closing(tx: &Tx, id: AccountId, at: Timestamp) -> Result<bool, SqlError> {
    Ok(tx.execute(
        "update accounts set closing_at = $2 where id = $1 and closing_at is null",
        args![id.0, at],
    )? == 1)
}

/// Lets an account go on that was about to end; says whether it was.
///
/// # Errors
/// Those of the database.
pub fn cancel_closing(tx: &Tx, id: AccountId) -> Result<bool, SqlError> {
    Ok(tx.execute(
        "update accounts set closing_at = null where id = $1 and closing_at is not null",
        args![id.0],
    )? == 1)
}

/// A part of a profile and what to put there; each is written on its own, so that two changes of different parts at the
/// same time both stay.
pub enum ProfilePart<'a> {
    /// See [`Profile::nickname`].
    Nickname(&'a Nickname),
    /// See [`Profile::gender`].
    Gender(Option<Gender>),
    /// See [`Profile::birthday`].
    Birthday(Option<Birthday>),
    /// See [`Profile::contact_email`].
    ContactEmail(&'a ContactEmail),
    /// See [`Profile::extra`].
    Extra(&'a Extra),
    /// See [`Profile::bio`].
    Bio(&'a Bio),
    /// See [`Profile::location`].
    Location(&'a Location),
    /// See [`Profile::avatar`].
    Avatar(&'a PictureName),
    /// See [`Profile::cover`].
    Cover(&'a PictureName),
}

/// Writes one part of a profile.
///
/// # Errors
/// Those of the database.
pub fn set_profile_part(tx: &Tx, id: AccountId, part: &ProfilePart<'_>) -> Result<(), SqlError> {
    let id = id.0;
    match part {
        ProfilePart::Nickname(name) => tx.execute(
            "update accounts set nickname = $2 where id = $1",
            args![id, name.as_str()],
        ),
        ProfilePart::Gender(gender) => tx.execute(
            "update accounts set gender = $2 where id = $1",
            args![id, gender.map(Gender::as_str)],
        ),
        ProfilePart::Birthday(birthday) => tx.execute(
            "update accounts set birthday = $2 where id = $1",
            args![id, birthday.map(Birthday::instant)],
        ),
        ProfilePart::ContactEmail(text) => tx.execute(
            "update accounts set contact_email = $2 where id = $1",
            args![id, text.as_str()],
        ),
        ProfilePart::Extra(text) => {
            tx.execute("update accounts set extra = $2 where id = $1", args![id, text.as_str()])
        }
        ProfilePart::Bio(text) => tx.execute("update accounts set bio = $2 where id = $1", args![id, text.as_str()]),
        ProfilePart::Location(text) => tx.execute(
            "update accounts set location = $2 where id = $1",
            args![id, text.as_str()],
        ),
        ProfilePart::Avatar(name) => tx.execute(
            "update accounts set avatar = $2 where id = $1",
            args![id, name.as_str()],
        ),
        ProfilePart::Cover(name) => {
            tx.execute("update accounts set cover = $2 where id = $1", args![id, name.as_str()])
        }
    }?;
    if let ProfilePart::Nickname(_) = part {
        account_changes::note(tx, AccountId(id))?;
    }
    Ok(())
}

/// Writes an account's preferences; none for the default.
///
/// # Errors
/// Those of the database.
pub fn set_preferences(tx: &Tx, id: AccountId, preferences: Option<&Preferences>) -> Result<(), SqlError> {
    tx.execute(
        "update accounts set preferences = $2 where id = $1",
        args![id.0, preferences.map(Preferences::as_str)],
    )?;
    Ok(())
}

/// Writes which permissions an account has beyond its role.
///
/// # Errors
/// Those of the database.
pub fn set_permissions(tx: &Tx, id: AccountId, permissions: &[Permission]) -> Result<(), SqlError> {
    let names: Vec<&str> = permissions.iter().map(Permission::as_str).collect();
    tx.execute(
        "update accounts set permissions = $2 where id = $1",
        args![id.0, names.join(" ")],
    )?;
    Ok(())
}

/// Makes an account as if it had just been registered: nothing of its profile, permissions and preferences is left.
///
/// # Errors
/// Those of the database.
pub fn reset_profile(tx: &Tx, id: AccountId, nickname: &Nickname, now: Timestamp) -> Result<(), SqlError> {
    tx.execute(
        "update accounts set nickname = $2, gender = null, birthday = null, contact_email = '', extra = '', bio = null, \
         location = null, avatar = null, cover = null, created_at = $3, verified_at = null, last_sign_in_at = null, \
         sign_in_count = 0, permissions = '', preferences = null, closing_at = null where id = $1",
        args![id.0, nickname.as_str(), now],
    )?;
    account_changes::note(tx, id)
}
