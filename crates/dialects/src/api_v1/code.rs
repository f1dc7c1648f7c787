//! `user/code/email`

use yaopai_accounts::ChallengeRule;
use yaopai_model::{Address, Purpose};

use super::decode;
use super::envelope::succeed;
use crate::Failure;
use crate::call::Call;
use crate::http::Reply;

/// Sends a code, good for any purpose, to an address that has passed the slider.
pub(super) async fn code_email(call: Call) -> Result<Reply, Failure> {
    let address = Address::Email(decode::email(&decode::body(&call)?)?);
    let app = call.app_of_host().await?.id;
    let accounts = &call.wires.accounts;
    accounts
        .request_code(app, &address, Purpose::Any, ChallengeRule::MustBePassed, call.caller())
        .await?;
    succeed(())
}
