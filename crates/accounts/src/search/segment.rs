//! Some hundred accounts that follow each other, and what they are searched by.

use memchr::memmem::Finder;
use yaopai_model::AccountId;

use super::entry::{Entry, Fields};

/// Bytes of one column's text past which a segment is split. With one entry more they still count in sixteen bits.
const TEXT_BYTES: usize = 32 * 1024;
/// Accounts past which it is split, however short their texts.
const ACCOUNTS: usize = 2_048;

/// A bounded run of an arena. A change moves what stands behind it in the segment, some ten thousand bytes, and nothing
/// else; so there is nothing to clean up later.
#[derive(Clone, Default)]
pub(super) struct Segment {
    ids: Vec<AccountId>,
    shown: Column,
    hidden: Column,
}

/// The texts of all accounts of a segment, one behind the other.
#[derive(Clone, Default)]
struct Column {
    text: Vec<u8>,
    /// Where each account's text ends.
    ends: Vec<u16>,
}

impl Segment {
    /// The smallest number in it.
    pub(super) fn first(&self) -> Option<AccountId> {
        self.ids.first().copied()
    }

    /// The largest number in it.
    pub(super) fn last(&self) -> Option<AccountId> {
        self.ids.last().copied()
    }

    pub(super) fn ids(&self) -> &[AccountId] {
        &self.ids
    }

    /// Puts an account in, or in the place of what it was.
    pub(super) fn set(&mut self, id: AccountId, entry: &Entry) {
        let (index, replaced) = match self.ids.binary_search(&id) {
            Ok(index) => (index, 1),
            Err(index) => {
                self.ids.insert(index, id);
                (index, 0)
            }
        };
        self.shown.replace(index, replaced, Some(entry.shown()));
        self.hidden.replace(index, replaced, Some(entry.hidden()));
    }

    /// Takes an account out, if it is there.
    pub(super) fn remove(&mut self, id: AccountId) {
        if let Ok(index) = self.ids.binary_search(&id) {
            self.ids.remove(index);
            self.shown.replace(index, 1, None);
            self.hidden.replace(index, 1, None);
        }
    }

    /// Whether it has grown so that it has to be split.
    pub(super) fn is_full(&self) -> bool {
        self.ids.len() > ACCOUNTS || self.shown.text.len() > TEXT_BYTES || self.hidden.text.len() > TEXT_BYTES
    }

    /// Takes the accounts from `index` on out into a segment of their own.
    pub(super) fn split_off(&mut self, index: usize) -> Self {
        let split = Self {
            ids: self.ids.split_off(index),
            shown: self.shown.split_off(index),
            hidden: self.hidden.split_off(index),
        };
        self.ids.shrink_to_fit();
        split
    }

    /// Memory that it takes.
    pub(super) fn bytes(&self) -> usize {
        size_of::<Self>() + self.ids.capacity() * size_of::<AccountId>() + self.shown.bytes() + self.hidden.bytes()
    }

    /// The accounts that have what is looked for, by number.
    pub(super) fn matches(&self, finder: &Finder<'_>, fields: Fields) -> Vec<AccountId> {
        let mut found = Vec::new();
        self.shown.matches(finder, &mut found);
        if fields == Fields::All {
            let shown = found.len();
            self.hidden.matches(finder, &mut found);
            if found.len() > shown {
                found.sort_unstable();
                found.dedup();
            }
        }
        found.iter().filter_map(|index| self.ids.get(*index).copied()).collect()
    }
}

impl Column {
    /// Puts a text, or none, in the place of `replaced` others from `index` on.
    fn replace(&mut self, index: usize, replaced: usize, text: Option<&[u8]>) {
        let start = index.checked_sub(1).map_or(0, |before| self.end(before));
        let old_end = if replaced == 0 {
            start
        } else {
            self.end(index + replaced - 1)
        };
        let new = text.unwrap_or_default();
        let new_end = start + new.len();
        let grown = new.len().saturating_sub(old_end - start);
        // Not twice as much as is needed: there are thousands of segments.
        if self.text.capacity() < self.text.len() + grown {
            self.text.reserve_exact(grown);
        }
        self.text.splice(start..old_end, new.iter().copied());
        self.ends.splice(index..index + replaced, text.map(|_| narrow(new_end)));
        let behind = index + usize::from(text.is_some());
        for end in self.ends.iter_mut().skip(behind) {
            *end = narrow(usize::from(*end) + new_end - old_end);
        }
    }

    fn end(&self, index: usize) -> usize {
        self.ends.get(index).map_or(self.text.len(), |end| usize::from(*end))
    }

    fn split_off(&mut self, index: usize) -> Self {
        let start = index.checked_sub(1).map_or(0, |before| self.end(before));
        let text = self.text.split_off(start);
        let ends = self.ends.split_off(index);
        self.text.shrink_to_fit();
        self.ends.shrink_to_fit();
        Self {
            text,
            ends: ends.into_iter().map(|end| narrow(usize::from(end) - start)).collect(),
        }
    }

    fn bytes(&self) -> usize {
        self.text.capacity() + self.ends.capacity() * size_of::<u16>()
    }

    fn matches(&self, finder: &Finder<'_>, found: &mut Vec<usize>) {
        let (mut from, mut account) = (0, 0);
        while let Some(place) = self.text.get(from..).and_then(|text| finder.find(text)) {
            let place = from + place;
            let behind = self.ends.get(account..).unwrap_or_default();
            account += behind.partition_point(|end| usize::from(*end) <= place);
            found.push(account);
            from = self.end(account);
            account += 1;
        }
    }
}

/// An offset in a column, which [`TEXT_BYTES`] keeps within sixteen bits.
fn narrow(offset: usize) -> u16 {
    u16::try_from(offset).unwrap_or(u16::MAX)
}
