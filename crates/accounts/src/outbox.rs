//! What became of messages, for operators.

use yaopai_model::limits::DELIVERIES_SHOWN;
use yaopai_model::{AppId, Identifier, Timestamp};
use yaopai_store::deliveries::{self, DeliveryReport, DeliveryState};
use yaopai_store::{Db, SqlError};

use crate::{Accounts, Outcome};

/// One message, as far as operators see it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OutgoingMessage {
    /// The app in whose name it goes.
    pub app: AppId,
    /// Its id, which the receiver of a webhook sees, too.
    pub id: String,
    /// `waiting`, `sent`, `failed`, or `withheld` from an address that nobody has.
    pub state: &'static str,
    /// `sms` or `mail`.
    pub channel: String,
    /// Whom it goes to, masked.
    pub recipient: String,
    /// A code's purpose or a notice's name.
    pub subject: String,
    /// How often it was tried.
    pub attempts: i64,
    /// When it was put into the outbox.
    pub created_at: Timestamp,
    /// When it reached its last state.
    pub finished_at: Option<Timestamp>,
    /// What the last failure was.
    pub last_error: Option<String>,
}

impl Accounts {
    /// The latest messages of each state, at most `limits::DELIVERIES_SHOWN` of each.
    ///
    /// # Errors
    /// `Overloaded`, and faults.
    pub async fn messages(&self) -> Outcome<Vec<OutgoingMessage>> {
        Ok(self.store().scan(latest_of_each_state).await?)
    }
}

fn latest_of_each_state(db: &Db) -> Result<Vec<OutgoingMessage>, SqlError> {
    let mut messages = Vec::new();
    for state in DeliveryState::ALL {
        let reports = deliveries::reports(db, state, DELIVERIES_SHOWN)?;
        messages.extend(reports.into_iter().map(|report| shown(state, report)));
    }
    Ok(messages)
}

fn shown(state: DeliveryState, report: DeliveryReport) -> OutgoingMessage {
    let recipient = Identifier::parse(&report.recipient);
    OutgoingMessage {
        app: report.app,
        id: report.id,
        state: state.as_str(),
        channel: report.channel,
        recipient: recipient.map_or_else(|_| "***".to_owned(), |recipient| recipient.masked()),
        subject: report.subject,
        attempts: report.attempts,
        created_at: report.created_at,
        finished_at: report.finished_at,
        last_error: report.last_error,
    }
}
