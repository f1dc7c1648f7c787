//! Making accounts for others.

use yaopai_model::{Account, AppId, Identifier, Nickname, Password, Role, Timestamp};
use yaopai_store::Tx;

use super::role::recount_roots;
use super::{Actor, Administrator};
use crate::rank::{Action, Rank, Target, may};
use crate::register::{insert, put_identifier};
use crate::{Accounts, Outcome, Refusal};

/// An account that is made for somebody.
pub struct NewAccount {
    /// At least one, and one of a kind at most.
    pub identifiers: Vec<Identifier>,
    /// The password.
    pub password: Password,
    /// The role.
    pub role: Role,
}

impl Accounts {
    /// Makes an account on an operator's word: its identifiers count as proven.
    ///
    /// # Errors
    /// `Taken`, `Overloaded`.
    pub async fn create_account(&self, app: AppId, new: NewAccount) -> Outcome<Account> {
        self.create_account_by(app, Actor::Operator, new).await
    }

    /// Makes an account on somebody's word. What an account that administers says of another's identifiers proves nothing:
    /// they are claims, or whoever made the account could lie in wait with the password. To make one with a role takes the
    /// rank to give it.
    ///
    /// # Errors
    /// `RankTooLow`, `Taken`, `ReservedUsername`, `Overloaded`.
    pub async fn create_account_by(&self, app: AppId, actor: Actor<'_>, new: NewAccount) -> Outcome<Account> {
        let NewAccount {
            identifiers,
            password,
            role,
        } = new;
        let administrator = actor.on(app);
        let judged = administrator.clone();
        self.store()
            .read(move |db| judged.may_make(judged.rank(db)?, role))
            .await?;
        let place = self.parts.hasher.place()?;
        let hash = self.parts.hasher.hash(place, password, self.entropy()).await?;
        let (verbs, now) = (self.clone(), self.now());
        let created = self.store().write(move |tx| {
            administrator.may_make(administrator.standing_rank(tx)?, role)?;
            for identifier in &identifiers {
                administrator.may_name(identifier)?;
            }
            let is_vouched_for = administrator.principal.is_none();
            let made = MadeAccount {
                identifiers: &identifiers,
                hash: &hash,
                role,
                is_vouched_for,
            };
            let account = verbs.put_account(tx, app, &made, now)?;
            recount_roots(tx, None, Some(&account))?;
            administrator.note(tx, "account.create", account.id, role.as_str(), now)?;
            Ok(account)
        });
        created.await
    }

    /// Writes an account that somebody makes for somebody else. Who is root is not counted here.
    pub(crate) fn put_account(&self, tx: &Tx, app: AppId, made: &MadeAccount<'_>, now: Timestamp) -> Outcome<Account> {
        let proven_at = made.is_vouched_for.then_some(now);
        let mut account = self.blank_account(tx, app, now)?;
        account.role = made.role;
        account.verified_at = proven_at;
        account.profile.nickname = Some(Nickname::draw(self.entropy()));
        for identifier in made.identifiers {
            put_identifier(&mut account, identifier, proven_at);
        }
        insert(tx, &account)?;
        self.set_password(tx, app, account.id, made.hash, now)?;
        Ok(account)
    }
}

/// What is known of an account before it is written.
pub(crate) struct MadeAccount<'a> {
    pub(crate) identifiers: &'a [Identifier],
    /// Of its password.
    pub(crate) hash: &'a str,
    pub(crate) role: Role,
    /// Whether it counts as verified, and its identifiers as proven.
    pub(crate) is_vouched_for: bool,
}

impl Administrator {
    fn may_make(&self, rank: Rank, role: Role) -> Outcome<()> {
        let target = Target { role, is_self: false };
        may(rank, Action::Create, target)?;
        if role > Role::User {
            may(rank, Action::GiveRole(role), target)?;
        }
        Ok(())
    }

    /// Reserved names are an operator's to give.
    fn may_name(&self, identifier: &Identifier) -> Outcome<()> {
        match identifier {
            Identifier::Username(name) if name.is_reserved() && self.principal.is_some() => {
                Err(Refusal::ReservedUsername.into())
            }
            Identifier::Username(_) | Identifier::Phone(_) | Identifier::Email(_) => Ok(()),
        }
    }
}
