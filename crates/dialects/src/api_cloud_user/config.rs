//! `config/set` and `config/get`

use axum::extract::{Request, State};
use axum::response::Response;
use yaopai_model::limits::SETTING_BODY_BYTES;
use yaopai_model::{SettingKey, SettingValue};

use super::app::AppCall;
use super::envelope;
use crate::parameters::Parameters;
use crate::{BadInput, Failure, Wires, fields};

/// Sets a setting. An empty `config` is a value like any other.
pub(super) async fn set(State(wires): State<Wires>, request: Request) -> Result<Response, Failure> {
    let for_app = AppCall::read(&wires, request, SETTING_BODY_BYTES).await?;
    let principal = for_app.principal().await?;
    let key = read_key(&for_app.parameters)?;
    let config = for_app.parameters.text("config")?.ok_or(BadInput::Missing("config"))?;
    let value = SettingValue::parse(config).map_err(|error| fields::setting_problem("config", error))?;
    wires.accounts.set_setting(&principal, key, value).await?;
    Ok(envelope::succeed(()))
}

/// A setting's value; null for one never set.
pub(super) async fn get(for_app: AppCall) -> Result<Response, Failure> {
    let principal = for_app.principal().await?;
    let AppCall { call, parameters, .. } = for_app;
    let value = call.wires.accounts.setting(&principal, read_key(&parameters)?).await?;
    Ok(envelope::succeed(value.as_ref().map(SettingValue::as_str)))
}

fn read_key(parameters: &Parameters) -> Result<SettingKey, BadInput> {
    SettingKey::parse(parameters.required_text("key")?).map_err(|error| fields::setting_problem("key", error))
}
