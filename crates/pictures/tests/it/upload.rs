//! Uploads: what is taken, what becomes of it, and what is refused.

use std::io::{Cursor, Write};

use flate2::Compression;
use flate2::write::ZlibEncoder;
use image::{DynamicImage, GrayImage, ImageFormat, Rgb, RgbImage, Rgba, RgbaImage};
use proptest::prelude::*;
use yaopai_pictures::upload::{Format, Unfit, UploadLimits, re_encode};

use crate::chunk::chunk;

const LIMITS: UploadLimits = UploadLimits {
    bytes: 100_000,
    stored_bytes: 100_000,
    side: 256,
    pixels: 20_000,
    memory: 80_000,
};

/// What the two formats begin with.
const PNG_SIGNATURE: &[u8] = b"\x89PNG\r\n\x1a\n";
const JPEG_SIGNATURE: &[u8] = b"\xff\xd8\xff";

fn encoded(image: impl Into<DynamicImage>, format: ImageFormat) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    image.into().write_to(&mut bytes, format).unwrap();
    bytes.into_inner()
}

fn gradient(width: u32, height: u32) -> RgbImage {
    RgbImage::from_fn(width, height, |x, y| Rgb([(x * 5) as u8, (y * 5) as u8, (x * y) as u8]))
}

fn header(width: u32, height: u32, depth: u8, colour: u8) -> Vec<u8> {
    let sizes = [width.to_be_bytes(), height.to_be_bytes()].concat();
    chunk(b"IHDR", &[sizes.as_slice(), &[depth, colour, 0, 0, 0]].concat())
}

fn zlib(data: &[u8]) -> Vec<u8> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(data).unwrap();
    encoder.finish().unwrap()
}

/// `png` with `chunks` between its header and the rest.
fn with_chunks(png: &[u8], chunks: &[u8]) -> Vec<u8> {
    let (header, rest) = png.split_at(PNG_SIGNATURE.len() + 25);
    [header, chunks, rest].concat()
}

/// `jpeg` with segments of these markers and data before its own.
fn with_segments(jpeg: &[u8], segments: &[(u8, &[u8])]) -> Vec<u8> {
    let mut bytes = jpeg[..2].to_vec();
    for (marker, data) in segments {
        bytes.extend([0xff, *marker]);
        bytes.extend(u16::try_from(data.len() + 2).unwrap().to_be_bytes());
        bytes.extend(*data);
    }
    bytes.extend(&jpeg[2..]);
    bytes
}

/// A TIFF block, as EXIF has it, that holds an orientation and a note.
fn exif(orientation: u8) -> Vec<u8> {
    let entry = [0x12, 0x01, 3, 0, 1, 0, 0, 0, orientation, 0, 0, 0];
    [b"II\x2a\0\x08\0\0\0\x01\0".as_slice(), &entry, &[0; 4], b"canary"].concat()
}

/// Red in the upper left quarter, green in the upper right one, white below.
fn quarters() -> RgbImage {
    RgbImage::from_fn(64, 32, |x, y| match (x < 32, y < 16) {
        (true, true) => Rgb([255, 0, 0]),
        (false, true) => Rgb([0, 255, 0]),
        (_, false) => Rgb([255; 3]),
    })
}

fn is_red(pixel: &Rgb<u8>) -> bool {
    pixel[0] > 200 && pixel[1] < 60
}

fn is_green(pixel: &Rgb<u8>) -> bool {
    pixel[1] > 200 && pixel[0] < 60
}

#[test]
fn a_png_keeps_its_pixels() {
    let image = RgbaImage::from_fn(70, 40, |x, y| Rgba([(x * 3) as u8, (y * 5) as u8, 9, (x + y) as u8]));
    let picture = re_encode(&encoded(image.clone(), ImageFormat::Png), &LIMITS).unwrap();
    assert_eq!((picture.format, picture.width, picture.height), (Format::Png, 70, 40));
    assert_eq!(
        (picture.format.media_type(), picture.format.extension()),
        ("image/png", "png")
    );
    assert_eq!(image::load_from_memory(&picture.bytes).unwrap().into_rgba8(), image);
}

#[test]
fn a_jpeg_stays_a_jpeg() {
    for image in [
        DynamicImage::from(quarters()),
        GrayImage::from_pixel(64, 32, [255].into()).into(),
    ] {
        let picture = re_encode(&encoded(image, ImageFormat::Jpeg), &LIMITS).unwrap();
        assert_eq!((picture.format, picture.width, picture.height), (Format::Jpeg, 64, 32));
        assert_eq!(
            (picture.format.media_type(), picture.format.extension()),
            ("image/jpeg", "jpg")
        );
        assert_eq!(image::guess_format(&picture.bytes).unwrap(), ImageFormat::Jpeg);
        let corner = *image::load_from_memory(&picture.bytes)
            .unwrap()
            .into_rgb8()
            .get_pixel(63, 31);
        assert!(corner.0.iter().all(|channel| *channel > 245), "{corner:?}");
    }
}

#[test]
fn a_palette_and_its_transparency_survive() {
    let png = [
        PNG_SIGNATURE,
        &header(2, 1, 1, 3),
        &chunk(b"PLTE", &[255, 0, 0, 0, 0, 255]),
        &chunk(b"tRNS", &[255, 0]),
        &chunk(b"IDAT", &zlib(&[0, 0b0100_0000])),
        &chunk(b"IEND", &[]),
    ]
    .concat();
    let picture = re_encode(&png, &LIMITS).unwrap();
    let pixels = image::load_from_memory(&picture.bytes).unwrap().into_rgba8();
    assert_eq!(pixels.into_raw(), [255, 0, 0, 255, 0, 0, 255, 0]);
}

#[test]
fn pictures_are_turned_upright() {
    // Where EXIF (TIFF 6.0, "Orientation") has the upper left and upper right corner of the stored picture belong.
    const CORNERS: [(&str, &str); 8] = [
        ("top left", "top right"),
        ("top right", "top left"),
        ("bottom right", "bottom left"),
        ("bottom left", "bottom right"),
        ("top left", "bottom left"),
        ("top right", "bottom right"),
        ("bottom right", "top right"),
        ("bottom left", "top left"),
    ];
    let png = encoded(quarters(), ImageFormat::Png);
    let jpeg = encoded(quarters(), ImageFormat::Jpeg);
    for (orientation, (red, green)) in (1u8..).zip(CORNERS) {
        let exif = exif(orientation);
        let turned_png = with_chunks(&png, &chunk(b"eXIf", &exif));
        let turned_jpeg = with_segments(&jpeg, &[(0xe1, &[b"Exif\0\0", exif.as_slice()].concat())]);
        for upload in [turned_png, turned_jpeg] {
            let picture = re_encode(&upload, &LIMITS).unwrap();
            let size = if orientation < 5 { (64, 32) } else { (32, 64) };
            assert_eq!((picture.width, picture.height), size, "orientation {orientation}");
            let pixels = image::load_from_memory(&picture.bytes).unwrap().into_rgb8();
            assert_eq!(pixels.dimensions(), size);
            let at = |corner: &str| {
                let x = if corner.ends_with("left") { 4 } else { size.0 - 5 };
                let y = if corner.starts_with("top") { 4 } else { size.1 - 5 };
                pixels.get_pixel(x, y)
            };
            assert!(is_red(at(red)), "orientation {orientation}: {:?}", at(red));
            assert!(is_green(at(green)), "orientation {orientation}: {:?}", at(green));
        }
    }
}

#[test]
fn no_metadata_is_left() {
    let png = with_chunks(
        &encoded(gradient(40, 30), ImageFormat::Png),
        &[
            chunk(b"tEXt", b"Comment\0canary"),
            chunk(b"zTXt", &[b"Comment\0\0", zlib(b"canary").as_slice()].concat()),
            chunk(b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0canary"),
            chunk(b"iCCP", &[b"canary\0\0", zlib(b"canary").as_slice()].concat()),
            chunk(b"eXIf", &exif(1)),
            chunk(b"prVt", b"canary"),
        ]
        .concat(),
    );
    let jpeg = with_segments(
        &encoded(gradient(40, 30), ImageFormat::Jpeg),
        &[
            (0xe1, &[b"Exif\0\0", exif(1).as_slice()].concat()),
            (0xe1, b"http://ns.adobe.com/xap/1.0/\0canary"),
            (0xe2, b"ICC_PROFILE\0\x01\x01canary"),
            (0xed, b"Photoshop 3.0\0canary"),
            (0xfe, b"canary"),
        ],
    );
    for upload in [png, jpeg] {
        let upload = [upload.as_slice(), b"canary"].concat();
        let picture = re_encode(&upload, &LIMITS).unwrap();
        for trace in [
            b"canary".as_slice(),
            b"Exif",
            b"eXIf",
            b"tEXt",
            b"zTXt",
            b"iTXt",
            b"iCCP",
            b"ICC",
            b"adobe",
        ] {
            assert!(!picture.bytes.windows(trace.len()).any(|window| window == trace));
        }
        if picture.format == Format::Png {
            let kinds = chunk_kinds(&picture.bytes);
            assert!(
                kinds.iter().all(|kind| [b"IHDR", b"IDAT", b"IEND"].contains(&kind)),
                "{kinds:?}"
            );
        }
    }
}

fn chunk_kinds(png: &[u8]) -> Vec<[u8; 4]> {
    let mut kinds = Vec::new();
    let mut rest = &png[PNG_SIGNATURE.len()..];
    while let Some((length, after)) = rest.split_first_chunk() {
        kinds.push(*after.first_chunk().unwrap());
        rest = &after[u32::from_be_bytes(*length) as usize + 8..];
    }
    kinds
}

#[test]
fn other_types_are_refused_whatever_they_hold() {
    for upload in [
        b"".as_slice(),
        b"\x89PNG",
        b"\xff\xd8",
        b"GIF89a\x01\0\x01\0\0\0\0;",
        b"RIFF\x1a\0\0\0WEBPVP8L",
        b"BM",
        b"<svg xmlns=\"http://www.w3.org/2000/svg\"/>",
        b" \x89PNG\r\n\x1a\n",
    ] {
        assert_eq!(re_encode(upload, &LIMITS), Err(Unfit::NotPngOrJpeg));
    }
}

#[test]
fn animations_are_refused() {
    let control = chunk(b"acTL", &[0, 0, 0, 2, 0, 0, 0, 0]);
    let upload = with_chunks(&encoded(gradient(40, 30), ImageFormat::Png), &control);
    assert_eq!(re_encode(&upload, &LIMITS), Err(Unfit::Animated));
}

#[test]
fn bounds_on_bytes_hold_to_the_byte() {
    let upload = encoded(gradient(40, 30), ImageFormat::Png);
    let stored = re_encode(&upload, &LIMITS).unwrap().bytes.len();
    let bounded = |bytes, stored_bytes| UploadLimits {
        bytes,
        stored_bytes,
        ..LIMITS
    };
    assert!(re_encode(&upload, &bounded(upload.len(), stored)).is_ok());
    assert_eq!(
        re_encode(&upload, &bounded(upload.len() - 1, stored)),
        Err(Unfit::TooManyBytes)
    );
    assert_eq!(
        re_encode(&upload, &bounded(upload.len(), stored - 1)),
        Err(Unfit::TooManyBytes)
    );
}

#[test]
fn bounds_on_pixels_hold_to_the_pixel() {
    for format in [ImageFormat::Png, ImageFormat::Jpeg] {
        for (width, height, fits) in [
            (200, 100, true),
            (201, 100, false),
            (256, 4, true),
            (257, 4, false),
            (4, 257, false),
        ] {
            let outcome = re_encode(&encoded(RgbImage::new(width, height), format), &LIMITS);
            if fits {
                assert!(outcome.is_ok(), "{width} × {height}");
            } else {
                assert_eq!(outcome, Err(Unfit::TooManyPixels), "{width} × {height}");
            }
        }
    }
    // 8 bytes a pixel: fewer of them fit in memory.
    let deep = encoded(DynamicImage::new_rgba16(200, 100), ImageFormat::Png);
    assert_eq!(re_encode(&deep, &LIMITS), Err(Unfit::TooManyPixels));
}

#[test]
fn uploads_that_are_cut_short_are_refused() {
    let thumbnail = [b"Exif\0\0", exif(1).as_slice(), b"\xff\xd8\xff\xd9"].concat();
    let jpeg = with_segments(&encoded(gradient(40, 30), ImageFormat::Jpeg), &[(0xe1, &thumbnail)]);
    for upload in [encoded(gradient(40, 30), ImageFormat::Png), jpeg] {
        assert!(re_encode(&upload, &LIMITS).is_ok());
        for length in JPEG_SIGNATURE.len().max(PNG_SIGNATURE.len())..upload.len() {
            assert_eq!(
                re_encode(&upload[..length], &LIMITS),
                Err(Unfit::Damaged),
                "{length} bytes"
            );
        }
    }
}

proptest! {
    #[test]
    fn any_bytes_get_an_answer(bytes in prop::collection::vec(any::<u8>(), 0..512), signature in 0..3) {
        let signature = [b"".as_slice(), PNG_SIGNATURE, JPEG_SIGNATURE][signature as usize];
        prop_assert!(re_encode(&[signature, &bytes].concat(), &LIMITS).is_err());
    }

    #[test]
    fn damage_anywhere_gets_an_answer(
        jpeg in any::<bool>(),
        damage in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6),
    ) {
        let format = if jpeg { ImageFormat::Jpeg } else { ImageFormat::Png };
        let mut upload = encoded(gradient(40, 30), format);
        for (place, value) in damage {
            let place = place.index(upload.len());
            upload[place] = value;
        }
        if let Ok(picture) = re_encode(&upload, &LIMITS) {
            prop_assert!(u64::from(picture.width) * u64::from(picture.height) <= LIMITS.pixels);
            prop_assert!(re_encode(&picture.bytes, &LIMITS).is_ok());
        }
    }
}
