//! What a returned code does to the claim on an address.
//!
//! Who registers without a code only claims an address. A code received there is proof, and it is the prover whose right
//! counts: nobody can lie in wait on a victim's number. With a live token of the claiming account beside the code, the
//! claimant is the prover.

use yaopai_model::{AccountId, Address, AppId, Entropy, EventKind, Identifier, Nickname, Role, Timestamp};
use yaopai_store::identifiers::{self, Holder};
use yaopai_store::{SqlError, Tx, accounts, passwords, settings};

use crate::credentials::end_sessions;
use crate::profile::orphan_pictures;
use crate::{Accounts, Error, Outcome, Principal, Token, journal};

/// Whose the address is, now that it is proven.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Proof {
    /// This account's, and it was before.
    Holder(AccountId),
    /// Nobody's: there was no account, or the claim on it was taken from one that has other identifiers.
    Nobody,
}

/// Settles whose the address is that somebody has just proven, for signing in and for a new password.
///
/// An unproven claim becomes the prover's account if it is all that the account is found by: what its maker left there is
/// dropped. Else the claim is taken away from it.
pub(crate) fn settle(
    tx: &Tx,
    app: AppId,
    address: &Address,
    bearer: Option<&Principal>,
    entropy: &dyn Entropy,
    now: Timestamp,
) -> Result<Proof, SqlError> {
    let identifier = address.identifier();
    let Some(holder) = identifiers::hold(tx, app, &identifier)? else {
        return Ok(Proof::Nobody);
    };
    let account = holder.account;
    if holder.proven_at.is_some() {
        return Ok(Proof::Holder(account));
    }
    if !is_own(tx, bearer, account)? {
        if !is_all_there_is(tx, account)? {
            detach(tx, app, &identifier, holder, now)?;
            return Ok(Proof::Nobody);
        }
        start_over(tx, account, entropy, now)?;
    }
    mark_proven(tx, app, &identifier, account, now)?;
    Ok(Proof::Holder(account))
}

/// What a new account finds at the address that it has proven.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum NewAddress {
    /// Nobody, or nobody any more.
    Free,
    /// An account that proved it before.
    Taken,
    /// The bearer's own account, whose claim is proven now.
    BearersOwn,
}

/// Settles whose the address is that somebody has just proven, for making an account: a claim on it is taken away, unless
/// it is the bearer's own, which is marked proven.
pub(crate) fn settle_for_new_account(
    tx: &Tx,
    app: AppId,
    address: &Address,
    bearer: Option<&Principal>,
    now: Timestamp,
) -> Result<NewAddress, SqlError> {
    let identifier = address.identifier();
    match identifiers::hold(tx, app, &identifier)? {
        None => Ok(NewAddress::Free),
        Some(holder) if holder.proven_at.is_some() => Ok(NewAddress::Taken),
        Some(holder) if is_own(tx, bearer, holder.account)? => {
            mark_proven(tx, app, &identifier, holder.account, now)?;
            Ok(NewAddress::BearersOwn)
        }
        Some(holder) => {
            detach(tx, app, &identifier, holder, now)?;
            Ok(NewAddress::Free)
        }
    }
}

/// Whether the account is the bearer's, whose session was not ended since it was looked at.
fn is_own(tx: &Tx, bearer: Option<&Principal>, id: AccountId) -> Result<bool, SqlError> {
    let Some(bearer) = bearer.filter(|bearer| bearer.account.id == id) else {
        return Ok(false);
    };
    let account = accounts::hold(tx, id)?;
    Ok(account.is_some_and(|account| account.epoch == bearer.account.epoch && account.disabled_at.is_none()))
}

/// Whether the claim is the only identifier of an ordinary account. One that operators gave a role or disabled is not
/// handed over: the claim alone goes.
fn is_all_there_is(tx: &Tx, id: AccountId) -> Result<bool, SqlError> {
    let Some(account) = accounts::hold(tx, id)? else {
        return Ok(false);
    };
    Ok(account.identifiers().count() == 1 && account.role == Role::User && account.disabled_at.is_none())
}

fn mark_proven(
    tx: &Tx,
    app: AppId,
    identifier: &Identifier,
    account: AccountId,
    now: Timestamp,
) -> Result<(), SqlError> {
    if !identifiers::prove(tx, app, identifier, account, now)? {
        return Err(tx.collided());
    }
    accounts::prove_identifier(tx, account, identifier.kind(), now)?;
    accounts::verify(tx, account, now)?;
    journal::note(
        tx,
        account,
        EventKind::IdentifierProven,
        identifier.kind().as_str(),
        now,
    )
}

fn detach(tx: &Tx, app: AppId, identifier: &Identifier, holder: Holder, now: Timestamp) -> Result<(), SqlError> {
    if !identifiers::free(tx, app, identifier, holder.account)? {
        return Err(tx.collided());
    }
    accounts::clear_identifier(tx, holder.account, identifier.kind())?;
    journal::note(
        tx,
        holder.account,
        EventKind::ClaimLost,
        identifier.kind().as_str(),
        now,
    )
}

/// Drops all by which the account's maker could come back, and all that they left there.
fn start_over(tx: &Tx, id: AccountId, entropy: &dyn Entropy, now: Timestamp) -> Result<(), SqlError> {
    passwords::delete(tx, id)?;
    end_sessions(tx, id)?;
    settings::delete_all(tx, id)?;
    if let Some(account) = accounts::hold(tx, id)? {
        orphan_pictures(tx, &account)?;
    }
    accounts::reset_profile(tx, id, &Nickname::draw(entropy), now)?;
    journal::note(tx, id, EventKind::StartedOver, "", now)
}

impl Accounts {
    /// Whose token came beside a code, if its session lives.
    pub(crate) async fn bearer(&self, app: AppId, token: Option<&Token>) -> Outcome<Option<Principal>> {
        let Some(token) = token else { return Ok(None) };
        match self.authenticate(app, token).await {
            Ok(principal) => Ok(Some(principal)),
            Err(Error::Refused(_)) => Ok(None),
            Err(Error::Fault(fault)) => Err(fault.into()),
        }
    }
}
