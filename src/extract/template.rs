//! A value that is made of several fields: `{Loai:id-kind} số {So:id-number}`.

use super::phrase::Phrase;
use super::sheet::{Piece, cut, glyphs_of};

/// Fewest digits of a word that is a number of its own.
const NUMBER_DIGITS: usize = 2;

/// A pattern, ready to be compared.
#[derive(Debug, Clone)]
pub(super) struct Template {
    slots: Vec<Slot>,
    /// Words behind the last field.
    tail: Option<Phrase>,
}

/// A field, and the words that stand before it.
#[derive(Debug, Clone)]
struct Slot {
    before: Option<Phrase>,
    /// Whether a comma stands before it.
    comma: bool,
    name: String,
    value_type: String,
}

/// The words of a field that a pattern found.
#[derive(Debug, Clone)]
pub(super) struct Filled {
    pub(super) name: String,
    pub(super) value_type: String,
    pub(super) pieces: Vec<Piece>,
}

/// Where a value begins, and where the words before it begin: piece and letter.
type Mark = ((usize, usize), (usize, usize));

impl Template {
    /// Reads `words {name:type} words {name:type}`; `None` without a field.
    pub(super) fn new(pattern: &str) -> Option<Self> {
        let mut slots = Vec::new();
        let mut rest = pattern;
        while let Some((before, tail)) = rest.split_once('{') {
            let (slot, tail) = tail.split_once('}')?;
            let (name, value_type) = slot.split_once(':').unwrap_or((slot, "text"));
            slots.push(Slot {
                before: Phrase::new(before),
                comma: before.trim() == ",",
                name: name.to_owned(),
                value_type: value_type.to_owned(),
            });
            rest = tail;
        }
        (!slots.is_empty()).then(|| Self { slots, tail: Phrase::new(rest) })
    }

    /// Names and types of its fields.
    pub(super) fn fields(&self) -> impl Iterator<Item = (&str, &str)> {
        self.slots.iter().map(|slot| (slot.name.as_str(), slot.value_type.as_str()))
    }

    /// Compares it with some words: the fields, and how much of the words it explains.
    /// `None` if it does not fit.
    fn fill(&self, pieces: &[Piece], positions: &[Phrase]) -> Option<(Vec<Filled>, f32)> {
        let text = glyphs_of(pieces);
        let end = (pieces.len(), 0);
        let mut marks: Vec<Option<Mark>> = Vec::new();
        let mut score = 0.0;
        let mut from = 0;
        for slot in &self.slots {
            let Some(phrase) = &slot.before else {
                marks.push(None);
                continue;
            };
            let hit = phrase.first(&text, from)?;
            let (first, last) = (text[hit.start], text[hit.end - 1]);
            marks.push(Some(((last.piece, last.at + 1), (first.piece, first.at))));
            score += phrase.len() as f32 - hit.cost;
            from = hit.end;
        }
        if self.slots.first().is_some_and(|slot| slot.before.is_some())
            && marks
                .first()
                .copied()
                .flatten()
                .is_some_and(|(_, before)| before != (0, 0))
        {
            return None;
        }
        let mut end = end;
        if let Some(tail) = &self.tail {
            let hit = tail.first(&text, from)?;
            end = (text[hit.start].piece, text[hit.start].at);
            score += tail.len() as f32 - hit.cost;
        }
        let mut filled = Vec::new();
        let mut index = 0;
        let mut start = (0, 0);
        while index < self.slots.len() {
            if let Some((value, _)) = marks[index] {
                start = value;
            }
            let next = (index + 1..self.slots.len()).find(|&at| marks[at].is_some());
            let stop = next.and_then(|at| marks[at]).map_or(end, |(_, before)| before);
            let last = next.unwrap_or(self.slots.len());
            let words = cut(pieces, start, stop);
            fill_run(&self.slots[index..last], words, positions, &mut filled)?;
            index = last;
        }
        Some((filled, score))
    }
}

/// Shares words between fields that have no words between them.
fn fill_run(
    slots: &[Slot],
    mut words: Vec<Piece>,
    positions: &[Phrase],
    filled: &mut Vec<Filled>,
) -> Option<()> {
    let mut add = |slot: &Slot, pieces: Vec<Piece>| {
        let any = pieces.iter().any(|it| it.word.text.chars().any(char::is_alphanumeric));
        let (name, value_type) = (slot.name.clone(), slot.value_type.clone());
        any.then(|| filled.push(Filled { name, value_type, pieces }))
    };
    for pair in slots.windows(2) {
        let at = boundary(&words, &pair[0], &pair[1], positions)?;
        let rest = words.split_off(at);
        add(&pair[0], std::mem::replace(&mut words, rest))?;
    }
    let last = slots.last()?;
    if is_numeric(&last.value_type) && !words.iter().any(is_number) {
        return None;
    }
    add(last, words)
}

/// Where the words of `left` end and those of `right` begin.
fn boundary(
    words: &[Piece],
    left: &Slot,
    right: &Slot,
    positions: &[Phrase],
) -> Option<usize> {
    if right.value_type == "signer-title" {
        let text = glyphs_of(words);
        let found = positions.iter().filter_map(|phrase| phrase.first(&text, 0));
        if let Some(hit) = found.min_by_key(|hit| hit.start) {
            return Some(text[hit.start].piece).filter(|&at| at > 0);
        }
    }
    if right.comma {
        let comma = words.iter().position(|piece| piece.word.text.ends_with(','))?;
        return Some(comma + 1).filter(|&at| at < words.len());
    }
    if is_numeric(&right.value_type) {
        return words.iter().position(is_number).filter(|&at| at > 0);
    }
    if is_numeric(&left.value_type) {
        let first = words.iter().position(is_number)?;
        let more = words[first..].iter().take_while(|piece| is_number(piece)).count();
        return Some(first + more).filter(|&at| first == 0 && at < words.len());
    }
    None
}

/// Whether values of a type are numbers.
fn is_numeric(value_type: &str) -> bool {
    matches!(
        value_type,
        "id-number"
            | "register-number"
            | "book-number"
            | "date"
            | "phone"
            | "integer"
            | "area"
    )
}

/// Whether a word is a number, a date or the like.
fn is_number(piece: &Piece) -> bool {
    let digits = piece.word.text.chars().filter(char::is_ascii_digit).count();
    let letters = piece.word.text.chars().filter(|letter| letter.is_alphabetic()).count();
    digits >= NUMBER_DIGITS && digits >= letters
}

/// The fields of the pattern that explains most of the words; of two that explain as
/// much, the one with more fields.
pub(super) fn best_fill(
    templates: &[Template],
    pieces: &[Piece],
    positions: &[Phrase],
) -> Option<Vec<Filled>> {
    templates
        .iter()
        .filter_map(|template| template.fill(pieces, positions))
        .map(|(filled, score)| (score + 0.4 * filled.len() as f32, filled))
        .fold(None, |best: Option<(f32, Vec<Filled>)>, next| match best {
            Some(best) if best.0 >= next.0 => Some(best),
            _ => Some(next),
        })
        .map(|(_, filled)| filled)
}
