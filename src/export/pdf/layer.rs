//! The invisible text over a page's image: each word where it stands on the paper, so that
//! programs find, select and copy it.

use std::fmt::Write as _;

use super::font::{BLANK_WIDTH, blank_codes};
use crate::model::PageText;
use crate::model::Quad;
use crate::model::Word;

/// Where the base line lies, in parts of a word's height above its lower edge; the letters
/// that reach below it are about a fifth of a Vietnamese line with its tone marks.
const BASE_LINE: f32 = 0.2;

/// The operators that write the words; `scale` is points a pixel, `height` that of the
/// page in points.
pub(super) fn operators(text: &PageText, scale: f32, height: f32) -> String {
    let mut out = String::from("BT\n3 Tr\n");
    for line in &text.lines {
        for word in &line.words {
            let quad = word.quad.mapped(&text.to_original);
            put(&mut out, word, &quad, scale, height);
        }
    }
    out.push_str("ET\n");
    out
}

fn put(out: &mut String, word: &Word, quad: &Quad, scale: f32, height: f32) {
    let [first, second, third, fourth] = quad.0;
    let length = |dx: f32, dy: f32| dx.hypot(dy) * scale;
    let width = length(third.x - fourth.x, third.y - fourth.y)
        .max(length(second.x - first.x, second.y - first.y));
    let size = length(fourth.x - first.x, fourth.y - first.y);
    let letters = word.text.chars().count() as f32;
    if width < 0.1
        || size < 0.1
        || letters < 1.0
        || !width.is_finite()
        || !size.is_finite()
    {
        return;
    }
    // Along the lower edge, y upwards.
    let (dx, dy) = (third.x - fourth.x, fourth.y - third.y);
    let along = dx.hypot(dy).max(f32::MIN_POSITIVE);
    let (cos, sin) = (dx / along, dy / along);
    let up = size * BASE_LINE;
    let x = fourth.x * scale - sin * up;
    let y = height - fourth.y * scale + cos * up;
    let stretch = width / (letters * BLANK_WIDTH * size) * 100.0;
    // The space parts it from the next word, also from one of another line that touches it.
    let codes = blank_codes(&format!("{} ", word.text));
    // Writing to a string cannot fail.
    let _ = writeln!(
        out,
        "/F1 {size:.2} Tf {stretch:.2} Tz {cos:.5} {sin:.5} {:.5} {cos:.5} {x:.2} {y:.2} Tm {codes} Tj",
        -sin
    );
}
