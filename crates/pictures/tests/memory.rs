//! What decompression bombs cost. Alone in its process, because the peak it measures is the process's.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, reason = "a test fails by panicking, in its helpers too")]

use std::io::{Cursor, Write};

use flate2::Compression;
use flate2::write::ZlibEncoder;
use image::{ImageFormat, RgbImage};
use yaopai_model::limits;
use yaopai_pictures::upload::{Unfit, UploadLimits, re_encode};

#[path = "it/chunk.rs"]
mod chunk;
use chunk::chunk;

/// Those of the product.
const LIMITS: UploadLimits = UploadLimits {
    bytes: limits::UPLOAD_BYTES,
    stored_bytes: limits::UPLOAD_STORED_BYTES,
    side: limits::UPLOAD_SIDE,
    pixels: limits::UPLOAD_PIXELS,
    memory: limits::UPLOAD_MEMORY_BYTES,
};

const EXPANDED: usize = 256 << 20;
const ALLOWED: u64 = 48 << 20;

/// The most memory this process ever held, in bytes.
fn peak() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with("VmHWM:")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse::<u64>().unwrap() * 1024
}

/// [`EXPANDED`] zeros, packed a thousand to one.
fn bomb() -> Vec<u8> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::fast());
    let zeros = vec![0; 1 << 20];
    for _ in 0..EXPANDED / zeros.len() {
        encoder.write_all(&zeros).unwrap();
    }
    encoder.finish().unwrap()
}

/// A PNG header chunk for 8-bit greyscale.
fn header(width: u32, height: u32) -> Vec<u8> {
    chunk(
        b"IHDR",
        &[width.to_be_bytes().as_slice(), &height.to_be_bytes(), &[8, 0, 0, 0, 0]].concat(),
    )
}

/// A JPEG that claims to be of this size.
fn claiming_jpeg(width: u16, height: u16) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    RgbImage::new(16, 16).write_to(&mut bytes, ImageFormat::Jpeg).unwrap();
    let mut jpeg = bytes.into_inner();
    let frame = jpeg.windows(2).position(|pair| pair == [0xff, 0xc0]).unwrap();
    jpeg[frame + 5..frame + 7].copy_from_slice(&height.to_be_bytes());
    jpeg[frame + 7..frame + 9].copy_from_slice(&width.to_be_bytes());
    jpeg
}

/// A PNG whose pixels are a bomb, after `extra` chunks.
fn png(size: u32, extra: &[u8], packed: &[u8]) -> Vec<u8> {
    let signature = b"\x89PNG\r\n\x1a\n".as_slice();
    let pixels = chunk(b"IDAT", packed);
    [signature, &header(size, size), extra, &pixels, &chunk(b"IEND", &[])].concat()
}

#[test]
fn bombs_cost_no_more_than_pictures() {
    let packed = bomb();
    let after = |prefix: &[u8]| [prefix, packed.as_slice()].concat();
    let uploads = [
        png(64, &chunk(b"zTXt", &after(b"Raw profile type iptc\0\0")), &packed),
        png(64, &chunk(b"iTXt", &after(b"XML:com.adobe.xmp\0\x01\0\0\0")), &packed),
        png(64, &chunk(b"iCCP", &after(b"name\0\0")), &packed),
        png(64, &[], &packed),
        png(60_000, &[], &packed),
        png(8_000, &[], &packed),
        claiming_jpeg(60_000, 60_000),
        claiming_jpeg(8_000, 8_000),
    ];
    let outcomes = [Ok((64, 64)), Err(Unfit::TooManyPixels)].map(|outcome| [outcome; 4]);
    let before = peak();
    for (index, (upload, expected)) in uploads.iter().zip(outcomes.concat()).enumerate() {
        let outcome = re_encode(upload, &LIMITS);
        assert_eq!(
            outcome.map(|picture| (picture.width, picture.height)),
            expected,
            "upload {index}"
        );
        let cost = peak() - before;
        assert!(cost < ALLOWED, "upload {index} took {} MiB", cost >> 20);
    }
}
