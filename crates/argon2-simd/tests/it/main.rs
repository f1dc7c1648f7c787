//! The hashes are those of the standard and of the crate `argon2`, whatever they are made with.
#![allow(
    clippy::unwrap_used,
    clippy::print_stderr,
    reason = "a test fails by panicking, in its helpers too, and says what it leaves out"
)]

mod same_as_the_crate;
mod vectors;

use yaopai_argon2_simd::Kernel;

#[test]
fn the_kernels_are_tested() {
    let kernels: Vec<String> = Kernel::all().map(|kernel| kernel.to_string()).collect();
    eprintln!("tested here: {kernels:?}");
    #[expect(
        clippy::disallowed_methods,
        reason = "what may be left out depends on where this runs"
    )]
    let is_ci = std::env::var("CI").is_ok_and(|value| value == "true");
    if cfg!(target_arch = "x86_64") && is_ci {
        assert!(
            kernels.contains(&"AVX2".to_owned()),
            "without AVX2 only the crate is tested against itself"
        );
    }
}

#[test]
fn the_fastest_comes_first_and_there_is_always_one() {
    assert_eq!(Kernel::all().next(), Some(Kernel::detect()));
    assert_eq!(Kernel::all().last(), Some(Kernel::PORTABLE));
}
