//! G with vectors of two cells: two rows, then as many columns, at a time.
//!
//! `avx512` is laid out alike; `kernel` says what rows, columns and cells are.
#![expect(unsafe_code, reason = "loads and stores of vectors take pointers")]

use std::arch::x86_64::*;

use argon2::Block;

/// Vectors in a row of the block.
const WIDTH: usize = 4;
/// Vectors in the block.
const VECTORS: usize = 8 * WIDTH;

/// Which of the two copies of P is meant.
const ROWS: bool = true;
const COLUMNS: bool = false;

/// G of RFC 9106, §3.5: replaces `current` by what `previous` and `reference` give, or xors it in.
#[target_feature(enable = "avx2")]
pub(crate) fn compress(previous: &Block, reference: &Block, current: &mut Block, is_xored: bool) {
    let mut block = [_mm256_setzero_si256(); VECTORS];
    for (at, vector) in block.iter_mut().enumerate() {
        *vector = _mm256_xor_si256(load(previous, at), load(reference, at));
    }
    for rows in block.as_chunks_mut().0 {
        *rows = rows_of(permuted::<ROWS>(cells_of(*rows)));
    }
    for column in 0..WIDTH {
        let mut cells = [_mm256_setzero_si256(); 8];
        for (row, cell) in cells.iter_mut().enumerate() {
            *cell = block[row * WIDTH + column];
        }
        for (row, cell) in permuted::<COLUMNS>(cells).into_iter().enumerate() {
            let at = row * WIDTH + column;
            let mut new = _mm256_xor_si256(cell, _mm256_xor_si256(load(previous, at), load(reference, at)));
            if is_xored {
                new = _mm256_xor_si256(new, load(current, at));
            }
            store(current, at, new);
        }
    }
}

/// From two rows of four vectors to eight vectors that hold the cell at the same place of both.
#[inline]
#[target_feature(enable = "avx2")]
fn cells_of([a0, a1, a2, a3, b0, b1, b2, b3]: [__m256i; 8]) -> [__m256i; 8] {
    [
        firsts(a0, b0),
        seconds(a0, b0),
        firsts(a1, b1),
        seconds(a1, b1),
        firsts(a2, b2),
        seconds(a2, b2),
        firsts(a3, b3),
        seconds(a3, b3),
    ]
}

/// And back.
#[inline]
#[target_feature(enable = "avx2")]
fn rows_of([c0, c1, c2, c3, c4, c5, c6, c7]: [__m256i; 8]) -> [__m256i; 8] {
    [
        firsts(c0, c1),
        firsts(c2, c3),
        firsts(c4, c5),
        firsts(c6, c7),
        seconds(c0, c1),
        seconds(c2, c3),
        seconds(c4, c5),
        seconds(c6, c7),
    ]
}

/// The first cells of both.
#[inline]
#[target_feature(enable = "avx2")]
fn firsts(x: __m256i, y: __m256i) -> __m256i {
    _mm256_permute2x128_si256::<0x20>(x, y)
}

/// The second cells of both.
#[inline]
#[target_feature(enable = "avx2")]
fn seconds(x: __m256i, y: __m256i) -> __m256i {
    _mm256_permute2x128_si256::<0x31>(x, y)
}

/// P of RFC 9106, §3.6, on eight cells, in each half of the vectors by itself.
///
/// There are two copies, for rows and for columns, so that each has one caller and is inlined there: a call would pass
/// the vectors through memory.
#[inline]
#[target_feature(enable = "avx2")]
fn permuted<const OF_ROWS: bool>(
    [mut a0, mut a1, mut b0, mut b1, mut c0, mut c1, mut d0, mut d1]: [__m256i; 8],
) -> [__m256i; 8] {
    mix(&mut a0, &mut b0, &mut c0, &mut d0);
    mix(&mut a1, &mut b1, &mut c1, &mut d1);
    // From the columns of P's four by four words to its diagonals.
    (b0, b1) = (across(b0, b1), across(b1, b0));
    (c0, c1) = (c1, c0);
    (d0, d1) = (across(d1, d0), across(d0, d1));
    mix(&mut a0, &mut b0, &mut c0, &mut d0);
    mix(&mut a1, &mut b1, &mut c1, &mut d1);
    (b0, b1) = (across(b1, b0), across(b0, b1));
    (c0, c1) = (c1, c0);
    (d0, d1) = (across(d0, d1), across(d1, d0));
    [a0, a1, b0, b1, c0, c1, d0, d1]
}

/// In each cell the second word of `x`, then the first of `y`.
#[inline]
#[target_feature(enable = "avx2")]
fn across(x: __m256i, y: __m256i) -> __m256i {
    _mm256_alignr_epi8::<8>(y, x)
}

/// BlaMka: GB of RFC 9106, §3.6, on each word of the vectors by itself.
#[inline]
#[target_feature(enable = "avx2")]
fn mix(a: &mut __m256i, b: &mut __m256i, c: &mut __m256i, d: &mut __m256i) {
    *a = multiply_add(*a, *b);
    *d = rotate_32(_mm256_xor_si256(*d, *a));
    *c = multiply_add(*c, *d);
    *b = rotate_24(_mm256_xor_si256(*b, *c));
    *a = multiply_add(*a, *b);
    *d = rotate_16(_mm256_xor_si256(*d, *a));
    *c = multiply_add(*c, *d);
    *b = rotate_63(_mm256_xor_si256(*b, *c));
}

/// x + y + 2 · low half of x · low half of y.
#[inline]
#[target_feature(enable = "avx2")]
fn multiply_add(x: __m256i, y: __m256i) -> __m256i {
    let product = _mm256_mul_epu32(x, y);
    _mm256_add_epi64(_mm256_add_epi64(x, y), _mm256_add_epi64(product, product))
}

#[inline]
#[target_feature(enable = "avx2")]
fn rotate_32(x: __m256i) -> __m256i {
    _mm256_shuffle_epi32::<0b10_11_00_01>(x)
}

#[inline]
#[target_feature(enable = "avx2")]
fn rotate_24(x: __m256i) -> __m256i {
    // Byte by byte where each comes from, in both cells.
    let low = 0x0201_0007_0605_0403;
    let high = 0x0a09_080f_0e0d_0c0b;
    _mm256_shuffle_epi8(x, _mm256_set_epi64x(high, low, high, low))
}

#[inline]
#[target_feature(enable = "avx2")]
fn rotate_16(x: __m256i) -> __m256i {
    // As above.
    let low = 0x0100_0706_0504_0302;
    let high = 0x0908_0f0e_0d0c_0b0a;
    _mm256_shuffle_epi8(x, _mm256_set_epi64x(high, low, high, low))
}

#[inline]
#[target_feature(enable = "avx2")]
fn rotate_63(x: __m256i) -> __m256i {
    _mm256_xor_si256(_mm256_srli_epi64::<63>(x), _mm256_add_epi64(x, x))
}

#[inline]
#[target_feature(enable = "avx2")]
fn load(block: &Block, at: usize) -> __m256i {
    let words: &[u64; 4] = &block.as_ref().as_chunks().0[at];
    // SAFETY: `words` is 32 bytes that may be read, and this load asks for no alignment.
    unsafe { _mm256_loadu_si256(words.as_ptr().cast()) }
}

#[inline]
#[target_feature(enable = "avx2")]
fn store(block: &mut Block, at: usize, vector: __m256i) {
    let words: &mut [u64; 4] = &mut block.as_mut().as_chunks_mut().0[at];
    // SAFETY: `words` is 32 bytes that are ours to write and may hold anything, and this store asks for no alignment.
    unsafe { _mm256_storeu_si256(words.as_mut_ptr().cast(), vector) }
}
