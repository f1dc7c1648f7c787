//! Making an account.

use yaopai_model::{Account, Address, AppId, Code, Identifier, Password, Profile, Purpose, SessionToken};

use crate::{Accounts, Caller, Outcome, SignedIn};

/// A registration that a one-time code proves.
pub struct ProvenRegistration {
    /// Where the code was sent.
    pub address: Address,
    /// The code.
    pub code: Code,
    /// What the code was asked for.
    pub purpose: Purpose,
    /// The password chosen.
    pub password: Password,
    /// What the person says of themselves.
    pub profile: Profile,
    /// Whether the account gets a username.
    pub username: UsernameChoice,
}

/// Whether a new account gets a username.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UsernameChoice {
    /// None (`api_cloud_user`).
    None,
    /// `user_` and random letters and digits (`api_v1`).
    Drawn,
}

impl Accounts {
    /// Makes an account whose address the code proves. An unproven claim on the address is taken from the account that
    /// made it, unless `bearer` is a live token of that account: then the address is taken.
    ///
    /// # Errors
    /// `WrongCode` (also where the address is taken), `Taken` (only with the right code, which is kept), `Overloaded`.
    pub async fn register_with_code(
        &self,
        app: AppId,
        registration: ProvenRegistration,
        bearer: Option<&SessionToken>,
        caller: &Caller,
    ) -> Outcome<Account> {
        todo!()
    }

    /// Makes an account on somebody's word and signs it in; a phone number or e-mail address is an unproven claim.
    ///
    /// # Errors
    /// `Taken`, `ReservedUsername`, `TooManyRegistrations`, `Overloaded`.
    pub async fn register_without_proof(
        &self,
        app: AppId,
        identifier: Identifier,
        password: Password,
        caller: &Caller,
    ) -> Outcome<SignedIn> {
        todo!()
    }
}
