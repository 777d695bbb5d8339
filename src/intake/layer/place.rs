//! Words of a document put into the lines that were found on its page.

use super::super::page::LayerWord;
use crate::model::{Line, Point, Quad, Rect, Word, Writing, nfc};

/// Confidence of a word that nobody had to recognise. Not 1: documents are made by people.
const CERTAIN: f32 = 0.99;

/// Part of the width of a line of ink that words must cover to be all that it says.
const WHOLE_LINE: f32 = 0.5;

/// Dots or strokes in a row that are a leader and no text.
const LEADER: usize = 4;

/// Gap between words that stand in one line, in heights of the line.
const LINE_GAP: f32 = 1.5;

/// Part of a word's height by which a word that is drawn twice may be moved: bold letters.
const TWICE: f32 = 0.2;

/// Lines, from the last one back, that a word may join: columns beside each other. A page
/// with 60,000 words in one place must end, too.
const NEARBY: usize = 40;

/// The words of a document in the lines of its page.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Placed {
    /// What the document says in each line that was found; `None` where it says nothing, or
    /// not enough for the ink there.
    pub lines: Vec<Option<Line>>,
    /// Lines of words that stand where no line was found.
    pub others: Vec<Line>,
    /// Share of the ink's lines, by their length, that the document's words cover, 0–1;
    /// 1 where no line was found.
    pub covered: f32,
}

/// Puts `words` into the `regions` of the lines that were found; all in the reading frame.
pub fn place(words: &[LayerWord], regions: &[Quad]) -> Placed {
    let bounds: Vec<Rect> = regions.iter().map(Quad::bounds).collect();
    let mut in_region: Vec<Vec<Word>> = vec![Vec::new(); regions.len()];
    let mut others: Vec<Word> = Vec::new();
    for word in words {
        let Some(word) = of_letters(word) else { continue };
        match home(&word.quad.bounds(), &bounds) {
            Some(region) => in_region[region].push(word),
            None => others.push(word),
        }
    }
    let (mut length, mut covered) = (0.0, 0.0);
    let lines = in_region
        .into_iter()
        .zip(&bounds)
        .map(|(words, region)| {
            let said: f32 = words
                .iter()
                .map(|word| word.quad.bounds().intersection(region).width())
                .sum();
            length += region.width();
            if said < region.width() * WHOLE_LINE {
                return None;
            }
            covered += region.width();
            line_of(words)
        })
        .collect();
    let covered = if length > 0.0 { covered / length } else { 1.0 };
    Placed { lines, others: grouped(others), covered }
}

/// A word without leaders; `None` if nothing is left.
fn of_letters(word: &LayerWord) -> Option<Word> {
    let letters: Vec<char> = nfc(&word.text).chars().collect();
    let is_leader = |letter: char| matches!(letter, '.' | '…' | '_' | '·' | '‥');
    let mut keep = vec![true; letters.len()];
    let mut at = 0;
    while at < letters.len() {
        let end = (at..letters.len())
            .find(|&next| !is_leader(letters[next]))
            .unwrap_or(letters.len());
        // An ellipsis is three dots.
        let dots: usize =
            letters[at..end].iter().map(|it| if *it == '…' { 3 } else { 1 }).sum();
        if dots >= LEADER || letters.len() == end - at && dots >= 2 {
            keep[at..end].fill(false);
        }
        at = end + 1;
    }
    let first = keep.iter().position(|kept| *kept)?;
    let last = keep.iter().rposition(|kept| *kept)?;
    let text: String =
        letters.iter().zip(&keep).filter(|(_, kept)| **kept).map(|(it, _)| *it).collect();
    if text.trim().is_empty() {
        return None;
    }
    let count = letters.len().max(1) as f32;
    let quad = part_of(&word.quad, first as f32 / count, (last + 1) as f32 / count);
    Some(Word {
        text,
        quad,
        confidence: CERTAIN,
        writing: Writing::Print,
        ..Word::default()
    })
}

/// The part of a word's place between two shares of its length.
fn part_of(quad: &Quad, from: f32, to: f32) -> Quad {
    let [top_left, top_right, bottom_right, bottom_left] = quad.0;
    let between = |a: Point, b: Point, share: f32| Point {
        x: a.x + (b.x - a.x) * share,
        y: a.y + (b.y - a.y) * share,
    };
    Quad([
        between(top_left, top_right, from),
        between(top_left, top_right, to),
        between(bottom_left, bottom_right, to),
        between(bottom_left, bottom_right, from),
    ])
}

/// The line of ink in which a word stands: the one with which it shares most.
fn home(word: &Rect, regions: &[Rect]) -> Option<usize> {
    let area = |rect: &Rect| rect.width() * rect.height();
    let shared = regions.iter().map(|region| area(&word.intersection(region)));
    let (region, most) = shared.enumerate().max_by(|a, b| a.1.total_cmp(&b.1))?;
    (most > area(word) * 0.1).then_some(region)
}

/// A line of words, left to right; a word that is drawn twice stands once.
fn line_of(mut words: Vec<Word>) -> Option<Line> {
    words.sort_by(|a, b| a.quad.bounds().left.total_cmp(&b.quad.bounds().left));
    words.dedup_by(|next, before| {
        let (a, b) = (before.quad.bounds(), next.quad.bounds());
        next.text == before.text
            && (a.left - b.left).abs() < a.height() * TWICE
            && (a.top - b.top).abs() < a.height() * TWICE
    });
    let quad = Quad::around(words.iter().map(|word| &word.quad))?;
    let texts: Vec<&str> = words.iter().map(|word| word.text.as_str()).collect();
    Some(Line {
        text: texts.join(" "),
        quad,
        confidence: CERTAIN,
        writing: Writing::Print,
        words,
    })
}

/// Lines of words that stand beside each other.
fn grouped(mut words: Vec<Word>) -> Vec<Line> {
    words.sort_by(|a, b| {
        let (a, b) = (a.quad.bounds(), b.quad.bounds());
        a.centre().y.total_cmp(&b.centre().y).then(a.left.total_cmp(&b.left))
    });
    let mut groups: Vec<(Rect, Vec<Word>)> = Vec::new();
    for word in words {
        let place = word.quad.bounds();
        let beside = groups.iter_mut().rev().take(NEARBY).find(|(line, _)| {
            let gap = (place.left - line.right).max(line.left - place.right);
            let height = line.height().min(place.height());
            (place.centre().y - line.centre().y).abs() < height / 2.0
                && gap < height * LINE_GAP
        });
        match beside {
            Some((line, group)) => {
                *line = line.union(&place);
                group.push(word);
            }
            None => groups.push((place, vec![word])),
        }
    }
    groups.into_iter().filter_map(|(_, words)| line_of(words)).collect()
}
