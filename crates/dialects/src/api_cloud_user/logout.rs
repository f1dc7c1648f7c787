//! `logout`

use super::app::AppCall;
use super::envelope;
use crate::Failure;
use crate::http::Reply;

/// Ends every session of the account.
pub(super) async fn logout(for_app: AppCall) -> Result<Reply, Failure> {
    let principal = for_app.principal().await?;
    for_app
        .call
        .wires
        .accounts
        .sign_out(&principal, for_app.call.caller())
        .await?;
    envelope::succeed(())
}
