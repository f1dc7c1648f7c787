//! Looking at accounts and changing one's own.

use yaopai_model::limits::UPLOAD_USABLE;
use yaopai_model::{
    Account, AccountId, AppId, Bio, Birthday, ContactEmail, EventKind, Extra, Gender, Identifier, Location, Nickname,
    PictureName, Preferences, Timestamp, Username,
};
use yaopai_store::accounts::{self, ProfilePart};
use yaopai_store::{SqlError, Tx, identifiers, pictures};

use crate::rate_limiter::Rate;
use crate::standing::standing;
use crate::{Accounts, Outcome, Principal, Refusal, journal};

/// What to change of a profile; `None` leaves a field as it is.
#[derive(Default)]
pub struct ProfileChange {
    /// The username, which must be free.
    pub username: Option<Username>,
    /// The nickname.
    pub nickname: Option<Nickname>,
    /// The gender, or none.
    pub gender: Option<Option<Gender>>,
    /// The birthday, or none.
    pub birthday: Option<Option<Birthday>>,
    /// `api_cloud_user`'s e-mail text.
    pub contact_email: Option<ContactEmail>,
    /// `api_cloud_user`'s free text.
    pub extra: Option<Extra>,
    /// The signature.
    pub bio: Option<Bio>,
    /// Where somebody says they are.
    pub location: Option<Location>,
    /// What `user` calls `settings`.
    pub preferences: Option<Preferences>,
    /// The portrait: the one it has, or an upload of the account's within twenty minutes.
    pub avatar: Option<PictureName>,
    /// The cover picture: likewise.
    pub cover: Option<PictureName>,
}

/// Who gives a username: it decides whether a reserved one is given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum UsernameGiver {
    /// An account, to itself or to another.
    Account,
    /// An operator, who may give every name.
    Operator,
}

impl Accounts {
    /// The account with this number in this app, if there is one.
    ///
    /// # Errors
    /// Faults only.
    pub async fn account_by_id(&self, app: AppId, id: AccountId) -> Outcome<Option<Account>> {
        let account = self.store().read(move |db| accounts::by_id(db, id)).await?;
        Ok(account.filter(|account| account.app == app))
    }

    /// The number of the account with this username in this app, if there is one.
    ///
    /// # Errors
    /// Faults only.
    pub async fn account_by_username(&self, app: AppId, username: &Username) -> Outcome<Option<AccountId>> {
        let identifier = Identifier::Username(username.clone());
        let holder = self
            .store()
            .read(move |db| identifiers::holder(db, app, &identifier))
            .await?;
        Ok(holder.map(|holder| holder.account))
    }

    /// Changes what the account says of itself; all of it or nothing.
    ///
    /// # Errors
    /// `Taken`, `ReservedUsername`, `PictureNotOwn`.
    pub async fn change_profile(&self, principal: &Principal, change: ProfileChange) -> Outcome<()> {
        let (principal, now) = (principal.clone(), self.now());
        let changed = self.store().write(move |tx| {
            let account = standing(tx, &principal)?;
            if let Some(username) = &change.username {
                change_username(tx, &account, username, UsernameGiver::Account, now)?;
            }
            for part in texts(&change) {
                accounts::set_profile_part(tx, account.id, &part)?;
            }
            if let Some(preferences) = &change.preferences {
                accounts::set_preferences(tx, account.id, Some(preferences))?;
            }
            change_pictures(tx, &account, &change, now)
        });
        changed.await
    }

    /// Counts one `info` call of the `user` wire against the account's thirty a minute.
    ///
    /// # Errors
    /// `TooManyCalls`.
    pub async fn count_info_call(&self, principal: &Principal) -> Outcome<()> {
        let account = &principal.account;
        self.count_call(Rate::InfoCalls(account.id), Some(account.info_calls()))
            .await
    }
}

/// Frees the username that the account has and takes another.
///
/// # Errors
/// `Taken`, `ReservedUsername`.
pub(crate) fn change_username(
    tx: &Tx,
    account: &Account,
    username: &Username,
    giver: UsernameGiver,
    now: Timestamp,
) -> Outcome<()> {
    if account
        .username
        .as_ref()
        .is_some_and(|before| before.as_str() == username.as_str())
    {
        return Ok(());
    }
    let identifier = Identifier::Username(username.clone());
    // Another spelling of the same name is the same name.
    if account.username.as_ref() != Some(username) {
        if username.is_reserved() && giver == UsernameGiver::Account {
            return Err(Refusal::ReservedUsername.into());
        }
        if let Some(before) = &account.username {
            identifiers::free(tx, account.app, &Identifier::Username(before.clone()), account.id)?;
        }
        if !identifiers::take(tx, account.app, &identifier, account.id, None)? {
            return Err(Refusal::Taken(identifier.kind()).into());
        }
    }
    accounts::set_identifier(tx, account.id, &identifier, None)?;
    let (kind, detail) = (EventKind::IdentifierChanged, identifier.kind().as_str());
    Ok(journal::note(tx, account.id, kind, detail, now)?)
}

/// The parts of a change that are words and numbers.
fn texts(change: &ProfileChange) -> impl Iterator<Item = ProfilePart<'_>> {
    let parts = [
        change.nickname.as_ref().map(ProfilePart::Nickname),
        change.gender.map(ProfilePart::Gender),
        change.birthday.map(ProfilePart::Birthday),
        change.contact_email.as_ref().map(ProfilePart::ContactEmail),
        change.extra.as_ref().map(ProfilePart::Extra),
        change.bio.as_ref().map(ProfilePart::Bio),
        change.location.as_ref().map(ProfilePart::Location),
    ];
    parts.into_iter().flatten()
}

fn change_pictures(tx: &Tx, account: &Account, change: &ProfileChange, now: Timestamp) -> Outcome<()> {
    let (avatar, cover) = (account.profile.avatar.as_ref(), account.profile.cover.as_ref());
    let (new_avatar, new_cover) = (change.avatar.as_ref().or(avatar), change.cover.as_ref().or(cover));
    if new_avatar != avatar
        && let Some(name) = new_avatar
    {
        put_picture(tx, account, name, &ProfilePart::Avatar(name), now)?;
    }
    if new_cover != cover
        && let Some(name) = new_cover
    {
        put_picture(tx, account, name, &ProfilePart::Cover(name), now)?;
    }
    let after = [new_avatar, new_cover];
    let replaced = [avatar, cover].into_iter().filter(|before| !after.contains(before));
    for name in replaced.flatten() {
        pictures::orphan(tx, name, account.id)?;
    }
    Ok(())
}

fn put_picture(tx: &Tx, account: &Account, name: &PictureName, part: &ProfilePart<'_>, now: Timestamp) -> Outcome<()> {
    if !pictures::put_to_use(tx, name, account.id, now.minus(UPLOAD_USABLE), now)? {
        return Err(Refusal::PictureNotOwn.into());
    }
    Ok(accounts::set_profile_part(tx, account.id, part)?)
}

/// Makes orphans of the pictures in a profile that goes away.
///
/// # Errors
/// Those of the database.
pub(crate) fn orphan_pictures(tx: &Tx, account: &Account) -> Result<(), SqlError> {
    for name in [&account.profile.avatar, &account.profile.cover].into_iter().flatten() {
        pictures::orphan(tx, name, account.id)?;
    }
    Ok(())
}
