//! Why somebody cannot sign in: what happened, and what stands in the way now.

use serde::Serialize;
use utoipa::ToSchema;
use yaopai_accounts::{AccountEvent, Cause, Obstacle, Remedy};

use super::Meant;
use crate::api::call::{ApiCall, Json, Named};
use crate::api::paging::Page;
use crate::api::times::instant;
use crate::failure::Failure;

/// Something that happened to an account, or the same refusal several times.
#[derive(Serialize, ToSchema)]
pub(super) struct EventShown {
    /// What happened.
    #[schema(example = "password_sign_in")]
    kind: &'static str,
    /// What refused it, or what an operator did, as the audit log names it; null for what came about.
    #[schema(example = "WrongCredentials")]
    rule: Option<String>,
    /// The address that it came from, where that is known.
    source: Option<String>,
    /// When it happened for the first time.
    first_at: String,
    /// When it happened last.
    last_at: String,
    /// How often.
    times: u32,
    /// The seconds that were left to wait, as the last refusal said.
    seconds: Option<u32>,
    /// What whoever did it had come in by: a wire's name, `console` and the like.
    via: Option<String>,
    /// What their client called itself.
    device: Option<String>,
    /// Who did it, as the audit log names them, where it was not whoever called.
    actor: Option<String>,
    /// What else is worth knowing.
    detail: Option<String>,
}

impl EventShown {
    fn of(event: AccountEvent) -> Self {
        let told = |text: String| (!text.is_empty()).then_some(text);
        Self {
            kind: event.kind.as_str(),
            rule: told(event.rule),
            source: told(event.source),
            first_at: instant(event.first_at),
            last_at: instant(event.last_at),
            times: event.times,
            seconds: event.seconds,
            via: told(event.via),
            device: told(event.device),
            actor: told(event.actor),
            detail: told(event.detail),
        }
    }
}

/// 账号时间线 / Tells what happened to an account
///
/// Newest first, on one page: every refusal with its rule. For auditors and up.
#[utoipa::path(
    get,
    path = "/api/admin/accounts/{id}/timeline",
    tag = "accounts",
    params(("id" = i64, Path, description = "The account's number", example = 2)),
    responses((status = 200, description = "What happened", body = Page<EventShown>))
)]
pub(super) async fn timeline(call: ApiCall, Named(id): Named<String>) -> Result<Json<Page<EventShown>>, Failure> {
    let meant = Meant::of(&call, &id).await?;
    let accounts = call.accounts();
    let events = accounts.account_timeline(meant.app, call.actor(), meant.id).await?;
    Ok(Json(Page::whole(events.into_iter().map(EventShown::of))))
}

/// Something that stands in the way of a sign-in.
#[derive(Serialize, ToSchema)]
pub(super) struct ObstacleShown {
    /// What it is.
    #[schema(example = "password_path_closed")]
    cause: &'static str,
    /// `phone`, `email` and the like, where it is about one of them.
    identifier: Option<&'static str>,
    /// The address that it keeps out, where it is about one.
    source: Option<String>,
    /// What the channel said of a message that did not get through.
    error: Option<String>,
    /// The name of the refusal that people meet by it, as on the timeline.
    rule: Option<&'static str>,
    /// What would clear it at once: `enable`, `clear_failures`, `clear_code_budget`, `send_reset_code`, `send_again`,
    /// `add_address`, `change_settings`; null where there is only to wait, or nothing to clear.
    remedy: Option<&'static str>,
    since: Option<String>,
    /// Until when, where it goes by itself.
    until: Option<String>,
}

impl ObstacleShown {
    fn of(obstacle: &Obstacle) -> Self {
        let cause = &obstacle.cause;
        let mut shown = Self {
            cause: cause.as_str(),
            identifier: None,
            source: None,
            error: None,
            rule: cause.rule(),
            remedy: cause.remedy().map(Remedy::as_str),
            since: obstacle.since.map(instant),
            until: obstacle.until.map(instant),
        };
        match cause {
            Cause::Unproven(kind)
            | Cause::ChannelOff(kind)
            | Cause::CodeTooSoon(kind)
            | Cause::GuessesUsedUp(kind)
            | Cause::GuessesOfDayUsedUp(kind) => shown.identifier = Some(kind.as_str()),
            Cause::SourceWaits(source) | Cause::SourceFailedTooOften(source) | Cause::SourceAskedTooOften(source) => {
                shown.source = Some(source.to_string());
            }
            Cause::MessageFailed { error, .. } => shown.error = Some(error.clone()),
            Cause::Disabled
            | Cause::NoPassword
            | Cause::PasswordPathClosed
            | Cause::SliderRequired
            | Cause::NoAddress
            | Cause::CountryNotServed
            | Cause::OutboxFull
            | Cause::AppCodesUsedUp => {}
        }
        shown
    }
}

/// 登录障碍 / Tells what keeps an account from signing in
///
/// All that stands in the way now, until when, and what would clear it, on one page. For auditors and up.
#[utoipa::path(
    get,
    path = "/api/admin/accounts/{id}/obstacles",
    tag = "accounts",
    params(("id" = i64, Path, description = "The account's number", example = 2)),
    responses((status = 200, description = "What stands in the way", body = Page<ObstacleShown>))
)]
pub(super) async fn obstacles(call: ApiCall, Named(id): Named<String>) -> Result<Json<Page<ObstacleShown>>, Failure> {
    let meant = Meant::of(&call, &id).await?;
    let accounts = call.accounts();
    let obstacles = accounts.sign_in_obstacles(meant.app, call.actor(), meant.id).await?;
    Ok(Json(Page::whole(obstacles.iter().map(ObstacleShown::of))))
}
