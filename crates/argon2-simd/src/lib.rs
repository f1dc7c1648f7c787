//! Argon2id (RFC 9106) by vector instructions, because it is two thirds of what a sign-in costs.
//!
//! It gives what the crate `argon2` gives, byte for byte, and is that crate where a machine has neither AVX2 nor AVX-512.
//! One thing in each file, from the outside in: `digest` (H₀ and H′), `fill` (the passes over the memory), `addressing`
//! (which block refers to which), `kernel` (the choice of instructions), `avx2` and `avx512` (G, P and BlaMka);
//! `memory` is what is kept from hash to hash.
//!
//! CPU time of a hash at 19 MiB, 2 passes, 1 lane, all with memory kept, on a 2-core virtual machine (AMD EPYC, Zen 5)
//! that was busy with other work; medians of 15 rounds of ten hashes, in turn:
//!
//! | | ms | of the crate's rate |
//! |---|---|---|
//! | the crate `argon2` | 14.9 | 1 |
//! | AVX2 | 9.5 | 1.54 |
//! | AVX-512 | 5.9 | 2.55 |
//!
//! # What keeps it right
//!
//! Only this crate may use `unsafe`: to load and store vectors, to call what needs instructions that have been detected, and
//! to ask for huge pages. Places in the memory are checked like any index. The tests hold every kernel to the published
//! vectors and to the crate `argon2` over drawn parameters. What takes longer, or a nightly compiler:
//!
//! ```sh
//! cargo run --release -p yaopai-argon2-simd --example compare
//! cd crates/argon2-simd && cargo +nightly fuzz run same_as_the_crate
//! RUSTFLAGS=-Zsanitizer=address cargo +nightly test -p yaopai-argon2-simd --tests --target x86_64-unknown-linux-gnu
//! ```
//!
//! For Miri the system call and the tests that take much memory are left out (`cfg(miri)`), but nobody has run it on this yet.

mod addressing;
#[cfg(target_arch = "x86_64")]
mod avx2;
#[cfg(target_arch = "x86_64")]
mod avx512;
mod digest;
mod fill;
mod kernel;
mod memory;

use argon2::{Algorithm, Argon2, Block, Error, MIN_SALT_LEN, Params, Version};

use crate::addressing::Matrix;
pub use crate::kernel::Kernel;
use crate::kernel::Vectors;
pub use crate::memory::Memory;

/// How passwords are hashed.
pub struct Argon2id<'a> {
    /// The instructions to use. They change nothing in the hash.
    pub kernel: Kernel,
    /// Of the algorithm, not of this code.
    pub version: Version,
    /// Costs, associated data, and the length of the hash where that is fixed.
    pub params: &'a Params,
    /// A key that is not stored with the hash; empty for none.
    pub secret: &'a [u8],
}

impl Argon2id<'_> {
    /// Hashes a password into `out`. `memory` grows to what the parameters ask for.
    ///
    /// # Errors
    /// As `Argon2::hash_password_into`: what is too long or too short.
    pub fn hash(&self, password: &[u8], salt: &[u8], out: &mut [u8], memory: &mut Memory) -> Result<(), Error> {
        let memory = memory.blocks(self.params.block_count());
        match self.kernel.vectors() {
            Some(vectors) => self.hash_with(vectors, password, salt, out, memory),
            None => Argon2::new_with_secret(self.secret, Algorithm::Argon2id, self.version, self.params.clone())?
                .hash_password_into_with_memory(password, salt, out, memory),
        }
    }

    fn hash_with(
        &self,
        vectors: Vectors,
        password: &[u8],
        salt: &[u8],
        out: &mut [u8],
        memory: &mut [Block],
    ) -> Result<(), Error> {
        if out.len() < self.params.output_len().unwrap_or(Params::MIN_OUTPUT_LEN) {
            return Err(Error::OutputTooShort);
        }
        if out.len() > self.params.output_len().unwrap_or(Params::MAX_OUTPUT_LEN) {
            return Err(Error::OutputTooLong);
        }
        if salt.len() < MIN_SALT_LEN {
            return Err(Error::SaltTooShort);
        }
        let matrix = Matrix::of(self.params);
        let initial = digest::initial(self, password, salt, out)?;
        fill::begin(&matrix, &initial, memory)?;
        fill::fill(vectors, self.version, self.params, &matrix, memory)?;
        digest::stretch(&[&fill::end(&matrix, memory)], out)
    }
}
