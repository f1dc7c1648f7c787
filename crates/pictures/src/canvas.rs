//! A canvas of floating-point colour, and shapes with soft edges to paint on it.

use crate::dice::Dice;

/// Red, green and blue, each in `0.0..=255.0`.
pub(crate) type Colour = [f32; 3];

/// An outline around the origin; lengths in pixels.
#[derive(Clone, Copy)]
pub(crate) enum Outline {
    Disc {
        radius: f32,
    },
    Ring {
        radius: f32,
        thickness: f32,
    },
    Box {
        half_width: f32,
        half_height: f32,
        corner: f32,
    },
}

/// An outline put somewhere, turned by an angle.
#[derive(Clone, Copy)]
pub(crate) struct Shape {
    outline: Outline,
    centre: [f32; 2],
    sine: f32,
    cosine: f32,
}

impl Shape {
    /// `outline` with its middle at `centre`, turned by `angle` radians.
    pub(crate) fn new(outline: Outline, centre: [f32; 2], angle: f32) -> Self {
        Self {
            outline,
            centre,
            sine: angle.sin(),
            cosine: angle.cos(),
        }
    }

    /// How far the shape reaches from its middle, in any direction.
    pub(crate) fn reach(&self) -> f32 {
        match self.outline {
            Outline::Disc { radius } => radius,
            Outline::Ring { radius, thickness } => radius + thickness,
            Outline::Box {
                half_width,
                half_height,
                corner,
            } => (half_width - corner).hypot(half_height - corner) + corner,
        }
    }

    /// The distance of a point from the outline: negative inside, positive outside.
    fn distance(&self, x: f32, y: f32) -> f32 {
        let (dx, dy) = (x - self.centre[0], y - self.centre[1]);
        let (u, v) = (dx * self.cosine + dy * self.sine, dy * self.cosine - dx * self.sine);
        match self.outline {
            Outline::Disc { radius } => u.hypot(v) - radius,
            Outline::Ring { radius, thickness } => (u.hypot(v) - radius).abs() - thickness,
            Outline::Box {
                half_width,
                half_height,
                corner,
            } => {
                let (over, under) = (u.abs() - half_width + corner, v.abs() - half_height + corner);
                over.max(0.0).hypot(under.max(0.0)) + over.max(under).min(0.0) - corner
            }
        }
    }
}

/// A rectangle of pixels, row by row.
pub(crate) struct Canvas {
    width: u32,
    height: u32,
    pixels: Vec<Colour>,
}

impl Canvas {
    /// A canvas of one colour.
    pub(crate) fn new(width: u32, height: u32, colour: Colour) -> Self {
        Self {
            width,
            height,
            pixels: vec![colour; width as usize * height as usize],
        }
    }

    /// Runs `change` over every pixel, with the position of the pixel's middle.
    pub(crate) fn each(&mut self, mut change: impl FnMut(f32, f32, &mut Colour)) {
        for (row, y) in self.pixels.chunks_exact_mut(self.width as usize).zip(0u16..) {
            for (pixel, x) in row.iter_mut().zip(0u16..) {
                change(f32::from(x) + 0.5, f32::from(y) + 0.5, pixel);
            }
        }
    }

    /// Lays `colour` over the canvas around `shape`. `cover` says how opaque it is (0 to 1) at a distance from the
    /// outline, and is asked no further than `margin` outside of it.
    pub(crate) fn lay(&mut self, shape: &Shape, margin: f32, colour: Colour, cover: impl Fn(f32) -> f32) {
        let reach = shape.reach() + margin;
        let span = |middle: f32, end: u32| {
            (
                (middle - reach).max(0.0) as u32,
                ((middle + reach).ceil() as u32).min(end),
            )
        };
        let (left, right) = span(shape.centre[0], self.width);
        let (top, bottom) = span(shape.centre[1], self.height);
        for y in top..bottom {
            for x in left..right {
                let distance = shape.distance(x as f32 + 0.5, y as f32 + 0.5);
                if distance < margin {
                    let pixel = &mut self.pixels[(y * self.width + x) as usize];
                    *pixel = mix(*pixel, colour, cover(distance));
                }
            }
        }
    }

    /// The pixels of a rectangle inside the canvas as 8-bit RGB.
    pub(crate) fn rgb(&self, left: u32, top: u32, width: u32, height: u32) -> Vec<u8> {
        (top..top + height)
            .flat_map(|y| &self.pixels[(y * self.width + left) as usize..][..width as usize])
            .flatten()
            .map(|channel| channel.round() as u8)
            .collect()
    }
}

/// Smooth noise: random values on a lattice, blended in between.
pub(crate) struct Noise {
    cell: f32,
    columns: usize,
    values: Vec<f32>,
}

impl Noise {
    /// Noise for a canvas of `width` × `height`, whose features are about `cell` pixels (at least 1) wide.
    pub(crate) fn new(dice: &mut Dice<'_>, width: u32, height: u32, cell: f32) -> Self {
        let points = |length: u32| (length as f32 / cell) as usize + 2;
        let (columns, rows) = (points(width), points(height));
        Self {
            cell,
            columns,
            values: (0..columns * rows).map(|_| dice.between(-1.0, 1.0)).collect(),
        }
    }

    /// The noise at a point of the canvas, in `-1.0..=1.0`.
    pub(crate) fn at(&self, x: f32, y: f32) -> f32 {
        let (u, v) = (x / self.cell, y / self.cell);
        let corner = v as usize * self.columns + u as usize;
        let (across, down) = (smooth(u.fract()), smooth(v.fract()));
        let row = |start: usize| self.values[start] + (self.values[start + 1] - self.values[start]) * across;
        let (upper, lower) = (row(corner), row(corner + self.columns));
        upper + (lower - upper) * down
    }
}

/// Eases a fraction so that lattice lines do not show.
fn smooth(fraction: f32) -> f32 {
    fraction * fraction * (3.0 - 2.0 * fraction)
}

/// `share` of the way from one colour to another.
pub(crate) fn mix(from: Colour, to: Colour, share: f32) -> Colour {
    std::array::from_fn(|channel| from[channel] + (to[channel] - from[channel]) * share)
}

#[cfg(test)]
mod tests {
    use super::*;

    const WHITE: Colour = [255.0; 3];
    const BLACK: Colour = [0.0; 3];

    #[test]
    fn a_box_covers_exactly_the_pixels_inside_it() {
        let mut canvas = Canvas::new(20, 10, WHITE);
        let outline = Outline::Box {
            half_width: 3.0,
            half_height: 2.0,
            corner: 0.0,
        };
        canvas.lay(&Shape::new(outline, [8.0, 5.0], 0.0), 0.0, BLACK, |_| 1.0);
        let pixels = canvas.rgb(0, 0, 20, 10);
        for (index, pixel) in pixels.chunks_exact(3).enumerate() {
            let inside = (5..11).contains(&(index % 20)) && (3..7).contains(&(index / 20));
            assert_eq!(pixel[0] == 0, inside, "pixel {index}");
        }
        assert!(canvas.rgb(5, 3, 6, 4).iter().all(|channel| *channel == 0));
    }

    #[test]
    fn shapes_that_leave_the_canvas_are_cut_off() {
        let mut canvas = Canvas::new(8, 8, WHITE);
        for centre in [[-4.0, -4.0], [12.0, 12.0], [-90.0, 300.0], [4.0, 4.0]] {
            canvas.lay(
                &Shape::new(Outline::Disc { radius: 40.0 }, centre, 1.0),
                9.0,
                BLACK,
                |_| 0.5,
            );
            canvas.lay(
                &Shape::new(
                    Outline::Ring {
                        radius: 9.0,
                        thickness: 3.0,
                    },
                    centre,
                    1.0,
                ),
                0.0,
                WHITE,
                |_| 0.5,
            );
        }
        assert_eq!(canvas.rgb(0, 0, 8, 8).len(), 8 * 8 * 3);
    }

    #[test]
    fn noise_reaches_every_corner_of_its_canvas() {
        let mut fill = |bytes: &mut [u8]| bytes.fill(0xff);
        let mut dice = Dice::new(&mut fill);
        for cell in [1.0, 7.3, 400.0] {
            let noise = Noise::new(&mut dice, 310, 160, cell);
            for (x, y) in [(0.5, 0.5), (309.5, 0.5), (0.5, 159.5), (309.5, 159.5)] {
                assert!((-1.0..=1.0).contains(&noise.at(x, y)));
            }
        }
    }
}
