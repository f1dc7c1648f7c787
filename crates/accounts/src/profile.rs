//! Looking at accounts and changing one's own.

use yaopai_model::{
    Account, AccountId, AppId, Bio, Birthday, ContactEmail, Extra, Gender, Nickname, PictureName, Username,
};

use crate::{Accounts, Outcome, Principal};

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
    /// The portrait: the one it has, or an upload of the account's within twenty minutes.
    pub avatar: Option<PictureName>,
    /// The cover picture: likewise.
    pub cover: Option<PictureName>,
}

impl Accounts {
    /// The account with this number in this app, if there is one.
    ///
    /// # Errors
    /// Faults only.
    pub async fn account_by_id(&self, app: AppId, id: AccountId) -> Outcome<Option<Account>> {
        todo!()
    }

    /// The number of the account with this username in this app, if there is one.
    ///
    /// # Errors
    /// Faults only.
    pub async fn account_by_username(&self, app: AppId, username: &Username) -> Outcome<Option<AccountId>> {
        todo!()
    }

    /// Changes what the account says of itself.
    ///
    /// # Errors
    /// `Taken`, `ReservedUsername`, `PictureNotOwn`.
    pub async fn change_profile(&self, principal: &Principal, change: ProfileChange) -> Outcome<()> {
        todo!()
    }

    /// Counts one `info` call of the `user` wire against the account's thirty a minute.
    ///
    /// # Errors
    /// `TooManyCalls`.
    pub fn count_info_call(&self, principal: &Principal) -> Outcome<()> {
        todo!()
    }
}
