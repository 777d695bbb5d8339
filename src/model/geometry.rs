//! Places on a page. Every coordinate is in pixels, origin top left, y downwards.

use serde::{Deserialize, Serialize};

/// A point in pixels of some page image.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Point {
    /// Pixels from the left edge.
    pub x: f32,
    /// Pixels from the top edge.
    pub y: f32,
}

impl Serialize for Point {
    /// As `[x, y]`, rounded to a tenth of a pixel.
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let tenth = |v: f32| f64::from((v * 10.0).round()) / 10.0;
        [tenth(self.x), tenth(self.y)].serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Point {
    fn deserialize<D: serde::Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Self, D::Error> {
        let [x, y] = <[f32; 2]>::deserialize(deserializer)?;
        Ok(Self { x, y })
    }
}

/// Width and height in pixels.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Size {
    /// Pixels from left to right.
    pub width: u32,
    /// Pixels from top to bottom.
    pub height: u32,
}

/// An upright rectangle in pixels; right and bottom are exclusive.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
pub struct Rect {
    /// Left edge.
    pub left: f32,
    /// Top edge.
    pub top: f32,
    /// Right edge.
    pub right: f32,
    /// Bottom edge.
    pub bottom: f32,
}

impl Rect {
    /// Pixels from left to right, never negative.
    pub fn width(&self) -> f32 {
        (self.right - self.left).max(0.0)
    }

    /// Pixels from top to bottom, never negative.
    pub fn height(&self) -> f32 {
        (self.bottom - self.top).max(0.0)
    }

    /// The point in the middle.
    pub fn centre(&self) -> Point {
        Point {
            x: f32::midpoint(self.left, self.right),
            y: f32::midpoint(self.top, self.bottom),
        }
    }

    /// Whether a point lies inside, not on the border.
    pub fn contains(&self, point: Point) -> bool {
        self.left < point.x
            && point.x < self.right
            && self.top < point.y
            && point.y < self.bottom
    }

    /// The smallest rectangle that holds both.
    #[must_use]
    pub fn union(&self, other: &Self) -> Self {
        Self {
            left: self.left.min(other.left),
            top: self.top.min(other.top),
            right: self.right.max(other.right),
            bottom: self.bottom.max(other.bottom),
        }
    }

    /// The part that both share; of zero size where they do not meet.
    #[must_use]
    pub fn intersection(&self, other: &Self) -> Self {
        let left = self.left.max(other.left);
        let top = self.top.max(other.top);
        Self {
            left,
            top,
            right: self.right.min(other.right).max(left),
            bottom: self.bottom.min(other.bottom).max(top),
        }
    }
}

/// Four corners in reading order of the text inside: top left, top right, bottom
/// right, bottom left.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
pub struct Quad(pub [Point; 4]);

impl From<Rect> for Quad {
    fn from(rect: Rect) -> Self {
        Self([
            Point { x: rect.left, y: rect.top },
            Point { x: rect.right, y: rect.top },
            Point { x: rect.right, y: rect.bottom },
            Point { x: rect.left, y: rect.bottom },
        ])
    }
}

impl Quad {
    /// The smallest upright rectangle that holds all four corners.
    pub fn bounds(&self) -> Rect {
        let mut bounds = Rect {
            left: f32::INFINITY,
            top: f32::INFINITY,
            right: f32::NEG_INFINITY,
            bottom: f32::NEG_INFINITY,
        };
        for corner in self.0 {
            bounds.left = bounds.left.min(corner.x);
            bounds.top = bounds.top.min(corner.y);
            bounds.right = bounds.right.max(corner.x);
            bounds.bottom = bounds.bottom.max(corner.y);
        }
        bounds
    }

    /// The upright rectangle that holds all of `quads`; `None` if there are none.
    pub fn around<'a>(quads: impl IntoIterator<Item = &'a Self>) -> Option<Self> {
        quads.into_iter().map(Self::bounds).reduce(|a, b| a.union(&b)).map(Self::from)
    }

    /// What stands from `from` to `to` of its text, both in 0–1 of its length.
    #[must_use]
    pub fn part(&self, from: f32, to: f32) -> Self {
        let [top_left, top_right, bottom_right, bottom_left] = self.0;
        let between = |a: Point, b: Point, share: f32| Point {
            x: a.x + (b.x - a.x) * share,
            y: a.y + (b.y - a.y) * share,
        };
        Self([
            between(top_left, top_right, from),
            between(top_left, top_right, to),
            between(bottom_left, bottom_right, to),
            between(bottom_left, bottom_right, from),
        ])
    }

    /// Each corner moved by `by`.
    #[must_use]
    pub fn mapped(&self, by: &Affine) -> Self {
        Self(self.0.map(|corner| by.apply(corner)))
    }
}

/// An affine map of the plane: `x' = a·x + b·y + c`, `y' = d·x + e·y + f`.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Affine(pub [f64; 6]);

impl Affine {
    /// Leaves every point where it is.
    pub const IDENTITY: Self = Self([1.0, 0.0, 0.0, 0.0, 1.0, 0.0]);

    /// Moves by (`x`, `y`) pixels.
    pub fn translation(x: f64, y: f64) -> Self {
        Self([1.0, 0.0, x, 0.0, 1.0, y])
    }

    /// Turns by `degrees` clockwise (as seen on the screen) about `centre`.
    pub fn rotation(degrees: f64, centre: Point) -> Self {
        let (sin, cos) = degrees.to_radians().sin_cos();
        let (cx, cy) = (f64::from(centre.x), f64::from(centre.y));
        Self([cos, -sin, cx - cos * cx + sin * cy, sin, cos, cy - sin * cx - cos * cy])
    }

    /// Multiplies both coordinates.
    pub fn scale(x: f64, y: f64) -> Self {
        Self([x, 0.0, 0.0, 0.0, y, 0.0])
    }

    /// Where `point` goes.
    pub fn apply(&self, point: Point) -> Point {
        let [a, b, c, d, e, f] = self.0;
        let (x, y) = (f64::from(point.x), f64::from(point.y));
        Point { x: (a * x + b * y + c) as f32, y: (d * x + e * y + f) as f32 }
    }

    /// First `self`, then `next`.
    #[must_use]
    pub fn then(&self, next: &Self) -> Self {
        let [a, b, c, d, e, f] = self.0;
        let [g, h, i, j, k, l] = next.0;
        Self([
            g * a + h * d,
            g * b + h * e,
            g * c + h * f + i,
            j * a + k * d,
            j * b + k * e,
            j * c + k * f + l,
        ])
    }

    /// The map back; `None` where the map flattens the plane.
    pub fn inverse(&self) -> Option<Self> {
        let [a, b, c, d, e, f] = self.0;
        let determinant = a * e - b * d;
        if determinant.abs() < 1e-12 {
            return None;
        }
        let (ia, ib, id, ie) =
            (e / determinant, -b / determinant, -d / determinant, a / determinant);
        Some(Self([ia, ib, -(ia * c + ib * f), id, ie, -(id * c + ie * f)]))
    }

    /// Quarter turns clockwise that set a page upright, 0–3, where this map leads from the
    /// upright page to the page as it lies in its file.
    pub fn upright_quarters(&self) -> u8 {
        let [a, _, _, d, _, _] = self.0;
        let quarters = (d.atan2(a).to_degrees() / 90.0).round() as i32;
        // The original is turned by so many quarters; turning back is the other way round.
        (-quarters).rem_euclid(4) as u8
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_map_and_its_inverse_lead_back_to_the_same_pixel() {
        let turn = Affine::rotation(33.0, Point { x: 100.0, y: 50.0 })
            .then(&Affine::translation(7.0, -3.0))
            .then(&Affine::scale(2.0, 0.5));
        let back = turn.inverse().expect("a turn can be undone");
        let there = Point { x: 12.5, y: 900.0 };
        let again = back.apply(turn.apply(there));
        assert!((again.x - there.x).abs() < 1e-2 && (again.y - there.y).abs() < 1e-2);
    }

    #[test]
    fn a_page_that_lies_on_its_side_is_set_upright() {
        for (degrees, expected) in
            [(0.0, 0), (1.5, 0), (90.0, 3), (180.0, 2), (-90.0, 1), (269.0, 1)]
        {
            let map = Affine::rotation(degrees, Point { x: 50.0, y: 70.0 });
            assert_eq!(map.upright_quarters(), expected, "{degrees}°");
        }
    }

    #[test]
    fn a_quarter_turn_clockwise_sends_the_top_to_the_right() {
        let turn = Affine::rotation(90.0, Point::default());
        let right = turn.apply(Point { x: 0.0, y: -1.0 });
        assert!((right.x - 1.0).abs() < 1e-6 && right.y.abs() < 1e-6, "{right:?}");
    }
}
