//! Names below headings, side by side at the end of a paper.

use crate::model::Field;

use super::form::{Anchor, Form, SignatureForm, Target};
use super::normal::{self, Context};
use super::phrase::Phrase;
use super::sheet::{Piece, Row, glyphs_of};
use super::value::field;

/// Headings of one line of signatures lie at most this many heights apart.
const BAND: f32 = 2.5;
/// A name stands at most this many heights below its heading.
const REACH: f32 = 14.0;
/// Share of the letters of a line that must be known for it to be no name.
const KNOWN: f32 = 0.6;
/// Share of the letters of a line that a title of office makes out at least: ink of a stamp
/// may be read beside it.
const TITLE: f32 = 0.6;
/// Share of the letters of a title that may be wrong.
const TITLE_ERRORS: f32 = 0.25;
/// Letters that the ink of a stamp may add before a heading.
const STRAY_LETTERS: usize = 3;
/// Share of the letters of a title that may be wrong where another line says it again.
const BADLY_READ: f32 = 0.45;
/// How sure a title is that was not read whole, against one that was.
const DEPUTY: f32 = 0.8;
/// What a signature without its heading costs, in wrong letters of a label.
const UNHEADED: f32 = 3.0;
/// Fewest letters of a name in two words.
const SHORTEST_NAME: usize = 4;

/// A heading with its place.
struct Heading {
    signature: usize,
    row: usize,
    middle: f32,
    cost: f32,
}

/// A field of a signature with the words that it was read from.
pub(super) struct Signed {
    pub(super) name: String,
    pub(super) field: Field,
    pub(super) pieces: Vec<Piece>,
}

/// Names and titles of office.
pub(super) fn read(
    form: &Form,
    rows: &[Row],
    anchors: &[Anchor],
    context: &Context,
) -> Vec<Signed> {
    let headings: Vec<Heading> =
        anchors.iter().filter_map(|anchor| heading(form, rows, anchor)).collect();
    let mut out: Vec<Signed> = Vec::new();
    for heading in &headings {
        let signature = &form.signatures[heading.signature];
        let lines = lines(rows, anchors, form, &headings, heading);
        let mut name: Option<&Vec<Piece>> = None;
        let mut office: Option<Title> = None;
        for (at, line) in lines.iter().enumerate() {
            if let Some(title) = title(form, line) {
                office = Some(title.below(form, &lines[..at]));
            } else if !is_known(&form.skips, line)
                && !is_known_part(&signature.headings, line)
                && may_be_name(line)
            {
                name = Some(line);
            }
        }
        let from = (rows[heading.row].page, heading.cost);
        let name =
            name.and_then(|line| named(signature.name.as_ref(), line, from, context));
        let office =
            office.and_then(|it| it.signed(signature.position.as_ref(), from, context));
        for signed in name.into_iter().chain(office) {
            if out.iter().all(|known| known.name != signed.name) {
                out.push(signed);
            }
        }
    }
    for signature in &form.signatures {
        let is_missing = |name: &Option<String>| {
            name.as_ref().is_some_and(|name| out.iter().all(|known| known.name != *name))
        };
        if is_missing(&signature.position) && is_missing(&signature.name) {
            out.extend(below_title(form, signature, rows, context));
        }
    }
    out
}

/// The name on a line, `from` a page with what its heading cost.
fn named(
    field_name: Option<&String>,
    line: &[Piece],
    (page, cost): (u32, f32),
    context: &Context,
) -> Option<Signed> {
    let found = field("name", line, page, cost, context)?;
    Some(Signed { name: field_name?.clone(), field: found, pieces: line.to_vec() })
}

/// A title of office with the words that say it.
struct Title {
    /// As a list has it.
    text: String,
    words: Vec<Piece>,
}

impl Title {
    /// The title as it stands below other lines. One that stands on two lines, one below the
    /// other, is that of a deputy, whose own word lies under the stamp: `KT. CHỦ TỊCH` above
    /// `PHÓ CHỦ TỊCH`.
    fn below(self, form: &Form, above: &[Vec<Piece>]) -> Self {
        let own = form.position_texts.iter().position(|it| *it == self.text);
        let Some(phrase) = own.and_then(|at| form.positions.get(at)) else { return self };
        let deputy = form.position_texts.iter().find(|other| {
            other.strip_suffix(&self.text).is_some_and(|word| word.ends_with(' '))
        });
        match deputy {
            Some(deputy) if above.iter().any(|line| ends_in(phrase, line)) => {
                Self { text: deputy.clone(), words: self.words }
            }
            _ => self,
        }
    }

    /// The field of the title, `from` a page with what its heading cost.
    fn signed(
        self,
        field_name: Option<&String>,
        (page, cost): (u32, f32),
        context: &Context,
    ) -> Option<Signed> {
        let mut found = field("signer-title", &self.words, page, cost, context)?;
        let read = normal::normalize("signer-title", &self.text, context);
        let value = read.and_then(|it| it.value);
        if found.value != value {
            found.value = value;
            found.confidence *= DEPUTY;
        }
        Some(Signed { name: field_name?.clone(), field: found, pieces: self.words })
    }
}

/// Whether a line ends in the words, however badly they were read.
fn ends_in(phrase: &Phrase, line: &[Piece]) -> bool {
    let text = glyphs_of(line);
    let tail = text.len().saturating_sub(phrase.len());
    text.get(tail..).is_some_and(|tail| {
        !tail.is_empty() && phrase.distance(tail) <= BADLY_READ * phrase.len() as f32
    })
}

/// The signature of an office whose heading a stamp has made unreadable: the last title of
/// office on the right half of a page, and the name below it.
fn below_title(
    form: &Form,
    signature: &SignatureForm,
    rows: &[Row],
    context: &Context,
) -> Vec<Signed> {
    let right = rows.iter().map(|row| row.rect.right).fold(0.0, f32::max);
    let left = rows.iter().map(|row| row.rect.left).fold(right, f32::min);
    let half = f32::midpoint(left, right);
    let found = rows.iter().enumerate().rev().find_map(|(at, row)| {
        let half = row.between(half, f32::INFINITY)?;
        let segments = half.segments().into_iter();
        let mut titles = segments.filter_map(|it| title(form, &half.pieces[it]));
        Some((at, titles.next()?))
    });
    let Some((at, title)) = found else { return Vec::new() };
    let row = &rows[at];
    let above: Vec<Vec<Piece>> = rows[..at]
        .iter()
        .rev()
        .take_while(|it| {
            it.sheet == row.sheet && it.rect.bottom > row.rect.top - BAND * row.em()
        })
        .filter_map(|it| Some(it.between(half, f32::INFINITY)?.pieces))
        .collect();
    let title = title.below(form, &above);
    let (Some(first), Some(last)) = (title.words.first(), title.words.last()) else {
        return Vec::new();
    };
    let middle = f32::midpoint(first.rect.left, last.rect.right);
    let name = rows[at + 1..]
        .iter()
        .take_while(|it| {
            it.sheet == row.sheet && it.rect.top < row.rect.bottom + REACH * row.em()
        })
        .filter_map(|it| it.between(half, f32::INFINITY))
        .map(|it| nearest_segment(&it, middle))
        .filter(|line| may_be_name(line) && !is_known(&form.skips, line))
        .last();
    // Without the name below it, the title may stand anywhere.
    let Some(line) = name else { return Vec::new() };
    let from = (row.page, UNHEADED);
    let name = named(signature.name.as_ref(), &line, from, context);
    let office = title.signed(signature.position.as_ref(), from, context);
    name.into_iter().chain(office).collect()
}

/// A heading of a signature, and the middle of the words that it stands among.
fn heading(form: &Form, rows: &[Row], anchor: &Anchor) -> Option<Heading> {
    let signature = form.targets(anchor).iter().find_map(|target| match target {
        Target::Signature(index) => Some(*index),
        _ => None,
    })?;
    let row = &rows[anchor.row];
    let segment = row.segments().into_iter().find(|segment| {
        row.pieces[segment.clone()]
            .iter()
            .any(|it| (it.rect.left - anchor.left).abs() < 1.0)
    })?;
    let words = &row.pieces[segment];
    // A heading stands alone: what is before it would be a label or a name.
    let stray: usize = words
        .iter()
        .take_while(|it| it.rect.left < anchor.left - 1.0)
        .map(|it| it.word.text.chars().filter(|letter| letter.is_alphanumeric()).count())
        .sum();
    if stray > STRAY_LETTERS {
        return None;
    }
    let middle = f32::midpoint(anchor.left, words.last()?.rect.right);
    Some(Heading { signature, row: anchor.row, middle, cost: anchor.hit.cost })
}

/// The lines below a heading, up to the next label.
fn lines(
    rows: &[Row],
    anchors: &[Anchor],
    form: &Form,
    headings: &[Heading],
    heading: &Heading,
) -> Vec<Vec<Piece>> {
    let top = &rows[heading.row];
    let em = top.em();
    let beside = headings.iter().filter(|other| {
        let other_row = &rows[other.row];
        other_row.sheet == top.sheet
            && (other_row.rect.centre().y - top.rect.centre().y).abs() < BAND * em
    });
    let (mut left, mut right) = (f32::NEG_INFINITY, f32::INFINITY);
    for other in beside {
        let edge = f32::midpoint(other.middle, heading.middle);
        if other.middle < heading.middle - 1.0 {
            left = left.max(edge);
        } else if other.middle > heading.middle + 1.0 {
            right = right.min(edge);
        }
    }
    let stop = anchors
        .iter()
        .filter(|anchor| anchor.row > heading.row)
        .filter(|anchor| {
            form.targets(anchor)
                .iter()
                .any(|target| matches!(target, Target::Field(_) | Target::Heading(_)))
        })
        .filter(|anchor| !form.is_short(anchor))
        .filter(|anchor| is_over(&rows[anchor.row], anchor.left, heading.middle))
        .map(|anchor| anchor.row)
        .min()
        .unwrap_or(rows.len());
    let is_labelled = |at: usize| {
        anchors.iter().any(|anchor| {
            anchor.row == at
                && form
                    .targets(anchor)
                    .iter()
                    .any(|target| matches!(target, Target::Field(_)))
        })
    };
    let start = heading.row + 1;
    rows[start..stop.max(start)]
        .iter()
        .enumerate()
        // A label with its value in another column is no name.
        .filter(|(at, row)| row.segments().len() > 1 || !is_labelled(start + at))
        .map(|(_, row)| row)
        .take_while(|row| {
            row.sheet == top.sheet && row.rect.top < top.rect.bottom + REACH * em
        })
        .filter_map(|row| row.between(left, right))
        .map(|row| nearest_segment(&row, heading.middle))
        .collect()
}

/// Whether the words around a label stand above or below a place of the page, not in
/// another column.
fn is_over(row: &Row, label: f32, middle: f32) -> bool {
    const BESIDE: f32 = 4.0;
    let reach = BESIDE * row.em();
    row.segments().into_iter().any(|segment| {
        let words = &row.pieces[segment];
        let (Some(first), Some(last)) = (words.first(), words.last()) else {
            return false;
        };
        let (left, right) = (first.rect.left, last.rect.right);
        (left - 1.0..=right).contains(&label)
            && (left - reach..right + reach).contains(&middle)
    })
}

/// The words of the row that stand nearest to the middle of the heading.
fn nearest_segment(row: &Row, middle: f32) -> Vec<Piece> {
    let distance = |segment: &std::ops::Range<usize>| {
        let left = row.pieces[segment.start].rect.left;
        let right = row.pieces[segment.end - 1].rect.right;
        if left <= middle && middle <= right {
            0.0
        } else {
            (left - middle).abs().min((right - middle).abs())
        }
    };
    row.segments()
        .into_iter()
        .min_by(|a, b| distance(a).total_cmp(&distance(b)))
        .map_or_else(Vec::new, |segment| row.pieces[segment].to_vec())
}

/// The title of office that a line says, and the words that say it. The longest counts:
/// `PHÓ CHỦ TỊCH` is no `CHỦ TỊCH`.
fn title(form: &Form, line: &[Piece]) -> Option<Title> {
    let text = glyphs_of(line);
    let all = text.len() as f32;
    let (phrase, title) = form
        .positions
        .iter()
        .zip(&form.position_texts)
        .filter(|(phrase, _)| {
            let hit = phrase.first(&text, 0);
            hit.is_some_and(|hit| {
                hit.cost <= TITLE_ERRORS * phrase.len() as f32
                    && (hit.end - hit.start) as f32 >= TITLE * all
            })
        })
        .max_by_key(|(phrase, _)| phrase.len())?;
    let hit = phrase.first(&text, 0)?;
    // `KT. CHỦ TỊCH` says for whom somebody signs.
    let is_printed = form.skips.iter().any(|skip| {
        skip.len() > phrase.len()
            && skip.first(&text, 0).is_some_and(|other| other.cost <= hit.cost)
    });
    if is_printed {
        return None;
    }
    let (first, last) = (text.get(hit.start)?.piece, text.get(hit.end - 1)?.piece);
    Some(Title { text: title.clone(), words: line.get(first..=last)?.to_vec() })
}

/// Whether a line may be a name: words with capitals, no digits. What a pen or a stamp
/// leaves is no name, and none is better than a wrong one.
fn may_be_name(line: &[Piece]) -> bool {
    let words: Vec<&str> = line
        .iter()
        .map(|piece| piece.word.text.trim_matches(|it: char| !it.is_alphanumeric()))
        .filter(|word| !word.is_empty())
        .collect();
    let letters = |word: &str| word.chars().filter(|it| it.is_alphabetic()).count();
    let in_two = words.len() > 1
        && words.iter().map(|word| letters(word)).sum::<usize>() >= SHORTEST_NAME;
    let in_one = words.iter().any(|word| word.contains('\'') && letters(word) > 2);
    (in_two || in_one)
        && words.iter().enumerate().all(|(at, word)| normal::may_be_capital(at, word))
        && !words.iter().any(|word| word.chars().any(|letter| letter.is_ascii_digit()))
}

/// Whether a line says what is printed on the form.
fn is_known(phrases: &[Phrase], line: &[Piece]) -> bool {
    let text = glyphs_of(line);
    phrases.iter().any(|phrase| {
        phrase
            .first(&text, 0)
            .is_some_and(|hit| (hit.end - hit.start) as f32 > KNOWN * text.len() as f32)
    })
}

/// Whether a line is a part of a heading that is broken over lines.
fn is_known_part(headings: &[Phrase], line: &[Piece]) -> bool {
    let text = glyphs_of(line);
    text.len() >= 6 && headings.iter().any(|phrase| phrase.has_part(&text))
}
