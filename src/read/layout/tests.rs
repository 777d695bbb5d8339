//! Pages drawn here: letters are boxes of 10 × 16 pixels at 200 dpi, 14 pixels apart.

use image::GrayImage;
use proptest::prelude::*;

use crate::clean::Clean;
use crate::clean::Ready;
use crate::model::PageImage;
use crate::model::Pixels;
use crate::model::{Point, Rect};

use super::{Layout, cut, find};

const DPI: f32 = 200.0;
const WIDTH: u32 = 1100;
const HEIGHT: u32 = 900;

/// Whether (`x`, `y`) is ink of a text that begins at (`left`, `top`).
fn in_text(x: i32, y: i32, left: i32, top: i32, letters: i32) -> bool {
    let along = x - left;
    (top..top + 16).contains(&y)
        && (0..letters * 14).contains(&along)
        && along % 14 < 10
        && along / 14 % 6 != 5
}

fn ready(is_ink: impl Fn(i32, i32) -> bool) -> Ready {
    lit(|x, y| if is_ink(x, y) { 30 } else { 240 })
}

fn lit(light: impl Fn(i32, i32) -> u8) -> Ready {
    let gray = GrayImage::from_fn(WIDTH, HEIGHT, |x, y| {
        image::Luma([light(x as i32, y as i32)])
    });
    let page = PageImage { pixels: Pixels::Gray(gray), dpi: DPI };
    Clean::default().run(page, &mut Vec::new())
}

/// Left, top, right, bottom of each line, in whole pixels.
fn boxes(layout: &Layout) -> Vec<[i32; 4]> {
    layout
        .lines
        .iter()
        .map(|line| {
            let b = line.quad.bounds();
            [b.left, b.top, b.right, b.bottom].map(|side| side.round() as i32)
        })
        .collect()
}

#[test]
fn columns_are_lines_of_their_own_from_left_to_right_and_top_to_bottom() {
    let places = [(100, 100), (650, 100), (100, 160), (650, 160)];
    let page = ready(|x, y| places.iter().any(|&(l, t)| in_text(x, y, l, t, 23)));
    let lefts: Vec<_> = boxes(&find(&page, &[])).iter().map(|b| (b[0], b[1])).collect();
    assert_eq!(lefts, places);
}

#[test]
fn a_line_of_a_table_that_faded_in_between_still_parts_its_cells() {
    let lines = |left_of_it: i32| {
        let page = ready(|x, y| {
            let is_gap = (340..460).contains(&y);
            let is_left = !is_gap || (left_of_it > 0 && y % left_of_it == 0);
            let on_rule = (386..388).contains(&x) && (80..720).contains(&y) && is_left;
            on_rule || in_text(x, y, 104, 400, 20) || in_text(x, y, 396, 400, 20)
        });
        boxes(&find(&page, &[])).len()
    };
    assert_eq!(lines(5), 2, "a fifth of it is left");
    assert_eq!(
        lines(0),
        1,
        "nothing is left: these are two lines, each of its own table"
    );
}

#[test]
fn a_line_goes_on_where_it_faded_and_not_over_a_leader_or_a_rule() {
    let ends = |is_faint: &dyn Fn(i32, i32) -> bool, has_rule: bool| {
        let page = lit(|x, y| match () {
            () if has_rule && (297..299).contains(&x) && (80..720).contains(&y) => 30,
            // Lines above tell what a page is like that has not faded all over.
            () if (0..4).any(|at| in_text(x, y, 300, 100 + at * 60, 30)) => 30,
            () if in_text(x, y, 300, 400, 30) => 30,
            () if is_faint(x, y) => 196,
            () => 240,
        });
        let found = boxes(&find(&page, &[]));
        let last = found.iter().filter(|b| (390..430).contains(&b[3])).copied();
        last.map(|b| (b[0], b[2])).collect::<Vec<_>>()
    };
    let alone = ends(&|_, _| false, false);
    assert_eq!(alone.len(), 1);
    let (left, right) = alone[0];
    let before = ends(&|x, y| in_text(x, y, 230, 400, 5), false);
    assert!(before[0].0 <= 232 && before[0].1 == right, "{before:?} of {alone:?}");
    let behind = ends(&|x, y| in_text(x, y, 706, 400, 5), false);
    assert!(behind[0].0 == left && behind[0].1 >= 770, "{behind:?} of {alone:?}");
    let stopped = ends(&|x, y| in_text(x, y, 230, 400, 5), true);
    assert!(stopped[0].0 >= 299, "{stopped:?}: a rule stands in between");
    let leader = ends(&|x, y| (720..1000).contains(&x) && (412..415).contains(&y), false);
    assert_eq!(leader, alone, "a leader is no writing");
}

#[test]
fn a_rule_of_which_dashes_are_left_parts_two_cells() {
    let lines = |dash: i32| {
        let page = ready(|x, y| {
            let on_rule = (386..388).contains(&x) && (80..320).contains(&y);
            on_rule && y % 14 < dash
                || in_text(x, y, 104, 200, 20)
                || in_text(x, y, 396, 200, 20)
        });
        boxes(&find(&page, &[])).len()
    };
    assert_eq!(lines(10), 2, "dashes of 1.3 mm, a millimetre apart");
    assert_eq!(lines(0), 1, "no rule");
}

#[test]
fn crumbs_of_a_word_are_read_where_they_stand_in_a_cell_or_beside_a_row() {
    let crumbs = |x: i32, y: i32, left: i32, letters: i32| {
        in_text(x, y, left, 150, letters) && (x - left) % 14 % 5 < 2 && (y - 150) % 5 < 2
    };
    let found = |has_rules: bool| {
        let page = ready(|x, y| {
            let framed = (80..=700).contains(&x) && (100..=190).contains(&y);
            let on_rule = [100, 188].iter().any(|&at| (at..at + 2).contains(&y))
                || [80, 390, 699].iter().any(|&at| (at..at + 2).contains(&x));
            has_rules && framed && on_rule
                || in_text(x, y, 104, 150, 5)
                || crumbs(x, y, 104 + 5 * 14, 3)
                || crumbs(x, y, 500, 4)
        });
        boxes(&find(&page, &[]))
    };
    let in_cells = found(true);
    assert_eq!(in_cells.len(), 2, "{in_cells:?}");
    assert!((205..=215).contains(&in_cells[0][2]), "the row goes on: {in_cells:?}");
    assert!((495..=505).contains(&in_cells[1][0]), "{in_cells:?}");
    assert_eq!(found(false).len(), 1, "on open paper crumbs alone are dust");
}

#[test]
fn text_in_cells_stays_apart_and_the_rules_are_found() {
    let page = ready(|x, y| {
        let framed = (80..=700).contains(&x) && (80..=180).contains(&y);
        let on_rule = [80, 130, 180].iter().any(|&at| (at..at + 2).contains(&y))
            || [80, 390, 699].iter().any(|&at| (at..at + 2).contains(&x));
        let text = [(88, 98), (398, 98), (88, 148), (398, 148)]
            .iter()
            .any(|&(l, t)| in_text(x, y, l, t, 21));
        (framed && on_rule) || text
    });
    let layout = find(&page, &[]);
    assert_eq!(layout.lines.len(), 4, "{:?}", boxes(&layout));
    assert!(layout.lines.iter().all(|line| line.in_cell));
    assert_eq!(layout.rules.len(), 6);
}

#[test]
fn a_leader_below_a_line_is_no_part_of_it_and_a_heavy_tone_is() {
    let page = ready(|x, y| {
        let leader = (100..900).contains(&x) && (221..224).contains(&y) && x % 8 < 3;
        let heavy = (129..133).contains(&x) && (322..326).contains(&y);
        leader || heavy || in_text(x, y, 100, 200, 17) || in_text(x, y, 100, 300, 17)
    });
    let layout = find(&page, &[]);
    assert_eq!(boxes(&layout), [[100, 200, 334, 216], [100, 300, 334, 326]]);
    let line = cut(&page, &layout.lines[0]);
    let below = line.pixels.rows().next_back().map(|mut row| row.all(|p| p.0[0] > 200));
    assert_eq!(below, Some(true), "the leader is painted over");
}

#[test]
fn a_heavy_tone_that_stands_in_a_leader_stays_when_the_leader_goes() {
    let in_tone = |x: i32, y: i32| (132..137).contains(&x) && (220..225).contains(&y);
    let page = ready(|x, y| {
        let leader = (100..900).contains(&x) && (221..224).contains(&y) && x % 8 < 3;
        leader || in_tone(x, y) || in_text(x, y, 100, 200, 17)
    });
    let layout = find(&page, &[]);
    assert_eq!(boxes(&layout), [[100, 200, 334, 225]]);
    let line = cut(&page, &layout.lines[0]);
    let [_, _, left, _, _, top] = line.to_page.0;
    let dark = |is_there: &dyn Fn(i32) -> bool| {
        let below = line.pixels.enumerate_pixels().filter(|(x, y, pixel)| {
            let (x, y) = (f64::from(*x) + left, f64::from(*y) + top);
            y >= 218.0 && is_there(x as i32) && pixel.0[0] < 100
        });
        below.count()
    };
    assert!(dark(&|x| (132..137).contains(&x)) > 12);
    // The dot beside it has run into it.
    assert_eq!(dark(&|x| !(126..143).contains(&x)), 0);
}

#[test]
fn marks_belong_to_the_line_below_them() {
    let page = ready(|x, y| {
        let hat = (129..137).contains(&x) && (290..294).contains(&y);
        let tone = (130..134).contains(&x) && (284..288).contains(&y);
        hat || tone || in_text(x, y, 100, 240, 17) || in_text(x, y, 100, 300, 17)
    });
    assert_eq!(boxes(&find(&page, &[])), [[100, 240, 334, 256], [100, 284, 334, 316]]);
}

#[test]
fn the_modules_of_a_code_beside_a_line_are_no_part_of_it() {
    let code = Rect { left: 350.0, top: 180.0, right: 440.0, bottom: 280.0 };
    let page = ready(|x, y| {
        let inside = code.contains(Point { x: x as f32, y: y as f32 });
        let module = inside && x % 14 < 10 && y % 20 < 14;
        module || in_text(x, y, 100, 200, 17)
    });
    assert_eq!(boxes(&find(&page, &[code])), [[100, 200, 334, 216]]);
    assert_ne!(boxes(&find(&page, &[])), [[100, 200, 334, 216]]);
}

#[test]
fn an_empty_page_has_no_lines() {
    let page = ready(|_, _| false);
    assert!(page.blank && find(&page, &[]).lines.is_empty());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    #[test]
    fn the_quad_of_a_line_leads_back_to_the_same_ink(degrees in -6.0_f64..6.0) {
        let (sin, cos) = degrees.to_radians().sin_cos();
        let (cx, cy) = (f64::from(WIDTH) / 2.0, f64::from(HEIGHT) / 2.0);
        let upright = |x: f64, y: f64| {
            let (dx, dy) = (x - cx, y - cy);
            (cx + dx * cos + dy * sin, cy - dx * sin + dy * cos)
        };
        let tops = [200, 280, 360, 440, 520];
        let page = ready(|x, y| {
            let (x, y) = upright(f64::from(x) + 0.5, f64::from(y) + 0.5);
            tops.iter().any(|&top| {
                in_text(x.floor() as i32, y.floor() as i32, 250, top, 47)
            })
        });
        let layout = find(&page, &[]);
        prop_assert_eq!(layout.lines.len(), tops.len());
        for (line, top) in layout.lines.iter().zip(tops) {
            let at = page.to_original.apply(line.quad.bounds().centre());
            let (x, y) = upright(f64::from(at.x), f64::from(at.y));
            prop_assert!((x - 579.0).abs() < 6.0, "{} across", x);
            prop_assert!((y - f64::from(top) - 8.0).abs() < 3.0, "{} down", y);
            let line = cut(&page, line);
            let start = line.to_page.apply(Point::default());
            prop_assert!(start.x >= 0.0 && line.pixels.height() < 40);
        }
    }
}
