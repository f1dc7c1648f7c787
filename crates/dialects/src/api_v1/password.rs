//! `user/resetpwd/check`, `user/pwd/modify`

use yaopai_accounts::ResetPermit;
use yaopai_model::{Address, Purpose};

use crate::api_v1::decode;
use crate::api_v1::envelope::{Reply, succeed};
use crate::call::Call;

/// Opens the way to a new password for an address that has passed the slider.
pub(super) async fn resetpwd_check(call: Call) -> Reply {
    let email = decode::email_in_query(&call.parameters()?)?;
    let app = call.app_of_host().await?.id;
    call.wires.accounts.permit_reset(app, &email).await?;
    Ok(succeed(()))
}

/// Sets a new password by a one-time code.
pub(super) async fn pwd_modify(call: Call) -> Reply {
    let body = decode::body(&call)?;
    let address = Address::Email(decode::email(&body)?);
    let password = decode::chosen_password(&body, call.wires.settings.password_policy)?;
    let code = decode::parse_code(decode::code_text(&body)?)?;

    let app = call.app_of_host().await?.id;
    let bearer = call.bearer();
    let (purpose, permit) = (Purpose::Any, ResetPermit::MustBeHeld);
    let accounts = &call.wires.accounts;
    accounts
        .reset_password(app, &address, code, purpose, password, permit, bearer.as_ref(), &call.caller)
        .await?;
    Ok(succeed(()))
}
