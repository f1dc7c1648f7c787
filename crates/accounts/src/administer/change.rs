//! Writing to somebody else's account.

use yaopai_courier::Notice;
use yaopai_model::{Account, AccountId, Address, AppId, Bio, Email, Identifier, Timestamp, Username};
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
    /// The signature.
    pub bio: Option<Bio>,
}

impl Accounts {
    /// Changes an account of lower rank; all of it or nothing. Of their own, administrators change the username and
    /// the signature here, as everybody can, and not the address. An address that the account has already, in whatever
    /// case, is no change.
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
            if let Some(bio) = &change.bio {
                accounts::set_profile_part(tx, id, &ProfilePart::Bio(bio))?;
            }
            let new_email = change.email.as_ref().filter(|email| !has_email(&account, email));
            if let Some(email) = new_email {
                administrator.target(tx, id, Action::ChangeEmail)?;
                change_email(tx, &account, email, now)?;
                tell_old_address(tx, &account, notice_id.as_deref(), now)?;
            }
            administrator.note(tx, "account.change", id, &detail(&change, new_email), now)
        });
        changed.await?;
        self.parts.outbox.notify_one();
        Ok(())
    }
}

fn has_email(account: &Account, email: &Email) -> bool {
    account.email.as_ref().is_some_and(|held| held.value == *email)
}

/// Puts an unproven address in the place of the one that the account has, and ends all by which somebody could still
/// act for the account because of the old one.
fn change_email(tx: &Tx, account: &Account, email: &Email, now: Timestamp) -> Outcome<()> {
    let (app, id) = (account.app, account.id);
    let new = Identifier::Email(email.clone());
    if let Some(old) = &account.email {
        identifiers::free(tx, app, &Identifier::Email(old.value.clone()), id)?;
        codes::void(tx, app, &Address::Email(old.value.clone()), now)?;
    }
    if !identifiers::take(tx, app, &new, id, None)? {
        return Err(Refusal::Taken(new.kind()).into());
    }
    accounts::set_identifier(tx, id, &new, None)?;
    codes::void(tx, app, &Address::Email(email.clone()), now)?;
    let is_phone_proven = account.phone.as_ref().is_some_and(|held| held.proven_at.is_some());
    if !is_phone_proven {
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

fn detail(change: &AccountChange, new_email: Option<&Email>) -> String {
    let username = change
        .username
        .as_ref()
        .map(|username| format!("username {}", username.as_str()));
    let email = new_email.map(|email| format!("email {}", email.masked()));
    let bio = change.bio.as_ref().map(|_| "bio".to_owned());
    [username, email, bio]
        .into_iter()
        .flatten()
        .collect::<Vec<_>>()
        .join(", ")
}
