//! The dashboard: what happens in an app, by the hour or by the day, and whether all works.

mod figures;
mod health;
mod span;

use askama::Template;
use axum::extract::RawQuery;
use axum::response::Response;

use super::app_choice::{AppChoice, AppOption};
use super::html;
use crate::failure::Failure;
use crate::form::Form;
use crate::frame::{Frame, Section};
use crate::operator::Operator;
use crate::{numbers, times};
use figures::{COLUMNS, Figures, Panel, Row, Tile};
use span::Stretch;

#[derive(Template)]
#[template(path = "dashboard.html")]
struct Page {
    frame: Frame,
    apps: Vec<AppOption>,
    stretches: Vec<StretchOption>,
    stretch: &'static str,
    total: String,
    tiles: [Tile; 5],
    panels: [Panel; 3],
    columns: [&'static str; COLUMNS.len()],
    rows: Vec<Row>,
    health: [health::Line; 4],
    is_shared: bool,
    /// The time of day of these figures.
    as_of: String,
    zone: String,
}

struct StretchOption {
    value: &'static str,
    name: &'static str,
    is_chosen: bool,
}

/// How the base is doing.
pub(crate) async fn show(operator: Operator, RawQuery(query): RawQuery) -> Result<Response, Failure> {
    let form = Form::parse(query.unwrap_or_default().as_bytes())?;
    let (accounts, settings) = (&operator.visit.desk.accounts, &operator.visit.desk.settings);
    let choice = AppChoice::read(&operator, &form).await?;
    let app = choice.or_own(&operator);
    let stretch = Stretch::parse(form.text("span"));
    let now = settings.clock.now();
    let spans = stretch
        .spans(now, &settings.zone)
        .map_err(|error| Failure::fault(error.to_string()))?;
    let counted = accounts.figures(app, operator.actor(), spans).await?;
    let total = accounts.count_accounts(app, operator.actor()).await?;
    let health = accounts.health(app, operator.actor()).await?;

    let frame = operator.frame(("概览", "Dashboard"), Section::Dashboard);
    let (before, shown) = counted.split_at(counted.len() / 2);
    let figures = Figures {
        before,
        shown,
        stretch,
        zone: &settings.zone,
        frame: &frame,
    };
    let page = Page {
        apps: choice.options(Some(app)),
        stretches: Stretch::ALL
            .into_iter()
            .map(|offered| StretchOption {
                value: offered.as_str(),
                name: offered.name(&frame),
                is_chosen: offered == stretch,
            })
            .collect(),
        stretch: stretch.name(&frame),
        total: numbers::total(total),
        tiles: figures.tiles(),
        panels: figures.panels(),
        columns: figures.columns(),
        rows: figures.rows(),
        health: health::lines(&health, &frame),
        is_shared: health.is_shared,
        as_of: times::time_of_day(now, &settings.zone),
        zone: settings.zone.iana_name().unwrap_or("UTC").to_owned(),
        frame,
    };
    html(&page)
}
