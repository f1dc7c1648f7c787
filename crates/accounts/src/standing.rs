//! Whether a principal is still one: between the look at a token and the transaction that acts on it, an account may
//! have been disabled, deleted or signed out.

use yaopai_model::Account;
use yaopai_store::{Db, accounts};

use crate::{Outcome, Principal, Refusal};

/// The principal's account, read again inside the transaction.
///
/// # Errors
/// `AccountGone`; `NotSignedIn` when its sessions were ended meanwhile or it was disabled.
pub(crate) fn standing(db: &Db, principal: &Principal) -> Outcome<Account> {
    let before = &principal.account;
    let account = accounts::by_id(db, before.id)?.ok_or(Refusal::AccountGone)?;
    if account.epoch != before.epoch || account.disabled_at.is_some() {
        return Err(Refusal::NotSignedIn.into());
    }
    Ok(account)
}
