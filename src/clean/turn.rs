//! Turning planes, and the map back.

use image::GrayImage;

use crate::model::Affine;
use crate::model::Point;

/// Turns smaller than this are left alone, in degrees: over the width of a page of 300 dpi
/// it is two pixels, while turning would soften every letter.
const LEAST_DEGREES: f64 = 0.05;

/// Side of the squares in which a plane is turned by a quarter, in pixels: so many rows of
/// so many bytes stay in the fastest cache.
const SQUARE: usize = 32;

/// `plane` turned clockwise by `quarters` quarter turns.
pub(super) fn quarter_turns(plane: &GrayImage, quarters: u8) -> GrayImage {
    match quarters % 4 {
        0 => plane.clone(),
        2 => {
            let mut turned = plane.clone();
            let pixels: &mut [u8] = &mut turned;
            pixels.reverse();
            turned
        }
        quarter => quarter_turn(plane, quarter == 1),
    }
}

fn quarter_turn(plane: &GrayImage, clockwise: bool) -> GrayImage {
    let (width, height) = (plane.width() as usize, plane.height() as usize);
    let mut turned = GrayImage::new(plane.height(), plane.width());
    let from = plane.as_raw();
    let to: &mut [u8] = &mut turned;
    for top in (0..height).step_by(SQUARE) {
        for left in (0..width).step_by(SQUARE) {
            for y in top..(top + SQUARE).min(height) {
                for x in left..(left + SQUARE).min(width) {
                    let (row, column) =
                        if clockwise { (x, height - 1 - y) } else { (width - 1 - x, y) };
                    to[row * height + column] = from[y * width + x];
                }
            }
        }
    }
    turned
}

/// `plane` turned clockwise by quarter turns, then made level by turning back text that
/// runs down to the right by `degrees`; and the map from the result to `plane`.
///
/// The result is large enough to hold all of `plane`; what is added is white.
pub(super) fn level(
    plane: &GrayImage,
    quarters: u8,
    degrees: f64,
) -> (GrayImage, Affine) {
    let ((level_width, level_height), to_plane) =
        frame(plane.width(), plane.height(), quarters, degrees);
    if degrees.abs() < LEAST_DEGREES {
        return (quarter_turns(plane, quarters), to_plane);
    }
    (sampled(plane, &to_plane, level_width, level_height), to_plane)
}

/// The size of a plane of `width` × `height` pixels after [`level`], and the map back.
fn frame(width: u32, height: u32, quarters: u8, degrees: f64) -> ((u32, u32), Affine) {
    let (width, height) = (f64::from(width), f64::from(height));
    let (quarter, turned_width, turned_height) = match quarters % 4 {
        0 => (Affine::IDENTITY, width, height),
        1 => (Affine([0.0, 1.0, 0.0, -1.0, 0.0, height]), height, width),
        2 => (Affine([-1.0, 0.0, width, 0.0, -1.0, height]), width, height),
        _ => (Affine([0.0, -1.0, width, 1.0, 0.0, 0.0]), height, width),
    };
    if degrees.abs() < LEAST_DEGREES {
        return ((turned_width as u32, turned_height as u32), quarter);
    }
    let (sin, cos) = degrees.to_radians().sin_cos();
    let level_width = (turned_width * cos + turned_height * sin.abs()).ceil();
    let level_height = (turned_height * cos + turned_width * sin.abs()).ceil();
    let middle = Affine::translation(-level_width / 2.0, -level_height / 2.0);
    let to_plane = middle
        .then(&Affine::rotation(degrees, Point::default()))
        .then(&Affine::translation(turned_width / 2.0, turned_height / 2.0))
        .then(&quarter);
    ((level_width as u32, level_height as u32), to_plane)
}

/// An image of the given size whose pixels are those of `plane` to which `to_plane` leads,
/// interpolated linearly; white outside.
pub(crate) fn sampled(
    plane: &GrayImage,
    to_plane: &Affine,
    width: u32,
    height: u32,
) -> GrayImage {
    /// Fractions of a pixel are counted in 1/2^16.
    const ONE: f64 = 65536.0;
    let [a, b, c, d, e, f] = to_plane.0;
    let mut out = GrayImage::new(width, height);
    let (plane_width, plane_height) = (plane.width() as usize, plane.height() as usize);
    let pixels = plane.as_raw();
    let (step_x, step_y) = ((a * ONE) as i64, (d * ONE) as i64);
    let out_pixels: &mut [u8] = &mut out;
    for (row, line) in out_pixels.chunks_exact_mut((width as usize).max(1)).enumerate() {
        // Middles of pixels lie half a pixel from their corner in both images.
        let (at_x, at_y) = (0.5, row as f64 + 0.5);
        let mut x = ((a * at_x + b * at_y + c - 0.5) * ONE) as i64;
        let mut y = ((d * at_x + e * at_y + f - 0.5) * ONE) as i64;
        for pixel in line {
            *pixel = between(pixels, plane_width, plane_height, x, y);
            x += step_x;
            y += step_y;
        }
    }
    out
}

/// The light at (`x`, `y`), in 1/2^16 pixels, between the four pixels around it.
#[inline]
fn between(pixels: &[u8], width: usize, height: usize, x: i64, y: i64) -> u8 {
    let (column, row) = (x >> 16, y >> 16);
    if column < 0 || row < 0 || column + 1 >= width as i64 || row + 1 >= height as i64 {
        return 255;
    }
    let at = row as usize * width + column as usize;
    let (fx, fy) = (((x & 0xffff) >> 8) as u32, ((y & 0xffff) >> 8) as u32);
    let (Some(&[a, b]), Some(&[c, d])) = (
        pixels.get(at..at + 2).and_then(|two| two.first_chunk()),
        pixels.get(at + width..at + width + 2).and_then(|two| two.first_chunk()),
    ) else {
        return 255;
    };
    let above = u32::from(a) * (256 - fx) + u32::from(b) * fx;
    let below = u32::from(c) * (256 - fx) + u32::from(d) * fx;
    ((above * (256 - fy) + below * fy + (1 << 15)) >> 16) as u8
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with_dot(width: u32, height: u32, x: u32, y: u32) -> GrayImage {
        let mut plane = GrayImage::from_pixel(width, height, image::Luma([255]));
        for (dx, dy) in [(0, 0), (1, 0), (0, 1), (1, 1)] {
            plane.put_pixel(x + dx, y + dy, image::Luma([0]));
        }
        plane
    }

    /// Centre of the darkness of an image, in pixels from its corner.
    fn dark_centre(image: &GrayImage) -> (f64, f64) {
        let (mut mass, mut sum_x, mut sum_y) = (0.0, 0.0, 0.0);
        for (x, y, pixel) in image.enumerate_pixels() {
            let dark = f64::from(255 - pixel.0[0]);
            mass += dark;
            sum_x += dark * (f64::from(x) + 0.5);
            sum_y += dark * (f64::from(y) + 0.5);
        }
        (sum_x / mass, sum_y / mass)
    }

    #[test]
    fn every_turn_comes_with_the_map_back_to_the_same_ink() {
        for quarters in 0..4 {
            for degrees in [-8.0, -1.3, 0.0, 0.7, 5.0] {
                let plane = with_dot(120, 80, 30, 20);
                let (turned, back) = level(&plane, quarters, degrees);
                let (x, y) = dark_centre(&turned);
                let at = back.apply(Point { x: x as f32, y: y as f32 });
                assert!(
                    (at.x - 31.0).abs() < 0.2 && (at.y - 21.0).abs() < 0.2,
                    "{quarters} quarters and {degrees}° lead to {at:?}"
                );
            }
        }
    }

    #[test]
    fn text_that_runs_down_to_the_right_becomes_level() {
        let plane = GrayImage::from_fn(400, 200, |x, y| {
            let line = 80.0 + f64::from(x) * 3.0_f64.to_radians().tan();
            image::Luma([if (f64::from(y) - line).abs() < 2.0 { 0 } else { 255 }])
        });
        let (level, _) = level(&plane, 0, 3.0);
        let row_at =
            |x: u32| (0..level.height()).find(|&y| level.get_pixel(x, y).0[0] < 128);
        assert_eq!(row_at(60), row_at(340));
    }

    proptest::proptest! {
        /// Whatever was done to a page, in whatever order, its places lead back.
        #[test]
        fn turns_cuts_and_reductions_lead_back_within_a_pixel(
            steps in proptest::collection::vec(
                (0_u8..4, -8.0_f64..8.0, 0.0_f64..300.0, 1_u32..6), 1..4),
            (x, y) in (0.0_f32..1.0, 0.0_f32..1.0),
            (width, height) in (200_u32..3_000, 200_u32..3_000),
        ) {
            let mut to_original = Affine::IDENTITY;
            let (mut across, mut down) = (width, height);
            for (quarters, degrees, cut, reduced) in steps {
                let (frame, back) = frame(across, down, quarters, degrees);
                let reduction = f64::from(reduced);
                let step = Affine::scale(reduction, reduction)
                    .then(&Affine::translation(cut, cut / 2.0))
                    .then(&back);
                to_original = step.then(&to_original);
                across = (frame.0 / reduced).max(1);
                down = (frame.1 / reduced).max(1);
            }
            let to_frame = to_original.inverse().expect("nothing is flattened");
            let there = Point { x: x * width as f32, y: y * height as f32 };
            let again = to_original.apply(to_frame.apply(there));
            proptest::prop_assert!((again.x - there.x).abs() < 1.0, "{there:?} {again:?}");
            proptest::prop_assert!((again.y - there.y).abs() < 1.0, "{there:?} {again:?}");
            // The frame of a turned page holds all of it.
            let (quarters, degrees) = (1, 5.0);
            let (size, back) = frame(width, height, quarters, degrees);
            let inside = back.inverse().expect("a turn").apply(there);
            proptest::prop_assert!(inside.x > -1.0 && inside.x < size.0 as f32 + 1.0);
            proptest::prop_assert!(inside.y > -1.0 && inside.y < size.1 as f32 + 1.0);
        }
    }
}
