//! What became of messages, for operators.

use yaopai_courier::Channel;
use yaopai_model::limits::{DELIVERIES_SHOWN, KEYWORD_CHARACTERS, MESSAGES_PAGE, OUTBOX_WAITING, RECORDS_LOOKED_AT};
use yaopai_model::{Address, AppId, Code, Identifier, Purpose, Timestamp};
use yaopai_store::codes::{self, CodeKey};
use yaopai_store::deliveries::{self, DeliveryPlace, DeliveryReport, DeliveryState, ListedDelivery, NewDelivery};
use yaopai_store::{Db, SqlError, Tx, accounts, identifiers};

pub use yaopai_store::deliveries::DeliveryState as MessageState;

use crate::apps::{Keeper, Seen};
use crate::budget::Budget;
use crate::deliver::notice;
use crate::rank::{Action, reaches};
use crate::request_code::{channel, delivery_id, insert_notice};
use crate::{Accounts, Actor, Outcome, Refusal};

/// Messages of a state that are looked at together.
const CHUNK: u32 = 250;

/// One message, as far as operators see it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OutgoingMessage {
    /// The app in whose name it goes.
    pub app: AppId,
    /// Its id, which the receiver of a webhook sees, too.
    pub id: String,
    /// `waiting`, `sent`, `failed`, or `withheld` from an address that nobody has.
    pub state: MessageState,
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

/// Which messages are looked for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MessageFilter {
    /// Of this app; none for all that the actor sees.
    pub app: Option<AppId>,
    /// In this state; none for all.
    pub state: Option<MessageState>,
    /// To this address as a whole, or to a phone number with these last digits; empty for all.
    pub recipient: String,
}

/// Where a list of messages goes on. It is no secret, and means nothing to clients.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MessageCursor(DeliveryPlace);

/// The text is no place in a list of messages.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a place in a list of messages")]
pub struct MessageCursorError;

impl MessageCursor {
    /// Reads a cursor as [`MessageCursor::to_text`] writes it.
    ///
    /// # Errors
    /// [`MessageCursorError`]
    pub fn parse(text: &str) -> Result<Self, MessageCursorError> {
        let (due_at, id) = text.split_once('-').ok_or(MessageCursorError)?;
        let due_at = due_at.parse().map_err(|_| MessageCursorError)?;
        is_id(id)
            .then(|| {
                Self(DeliveryPlace {
                    due_at: Timestamp::from_millis(due_at),
                    id: id.to_owned(),
                })
            })
            .ok_or(MessageCursorError)
    }

    /// The cursor as part of an address.
    pub fn to_text(&self) -> String {
        format!("{}-{}", self.0.due_at.as_millis(), self.0.id)
    }
}

/// A message in a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListedMessage {
    /// The message.
    pub message: OutgoingMessage,
    /// Until when what it says is good.
    pub expires_at: Timestamp,
    /// The code in it, where the channel is the one for trying out and the actor outranks whoever has the address.
    pub trial_code: Option<String>,
}

/// A page of the outbox.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MessageSlice {
    /// Those tried last first. There may be fewer than fit, or none, where few of those looked at pass the filter.
    pub messages: Vec<ListedMessage>,
    /// Where the list goes on; none at its end.
    pub next: Option<MessageCursor>,
}

/// The channels that only print, for trying out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TrialChannels {
    /// Whether text messages are only printed.
    pub sms: bool,
    /// Whether mails are only printed.
    pub mail: bool,
}

impl Accounts {
    /// The latest messages of each state, at most `limits::DELIVERIES_SHOWN` of each.
    ///
    /// # Errors
    /// `Overloaded`, and faults.
    pub async fn messages(&self) -> Outcome<Vec<OutgoingMessage>> {
        Ok(self.store().scan(latest_of_each_state).await?)
    }

    /// Which channels only print.
    pub fn trial_channels(&self) -> TrialChannels {
        TrialChannels {
            sms: matches!(self.parts.sms, Channel::Log(_)),
            mail: matches!(self.parts.mail, Channel::Log(_)),
        }
    }

    /// The messages of the apps that the actor sees, `limits::MESSAGES_PAGE` of those after `from`. At most some
    /// `limits::RECORDS_LOOKED_AT` are looked at.
    ///
    /// # Errors
    /// `RankTooLow`.
    pub async fn list_messages(
        &self,
        actor: Actor<'_>,
        filter: MessageFilter,
        from: Option<MessageCursor>,
    ) -> Outcome<MessageSlice> {
        let (keeper, accounts, now) = (Keeper::of(&actor), self.clone(), self.now());
        let listed = self.store().scan(move |db| {
            let (found, next) = list(db, &filter, &keeper.sees(db)?, from)?;
            let messages = found.into_iter().map(|found| {
                let code = accounts.parts.trial_codes.find(&found.report.id, now);
                let trial_code = match code {
                    Some(code) if may_see_code(db, &keeper, &found.report)? => Some(code),
                    Some(_) | None => None,
                };
                Ok(ListedMessage {
                    trial_code,
                    expires_at: found.expires_at,
                    message: shown(found.state, found.report),
                })
            });
            let messages = messages.collect::<Outcome<_>>()?;
            Ok(MessageSlice { messages, next })
        });
        listed.await
    }

    /// Whom a message goes to, whole. It is written down.
    ///
    /// # Errors
    /// `RankTooLow`, `NoSuchRecord`.
    pub async fn reveal_recipient(&self, app: AppId, actor: Actor<'_>, id: &str) -> Outcome<String> {
        check_id(id)?;
        let (administrator, id, now) = (actor.on(app), id.to_owned(), self.now());
        let revealed = self.store().write(move |tx| -> Outcome<String> {
            reaches(administrator.standing_rank(tx)?, Action::Look)?;
            let found = deliveries::one(tx, app, &id)?.ok_or(Refusal::NoSuchRecord)?;
            administrator.note_on(tx, "message.reveal", &format!("message {id}"), "", now)?;
            Ok(found.report.recipient)
        });
        revealed.await
    }

    /// Sends a message again: as a new one with a new code, since the old one was erased when its message had gone or was given
    /// up. Only while the code that it carried lives, and within what its address and its app may be sent. One that waits goes
    /// by itself.
    ///
    /// # Errors
    /// `RankTooLow`, `NoSuchRecord`; `CodeOver` when its code was redeemed, replaced or is past its life; `NotRegistered` where it
    /// was withheld, since nobody has the address; `CodeTooSoon`, `ChannelNotReady`.
    pub async fn send_again(&self, app: AppId, actor: Actor<'_>, id: &str) -> Outcome<()> {
        check_id(id)?;
        let (administrator, now, new_id) = (actor.on(app), self.now(), delivery_id(self));
        let looking = administrator.clone();
        let old_id = id.to_owned();
        let found = self.store().read(move |db| -> Outcome<ListedDelivery> {
            reaches(looking.rank(db)?, Action::SendAgain)?;
            Ok(deliveries::one(db, app, &old_id)?.ok_or(Refusal::NoSuchRecord)?)
        });
        let found = found.await?;
        match found.state {
            DeliveryState::Waiting => return Ok(()),
            DeliveryState::Withheld => return Err(Refusal::NotRegistered.into()),
            DeliveryState::Sent | DeliveryState::Failed => {}
        }
        if found.expires_at <= now {
            return Err(Refusal::CodeOver.into());
        }
        let address = address(&found.report.recipient).ok_or(Refusal::NoSuchRecord)?;
        if !self.is_channel_open(&address) {
            return Err(Refusal::ChannelNotReady.into());
        }
        let again = self.again(app, found.report, address, new_id)?;
        let sent = self.store().write(move |tx| -> Outcome<()> {
            reaches(administrator.standing_rank(tx)?, Action::SendAgain)?;
            again.put(tx, now)?;
            let target = format!("message {}", again.old.id);
            administrator.note_on(tx, "message.send_again", &target, &format!("as {}", again.id), now)
        });
        sent.await?;
        self.parts.outbox.notify_one();
        Ok(())
    }

    fn again(&self, app: AppId, old: DeliveryReport, address: Address, id: String) -> Outcome<Again> {
        let mut budgets = self.address_budgets(app, &address);
        budgets.push(self.app_budget(app));
        let code = match Purpose::from_name(&old.subject) {
            None => None,
            Some(purpose) => {
                let key = CodeKey {
                    app,
                    address: address.clone(),
                    purpose,
                };
                let code = Code::draw(self.entropy());
                Some(NewCode {
                    mac: self.parts.keys.code_mac(&key, &code),
                    sealed: self.parts.keys.seal_message(app, &id, &code, self.entropy())?,
                    key,
                })
            }
        };
        Ok(Again {
            old,
            address,
            id,
            code,
            budgets,
            life: self.limits().code_life,
        })
    }
}

/// A message that is sent again.
struct Again {
    old: DeliveryReport,
    address: Address,
    id: String,
    /// None for a notice.
    code: Option<NewCode>,
    budgets: Vec<Budget>,
    life: std::time::Duration,
}

struct NewCode {
    key: CodeKey,
    mac: [u8; 32],
    sealed: Vec<u8>,
}

impl Again {
    fn put(&self, tx: &Tx, now: Timestamp) -> Outcome<()> {
        if deliveries::count_waiting(tx, OUTBOX_WAITING)? >= i64::from(OUTBOX_WAITING) {
            return Err(Refusal::ChannelNotReady.into());
        }
        let app = self.old.app;
        let Some(code) = &self.code else {
            let notice = notice(&self.old.subject).ok_or(Refusal::NoSuchRecord)?;
            return Ok(insert_notice(tx, app, &self.id, &self.address, notice, now)?);
        };
        if codes::live_since(tx, &code.key, now)? != Some(self.old.created_at) {
            return Err(Refusal::CodeOver.into());
        }
        for budget in &self.budgets {
            budget.spend(tx, now)?;
        }
        codes::replace(tx, &code.key, &code.mac, now, now.plus(self.life))?;
        let delivery = NewDelivery {
            app,
            id: &self.id,
            channel: channel(&self.address),
            recipient: &self.old.recipient,
            subject: &self.old.subject,
            sealed: Some(&code.sealed),
            state: DeliveryState::Waiting,
            created_at: now,
            expires_at: now.plus(self.life),
        };
        Ok(deliveries::insert(tx, &delivery)?)
    }
}

/// Whether the actor may read what was sent, by whom it can be used against.
fn may_see_code(db: &Db, keeper: &Keeper, report: &DeliveryReport) -> Outcome<bool> {
    let Ok(identifier) = Identifier::parse(&report.recipient) else {
        return Ok(false);
    };
    let holder = match identifiers::holder(db, report.app, &identifier)? {
        Some(holder) => accounts::by_id(db, holder.account)?,
        None => None,
    };
    keeper.may(db, Action::SeeTrialCode, holder.as_ref())
}

/// Whether a text has the form of a message's id.
fn is_id(text: &str) -> bool {
    !text.is_empty() && text.len() <= 64 && text.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

/// What has another form names no message, and is not asked for: a database may refuse to look at it.
fn check_id(text: &str) -> Result<(), Refusal> {
    is_id(text).then_some(()).ok_or(Refusal::NoSuchRecord)
}

fn address(recipient: &str) -> Option<Address> {
    match Identifier::parse(recipient).ok()? {
        Identifier::Phone(phone) => Some(Address::Phone(phone)),
        Identifier::Email(email) => Some(Address::Email(email)),
        Identifier::Username(_) => None,
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

/// A page of those that pass the filter, and where it goes on.
fn list(
    db: &Db,
    filter: &MessageFilter,
    seen: &Seen,
    from: Option<MessageCursor>,
) -> Result<(Vec<ListedDelivery>, Option<MessageCursor>), SqlError> {
    let mut page = Vec::new();
    if filter.recipient.chars().count() > KEYWORD_CHARACTERS {
        return Ok((page, None));
    }
    let wanted = address(&filter.recipient).map(|address| address.identifier().normal());
    let admits = |found: &ListedDelivery| {
        let report = &found.report;
        seen.includes(report.app)
            && filter.app.is_none_or(|app| app == report.app)
            && is_to(&report.recipient, &filter.recipient, wanted.as_deref())
    };
    let states = filter.state.map_or(DeliveryState::ALL.to_vec(), |state| vec![state]);
    let mut place = from.map_or(
        DeliveryPlace {
            due_at: Timestamp::from_millis(i64::MAX),
            id: String::new(),
        },
        |cursor| cursor.0,
    );
    for _ in 0..RECORDS_LOOKED_AT / CHUNK {
        let mut chunk = Vec::new();
        for state in &states {
            chunk.extend(deliveries::page(db, *state, &place, CHUNK)?);
        }
        // Of what several states have, as much as one of them may be cut off at.
        chunk.sort_by(|one, other| (other.place.due_at, &other.place.id).cmp(&(one.place.due_at, &one.place.id)));
        chunk.truncate(CHUNK as usize);
        let is_end = chunk.len() < CHUNK as usize;
        for found in chunk {
            if page.len() == MESSAGES_PAGE as usize {
                return Ok((page, Some(MessageCursor(place))));
            }
            place = found.place.clone();
            if admits(&found) {
                page.push(found);
            }
        }
        if is_end {
            return Ok((page, None));
        }
    }
    Ok((page, Some(MessageCursor(place))))
}

/// Whether a message to `recipient` is looked for by `text`, whose normal form as an address is `wanted`.
fn is_to(recipient: &str, text: &str, wanted: Option<&str>) -> bool {
    let is_end_of_phone = || {
        // More digits than the mask leaves would be guessed one at a time.
        let is_number = text.len() == 4 && text.bytes().all(|byte| byte.is_ascii_digit());
        is_number && recipient.starts_with('+') && recipient.ends_with(text)
    };
    let is_same = || {
        let normal = address(recipient).map(|address| address.identifier().normal());
        wanted.is_some() && normal.as_deref() == wanted
    };
    text.is_empty() || is_same() || is_end_of_phone()
}

fn shown(state: DeliveryState, report: DeliveryReport) -> OutgoingMessage {
    let recipient = Identifier::parse(&report.recipient);
    OutgoingMessage {
        app: report.app,
        id: report.id,
        state,
        channel: report.channel,
        recipient: recipient.map_or_else(|_| "***".to_owned(), |recipient| recipient.masked()),
        subject: report.subject,
        attempts: report.attempts,
        created_at: report.created_at,
        finished_at: report.finished_at,
        last_error: report.last_error,
    }
}
