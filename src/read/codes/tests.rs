//! Codes drawn onto pages.

use image::{GrayImage, Luma};

use super::*;
use crate::clean::Clean;
use crate::config::clean::CleanConfig;
use crate::model::{PageImage, Pixels, Rect};

/// A QR code of version 3 that another program made of [`SAYS`].
pub(crate) const QR: [&str; 29] = [
    "#######.##.....###.#..#######",
    "#.....#.......##.#....#.....#",
    "#.###.#.#..#####...#..#.###.#",
    "#.###.#.##.#....#####.#.###.#",
    "#.###.#.####.#.....##.#.###.#",
    "#.....#..#..#.#..###..#.....#",
    "#######.#.#.#.#.#.#.#.#######",
    ".........#.#.##..#...........",
    "####..#.#....##.##..##..###.#",
    "....#..###.....##..##.#.#...#",
    ".##.#.#.#.....##.##....#..#..",
    "#.##.......#####..###.####..#",
    ".#########.#.....#..#..#.###.",
    "#.#..#.#.###.#....#####...#.#",
    "#.###.##....#.#.#.##.#.##...#",
    "##...#..##..##.##.#.##.##..#.",
    "#..##.####.#....###.....##.#.",
    "....#..#..#.##.##....#...#.##",
    "#...###..####..####.##....#..",
    "..####.###..#..#.#####....###",
    ".#.####..#####....#######.#.#",
    "........#.#.###....##...#..#.",
    "#######..#.###.....##.#.##.#.",
    "#.....#...#....##.###...##.##",
    "#.###.#..#..#.#####.########.",
    "#.###.#.#..##.##.##.#...###.#",
    "#.###.#.####.#......##...#..#",
    "#.....#.#..#..##..####.##..#.",
    "#######.#...#.#.#..##.#..#.#.",
];

/// What [`QR`] says.
pub(crate) const SAYS: &str = "CT 01234567|0|12|345|98.5|CS01234";

/// "CS01234" in Code 128, of which the digits are in pairs, made by another program.
const CODE_128: &str = "##.#..#....#...#...##.##.###.#...#..###.##..#.###.####.#.##..###..#...#.##...##..###.#..##...###.#.##";

/// "AB-12" in Code 39, made by another program.
const CODE_39: &str = "#..#.##.##.#.##.#.#..#.##.#.##.#..#.##.#..#.#.##.##.##.#..#.#.##.#.##..#.#.##.#..#.##.##.#";

fn paper() -> GrayImage {
    let mut page = GrayImage::from_pixel(1240, 900, Luma([245]));
    // Something like text, so that the page is a page.
    for line in 0..6 {
        for letter in 0..50 {
            stroke(&mut page, 60 + letter * 22, 60 + line * 60, 4, 24);
        }
    }
    page
}

fn stroke(page: &mut GrayImage, x: u32, y: u32, width: u32, height: u32) {
    for dy in 0..height {
        for dx in 0..width {
            page.put_pixel(x + dx, y + dy, Luma([25]));
        }
    }
}

/// Draws modules of `size` pixels from (`x`, `y`) on, each row `height` pixels high.
fn draw(page: &mut GrayImage, rows: &[&str], (x, y): (u32, u32), size: u32, height: u32) {
    for (down, row) in (0..).zip(rows) {
        for (right, module) in (0..).zip(row.bytes()) {
            if module == b'#' {
                stroke(page, x + right * size, y + down * height, size, height);
            }
        }
    }
}

fn codes(page: GrayImage) -> Vec<(String, Rect)> {
    let clean = Clean::new(CleanConfig::of_steps(["light"]).expect("a step"));
    let page = PageImage { pixels: Pixels::Gray(page), dpi: 300.0 };
    let ready = clean.run(page, &mut Vec::new());
    find(&ready).into_iter().map(|(text, quad)| (text, quad.bounds())).collect()
}

fn near(place: Rect, left: f32, top: f32, right: f32, bottom: f32) -> bool {
    let near = |a: f32, b: f32| (a - b).abs() < 16.0;
    near(place.left, left)
        && near(place.top, top)
        && near(place.right, right)
        && near(place.bottom, bottom)
}

#[test]
fn a_qr_code_is_read_where_it_stands() {
    for size in [3, 5, 9] {
        let mut page = paper();
        draw(&mut page, &QR, (700, 500), size, size);
        let found = codes(page);
        assert_eq!(found.len(), 1, "modules of {size} pixels");
        assert_eq!(found[0].0, SAYS);
        let end = (29 * size) as f32;
        assert!(
            near(found[0].1, 700.0, 500.0, 700.0 + end, 500.0 + end),
            "{:?}",
            found[0].1
        );
    }
}

#[test]
fn bar_codes_of_other_programs_are_read_upright_and_on_their_side() {
    for (bars, says) in [(CODE_128, "CS01234"), (CODE_39, "AB-12")] {
        let mut page = paper();
        draw(&mut page, &[bars], (300, 600), 3, 90);
        let found = codes(page.clone());
        assert_eq!(found.len(), 1, "{says}: {found:?}");
        assert_eq!(found[0].0, says);
        let right = 300.0 + 3.0 * bars.len() as f32;
        assert!(near(found[0].1, 300.0, 600.0, right, 690.0), "{:?}", found[0].1);
        for turned in [
            image::imageops::rotate90(&page),
            image::imageops::rotate180(&page),
            image::imageops::rotate270(&page),
        ] {
            let found = codes(turned);
            assert_eq!(found.len(), 1, "{says} turned: {found:?}");
            assert_eq!(found[0].0, says);
        }
    }
}

#[test]
fn each_letter_of_a_bar_code_is_read() {
    let upper = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
    for text in [upper, "0123456789-. $/+%"] {
        let lengths: Vec<f32> = code39::tests::modules(text)
            .iter()
            .map(|width| f32::from(*width) * 2.5)
            .collect();
        let found = code39::read(&stripes::Stripes { lengths: &lengths });
        assert_eq!(found.map(|it| it.0).as_deref(), Some(text));
        let lengths: Vec<f32> = code128::tests::modules(text)
            .iter()
            .map(|width| f32::from(*width) * 2.5)
            .collect();
        let found = code128::read(&stripes::Stripes { lengths: &lengths });
        assert_eq!(found.map(|it| it.0).as_deref(), Some(text));
    }
}

#[test]
fn a_page_of_text_and_tables_has_no_codes() {
    let mut page = paper();
    for column in 0..40 {
        stroke(&mut page, 60 + column * 25, 450, 3, 300);
    }
    assert_eq!(codes(page), []);
}
