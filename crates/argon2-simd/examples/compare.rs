//! What each kernel costs beside the crate `argon2`, all with memory kept, at the costs that are set by default:
//! `cargo run --release -p yaopai-argon2-simd --example compare`
//!
//! CPU time of this thread, so that a busy machine disturbs little; contenders in turn, medians over the rounds, and the
//! ratio is the median of the ratios within each round.
#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a measurement ends where it cannot go on, and speaks through its output"
)]

use std::time::Duration;

use argon2::{Algorithm, Argon2, Block, Params, Version};
use rustix::time::{ClockId, clock_gettime};
use yaopai_argon2_simd::{Argon2id, Kernel, Memory};

const ROUNDS: usize = 15;
const HASHES_PER_ROUND: u32 = 10;

/// A name and a hash that can be made again and again.
type Contender<'a> = (String, Box<dyn FnMut() -> [u8; 32] + 'a>);

fn main() {
    let params = Params::new(19 * 1024, 2, 1, Some(32)).unwrap();
    let mut contenders = vec![the_crate(&params)];
    contenders.extend(Kernel::all().map(|kernel| ours(kernel, &params)));
    let hashes: Vec<[u8; 32]> = contenders.iter_mut().map(|(_, hash)| hash()).collect();
    assert!(hashes.iter().all(|hash| *hash == hashes[0]), "not the same hash");

    let mut rounds: Vec<Vec<f64>> = Vec::new();
    for _ in 0..ROUNDS {
        rounds.push(contenders.iter_mut().map(|(_, hash)| milliseconds(hash)).collect());
    }
    println!("m=19 MiB t=2 p=1, medians of {ROUNDS} rounds of {HASHES_PER_ROUND} hashes\n");
    println!("{:<20}{:>10}{:>20}", "", "CPU ms", "rate of the crate's");
    for (at, (name, _)) in contenders.iter().enumerate() {
        let cost = median(rounds.iter().map(|round| round[at]));
        let ratio = median(rounds.iter().map(|round| round[0] / round[at]));
        println!("{name:<20}{cost:>10.2}{ratio:>20.2}");
    }
}

/// As it is used without this crate.
fn the_crate(params: &Params) -> Contender<'_> {
    let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params.clone());
    let mut memory = vec![Block::new(); params.block_count()];
    let hash = move || {
        let mut out = [0; 32];
        argon2
            .hash_password_into_with_memory(b"correct horse", &[7; 16], &mut out, &mut memory)
            .unwrap();
        out
    };
    ("the crate argon2".to_owned(), Box::new(hash))
}

fn ours(kernel: Kernel, params: &Params) -> Contender<'_> {
    let (version, secret) = (Version::V0x13, &[][..]);
    let argon2 = Argon2id {
        kernel,
        version,
        params,
        secret,
    };
    let mut memory = Memory::default();
    let hash = move || {
        let mut out = [0; 32];
        argon2.hash(b"correct horse", &[7; 16], &mut out, &mut memory).unwrap();
        out
    };
    (kernel.to_string(), Box::new(hash))
}

/// CPU time of one hash.
fn milliseconds(hash: &mut impl FnMut() -> [u8; 32]) -> f64 {
    let now = || {
        let time = clock_gettime(ClockId::ThreadCPUTime);
        Duration::new(
            u64::try_from(time.tv_sec).unwrap(),
            u32::try_from(time.tv_nsec).unwrap(),
        )
    };
    let start = now();
    for _ in 0..HASHES_PER_ROUND {
        hash();
    }
    (now() - start).as_secs_f64() * 1e3 / f64::from(HASHES_PER_ROUND)
}

fn median(values: impl Iterator<Item = f64>) -> f64 {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}
