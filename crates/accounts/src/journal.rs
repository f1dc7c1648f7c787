//! What is written down of what people try: on the timeline of the account that they tried it at, and in the figures of the
//! hour.
//!
//! Nobody waits for it, and nothing about it tells whether there is such an account: an attempt goes into a queue in
//! memory under the identifier that was named, and whose that is, if anybody's, is found out when the queue is written
//! ([`Accounts::write_journal`]). What is *done* to an account, by an operator or by a proof, is written with the change
//! itself ([`note`]): it is there if and only if the change is, and it is no part of a call that must not tell.

mod write;

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};

use yaopai_model::limits::{EVENT_DETAIL_CHARACTERS, EVENTS_PER_WRITE, EVENTS_WAITING, FIGURES_WAITING, windows};
use yaopai_model::{AccountId, Address, AppId, EventKind, Figure, Identifier, Timestamp};
use yaopai_store::account_events::{self, AccountEvent};
use yaopai_store::{SqlError, Tx};

use crate::{Accounts, Caller, Error, Outcome};

/// The rule of what a fault of ours ended.
const FAULT: &str = "Fault";
/// The rule of what nobody waited for to its end.
const ABANDONED: &str = "Abandoned";

/// What waits to be written. Where it is full the oldest events give way.
#[derive(Default)]
pub(crate) struct Journal(Mutex<Waiting>);

#[derive(Default)]
struct Waiting {
    events: VecDeque<Entry>,
    figures: BTreeMap<FigureKey, u64>,
    lost: u64,
}

/// An app, when an hour of it began, and what was counted in it.
type FigureKey = (AppId, Timestamp, Figure);

/// An event, and at whose account it happened.
#[derive(Clone)]
struct Entry {
    app: AppId,
    whose: Whose,
    event: AccountEvent,
}

/// Whose account something happens at.
#[derive(Clone)]
pub(crate) enum Whose {
    /// This one.
    Account(AccountId),
    /// The one that has this identifier, if there is one.
    Holder(Identifier),
}

impl From<&Identifier> for Whose {
    fn from(identifier: &Identifier) -> Self {
        Self::Holder(identifier.clone())
    }
}

impl From<&Address> for Whose {
    fn from(address: &Address) -> Self {
        Self::Holder(address.identifier())
    }
}

/// What is written at once.
struct Batch {
    events: Vec<Entry>,
    figures: Vec<(FigureKey, u64)>,
}

impl Journal {
    fn waiting(&self) -> MutexGuard<'_, Waiting> {
        // Whoever panicked with it in hand left a queue all the same.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Counts what happened and lets it wait to be written.
    fn put(&self, entry: Entry) {
        let kind = entry.event.kind;
        let figures = if entry.event.is_refused() {
            kind.figures_of_refusal()
        } else {
            kind.figures()
        };
        let mut waiting = self.waiting();
        for figure in figures {
            waiting.count((entry.app, hour(entry.event.last_at), *figure), 1);
        }
        if waiting.events.len() >= EVENTS_WAITING {
            waiting.events.pop_front();
            waiting.lost += 1;
        }
        waiting.events.push_back(entry);
    }

    /// Takes what is to be written next.
    fn take(&self) -> Batch {
        let mut waiting = self.waiting();
        let events = waiting.events.len().min(EVENTS_PER_WRITE);
        let figures = waiting.figures.len().min(EVENTS_PER_WRITE);
        Batch {
            events: waiting.events.drain(..events).collect(),
            figures: (0..figures).filter_map(|_| waiting.figures.pop_first()).collect(),
        }
    }

    /// Has what could not be written wait for the next time.
    fn put_back(&self, batch: &Batch) {
        let mut waiting = self.waiting();
        for (key, count) in &batch.figures {
            waiting.count(*key, *count);
        }
        for entry in batch.events.iter().rev() {
            if waiting.events.len() < EVENTS_WAITING {
                waiting.events.push_front(entry.clone());
            } else {
                waiting.lost += 1;
            }
        }
    }

    /// Gives up what will not be written any more.
    fn lose(&self, batch: &Batch) {
        self.waiting().lost += batch.len();
    }

    /// How many events wait.
    pub(crate) fn depth(&self) -> usize {
        self.waiting().events.len()
    }

    /// How many events and figures were given up since the start.
    pub(crate) fn lost(&self) -> u64 {
        self.waiting().lost
    }
}

impl Waiting {
    fn count(&mut self, key: FigureKey, count: u64) {
        if self.figures.len() >= FIGURES_WAITING && !self.figures.contains_key(&key) {
            self.lost += 1;
            return;
        }
        *self.figures.entry(key).or_default() += count;
    }
}

impl Batch {
    fn is_empty(&self) -> bool {
        self.events.is_empty() && self.figures.is_empty()
    }

    fn len(&self) -> u64 {
        (self.events.len() + self.figures.len()) as u64
    }
}

/// When the hour began in which an instant lies.
fn hour(at: Timestamp) -> Timestamp {
    let length = i64::try_from(windows::PER_HOUR.as_millis()).unwrap_or(i64::MAX);
    Timestamp::from_millis(at.as_millis().div_euclid(length).saturating_mul(length))
}

/// Something that somebody tries. Where it is dropped before its end, because nobody waits for the answer any more, it is
/// written down as abandoned: hanging up hides nothing.
#[must_use]
pub(crate) struct Attempt<'a> {
    verbs: &'a Accounts,
    app: AppId,
    /// Taken at its end.
    whose: Option<Whose>,
    event: AccountEvent,
}

impl Attempt<'_> {
    /// Says what else is worth knowing of it.
    pub(crate) fn about(mut self, detail: &str) -> Self {
        self.event.detail = cut(detail);
        self
    }

    /// Writes down what came of it.
    pub(crate) fn end<T>(mut self, outcome: Outcome<T>) -> Outcome<T> {
        match &outcome {
            Ok(_) => self.write_down("", None),
            Err(Error::Refused(refusal)) => self.write_down(refusal.name(), refusal.seconds()),
            Err(Error::Fault(_)) => self.write_down(FAULT, None),
        }
        outcome
    }

    fn write_down(&mut self, rule: &str, seconds: Option<u32>) {
        let Some(whose) = self.whose.take() else { return };
        let now = self.verbs.now();
        let event = AccountEvent {
            rule: rule.to_owned(),
            seconds,
            first_at: now,
            last_at: now,
            ..self.event.clone()
        };
        self.verbs.write_down(self.app, whose, event);
    }
}

impl Drop for Attempt<'_> {
    fn drop(&mut self) {
        self.write_down(ABANDONED, None);
    }
}

impl Accounts {
    /// Begins what somebody tries at an account that may or may not be there.
    pub(crate) fn attempt(&self, kind: EventKind, app: AppId, whose: impl Into<Whose>, caller: &Caller) -> Attempt<'_> {
        let event = AccountEvent {
            source: caller.source.to_canonical().to_string(),
            via: caller.via.to_owned(),
            device: caller.device.clone(),
            ..AccountEvent::once(kind, self.now())
        };
        Attempt {
            verbs: self,
            app,
            whose: Some(whose.into()),
            event,
        }
    }

    /// Has an event written in the background.
    pub(crate) fn write_down(&self, app: AppId, whose: Whose, event: AccountEvent) {
        self.parts.journal.put(Entry { app, whose, event });
    }
}

/// Writes down what is done to an account, in the transaction that does it.
///
/// # Errors
/// Those of the database.
pub(crate) fn note(tx: &Tx, account: AccountId, kind: EventKind, detail: &str, now: Timestamp) -> Result<(), SqlError> {
    let event = AccountEvent {
        detail: cut(detail),
        ..AccountEvent::once(kind, now)
    };
    account_events::add(tx, account, &event)
}

/// The beginning of what an event says in words.
pub(crate) fn cut(detail: &str) -> String {
    detail.chars().take(EVENT_DETAIL_CHARACTERS).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const APP: AppId = AppId(1);

    fn entry(millis: i64) -> Entry {
        Entry {
            app: APP,
            whose: Whose::Account(AccountId(1)),
            event: AccountEvent::once(EventKind::PasswordSignIn, Timestamp::from_millis(millis)),
        }
    }

    fn instants(batch: &Batch) -> Vec<i64> {
        let events = batch.events.iter();
        events.map(|entry| entry.event.first_at.as_millis()).collect()
    }

    #[test]
    fn what_could_not_be_written_comes_first_the_next_time() {
        let journal = Journal::default();
        for millis in 0..3 {
            journal.put(entry(millis));
        }
        let batch = journal.take();
        journal.put(entry(3));
        journal.put_back(&batch);
        let batch = journal.take();
        assert_eq!(instants(&batch), [0, 1, 2, 3]);
        assert_eq!(batch.figures, [((APP, Timestamp::EPOCH, Figure::PasswordSignIns), 4)]);
        assert!(journal.take().is_empty());
        assert_eq!(journal.lost(), 0);
    }

    #[test]
    fn there_is_never_more_than_the_bounds_say() {
        let journal = Journal::default();
        journal.put(entry(0));
        let batch = journal.take();
        for millis in 1..=EVENTS_WAITING as i64 + 2 {
            journal.put(entry(millis));
        }
        assert_eq!((journal.depth(), journal.lost()), (EVENTS_WAITING, 2));
        journal.put_back(&batch);
        assert_eq!((journal.depth(), journal.lost()), (EVENTS_WAITING, 3));
        let batch = journal.take();
        assert_eq!(instants(&batch)[0], 3, "the oldest gave way");
        assert_eq!(batch.events.len(), EVENTS_PER_WRITE);

        let mut waiting = journal.waiting();
        for number in 0..=FIGURES_WAITING as i64 {
            waiting.count((AppId(number), Timestamp::EPOCH, Figure::Registrations), 1);
        }
        assert_eq!((waiting.figures.len(), waiting.lost), (FIGURES_WAITING, 4));
    }

    #[test]
    fn an_hour_begins_at_the_full_hour() {
        for (millis, begun) in [(0, 0), (3_599_999, 0), (3_600_000, 3_600_000), (-1, -3_600_000)] {
            assert_eq!(hour(Timestamp::from_millis(millis)), Timestamp::from_millis(begun));
        }
    }
}
