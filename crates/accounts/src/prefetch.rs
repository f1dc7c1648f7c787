//! Waiting for memory once instead of often.
//!
//! A processor waits for memory again and again where one piece says where to find the next, and only once for pieces that it is
//! asked for together. A call of somebody who did not call lately is mostly such waiting.

use std::hint::black_box;

/// A cache line, in bytes.
const CACHE_LINE: usize = 64;

/// Has `bytes` fetched from memory, which somebody is about to look at. It reads a byte of each cache line, which `black_box`
/// keeps the compiler from leaving out; instructions that only prefetch would need `unsafe`.
pub(crate) fn prefetch(bytes: &[u8]) {
    for first in bytes.iter().step_by(CACHE_LINE) {
        black_box(*first);
    }
}
