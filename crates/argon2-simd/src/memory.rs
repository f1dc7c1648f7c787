//! Memory for one hash after the other.

use std::fmt;

use argon2::Block;

/// Blocks that are kept from one hash to the next, on huge pages where the system gives them: a hash jumps all over its
/// memory, and would else look up most of its pages anew.
///
/// What a hash leaves there stays until the next one writes over it.
#[derive(Default)]
pub struct Memory(Vec<Block>);

impl Memory {
    /// How many blocks are kept.
    #[must_use]
    pub fn count(&self) -> usize {
        self.0.len()
    }

    /// Gives back all but the first `count` blocks.
    pub fn shrink_to(&mut self, count: usize) {
        self.0.truncate(count);
        self.0.shrink_to(count);
    }

    /// The first `count` blocks; makes those that are not there.
    pub(crate) fn blocks(&mut self, count: usize) -> &mut [Block] {
        if self.0.len() < count {
            self.0.reserve_exact(count - self.0.len());
            #[cfg(all(target_os = "linux", not(miri)))]
            ask_for_huge_pages(self.0.spare_capacity_mut());
            self.0.resize(count, Block::new());
        }
        &mut self.0[..count]
    }
}

impl fmt::Debug for Memory {
    /// How much it is, not what is in it.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Memory")
            .field("count", &self.count())
            .finish_non_exhaustive()
    }
}

/// What x86-64 and most others call huge: a whole number of ordinary pages everywhere.
#[cfg(all(target_os = "linux", not(miri)))]
const HUGE_PAGE: usize = 2 << 20;

/// Asks for huge pages where whole ones lie in what has not been written to yet. A system that refuses goes on with small ones.
#[cfg(all(target_os = "linux", not(miri)))]
#[expect(unsafe_code, reason = "the system is told about memory by its address")]
fn ask_for_huge_pages<T>(unused: &mut [T]) {
    use rustix::mm::{Advice, madvise};

    let start = unused.as_mut_ptr().cast::<u8>();
    let before = start.align_offset(HUGE_PAGE);
    let bytes = size_of_val(unused).saturating_sub(before) / HUGE_PAGE * HUGE_PAGE;
    if bytes > 0 {
        // SAFETY: these are whole pages within `unused`, and this advice changes neither what is in a page nor who may use it.
        let _ = unsafe { madvise(start.wrapping_add(before).cast(), bytes, Advice::LinuxHugepage) };
    }
}
