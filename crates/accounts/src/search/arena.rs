//! What all accounts of an app are searched by, in memory.

use std::sync::Arc;

use memchr::memmem::Finder;
use yaopai_model::AccountId;
use yaopai_store::account_lists::Direction;

use super::entry::{Entry, Fields};
use super::segment::Segment;

/// The accounts of one app by number, in segments. A clone is a snapshot: it shares the segments, and who changes one
/// that is shared takes a copy of it first.
#[derive(Clone, Default)]
pub(crate) struct Arena {
    /// None is empty, and no number of one is larger than any of the next.
    segments: Vec<Arc<Segment>>,
    /// How many accounts each has; told side by side, so that a deep page is found without a look into every segment.
    counts: Vec<usize>,
    bytes: usize,
    accounts: usize,
}

impl Arena {
    /// Memory that it takes.
    pub(super) fn bytes(&self) -> usize {
        self.bytes
    }

    /// How many accounts there are.
    pub(crate) fn len(&self) -> usize {
        self.accounts
    }

    #[cfg(test)]
    pub(super) fn counted_bytes(&self) -> usize {
        self.segments.iter().map(|segment| segment.bytes()).sum()
    }

    /// Puts an account in, or in the place of what it was.
    pub(super) fn set(&mut self, id: AccountId, entry: &Entry) {
        if self.segments.is_empty() {
            self.segments.push(Arc::default());
            self.counts.push(0);
            self.bytes = self.bytes_of(0);
        }
        let index = self.home(id).min(self.segments.len() - 1);
        let before = self.bytes_of(index);
        let Some(segment) = self.segments.get_mut(index).map(Arc::make_mut) else {
            return;
        };
        segment.set(id, entry);
        let mut split = None;
        if segment.is_full() {
            let count = segment.ids().len();
            // Accounts are mostly made one after the other: the segment behind which they come stays full.
            let at = if segment.last() == Some(id) {
                count - 1
            } else {
                count / 2
            };
            split = Some(segment.split_off(at));
        }
        let (mut after, count) = (segment.bytes(), segment.ids().len());
        self.recount(index, count);
        if let Some(split) = split {
            after += split.bytes();
            self.counts.insert(index + 1, 0);
            self.recount(index + 1, split.ids().len());
            self.segments.insert(index + 1, Arc::new(split));
        }
        self.bytes = self.bytes + after - before;
    }

    /// Whether an account is there.
    pub(super) fn has(&self, id: AccountId) -> bool {
        let segment = self.segments.get(self.home(id));
        segment.is_some_and(|segment| segment.ids().binary_search(&id).is_ok())
    }

    /// Takes an account out; does nothing where it is not there.
    pub(super) fn remove(&mut self, id: AccountId) {
        if !self.has(id) {
            return;
        }
        let index = self.home(id);
        let before = self.bytes_of(index);
        let Some(segment) = self.segments.get_mut(index).map(Arc::make_mut) else {
            return;
        };
        segment.remove(id);
        let (mut after, count) = (segment.bytes(), segment.ids().len());
        self.recount(index, count);
        if count == 0 {
            self.segments.remove(index);
            self.counts.remove(index);
            after = 0;
        }
        self.bytes = self.bytes + after - before;
    }

    /// Notes how many accounts a segment has now.
    fn recount(&mut self, index: usize, count: usize) {
        if let Some(noted) = self.counts.get_mut(index) {
            self.accounts = self.accounts + count - *noted;
            *noted = count;
        }
    }

    /// The segment that an account of this number is in, if it is in any.
    fn home(&self, id: AccountId) -> usize {
        self.segments.partition_point(|segment| segment.last() < Some(id))
    }

    fn bytes_of(&self, index: usize) -> usize {
        self.segments.get(index).map_or(0, |segment| segment.bytes())
    }

    /// The accounts past `after` that have a keyword, by number. Each segment is looked through when its turn comes, so
    /// whoever has enough of them stops there.
    pub(crate) fn find(
        &self,
        keyword: &str,
        fields: Fields,
        after: AccountId,
        direction: Direction,
    ) -> impl Iterator<Item = AccountId> {
        let finder = Finder::new(keyword.to_ascii_lowercase().as_bytes()).into_owned();
        let past = match direction {
            Direction::Up => {
                self.segments.partition_point(|segment| segment.last() <= Some(after))..self.segments.len()
            }
            Direction::Down => 0..self.segments.partition_point(|segment| segment.first() < Some(after)),
        };
        let mut segments = self.segments.get(past).unwrap_or_default().iter();
        let in_turn = std::iter::from_fn(move || match direction {
            Direction::Up => segments.next(),
            Direction::Down => segments.next_back(),
        });
        let found = in_turn.flat_map(move |segment| {
            let mut ids = segment.matches(&finder, fields);
            if direction == Direction::Down {
                ids.reverse();
            }
            ids
        });
        found.filter(move |id| match direction {
            Direction::Up => *id > after,
            Direction::Down => *id < after,
        })
    }

    /// The numbers of a page of all accounts; it costs next to nothing to skip.
    pub(crate) fn page(&self, skip: usize, size: usize) -> Vec<AccountId> {
        let (mut left, mut page) = (skip, Vec::with_capacity(size));
        for (segment, count) in self.segments.iter().zip(&self.counts) {
            if page.len() == size {
                break;
            }
            if left >= *count {
                left -= count;
                continue;
            }
            let ids = segment.ids().iter().skip(std::mem::take(&mut left));
            page.extend(ids.copied().take(size - page.len()));
        }
        page
    }
}
