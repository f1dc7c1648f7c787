//! Pictures that people upload: told by their content, bounded, decoded, and written anew without their metadata.

use std::io::Cursor;

use image::codecs::jpeg::{JpegDecoder, JpegEncoder};
use image::codecs::png::{PngDecoder, PngEncoder};
use image::{DynamicImage, ImageDecoder, ImageError, Limits};

/// What an upload may cost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UploadLimits {
    /// The largest file taken, in bytes.
    pub bytes: usize,
    /// The largest file made of it, in bytes. A picture may grow: ours is packed for speed.
    pub stored_bytes: usize,
    /// The greatest width and the greatest height, in pixels.
    pub side: u32,
    /// The most pixels, width times height.
    pub pixels: u64,
    /// The most bytes that the decoded pixels may take. At its peak, turning a picture upright takes this twice, and
    /// decoding a progressive JPEG three times.
    pub memory: u64,
}

/// The types of picture that are taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// Portable Network Graphics.
    Png,
    /// JPEG, baseline or progressive.
    Jpeg,
}

impl Format {
    /// The media type that says so in a `Content-Type` header.
    pub fn media_type(self) -> &'static str {
        match self {
            Self::Png => "image/png",
            Self::Jpeg => "image/jpeg",
        }
    }

    /// The customary end of a file's name, without the dot.
    pub fn extension(self) -> &'static str {
        match self {
            Self::Png => "png",
            Self::Jpeg => "jpg",
        }
    }

    /// The format whose signature `bytes` begin with.
    fn of(bytes: &[u8]) -> Option<Self> {
        if bytes.starts_with(PNG_SIGNATURE) {
            Some(Self::Png)
        } else if bytes.starts_with(JPEG_SIGNATURE) {
            Some(Self::Jpeg)
        } else {
            None
        }
    }
}

const PNG_SIGNATURE: &[u8] = b"\x89PNG\r\n\x1a\n";
/// The start-of-image marker, and the first byte of the marker that has to follow it.
const JPEG_SIGNATURE: &[u8] = b"\xff\xd8\xff";

/// A picture as this crate wrote it, holding pixels and nothing else.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Picture {
    /// The type of `bytes`: that of the upload.
    pub format: Format,
    /// The file.
    pub bytes: Vec<u8>,
    /// Width in pixels, upright.
    pub width: u32,
    /// Height in pixels, upright.
    pub height: u32,
}

/// Why an upload was not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unfit {
    /// The file, or the file made of it, is too large.
    #[error("the file is too large")]
    TooManyBytes,
    /// The content is of another type.
    #[error("the file is neither a PNG nor a JPEG")]
    NotPngOrJpeg,
    /// Too wide, too high, or more pixels than may be decoded.
    #[error("the picture has too many pixels")]
    TooManyPixels,
    /// More than one frame.
    #[error("the picture is animated")]
    Animated,
    /// Cut short, broken, or of a kind that the decoder does not know.
    #[error("the picture is damaged")]
    Damaged,
}

/// Quality of the JPEGs written, of 100.
const JPEG_QUALITY: u8 = 85;

/// Decodes an upload and writes it anew in the same format: upright, and without metadata. A large picture takes in the
/// order of a second, so this belongs on a thread that may block.
///
/// # Errors
/// [`Unfit`] says why the upload is refused. Bytes, sides, pixels and memory are checked before room for the pixels is
/// made.
pub fn re_encode(bytes: &[u8], limits: &UploadLimits) -> Result<Picture, Unfit> {
    if bytes.len() > limits.bytes {
        return Err(Unfit::TooManyBytes);
    }
    let format = Format::of(bytes).ok_or(Unfit::NotPngOrJpeg)?;
    let image = match format {
        Format::Png => decode_png(bytes, limits)?,
        Format::Jpeg => decode_jpeg(bytes, limits)?,
    };
    let mut written = Vec::new();
    match format {
        Format::Png => image.write_with_encoder(PngEncoder::new(&mut written)),
        Format::Jpeg => image.write_with_encoder(JpegEncoder::new_with_quality(&mut written, JPEG_QUALITY)),
    }
    .map_err(unfit)?;
    if written.len() > limits.stored_bytes {
        return Err(Unfit::TooManyBytes);
    }
    Ok(Picture {
        format,
        bytes: written,
        width: image.width(),
        height: image.height(),
    })
}

fn decode_png(bytes: &[u8], limits: &UploadLimits) -> Result<DynamicImage, Unfit> {
    let needed = needed_chunks(bytes)?;
    let decoder = PngDecoder::with_limits(Cursor::new(needed), decoder_limits(limits)).map_err(unfit)?;
    decode(decoder, limits)
}

fn decode_jpeg(bytes: &[u8], limits: &UploadLimits) -> Result<DynamicImage, Unfit> {
    // The decoder pads a picture that is cut short with grey.
    if !has_end_of_image(bytes) {
        return Err(Unfit::Damaged);
    }
    let decoder = JpegDecoder::new(Cursor::new(bytes)).map_err(unfit)?;
    decode(decoder, limits)
}

fn decode(mut decoder: impl ImageDecoder, limits: &UploadLimits) -> Result<DynamicImage, Unfit> {
    let (width, height) = decoder.dimensions();
    if u64::from(width) * u64::from(height) > limits.pixels {
        return Err(Unfit::TooManyPixels);
    }
    let mut remaining = decoder_limits(limits);
    remaining
        .reserve_buffer(width, height, decoder.color_type())
        .map_err(unfit)?;
    decoder.set_limits(remaining).map_err(unfit)?;
    let orientation = decoder.orientation().map_err(unfit)?;
    let mut image = DynamicImage::from_decoder(decoder).map_err(unfit)?;
    image.apply_orientation(orientation);
    Ok(image)
}

fn decoder_limits(limits: &UploadLimits) -> Limits {
    let mut bounds = Limits::no_limits();
    bounds.max_image_width = Some(limits.side);
    bounds.max_image_height = Some(limits.side);
    bounds.max_alloc = Some(limits.memory);
    bounds
}

fn unfit(error: ImageError) -> Unfit {
    if matches!(error, ImageError::Limits(_)) {
        Unfit::TooManyPixels
    } else {
        Unfit::Damaged
    }
}

/// The chunks that pixels, transparency and orientation come from, up to the end of the picture.
///
/// The rest is left out before the decoder sees it: a text or colour profile chunk of a few megabytes may expand to a
/// gigabyte, and nothing of it would be kept.
fn needed_chunks(png: &[u8]) -> Result<Vec<u8>, Unfit> {
    const NEEDED: [&[u8]; 6] = [b"IHDR", b"PLTE", b"tRNS", b"eXIf", b"IDAT", b"IEND"];
    /// Length and type before a chunk's data, checksum after it.
    const FRAME: usize = 12;
    let mut needed = PNG_SIGNATURE.to_vec();
    let mut rest = &png[PNG_SIGNATURE.len()..];
    loop {
        let length = rest.first_chunk().ok_or(Unfit::Damaged)?;
        let length = u32::from_be_bytes(*length) as usize;
        let (chunk, after) = length
            .checked_add(FRAME)
            .and_then(|whole| rest.split_at_checked(whole))
            .ok_or(Unfit::Damaged)?;
        let kind = &chunk[4..8];
        if kind == b"acTL" {
            return Err(Unfit::Animated);
        }
        if NEEDED.contains(&kind) {
            needed.extend_from_slice(chunk);
        }
        if kind == b"IEND" {
            return Ok(needed);
        }
        rest = after;
    }
}

/// Whether the end-of-image marker follows the first scan. The segments before that are walked, because a thumbnail
/// in one of them has such a marker of its own.
fn has_end_of_image(jpeg: &[u8]) -> bool {
    const START_OF_SCAN: u8 = 0xda;
    let mut rest = &jpeg[2..];
    loop {
        match rest {
            // Any number of fill bytes may come before a marker.
            [0xff, 0xff, ..] => rest = &rest[1..],
            [0xff, START_OF_SCAN, scan @ ..] => return scan.windows(2).any(|pair| pair == [0xff, 0xd9]),
            [0xff, _, high, low, ..] => {
                let length = usize::from(u16::from_be_bytes([*high, *low]));
                match rest.get(2 + length..) {
                    Some(after) => rest = after,
                    None => return false,
                }
            }
            _ => return false,
        }
    }
}
