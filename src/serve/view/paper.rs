//! How a page lies on the screen: turned upright, as wide as asked, with its outlines.

use super::super::iiif;
use super::super::picture::{MAX_PAGE_WIDTH, page_address};
use crate::model::PageKey;
use crate::model::Size;

/// Widths of the window that can be chosen, in per cent.
const ZOOMS: [u32; 6] = [50, 75, 100, 150, 200, 300];
/// As wide as the window.
const WHOLE_WIDTH: u32 = 100;
/// Pixels of a window that is as wide as a small screen leaves it.
const WINDOW_WIDTH: u32 = 1000;

/// A page on the screen.
pub(super) struct Paper {
    /// Pixels of the original.
    pub(super) width: u32,
    /// Pixels of the original.
    pub(super) height: u32,
    /// Pixels of the original as it is turned.
    pub(super) shown_width: u32,
    /// Pixels of the original as it is turned.
    pub(super) shown_height: u32,
    /// As SVG writes it; empty if the page is not turned.
    pub(super) transform: String,
    /// Per cent of the window.
    pub(super) zoom: u32,
    /// Address of the picture.
    pub(super) picture: String,
    /// Pixels from left to right of the picture that is sent.
    pub(super) picture_width: u32,
    /// Where its tiles are to be had.
    pub(super) tiles: String,
    /// Quarter turns clockwise, 0–3.
    pub(super) turn: u32,
}

impl Paper {
    /// The page of `size`, turned by `turn` quarters and shown at `zoom` per cent of the
    /// window.
    pub(super) fn new(key: &PageKey, size: Size, turn: u32, zoom: u32) -> Self {
        let Size { width, height } = size;
        let turn = turn % 4;
        let on_side = turn % 2 == 1;
        let (shown_width, shown_height) =
            if on_side { (height, width) } else { (width, height) };
        let transform = match turn {
            1 => format!("translate({height} 0) rotate(90)"),
            2 => format!("translate({width} {height}) rotate(180)"),
            3 => format!("translate(0 {width}) rotate(270)"),
            _ => String::new(),
        };
        // A page on its side needs its pixels from top to bottom to fill the window.
        let wanted = f64::from(WINDOW_WIDTH * zoom) / 100.0 * f64::from(width)
            / f64::from(shown_width.max(1));
        let most_width = width.min(MAX_PAGE_WIDTH);
        let picture_width = (wanted as u32).clamp(1, most_width.max(1)).max(16);
        Self {
            width,
            height,
            shown_width,
            shown_height,
            transform,
            zoom,
            picture: page_address(key, picture_width),
            picture_width,
            tiles: format!("/iiif/3/{}", iiif::name_of(key)),
            turn,
        }
    }
}

/// The zoom that is asked for, or the whole width.
pub(super) fn zoom(written: Option<&str>) -> u32 {
    let asked = written.and_then(|zoom| zoom.parse().ok());
    asked.filter(|zoom| ZOOMS.contains(zoom)).unwrap_or(WHOLE_WIDTH)
}

/// The next smaller and the next larger zoom, if there are any.
pub(super) fn neighbours(zoom: u32) -> (Option<u32>, Option<u32>) {
    let smaller = ZOOMS.into_iter().rev().find(|&other| other < zoom);
    (smaller, ZOOMS.into_iter().find(|&other| other > zoom))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::ScanId;

    #[test]
    fn a_turned_page_keeps_its_corners_in_view() {
        let key = PageKey { scan: ScanId("a1b2".into()), page: 1 };
        let size = Size { width: 200, height: 300 };
        let shown: Vec<(u32, u32, String)> = (0..4)
            .map(|turn| Paper::new(&key, size, turn, 100))
            .map(|paper| (paper.shown_width, paper.shown_height, paper.transform))
            .collect();
        assert_eq!(
            shown,
            [
                (200, 300, String::new()),
                (300, 200, "translate(300 0) rotate(90)".into()),
                (200, 300, "translate(200 300) rotate(180)".into()),
                (300, 200, "translate(0 200) rotate(270)".into()),
            ]
        );
    }

    #[test]
    fn zoom_goes_in_steps_and_nothing_else_is_taken() {
        for (written, expected) in
            [(None, 100), (Some("150"), 150), (Some("9999"), 100), (Some("x"), 100)]
        {
            assert_eq!(zoom(written), expected);
        }
        assert_eq!(neighbours(50), (None, Some(75)));
        assert_eq!(neighbours(300), (Some(200), None));
    }
}
