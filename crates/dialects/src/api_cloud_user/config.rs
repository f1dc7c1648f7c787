//! `config/set` and `config/get`

use yaopai_model::limits::SETTING_BODY_BYTES;
use yaopai_model::{SettingKey, SettingValue};

use super::app::AppCall;
use super::envelope;
use crate::http::{Arrived, Reply};
use crate::parameters::Parameters;
use crate::{BadInput, Failure, fields};

/// Sets a setting. An empty `config` is a value like any other.
pub(super) async fn set(arrived: Arrived) -> Result<Reply, Failure> {
    let for_app = AppCall::read(arrived, SETTING_BODY_BYTES).await?;
    let principal = for_app.principal().await?;
    let key = read_key(&for_app.parameters)?;
    let config = for_app.parameters.text("config")?.ok_or(BadInput::Missing("config"))?;
    let value = SettingValue::parse(config).map_err(|error| fields::setting_problem("config", error))?;
    let accounts = &for_app.call.wires.accounts;
    accounts.set_setting(&principal, key, value).await?;
    envelope::succeed(())
}

/// A setting's value; null for one never set.
pub(super) async fn get(for_app: AppCall) -> Result<Reply, Failure> {
    let principal = for_app.principal().await?;
    let AppCall { call, parameters, .. } = for_app;
    let value = call.wires.accounts.setting(&principal, read_key(&parameters)?).await?;
    envelope::succeed(value.as_ref().map(SettingValue::as_str))
}

fn read_key(parameters: &Parameters) -> Result<SettingKey, BadInput> {
    SettingKey::parse(parameters.required_text("key")?).map_err(|error| fields::setting_problem("key", error))
}
