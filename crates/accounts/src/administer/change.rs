//! Writing to somebody else's account.

use yaopai_courier::Notice;
use yaopai_model::{
    Account, AccountId, Address, AppId, Bio, Birthday, Email, Gender, Location, Nickname, Phone, Preferences,
    Timestamp, Username,
};
use yaopai_store::accounts::ProfilePart;
use yaopai_store::{Tx, accounts, codes, identifiers};

use super::Actor;
use crate::credentials::end_sessions;
use crate::profile::{UsernameGiver, change_username};
use crate::rank::Action;
use crate::request_code::{delivery_id, insert_notice};
use crate::{Accounts, Outcome, Refusal};

/// What an administrator changes of an account; `None` leaves a field as it is.
#[derive(Default)]
pub struct AccountChange {
    /// The username, which must be free.
    pub username: Option<Username>,
    /// The e-mail address, which must be free; a new one is unproven and ends codes and sessions.
    pub email: Option<Email>,
    /// The phone number; likewise.
    pub phone: Option<Phone>,
    /// The nickname.
    pub nickname: Option<Nickname>,
    /// The gender, or none.
    pub gender: Option<Option<Gender>>,
    /// The birthday, or none.
    pub birthday: Option<Option<Birthday>>,
    /// The signature.
    pub bio: Option<Bio>,
    /// Where somebody says they are.
    pub location: Option<Location>,
    /// What the `user` wire calls `settings`, or none for the default.
    pub preferences: Option<Option<Preferences>>,
}

impl AccountChange {
    fn addresses(&self) -> impl Iterator<Item = Address> {
        let phone = self.phone.clone().map(Address::Phone);
        let email = self.email.clone().map(Address::Email);
        phone.into_iter().chain(email)
    }

    /// The words and numbers in it.
    fn texts(&self) -> impl Iterator<Item = ProfilePart<'_>> {
        let parts = [
            self.nickname.as_ref().map(ProfilePart::Nickname),
            self.gender.map(ProfilePart::Gender),
            self.birthday.map(ProfilePart::Birthday),
            self.bio.as_ref().map(ProfilePart::Bio),
            self.location.as_ref().map(ProfilePart::Location),
        ];
        parts.into_iter().flatten()
    }
}

impl Accounts {
    /// Changes an account of lower rank; all of it or nothing. Of their own, administrators change the username and
    /// what they say of themselves here, as everybody can, and not the addresses. An address that the account has already, in
    /// whatever case, is no change.
    ///
    /// # Errors
    /// `RankTooLow`, `NotOnSelf`, `NoSuchAccount`, `Taken`, `ReservedUsername`.
    pub async fn change_account(
        &self,
        app: AppId,
        actor: Actor<'_>,
        id: AccountId,
        change: AccountChange,
    ) -> Outcome<()> {
        let (administrator, now) = (actor.on(app), self.now());
        let notice_id = self.parts.mail.is_configured().then(|| delivery_id(self));
        let changed = self.store().write(move |tx| {
            let account = administrator.target(tx, id, Action::ChangeProfile)?;
            if let Some(username) = &change.username {
                let giver = match administrator.principal {
                    Some(_) => UsernameGiver::Account,
                    None => UsernameGiver::Operator,
                };
                change_username(tx, &account, username, giver, now)?;
            }
            for part in change.texts() {
                accounts::set_profile_part(tx, id, &part)?;
            }
            if let Some(preferences) = &change.preferences {
                accounts::set_preferences(tx, id, preferences.as_ref())?;
            }
            let new: Vec<Address> = change.addresses().filter(|address| !has(&account, address)).collect();
            for address in &new {
                let account = administrator.target(tx, id, Action::ChangeAddress)?;
                change_address(tx, &account, address, now)?;
                if let Address::Email(_) = address {
                    tell_old_address(tx, &account, notice_id.as_deref(), now)?;
                }
            }
            administrator.note(tx, "account.change", id, &detail(&change, &new), now)
        });
        changed.await?;
        self.parts.outbox.notify_one();
        Ok(())
    }
}

fn has(account: &Account, address: &Address) -> bool {
    let identifier = address.identifier();
    account.identifiers().any(|(held, _)| held == identifier)
}

/// Puts an unproven address in the place of the one that the account has, and ends all by which somebody could still
/// act for the account because of the old one.
fn change_address(tx: &Tx, account: &Account, address: &Address, now: Timestamp) -> Outcome<()> {
    let (app, id, new) = (account.app, account.id, address.identifier());
    let old = match address {
        Address::Phone(_) => account.phone.as_ref().map(|held| Address::Phone(held.value.clone())),
        Address::Email(_) => account.email.as_ref().map(|held| Address::Email(held.value.clone())),
    };
    if let Some(old) = old {
        identifiers::free(tx, app, &old.identifier(), id)?;
        codes::void(tx, app, &old, now)?;
    }
    if !identifiers::take(tx, app, &new, id, None)? {
        return Err(Refusal::Taken(new.kind()).into());
    }
    accounts::set_identifier(tx, id, &new, None)?;
    codes::void(tx, app, address, now)?;
    let is_proven_otherwise = account
        .identifiers()
        .any(|(held, proven_at)| proven_at.is_some() && held.kind() != new.kind());
    if !is_proven_otherwise {
        accounts::unverify(tx, id)?;
    }
    Ok(end_sessions(tx, id)?)
}

/// Without a channel for mail (`notice_id` is none) there is nobody to tell.
fn tell_old_address(tx: &Tx, account: &Account, notice_id: Option<&str>, now: Timestamp) -> Outcome<()> {
    if let (Some(old), Some(notice_id)) = (&account.email, notice_id) {
        let address = Address::Email(old.value.clone());
        insert_notice(tx, account.app, notice_id, &address, Notice::EmailChanged, now)?;
    }
    Ok(())
}

/// Which fields are changed; what is in them is nobody's business but the holder's.
fn detail(change: &AccountChange, new: &[Address]) -> String {
    let username = change.username.as_ref();
    let username = username.map(|username| format!("username {}", username.as_str()));
    let addresses = new.iter().map(|address| match address {
        Address::Phone(phone) => format!("phone {}", phone.masked()),
        Address::Email(email) => format!("email {}", email.masked()),
    });
    let texts = [
        change.nickname.as_ref().map(|_| "nickname"),
        change.gender.map(|_| "gender"),
        change.birthday.map(|_| "birthday"),
        change.bio.as_ref().map(|_| "bio"),
        change.location.as_ref().map(|_| "location"),
        change.preferences.as_ref().map(|_| "preferences"),
    ];
    let texts = texts.into_iter().flatten().map(str::to_owned);
    username
        .into_iter()
        .chain(addresses)
        .chain(texts)
        .collect::<Vec<_>>()
        .join(", ")
}
