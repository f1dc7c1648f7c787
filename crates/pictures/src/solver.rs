//! Solves a slider from its pictures alone, as an honest client would. For tests only.

use image::ImageFormat;

/// The left edge of the hole in `background` that `piece` fills, whose top edge is `y`: the place whose brightness
/// correlates best with the piece's. None when a picture cannot be read or the piece does not fit in at `y`.
pub fn solve(background: &[u8], piece: &[u8], y: u32) -> Option<u32> {
    let background = read(background)?;
    let piece = read(piece)?;
    if y.checked_add(piece.height)? > background.height {
        return None;
    }
    let rows = &background.brightness[(y * background.width) as usize..];
    let last = background.width.checked_sub(piece.width)?;
    (0..=last)
        .map(|x| {
            let window = || {
                rows.chunks(background.width as usize)
                    .take(piece.height as usize)
                    .flat_map(|row| &row[x as usize..(x + piece.width) as usize])
            };
            (x, correlation(window, &piece.brightness))
        })
        .max_by(|left, right| left.1.total_cmp(&right.1))
        .map(|(x, _)| x)
}

struct Grey {
    width: u32,
    height: u32,
    brightness: Vec<f32>,
}

fn read(png: &[u8]) -> Option<Grey> {
    let grey = image::load_from_memory_with_format(png, ImageFormat::Png)
        .ok()?
        .into_luma8();
    let (width, height) = grey.dimensions();
    Some(Grey {
        width,
        height,
        brightness: grey.iter().copied().map(f32::from).collect(),
    })
}

/// Pearson's correlation, which neither a darker nor a flatter copy changes.
fn correlation<'a, I: Iterator<Item = &'a f32>>(window: impl Fn() -> I, piece: &[f32]) -> f32 {
    let count = piece.len() as f32;
    let window_mean = window().sum::<f32>() / count;
    let piece_mean = piece.iter().sum::<f32>() / count;
    let (mut both, mut window_square, mut piece_square) = (0.0, 0.0, 0.0);
    for (left, right) in window().zip(piece) {
        let (left, right) = (left - window_mean, right - piece_mean);
        both += left * right;
        window_square += left * left;
        piece_square += right * right;
    }
    both / (window_square * piece_square).sqrt().max(f32::MIN_POSITIVE)
}
