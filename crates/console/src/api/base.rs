//! Figures and health: what concerns the whole server, or one app as a whole.

use std::collections::BTreeMap;

use jiff::ToSpan as _;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use yaopai_accounts::{FigureSpans, FiguresOfSpan};
use yaopai_model::limits::FIGURE_SPANS;
use yaopai_model::{Figure, Timestamp};

use super::call::{ApiCall, Asked, Json};
use super::paging::Page;
use super::times::instant;
use crate::Desk;
use crate::failure::Failure;

/// Spans that are shown where nothing else is asked for.
const USUAL_SPANS: u16 = 24;
// As the description and the refusal say.
const _: () = assert!(FIGURE_SPANS == 2_232);
const HOUR_MILLIS: i64 = 60 * 60 * 1_000;

/// The calls.
pub(super) fn calls() -> OpenApiRouter<Desk> {
    OpenApiRouter::new().routes(routes!(figures)).routes(routes!(health))
}

/// What figures are summed over.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Eq, ToSchema)]
#[serde(rename_all = "lowercase")]
enum Span {
    #[default]
    Hour,
    Day,
}

/// Which figures are meant.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(super) struct FiguresAsked {
    /// `hour` (as where it is left out) or `day`, in the server's time zone.
    #[serde(default)]
    #[param(required = false, inline)]
    by: Span,
    /// How many hours or days, up to the one that is under way; 24 where it is left out.
    #[param(minimum = 1, maximum = 2232)]
    last: Option<u16>,
    /// The number of an app; that of the key's holder where it is left out.
    app: Option<i64>,
}

/// What was counted in an hour or a day.
#[derive(Serialize, ToSchema)]
pub(super) struct FiguresShown {
    /// When it began.
    from: String,
    /// How many there were of what: `registrations`, `password_sign_ins` and so on.
    totals: BTreeMap<&'static str, u64>,
}

impl FiguresShown {
    fn of(span: &FiguresOfSpan) -> Self {
        let total = |figure: Figure| (figure.as_str(), span.total(figure));
        Self {
            from: instant(span.from),
            totals: Figure::ALL.into_iter().map(total).collect(),
        }
    }
}

/// 统计 / Counts
///
/// Registrations, sign-ins, codes and sliders by the hour or the day, oldest first, on one page. They are kept for three months.
#[utoipa::path(
    get,
    path = "/api/admin/figures",
    tag = "server",
    params(FiguresAsked),
    responses((status = 200, description = "The figures", body = Page<FiguresShown>))
)]
pub(super) async fn figures(
    call: ApiCall,
    Asked(asked): Asked<FiguresAsked>,
) -> Result<Json<Page<FiguresShown>>, Failure> {
    let settings = &call.visit.desk.settings;
    let last = asked.last.unwrap_or(USUAL_SPANS);
    let bounds = bounds(settings.clock.now(), &settings.zone, asked.by, last);
    let spans = bounds.and_then(|bounds| FigureSpans::parse(bounds).ok());
    let spans = spans.ok_or_else(|| Failure::field("last：1 至 2232。", "last: 1 to 2232."))?;
    let figures = call
        .accounts()
        .figures(call.app(asked.app), call.actor(), spans)
        .await?;
    Ok(Json(Page::whole(figures.iter().map(FiguresShown::of))))
}

/// When each of the last hours or days began, and when the one under way ends.
fn bounds(now: Timestamp, zone: &TimeZone, by: Span, last: u16) -> Option<Vec<Timestamp>> {
    let back = (-1..i64::from(last)).rev();
    match by {
        Span::Hour => {
            let begun = now.as_millis().div_euclid(HOUR_MILLIS);
            let hour = |back| Some(Timestamp::from_millis((begun - back) * HOUR_MILLIS));
            back.map(hour).collect()
        }
        Span::Day => {
            let now = jiff::Timestamp::from_millisecond(now.as_millis()).ok()?;
            let today = zone.to_datetime(now).date();
            let day = |back: i64| {
                let date = today.checked_sub(back.days()).ok()?;
                let begun = zone.to_zoned(date.at(0, 0, 0, 0)).ok()?;
                Some(Timestamp::from_millis(begun.timestamp().as_millisecond()))
            };
            back.map(day).collect()
        }
    }
}

/// How it is with the server.
#[derive(Serialize, ToSchema)]
pub(super) struct HealthShown {
    /// What the database says against a small change; null where it took it.
    database_error: Option<String>,
    /// How long the database took to take it.
    database_milliseconds: u64,
    /// Whether several nodes share the database.
    is_shared: bool,
    /// Writes of this node that wait for the database.
    writes_waiting: usize,
    /// Password hashes of this node that wait for a thread.
    hashes_waiting: usize,
    /// Messages of all apps that wait.
    messages_waiting: i64,
    /// Messages of all apps that were given up within the last day.
    messages_failed: i64,
    /// Events of accounts that wait on this node to be written.
    events_waiting: usize,
    /// Events and figures that this node gave up since its start.
    events_lost: u64,
}

/// 健康状况 / Tells how it is
///
/// Whether the database takes changes, and what waits.
#[utoipa::path(
    get,
    path = "/api/admin/health",
    tag = "server",
    responses((status = 200, description = "How it is", body = HealthShown))
)]
pub(super) async fn health(call: ApiCall) -> Result<Json<HealthShown>, Failure> {
    let health = call.accounts().health(call.app(None), call.actor()).await?;
    Ok(Json(HealthShown {
        database_error: health.database.err(),
        database_milliseconds: u64::try_from(health.database_took.as_millis()).unwrap_or(u64::MAX),
        is_shared: health.is_shared,
        writes_waiting: health.writes_waiting,
        hashes_waiting: health.hashes_waiting,
        messages_waiting: health.messages_waiting,
        messages_failed: health.messages_failed,
        events_waiting: health.events_waiting,
        events_lost: health.events_lost,
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(now: &str, by: Span, last: u16) -> Vec<String> {
        let now: jiff::Timestamp = now.parse().unwrap();
        let zone = TimeZone::get("Asia/Shanghai").unwrap();
        let bounds = bounds(Timestamp::from_millis(now.as_millisecond()), &zone, by, last).unwrap();
        bounds.into_iter().map(instant).collect()
    }

    #[test]
    fn spans_end_with_the_one_under_way() {
        assert_eq!(
            written("2026-03-01T17:30:00Z", Span::Hour, 2),
            ["2026-03-01T16:00:00Z", "2026-03-01T17:00:00Z", "2026-03-01T18:00:00Z"]
        );
        assert_eq!(
            written("2026-03-01T17:30:00Z", Span::Day, 2),
            ["2026-02-28T16:00:00Z", "2026-03-01T16:00:00Z", "2026-03-02T16:00:00Z"]
        );
    }
}
