//! Waiting for memory once instead of often.
//!
//! A processor waits for memory again and again where one piece says where to find the next, and only once for pieces that it is
//! asked for together, or not at all where it has something else to do meanwhile. A call of somebody who did not call lately is
//! mostly such waiting.

use prefetch_index::prefetch_index;

/// A cache line, in bytes.
const CACHE_LINE: usize = 64;

/// Has `bytes` fetched from memory, which somebody is about to look at, and does not wait for them.
pub(crate) fn prefetch(bytes: &[u8]) {
    for at in (0..bytes.len()).step_by(CACHE_LINE) {
        prefetch_index(bytes, at);
    }
    // They need not begin where a line does, so that they may end in one more.
    prefetch_index(bytes, bytes.len().saturating_sub(1));
}

/// The same of where `value` begins and of what follows its last byte, which is all of one that is no longer than a line; of a
/// longer one what lies between may be left out.
pub(crate) fn prefetch_value<T>(value: &T) {
    let value = std::slice::from_ref(value);
    prefetch_index(value, 0);
    prefetch_index(value, 1);
}
