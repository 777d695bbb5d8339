//! Labels found in text with reading errors.

use std::sync::LazyLock;

use crate::model::fold_letter;

use super::sheet::{Glyph, letter_code};

/// Share of a label's letters that may be wrong.
const TOLERANCE: f32 = 0.2;
/// The same where the label begins a segment and has its colon.
const TOLERANCE_AT_START: f32 = 0.24;
/// The part of it that is left where the colon is missing.
const WITHOUT_COLON: f32 = 0.6;
/// Share of a label's letters that may be wrong where no other label is compared.
const CLEARLY: f32 = 0.13;
/// Most errors in a label, however long it is.
const MOST_ERRORS: f32 = 3.2;
/// A label of fewer letters must have its colon; one that is written without a colon
/// must begin a segment, with no letter wrong but for its marks.
const SHORT: usize = 6;
/// Most errors in such a label without a colon: `Hộ ông` is not `Hoàng`.
const MARKS_ALONE: f32 = 0.35;
/// A mark that is wrong or missing.
const WRONG_MARK: f32 = 0.1;
/// A letter read as one that looks like it.
const LOOK_ALIKE: f32 = 0.5;
/// A colon that is not read, or stands elsewhere.
const MISSING_COLON: f32 = 0.6;
/// A colon inside a label.
const STRANGE_COLON: f32 = 1.5;
/// A label that ends within a word.
const TORN_WORD: f32 = 1.0;
/// What an error takes from the letters that a label explains.
const ERROR_PRICE: f32 = 2.5;

/// Letters that are taken for each other.
const LOOK_ALIKES: [(char, char); 22] = [
    ('i', 'l'),
    ('i', '1'),
    ('l', '1'),
    ('o', '0'),
    ('b', 'h'),
    ('n', 'u'),
    ('c', 'e'),
    ('o', 'e'),
    ('a', 'o'),
    ('u', 'v'),
    ('s', '5'),
    ('g', 'q'),
    ('g', '9'),
    ('t', 'f'),
    ('i', 't'),
    ('i', 'j'),
    ('n', 'r'),
    ('m', 'n'),
    ('h', 'n'),
    ('y', 'v'),
    ('d', 'o'),
    ('b', '6'),
];

/// A letter of a label.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Letter {
    code: u8,
    marked: char,
}

/// Code of a colon.
const COLON: u8 = 36;
/// Number of codes.
const CODES: usize = 38;

/// What it costs to read one letter as another, marks aside.
static COSTS: LazyLock<[[f32; CODES]; CODES]> = LazyLock::new(|| {
    let mut costs = [[1.0; CODES]; CODES];
    for (index, row) in costs.iter_mut().enumerate() {
        row[index] = 0.0;
        row[usize::from(COLON)] =
            if index == usize::from(COLON) { 0.0 } else { STRANGE_COLON };
    }
    for (code, cost) in costs[usize::from(COLON)].iter_mut().enumerate() {
        if code != usize::from(COLON) {
            *cost = MISSING_COLON;
        }
    }
    for (a, b) in LOOK_ALIKES {
        let (a, b) = (usize::from(letter_code(a)), usize::from(letter_code(b)));
        costs[a][b] = LOOK_ALIKE;
        costs[b][a] = LOOK_ALIKE;
    }
    costs
});

/// A label, ready to be found.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Phrase {
    letters: Vec<Letter>,
    colon: bool,
    /// Whether it has so few letters that it needs more than them to be a label.
    pub(super) short: bool,
}

/// A label that was found: glyphs `start..end`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Hit {
    pub(super) phrase: usize,
    pub(super) start: usize,
    pub(super) end: usize,
    /// Weighted errors.
    pub(super) cost: f32,
    /// Letters explained, less the errors.
    pub(super) score: f32,
}

impl Phrase {
    /// A label as it is printed; `None` if it has no letters.
    pub(super) fn new(text: &str) -> Option<Self> {
        let letters = letters(text);
        let colon = text.trim_end().ends_with(':');
        let count = letters.iter().filter(|letter| letter.code != COLON).count();
        (count > 0).then_some(Self { letters, colon, short: count < SHORT })
    }

    /// Number of its letters, without the colon.
    pub(super) fn len(&self) -> usize {
        self.letters.len() - usize::from(self.colon)
    }

    /// Most weighted errors with which it still counts as found.
    fn allowed(&self, tolerance: f32) -> f32 {
        let share = tolerance * self.len() as f32;
        if self.short { share.min(0.6) } else { share.min(MOST_ERRORS) }
    }

    /// Whether a label with these errors is one, given whether it has its colon.
    fn is_enough(&self, cost: f32, has_colon: bool, at_start: bool) -> bool {
        let allowed = match (self.colon, has_colon) {
            (true, true) if at_start && !self.short => self.allowed(TOLERANCE_AT_START),
            (true, false) => {
                (self.allowed(TOLERANCE) * WITHOUT_COLON).max(MISSING_COLON + WRONG_MARK)
            }
            _ => self.allowed(TOLERANCE),
        };
        cost <= allowed + 0.01
    }

    /// Finds the label at each place where a word begins.
    pub(super) fn find(&self, index: usize, text: &[Glyph], hits: &mut Vec<Hit>) {
        let mut scratch = Scratch::default();
        for start in 0..text.len() {
            if !text[start].starts || text[start].plain == ':' {
                continue;
            }
            let Some((end, cost)) = self.at(text, start, &mut scratch) else { continue };
            let has_colon = end > start && text[end - 1].plain == ':';
            let is_plain =
                !self.colon && text[start].starts_segment && cost <= MARKS_ALONE;
            if self.short && !has_colon && !is_plain {
                continue;
            }
            let score = self.len() as f32 + 0.5 - ERROR_PRICE * cost;
            hits.push(Hit { phrase: index, start, end, cost, score });
        }
    }

    /// Whether the label stands anywhere, read well enough to tell it from labels like it.
    pub(super) fn stands(&self, text: &[Glyph]) -> bool {
        let mut hits = Vec::new();
        self.find(0, text, &mut hits);
        hits.iter().any(|hit| hit.cost <= CLEARLY * self.len() as f32 + WRONG_MARK)
    }

    /// Whether the label stands anywhere, no letter of it wrong but for its marks.
    pub(super) fn stands_whole(&self, text: &[Glyph]) -> bool {
        let mut hits = Vec::new();
        self.find(0, text, &mut hits);
        hits.iter().any(|hit| hit.cost <= WRONG_MARK)
    }

    /// The first place at or behind `from` where the words stand, however short they are;
    /// of places that overlap, the one that fits best.
    pub(super) fn first(&self, text: &[Glyph], from: usize) -> Option<Hit> {
        let mut scratch = Scratch::default();
        let mut best: Option<Hit> = None;
        for start in from..text.len() {
            if best.is_some_and(|best| start >= best.end) {
                break;
            }
            if !text[start].starts || text[start].plain == ':' {
                continue;
            }
            let Some((end, cost)) = self.at(text, start, &mut scratch) else { continue };
            if best.is_none_or(|best| cost < best.cost) {
                let score = self.len() as f32 + 0.5 - ERROR_PRICE * cost;
                best = Some(Hit { phrase: 0, start, end, cost, score });
            }
        }
        best
    }

    /// Where the label ends if it begins at `start`, with its errors.
    fn at(
        &self,
        text: &[Glyph],
        start: usize,
        scratch: &mut Scratch,
    ) -> Option<(usize, f32)> {
        let allowed = self.allowed(TOLERANCE_AT_START);
        // The first two letters are rarely both wrong, unless the first one is cut off.
        let near = |index: usize, of_label: usize| {
            let glyph = text.get(start + index)?;
            let letter = self.letters.get(of_label)?;
            Some(substitution(*letter, glyph) < 1.0)
        };
        let is_cut_off = near(0, 1) == Some(true) && near(1, 2) == Some(true);
        if near(0, 0) == Some(false) && near(1, 1) != Some(true) && !is_cut_off {
            return None;
        }
        let slack = allowed.ceil() as usize + 1;
        let stretch =
            text.get(start..text.len().min(start + self.letters.len() + slack))?;
        // Only cells near the diagonal can be part of a way that is cheap enough.
        let band = slack + 1;
        scratch.cost.clear();
        scratch.cost.extend((0..=stretch.len()).map(|column| column as f32));
        for (line, &letter) in self.letters.iter().enumerate() {
            let missing = if letter.code == COLON { MISSING_COLON } else { 1.0 };
            let from = line.saturating_sub(band);
            let to = (line + band).min(stretch.len());
            let mut diagonal = scratch.cost[from];
            let mut left = if from == 0 { diagonal + missing } else { f32::INFINITY };
            scratch.cost[from] = left;
            let mut least = left;
            for (column, glyph) in stretch.iter().enumerate().take(to).skip(from) {
                let strange = if glyph.code == COLON { STRANGE_COLON } else { 1.0 };
                let above = scratch.cost[column + 1];
                let best = (diagonal + substitution(letter, glyph))
                    .min(above + missing)
                    .min(left + strange);
                diagonal = above;
                left = best;
                scratch.cost[column + 1] = best;
                least = least.min(best);
            }
            for cell in scratch.cost.iter_mut().skip(to + 1) {
                *cell = f32::INFINITY;
            }
            if least > allowed + MISSING_COLON && line + 1 < self.letters.len() {
                return None;
            }
        }
        let mut best: Option<(usize, f32)> = None;
        for (column, glyph) in stretch.iter().enumerate() {
            let torn = if glyph.ends { 0.0 } else { TORN_WORD };
            let cost = scratch.cost[column + 1] + torn;
            let enough =
                self.is_enough(cost, glyph.code == COLON, text[start].starts_segment);
            if enough && best.is_none_or(|(_, least)| cost < least) {
                best = Some((start + column + 1, cost));
            }
        }
        let (mut end, mut cost) = best?;
        // A colon behind a label that is written without one belongs to it.
        if !self.colon && text.get(end).is_some_and(|glyph| glyph.plain == ':') {
            end += 1;
            cost = (cost - 0.05).max(0.0);
        }
        Some((end, cost))
    }

    /// Whether a text is a part of the label, as where it is broken over lines.
    pub(super) fn has_part(&self, text: &[Glyph]) -> bool {
        // Columns are the label: a part may begin and end anywhere in it.
        let mut row = vec![0.0; self.letters.len() + 1];
        for glyph in text {
            let mut diagonal: f32 = row[0];
            row[0] += 1.0;
            for (column, &letter) in self.letters.iter().enumerate() {
                let above = row[column + 1];
                row[column + 1] = (diagonal + substitution(letter, glyph))
                    .min(above + 1.0)
                    .min(row[column] + 1.0);
                diagonal = above;
            }
        }
        let best = row.into_iter().fold(f32::INFINITY, f32::min);
        best <= TOLERANCE * text.len() as f32
    }

    /// Errors between the label and a whole text, both without spaces.
    pub(super) fn distance(&self, text: &[Glyph]) -> f32 {
        let mut row: Vec<f32> = (0..=text.len()).map(|column| column as f32).collect();
        for &letter in &self.letters {
            let mut diagonal = row[0];
            row[0] += 1.0;
            for (column, glyph) in text.iter().enumerate() {
                let above = row[column + 1];
                row[column + 1] = (diagonal + substitution(letter, glyph))
                    .min(above + 1.0)
                    .min(row[column] + 1.0);
                diagonal = above;
            }
        }
        row.last().copied().unwrap_or(0.0)
    }
}

/// Memory that is used again.
#[derive(Default)]
struct Scratch {
    cost: Vec<f32>,
}

/// Letters, digits and a last colon of a label.
fn letters(text: &str) -> Vec<Letter> {
    let text = crate::model::nfc(text);
    let text = text.trim_end();
    let last = text.chars().count().saturating_sub(1);
    text.chars()
        .enumerate()
        .filter(|&(index, letter)| {
            letter.is_alphanumeric() || (letter == ':' && index == last)
        })
        .filter_map(|(_, letter)| {
            Some(Letter {
                code: letter_code(fold_letter(letter)?),
                marked: letter.to_lowercase().next().unwrap_or(letter),
            })
        })
        .collect()
}

/// What it costs to read `letter` as `glyph`.
fn substitution(letter: Letter, glyph: &Glyph) -> f32 {
    if letter.code == glyph.code && letter.code != 37 {
        return if letter.marked == glyph.marked { 0.0 } else { WRONG_MARK };
    }
    COSTS[usize::from(letter.code)][usize::from(glyph.code)]
}

/// The hits that do not overlap and together explain most letters, in order.
pub(super) fn best_cover(mut hits: Vec<Hit>) -> Vec<Hit> {
    hits.retain(|hit| hit.score > 0.0);
    hits.sort_by(|a, b| a.end.cmp(&b.end).then(b.score.total_cmp(&a.score)));
    // best[i]: most score with the first i hits; from[i]: whether hit i-1 is in it.
    let mut best = vec![0.0_f32; hits.len() + 1];
    let mut taken = vec![false; hits.len()];
    let mut before = vec![0; hits.len()];
    for (index, hit) in hits.iter().enumerate() {
        before[index] = hits.partition_point(|other| other.end <= hit.start).min(index);
        let with = best[before[index]] + hit.score;
        taken[index] = with > best[index];
        best[index + 1] = best[index].max(with);
    }
    let mut cover = Vec::new();
    let mut index = hits.len();
    while index > 0 {
        if taken[index - 1] {
            cover.push(hits[index - 1]);
            index = before[index - 1];
        } else {
            index -= 1;
        }
    }
    cover.reverse();
    cover
}

#[cfg(test)]
mod tests;
