//! The outbox.

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use yaopai_accounts::{ListedMessage, MessageCursor, MessageFilter, MessageState};
use yaopai_model::{ApiScope, AppId};

use super::call::{ApiCall, AppAsked, Asked, DONE, Done, Json, Named};
use super::paging::{Page, bad_cursor};
use super::times::instant;
use crate::Desk;
use crate::failure::Failure;

/// The calls that look at messages and send them again.
pub(super) fn calls() -> OpenApiRouter<Desk> {
    OpenApiRouter::new().routes(routes!(list)).routes(routes!(send_again))
}

/// The call that shows what otherwise is masked.
pub(super) fn revealing() -> OpenApiRouter<Desk> {
    OpenApiRouter::new().routes(routes!(reveal))
}

/// What became of a message.
#[derive(Clone, Copy, Debug, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
enum StateName {
    Waiting,
    Sent,
    Failed,
    Withheld,
}

impl From<StateName> for MessageState {
    fn from(name: StateName) -> Self {
        match name {
            StateName::Waiting => Self::Waiting,
            StateName::Sent => Self::Sent,
            StateName::Failed => Self::Failed,
            StateName::Withheld => Self::Withheld,
        }
    }
}

/// Which messages are meant.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(super) struct MessagesAsked {
    /// `waiting`, `sent`, `failed`, or `withheld` from an address that nobody has.
    #[param(inline)]
    state: Option<StateName>,
    /// An address as a whole, or the last four digits of a phone number.
    #[serde(default)]
    #[param(required = false)]
    recipient: String,
    /// The number of an app; all that the key's holder sees where it is left out.
    app: Option<i64>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

/// A message.
#[derive(Serialize, ToSchema)]
pub(super) struct MessageShown {
    /// What names it; no secret.
    id: String,
    /// The number of the app in whose name it goes.
    app: i64,
    /// `waiting`, `sent`, `failed`, or `withheld` from an address that nobody has.
    state: &'static str,
    /// `sms` or `mail`.
    channel: String,
    /// Masked.
    #[schema(example = "138****8009")]
    recipient: String,
    /// A code's purpose or a notice's name.
    #[schema(example = "reset_password")]
    subject: String,
    /// How often it was tried.
    attempts: i64,
    created_at: String,
    /// When it reached its last state.
    finished_at: Option<String>,
    /// Until when what it says is good.
    expires_at: String,
    /// What the channel said last, in Chinese and English.
    last_error: Option<String>,
    /// The code in it, while it lives and where the channel is the one for trying out: for holders who outrank whoever has the
    /// address, by a key that has `reveal`, too.
    trial_code: Option<String>,
}

impl MessageShown {
    fn of(listed: ListedMessage, may_reveal: bool) -> Self {
        let message = listed.message;
        Self {
            id: message.id,
            app: message.app.0,
            state: message.state.as_str(),
            channel: message.channel,
            recipient: message.recipient,
            subject: message.subject,
            attempts: message.attempts,
            created_at: instant(message.created_at),
            finished_at: message.finished_at.map(instant),
            expires_at: instant(listed.expires_at),
            last_error: message.last_error,
            trial_code: listed.trial_code.filter(|_| may_reveal),
        }
    }
}

/// 消息列表 / Lists messages
///
/// Those tried last first, recipients masked. For auditors and up.
#[utoipa::path(
    get,
    path = "/api/admin/messages",
    tag = "messages",
    params(MessagesAsked),
    responses((status = 200, description = "One page", body = Page<MessageShown>))
)]
pub(super) async fn list(
    call: ApiCall,
    Asked(asked): Asked<MessagesAsked>,
) -> Result<Json<Page<MessageShown>>, Failure> {
    let from = asked.cursor.as_deref().map(MessageCursor::parse).transpose();
    let from = from.map_err(|_| bad_cursor())?;
    let filter = MessageFilter {
        app: asked.app.map(AppId),
        state: asked.state.map(Into::into),
        recipient: asked.recipient,
    };
    let slice = call.accounts().list_messages(call.actor(), filter, from).await?;
    let may_reveal = call.needs(ApiScope::Reveal).is_ok();
    let shown = |message| MessageShown::of(message, may_reveal);
    Ok(Json(Page {
        items: slice.messages.into_iter().map(shown).collect(),
        next_cursor: slice.next.map(|next| next.to_text()),
    }))
}

/// Whom a message goes to.
#[derive(Serialize, ToSchema)]
pub(super) struct RecipientShown {
    /// Whole.
    recipient: String,
}

/// 查看完整收件人 / Reveals a recipient
///
/// Written down in the audit log. For admins and up.
#[utoipa::path(
    post,
    path = "/api/admin/messages/{id}/reveal",
    tag = "messages",
    params(("id" = String, Path, description = "What names the message"), AppAsked),
    responses((status = 200, description = "Whom it goes to", body = RecipientShown))
)]
pub(super) async fn reveal(
    call: ApiCall,
    Named(id): Named<String>,
    Asked(asked): Asked<AppAsked>,
) -> Result<Json<RecipientShown>, Failure> {
    let accounts = call.accounts();
    let recipient = accounts
        .reveal_recipient(call.app(asked.app), call.actor(), &id)
        .await?;
    Ok(Json(RecipientShown { recipient }))
}

/// 重发消息 / Sends a message again
///
/// As a new one with a new code, while the old code lives, and within what its address may be sent. One that waits goes by
/// itself. For admins and up.
#[utoipa::path(
    post,
    path = "/api/admin/messages/{id}/send-again",
    tag = "messages",
    params(("id" = String, Path, description = "What names the message"), AppAsked),
    responses((status = 204, description = "It is on its way"))
)]
pub(super) async fn send_again(call: ApiCall, Named(id): Named<String>, Asked(asked): Asked<AppAsked>) -> Done {
    let accounts = call.accounts();
    accounts.send_again(call.app(asked.app), call.actor(), &id).await?;
    DONE
}
