//! `psw/rest`, also spelt `psw/reset`

use yaopai_accounts::{PasswordReset, ResetPermit};
use yaopai_model::{Address, Purpose};

use super::app::AppCall;
use super::{decode, envelope};
use crate::http::Reply;
use crate::{Failure, fields};

/// Sets a new password. The document asks for a token; whoever lost the password has none, so it may be missing.
pub(super) async fn reset(for_app: AppCall) -> Result<Reply, Failure> {
    let bearer = for_app.token()?;
    let AppCall { call, app, parameters } = for_app;
    let address = Address::Phone(decode::phone(&parameters)?);
    let policy = call.wires.settings.password_policy;
    let reset = PasswordReset {
        address: &address,
        code: decode::code(&parameters)?,
        purpose: Purpose::ResetPassword,
        password: fields::chosen_password("password", parameters.required_text("password")?, policy)?,
        permit: ResetPermit::NotAsked,
        bearer: bearer.as_ref(),
    };
    call.wires.accounts.reset_password(app, reset, call.caller()).await?;
    envelope::succeed(())
}
