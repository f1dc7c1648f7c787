//! The settings in force.

use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::call::{ApiCall, Json};
use super::paging::Page;
use crate::failure::Failure;
use crate::language::Language;
use crate::{Desk, ShownSetting};

/// The call.
pub(super) fn calls() -> OpenApiRouter<Desk> {
    OpenApiRouter::new().routes(routes!(settings))
}

/// A setting of the server.
#[derive(Serialize, ToSchema)]
pub(super) struct ServerSettingShown {
    /// Its dotted key.
    #[schema(example = "limits.code_resend_seconds")]
    key: String,
    /// Its value as a settings file has it; null where it is unset, and three stars for a secret.
    value: Option<String>,
    /// Where it comes from; null for its default.
    origin: Option<String>,
    /// What it is for, in the language of `Accept-Language`.
    meaning: String,
}

impl ServerSettingShown {
    fn of(setting: &ShownSetting, language: Language) -> Self {
        let explanation = &setting.explanation;
        Self {
            key: setting.key.clone(),
            value: setting.value.clone(),
            origin: setting.origin.clone(),
            meaning: language.pick(&explanation.chinese, &explanation.english).to_owned(),
        }
    }
}

/// 设置 / Shows the settings
///
/// Those in force on this node and where they came from, on one page; no call changes them. For auditors of the
/// default app and up.
#[utoipa::path(
    get,
    path = "/api/admin/settings",
    tag = "server",
    responses((status = 200, description = "All settings", body = Page<ServerSettingShown>))
)]
pub(super) async fn settings(call: ApiCall) -> Result<Json<Page<ServerSettingShown>>, Failure> {
    let desk = &call.visit.desk;
    desk.accounts.may_look_at_base(call.actor()).await?;
    let settings = desk.settings.shown.iter().flat_map(|group| &group.settings);
    let shown = settings.map(|setting| ServerSettingShown::of(setting, call.visit.language));
    Ok(Json(Page::whole(shown)))
}
