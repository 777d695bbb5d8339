//! A region of a page as it stands in an address: `x0,y0,x1,y1,x2,y2,x3,y3` in pixels.

use crate::model::Point;
use crate::model::Quad;
use crate::model::Rect;
use crate::model::Size;

/// Largest coordinate that an address may name, in pixels; no page is larger.
const MAX_COORDINATE: f32 = 200_000.0;
/// Smallest side of a region that is cut out, in pixels.
const LEAST_SIDE: f32 = 2.0;

/// Reads a quad of eight numbers, or a rectangle of four (`x,y,width,height`).
pub(super) fn parse(written: &str) -> Option<Quad> {
    let mut numbers = [0.0_f32; 8];
    let mut count = 0;
    for part in written.split(',') {
        let number: f32 = part.trim().parse().ok()?;
        if !number.is_finite() || number.abs() > MAX_COORDINATE {
            return None;
        }
        *numbers.get_mut(count)? = number;
        count += 1;
    }
    let [x0, y0, x1, y1, x2, y2, x3, y3] = numbers;
    match count {
        4 => {
            Some(Quad::from(Rect { left: x0, top: y0, right: x0 + x1, bottom: y0 + y1 }))
        }
        8 => Some(Quad([
            Point { x: x0, y: y0 },
            Point { x: x1, y: y1 },
            Point { x: x2, y: y2 },
            Point { x: x3, y: y3 },
        ])),
        _ => None,
    }
}

/// The quad as an address names it, in whole pixels.
pub(super) fn written(quad: &Quad) -> String {
    let corners = quad.0.iter().map(|corner| format!("{:.0},{:.0}", corner.x, corner.y));
    corners.collect::<Vec<_>>().join(",")
}

/// The quad as the points of an SVG polygon.
pub(super) fn points(quad: &Quad) -> String {
    let corners = quad.0.iter().map(|corner| format!("{:.0},{:.0}", corner.x, corner.y));
    corners.collect::<Vec<_>>().join(" ")
}

/// Whether some of the region lies on a page of this size and can be cut out.
pub(super) fn is_on_page(quad: &Quad, page: Size) -> bool {
    let whole = Rect {
        left: 0.0,
        top: 0.0,
        right: page.width as f32,
        bottom: page.height as f32,
    };
    let shared = quad.bounds().intersection(&whole);
    shared.width() >= LEAST_SIDE && shared.height() >= LEAST_SIDE
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_four_or_eight_numbers_of_this_world_are_a_region() {
        for wrong in [
            "",
            "1",
            "1,2,3",
            "1,2,3,4,5",
            "1,2,3,x",
            "NaN,1,2,3",
            "inf,1,2,3",
            "1e9,0,1,1",
            "1,2,3,4,5,6,7,8,9",
        ] {
            assert_eq!(parse(wrong), None, "{wrong}");
        }
        let quad = parse("10,20,30,40").expect("a rectangle");
        assert_eq!(written(&quad), "10,20,40,20,40,60,10,60");
        assert_eq!(parse(&written(&quad)), Some(quad));
    }

    #[test]
    fn a_region_beside_the_page_is_not_on_it() {
        let page = Size { width: 100, height: 100 };
        for (region, expected) in [
            ("10,10,20,20", true),
            ("-5,-5,20,20", true),
            ("100,0,20,20", false),
            ("10,10,0,0", false),
            ("-30,0,20,20", false),
        ] {
            let quad = parse(region).expect("a region");
            assert_eq!(is_on_page(&quad, page), expected, "{region}");
        }
    }
}
