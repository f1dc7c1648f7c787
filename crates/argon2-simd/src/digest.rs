//! H₀ and H′, which stand before and after the filling: RFC 9106, §3.2 and §3.3.

use argon2::{Algorithm, Error};
use blake2::Blake2bVarCore;
use blake2::digest::block_api::{UpdateCore as _, VariableOutputCore as _};
use blake2::digest::block_buffer::LazyBuffer;

use crate::Argon2id;

/// The longest digest of BLAKE2b.
pub(crate) type Digest = [u8; DIGEST_BYTES];
const DIGEST_BYTES: usize = 64;

/// H₀: the digest of all that goes into the hash.
pub(crate) fn initial(argon2: &Argon2id<'_>, password: &[u8], salt: &[u8], out: &[u8]) -> Result<Digest, Error> {
    let Argon2id {
        version,
        params,
        secret,
        ..
    } = argon2;
    let length = |bytes: &[u8], error: Error| u32::try_from(bytes.len()).map(u32::to_le_bytes).map_err(|_| error);
    let mut digest = [0; DIGEST_BYTES];
    blake2b(
        &[
            &params.p_cost().to_le_bytes(),
            &length(out, Error::OutputTooLong)?,
            &params.m_cost().to_le_bytes(),
            &params.t_cost().to_le_bytes(),
            &u32::from(*version).to_le_bytes(),
            &(Algorithm::Argon2id as u32).to_le_bytes(),
            &length(password, Error::PwdTooLong)?,
            password,
            &length(salt, Error::SaltTooLong)?,
            salt,
            &length(secret, Error::SecretTooLong)?,
            secret,
            &length(params.data(), Error::AdTooLong)?,
            params.data(),
        ],
        &mut digest,
    )?;
    Ok(digest)
}

/// H′: a digest as long as `out`, however long.
pub(crate) fn stretch(parts: &[&[u8]], out: &mut [u8]) -> Result<(), Error> {
    let length = u32::try_from(out.len()).map_err(|_| Error::OutputTooLong)?;
    let mut rest = out;
    let mut digest = [0; DIGEST_BYTES];
    let mut wanted = rest.len().min(DIGEST_BYTES);
    blake2b(&[&[&length.to_le_bytes()[..]], parts].concat(), &mut digest[..wanted])?;
    while rest.len() > DIGEST_BYTES {
        // Half of each digest, and the whole of the last, which is as long as what is left by then.
        let (now, later) = rest.split_at_mut(DIGEST_BYTES / 2);
        now.copy_from_slice(&digest[..DIGEST_BYTES / 2]);
        rest = later;
        wanted = rest.len().min(DIGEST_BYTES);
        let before = digest;
        blake2b(&[&before], &mut digest[..wanted])?;
    }
    rest.copy_from_slice(&digest[..wanted]);
    Ok(())
}

/// BLAKE2b of the parts one after the other, with a digest as long as `out`, at most [`DIGEST_BYTES`].
fn blake2b(parts: &[&[u8]], out: &mut [u8]) -> Result<(), Error> {
    let mut core = Blake2bVarCore::new(out.len()).map_err(|_| Error::OutputTooLong)?;
    let mut buffer = LazyBuffer::default();
    for part in parts {
        buffer.digest_blocks(part, |blocks| core.update_blocks(blocks));
    }
    let mut digest = Default::default();
    core.finalize_variable_core(&mut buffer, &mut digest);
    out.copy_from_slice(&digest[..out.len()]);
    Ok(())
}
