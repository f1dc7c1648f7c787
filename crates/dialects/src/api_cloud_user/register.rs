//! `register`

use yaopai_accounts::{ProvenRegistration, UsernameChoice};
use yaopai_model::{Address, Profile, Purpose};

use super::app::AppCall;
use super::{decode, envelope};
use crate::http::Reply;
use crate::parameters::Parameters;
use crate::{BadInput, Failure, WireSettings, fields};

/// Makes an account.
pub(super) async fn register(for_app: AppCall) -> Result<Reply, Failure> {
    let bearer = for_app.token()?;
    let AppCall { call, app, parameters } = for_app;
    let registration = read(&parameters, &call.wires.settings)?;
    call.wires
        .accounts
        .register_with_code(app, registration, bearer.as_ref(), call.caller())
        .await?;
    envelope::succeed(())
}

fn read(parameters: &Parameters, settings: &WireSettings) -> Result<ProvenRegistration, BadInput> {
    let password = parameters.required_text("password")?;
    Ok(ProvenRegistration {
        address: Address::Phone(decode::phone(parameters)?),
        code: decode::code(parameters)?,
        purpose: Purpose::Register,
        password: fields::chosen_password("password", password, settings.password_policy)?,
        profile: Profile {
            nickname: Some(fields::nickname("nickname", parameters.required_text("nickname")?)?),
            gender: decode::sex(parameters)?,
            birthday: decode::birthday(parameters, &settings.zone)?.flatten(),
            contact_email: decode::contact_email(parameters)?.unwrap_or_default(),
            extra: decode::extra(parameters)?.unwrap_or_default(),
            ..Profile::default()
        },
        username: UsernameChoice::None,
    })
}
