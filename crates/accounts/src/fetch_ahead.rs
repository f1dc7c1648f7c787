//! Waiting for memory once instead of often.
//!
//! A processor waits for memory again and again where one piece says where to find the next, and only once for pieces that it is
//! asked for together. A call of somebody who did not call lately is mostly such waiting.

use std::hint::black_box;

/// What memory comes in, in bytes.
const LINE: usize = 64;

/// Has `bytes` fetched, which somebody is about to look at.
pub(crate) fn fetch_ahead(bytes: &[u8]) {
    for first in bytes.iter().step_by(LINE) {
        black_box(*first);
    }
}
