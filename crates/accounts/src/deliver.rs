//! Carrying what waits in the outbox, in the background.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::interval;
use yaopai_courier::{Body, Channel, Message, Notice, SendError};
use yaopai_model::limits::{DELIVERIES_AT_ONCE, DELIVERY_ATTEMPTS, DELIVERY_DEADLINE};
use yaopai_model::{Code, EventKind, Identifier, Purpose, Timestamp};
use yaopai_store::account_events::AccountEvent;
use yaopai_store::deliveries::{self, DeliveryState, DueDelivery};
use yaopai_store::{SqlError, apps};

use crate::journal::{Whose, cut};
use crate::request_code::SMS;
use crate::{Accounts, Outcome};

/// The first wait before a message is tried again; each further one doubles it.
const FIRST_WAIT: Duration = Duration::from_secs(2);
/// How often and how long apart it is tried to note what became of a message: once its lease is over it would be sent again.
const NOTES: u32 = 10;
const NOTE_AGAIN: Duration = Duration::from_secs(1);
/// The longest time without a look into the outbox.
const LONGEST_PAUSE: Duration = Duration::from_secs(60);

impl Accounts {
    /// Tries all messages that are due, some at once, and says how long it is until the next one will be.
    ///
    /// # Errors
    /// Faults only; messages that were taken meanwhile are tried again once their lease is over.
    pub async fn deliver_due(&self) -> Outcome<Duration> {
        loop {
            let now = self.now();
            // Whoever takes messages and dies loses them to the next after this.
            let lease_until = now.plus(DELIVERY_DEADLINE.saturating_mul(10));
            let most = u32::try_from(DELIVERIES_AT_ONCE).unwrap_or(u32::MAX);
            let due = self
                .store()
                .write(move |tx| deliveries::take_due(tx, now, lease_until, most))
                .await?;
            if due.is_empty() {
                break;
            }
            let mut tasks = tokio::task::JoinSet::new();
            for delivery in due {
                let verbs = self.clone();
                tasks.spawn(async move { verbs.deliver(delivery).await });
            }
            while let Some(done) = tasks.join_next().await {
                if let Ok(Err(error)) = done {
                    tracing::error!(%error, "the state of a message could not be noted");
                }
            }
        }
        let (next, now) = (self.store().read(deliveries::next_due).await?, self.now());
        Ok(next.map_or(LONGEST_PAUSE, |next| now.until(next).min(LONGEST_PAUSE)))
    }

    /// Waits until something new is in the outbox.
    pub async fn outbox_changed(&self) {
        self.parts.outbox.notified().await;
    }

    async fn deliver(&self, delivery: DueDelivery) -> Result<(), SqlError> {
        let tried = if delivery.expires_at <= self.now() {
            Tried::Failed("过期未能送达 / its life was over before it could be sent".to_owned())
        } else {
            match self.message(&delivery).await? {
                None => Tried::Failed("内容无法读取 / its content cannot be read".to_owned()),
                Some(message) => {
                    let channel = if delivery.channel == SMS {
                        &self.parts.sms
                    } else {
                        &self.parts.mail
                    };
                    let sent = channel.send(&message).await;
                    if let (Ok(()), Channel::Log(_), Body::Code { code, .. }) = (&sent, channel, &message.body)
                        && let Ok(code) = Code::parse(code)
                    {
                        self.parts.trial_codes.keep(&delivery.id, code, delivery.expires_at);
                    }
                    Tried::of(sent, &delivery, self.now())
                }
            }
        };
        let (delivery, tried) = (Arc::new(delivery), Arc::new(tried));
        let mut pause = interval(NOTE_AGAIN);
        let mut noted = Ok(());
        for _ in 0..NOTES {
            pause.tick().await;
            noted = self.note(Arc::clone(&delivery), Arc::clone(&tried)).await;
            if noted.is_ok() {
                self.write_down_end(&delivery, &tried);
                break;
            }
        }
        noted
    }

    async fn note(&self, delivery: Arc<DueDelivery>, tried: Arc<Tried>) -> Result<(), SqlError> {
        let now = self.now();
        let noted = self.store().write(move |tx| match tried.as_ref() {
            Tried::Sent => deliveries::finish(tx, delivery.app, &delivery.id, DeliveryState::Sent, None, now),
            Tried::Failed(error) => {
                deliveries::finish(tx, delivery.app, &delivery.id, DeliveryState::Failed, Some(error), now)
            }
            Tried::NotYet { error, again_at } => {
                deliveries::try_again(tx, delivery.app, &delivery.id, *again_at, error)
            }
        });
        noted.await
    }

    /// Writes down, where its receiver has an account, what became of a message with a code.
    fn write_down_end(&self, delivery: &DueDelivery, tried: &Tried) {
        let (kind, detail) = match tried {
            Tried::Sent => (EventKind::CodeSent, delivery.subject.as_str()),
            Tried::Failed(error) => (EventKind::CodeFailed, error.as_str()),
            Tried::NotYet { .. } => return,
        };
        let (true, Ok(receiver)) = (delivery.sealed.is_some(), Identifier::parse(&delivery.recipient)) else {
            return;
        };
        let event = AccountEvent {
            via: delivery.channel.clone(),
            detail: cut(detail),
            ..AccountEvent::once(kind, self.now())
        };
        self.write_down(delivery.app, Whose::Holder(receiver), event);
    }

    /// The message as a channel takes it; none when what was kept of it cannot be read.
    async fn message(&self, delivery: &DueDelivery) -> Result<Option<Message>, SqlError> {
        let app = self.store().look_up(apps::by_id(delivery.app)).await?;
        let (Some(app), Some(body)) = (app, self.body(delivery)) else {
            return Ok(None);
        };
        Ok(Some(Message {
            id: delivery.id.clone(),
            to: delivery.recipient.clone(),
            body,
            app_id: app.key.as_str().to_owned(),
            app_name: app.name.as_str().to_owned(),
        }))
    }

    fn body(&self, delivery: &DueDelivery) -> Option<Body> {
        let Some(sealed) = &delivery.sealed else {
            return notice(&delivery.subject).map(Body::Notice);
        };
        let code = self.parts.keys.open_message(delivery.app, &delivery.id, sealed)?;
        let life = delivery.created_at.until(delivery.expires_at).as_secs();
        Some(Body::Code {
            code: code.expose().to_owned(),
            purpose: Purpose::from_name(&delivery.subject)?,
            ttl_seconds: u32::try_from(life).unwrap_or(u32::MAX),
        })
    }
}

/// What came of one try.
enum Tried {
    Sent,
    NotYet { error: String, again_at: Timestamp },
    Failed(String),
}

impl Tried {
    fn of(sent: Result<(), SendError>, delivery: &DueDelivery, now: Timestamp) -> Self {
        match sent {
            Ok(()) => Self::Sent,
            Err(SendError::Temporary(reason)) => {
                let error = reason.as_str().to_owned();
                match next_try(delivery, now) {
                    Some(again_at) => Self::NotYet { error, again_at },
                    None => Self::Failed(error),
                }
            }
            Err(SendError::Permanent(reason)) => Self::Failed(reason.as_str().to_owned()),
        }
    }
}

/// When to try again, if there is a try left within the message's life.
fn next_try(delivery: &DueDelivery, now: Timestamp) -> Option<Timestamp> {
    let factor = 2_u32.saturating_pow(delivery.attempts.saturating_sub(1));
    let at = now.plus(FIRST_WAIT.saturating_mul(factor));
    (delivery.attempts < DELIVERY_ATTEMPTS && at < delivery.expires_at).then_some(at)
}

/// The name under which a notice waits in the outbox.
pub(crate) const fn notice_name(notice: Notice) -> &'static str {
    match notice {
        Notice::EmailChanged => "email_changed",
        Notice::PhoneChanged => "phone_changed",
        Notice::PasswordChanged => "password_changed",
        Notice::ClosingBegun => "closing_begun",
    }
}

pub(crate) fn notice(name: &str) -> Option<Notice> {
    let all = [
        Notice::EmailChanged,
        Notice::PhoneChanged,
        Notice::PasswordChanged,
        Notice::ClosingBegun,
    ];
    all.into_iter().find(|notice| notice_name(*notice) == name)
}
