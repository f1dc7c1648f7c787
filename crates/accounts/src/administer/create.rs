//! Making accounts for others.

use yaopai_model::{Account, AppId, Identifier, Nickname, Password, Role};

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
            let mut account = verbs.blank_account(tx, app, now)?;
            account.role = role;
            account.verified_at = Some(now);
            account.profile.nickname = Some(Nickname::draw(verbs.entropy()));
            for identifier in &identifiers {
                put_identifier(&mut account, identifier, Some(now));
            }
            insert(tx, &account)?;
            verbs.set_password(tx, app, account.id, &hash, now)?;
            recount_roots(tx, None, Some(&account))?;
            operator.note(tx, "account.create", account.id, role.as_str(), now)?;
            Ok(account)
        });
        created.await
    }
}
