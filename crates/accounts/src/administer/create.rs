//! Making accounts for others.

use yaopai_model::{Account, AppId, Identifier, Nickname, Password, Role, Timestamp};
use yaopai_store::Tx;

use super::Actor;
use super::role::recount_roots;
use crate::register::{insert, put_identifier};
use crate::{Accounts, Outcome};

/// An account that an operator makes. Its identifiers count as proven.
pub struct NewAccount {
    /// At least one, and one of a kind at most.
    pub identifiers: Vec<Identifier>,
    /// The password.
    pub password: Password,
    /// The role.
    pub role: Role,
}

impl Accounts {
    /// Makes an account on an operator's word.
    ///
    /// # Errors
    /// `Taken`, `Overloaded`.
    pub async fn create_account(&self, app: AppId, new: NewAccount) -> Outcome<Account> {
        let NewAccount {
            identifiers,
            password,
            role,
        } = new;
        let place = self.parts.hasher.place()?;
        let hash = self.parts.hasher.hash(place, password, self.entropy()).await?;
        let (verbs, operator, now) = (self.clone(), Actor::Operator.on(app), self.now());
        let created = self.store().write(move |tx| {
            let account = verbs.put_vouched_account(tx, app, &identifiers, &hash, role, now)?;
            recount_roots(tx, None, Some(&account))?;
            operator.note(tx, "account.create", account.id, role.as_str(), now)?;
            Ok(account)
        });
        created.await
    }

    /// Writes an account that somebody vouches for: it counts as verified, and its identifiers as proven. Who is root is not
    /// counted here.
    pub(crate) fn put_vouched_account(
        &self,
        tx: &Tx,
        app: AppId,
        identifiers: &[Identifier],
        hash: &str,
        role: Role,
        now: Timestamp,
    ) -> Outcome<Account> {
        let mut account = self.blank_account(tx, app, now)?;
        account.role = role;
        account.verified_at = Some(now);
        account.profile.nickname = Some(Nickname::draw(self.entropy()));
        for identifier in identifiers {
            put_identifier(&mut account, identifier, Some(now));
        }
        insert(tx, &account)?;
        self.set_password(tx, app, account.id, hash, now)?;
        Ok(account)
    }
}
