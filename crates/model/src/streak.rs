//! Failures in a row, and what they cost.

use std::time::Duration;

use crate::{Timestamp, Wait};

/// How many failures in a row there were, and until when no further try is let through.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Streak {
    /// Failures in a row.
    pub failures: u32,
    /// No try before this.
    pub blocked_until: Timestamp,
}

/// What failures in a row cost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StreakRule {
    /// So many failures are free; with the last of them begins the first wait.
    pub free: u32,
    /// The wait after the last free failure.
    pub first_wait: Duration,
    /// Each further failure doubles the wait, up to this.
    pub longest_wait: Duration,
    /// Whether the count begins anew once a wait is over, instead of going on.
    pub forgives: bool,
}

impl Streak {
    /// No failure yet.
    pub const NONE: Self = Self {
        failures: 0,
        blocked_until: Timestamp::EPOCH,
    };

    /// Whether a try at `now` has to wait.
    pub fn is_blocked(&self, now: Timestamp) -> bool {
        self.blocked_until > now
    }

    /// Lets one more try through and counts it as a failure beforehand, so that parallel tries cannot outrun the rule.
    /// Whoever succeeds ends the streak.
    ///
    /// # Errors
    /// [`Wait`] with the time left when the streak is blocked; nothing is counted then.
    pub fn reserve(self, rule: StreakRule, now: Timestamp) -> Result<Self, Wait> {
        if self.is_blocked(now) {
            return Err(Wait(now.until(self.blocked_until)));
        }
        let is_forgiven = rule.forgives && self.failures >= rule.free;
        let failures = if is_forgiven {
            1
        } else {
            self.failures.saturating_add(1)
        };
        let blocked_until = match failures.checked_sub(rule.free) {
            None => Timestamp::EPOCH,
            Some(beyond) => {
                let factor = 2_u32.saturating_pow(beyond);
                now.plus(rule.first_wait.saturating_mul(factor).min(rule.longest_wait))
            }
        };
        Ok(Self {
            failures,
            blocked_until,
        })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const DOUBLING: StreakRule = StreakRule {
        free: 5,
        first_wait: Duration::from_secs(30),
        longest_wait: Duration::from_secs(1800),
        forgives: false,
    };
    const FORGIVING: StreakRule = StreakRule {
        free: 3,
        first_wait: Duration::from_secs(1800),
        longest_wait: Duration::from_secs(1800),
        forgives: true,
    };

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_millis(seconds * 1000)
    }

    fn after(failures: u32, rule: StreakRule) -> Streak {
        (0..failures).fold(Streak::NONE, |streak, _| streak.reserve(rule, at(0)).unwrap())
    }

    #[test]
    fn the_wait_begins_after_the_free_failures_and_doubles() {
        let mut streak = after(5, DOUBLING);
        let mut now = at(0);
        for expected in [30, 60, 120, 240, 480, 960, 1800, 1800] {
            assert_eq!(streak.reserve(DOUBLING, now), Err(Wait(Duration::from_secs(expected))));
            now = streak.blocked_until;
            streak = streak.reserve(DOUBLING, now).unwrap();
        }
    }

    #[test]
    fn a_forgiving_rule_counts_anew_after_the_wait() {
        let streak = after(3, FORGIVING);
        assert!(streak.reserve(FORGIVING, at(1799)).is_err());
        assert_eq!(streak.reserve(FORGIVING, at(1800)).unwrap().failures, 1);
    }

    proptest! {
        #[test]
        fn never_more_tries_than_free_ones_before_a_wait(gaps in prop::collection::vec(0i64..40, 1..100)) {
            let (mut streak, mut now, mut tries) = (Streak::NONE, at(0), Vec::new());
            for gap in gaps {
                now = now.plus(Duration::from_secs(gap as u64));
                if let Ok(next) = streak.reserve(DOUBLING, now) {
                    streak = next;
                    tries.push(now);
                }
            }
            for pair in tries.windows(2).skip(4) {
                prop_assert!(pair[0].until(pair[1]) >= DOUBLING.first_wait);
            }
        }
    }
}
