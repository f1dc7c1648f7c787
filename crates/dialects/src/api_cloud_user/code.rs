//! `code/get`

use axum::response::Response;
use yaopai_accounts::ChallengeRule;
use yaopai_model::Address;

use super::app::AppCall;
use super::{decode, envelope};
use crate::Failure;

/// Sends a code.
pub(super) async fn get(for_app: AppCall) -> Result<Response, Failure> {
    let AppCall { call, app, parameters } = for_app;
    let address = Address::Phone(decode::phone(&parameters)?);
    let purpose = decode::purpose(&parameters)?;
    call.wires
        .accounts
        .request_code(app.id, &address, purpose, ChallengeRule::NotAsked, &call.caller)
        .await?;
    Ok(envelope::succeed(()))
}
