//! Signing in.

use yaopai_model::{Account, Address, AppId, Code, Identifier, Password, Purpose, SessionKind, SessionToken, TokenUse};

use crate::{Accounts, Caller, Outcome};

/// How failures in a row are answered, which is the wire's to say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FailureRule {
    /// After three the slider (`api_v1`).
    Challenge,
    /// After five from one source a wait, doubling (`api_cloud_user`, `user`).
    Wait,
}

/// Somebody who has just signed in.
pub struct SignedIn {
    /// The account, as its row is after the sign-in.
    pub account: Account,
    token: SessionToken,
}

impl SignedIn {
    /// The token for `token_use`, with the life that use has.
    pub fn token(&self, token_use: TokenUse) -> SessionToken {
        todo!()
    }
}

impl Accounts {
    /// Signs in by password.
    ///
    /// # Errors
    /// `WrongCredentials`, `AccountDisabled`, `ChallengeRequired`, `PasswordWait`, `PasswordPathClosed`,
    /// `SourceFailedTooOften`, `Overloaded`.
    pub async fn sign_in_with_password(
        &self,
        app: AppId,
        identifier: &Identifier,
        password: Password,
        rule: FailureRule,
        kind: SessionKind,
        caller: &Caller,
    ) -> Outcome<SignedIn> {
        todo!()
    }

    /// Signs in by a one-time code, which proves the address. `bearer` is the token sent beside it, if any.
    ///
    /// # Errors
    /// `WrongCode`, `NotRegistered` (right code, no account), `AccountDisabled`, `ChallengeRequired`, `SourceFailedTooOften`.
    #[allow(clippy::too_many_arguments)]
    pub async fn sign_in_with_code(
        &self,
        app: AppId,
        address: &Address,
        code: Code,
        purpose: Purpose,
        bearer: Option<&SessionToken>,
        rule: FailureRule,
        kind: SessionKind,
        caller: &Caller,
    ) -> Outcome<SignedIn> {
        todo!()
    }
}
