//! By how much the lines of a page run down or up.

use image::GrayImage;

use super::blobs::{Run, runs_of};
use super::px;

/// Widest angle that is looked for, in degrees. Paper put in by hand is off by up to 5;
/// beyond 10 the search would begin to see the diagonals of tables.
const WIDEST: f64 = 10.0;

/// Distance between the angles tried first, in degrees: over 20 cm it is less than half
/// the height of a small letter, so that no peak falls between two of them.
const COARSE: f64 = 0.2;

/// Distance between the angles tried last, in degrees.
const FINE: f64 = 0.02;

/// Ink longer than this counts in pieces, in millimetres: it belongs to more than one row
/// of the turned page.
const PIECE_MM: f32 = 2.0;

/// By how many degrees the lines of the page run down to the right; 0 if it has none.
///
/// For each angle, the ink of the page turned back by it is counted row by row; at the
/// right one, lines and the gaps between them differ most.
///
/// Source: W. Postl, "Detection of linear oblique structures and skew scan in digitized
/// documents", 8th International Conference on Pattern Recognition (1986), 687–689.
pub(super) fn degrees(ink: &GrayImage, dpi: f32) -> f64 {
    let pieces = pieces_of(ink, (px(PIECE_MM, dpi) as i32).max(2));
    if pieces.is_empty() {
        return 0.0;
    }
    let reach = f64::from(ink.width()) * WIDEST.to_radians().tan() + 2.0;
    let mut rows = vec![0_u32; ink.height() as usize + 2 * reach.ceil() as usize + 2];
    let mut sharpness = |degrees: f64| sharpness(&pieces, degrees, reach, &mut rows);
    let steps = (WIDEST / COARSE).round() as i32;
    let coarse =
        best((-steps..=steps).map(|step| f64::from(step) * COARSE), &mut sharpness);
    let fine_steps = (COARSE / FINE).round() as i32;
    best(
        (-fine_steps..=fine_steps).map(|step| coarse + f64::from(step) * FINE),
        &mut sharpness,
    )
}

/// How much neighbouring rows of points (place across, place down, mass) differ at the
/// angle at which they differ most.
pub(super) fn sharpest(points: &[(f32, f32, u32)]) -> u64 {
    /// Degrees between two angles; rows here are coarse.
    const STEP: f64 = 0.5;
    let across = points.iter().fold(0.0_f32, |most, point| most.max(point.0));
    let down = points.iter().fold(0.0_f32, |most, point| most.max(point.1));
    let reach = f64::from(across) * WIDEST.to_radians().tan() + 2.0;
    let mut rows = vec![0_u32; down as usize + 2 * reach.ceil() as usize + 2];
    let steps = (WIDEST / STEP) as i32;
    (-steps..=steps)
        .map(|step| sharpness(points, f64::from(step) * STEP, reach, &mut rows))
        .max()
        .unwrap_or(0)
}

/// The angle at which the rows are sharpest; of equal ones the smallest turn.
fn best(angles: impl Iterator<Item = f64>, sharpness: &mut dyn FnMut(f64) -> u64) -> f64 {
    let mut found = (0, 0.0_f64);
    for angle in angles {
        let sharp = sharpness(angle);
        if sharp > found.0 || (sharp == found.0 && angle.abs() < found.1.abs()) {
            found = (sharp, angle);
        }
    }
    found.1
}

/// How much neighbouring rows differ once the page is turned back by `degrees`.
fn sharpness(
    pieces: &[(f32, f32, u32)],
    degrees: f64,
    reach: f64,
    rows: &mut [u32],
) -> u64 {
    rows.fill(0);
    let slope = degrees.to_radians().tan() as f32;
    for &(x, y, mass) in pieces {
        let row = (y - x * slope + reach as f32) as usize;
        if let Some(count) = rows.get_mut(row) {
            *count += mass;
        }
    }
    rows.windows(2).map(|two| u64::from(two[0].abs_diff(two[1])).pow(2)).sum()
}

/// Ink as points with a mass: middles of runs, long ones in pieces of `longest` pixels.
fn pieces_of(ink: &GrayImage, longest: i32) -> Vec<(f32, f32, u32)> {
    let mut pieces = Vec::new();
    for Run { row, from, to } in runs_of(ink) {
        let mut at = from;
        while at < to {
            let end = (at + longest).min(to);
            pieces.push(((at + end) as f32 / 2.0, row as f32 + 0.5, (end - at) as u32));
            at = end;
        }
    }
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Lines of letter-like bars that run down by `degrees`.
    fn page(degrees: f64) -> GrayImage {
        GrayImage::from_fn(1000, 1200, |x, y| {
            let along = f64::from(y) - f64::from(x) * degrees.to_radians().tan();
            let in_line = along.rem_euclid(40.0) < 14.0;
            let in_letter = (x * 7 + y / 40 * 13) % 23 < 12;
            image::Luma([if in_line && in_letter { 255 } else { 0 }])
        })
    }

    #[test]
    fn skew_is_found_to_a_tenth_of_a_degree() {
        for turned in [-8.0, -3.87, -0.3, 0.0, 0.15, 1.12, 4.0, 8.0] {
            let found = degrees(&page(turned), 150.0);
            assert!((found - turned).abs() <= 0.1, "{turned}° found as {found}°");
        }
    }

    #[test]
    fn an_empty_page_is_level() {
        assert!(degrees(&GrayImage::new(300, 300), 150.0).abs() < 1e-9);
    }
}
