//! `logout`

use axum::response::Response;

use super::app::AppCall;
use super::envelope;
use crate::Failure;

/// Ends every session of the account.
pub(super) async fn logout(for_app: AppCall) -> Result<Response, Failure> {
    let principal = for_app.principal().await?;
    for_app
        .call
        .wires
        .accounts
        .sign_out(&principal, &for_app.call.caller)
        .await?;
    Ok(envelope::succeed(()))
}
