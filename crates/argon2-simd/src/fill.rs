//! What happens to the memory: RFC 9106, §3.2, steps 3 to 7.

use argon2::{Block, Error, Params, Version};

use crate::addressing::{Addresses, Matrix, SLICES, Segment};
use crate::digest::{Digest, stretch};
use crate::kernel::Vectors;

/// Steps 3 and 4: the first two blocks of each lane.
pub(crate) fn begin(matrix: &Matrix, initial: &Digest, memory: &mut [Block]) -> Result<(), Error> {
    for (lane, blocks) in (0_u32..).zip(memory.chunks_exact_mut(matrix.lane_length)) {
        for (index, block) in (0_u32..2).zip(blocks) {
            let mut bytes = [0; Block::SIZE];
            stretch(&[initial, &index.to_le_bytes(), &lane.to_le_bytes()], &mut bytes)?;
            for (word, bytes) in block.as_mut().iter_mut().zip(bytes.as_chunks().0) {
                *word = u64::from_le_bytes(*bytes);
            }
        }
    }
    Ok(())
}

/// Steps 5 and 6: all other blocks, and all of them again in each further pass.
///
/// # Errors
/// None, unless [`Matrix::reference`] broke its word.
pub(crate) fn fill(
    vectors: Vectors,
    version: Version,
    params: &Params,
    matrix: &Matrix,
    memory: &mut [Block],
) -> Result<(), Error> {
    for pass in 0..params.t_cost() as usize {
        let is_xored = pass > 0 && version == Version::V0x13;
        for slice in 0..SLICES {
            for lane in 0..matrix.lanes {
                let segment = Segment { pass, slice, lane };
                let mut addresses = segment
                    .is_independent()
                    .then(|| Addresses::new(vectors, params, segment));
                let first = if segment.is_first() { 2 } else { 0 };
                for index in first..matrix.segment_length {
                    let (previous, current) = matrix.places(segment, index);
                    let random = match &mut addresses {
                        Some(addresses) => addresses.at(index),
                        None => memory[previous].as_ref()[0],
                    };
                    let reference = matrix.reference(segment, index, random);
                    // Three different blocks, so this never fails; were it wrong, a hash would be refused.
                    let [previous, reference, current] = memory
                        .get_disjoint_mut([previous, reference, current])
                        .map_err(|_| Error::MemoryTooLittle)?;
                    vectors.compress(previous, reference, current, is_xored);
                }
            }
        }
    }
    Ok(())
}

/// Step 7: the last blocks of all lanes, xored, as bytes.
pub(crate) fn end(matrix: &Matrix, memory: &[Block]) -> [u8; Block::SIZE] {
    let mut last = Block::new();
    for lane in memory.chunks_exact(matrix.lane_length) {
        last ^= &lane[matrix.lane_length - 1];
    }
    let mut bytes = [0; Block::SIZE];
    for (bytes, word) in bytes.as_chunks_mut().0.iter_mut().zip(last.as_ref()) {
        *bytes = word.to_le_bytes();
    }
    bytes
}
