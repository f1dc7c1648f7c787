//! Counting over a sliding window.

use std::collections::VecDeque;
use std::time::Duration;

use crate::Timestamp;
use crate::limits::WINDOW_SLICES;

/// The events of one kind in a window that ends now, oldest first.
///
/// Up to [`WINDOW_SLICES`] events are kept each by itself, and the count is exact. Where a rule lets more pass, the
/// window is cut into as many slices and a slice's events all count as its last one: the size stays bounded, no window
/// ever holds more than the limit, and room comes back late by a slice at most.
#[derive(Clone, Debug, Default)]
pub struct SlidingWindow {
    slices: VecDeque<Slice>,
    /// The events in all of them.
    count: u64,
    /// None where there are no slices.
    ends: Option<Ends>,
}

/// All that most calls ask of the slices, which lie elsewhere in memory.
#[derive(Clone, Copy, Debug)]
struct Ends {
    /// When the first slice was, or less than a slice later where a clock went back: it leaves no sooner for that.
    first: Timestamp,
    /// When the last slice was.
    last: Timestamp,
}

/// Events that count as happening together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Slice {
    last: Timestamp,
    /// At least one.
    count: u32,
}

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

impl WindowRule {
    /// How long a slice is; shorter than the clock's step where every event is kept by itself.
    fn slice(self) -> Duration {
        if self.limit as usize <= WINDOW_SLICES {
            return Duration::from_millis(1);
        }
        let slices = u32::try_from(WINDOW_SLICES).unwrap_or(u32::MAX);
        (self.window / slices).max(Duration::from_millis(1))
    }

    fn are_in_one_slice(self, one: Timestamp, other: Timestamp) -> bool {
        let length = i64::try_from(self.slice().as_millis()).unwrap_or(i64::MAX);
        one.as_millis().div_euclid(length) == other.as_millis().div_euclid(length)
    }
}

impl SlidingWindow {
    /// Counts an event at `now`, if no more than `rule.limit` then lie within `rule.window`.
    ///
    /// # Errors
    /// [`Wait`] with the time until the next would pass; nothing is counted then.
    pub fn admit(&mut self, rule: WindowRule, now: Timestamp) -> Result<(), Wait> {
        self.check(rule, now)?;
        let continues = self.ends.is_some_and(|ends| rule.are_in_one_slice(ends.last, now));
        match self.slices.back_mut() {
            Some(slice) if continues => {
                slice.last = now;
                slice.count += 1;
            }
            Some(_) | None => self.slices.push_back(Slice { last: now, count: 1 }),
        }
        self.count += 1;
        let first = self.ends.map_or(now, |ends| ends.first);
        self.ends = Some(Ends { first, last: now });
        Ok(())
    }

    /// Whether an event at `now` would be admitted; forgets what has left the window.
    ///
    /// # Errors
    /// [`Wait`] as in [`SlidingWindow::admit`].
    pub fn check(&mut self, rule: WindowRule, now: Timestamp) -> Result<(), Wait> {
        let has_left = |at: Timestamp| at.plus(rule.window) <= now;
        if self.ends.is_some_and(|ends| has_left(ends.first)) {
            // Mostly they are in order.
            while let Some(left) = self.slices.pop_front_if(|slice| has_left(slice.last)) {
                self.count -= u64::from(left.count);
            }
            self.note_ends();
        }
        if self.count >= u64::from(rule.limit) {
            // Where another node's clock goes before, what has left may stand behind what has not.
            self.slices.retain(|slice| !has_left(slice.last));
            self.count = events_in(&self.slices);
            self.note_ends();
        }
        let Some(excess) = self.count.checked_sub(u64::from(rule.limit)) else {
            return Ok(());
        };
        // One more than the excess has to leave. With a limit of zero there is nothing whose leaving would make room.
        let mut left = 0;
        let leaving = self.slices.iter().find(|slice| {
            left += u64::from(slice.count);
            left > excess
        });
        let leaves_at = leaving.map_or(now, |slice| slice.last).plus(rule.window);
        Err(Wait(now.until(leaves_at)))
    }

    /// Takes back an event that was counted at this instant; says whether it is remembered still.
    pub fn take_back(&mut self, rule: WindowRule, event: Timestamp) -> bool {
        let mut slices = self.slices.iter_mut().rev();
        let Some(slice) = slices.find(|slice| rule.are_in_one_slice(slice.last, event)) else {
            return false;
        };
        slice.count -= 1;
        self.count -= 1;
        self.slices.retain(|slice| slice.count > 0);
        self.note_ends();
        true
    }

    fn note_ends(&mut self) {
        let ends = self.slices.front().zip(self.slices.back());
        self.ends = ends.map(|(first, last)| Ends {
            first: first.last,
            last: last.last,
        });
    }

    /// The window as bytes: twelve for each slice.
    pub fn to_bytes(&self) -> Vec<u8> {
        let slices = self.slices.iter();
        slices
            .flat_map(|slice| {
                let (last, count) = (slice.last.as_millis().to_be_bytes(), slice.count.to_be_bytes());
                last.into_iter().chain(count)
            })
            .collect()
    }

    /// The window that [`SlidingWindow::to_bytes`] gave; `None` when the bytes are not one, as
    /// where a slice is empty.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (chunks, rest) = bytes.as_chunks::<12>();
        let slices = chunks.iter().map(|chunk| {
            let (last, count) = chunk.split_first_chunk::<8>()?;
            let slice = Slice {
                last: Timestamp::from_millis(i64::from_be_bytes(*last)),
                count: u32::from_be_bytes(count.try_into().ok()?),
            };
            (slice.count > 0).then_some(slice)
        });
        let slices = slices.collect::<Option<VecDeque<_>>>()?;
        let mut window = Self {
            count: events_in(&slices),
            slices,
            ends: None,
        };
        window.note_ends();
        rest.is_empty().then_some(window)
    }

    /// Whether no event is in it.
    pub fn is_empty(&self) -> bool {
        self.slices.is_empty()
    }
}

fn events_in(slices: &VecDeque<Slice>) -> u64 {
    slices.iter().map(|slice| u64::from(slice.count)).sum()
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
        assert!(!window.take_back(RULE, at(2)));
        assert!(window.take_back(RULE, at(1)));
        assert_eq!(window.admit(RULE, at(2)), Ok(()));
        assert_eq!(window.admit(RULE, at(2)), Err(Wait(Duration::from_secs(8))));
        for second in [0, 1, 2] {
            assert!(window.take_back(RULE, at(second)));
        }
        assert!(window.is_empty());
        assert_eq!(window.admit(RULE, at(5)), Ok(()));
        assert!(!window.take_back(RULE, at(2)));
    }

    #[test]
    fn an_event_of_a_clock_that_goes_before_keeps_no_others_in_the_window() {
        let mut window = SlidingWindow::default();
        for second in [100, 0, 1] {
            assert_eq!(window.admit(RULE, at(second)), Ok(()));
        }
        assert!(window.admit(RULE, at(9)).is_err());
        assert_eq!(window.admit(RULE, at(11)), Ok(()));
        assert_eq!(window.admit(RULE, at(11)), Ok(()));
        assert!(window.admit(RULE, at(11)).is_err());
    }

    #[test]
    fn bytes_that_are_no_window_are_refused() {
        assert!(SlidingWindow::from_bytes(&[0; 12]).is_none(), "a slice of nothing");
        assert!(SlidingWindow::from_bytes(&[1; 13]).is_none());
    }

    #[test]
    fn a_limit_of_zero_lets_nothing_pass() {
        let rule = WindowRule { limit: 0, ..RULE };
        assert!(SlidingWindow::default().admit(rule, at(0)).is_err());
    }

    #[test]
    fn a_large_limit_takes_no_more_room_than_a_small_one() {
        let rule = WindowRule {
            limit: 1_000_000,
            window: Duration::from_secs(3600),
        };
        let mut window = SlidingWindow::default();
        for event in 0..20_000 {
            assert_eq!(window.admit(rule, Timestamp::from_millis(event * 500)), Ok(()));
        }
        assert!(window.to_bytes().len() <= 12 * (WINDOW_SLICES + 1));
    }

    proptest! {
        #[test]
        fn a_large_limit_holds_and_room_comes_back(gaps in prop::collection::vec((0i64..3_000, 1usize..900), 1..40)) {
            let rule = WindowRule { limit: 1_500, ..RULE };
            let (mut window, mut stored) = (SlidingWindow::default(), SlidingWindow::default());
            let (mut now, mut admitted) = (at(0), Vec::new());
            for (gap, events) in gaps {
                now = now.plus(Duration::from_millis(gap as u64));
                let results: Vec<_> = (0..events).map(|_| window.admit(rule, now)).collect();
                admitted.extend(results.iter().filter(|result| result.is_ok()).map(|_| now));
                let within = |window: Duration| admitted.iter().filter(|event: &&Timestamp| event.plus(window) > now).count();
                prop_assert!(within(rule.window) <= 1_500);
                let is_refused = results.last().is_some_and(Result::is_err);
                prop_assert!(!is_refused || within(rule.window + rule.slice()) >= 1_500);
                let stored_results: Vec<_> = (0..events).map(|_| stored.admit(rule, now)).collect();
                prop_assert_eq!(stored_results, results);
                stored = SlidingWindow::from_bytes(&stored.to_bytes()).unwrap();
            }
        }

        #[test]
        fn no_window_ever_holds_more_than_the_limit(gaps in prop::collection::vec(0i64..5_000, 0..200)) {
            let (mut window, mut stored) = (SlidingWindow::default(), SlidingWindow::default());
            let mut now = Timestamp::EPOCH;
            let mut admitted: Vec<Timestamp> = Vec::new();
            for gap in gaps {
                now = now.plus(Duration::from_millis(gap as u64));
                let within = admitted.iter().filter(|event| event.plus(RULE.window) > now).count();
                let fits = within < RULE.limit as usize;
                prop_assert_eq!(window.admit(RULE, now).is_ok(), fits);
                prop_assert_eq!(stored.admit(RULE, now).is_ok(), fits);
                if fits { admitted.push(now); }
                stored = SlidingWindow::from_bytes(&stored.to_bytes()).unwrap();
            }
        }
    }
}
