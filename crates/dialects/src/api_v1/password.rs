//! `user/resetpwd/check`, `user/pwd/modify`

use yaopai_accounts::{Error, PasswordReset, Refusal, ResetPermit};
use yaopai_model::{Address, Purpose};

use super::decode;
use super::envelope::succeed;
use crate::Failure;
use crate::call::Call;
use crate::http::Reply;

/// Opens the way to a new password for an address that has passed the slider.
pub(super) async fn resetpwd_check(call: Call) -> Result<Reply, Failure> {
    let email = decode::email_in_query(&call.parameters()?)?;
    let app = call.app_of_host().await?.id;
    call.wires.accounts.permit_reset(app, &email, call.caller()).await?;
    succeed(())
}

/// Sets a new password by a one-time code.
pub(super) async fn pwd_modify(call: Call) -> Result<Reply, Failure> {
    let body = decode::body(&call)?;
    let address = Address::Email(decode::email(&body)?);
    let password = decode::chosen_password(&body, call.wires.settings.password_policy)?;
    let code = decode::code(&body)?;

    let app = call.app_of_host().await?.id;
    let bearer = call.bearer();
    let reset = PasswordReset {
        address: &address,
        code,
        purpose: Purpose::Any,
        password,
        permit: ResetPermit::MustBeHeld,
        bearer: bearer.as_ref(),
    };
    match call.wires.accounts.reset_password(app, reset, call.caller()).await {
        // Unknown addresses are answered as known ones are.
        Ok(()) | Err(Error::Refused(Refusal::NotRegistered)) => succeed(()),
        Err(error) => Err(error.into()),
    }
}
