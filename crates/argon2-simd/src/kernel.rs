//! Which instructions G is computed with, found out by looking at the processor.
//!
//! G (RFC 9106, §3.5) sees a block as eight rows of eight cells, a cell being 16 bytes, two words. It xors two blocks,
//! changes each row by P, then each column by P, and xors what it began with. A vector holds two cells or four. Where
//! every vector holds one cell of each of several rows, the same instructions that change one row change all of them, and
//! none ever has to cross from cell to cell. For columns vectors are like that as they lie in memory; for rows they
//! are transposed before and after.
#![cfg_attr(
    target_arch = "x86_64",
    expect(
        unsafe_code,
        reason = "what needs instructions is called where they have been detected"
    )
)]

use std::fmt;

use argon2::Block;

/// The instructions that hashes are made with. Whoever has one has a machine that knows them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Kernel(Option<Vectors>);

/// What the kernels of this crate are written for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Vectors {
    /// AVX-512 F and BW.
    #[cfg(target_arch = "x86_64")]
    Avx512,
    /// AVX2.
    #[cfg(target_arch = "x86_64")]
    Avx2,
}

impl Kernel {
    /// The crate `argon2` itself, on any machine.
    pub const PORTABLE: Self = Self(None);

    /// The fastest that this machine has.
    #[must_use]
    pub fn detect() -> Self {
        Self::all().next().unwrap_or(Self::PORTABLE)
    }

    /// All that this machine has, the fastest first, [`Kernel::PORTABLE`] last.
    pub fn all() -> impl Iterator<Item = Self> {
        #[cfg(target_arch = "x86_64")]
        let ours = [
            (is_x86_feature_detected!("avx512f") && is_x86_feature_detected!("avx512bw")).then_some(Vectors::Avx512),
            is_x86_feature_detected!("avx2").then_some(Vectors::Avx2),
        ];
        #[cfg(not(target_arch = "x86_64"))]
        let ours: [Option<Vectors>; 0] = [];
        ours.into_iter().flatten().map(Some).chain([None]).map(Self)
    }

    pub(crate) fn vectors(self) -> Option<Vectors> {
        self.0
    }
}

impl fmt::Display for Kernel {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.0.map_or("portable", Vectors::name))
    }
}

impl Vectors {
    fn name(self) -> &'static str {
        match self {
            #[cfg(target_arch = "x86_64")]
            Self::Avx512 => "AVX-512",
            #[cfg(target_arch = "x86_64")]
            Self::Avx2 => "AVX2",
        }
    }

    /// G of RFC 9106, §3.5: replaces `current` by what `previous` and `reference` give, or xors it in.
    #[cfg_attr(
        not(target_arch = "x86_64"),
        expect(
            unused_variables,
            reason = "there are no kernels, so there is no value to call this on"
        )
    )]
    pub(crate) fn compress(self, previous: &Block, reference: &Block, current: &mut Block, is_xored: bool) {
        match self {
            #[cfg(target_arch = "x86_64")]
            // SAFETY: this value is only made in `Kernel::all`, once both features have been detected.
            Self::Avx512 => unsafe { crate::avx512::compress(previous, reference, current, is_xored) },
            #[cfg(target_arch = "x86_64")]
            // SAFETY: this value is only made in `Kernel::all`, once the feature has been detected.
            Self::Avx2 => unsafe { crate::avx2::compress(previous, reference, current, is_xored) },
        }
    }
}
