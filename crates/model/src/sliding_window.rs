//! Counting over a sliding window, exactly.

use std::time::Duration;

use crate::Timestamp;

/// The instants of the last events of one kind, oldest first. At most as many are kept as the limit lets pass.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SlidingWindow(Vec<Timestamp>);

/// How many events of a kind may happen within a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WindowRule {
    /// How many.
    pub limit: u32,
    /// Within which time.
    pub window: Duration,
}

/// The limit is reached; so long until there is room for one more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Wait(pub Duration);

impl SlidingWindow {
    /// Counts an event at `now`, if no more than `rule.limit` then lie within `rule.window`.
    ///
    /// # Errors
    /// [`Wait`] with the time until the next would pass; nothing is counted then.
    pub fn admit(&mut self, rule: WindowRule, now: Timestamp) -> Result<(), Wait> {
        self.check(rule, now)?;
        self.0.push(now);
        Ok(())
    }

    /// Whether an event at `now` would be admitted; forgets what has left the window.
    ///
    /// # Errors
    /// [`Wait`] as in [`SlidingWindow::admit`].
    pub fn check(&mut self, rule: WindowRule, now: Timestamp) -> Result<(), Wait> {
        self.0.retain(|event| event.plus(rule.window) > now);
        let Some(excess) = self.0.len().checked_sub(rule.limit as usize) else {
            return Ok(());
        };
        // With a limit of zero there is no event whose leaving would make room.
        let leaves_at = self
            .0
            .get(excess)
            .map_or(now.plus(rule.window), |event| event.plus(rule.window));
        Err(Wait(now.until(leaves_at)))
    }

    /// Takes back the event that was counted at this instant; says whether there is one.
    pub fn take_back(&mut self, event: Timestamp) -> bool {
        let found = self.0.iter().rposition(|counted| *counted == event);
        found.map(|index| self.0.remove(index)).is_some()
    }

    /// The window as bytes: eight for each event.
    pub fn to_bytes(&self) -> Vec<u8> {
        self.0
            .iter()
            .flat_map(|event| event.as_millis().to_be_bytes())
            .collect()
    }

    /// The window that [`SlidingWindow::to_bytes`] gave; `None` when the bytes are not one.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (chunks, rest) = bytes.as_chunks::<8>();
        rest.is_empty().then(|| {
            Self(
                chunks
                    .iter()
                    .map(|chunk| Timestamp::from_millis(i64::from_be_bytes(*chunk)))
                    .collect(),
            )
        })
    }

    /// Whether no event is in it.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const RULE: WindowRule = WindowRule {
        limit: 3,
        window: Duration::from_secs(10),
    };

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_millis(seconds * 1000)
    }

    #[test]
    fn the_limit_holds_and_room_comes_back() {
        let mut window = SlidingWindow::default();
        for second in [0, 1, 2] {
            assert_eq!(window.admit(RULE, at(second)), Ok(()));
        }
        assert_eq!(window.admit(RULE, at(3)), Err(Wait(Duration::from_secs(7))));
        assert_eq!(window.admit(RULE, at(10)), Ok(()));
        assert_eq!(window.admit(RULE, at(10)), Err(Wait(Duration::from_secs(1))));
    }

    #[test]
    fn what_is_taken_back_makes_room() {
        let mut window = SlidingWindow::default();
        for second in [0, 1, 1] {
            assert_eq!(window.admit(RULE, at(second)), Ok(()));
        }
        assert!(!window.take_back(at(2)));
        assert!(window.take_back(at(1)));
        assert_eq!(window.admit(RULE, at(2)), Ok(()));
        assert_eq!(window.admit(RULE, at(2)), Err(Wait(Duration::from_secs(8))));
    }

    #[test]
    fn a_limit_of_zero_lets_nothing_pass() {
        let rule = WindowRule { limit: 0, ..RULE };
        assert!(SlidingWindow::default().admit(rule, at(0)).is_err());
    }

    proptest! {
        #[test]
        fn no_window_ever_holds_more_than_the_limit(gaps in prop::collection::vec(0i64..5_000, 0..200)) {
            let mut window = SlidingWindow::default();
            let mut now = Timestamp::EPOCH;
            let mut admitted: Vec<Timestamp> = Vec::new();
            for gap in gaps {
                now = now.plus(Duration::from_millis(gap as u64));
                let within = admitted.iter().filter(|event| event.plus(RULE.window) > now).count();
                let fits = within < RULE.limit as usize;
                prop_assert_eq!(window.admit(RULE, now).is_ok(), fits);
                if fits { admitted.push(now); }
                window = SlidingWindow::from_bytes(&window.to_bytes()).unwrap();
            }
        }
    }
}
