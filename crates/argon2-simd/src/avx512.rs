//! G with vectors of four cells: four rows, then as many columns, at a time.
//!
//! `avx2` is laid out alike; `kernel` says what rows, columns and cells are.
#![expect(unsafe_code, reason = "loads and stores of vectors take pointers")]

use std::arch::x86_64::*;

use argon2::Block;

/// Vectors in a row of the block.
const WIDTH: usize = 2;
/// Vectors in the block.
const VECTORS: usize = 8 * WIDTH;

/// Which of the two copies of P is meant.
const ROWS: bool = true;
const COLUMNS: bool = false;

/// G of RFC 9106, §3.5: replaces `current` by what `previous` and `reference` give, or xors it in.
#[target_feature(enable = "avx512f,avx512bw")]
pub(crate) fn compress(previous: &Block, reference: &Block, current: &mut Block, is_xored: bool) {
    let mut block = [_mm512_setzero_si512(); VECTORS];
    for (at, vector) in block.iter_mut().enumerate() {
        *vector = _mm512_xor_si512(load(previous, at), load(reference, at));
    }
    for rows in block.as_chunks_mut().0 {
        *rows = rows_of(permuted::<ROWS>(cells_of(*rows)));
    }
    for column in 0..WIDTH {
        let mut cells = [_mm512_setzero_si512(); 8];
        for (row, cell) in cells.iter_mut().enumerate() {
            *cell = block[row * WIDTH + column];
        }
        for (row, cell) in permuted::<COLUMNS>(cells).into_iter().enumerate() {
            let at = row * WIDTH + column;
            let mut new = _mm512_xor_si512(cell, _mm512_xor_si512(load(previous, at), load(reference, at)));
            if is_xored {
                new = _mm512_xor_si512(new, load(current, at));
            }
            store(current, at, new);
        }
    }
}

/// From four rows of two vectors to eight vectors that hold the cell at the same place of each.
#[inline]
#[target_feature(enable = "avx512f,avx512bw")]
fn cells_of([a0, a1, b0, b1, c0, c1, d0, d1]: [__m512i; 8]) -> [__m512i; 8] {
    let [[c0, c1, c2, c3], [c4, c5, c6, c7]] = [transposed([a0, b0, c0, d0]), transposed([a1, b1, c1, d1])];
    [c0, c1, c2, c3, c4, c5, c6, c7]
}

/// And back.
#[inline]
#[target_feature(enable = "avx512f,avx512bw")]
fn rows_of([c0, c1, c2, c3, c4, c5, c6, c7]: [__m512i; 8]) -> [__m512i; 8] {
    let [[a0, b0, c0, d0], [a1, b1, c1, d1]] = [transposed([c0, c1, c2, c3]), transposed([c4, c5, c6, c7])];
    [a0, a1, b0, b1, c0, c1, d0, d1]
}

/// The first cells of all four, the second, the third, the fourth.
#[inline]
#[target_feature(enable = "avx512f,avx512bw")]
fn transposed([a, b, c, d]: [__m512i; 4]) -> [__m512i; 4] {
    let (ab, cd) = (
        _mm512_shuffle_i64x2::<0b01_00_01_00>(a, b),
        _mm512_shuffle_i64x2::<0b01_00_01_00>(c, d),
    );
    let (ab_end, cd_end) = (
        _mm512_shuffle_i64x2::<0b11_10_11_10>(a, b),
        _mm512_shuffle_i64x2::<0b11_10_11_10>(c, d),
    );
    [
        _mm512_shuffle_i64x2::<0b10_00_10_00>(ab, cd),
        _mm512_shuffle_i64x2::<0b11_01_11_01>(ab, cd),
        _mm512_shuffle_i64x2::<0b10_00_10_00>(ab_end, cd_end),
        _mm512_shuffle_i64x2::<0b11_01_11_01>(ab_end, cd_end),
    ]
}

/// P of RFC 9106, §3.6, on eight cells, in each quarter of the vectors by itself.
///
/// There are two copies, for rows and for columns, so that each has one caller and is inlined there: a call would pass
/// the vectors through memory.
#[inline]
#[target_feature(enable = "avx512f,avx512bw")]
fn permuted<const OF_ROWS: bool>(
    [mut a0, mut a1, mut b0, mut b1, mut c0, mut c1, mut d0, mut d1]: [__m512i; 8],
) -> [__m512i; 8] {
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
#[target_feature(enable = "avx512f,avx512bw")]
fn across(x: __m512i, y: __m512i) -> __m512i {
    _mm512_alignr_epi8::<8>(y, x)
}

/// BlaMka: GB of RFC 9106, §3.6, on each word of the vectors by itself.
#[inline]
#[target_feature(enable = "avx512f,avx512bw")]
fn mix(a: &mut __m512i, b: &mut __m512i, c: &mut __m512i, d: &mut __m512i) {
    *a = multiply_add(*a, *b);
    *d = _mm512_ror_epi64::<32>(_mm512_xor_si512(*d, *a));
    *c = multiply_add(*c, *d);
    *b = _mm512_ror_epi64::<24>(_mm512_xor_si512(*b, *c));
    *a = multiply_add(*a, *b);
    *d = _mm512_ror_epi64::<16>(_mm512_xor_si512(*d, *a));
    *c = multiply_add(*c, *d);
    *b = _mm512_ror_epi64::<63>(_mm512_xor_si512(*b, *c));
}

/// x + y + 2 · low half of x · low half of y.
#[inline]
#[target_feature(enable = "avx512f,avx512bw")]
fn multiply_add(x: __m512i, y: __m512i) -> __m512i {
    let product = _mm512_mul_epu32(x, y);
    _mm512_add_epi64(_mm512_add_epi64(x, y), _mm512_add_epi64(product, product))
}

#[inline]
#[target_feature(enable = "avx512f,avx512bw")]
fn load(block: &Block, at: usize) -> __m512i {
    let words: &[u64; 8] = &block.as_ref().as_chunks().0[at];
    // SAFETY: `words` is 64 bytes that may be read, and this load asks for no alignment.
    unsafe { _mm512_loadu_si512(words.as_ptr().cast()) }
}

#[inline]
#[target_feature(enable = "avx512f,avx512bw")]
fn store(block: &mut Block, at: usize, vector: __m512i) {
    let words: &mut [u64; 8] = &mut block.as_mut().as_chunks_mut().0[at];
    // SAFETY: `words` is 64 bytes that are ours to write and may hold anything, and this store asks for no alignment.
    unsafe { _mm512_storeu_si512(words.as_mut_ptr().cast(), vector) }
}
