//! Which earlier block goes into the next one: RFC 9106, §3.4.

use argon2::{Algorithm, Block, Params};

use crate::kernel::Vectors;

/// Slices of a lane. A block may refer to another lane only where that lane's slices are finished.
pub(crate) const SLICES: usize = 4;
/// Values in a block of them.
const VALUES: usize = 128;

/// The memory as lanes of blocks, cut into [`SLICES`]; a slice of a lane is a segment.
#[derive(Clone, Copy)]
pub(crate) struct Matrix {
    pub(crate) lanes: usize,
    pub(crate) lane_length: usize,
    pub(crate) segment_length: usize,
}

/// The segment that is being filled.
#[derive(Clone, Copy)]
pub(crate) struct Segment {
    pub(crate) pass: usize,
    pub(crate) slice: usize,
    pub(crate) lane: usize,
}

impl Segment {
    /// Whether it begins a lane, whose first two blocks are made otherwise.
    pub(crate) fn is_first(self) -> bool {
        self.pass == 0 && self.slice == 0
    }

    /// Whether what its blocks refer to depends on nothing secret, so that watching the memory tells nothing.
    pub(crate) fn is_independent(self) -> bool {
        self.pass == 0 && self.slice < SLICES / 2
    }
}

impl Matrix {
    pub(crate) fn of(params: &Params) -> Self {
        let lanes = params.p_cost() as usize;
        let lane_length = params.block_count() / lanes;
        Self {
            lanes,
            lane_length,
            segment_length: lane_length / SLICES,
        }
    }

    /// The places of the block before that at `index` of the segment, and of that block. Before the first comes the lane's last.
    pub(crate) fn places(&self, segment: Segment, index: usize) -> (usize, usize) {
        let begin = segment.lane * self.lane_length;
        let in_lane = segment.slice * self.segment_length + index;
        let before = if in_lane == 0 { self.lane_length } else { in_lane } - 1;
        (begin + before, begin + in_lane)
    }

    /// The place of the block that a pseudo-random `value` refers to from `index` of the segment. It is neither of
    /// [`Matrix::places`].
    pub(crate) fn reference(&self, segment: Segment, index: usize, value: u64) -> usize {
        let (low, high) = (value & 0xffff_ffff, (value >> 32) as usize);
        // Not divided where there is nothing to choose: every block waits for this.
        let lane = if segment.is_first() || self.lanes == 1 {
            segment.lane
        } else {
            high % self.lanes
        };
        // What may be referred to: the other slices as far as they are made, and in the lane itself what this one has
        // so far; never the block before.
        let (oldest, others) = if segment.pass == 0 {
            (0, segment.slice * self.segment_length)
        } else {
            (
                (segment.slice + 1) * self.segment_length,
                self.lane_length - self.segment_length,
            )
        };
        let count = if lane == segment.lane {
            others + index - 1
        } else {
            others - usize::from(index == 0)
        };
        // Newer ones more often: x and y of §3.4.2.
        let squared = (low * low) >> 32;
        let from_newest = ((count as u64 * squared) >> 32) as usize;
        let mut in_lane = oldest + count - 1 - from_newest;
        while in_lane >= self.lane_length {
            in_lane -= self.lane_length;
        }
        lane * self.lane_length + in_lane
    }
}

/// The values for a segment that [is independent](Segment::is_independent).
pub(crate) struct Addresses {
    vectors: Vectors,
    input: Block,
    values: Block,
}

impl Addresses {
    pub(crate) fn new(vectors: Vectors, params: &Params, segment: Segment) -> Self {
        let mut input = Block::new();
        input.as_mut()[..6].copy_from_slice(&[
            segment.pass as u64,
            segment.lane as u64,
            segment.slice as u64,
            params.block_count() as u64,
            u64::from(params.t_cost()),
            Algorithm::Argon2id as u64,
        ]);
        Self {
            vectors,
            input,
            values: Block::new(),
        }
    }

    /// The value for the block at `index` of the segment; cheap if asked in order.
    pub(crate) fn at(&mut self, index: usize) -> u64 {
        let counter = (index / VALUES + 1) as u64;
        if self.input.as_ref()[6] != counter {
            self.input.as_mut()[6] = counter;
            let (zero, mut once) = (Block::new(), Block::new());
            self.vectors.compress(&zero, &self.input, &mut once, false);
            self.vectors.compress(&zero, &once, &mut self.values, false);
        }
        self.values.as_ref()[index % VALUES]
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn three_different_blocks_are_mixed(
            lanes in 1_u32..5, blocks_per_lane in 8_u32..40, pass in 0_usize..3, value: u64,
        ) {
            let matrix = Matrix::of(&Params::new(lanes * blocks_per_lane, 3, lanes, None).unwrap());
            for slice in 0..SLICES {
                for lane in 0..matrix.lanes {
                    let segment = Segment { pass, slice, lane };
                    for index in if segment.is_first() { 2 } else { 0 }..matrix.segment_length {
                        let (previous, current) = matrix.places(segment, index);
                        // The extremes of both halves, where a bound would be missed.
                        for value in [value, 0, u64::MAX, value | 0xffff_ffff, value << 32] {
                            let reference = matrix.reference(segment, index, value);
                            prop_assert!(reference != previous && reference != current);
                            prop_assert!(reference < matrix.lanes * matrix.lane_length);
                            let (its_lane, its_slice) =
                                (reference / matrix.lane_length, reference % matrix.lane_length / matrix.segment_length);
                            prop_assert!(its_lane == lane || its_slice != slice, "another lane may be at work there");
                        }
                    }
                }
            }
        }
    }
}
