//! Places with the words for their units written out. Hamlets stay as they are written.

use crate::config::gazetteer::{Gazetteer, Level, Unit};
use crate::model::fold;

use super::lexicon::{PLACES, is_one_of};
use super::{CERTAIN, Context, DOUBTFUL, LIKELY, Normalized};

/// A place, units written out: `X. Na Ư, H. Điện Biên` → `xã Na Ư, huyện Điện Biên`.
///
/// Names between dashes without any word for a unit (`Na Ư - Điện Biên - Điện Biên`) are
/// counted from the end with the help of the gazetteer; where that is not clear, the
/// place stays as it is written.
pub(super) fn place(text: &str, context: &Context) -> Normalized {
    let pieces = pieces(text);
    let last = pieces.len().saturating_sub(1);
    let mut written: Vec<String> = pieces
        .iter()
        .enumerate()
        .filter(|(_, piece)| last == 0 || !is_filler(piece))
        .map(|(index, piece)| written_out(piece, index == last))
        .collect();
    if written.len() < 2 || written.iter().any(|piece| has_unit_word(piece)) {
        return Normalized::read(written.join(", "), CERTAIN);
    }
    match kinds_from_the_end(&written, context) {
        Some(kinds) => {
            for (piece, kind) in written.iter_mut().rev().zip(kinds) {
                *piece = format!("{kind} {piece}");
            }
            Normalized::read(written.join(", "), LIKELY)
        }
        None => Normalized::read(text, DOUBTFUL),
    }
}

/// What stands before the units of a place: its pieces with their abbreviations written
/// out, fillers left out.
pub(super) fn head_pieces(text: &str) -> Vec<String> {
    let pieces = pieces(text.trim_matches([' ', ',', '.', '-']));
    let named = pieces.iter().filter(|piece| !is_filler(piece));
    named.map(|piece| with_hamlet_word(&written_out(piece, false))).collect()
}

/// `piece` with the word for its hamlet spelled as the list spells it.
fn with_hamlet_word(piece: &str) -> String {
    let folded = fold(piece);
    let begins = |word: &&String| {
        folded.strip_prefix(&fold(word)).is_some_and(|rest| rest.starts_with(' '))
    };
    let longest = PLACES.hamlets.iter().filter(begins).max_by_key(|word| word.len());
    let Some(word) = longest else { return piece.to_owned() };
    let rest: String = piece.chars().skip(word.chars().count()).collect();
    format!("{word}{rest}")
}

/// The pieces between commas; between dashes where there is no comma.
fn pieces(text: &str) -> Vec<String> {
    let own = |piece: &str| piece.trim().to_owned();
    let mut pieces: Vec<String> = if text.contains([',', ';']) {
        text.split([',', ';']).map(own).collect()
    } else {
        protected(text).replace(" – ", " - ").split(" - ").map(own).collect()
    };
    pieces.retain(|piece| !piece.is_empty());
    pieces.iter().map(|piece| piece.replace(PROTECTED, " - ")).collect()
}

/// Stands for a dash inside a name while the others part.
const PROTECTED: char = '\u{1}';

/// `text` with the dashes inside names set aside.
fn protected(text: &str) -> String {
    let mut out = text.to_owned();
    for name in &PLACES.dashed {
        let mark = PROTECTED.to_string();
        out = out.replace(name.as_str(), &name.replace(" - ", &mark));
    }
    out
}

/// Whether a piece says where without naming a place (`Tại nhà`).
fn is_filler(piece: &str) -> bool {
    is_one_of(piece, &PLACES.fillers)
}

/// Whether a piece begins with the word for a unit above the hamlet.
fn has_unit_word(piece: &str) -> bool {
    let folded = fold(piece);
    PLACES.units.iter().any(|unit| {
        folded.strip_prefix(&fold(unit)).is_some_and(|rest| rest.starts_with(' '))
    })
}

/// Whether a piece begins with the word for a hamlet, a street or a house.
fn has_hamlet_word(piece: &str) -> bool {
    let folded = fold(piece);
    PLACES.hamlets.iter().any(|hamlet| {
        folded.strip_prefix(&fold(hamlet)).is_some_and(|rest| rest.starts_with(' '))
    })
}

/// The words for the units that the last pieces name, from the last to the first: a
/// province, then a district, then a commune. Two-tier places have no district.
fn kinds_from_the_end(pieces: &[String], context: &Context) -> Option<Vec<String>> {
    let mut names =
        pieces.iter().rev().filter(|piece| !has_hamlet_word(piece)).peekable();
    let day = context.year.map(|year| format!("{year:04}-07-01"));
    let kind = |name: &str, level| kind_of(name, level, day.as_deref());
    let mut kinds = vec![kind(names.next()?, Level::Province)?];
    let Some(second) = names.next() else { return Some(kinds) };
    let third = names.peek().and_then(|name| kind(name, Level::Commune));
    match kind(second, Level::District)
        .filter(|_| third.is_some() || names.peek().is_none())
    {
        Some(district) => {
            kinds.push(district);
            kinds.extend(third);
        }
        None => kinds.push(kind(second, Level::Commune)?),
    }
    Some(kinds)
}

/// The word for units of that name and level; of those in force on `day` if there are any.
/// `None` if there is no such unit, or if some are called one thing and some another.
fn kind_of(name: &str, level: Level, day: Option<&str>) -> Option<String> {
    let all = Gazetteer::get();
    let mut units = all.find(name, Some(level), day);
    if units.is_empty() {
        units = all.find(name, Some(level), None);
    }
    let spelled_so: Vec<&Unit> =
        units.iter().copied().filter(|unit| is_spelled(unit, name)).collect();
    let units = if spelled_so.is_empty() { units } else { spelled_so };
    let mut kinds: Vec<String> = units.iter().map(|unit| kind_word(unit)).collect();
    kinds.sort();
    kinds.dedup();
    match kinds.as_slice() {
        [one] => Some(one.clone()),
        _ => None,
    }
}

/// Whether the list spells a unit's name as it is written.
fn is_spelled(unit: &Unit, name: &str) -> bool {
    crate::model::canonical_tone(unit.short_name()) == crate::model::canonical_tone(name)
}

/// The word for the unit in front of its name, in lower case.
fn kind_word(unit: &Unit) -> String {
    let word = unit.name.strip_suffix(unit.short_name()).unwrap_or_default();
    word.trim().to_lowercase()
}

/// One piece of a place with its abbreviation written out. `T.` is a province only at
/// the end.
fn written_out(piece: &str, is_last: bool) -> String {
    for unit in &PLACES.abbreviations {
        if unit.level == 1 && !is_last {
            continue;
        }
        let Some(rest) = after_abbreviation(piece, &unit.short) else { continue };
        // `P. 5` is a ward, `T. 5` is nothing that can be known.
        if unit.level == 1 && rest.starts_with(|letter: char| letter.is_ascii_digit()) {
            continue;
        }
        return format!("{} {rest}", unit.long);
    }
    piece.to_owned()
}

/// What follows `short` with its dot (or in capitals with a space) at the start of `piece`.
fn after_abbreviation<'a>(piece: &'a str, short: &str) -> Option<&'a str> {
    let length = short.chars().count();
    let at = piece.char_indices().nth(length)?.0;
    let (head, rest) = (piece.get(..at)?, piece.get(at..)?);
    if head.to_uppercase() != short {
        return None;
    }
    let dotted = rest.strip_prefix('.').or_else(|| rest.strip_prefix(':'));
    let spaced = (length > 1 && head == short).then(|| rest.strip_prefix(' ')).flatten();
    let rest = dotted.or(spaced)?.trim();
    (!rest.is_empty()).then_some(rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_between_dashes_are_counted_from_the_end() {
        for (written, expected) in [
            (
                "bản Tủa Thàng - Nậm Chua - Nậm Pồ - Điện Biên",
                "bản Tủa Thàng, xã Nậm Chua, huyện Nậm Pồ, tỉnh Điện Biên",
            ),
            (
                "thôn 1 - Tà Nung - Đà Lạt - Lâm Đồng",
                "thôn 1, xã Tà Nung, thành phố Đà Lạt, tỉnh Lâm Đồng",
            ),
            ("Na Ư - Điện Biên - Điện Biên", "xã Na Ư, huyện Điện Biên, tỉnh Điện Biên"),
            ("Nậm Chua - Nậm Pồ - Lai Châu", "xã Nậm Chua, huyện Nậm Pồ, tỉnh Lai Châu"),
            ("xã Na Ư - huyện Điện Biên", "xã Na Ư, huyện Điện Biên"),
            ("Bệnh viện đa khoa - tầng 2", "Bệnh viện đa khoa - tầng 2"),
            (
                "phường Cam Ly - Đà Lạt, tỉnh Lâm Đồng",
                "phường Cam Ly - Đà Lạt, tỉnh Lâm Đồng",
            ),
        ] {
            let read = place(written, &Context::default());
            assert_eq!(read.value.as_deref(), Some(expected));
        }
    }

    #[test]
    fn an_abbreviation_needs_its_dot_or_capitals() {
        for (written, expected) in [
            ("TT. Na Dương, H. Lộc Bình", "thị trấn Na Dương, huyện Lộc Bình"),
            ("TP Đà Lạt, T. Lâm Đồng", "thành phố Đà Lạt, tỉnh Lâm Đồng"),
            ("tổ 5, P.Cam Ly", "tổ 5, phường Cam Ly"),
            ("thôn T. 3, xã Na Ư", "thôn T. 3, xã Na Ư"),
        ] {
            let read = place(written, &Context::default());
            assert_eq!(read.value.as_deref(), Some(expected));
        }
    }
}
