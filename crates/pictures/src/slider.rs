//! The human verification slider: a background with a shadowed hole, and the piece that fills it.

use std::f32::consts::TAU;
use std::ops::Range;

use image::codecs::png::{CompressionType, FilterType, PngEncoder};
use image::{ExtendedColorType, ImageEncoder, ImageError};

use crate::canvas::{Canvas, Colour, Noise, Outline, Shape, mix};
use crate::dice::Dice;

/// Width of the background in pixels.
pub const WIDTH: u32 = 310;
/// Height of the background in pixels.
pub const HEIGHT: u32 = 160;
/// Width and height of the piece, and of the hole it fills, in pixels.
pub const SIDE: u32 = 50;
/// Where the hole's left edge may be.
pub const LEFT_EDGES: Range<u32> = 20..240;
/// Where the hole's top edge may be.
pub const TOP_EDGES: Range<u32> = 20..90;
/// How many pixels an answer may be off to either side.
pub const TOLERANCE: u64 = 2;

/// A slider as drawn. It has no `Debug`, because `x` is what the solver has to find out.
pub struct Slider {
    /// The background with the hole in it: a PNG of [`WIDTH`] × [`HEIGHT`].
    pub background_png: Vec<u8>,
    /// What the hole covers, undistorted: a PNG of [`SIDE`] × [`SIDE`].
    pub piece_png: Vec<u8>,
    /// The hole's left edge, in [`LEFT_EDGES`]: the answer.
    pub x: u32,
    /// The hole's top edge, in [`TOP_EDGES`]: told with the pictures.
    pub y: u32,
}

/// A slider could not be encoded.
#[derive(Debug, thiserror::Error)]
#[error("the slider's pictures could not be encoded")]
pub struct DrawError(#[from] ImageError);

/// Draws a slider. `random` fills the slice it is given with bytes that nobody can predict.
///
/// # Errors
/// When a picture cannot be encoded, which takes a fault of the encoder.
pub fn draw(random: &mut dyn FnMut(&mut [u8])) -> Result<Slider, DrawError> {
    let mut dice = Dice::new(random);
    let x = pick(&mut dice, &LEFT_EDGES);
    let y = pick(&mut dice, &TOP_EDGES);
    let hole = hole(x, y);

    let mut canvas = paint(&mut dice);
    cast_decoys(&mut dice, &mut canvas, [x, y]);
    let piece = canvas.rgb(x, y, SIDE, SIDE);
    cast_shadow(&mut dice, &mut canvas, &hole);

    Ok(Slider {
        background_png: png(&canvas.rgb(0, 0, WIDTH, HEIGHT), WIDTH, HEIGHT)?,
        piece_png: png(&piece, SIDE, SIDE)?,
        x,
        y,
    })
}

/// Whether `answered_x` is the left edge of a hole drawn at `drawn_x`, give or take [`TOLERANCE`].
pub fn judge(drawn_x: u32, answered_x: i64) -> bool {
    i64::from(drawn_x).abs_diff(answered_x) <= TOLERANCE
}

fn pick(dice: &mut Dice<'_>, range: &Range<u32>) -> u32 {
    range.start + dice.below(range.end - range.start)
}

fn hole(x: u32, y: u32) -> Shape {
    let half = SIDE as f32 / 2.0;
    let outline = Outline::Box {
        half_width: half,
        half_height: half,
        corner: 0.0,
    };
    Shape::new(outline, [x as f32 + half, y as f32 + half], 0.0)
}

/// The background before anything casts a shadow on it: a gradient with clouds, shapes, and texture over it all.
fn paint(dice: &mut Dice<'_>) -> Canvas {
    let mut canvas = Canvas::new(WIDTH, HEIGHT, [0.0; 3]);
    wash(dice, &mut canvas);
    for _ in 0..20 + dice.below(16) {
        scatter(dice, &mut canvas);
    }
    texture(dice, &mut canvas);
    canvas
}

/// Fills the canvas with a gradient between two colours, in any direction, with clouds of a third.
fn wash(dice: &mut Dice<'_>, canvas: &mut Canvas) {
    let [from, to, cloud] = std::array::from_fn(|_| colour(dice, 70.0));
    let (sine, cosine) = dice.between(0.0, TAU).sin_cos();
    let length = WIDTH as f32 * cosine.abs() + HEIGHT as f32 * sine.abs();
    let cell = dice.between(20.0, 60.0);
    let clouds = Noise::new(dice, WIDTH, HEIGHT, cell);
    canvas.each(|x, y, pixel| {
        let along = (x - WIDTH as f32 / 2.0) * cosine + (y - HEIGHT as f32 / 2.0) * sine;
        let density = (0.3 + 0.6 * clouds.at(x, y)).clamp(0.0, 1.0);
        *pixel = mix(mix(from, to, along / length + 0.5), cloud, density);
    });
}

/// Lightens and darkens the canvas in small patches, with grain on top. It makes every place unlike every other, also
/// where one shape covers all of the hole.
fn texture(dice: &mut Dice<'_>, canvas: &mut Canvas) {
    let (relief, grain) = (dice.between(25.0, 45.0), dice.between(1.5, 3.0));
    let cell = dice.between(5.0, 11.0);
    let patches = Noise::new(dice, WIDTH, HEIGHT, cell);
    canvas.each(|x, y, pixel| {
        let change = relief * patches.at(x, y) + grain * (f32::from(dice.byte()) / 127.5 - 1.0);
        *pixel = pixel.map(|channel| (channel + change).clamp(0.0, 255.0));
    });
}

/// Puts one shape of any kind, colour and opacity anywhere on the canvas.
fn scatter(dice: &mut Dice<'_>, canvas: &mut Canvas) {
    let outline = match dice.below(3) {
        0 => Outline::Disc {
            radius: dice.between(5.0, 32.0),
        },
        1 => Outline::Ring {
            radius: dice.between(8.0, 36.0),
            thickness: dice.between(1.5, 5.0),
        },
        _ => Outline::Box {
            half_width: dice.between(4.0, 40.0),
            half_height: dice.between(3.0, 30.0),
            corner: dice.between(0.0, 3.0),
        },
    };
    let shape = Shape::new(outline, anywhere(dice), dice.between(0.0, TAU));
    let opacity = dice.between(0.3, 0.9);
    let colour = colour(dice, 30.0);
    canvas.lay(&shape, 0.5, colour, |distance| {
        opacity * (0.5 - distance).clamp(0.0, 1.0)
    });
}

fn anywhere(dice: &mut Dice<'_>) -> [f32; 2] {
    [dice.between(0.0, WIDTH as f32), dice.between(0.0, HEIGHT as f32)]
}

fn colour(dice: &mut Dice<'_>, darkest: f32) -> Colour {
    std::array::from_fn(|_| dice.between(darkest, 250.0))
}

/// Casts shadows like the hole's, of other outlines, so that looking for the darkest place does not find the hole.
/// They lie at the hole's height, and clear of it and of each other: a person has to see every one whole.
fn cast_decoys(dice: &mut Dice<'_>, canvas: &mut Canvas, corner: [u32; 2]) {
    const TRIES: u32 = 20;
    let half = SIDE as f32 / 2.0;
    let [across, down] = corner.map(|edge| edge as f32 + half);
    let mut taken = vec![(across, half)];
    for _ in 0..TRIES {
        let outline = match dice.below(2) {
            0 => Outline::Disc {
                radius: dice.between(26.0, 33.0),
            },
            _ => Outline::Box {
                half_width: dice.between(24.0, 30.0),
                half_height: dice.between(24.0, 30.0),
                corner: dice.between(8.0, 16.0),
            },
        };
        let centre = [dice.between(0.0, WIDTH as f32), down + dice.between(-12.0, 12.0)];
        let shape = Shape::new(outline, centre, dice.between(0.0, TAU));
        let reach = shape.reach() + SHADOW_MARGIN;
        if taken
            .iter()
            .all(|(middle, half)| (centre[0] - middle).abs() > half + reach)
        {
            cast_shadow(dice, canvas, &shape);
            taken.push((centre[0], reach));
        }
    }
}

/// How far outside an outline its shadow still shows, in pixels.
const SHADOW_MARGIN: f32 = 4.0;

/// Darkens what `shape` covers, most along its edge, and a little of what lies around it.
fn cast_shadow(dice: &mut Dice<'_>, canvas: &mut Canvas, shape: &Shape) {
    let depth = dice.between(0.38, 0.58);
    let rim = dice.between(0.05, 0.12);
    let spill = dice.between(0.1, 0.25);
    let softness = dice.between(0.8, 1.6);
    let tint = std::array::from_fn(|_| dice.between(0.0, 40.0));
    canvas.lay(shape, SHADOW_MARGIN, tint, |distance| {
        if distance < 0.0 {
            depth + rim * (distance / softness).exp()
        } else {
            spill * (1.0 - distance / SHADOW_MARGIN)
        }
    });
}

fn png(rgb: &[u8], width: u32, height: u32) -> Result<Vec<u8>, ImageError> {
    let mut bytes = Vec::new();
    PngEncoder::new_with_quality(&mut bytes, CompressionType::Fast, FilterType::Paeth).write_image(
        rgb,
        width,
        height,
        ExtendedColorType::Rgb8,
    )?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use image::{GrayImage, RgbImage};

    use super::*;
    use crate::solver::solve;

    /// A seeded stream of bytes (SplitMix64).
    fn seeded(seed: u64) -> impl FnMut(&mut [u8]) {
        let mut state = seed;
        move |bytes| {
            for chunk in bytes.chunks_mut(8) {
                state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
                let mut word = state;
                word = (word ^ (word >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
                word = (word ^ (word >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
                chunk.copy_from_slice(&(word ^ (word >> 31)).to_le_bytes()[..chunk.len()]);
            }
        }
    }

    fn sliders(count: u64) -> impl Iterator<Item = Slider> {
        (0..count).map(|seed| draw(&mut seeded(seed)).unwrap())
    }

    fn rgb(png: &[u8]) -> RgbImage {
        image::load_from_memory(png).unwrap().into_rgb8()
    }

    #[test]
    fn the_place_is_found_from_the_pictures_alone() {
        for (seed, slider) in sliders(400).enumerate() {
            let found = solve(&slider.background_png, &slider.piece_png, slider.y).unwrap();
            assert!(
                judge(slider.x, i64::from(found)),
                "seed {seed}: found {found}, drawn at {}",
                slider.x
            );
        }
    }

    #[test]
    fn places_keep_to_their_ranges_and_use_all_of_them() {
        let (mut left, mut top) = (Vec::new(), Vec::new());
        for slider in sliders(400) {
            assert!(LEFT_EDGES.contains(&slider.x) && TOP_EDGES.contains(&slider.y));
            left.push((slider.x - LEFT_EDGES.start) / 22);
            top.push((slider.y - TOP_EDGES.start) / 7);
        }
        for tenth in 0..10 {
            // 40 are expected; fewer than 15 would be four standard deviations off.
            assert!(left.iter().filter(|place| **place == tenth).count() >= 15);
            assert!(top.iter().filter(|place| **place == tenth).count() >= 15);
        }
    }

    #[test]
    fn the_extremes_of_randomness_draw_too() {
        for (value, place) in [(0x00, (20, 20)), (0xff, (239, 89))] {
            let slider = draw(&mut |bytes| bytes.fill(value)).unwrap();
            assert_eq!((slider.x, slider.y), place);
        }
    }

    #[test]
    fn pictures_have_their_sizes_and_stay_small() {
        for slider in sliders(50) {
            assert_eq!(rgb(&slider.background_png).dimensions(), (310, 160));
            assert_eq!(rgb(&slider.piece_png).dimensions(), (50, 50));
            assert!(
                slider.background_png.len() < 100_000,
                "{} bytes",
                slider.background_png.len()
            );
            assert!(slider.piece_png.len() < 8_000, "{} bytes", slider.piece_png.len());
        }
    }

    #[test]
    fn the_hole_is_darker_than_the_piece_that_fills_it() {
        for slider in sliders(50) {
            let (background, piece) = (rgb(&slider.background_png), rgb(&slider.piece_png));
            let mean = |values: &mut dyn Iterator<Item = u8>| values.map(f64::from).sum::<f64>() / 7500.0;
            let whole = mean(&mut piece.pixels().flat_map(|pixel| pixel.0));
            let hole = mean(
                &mut piece
                    .enumerate_pixels()
                    .flat_map(|(x, y, _)| background.get_pixel(slider.x + x, slider.y + y).0),
            );
            assert!(hole < 0.8 * whole, "hole {hole}, piece {whole}");
        }
    }

    /// The brightness of every place of the hole's size in the rows of the hole.
    fn brightness(slider: &Slider) -> Vec<f64> {
        let grey: GrayImage = image::load_from_memory(&slider.background_png).unwrap().into_luma8();
        let column = |x| {
            (slider.y..slider.y + SIDE)
                .map(|y| f64::from(grey.get_pixel(x, y).0[0]))
                .sum::<f64>()
        };
        let columns: Vec<f64> = (0..WIDTH).map(column).collect();
        columns
            .windows(SIDE as usize)
            .map(|window| window.iter().sum::<f64>() / 2500.0)
            .collect()
    }

    #[test]
    fn brightness_does_not_give_the_place_away() {
        let (mut darker_elsewhere, mut holes) = (0, Vec::new());
        for slider in sliders(200) {
            let places = brightness(&slider);
            let hole = places[slider.x as usize];
            let clear = |x: &usize| x.abs_diff(slider.x as usize) >= SIDE as usize;
            darker_elsewhere += u32::from((0..places.len()).filter(clear).any(|x| places[x] <= hole));
            holes.push(hole);
        }
        assert!(
            darker_elsewhere > 70,
            "the hole was the darkest place in {} of 200",
            200 - darker_elsewhere
        );
        let (darkest, lightest) = holes
            .iter()
            .fold((255.0, 0.0), |(low, high), hole| (hole.min(low), hole.max(high)));
        assert!(lightest - darkest > 50.0, "holes are {darkest} to {lightest} bright");
    }

    #[test]
    fn the_same_bytes_draw_the_same_slider_and_others_another() {
        let [one, again, other] = [1, 1, 2].map(|seed| draw(&mut seeded(seed)).unwrap());
        assert!(one.background_png == again.background_png && one.piece_png == again.piece_png);
        assert!(one.background_png != other.background_png && one.piece_png != other.piece_png);
    }

    #[test]
    fn answers_may_be_two_pixels_off() {
        for (answer, passes) in [(97, false), (98, true), (100, true), (102, true), (103, false)] {
            assert_eq!(judge(100, answer), passes, "{answer}");
        }
        for answer in [i64::MIN, -1, 0, i64::MAX] {
            assert!(!judge(100, answer));
        }
    }
}
