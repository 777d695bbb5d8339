//! Which word stands in which span. Coordinates are in pixels of the truth's page image.

/// Corners in reading order of the text: top left, top right, bottom right, bottom left.
pub(super) type Corners = [[f64; 2]; 4];

/// The point in the middle.
pub(super) fn centre(quad: &Corners) -> [f64; 2] {
    let sum = |axis: usize| quad.iter().map(|corner| corner[axis]).sum::<f64>();
    [sum(0) / 4.0, sum(1) / 4.0]
}

/// Unit vector from `from` to `to`, and their distance, at least `least`.
fn direction(from: [f64; 2], to: [f64; 2], least: f64) -> ([f64; 2], f64) {
    let (x, y) = (to[0] - from[0], to[1] - from[1]);
    let length = (x * x + y * y).sqrt().max(least);
    ([x / length, y / length], length)
}

/// How far a quad grows along its line, as a share of its height.
const ALONG_SHARE: f64 = 0.1;

/// The quad with each corner moved away from the centre: `across` of its height across
/// the line, a little along it.
pub(super) fn grown(quad: &Corners, across: f64) -> Corners {
    let (u, _) = direction(quad[0], quad[1], 1e-6);
    let (v, height) = direction(quad[0], quad[3], 1.0);
    let (a, b) = (across * height, ALONG_SHARE * height);
    // Signs of each corner, across the line and along it.
    let signs = [(-1.0, -1.0), (-1.0, 1.0), (1.0, 1.0), (1.0, -1.0)];
    std::array::from_fn(|at| {
        let (down, right) = signs[at];
        let moved =
            |axis: usize| quad[at][axis] + down * a * v[axis] + right * b * u[axis];
        [moved(0), moved(1)]
    })
}

/// Whether `point` lies in the convex quad, its edge included.
pub(super) fn is_inside(point: [f64; 2], quad: &Corners) -> bool {
    let mut side = 0.0;
    for (from, to) in quad.iter().zip(quad.iter().cycle().skip(1)) {
        let cross = (to[0] - from[0]) * (point[1] - from[1])
            - (to[1] - from[1]) * (point[0] - from[0]);
        if cross == 0.0 {
            continue;
        }
        if side != 0.0 && (cross > 0.0) != (side > 0.0) {
            return false;
        }
        side = cross;
    }
    true
}

/// How far `point` lies along the line of text; comparable within one quad only.
pub(super) fn along(quad: &Corners, point: [f64; 2]) -> f64 {
    let ([x0, y0], [x1, y1]) = (quad[0], quad[1]);
    (point[0] - x0) * (x1 - x0) + (point[1] - y0) * (y1 - y0)
}

/// How far `point` lies from the middle line of the text; grows with the quad's width.
pub(super) fn off_line(quad: &Corners, point: [f64; 2]) -> f64 {
    let middle = centre(quad);
    let (x, y) = (quad[1][0] - quad[0][0], quad[1][1] - quad[0][1]);
    ((middle[1] - point[1]) * x - (middle[0] - point[0]) * y).abs()
}

#[cfg(test)]
mod tests {
    use super::*;

    const LINE: Corners = [[10.0, 10.0], [110.0, 10.0], [110.0, 30.0], [10.0, 30.0]];

    #[test]
    fn a_grown_quad_reaches_beyond_its_line_on_every_side() {
        let grown = grown(&LINE, 0.25);
        assert_eq!(grown, [[8.0, 5.0], [112.0, 5.0], [112.0, 35.0], [8.0, 35.0]]);
        assert!(is_inside([9.0, 33.0], &grown) && !is_inside([9.0, 33.0], &LINE));
    }

    #[test]
    fn words_of_an_upside_down_line_are_ordered_as_they_are_read() {
        let turned = [LINE[2], LINE[3], LINE[0], LINE[1]];
        assert!(along(&LINE, [20.0, 20.0]) < along(&LINE, [90.0, 20.0]));
        assert!(along(&turned, [20.0, 20.0]) > along(&turned, [90.0, 20.0]));
        assert!(is_inside([20.0, 20.0], &turned));
    }
}
