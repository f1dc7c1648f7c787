//! Apps.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use yaopai_accounts::{AppChange, NewApp, Refusal};
use yaopai_model::{App, AppKey, AppName, AppSecret, HostName, OpenWires, WireName};

use super::call::{ApiCall, DONE, Done, Json, Made, Named, Sent, nullable};
use super::paging::Page;
use super::times::instant;
use crate::Desk;
use crate::failure::Failure;

/// The calls.
pub(super) fn calls() -> OpenApiRouter<Desk> {
    OpenApiRouter::new()
        .routes(routes!(list, create))
        .routes(routes!(get, change))
}

/// The calls about secrets.
pub(super) fn secret_calls() -> OpenApiRouter<Desk> {
    OpenApiRouter::new()
        .routes(routes!(rotate_secret))
        .routes(routes!(void_previous_secret))
}

/// An app.
#[derive(Serialize, ToSchema)]
pub(super) struct AppShown {
    /// Its number, by which other calls name it as `app`.
    id: i64,
    /// What its clients send as `app_id`.
    app_id: String,
    name: String,
    /// Whether requests without an `app_id` or a mapped host belong to it.
    is_default: bool,
    /// Requests a second that `api_cloud_user` takes for it; null for no bound.
    requests_per_second: Option<u32>,
    /// The wires that are open: `api_cloud_user`, `api_v1`, `user`.
    wires: Vec<&'static str>,
    /// Until when the secret before the last one stays good; may have passed.
    previous_secret_until: Option<String>,
}

impl AppShown {
    fn of(app: &App) -> Self {
        let open = WireName::ALL.into_iter().filter(|wire| app.wires.has(*wire));
        Self {
            id: app.id.0,
            app_id: app.key.as_str().to_owned(),
            name: app.name.as_str().to_owned(),
            is_default: app.is_default,
            requests_per_second: app.requests_per_second,
            wires: open.map(WireName::as_str).collect(),
            previous_secret_until: app.previous_secret_until.map(instant),
        }
    }
}

/// An app and the hosts that are mapped to it.
#[derive(Serialize, ToSchema)]
pub(super) struct AppWithHosts {
    #[serde(flatten)]
    app: AppShown,
    /// Hosts whose requests belong to it.
    hosts: Vec<String>,
}

/// An app and its secret, which is shown this once.
#[derive(Serialize, ToSchema)]
pub(super) struct AppWithSecret {
    #[serde(flatten)]
    app: AppShown,
    /// What its clients send as `app_secret`.
    app_secret: String,
}

impl AppWithSecret {
    fn of(app: &App, secret: &AppSecret) -> Self {
        Self {
            app: AppShown::of(app),
            app_secret: secret.expose().to_owned(),
        }
    }
}

/// A new app.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct AppSent {
    /// 1 to 64 characters.
    name: String,
    /// Hosts whose requests belong to it.
    #[serde(default)]
    hosts: Vec<String>,
    /// Requests a second that `api_cloud_user` takes for it; no bound where it is left out.
    requests_per_second: Option<u32>,
}

/// What is changed of an app; what is left out stays as it is.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct AppChangeSent {
    /// 1 to 64 characters.
    name: Option<String>,
    /// All hosts whose requests belong to it.
    hosts: Option<Vec<String>>,
    /// Requests a second that `api_cloud_user` takes for it; null for no bound.
    #[serde(default, deserialize_with = "nullable")]
    #[schema(value_type = Option<u32>)]
    requests_per_second: Option<Option<u32>>,
    /// All wires that are open: `api_cloud_user`, `api_v1`, `user`.
    wires: Option<Vec<String>>,
}

/// How a secret is replaced.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct RotationSent {
    /// How long the old secret stays good, at most seven days; 0 ends it at once.
    #[serde(default)]
    overlap_seconds: u32,
}

/// 应用列表 / Lists apps
///
/// Oldest first, on one page: all of them for holders of the default app, else their own.
#[utoipa::path(
    get,
    path = "/api/admin/apps",
    tag = "apps",
    responses((status = 200, description = "The apps", body = Page<AppShown>))
)]
pub(super) async fn list(call: ApiCall) -> Result<Json<Page<AppShown>>, Failure> {
    let apps = call.accounts().list_apps(call.actor()).await?;
    Ok(Json(Page::whole(apps.iter().map(AppShown::of))))
}

/// 创建应用 / Makes an app
///
/// Its secret is shown this once. For roots of the default app.
#[utoipa::path(
    post,
    path = "/api/admin/apps",
    tag = "apps",
    request_body = AppSent,
    responses((status = 201, description = "It is made", body = AppWithSecret))
)]
pub(super) async fn create(call: ApiCall, Sent(sent): Sent<AppSent>) -> Result<Made<AppWithSecret>, Failure> {
    let new = NewApp {
        name: name(&sent.name)?,
        hosts: hosts(&sent.hosts)?,
        requests_per_second: sent.requests_per_second,
    };
    let (app, secret) = call.accounts().create_app(call.actor(), new).await?;
    Ok(Made(AppWithSecret::of(&app, &secret)))
}

/// 查看应用 / Shows an app
///
/// With the hosts that are mapped to it.
#[utoipa::path(
    get,
    path = "/api/admin/apps/{app_id}",
    tag = "apps",
    params(("app_id" = String, Path, description = "What its clients send as `app_id`")),
    responses((status = 200, description = "The app", body = AppWithHosts))
)]
pub(super) async fn get(call: ApiCall, Named(key): Named<String>) -> Result<Json<AppWithHosts>, Failure> {
    let (app, hosts) = call.accounts().look_at_app(call.actor(), &parse(&key)?).await?;
    Ok(Json(AppWithHosts {
        app: AppShown::of(&app),
        hosts: hosts.iter().map(|host| host.as_str().to_owned()).collect(),
    }))
}

/// 修改应用 / Changes an app
///
/// All that is sent or nothing. For roots of the default app.
#[utoipa::path(
    patch,
    path = "/api/admin/apps/{app_id}",
    tag = "apps",
    params(("app_id" = String, Path, description = "What its clients send as `app_id`")),
    request_body = AppChangeSent,
    responses((status = 200, description = "The app as it is now", body = AppShown))
)]
pub(super) async fn change(
    call: ApiCall,
    Named(key): Named<String>,
    Sent(sent): Sent<AppChangeSent>,
) -> Result<Json<AppShown>, Failure> {
    let change = AppChange {
        name: sent.name.as_deref().map(name).transpose()?,
        hosts: sent.hosts.as_deref().map(hosts).transpose()?,
        requests_per_second: sent.requests_per_second,
        wires: sent.wires.as_deref().map(wires).transpose()?,
    };
    let app = call.accounts().update_app(call.actor(), &parse(&key)?, change).await?;
    Ok(Json(AppShown::of(&app)))
}

/// 轮换密钥 / Replaces an app's secret
///
/// The new one is shown this once; the old one stays good for `overlap_seconds`, and one before that is void. For roots of the
/// default app.
#[utoipa::path(
    post,
    path = "/api/admin/apps/{app_id}/secret",
    tag = "apps",
    params(("app_id" = String, Path, description = "What its clients send as `app_id`")),
    request_body = RotationSent,
    responses((status = 201, description = "The new secret", body = AppWithSecret))
)]
pub(super) async fn rotate_secret(
    call: ApiCall,
    Named(key): Named<String>,
    Sent(sent): Sent<RotationSent>,
) -> Result<Made<AppWithSecret>, Failure> {
    let overlap = Duration::from_secs(sent.overlap_seconds.into());
    let accounts = call.accounts();
    let (app, secret) = accounts.rotate_app_secret(call.actor(), &parse(&key)?, overlap).await?;
    Ok(Made(AppWithSecret::of(&app, &secret)))
}

/// 作废旧密钥 / Ends an overlap
///
/// The secret before the last one is void at once. For roots of the default app.
#[utoipa::path(
    delete,
    path = "/api/admin/apps/{app_id}/previous-secret",
    tag = "apps",
    params(("app_id" = String, Path, description = "What its clients send as `app_id`")),
    responses((status = 204, description = "Only the last secret is good"))
)]
pub(super) async fn void_previous_secret(call: ApiCall, Named(key): Named<String>) -> Done {
    call.accounts()
        .void_previous_secret(call.actor(), &parse(&key)?)
        .await?;
    DONE
}

fn parse(key: &str) -> Result<AppKey, Failure> {
    Ok(AppKey::parse(key).map_err(|_| Refusal::UnknownApp)?)
}

fn name(text: &str) -> Result<AppName, Failure> {
    AppName::parse(text).map_err(|_| Failure::field("name：1 至 64 个字符。", "name: 1 to 64 characters."))
}

fn hosts(texts: &[String]) -> Result<Vec<HostName>, Failure> {
    let hosts = texts.iter().map(|text| HostName::parse(text));
    hosts.collect::<Result<_, _>>().map_err(|_| {
        Failure::field(
            "hosts：主机名，例如 app.example.com。",
            "hosts: names such as app.example.com.",
        )
    })
}

fn wires(names: &[String]) -> Result<OpenWires, Failure> {
    let is_wire = |name: &String| WireName::ALL.iter().any(|wire| wire.as_str() == name);
    if !names.iter().all(is_wire) {
        return Err(Failure::field(
            "wires：只能是 api_cloud_user、api_v1、user。",
            "wires: only api_cloud_user, api_v1 and user.",
        ));
    }
    Ok(OpenWires::of(|wire| names.iter().any(|name| name == wire.as_str())))
}
