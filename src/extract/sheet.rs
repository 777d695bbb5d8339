//! A page as rows of words, with the letters by which labels are found.

use crate::model::{PageText, Rect, Word, fold_letter};

/// A gap wider than this many heights of the row separates segments.
const SEGMENT_GAP: f32 = 1.5;
/// Words of one row share at least this much of the height of the smaller one.
const ROW_OVERLAP: f32 = 0.5;
/// An image of two pages of a book is at least this much wider than high.
const SPREAD_RATIO: f32 = 1.15;
/// The gutter of a spread lies within this part of the width on either side of the middle.
const GUTTER_BAND: f32 = 0.08;
/// Fewest words on each page of a spread.
const SPREAD_WORDS: usize = 15;
/// Letters of fill lines: two of them in a row are no text.
const LEADERS: [char; 5] = ['.', '…', '_', '·', '‥'];

/// A word with its place.
#[derive(Debug, Clone)]
pub(super) struct Piece {
    pub(super) word: Word,
    pub(super) rect: Rect,
}

impl Piece {
    pub(super) fn height(&self) -> f32 {
        self.rect.height()
    }
}

/// Words of one row, left to right.
#[derive(Debug, Clone)]
pub(super) struct Row {
    /// Page of the scan, from 1.
    pub(super) page: u32,
    /// Which part of its page it is on, from the top left: changes from page to page and
    /// from one half of a spread to the other.
    pub(super) sheet: usize,
    pub(super) pieces: Vec<Piece>,
    pub(super) rect: Rect,
}

impl Row {
    /// A row of words; `None` where there are none.
    pub(super) fn of(page: u32, sheet: usize, mut pieces: Vec<Piece>) -> Option<Self> {
        pieces.sort_by(|a, b| a.rect.left.total_cmp(&b.rect.left));
        let rect = pieces.iter().map(|piece| piece.rect).reduce(|a, b| a.union(&b))?;
        Some(Self { page, sheet, pieces, rect })
    }

    /// Median height of its words, in pixels.
    pub(super) fn em(&self) -> f32 {
        median(self.pieces.iter().map(Piece::height))
    }

    /// Ranges of words without a wide gap between them.
    pub(super) fn segments(&self) -> Vec<std::ops::Range<usize>> {
        let limit = SEGMENT_GAP * self.em();
        let mut segments = Vec::new();
        let mut start = 0;
        for index in 1..self.pieces.len() {
            let gap = self.pieces[index].rect.left - self.pieces[index - 1].rect.right;
            if gap > limit {
                segments.push(start..index);
                start = index;
            }
        }
        if start < self.pieces.len() {
            segments.push(start..self.pieces.len());
        }
        segments
    }

    /// The words of the row whose middles lie within `left..right`.
    pub(super) fn between(&self, left: f32, right: f32) -> Option<Self> {
        let inside = |piece: &&Piece| (left..right).contains(&piece.rect.centre().x);
        Self::of(
            self.page,
            self.sheet,
            self.pieces.iter().filter(inside).cloned().collect(),
        )
    }
}

/// The middle one of some lengths; 0 where there are none.
pub(super) fn median(values: impl Iterator<Item = f32>) -> f32 {
    let mut values: Vec<f32> = values.collect();
    values.sort_by(f32::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(0.0)
}

/// A page, or one half of a spread.
#[derive(Debug, Clone)]
pub(super) struct Sheet {
    pub(super) rows: Vec<Row>,
    /// Ruled lines, as thin rectangles.
    pub(super) rules: Vec<Rect>,
    /// Size of the page in pixels.
    pub(super) size: (f32, f32),
}

/// The rows of a page. `first` is the number of its first sheet.
pub(super) fn sheets(
    number: u32,
    page: &PageText,
    spread: bool,
    first: usize,
) -> Vec<Sheet> {
    let size = (page.size.width as f32, page.size.height as f32);
    let segments = segments(page);
    let gutter = if spread { gutter(&segments, size) } else { None };
    let sheet = |segments: Vec<Vec<Piece>>, index: usize, left: f32, right: f32| Sheet {
        rows: rows(number, first + index, segments),
        rules: page
            .rules
            .iter()
            .filter(|rule| (left..right).contains(&rule.centre().x))
            .copied()
            .collect(),
        size,
    };
    let Some(gutter) = gutter else {
        return vec![sheet(segments, 0, f32::NEG_INFINITY, f32::INFINITY)];
    };
    let is_left = |segment: &Vec<Piece>| {
        segment.first().is_some_and(|piece| piece.rect.centre().x < gutter)
    };
    let (left, right) = segments.into_iter().partition(is_left);
    vec![
        sheet(left, 0, f32::NEG_INFINITY, gutter),
        sheet(right, 1, gutter, f32::INFINITY),
    ]
}

/// Runs of words as the engine read them, cut at fill lines and wide gaps.
fn segments(page: &PageText) -> Vec<Vec<Piece>> {
    let mut out = Vec::new();
    for line in &page.lines {
        let pieces: Vec<Piece> = line.words.iter().flat_map(pieces).collect();
        let limit = SEGMENT_GAP * median(pieces.iter().map(Piece::height));
        let mut current: Vec<Piece> = Vec::new();
        for piece in pieces {
            let gap =
                current.last().map_or(0.0, |last| piece.rect.left - last.rect.right);
            if gap > limit {
                out.push(std::mem::take(&mut current));
            }
            current.push(piece);
        }
        if !current.is_empty() {
            out.push(current);
        }
    }
    out
}

/// A word without its fill lines, in as many pieces as they leave.
fn pieces(word: &Word) -> Vec<Piece> {
    let letters: Vec<char> = word.text.chars().collect();
    let is_leader = |index: usize| {
        let is =
            |at: usize| letters.get(at).is_some_and(|letter| LEADERS.contains(letter));
        let beside = is(index + 1) || (index > 0 && is(index - 1));
        is(index) && (beside || letters.len() == 1 || letters[index] == '…')
    };
    let mut out = Vec::new();
    let mut start = 0;
    while start < letters.len() {
        if is_leader(start) {
            start += 1;
            continue;
        }
        let end =
            (start..letters.len()).find(|&at| is_leader(at)).unwrap_or(letters.len());
        out.push(part(word, start, end));
        start = end;
    }
    out
}

/// Letters `start..end` of a word, as a word.
pub(super) fn part(word: &Word, start: usize, end: usize) -> Piece {
    let word = word.part(start..end);
    Piece { rect: word.quad.bounds(), word }
}

/// Segments put together to rows, top to bottom.
fn rows(page: u32, sheet: usize, mut segments: Vec<Vec<Piece>>) -> Vec<Row> {
    let middle =
        |segment: &Vec<Piece>| median(segment.iter().map(|piece| piece.rect.centre().y));
    segments.sort_by(|a, b| middle(a).total_cmp(&middle(b)));
    let mut open: Vec<Vec<Vec<Piece>>> = Vec::new();
    for segment in segments {
        let recent = open.len().saturating_sub(6);
        let best = (recent..open.len())
            .filter_map(|index| Some((fit(&open[index], &segment)?, index)))
            .max_by(|a, b| a.0.total_cmp(&b.0));
        match best {
            Some((_, index)) => open[index].push(segment),
            None => open.push(vec![segment]),
        }
    }
    let mut rows: Vec<Row> = open
        .into_iter()
        .filter_map(|parts| Row::of(page, sheet, parts.into_iter().flatten().collect()))
        .collect();
    rows.sort_by(|a, b| a.rect.centre().y.total_cmp(&b.rect.centre().y));
    rows
}

/// How well a segment fits into a row: the share of height in common with its nearest
/// neighbour there; `None` if it does not.
fn fit(row: &[Vec<Piece>], segment: &[Piece]) -> Option<f32> {
    let (first, last) = (segment.first()?, segment.last()?);
    let mut nearest: Option<(f32, &Piece, &Piece)> = None;
    for other in row {
        let (other_first, other_last) = (other.first()?, other.last()?);
        let to_left = first.rect.left - other_last.rect.right;
        let to_right = other_first.rect.left - last.rect.right;
        let gap = to_left.max(to_right);
        if gap < -0.3 * first.height() {
            return None;
        }
        let pair =
            if to_left > to_right { (other_last, first) } else { (last, other_first) };
        if nearest.is_none_or(|(best, ..)| gap < best) {
            nearest = Some((gap, pair.0, pair.1));
        }
    }
    let (_, a, b) = nearest?;
    let shared = a.rect.bottom.min(b.rect.bottom) - a.rect.top.max(b.rect.top);
    let share = shared / a.height().min(b.height()).max(1.0);
    (share >= ROW_OVERLAP).then_some(share)
}

/// Where an image of two pages is folded; `None` if it is one page.
fn gutter(segments: &[Vec<Piece>], (width, height): (f32, f32)) -> Option<f32> {
    if width < SPREAD_RATIO * height {
        return None;
    }
    let words = || segments.iter().flatten();
    let em = median(words().map(Piece::height));
    let band = (width * (0.5 - GUTTER_BAND), width * (0.5 + GUTTER_BAND));
    let mut edges: Vec<(f32, f32)> = words()
        .map(|piece| (piece.rect.left, piece.rect.right))
        .filter(|&(left, right)| right > band.0 && left < band.1)
        .collect();
    edges.sort_by(|a, b| a.0.total_cmp(&b.0));
    let mut best = (0.0, width / 2.0);
    let mut reach = band.0;
    for (left, right) in edges.into_iter().chain([(band.1, band.1)]) {
        if left - reach > best.0 {
            best = (left - reach, f32::midpoint(left, reach));
        }
        reach = reach.max(right);
    }
    let left = words().filter(|piece| piece.rect.centre().x < best.1).count();
    let right = words().count() - left;
    (best.0 > 1.2 * em && left >= SPREAD_WORDS && right >= SPREAD_WORDS).then_some(best.1)
}

/// A letter, digit or colon of a flow of rows.
#[derive(Debug, Clone, Copy)]
pub(super) struct Glyph {
    /// Without marks, lower case.
    pub(super) plain: char,
    /// Number of `plain` in the table of look-alikes.
    pub(super) code: u8,
    /// Lower case with its marks.
    pub(super) marked: char,
    pub(super) row: usize,
    pub(super) piece: usize,
    /// Index of the letter in its word.
    pub(super) at: usize,
    /// Whether a word, or a word written together with another one, may begin here.
    pub(super) starts: bool,
    /// Whether it is the first of its row, or a wide gap is before it.
    pub(super) starts_segment: bool,
    /// Whether a word may end here.
    pub(super) ends: bool,
}

/// Letters, digits and colons of some rows, in reading order.
pub(super) fn glyphs(rows: &[Row]) -> Vec<Glyph> {
    let mut out = Vec::new();
    for (index, row) in rows.iter().enumerate() {
        let starts: Vec<usize> =
            row.segments().iter().map(|segment| segment.start).collect();
        push_glyphs(&mut out, index, &row.pieces, &starts);
    }
    out
}

/// Letters, digits and colons of some words in the order in which they are given.
pub(super) fn glyphs_of(pieces: &[Piece]) -> Vec<Glyph> {
    let mut out = Vec::new();
    push_glyphs(&mut out, 0, pieces, &[0]);
    out
}

/// Adds the glyphs of words; a segment begins at each of `starts`.
fn push_glyphs(out: &mut Vec<Glyph>, row: usize, pieces: &[Piece], starts: &[usize]) {
    for (index, piece) in pieces.iter().enumerate() {
        let mut previous: Option<char> = None;
        let first = out.len();
        for (at, letter) in piece.word.text.chars().enumerate() {
            let counts = letter.is_alphanumeric() || letter == ':';
            if counts && let Some(plain) = fold_letter(letter) {
                let seam = previous.is_some_and(|before| is_seam(before, letter));
                if seam
                    && out.len() > first
                    && let Some(last) = out.last_mut()
                {
                    last.ends = true;
                }
                out.push(Glyph {
                    plain,
                    code: letter_code(plain),
                    marked: letter.to_lowercase().next().unwrap_or(letter),
                    row,
                    piece: index,
                    at,
                    starts: previous.is_none() || seam,
                    starts_segment: out.len() == first && starts.contains(&index),
                    ends: false,
                });
            }
            previous = Some(letter);
        }
        if out.len() > first
            && let Some(last) = out.last_mut()
        {
            last.ends = true;
        }
    }
}

/// Number of a letter without marks: letters, digits, colon, anything else.
pub(super) fn letter_code(plain: char) -> u8 {
    match plain {
        'a'..='z' => plain as u8 - b'a',
        '0'..='9' => 26 + (plain as u8 - b'0'),
        ':' => 36,
        _ => 37,
    }
}

/// Whether two letters of one word may belong to two words written together.
fn is_seam(before: char, after: char) -> bool {
    !before.is_alphanumeric()
        || !after.is_alphanumeric()
        || (before.is_lowercase() && after.is_uppercase())
        || (before.is_numeric() != after.is_numeric())
}

/// The words between two places of a run of words: `from` and `to` are (word, letter);
/// marks at the edges go with the label beside them.
pub(super) fn cut(
    pieces: &[Piece],
    from: (usize, usize),
    to: (usize, usize),
) -> Vec<Piece> {
    let mut out = Vec::new();
    for (index, piece) in pieces.iter().enumerate() {
        if index < from.0 || index > to.0 {
            continue;
        }
        let length = piece.word.text.chars().count();
        let start = if index == from.0 { from.1.min(length) } else { 0 };
        let end = if index == to.0 { to.1.min(length) } else { length };
        if start >= end {
            continue;
        }
        let cut = part(&piece.word, start, end);
        let whole = start == 0 && end == length;
        if whole || cut.word.text.chars().any(char::is_alphanumeric) {
            out.push(cut);
        }
    }
    out
}
