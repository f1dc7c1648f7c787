//! Failures in a row and over time: counted before a password or code is looked at, so that parallel tries get as many
//! looks as the rules say, and taken back by success.

use std::net::IpAddr;

use yaopai_model::limits::{
    CHALLENGE_LIFE, FAILURES_BEFORE_CHALLENGE, FIRST_PASSWORD_WAIT, LONGEST_PASSWORD_WAIT,
    PASSWORD_FAILURES_BEFORE_CLOSING, PASSWORD_FAILURES_BEFORE_WAIT, PASSWORD_PATH_CLOSED, windows,
};
use yaopai_model::{AccountId, AppId, Identifier, Streak, StreakRule, Timestamp, Wait};
use yaopai_store::challenges::{self, ChallengeKey};
use yaopai_store::{Db, SqlError, Tx, streaks};

use crate::budget::Budget;
use crate::keys::Keys;
use crate::{FailureRule, Outcome, Refusal};

const CHALLENGE: StreakRule = StreakRule {
    free: FAILURES_BEFORE_CHALLENGE,
    first_wait: CHALLENGE_LIFE,
    longest_wait: CHALLENGE_LIFE,
    forgives: true,
};
const WAIT: StreakRule = StreakRule {
    free: PASSWORD_FAILURES_BEFORE_WAIT,
    first_wait: FIRST_PASSWORD_WAIT,
    longest_wait: LONGEST_PASSWORD_WAIT,
    forgives: false,
};
const CLOSING: StreakRule = StreakRule {
    free: PASSWORD_FAILURES_BEFORE_CLOSING,
    first_wait: PASSWORD_PATH_CLOSED,
    longest_wait: PASSWORD_PATH_CLOSED,
    forgives: true,
};

/// Whose failures are counted: the account's where there is one, so that its aliases share one count, else those of
/// the identifier's normal form.
pub(crate) struct Subject(String);

impl Subject {
    pub(crate) fn new(app: AppId, identifier: &Identifier, account: Option<AccountId>) -> Self {
        account.map_or_else(
            || Self(format!("{} {} {}", app.0, identifier.kind(), identifier.normal())),
            Self::of_account,
        )
    }

    pub(crate) fn of_account(account: AccountId) -> Self {
        Self(format!("account {}", account.0))
    }

    /// Those of whoever is in a live session of the account already: strangers who fail at its sign-in count for themselves.
    pub(crate) fn in_session(account: AccountId) -> Self {
        Self(format!("account {} in a session", account.0))
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

/// The rows in which the failures of one subject from one source are counted. They are always locked in one order, `closing`,
/// `wait`, `challenge`: those who meet here wait for each other, and never each for the other.
#[derive(Clone)]
pub(crate) struct Tally {
    challenge: [u8; 32],
    wait: [u8; 32],
    closing: [u8; 32],
}

/// A try that counts as a failure of its source, over all subjects, until it turns out to be none.
#[derive(Clone, Copy)]
pub(crate) struct SourceTry {
    failures: Budget,
    at: Timestamp,
}

impl SourceTry {
    pub(crate) fn new(keys: &Keys, source: IpAddr, failures_per_hour: u32, now: Timestamp) -> Self {
        Self {
            failures: Self::failures(keys, source, failures_per_hour),
            at: now,
        }
    }

    /// What the failures of a source are counted in.
    pub(crate) fn failures(keys: &Keys, source: IpAddr, per_hour: u32) -> Budget {
        let name = format!("failures of {}", network(source));
        Budget::new(keys, &name, per_hour, windows::PER_HOUR, |seconds| {
            Refusal::SourceFailedTooOften { seconds }
        })
    }

    /// Counts the failure in advance.
    ///
    /// # Errors
    /// `SourceFailedTooOften`; nothing is counted then.
    pub(crate) fn reserve(&self, tx: &Tx) -> Outcome<()> {
        self.failures.spend(tx, self.at)
    }

    /// It was none.
    pub(crate) fn succeed(&self, tx: &Tx) -> Result<(), SqlError> {
        self.failures.refund(tx, self.at)
    }
}

impl Tally {
    pub(crate) fn new(keys: &Keys, subject: &Subject, source: IpAddr) -> Self {
        Self {
            challenge: challenge_streak(keys, &subject.0),
            wait: Self::wait(keys, subject, source),
            closing: Self::closing(keys, subject),
        }
    }

    /// The row in which the failures are counted that make one source wait.
    pub(crate) fn wait(keys: &Keys, subject: &Subject, source: IpAddr) -> [u8; 32] {
        keys.counter_key(&format!("password wait {} {}", subject.0, network(source)))
    }

    /// The row in which the failures are counted that close the password path.
    pub(crate) fn closing(keys: &Keys, subject: &Subject) -> [u8; 32] {
        keys.counter_key(&format!("password path {}", subject.0))
    }

    /// Counts a password's failure in advance.
    ///
    /// # Errors
    /// The refusal of `rule` when there have been too many; nothing is counted then.
    pub(crate) fn reserve_password(
        &self,
        tx: &Tx,
        rule: FailureRule,
        gate: Option<&ChallengeKey>,
        now: Timestamp,
    ) -> Outcome<()> {
        match rule {
            FailureRule::Challenge => {
                count(tx, &self.closing, CLOSING, now)?;
                self.reserve_challenge(tx, gate, now)?;
            }
            FailureRule::Wait => {
                let reserved = reserve(tx, &self.closing, CLOSING, now)?;
                reserved.map_err(|wait| Refusal::PasswordPathClosed { seconds: seconds(wait) })?;
                let reserved = reserve(tx, &self.wait, WAIT, now)?;
                reserved.map_err(|wait| Refusal::PasswordWait { seconds: seconds(wait) })?;
                count(tx, &self.challenge, CHALLENGE, now)?;
            }
        }
        Ok(())
    }

    /// Counts a code's failure in advance. Only the slider stops codes: strangers' wrong passwords never do.
    ///
    /// # Errors
    /// As for [`Tally::reserve_password`].
    pub(crate) fn reserve_code(
        &self,
        tx: &Tx,
        rule: FailureRule,
        gate: Option<&ChallengeKey>,
        now: Timestamp,
    ) -> Outcome<()> {
        match rule {
            FailureRule::Challenge => self.reserve_challenge(tx, gate, now),
            FailureRule::Wait => Ok(count(tx, &self.challenge, CHALLENGE, now)?),
        }
    }

    fn reserve_challenge(&self, tx: &Tx, gate: Option<&ChallengeKey>, now: Timestamp) -> Outcome<()> {
        // The try that a passed slider let through uses the pass up.
        if let Some(gate) = gate {
            challenges::consume_opened_gate(tx, gate)?;
        }
        if reserve(tx, &self.challenge, CHALLENGE, now)?.is_ok() {
            return Ok(());
        }
        let has_pass = gate.map_or(Ok(false), |gate| challenges::consume_pass(tx, gate, now))?;
        if !has_pass {
            return Err(Refusal::ChallengeRequired.into());
        }
        streaks::end(tx, &self.challenge)?;
        count(tx, &self.challenge, CHALLENGE, now)?;
        Ok(())
    }

    /// The try succeeded: there are no failures in a row any more.
    pub(crate) fn succeed(&self, tx: &Tx) -> Result<(), SqlError> {
        for streak in [&self.closing, &self.wait, &self.challenge] {
            streaks::end(tx, streak)?;
        }
        Ok(())
    }
}

/// The row in which the failures are counted that bring the slider.
pub(crate) fn challenge_streak(keys: &Keys, subject: &str) -> [u8; 32] {
    keys.counter_key(&format!("challenge {subject}"))
}

/// Whether failures in a row have brought the slider.
pub(crate) fn is_challenged(db: &Db, streak: &[u8; 32], now: Timestamp) -> Result<bool, SqlError> {
    Ok(streaks::load(db, streak, now)?.is_blocked(now))
}

fn reserve(tx: &Tx, key: &[u8; 32], rule: StreakRule, now: Timestamp) -> Result<Result<(), Wait>, SqlError> {
    let before: Streak = streaks::hold(tx, key, now)?;
    match before.reserve(rule, now) {
        Ok(after) => streaks::save(tx, key, before, after, now).map(Ok),
        Err(wait) => Ok(Err(wait)),
    }
}

/// Counts for a rule that another wire enforces.
fn count(tx: &Tx, key: &[u8; 32], rule: StreakRule, now: Timestamp) -> Result<(), SqlError> {
    reserve(tx, key, rule, now).map(|_| ())
}

/// The part of an address that one subscriber has: all of an IPv4 address, the first 64 bits of an IPv6 one (RFC 6177).
pub(crate) fn network(source: IpAddr) -> String {
    match source.to_canonical() {
        IpAddr::V4(address) => address.to_string(),
        IpAddr::V6(address) => {
            let [a, b, c, d, ..] = address.segments();
            format!("{a:x}:{b:x}:{c:x}:{d:x}::/64")
        }
    }
}

/// Whole seconds, rounded up and at least 1.
pub(crate) fn seconds(Wait(wait): Wait) -> u32 {
    let rounded_up = wait.as_secs() + u64::from(wait.subsec_nanos() > 0);
    u32::try_from(rounded_up).unwrap_or(u32::MAX).max(1)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn a_subscriber_of_ipv6_is_one_source() {
        let network = |text: &str| network(text.parse().unwrap());
        assert_eq!(network("2001:db8:1:2:3::4"), network("2001:db8:1:2:ffff::1"));
        assert_ne!(network("2001:db8:1:2::1"), network("2001:db8:1:3::1"));
        assert_eq!(network("::ffff:192.0.2.1"), "192.0.2.1");
    }

    #[test]
    fn seconds_are_rounded_up() {
        for (millis, expected) in [(0, 1), (1, 1), (1000, 1), (1001, 2), (59_001, 60)] {
            assert_eq!(seconds(Wait(Duration::from_millis(millis))), expected);
        }
    }
}
