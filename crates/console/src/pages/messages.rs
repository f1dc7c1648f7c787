//! The outbox.

mod said;

use askama::Template;
use axum::extract::{Path, RawQuery};
use axum::response::{IntoResponse, Redirect, Response};
use yaopai_accounts::{Action, Error, ListedMessage, MessageCursor, MessageFilter, MessageState, TrialChannels};
use yaopai_model::AppId;

use super::app_choice::{AppChoice, AppOption};
use super::html;
use super::message::status;
use crate::failure::Failure;
use crate::form::Form;
use crate::frame::{Frame, Section};
use crate::operator::{Operator, OperatorForm};
use crate::routes::RouteTable;
use crate::{times, words};

const LIST: &str = "/console/messages";

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
    /// Why a message was not sent again.
    problem: Option<String>,
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
    html(&page(&operator, &form).await?)
}

async fn page(operator: &Operator, form: &Form) -> Result<Page, Failure> {
    let choice = AppChoice::read(operator, form).await?;
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
        label: said::state(option, language),
        is_chosen: state == Some(option),
    };
    Ok(Page {
        frame: operator.frame(("消息", "Messages"), Section::Messages),
        apps: choice.options(choice.chosen),
        states: MessageState::ALL.into_iter().map(option).collect(),
        recipient: form.text("to").to_owned(),
        next: slice.next.map(|next| further(form, &next)),
        is_narrowed: state.is_some() || choice.chosen.is_some() || form.optional("to").is_some(),
        rows: slice
            .messages
            .into_iter()
            .map(|listed| row(operator, &choice, listed))
            .collect(),
        trial: accounts.trial_channels(),
        problem: None,
    })
}

/// The address at which the list goes on.
fn further(form: &Form, next: &MessageCursor) -> String {
    let mut query = form_urlencoded::Serializer::new(format!("{LIST}?"));
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
        state: said::state(message.state, language),
        badge: said::badge(message.state),
        channel: said::channel(&message.channel, language),
        subject: said::subject(&message.subject, language),
        error: message.last_error.as_deref().map(|error| said::error(error, language)),
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
    match accounts.send_again(AppId(app), operator.actor(), &id).await {
        Ok(()) => Ok(Redirect::to(&format!("{LIST}?done=sent")).into_response()),
        Err(Error::Refused(refusal)) => {
            let mut page = page(operator, &Form::default()).await?;
            page.frame.address = LIST.to_owned();
            page.problem = Some(words::refusal(refusal, operator.visit.language));
            Ok((status(refusal), html(&page)?).into_response())
        }
        Err(error) => Err(error.into()),
    }
}
