//! The crate `argon2`, with memory of its own, is the oracle.

use argon2::{Algorithm, Argon2, AssociatedData, Error, Params, ParamsBuilder, Version};
use proptest::collection::vec;
use proptest::prelude::*;
use yaopai_argon2_simd::{Argon2id, Kernel, Memory};

#[derive(Debug)]
struct Told {
    version: Version,
    params: Params,
    secret: Vec<u8>,
    password: Vec<u8>,
    salt: Vec<u8>,
    output_bytes: usize,
}

fn told() -> impl Strategy<Value = Told> {
    let costs = (1_u32..=5).prop_flat_map(|lanes| (lanes * 8..=lanes * 8 + 150, 1_u32..=4, Just(lanes)));
    let version = prop_oneof![Just(Version::V0x10), Just(Version::V0x13)];
    let secrets = (vec(any::<u8>(), 0..=40), vec(any::<u8>(), 0..=32));
    let inputs = (vec(any::<u8>(), 0..=140), vec(any::<u8>(), 8..=70));
    // Around the lengths at which H′ begins another digest.
    let output_bytes = prop_oneof![4_usize..=200, Just(64), Just(65), Just(96), Just(97), Just(128)];
    (costs, version, secrets, inputs, output_bytes).prop_map(
        |((memory, passes, lanes), version, (secret, data), (password, salt), output_bytes)| Told {
            version,
            params: ParamsBuilder::new()
                .m_cost(memory)
                .t_cost(passes)
                .p_cost(lanes)
                .data(AssociatedData::new(&data).unwrap())
                .build()
                .unwrap(),
            secret,
            password,
            salt,
            output_bytes,
        },
    )
}

impl Told {
    fn by_the_crate(&self) -> Vec<u8> {
        let mut out = vec![0; self.output_bytes];
        Argon2::new_with_secret(&self.secret, Algorithm::Argon2id, self.version, self.params.clone())
            .unwrap()
            .hash_password_into(&self.password, &self.salt, &mut out)
            .unwrap();
        out
    }

    fn by(&self, kernel: Kernel, memory: &mut Memory) -> Vec<u8> {
        let mut out = vec![0; self.output_bytes];
        let (version, params, secret) = (self.version, &self.params, &self.secret[..]);
        Argon2id {
            kernel,
            version,
            params,
            secret,
        }
        .hash(&self.password, &self.salt, &mut out, memory)
        .unwrap();
        out
    }
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: if cfg!(miri) { 2 } else { 256 },
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn whatever_is_told(told in told(), before in told()) {
        let expected = told.by_the_crate();
        for kernel in Kernel::all() {
            let mut memory = Memory::default();
            // What another hash left in the memory, more or less of it, changes nothing.
            before.by(kernel, &mut memory);
            prop_assert_eq!(&told.by(kernel, &mut memory), &expected, "by {}", kernel);
        }
    }
}

#[test]
#[cfg_attr(miri, ignore = "too much memory to interpret")]
fn the_parameters_that_are_set_by_default() {
    let told = Told {
        version: Version::V0x13,
        params: Params::new(19 * 1024, 2, 1, Some(32)).unwrap(),
        secret: Vec::new(),
        password: b"correct horse".to_vec(),
        salt: vec![7; 16],
        output_bytes: 32,
    };
    for kernel in Kernel::all() {
        assert_eq!(
            told.by(kernel, &mut Memory::default()),
            told.by_the_crate(),
            "by {kernel}"
        );
    }
}

#[test]
fn what_is_refused_is_refused_alike() {
    let free = Params::new(8, 1, 1, None).unwrap();
    let fixed = Params::new(8, 1, 1, Some(32)).unwrap();
    for (params, salt, output_bytes, expected) in [
        (&free, &[0; 7][..], 32, Error::SaltTooShort),
        (&free, &[0; 8], 3, Error::OutputTooShort),
        (&fixed, &[0; 8], 31, Error::OutputTooShort),
        (&fixed, &[0; 8], 33, Error::OutputTooLong),
    ] {
        for kernel in Kernel::all() {
            let (version, secret) = (Version::V0x13, &[][..]);
            let argon2 = Argon2id {
                kernel,
                version,
                params,
                secret,
            };
            let refused = argon2.hash(b"", salt, &mut vec![0; output_bytes], &mut Memory::default());
            assert_eq!(refused, Err(expected), "by {kernel}");
        }
    }
}

#[test]
fn memory_is_kept_until_it_is_given_back() {
    let mut memory = Memory::default();
    let mut hash = |memory_kib| {
        Argon2id {
            kernel: Kernel::detect(),
            version: Version::V0x13,
            params: &Params::new(memory_kib, 1, 1, None).unwrap(),
            secret: &[],
        }
        .hash(b"", &[0; 8], &mut [0; 32], &mut memory)
        .unwrap();
        memory.count()
    };
    assert_eq!([hash(64), hash(16)], [64, 64]);
    memory.shrink_to(16);
    assert_eq!(memory.count(), 16);
}
