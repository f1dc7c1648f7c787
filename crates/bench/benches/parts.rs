//! Micro-benchmarks of the parts: `cargo bench -p yaopai-bench [-- NAME]`.
//!
//! What is public is measured by itself. What is not is measured by the calls that it makes up most of: bodies and parameters
//! by calls that end there, a session that is not remembered by a read of many people.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    reason = "a measurement ends where it cannot go on; criterion's macros write no documentation"
)]

use std::hint::black_box;
use std::time::Duration;

use aws_lc_rs::hmac;
use criterion::{BenchmarkId, Criterion, criterion_group, criterion_main};
use hyper::HeaderMap;
use tokio::runtime::Builder;
use yaopai_accounts::TokenKeys;
use yaopai_argon2_simd::{Argon2id, Kernel, Memory};
use yaopai_bench::calls::{Call, Calls};
use yaopai_model::{Email, Phone, SlidingWindow, Timestamp, WindowRule};
use yaopai_testkit::SeededEntropy;

/// Without a socket, and with the smallest hash.
fn calls(criterion: &mut Criterion) {
    let runtime = Builder::new_current_thread().enable_all().build().unwrap();
    let mut calls = runtime.block_on(Calls::begin()).unwrap();
    let mut group = criterion.benchmark_group("calls");
    for call in Call::ALL {
        // A second time it is refused for another reason.
        if call != Call::SignInRefused {
            runtime.block_on(calls.tend()).unwrap();
            group.bench_function(call.name(), |bencher| {
                bencher.iter(|| runtime.block_on(calls.make(call)).unwrap());
            });
        }
    }
}

fn tokens(criterion: &mut Criterion) {
    let secret = [7; 32];
    let keys = TokenKeys::new([("1".to_owned(), &secret[..])]);
    let message = [b'x'; 200];
    let signature = keys.sign(&message);
    let mut group = criterion.benchmark_group("tokens");
    group.bench_function("sign", |bencher| bencher.iter(|| keys.sign(black_box(&message))));
    group.bench_function("verify", |bencher| {
        bencher.iter(|| keys.verify("1", black_box(&message), &signature));
    });
    group.bench_function("HMAC alone", |bencher| {
        let key = hmac::Key::new(hmac::HMAC_SHA256, &secret);
        bencher.iter(|| hmac::sign(&key, black_box(&message)));
    });
}

fn small_parts(criterion: &mut Criterion) {
    criterion.bench_function("rate window, 30 in it", |bencher| {
        let rule = WindowRule {
            limit: 30,
            window: Duration::from_secs(60),
        };
        let (mut window, mut now) = (SlidingWindow::default(), 0);
        bencher.iter(|| {
            now += 2_000;
            window.admit(rule, Timestamp::from_millis(now)).unwrap();
        });
    });
    criterion.bench_function("request id", |bencher| {
        let (headers, entropy) = (HeaderMap::new(), SeededEntropy::new(1));
        bencher.iter(|| yaopai_http::RequestId::choose(black_box(&headers), &entropy));
    });
    criterion.bench_function("phone number read and masked", |bencher| {
        bencher.iter(|| Phone::parse(black_box("+86 138-0013-8009")).unwrap().masked());
    });
    criterion.bench_function("e-mail address read and masked", |bencher| {
        bencher.iter(|| Email::parse(black_box("Ann@Example.com")).unwrap().masked());
    });
}

fn hashes(criterion: &mut Criterion) {
    let params = argon2::Params::new(19 * 1_024, 2, 1, Some(32)).unwrap();
    let mut memory = Memory::default();
    let mut group = criterion.benchmark_group("Argon2id, 19 MiB, 2 passes");
    group.sample_size(20);
    for kernel in Kernel::all() {
        let hasher = Argon2id {
            kernel,
            version: argon2::Version::V0x13,
            params: &params,
            secret: &[],
        };
        group.bench_function(BenchmarkId::from_parameter(kernel), |bencher| {
            let mut out = [0; 32];
            bencher.iter(|| hasher.hash(b"correct horse", &[7; 16], &mut out, &mut memory).unwrap());
        });
    }
}

criterion_group!(parts, small_parts, tokens, calls, hashes);
criterion_main!(parts);
