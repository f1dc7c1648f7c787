//! `code/get`

use yaopai_accounts::ChallengeRule;
use yaopai_model::Address;

use super::app::AppCall;
use super::{decode, envelope};
use crate::Failure;
use crate::http::Reply;

/// Sends a code.
pub(super) async fn get(for_app: AppCall) -> Result<Reply, Failure> {
    let AppCall { call, app, parameters } = for_app;
    let address = Address::Phone(decode::phone(&parameters)?);
    let purpose = decode::purpose(&parameters)?;
    call.wires
        .accounts
        .request_code(app, &address, purpose, ChallengeRule::NotAsked, call.caller())
        .await?;
    envelope::succeed(())
}
