//! The outbox.

mod words;

use askama::Template;
use axum::extract::{Path, RawQuery};
use axum::response::{IntoResponse, Redirect, Response};
use yaopai_accounts::{Action, ListedMessage, MessageCursor, MessageFilter, MessageState, TrialChannels};
use yaopai_model::AppId;

use super::app_choice::{AppChoice, AppOption};
use super::html;
use crate::failure::Failure;
use crate::form::Form;
use crate::frame::{Frame, Section};
use crate::operator::{Operator, OperatorForm};
use crate::routes::RouteTable;
use crate::times;

/// Adds the pages of messages.
pub(super) fn add_routes(table: RouteTable) -> RouteTable {
    table
        .get("/messages", show)
        .post("/messages/{app}/{message}/reveal", reveal)
        .post("/messages/{app}/{message}/send-again", send_again)
}

#[derive(Template)]
#[template(path = "messages/list.html")]
struct Page {
    frame: Frame,
    apps: Vec<AppOption>,
    states: Vec<StateOption>,
    recipient: String,
    rows: Vec<Row>,
    next: Option<String>,
    is_narrowed: bool,
    trial: TrialChannels,
}

struct StateOption {
    value: &'static str,
    label: String,
    is_chosen: bool,
}

struct Row {
    listed: ListedMessage,
    app_name: String,
    state: String,
    badge: &'static str,
    channel: String,
    subject: String,
    error: Option<String>,
    created_at: String,
    may_act: bool,
    may_send_again: bool,
}

async fn show(operator: Operator, RawQuery(query): RawQuery) -> Result<Response, Failure> {
    let form = Form::parse(query.unwrap_or_default().as_bytes())?;
    let choice = AppChoice::read(&operator, &form).await?;
    let state = MessageState::ALL
        .into_iter()
        .find(|state| state.as_str() == form.text("state"));
    let filter = MessageFilter {
        app: choice.chosen,
        state,
        recipient: form.text("to").to_owned(),
    };
    let from = MessageCursor::parse(form.text("from")).ok();
    let accounts = &operator.visit.desk.accounts;
    let slice = accounts.list_messages(operator.actor(), filter, from).await?;
    let language = operator.visit.language;
    let option = |option: MessageState| StateOption {
        value: option.as_str(),
        label: words::state(option, language),
        is_chosen: state == Some(option),
    };
    html(&Page {
        frame: operator.frame(("消息", "Messages"), Section::Messages),
        apps: choice.options(choice.chosen),
        states: MessageState::ALL.into_iter().map(option).collect(),
        recipient: form.text("to").to_owned(),
        next: slice.next.map(|next| further(&form, &next)),
        is_narrowed: state.is_some() || choice.chosen.is_some() || form.optional("to").is_some(),
        rows: slice
            .messages
            .into_iter()
            .map(|listed| row(&operator, &choice, listed))
            .collect(),
        trial: accounts.trial_channels(),
    })
}

/// The address at which the list goes on.
fn further(form: &Form, next: &MessageCursor) -> String {
    let mut query = form_urlencoded::Serializer::new(String::from("/console/messages?"));
    for (name, value) in form.fields_but("from") {
        query.append_pair(&name, &value);
    }
    query.append_pair("from", &next.to_text()).finish()
}

fn row(operator: &Operator, choice: &AppChoice, listed: ListedMessage) -> Row {
    let (language, settings) = (operator.visit.language, &operator.visit.desk.settings);
    let message = &listed.message;
    let may_act = operator.session.principal.reaches(Action::SendAgain);
    let has_ended = matches!(message.state, MessageState::Sent | MessageState::Failed);
    Row {
        app_name: choice.name(message.app),
        state: words::state(message.state, language),
        badge: words::badge(message.state),
        channel: words::channel(&message.channel, language),
        subject: words::subject(&message.subject, language),
        error: message.last_error.as_deref().map(|error| words::error(error, language)),
        created_at: times::second(message.created_at, &settings.zone),
        may_send_again: may_act && has_ended && listed.expires_at > settings.clock.now(),
        may_act,
        listed,
    }
}

#[derive(Template)]
#[template(path = "messages/revealed.html")]
struct RevealedPage {
    frame: Frame,
    recipient: String,
    id: String,
}

async fn reveal(Path((app, id)): Path<(i64, String)>, sent: OperatorForm) -> Result<Response, Failure> {
    sent.confirmed()?;
    let operator = &sent.operator;
    let accounts = &operator.visit.desk.accounts;
    let recipient = accounts.reveal_recipient(AppId(app), operator.actor(), &id).await?;
    html(&RevealedPage {
        frame: operator.frame(("收件人", "Recipient"), Section::Messages),
        recipient,
        id,
    })
}

async fn send_again(Path((app, id)): Path<(i64, String)>, sent: OperatorForm) -> Result<Response, Failure> {
    let operator = &sent.operator;
    let accounts = &operator.visit.desk.accounts;
    accounts.send_again(AppId(app), operator.actor(), &id).await?;
    Ok(Redirect::to("/console/messages?done=sent").into_response())
}
