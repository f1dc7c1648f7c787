//! An app's secret: shown once, rotated, and the end of the one before.

use std::time::Duration;

use askama::Template;
use axum::extract::Path;
use axum::response::{IntoResponse, Redirect, Response};
use yaopai_model::{App, AppKey, AppSecret};

use crate::failure::Failure;
use crate::frame::{Frame, Section};
use crate::operator::{Operator, OperatorForm};
use crate::pages::html;
use crate::times;

const HOUR: Duration = Duration::from_secs(60 * 60);

#[derive(Template)]
#[template(path = "apps/secret.html")]
struct Page<'a> {
    frame: Frame,
    app: &'a App,
    secret: &'a str,
    /// Until when the secret before stays good.
    previous_until: Option<String>,
}

/// The page that shows a secret, this once.
pub(super) fn page(
    operator: &Operator,
    app: &App,
    secret: &AppSecret,
    title: (&str, &str),
) -> Result<Response, Failure> {
    let zone = &operator.visit.desk.settings.zone;
    html(&Page {
        frame: operator.frame(title, Section::Apps),
        app,
        secret: secret.expose(),
        previous_until: app.previous_secret_until.map(|until| times::minute(until, zone)),
    })
}

/// Gives the app a new secret.
pub(super) async fn rotate(Path(key): Path<String>, sent: OperatorForm) -> Result<Response, Failure> {
    sent.confirmed()?;
    let key = AppKey::parse(&key).map_err(|_| Failure::NotFound)?;
    let hours: u32 = sent.form.text("overlap_hours").parse().map_err(|_| Failure::BadForm)?;
    let operator = &sent.operator;
    let accounts = &operator.visit.desk.accounts;
    let (app, secret) = accounts
        .rotate_app_secret(operator.actor(), &key, HOUR.saturating_mul(hours))
        .await?;
    page(operator, &app, &secret, ("新的密钥", "The new secret"))
}

/// Voids the secret before the last one.
pub(super) async fn end_overlap(Path(key): Path<String>, sent: OperatorForm) -> Result<Response, Failure> {
    sent.confirmed()?;
    let key = AppKey::parse(&key).map_err(|_| Failure::NotFound)?;
    let accounts = &sent.operator.visit.desk.accounts;
    accounts.void_previous_secret(sent.operator.actor(), &key).await?;
    Ok(Redirect::to(&format!("/console/apps/{}?done=revoked", key.as_str())).into_response())
}
