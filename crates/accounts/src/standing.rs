//! Whether a principal is still one: between the look at a token and the transaction that acts on it, an account may
//! have been disabled, deleted or signed out.

use yaopai_model::Account;
use yaopai_store::{Db, Tx, accounts};

use crate::{Outcome, Principal, Refusal};

/// The principal's account, read again inside the transaction; it stays as it is until that ends.
///
/// # Errors
/// `AccountGone`; `NotSignedIn` when its sessions were ended meanwhile or it was disabled.
pub(crate) fn standing(tx: &Tx, principal: &Principal) -> Outcome<Account> {
    check(accounts::hold(tx, principal.account.id)?, principal)
}

/// The principal's account, for looking on.
///
/// # Errors
/// See [`standing`].
pub(crate) fn looking(db: &Db, principal: &Principal) -> Outcome<Account> {
    check(accounts::by_id(db, principal.account.id)?, principal)
}

fn check(found: Option<Account>, principal: &Principal) -> Outcome<Account> {
    let before = &principal.account;
    let account = found.ok_or(Refusal::AccountGone)?;
    if account.epoch != before.epoch || account.disabled_at.is_some() {
        return Err(Refusal::NotSignedIn.into());
    }
    Ok(account)
}
