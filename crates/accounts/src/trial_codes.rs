//! The codes that went through the channel for trying out, remembered for the console while they live.
//!
//! The outbox erases a code when its message has its last state, and printing takes no time, so there would be none to
//! show. What was printed on a terminal is no secret any more; what a real channel carries never comes here.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};

use yaopai_model::limits::TRIAL_CODES_KEPT;
use yaopai_model::{Code, Timestamp};

struct TrialCode {
    message: String,
    code: Code,
    expires_at: Timestamp,
}

/// The latest of them.
#[derive(Default)]
pub(crate) struct TrialCodes(Mutex<VecDeque<TrialCode>>);

impl TrialCodes {
    /// Remembers the code in a message.
    pub(crate) fn keep(&self, message: &str, code: Code, expires_at: Timestamp) {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        while kept.len() >= TRIAL_CODES_KEPT {
            kept.pop_front();
        }
        kept.push_back(TrialCode {
            message: message.to_owned(),
            code,
            expires_at,
        });
    }

    /// The code in a message, if it went through this process a short while ago and still lives.
    pub(crate) fn find(&self, message: &str, now: Timestamp) -> Option<String> {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.retain(|trial| trial.expires_at > now);
        let found = kept.iter().find(|trial| trial.message == message);
        found.map(|trial| trial.code.expose().to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_forgotten_with_their_life_and_the_oldest_first() {
        let (codes, at) = (TrialCodes::default(), Timestamp::from_millis);
        for number in 0..=TRIAL_CODES_KEPT {
            codes.keep(&number.to_string(), Code::parse("012345").unwrap(), at(100));
        }
        assert_eq!(codes.find("0", at(1)), None);
        assert_eq!(codes.find("1", at(99)).as_deref(), Some("012345"));
        assert_eq!(codes.find("1", at(100)), None);
    }
}
