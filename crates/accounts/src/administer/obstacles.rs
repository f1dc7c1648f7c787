//! Why somebody cannot sign in, as it stands now, and what would clear it.

use std::collections::BTreeMap;
use std::net::IpAddr;

use yaopai_model::limits::{CHALLENGE_LIFE, OUTBOX_WAITING, PASSWORD_PATH_CLOSED};
use yaopai_model::{Account, AccountId, Address, AppId, EventKind, IdentifierKind, Timestamp};
use yaopai_store::account_events::{self, AccountEvent};
use yaopai_store::{Db, accounts, codes, deliveries, passwords, streaks};

use super::Actor;
use super::remedies::{addresses, sources};
use crate::budget::Budget;
use crate::code_guess::guesses_of_day;
use crate::rank::{Action, reaches};
use crate::request_code::channel;
use crate::throttle::{SourceTry, Subject, Tally, challenge_streak, network};
use crate::{Accounts, Outcome, Refusal};

/// Something that stands in the way of a sign-in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Obstacle {
    /// What it is.
    pub cause: Cause,
    /// Since when, where that is known.
    pub since: Option<Timestamp>,
    /// Until when, where it goes by itself.
    pub until: Option<Timestamp>,
}

/// What can stand in the way of a sign-in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cause {
    /// Operators disabled the account.
    Disabled,
    /// It has no password.
    NoPassword,
    /// Nobody has proven this identifier yet: whoever gets a code there takes it.
    Unproven(IdentifierKind),
    /// Too many wrong passwords over all sources; on every wire but `api_v1`. Codes go on.
    PasswordPathClosed,
    /// Too many wrong passwords from this source; on every wire but `api_v1`.
    SourceWaits(IpAddr),
    /// Too many failed sign-ins from this source, over all accounts.
    SourceFailedTooOften(IpAddr),
    /// Failures in a row have brought the slider, on `api_v1`.
    SliderRequired,
    /// It has neither a phone number nor an e-mail address, so no code can be sent.
    NoAddress,
    /// The channel that would carry codes there is not set up.
    ChannelOff(IdentifierKind),
    /// Codes are not sent to the phone's country.
    CountryNotServed,
    /// Too many messages wait.
    OutboxFull,
    /// A code was sent there too shortly ago, or too many were.
    CodeTooSoon(IdentifierKind),
    /// Too many codes were asked for by this source, over all accounts.
    SourceAskedTooOften(IpAddr),
    /// The app has sent as many codes as it may in a day.
    AppCodesUsedUp,
    /// The live code has been guessed at too often; a new one helps.
    GuessesUsedUp(IdentifierKind),
    /// Codes sent there have been guessed at too often within a day.
    GuessesOfDayUsedUp(IdentifierKind),
    /// The last message with a code did not get through, and why not.
    MessageFailed {
        /// `sms` or `mail`.
        channel: String,
        /// What the channel said, in Chinese and English.
        error: String,
    },
}

/// What would clear an obstacle at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Remedy {
    /// [`Accounts::set_disabled`]
    Enable,
    /// [`Accounts::clear_failures`]
    ClearFailures,
    /// [`Accounts::clear_code_budget`]
    ClearCodeBudget,
    /// Sending a code by which its holder can set a password.
    SendResetCode,
    /// Sending another code.
    SendAgain,
    /// Giving the account a phone number or an e-mail address.
    AddAddress,
    /// Changing the server's settings.
    ChangeSettings,
}

impl Cause {
    /// Its name in the admin API.
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::Disabled => "disabled",
            Self::NoPassword => "no_password",
            Self::Unproven(_) => "unproven",
            Self::PasswordPathClosed => "password_path_closed",
            Self::SourceWaits(_) => "source_waits",
            Self::SourceFailedTooOften(_) => "source_failed_too_often",
            Self::SliderRequired => "slider_required",
            Self::NoAddress => "no_address",
            Self::ChannelOff(_) => "channel_off",
            Self::CountryNotServed => "country_not_served",
            Self::OutboxFull => "outbox_full",
            Self::CodeTooSoon(_) => "code_too_soon",
            Self::SourceAskedTooOften(_) => "source_asked_too_often",
            Self::AppCodesUsedUp => "app_codes_used_up",
            Self::GuessesUsedUp(_) => "guesses_used_up",
            Self::GuessesOfDayUsedUp(_) => "guesses_of_day_used_up",
            Self::MessageFailed { .. } => "message_failed",
        }
    }

    /// The name of the refusal that people meet by it, as on the timeline; none where they are not refused.
    pub const fn rule(&self) -> Option<&'static str> {
        let refusal = match self {
            Self::Disabled => Refusal::AccountDisabled,
            Self::NoPassword => Refusal::WrongCredentials,
            Self::PasswordPathClosed => Refusal::PasswordPathClosed { seconds: 0 },
            Self::SourceWaits(_) => Refusal::PasswordWait { seconds: 0 },
            Self::SourceFailedTooOften(_) => Refusal::SourceFailedTooOften { seconds: 0 },
            Self::SliderRequired => Refusal::ChallengeRequired,
            Self::ChannelOff(_) | Self::CountryNotServed | Self::OutboxFull => Refusal::ChannelNotReady,
            Self::CodeTooSoon(_) | Self::SourceAskedTooOften(_) | Self::AppCodesUsedUp => {
                Refusal::CodeTooSoon { seconds: 0 }
            }
            Self::GuessesUsedUp(_) | Self::GuessesOfDayUsedUp(_) => Refusal::WrongCode,
            Self::Unproven(_) | Self::NoAddress | Self::MessageFailed { .. } => return None,
        };
        Some(refusal.name())
    }

    /// What would clear it at once; none where there is only to wait, or nothing to clear.
    pub const fn remedy(&self) -> Option<Remedy> {
        match self {
            Self::Disabled => Some(Remedy::Enable),
            Self::NoPassword => Some(Remedy::SendResetCode),
            Self::PasswordPathClosed | Self::SourceWaits(_) | Self::SliderRequired => Some(Remedy::ClearFailures),
            Self::NoAddress => Some(Remedy::AddAddress),
            Self::ChannelOff(_) | Self::CountryNotServed => Some(Remedy::ChangeSettings),
            Self::CodeTooSoon(_) | Self::GuessesOfDayUsedUp(_) => Some(Remedy::ClearCodeBudget),
            Self::GuessesUsedUp(_) | Self::MessageFailed { .. } => Some(Remedy::SendAgain),
            Self::Unproven(_)
            | Self::SourceFailedTooOften(_)
            | Self::OutboxFull
            | Self::SourceAskedTooOften(_)
            | Self::AppCodesUsedUp => None,
        }
    }
}

impl Remedy {
    /// Its name in the admin API.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Enable => "enable",
            Self::ClearFailures => "clear_failures",
            Self::ClearCodeBudget => "clear_code_budget",
            Self::SendResetCode => "send_reset_code",
            Self::SendAgain => "send_again",
            Self::AddAddress => "add_address",
            Self::ChangeSettings => "change_settings",
        }
    }
}

impl Obstacle {
    fn of(cause: Cause) -> Self {
        Self {
            cause,
            since: None,
            until: None,
        }
    }
}

impl Accounts {
    /// All that stands in the way of signing in to an account now, by password or by code. Sources are those on its timeline.
    ///
    /// # Errors
    /// `RankTooLow`, `NoSuchAccount`.
    pub async fn sign_in_obstacles(&self, app: AppId, actor: Actor<'_>, id: AccountId) -> Outcome<Vec<Obstacle>> {
        let (verbs, administrator, now) = (self.clone(), actor.on(app), self.now());
        let found = self.store().scan(move |db| {
            reaches(administrator.rank(db)?, Action::Inspect)?;
            let account = accounts::by_id(db, id)?.filter(|account| account.app == app);
            let account = account.ok_or(Refusal::NoSuchAccount)?;
            let look = Look {
                verbs: &verbs,
                db,
                account: &account,
                events: account_events::list(db, id)?,
                now,
            };
            look.around()
        });
        found.await
    }
}

/// A look at one account.
struct Look<'a> {
    verbs: &'a Accounts,
    db: &'a Db,
    account: &'a Account,
    /// Its timeline, newest first.
    events: Vec<AccountEvent>,
    now: Timestamp,
}

impl Look<'_> {
    fn around(&self) -> Outcome<Vec<Obstacle>> {
        let mut found = self.in_the_account()?;
        found.extend(self.in_failures()?);
        for source in self.sources() {
            found.extend(self.in_source(source)?);
        }
        found.extend(self.in_sending()?);
        for address in addresses(self.account) {
            found.extend(self.in_address(&address)?);
        }
        Ok(found)
    }

    fn in_the_account(&self) -> Outcome<Vec<Obstacle>> {
        let mut found = Vec::new();
        if let Some(disabled_at) = self.account.disabled_at {
            found.push(Obstacle {
                since: Some(disabled_at),
                ..Obstacle::of(Cause::Disabled)
            });
        }
        if passwords::sealed(self.db, self.account.id)?.is_none() {
            found.push(Obstacle::of(Cause::NoPassword));
        }
        let claims = self.account.identifiers().filter(|(identifier, proven_at)| {
            // There is nothing to prove of a username.
            identifier.kind() != IdentifierKind::Username && proven_at.is_none()
        });
        found.extend(claims.map(|(identifier, _)| Obstacle::of(Cause::Unproven(identifier.kind()))));
        Ok(found)
    }

    /// What failures in a row have brought, wherever they came from.
    fn in_failures(&self) -> Outcome<Vec<Obstacle>> {
        let keys = &self.verbs.parts.keys;
        let subject = Subject::of_account(self.account.id);
        let mut found = Vec::new();
        let closed = streaks::load(self.db, &Tally::closing(keys, &subject), self.now)?;
        if closed.is_blocked(self.now) {
            found.push(Obstacle {
                since: Some(closed.blocked_until.minus(PASSWORD_PATH_CLOSED)),
                until: Some(closed.blocked_until),
                ..Obstacle::of(Cause::PasswordPathClosed)
            });
        }
        let challenged = streaks::load(self.db, &challenge_streak(keys, subject.as_str()), self.now)?;
        if challenged.is_blocked(self.now) {
            found.push(Obstacle {
                since: Some(challenged.blocked_until.minus(CHALLENGE_LIFE)),
                until: Some(challenged.blocked_until),
                ..Obstacle::of(Cause::SliderRequired)
            });
        }
        Ok(found)
    }

    /// One source of each subscriber on the timeline.
    fn sources(&self) -> impl Iterator<Item = IpAddr> {
        let sources = sources(&self.events).into_iter();
        let by_network: BTreeMap<_, _> = sources.map(|source| (network(source), source)).collect();
        by_network.into_values()
    }

    fn in_source(&self, source: IpAddr) -> Outcome<Vec<Obstacle>> {
        let (keys, limits) = (&self.verbs.parts.keys, self.verbs.limits());
        let subject = Subject::of_account(self.account.id);
        let mut found = Vec::new();
        let waits = streaks::load(self.db, &Tally::wait(keys, &subject, source), self.now)?;
        if waits.is_blocked(self.now) {
            found.push(Obstacle {
                until: Some(waits.blocked_until),
                ..Obstacle::of(Cause::SourceWaits(source))
            });
        }
        let failures = SourceTry::failures(keys, source, limits.failures_per_source_per_hour);
        found.extend(self.used_up(&failures, Cause::SourceFailedTooOften(source))?);
        let codes = self.verbs.source_budget(source);
        found.extend(self.used_up(&codes, Cause::SourceAskedTooOften(source))?);
        Ok(found)
    }

    /// What keeps codes from being sent, to whichever address.
    fn in_sending(&self) -> Outcome<Vec<Obstacle>> {
        let mut found = Vec::new();
        if addresses(self.account).next().is_none() {
            found.push(Obstacle::of(Cause::NoAddress));
        }
        if deliveries::count_waiting(self.db, OUTBOX_WAITING)? >= i64::from(OUTBOX_WAITING) {
            found.push(Obstacle::of(Cause::OutboxFull));
        }
        let app = self.verbs.app_budget(self.account.app);
        found.extend(self.used_up(&app, Cause::AppCodesUsedUp)?);
        Ok(found)
    }

    fn in_address(&self, address: &Address) -> Outcome<Vec<Obstacle>> {
        let (app, kind) = (self.account.app, address.identifier().kind());
        let mut found = Vec::new();
        if !self.verbs.has_channel(address) {
            found.push(Obstacle::of(Cause::ChannelOff(kind)));
        } else if !self.verbs.serves(address) {
            found.push(Obstacle::of(Cause::CountryNotServed));
        }
        let mut too_soon: Option<Obstacle> = None;
        for budget in self.verbs.address_budgets(app, address) {
            let used_up = self.used_up(&budget, Cause::CodeTooSoon(kind))?;
            too_soon = too_soon
                .into_iter()
                .chain(used_up)
                .max_by_key(|obstacle| obstacle.until);
        }
        found.extend(too_soon);
        let most = self.verbs.limits().code_guesses;
        if let Some((since, until)) = codes::guessed_out(self.db, app, address, self.now, most)? {
            found.push(Obstacle {
                since: Some(since),
                until: Some(until),
                ..Obstacle::of(Cause::GuessesUsedUp(kind))
            });
        }
        let guesses = guesses_of_day(&self.verbs.parts.keys, app, address);
        found.extend(self.used_up(&guesses, Cause::GuessesOfDayUsedUp(kind))?);
        found.extend(self.last_failure(channel(address)));
        Ok(found)
    }

    fn used_up(&self, budget: &Budget, cause: Cause) -> Outcome<Option<Obstacle>> {
        let wait = budget.wait(self.db, self.now)?;
        Ok(wait.map(|wait| Obstacle {
            until: Some(self.now.plus(wait)),
            ..Obstacle::of(cause)
        }))
    }

    /// The last message over a channel, if it did not get through.
    fn last_failure(&self, channel: &str) -> Option<Obstacle> {
        let mut of_messages = self
            .events
            .iter()
            .filter(|event| event.via == channel && matches!(event.kind, EventKind::CodeSent | EventKind::CodeFailed));
        let failed = of_messages.next().filter(|event| event.kind == EventKind::CodeFailed)?;
        Some(Obstacle {
            since: Some(failed.last_at),
            ..Obstacle::of(Cause::MessageFailed {
                channel: failed.via.clone(),
                error: failed.detail.clone(),
            })
        })
    }
}
