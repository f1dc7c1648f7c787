//! Vectors that others have published.

use argon2::{AssociatedData, Params, ParamsBuilder, Version};
use yaopai_argon2_simd::{Argon2id, Kernel, Memory};

fn assert_hash(version: Version, params: &Params, secret: &[u8], password: &[u8], salt: &[u8], expected: &str) {
    for kernel in Kernel::all() {
        let argon2 = Argon2id {
            kernel,
            version,
            params,
            secret,
        };
        let mut out = [0; 32];
        argon2.hash(password, salt, &mut out, &mut Memory::default()).unwrap();
        let hex: String = out.iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(hex, expected, "by {kernel}");
    }
}

/// What RFC 9106, §5.3, and the file `kats/argon2id_v16` of the reference implementation are made from.
fn assert_example(version: Version, expected: &str) {
    let params = ParamsBuilder::new()
        .m_cost(32)
        .t_cost(3)
        .p_cost(4)
        .data(AssociatedData::new(&[4; 12]).unwrap())
        .build()
        .unwrap();
    assert_hash(version, &params, &[3; 8], &[1; 32], &[2; 16], expected);
}

#[test]
fn rfc_9106() {
    assert_example(
        Version::V0x13,
        "0d640df58d78766c08c037a34a8b53c9d01ef0452d75b65eb52520e96b01e659",
    );
}

#[test]
fn reference_implementation_version_16() {
    assert_example(
        Version::V0x10,
        "b64615f07789b66b645b67ee9ed3b377ae350b6bfcbb0fc95141ea8f322613c0",
    );
}

/// `src/test.c` of the reference implementation: all of Argon2id but the one that takes 256 MiB.
#[test]
#[cfg_attr(miri, ignore = "too much memory to interpret")]
fn reference_implementation() {
    for (passes, log2_memory, lanes, password, salt, expected) in [
        (
            2,
            16,
            1,
            "password",
            "somesalt",
            "09316115d5cf24ed5a15a31a3ba326e5cf32edc24702987c02b6566f61913cf7",
        ),
        (
            2,
            8,
            1,
            "password",
            "somesalt",
            "9dfeb910e80bad0311fee20f9c0e2b12c17987b4cac90c2ef54d5b3021c68bfe",
        ),
        (
            2,
            8,
            2,
            "password",
            "somesalt",
            "6d093c501fd5999645e0ea3bf620d7b8be7fd2db59c20d9fff9539da2bf57037",
        ),
        (
            1,
            16,
            1,
            "password",
            "somesalt",
            "f6a5adc1ba723dddef9b5ac1d464e180fcd9dffc9d1cbf76cca2fed795d9ca98",
        ),
        (
            4,
            16,
            1,
            "password",
            "somesalt",
            "9025d48e68ef7395cca9079da4c4ec3affb3c8911fe4f86d1a2520856f63172c",
        ),
        (
            2,
            16,
            1,
            "differentpassword",
            "somesalt",
            "0b84d652cf6b0c4beaef0dfe278ba6a80df6696281d7e0d2891b817d8c458fde",
        ),
        (
            2,
            16,
            1,
            "password",
            "diffsalt",
            "bdf32b05ccc42eb15d58fd19b1f856b113da1e9a5874fdcc544308565aa8141c",
        ),
    ] {
        let params = Params::new(1 << log2_memory, passes, lanes, Some(32)).unwrap();
        assert_hash(
            Version::V0x13,
            &params,
            &[],
            password.as_bytes(),
            salt.as_bytes(),
            expected,
        );
    }
}
