//! Whatever is told, every kernel answers as the crate `argon2`: the same hash, or the same refusal.
#![no_main]

use argon2::{Algorithm, Argon2, AssociatedData, ParamsBuilder, Version};
use libfuzzer_sys::fuzz_target;
use yaopai_argon2_simd::{Argon2id, Kernel, Memory};

type Told<'a> = ((u8, u8, u8, u8), bool, &'a [u8], &'a [u8], &'a [u8], &'a [u8]);

fuzz_target!(|told: Told<'_>| {
    let ((memory, passes, lanes, output_bytes), is_old, secret, data, password, salt) = told;
    let lanes = u32::from(lanes % 8);
    let data = AssociatedData::new(&data[..data.len().min(AssociatedData::MAX_LEN)]).unwrap();
    let Ok(params) = ParamsBuilder::new()
        .m_cost(lanes * 8 + u32::from(memory))
        .t_cost(u32::from(passes % 5))
        .p_cost(lanes)
        .data(data)
        .build()
    else {
        return;
    };
    let version = if is_old { Version::V0x10 } else { Version::V0x13 };
    let output_bytes = usize::from(output_bytes);

    let mut expected = vec![0; output_bytes];
    let outcome = Argon2::new_with_secret(secret, Algorithm::Argon2id, version, params.clone())
        .unwrap()
        .hash_password_into(password, salt, &mut expected);
    let mut memory = Memory::default();
    for kernel in Kernel::all() {
        let mut out = vec![0; output_bytes];
        let argon2 = Argon2id {
            kernel,
            version,
            params: &params,
            secret,
        };
        assert_eq!(argon2.hash(password, salt, &mut out, &mut memory), outcome, "{kernel}");
        assert_eq!(out, expected, "{kernel}");
    }
});
