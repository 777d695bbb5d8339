//! From the glyphs that a page draws to the words of its text layer.

use hayro::hayro_interpret::font::{Glyph, PositionedGlyph};
use hayro::hayro_interpret::hayro_cmap::BfString;
use hayro::kurbo::{Affine, Point as PagePoint, Vec2};

use super::super::page::{LayerWord, TextLayer};
use crate::model::{Point, Quad};

/// Most glyphs of a page that are kept; a page of a phone book has 20,000.
const MAX_GLYPHS: usize = 300_000;

/// Height of a line above its base line, in thousandths of the font size.
const ASCENT: f64 = 800.0;

/// Depth of a line below its base line, in thousandths of the font size.
const DESCENT: f64 = -200.0;

/// Width of a glyph of which the font does not tell it.
const USUAL_ADVANCE: f32 = 500.0;

/// A gap of this part of the font size separates words; spaces in print are 0.2 to 0.3,
/// letter spacing in titles stays below 0.15.
const WORD_GAP: f64 = 0.18;

/// A step back, or up or down, of this part of the font size starts a new word.
const LINE_STEP: f64 = 0.3;

/// A glyph on the page, in points, y downwards.
struct Placed {
    letters: String,
    /// Start and end of its base line.
    start: PagePoint,
    end: PagePoint,
    /// From the base line to the top of the line, and to its bottom.
    up: Vec2,
    down: Vec2,
    font: usize,
    visible: bool,
}

/// The glyphs of a page in the order of drawing.
#[derive(Default)]
pub(super) struct Glyphs {
    placed: Vec<Placed>,
    fonts: Vec<String>,
    /// How many of the glyphs, from the first, lie under an image.
    num_covered: usize,
}

/// The letters that a glyph stands for.
pub(super) fn letters_of(mapped: &BfString) -> String {
    match mapped {
        BfString::Char(letter) => letter.to_string(),
        BfString::String(letters) => letters.clone(),
    }
}

impl Glyphs {
    /// Takes one glyph; `to_page` leads from thousandths of its font size to the page.
    pub(super) fn push(
        &mut self,
        glyph: &PositionedGlyph<'_>,
        to_page: Affine,
        visible: bool,
    ) {
        if self.placed.len() >= MAX_GLYPHS {
            return;
        }
        let (advance, font) = match &**glyph {
            Glyph::Outline(outline) => {
                let name = outline.font_data().and_then(|font| font.postscript_name);
                (outline.advance_width(), name.unwrap_or_default())
            }
            Glyph::Type3(type3) => (type3.advance_width(), String::new()),
        };
        let font = self.font_number(font);
        let letters = glyph
            .as_unicode()
            .map_or_else(|| char::REPLACEMENT_CHARACTER.to_string(), |m| letters_of(&m));
        let advance = f64::from(advance.unwrap_or(USUAL_ADVANCE));
        let start = to_page * PagePoint::ZERO;
        self.placed.push(Placed {
            letters,
            start,
            end: to_page * PagePoint::new(advance, 0.0),
            up: to_page * PagePoint::new(0.0, ASCENT) - start,
            down: to_page * PagePoint::new(0.0, DESCENT) - start,
            font,
            visible,
        });
    }

    /// Everything drawn so far lies under an image now.
    pub(super) fn cover(&mut self) {
        let uncovered = self.placed.get_mut(self.num_covered..).unwrap_or_default();
        for glyph in uncovered {
            glyph.visible = false;
        }
        self.num_covered = self.placed.len();
    }

    fn font_number(&mut self, name: String) -> usize {
        // Pages use a handful of fonts, nearly always the one used last.
        if let Some(number) = self.fonts.iter().rposition(|known| *known == name) {
            return number;
        }
        self.fonts.push(name);
        self.fonts.len() - 1
    }

    /// The words, moved to pixels by `to_pixels`; `None` if there are none.
    pub(super) fn into_layer(self, to_pixels: Affine) -> Option<TextLayer> {
        let mut words: Vec<LayerWord> = Vec::new();
        let mut open: Vec<&Placed> = Vec::new();
        let mut goes_on = false;
        for glyph in &self.placed {
            let is_space = glyph.letters.trim().is_empty();
            let last = open.last();
            let ends = is_space
                || last.is_some_and(|last| is_apart(last, glyph) || differs(last, glyph));
            if ends {
                let next_goes_on =
                    !is_space && last.is_some_and(|last| !is_apart(last, glyph));
                words.extend(word_of(&open, goes_on, to_pixels));
                open.clear();
                goes_on = next_goes_on;
            }
            if !is_space {
                open.push(glyph);
            }
        }
        words.extend(word_of(&open, goes_on, to_pixels));
        if words.is_empty() {
            return None;
        }
        Some(TextLayer { words, fonts: self.fonts })
    }
}

/// Whether `next` is set in another font than `last`, or hidden where that is not.
fn differs(last: &Placed, next: &Placed) -> bool {
    last.font != next.font || last.visible != next.visible
}

/// Whether `next` stands apart from the word that ends with `last`.
fn is_apart(last: &Placed, next: &Placed) -> bool {
    let size = (last.up - last.down).hypot().max(1e-6);
    let step = next.start - last.end;
    let direction = last.end - last.start;
    let along = if direction.hypot() > 1e-6 {
        step.dot(direction) / direction.hypot()
    } else {
        step.hypot()
    };
    let across = step.cross(direction).abs() / direction.hypot().max(1e-6);
    along > WORD_GAP * size || along < -LINE_STEP * size || across > LINE_STEP * size
}

fn word_of(glyphs: &[&Placed], goes_on: bool, to_pixels: Affine) -> Option<LayerWord> {
    let (first, last) = (glyphs.first()?, glyphs.last()?);
    let corner = |at: PagePoint| {
        let pixel = to_pixels * at;
        Point { x: pixel.x as f32, y: pixel.y as f32 }
    };
    Some(LayerWord {
        text: glyphs.iter().map(|glyph| glyph.letters.as_str()).collect(),
        quad: Quad([
            corner(first.start + first.up),
            corner(last.end + last.up),
            corner(last.end + last.down),
            corner(first.start + first.down),
        ]),
        font: first.font,
        visible: first.visible,
        goes_on,
    })
}
