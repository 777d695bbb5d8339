//! Two pages of a book on one image: which is read first.
//!
//! The image stays one page of its scan, so that page numbers and places mean what they
//! meant before; only the order in which its lines are read changes.

use crate::model::{Quad, Rect, Size};

/// An image of two pages of a book is at least this much wider than high.
const LEAST_ASPECT: f32 = 1.15;

/// The gutter lies within this part of the width on either side of the middle.
const MIDDLE: f32 = 0.08;

/// Width of the gutter, as a part of the image's: without text in it for the height of the
/// page. Columns of tables are closer.
const GUTTER: f32 = 0.02;

/// Fewest lines on each page. A form on its side has fewer beside its fold.
const FEWEST_LINES: usize = 12;

/// Part of the smaller page's lines, of the larger one's: a map has its legend on one side.
const BALANCE: f32 = 0.25;

/// Where the gutter between two pages of a book is, in pixels from the left; `None` where
/// the image is one page. `lines` and `rules` are in its reading frame.
///
/// No line and no rule may cross the gutter: the rows of a land register run over both
/// pages, drawings of a map lie anywhere.
pub fn gutter(lines: &[Quad], rules: &[Rect], size: Size) -> Option<f32> {
    let (width, height) = (size.width as f32, size.height as f32);
    if width < height * LEAST_ASPECT {
        return None;
    }
    let mut taken: Vec<(f32, f32)> = lines
        .iter()
        .map(Quad::bounds)
        .chain(rules.iter().copied())
        .map(|bounds| (bounds.left, bounds.right))
        // An upright rule in the gutter is its fold.
        .filter(|(left, right)| right - left > width * GUTTER / 2.0)
        .collect();
    taken.sort_by(|a, b| a.0.total_cmp(&b.0));
    let (from, to) = (width * (0.5 - MIDDLE), width * (0.5 + MIDDLE));
    let mut free: Option<(f32, f32)> = None;
    let mut covered = 0.0_f32;
    for (left, right) in taken.into_iter().chain([(width, width)]) {
        let (start, end) = (covered.max(from), left.min(to));
        let is_wider = free.is_none_or(|(a, b)| end - start > b - a);
        if end - start >= width * GUTTER && is_wider {
            free = Some((start, end));
        }
        covered = covered.max(right);
    }
    let (start, end) = free?;
    let middle = f32::midpoint(start, end);
    let on_left = lines.iter().filter(|line| line.bounds().centre().x < middle).count();
    let fewer = on_left.min(lines.len() - on_left);
    let more = on_left.max(lines.len() - on_left);
    (fewer >= FEWEST_LINES && fewer as f32 >= more as f32 * BALANCE).then_some(middle)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(left: f32, top: f32, right: f32) -> Quad {
        Quad::from(Rect { left, top, right, bottom: top + 30.0 })
    }

    fn column(left: f32, right: f32, count: usize) -> Vec<Quad> {
        (0..count).map(|at| line(left, 100.0 + at as f32 * 50.0, right)).collect()
    }

    const A3: Size = Size { width: 3000, height: 2100 };

    #[test]
    fn two_pages_of_a_book_are_parted_at_the_gutter() {
        let lines = [column(100.0, 1300.0, 20), column(1650.0, 2900.0, 25)].concat();
        let fold = Rect { left: 1490.0, top: 0.0, right: 1495.0, bottom: 2100.0 };
        let at = gutter(&lines, &[fold], A3);
        assert!(at.is_some_and(|at| (1300.0..1650.0).contains(&at)), "{at:?}");
    }

    #[test]
    fn what_is_one_page_stays_one() {
        let two = [column(100.0, 1300.0, 20), column(1650.0, 2900.0, 25)].concat();
        let upright = Size { width: 2100, height: 3000 };
        let crossing = [two.clone(), column(400.0, 2500.0, 1)].concat();
        let few = [column(100.0, 1300.0, 20), column(1650.0, 2900.0, 5)].concat();
        let rule = Rect { left: 100.0, top: 300.0, right: 2900.0, bottom: 303.0 };
        for (what, lines, rules, size) in [
            ("an upright page", &two, vec![], upright),
            ("a title over both halves", &crossing, vec![], A3),
            ("a map with a legend", &few, vec![], A3),
            ("rows of a table over both halves", &two, vec![rule], A3),
            ("nothing", &vec![], vec![], A3),
        ] {
            assert_eq!(gutter(lines, &rules, size), None, "{what}");
        }
    }
}
