//! Figures and health: what concerns the whole server, or one app as a whole.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use yaopai_accounts::FiguresOfSpan;
use yaopai_model::Figure;
use yaopai_model::limits::FIGURE_SPANS;

use super::call::{ApiCall, Asked, Json};
use super::paging::Page;
use super::times::instant;
use crate::failure::Failure;
use crate::{Desk, spans};

/// Spans that are shown where nothing else is asked for.
const USUAL_SPANS: u16 = 24;
// As the description and the refusal say.
const _: () = assert!(FIGURE_SPANS == 2_232);

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
    let spans = match asked.by {
        Span::Hour => spans::last_hours(settings.clock.now(), last),
        Span::Day => spans::last_days(settings.clock.now(), &settings.zone, last),
    };
    let spans = spans.map_err(|_| Failure::field("last：1 至 2232。", "last: 1 to 2232."))?;
    let figures = call
        .accounts()
        .figures(call.app(asked.app), call.actor(), spans)
        .await?;
    Ok(Json(Page::whole(figures.iter().map(FiguresShown::of))))
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
    /// Password hashes that this node makes or that wait for a thread.
    hashes_waiting: usize,
    /// How many may be made and wait before those who come are refused.
    hashes_allowed: usize,
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
        hashes_allowed: health.hashes_allowed,
        messages_waiting: health.messages_waiting,
        messages_failed: health.messages_failed,
        events_waiting: health.events_waiting,
        events_lost: health.events_lost,
    }))
}
