//! Sending a one-time code.

use yaopai_model::{Address, AppId, Purpose};

use crate::{Accounts, Caller, Outcome};

/// Whether the slider has to be passed first, which is the wire's to say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChallengeRule {
    /// No (`api_cloud_user`).
    NotAsked,
    /// Yes; the pass is consumed (`api_v1`).
    MustBePassed,
}

impl Accounts {
    /// Sends a code, or does the same work without sending where `purpose` needs an account and none has the address.
    /// Answers once the message is committed.
    ///
    /// # Errors
    /// `ChallengeRequired`, `CodeTooSoon` (the pass is kept), `ChannelNotReady`.
    pub async fn request_code(
        &self,
        app: AppId,
        address: &Address,
        purpose: Purpose,
        challenge: ChallengeRule,
        caller: &Caller,
    ) -> Outcome<()> {
        todo!()
    }
}
