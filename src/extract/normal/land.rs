//! Parcels, and what land is used for.

use crate::model::{canonical_tone, fold};

use super::clean::phrase;
use super::identity::digits_from;
use super::lexicon::{CODES, LAND_USE, ORIGINS};
use super::{CERTAIN, Context, DOUBTFUL, LIKELY, Normalized, REPAIRED};

/// The number of a parcel or map sheet as it is written: `551`, `12a`, `235/2`; several
/// of a table, joined by `; `.
pub(super) fn parcel(text: &str, context: &Context) -> Normalized {
    let pieces: Vec<&str> = text
        .split(';')
        .map(str::trim)
        .filter(|piece| piece.chars().any(char::is_alphanumeric))
        .collect();
    if pieces.len() < 2 {
        return one_parcel(pieces.first().unwrap_or(&text), context);
    }
    let read: Vec<Normalized> =
        pieces.iter().map(|piece| one_parcel(piece, context)).collect();
    let values: Option<Vec<String>> = read.iter().map(|it| it.value.clone()).collect();
    let certainty = read.iter().map(|it| it.certainty).fold(CERTAIN, f32::min);
    match values {
        Some(values) => Normalized::read(values.join("; "), certainty),
        None => Normalized::illegible(Vec::new()),
    }
}

/// Where the right to use the land comes from: one of the codes of cadastral books, whose
/// stroke is easily overlooked, or a phrase.
pub(super) fn origin(text: &str, context: &Context) -> Normalized {
    let letters = |text: &str| -> String {
        text.chars().filter(|letter| letter.is_alphabetic()).collect()
    };
    let written = letters(text);
    match ORIGINS.codes.iter().find(|code| letters(code) == written) {
        Some(code) if code == text => Normalized::read(code, CERTAIN),
        Some(code) => Normalized::read(code, LIKELY),
        None => phrase(text, context),
    }
}

/// One number of a parcel or map sheet.
fn one_parcel(text: &str, _: &Context) -> Normalized {
    let squeezed: String =
        text.chars().filter(|letter| !letter.is_whitespace()).collect();
    if let Some((digits, exact)) = digits_from(&squeezed) {
        // Two numbers, the sheet's beside the parcel's, or one with a gap: the paper tells.
        let parts = || text.split_whitespace().filter(|part| part.len() > 1);
        if parts().count() > 1 {
            let each = parts().map(str::to_owned).chain([digits]);
            return Normalized::illegible(each.collect());
        }
        return Normalized::read(digits, if exact { CERTAIN } else { REPAIRED });
    }
    let mut segments = squeezed.split(['/', '-', '+', '(']);
    let has_digit = squeezed.contains(|letter: char| letter.is_ascii_digit());
    if has_digit && segments.all(is_number_of_land) {
        return Normalized::read(squeezed, REPAIRED);
    }
    Normalized::illegible(Vec::new())
}

/// Whether a text is a number with at most two letters behind it, `12a`; `p` and `tr` of
/// `45(p)` have none before them.
fn is_number_of_land(text: &str) -> bool {
    let inner = text.strip_suffix(')').unwrap_or(text);
    let letters = inner.trim_start_matches(|letter: char| letter.is_ascii_digit());
    !inner.is_empty()
        && letters.chars().count() <= 2
        && letters.chars().all(char::is_alphabetic)
}

/// The codes of land use that a text names, in its order: `ONT; CLN`, or as printed where
/// it names them by code. Areas in the text are left out.
pub(super) fn use_codes(text: &str, _: &Context) -> Normalized {
    if let Some(codes) = by_code(text) {
        return Normalized::read(codes, CERTAIN);
    }
    let mut codes: Vec<&str> = Vec::new();
    let mut certainty = CERTAIN;
    for piece in pieces(text) {
        match by_words(&piece) {
            Some((code, exact)) => {
                if !codes.contains(&code) {
                    codes.push(code);
                }
                certainty = if exact { certainty } else { certainty.min(REPAIRED) };
            }
            None => certainty = certainty.min(DOUBTFUL),
        }
    }
    if codes.is_empty() {
        return Normalized::illegible(vec![text.to_owned()]);
    }
    Normalized::read(codes.join("; "), certainty)
}

/// The text itself where it is made of codes: `LUC`, `ONT+CLN`.
fn by_code(text: &str) -> Option<String> {
    let squeezed: String = text
        .chars()
        .filter(|letter| !letter.is_whitespace())
        .collect::<String>()
        .to_uppercase();
    let known = |code: &str| LAND_USE.iter().any(|(other, _)| other == code);
    let mut codes =
        squeezed.split(['+', ';', ',', '/']).filter(|code| !code.is_empty()).peekable();
    codes.peek()?;
    let is_code = codes.all(known);
    let out = if text.contains(';') { squeezed.replace(';', "; ") } else { squeezed };
    is_code.then_some(out)
}

/// What stands between semicolons and numbers, without areas and units.
fn pieces(text: &str) -> Vec<String> {
    let mut out = vec![String::new()];
    for word in text.split_whitespace() {
        let ends = word.ends_with([';', '+']);
        let core = word.trim_matches([';', ':', ',', '+', '(', ')']);
        let is_number = core.chars().next().is_some_and(|letter| letter.is_ascii_digit());
        let is_unit = fold(core).starts_with('m') && core.chars().count() <= 2;
        if let Some(last) = out.last_mut()
            && !is_number
            && !is_unit
        {
            last.push_str(core);
            last.push(' ');
        }
        if ends || is_number {
            out.push(String::new());
        }
    }
    out.retain(|piece| !piece.trim().is_empty());
    out
}

/// The code whose words a piece holds, and whether they are spelled so.
fn by_words(piece: &str) -> Option<(&'static str, bool)> {
    let (exact, folded) = (canonical_tone(piece), fold(piece));
    let row = LAND_USE
        .iter()
        .find(|(_, words)| exact.contains(&canonical_tone(words)))
        .map(|(code, _)| (code.as_str(), true));
    row.or_else(|| {
        let trimmed = folded.trim();
        LAND_USE
            .iter()
            .find(|(_, words)| trimmed.contains(&fold(words)))
            .map(|(code, _)| (code.as_str(), false))
    })
}

/// The code of a kind of land user in a parcel list: three capitals, such as `GDC`. What has
/// fewer or other letters is no code, but what is left of one.
pub(super) fn holder_kind(text: &str, _: &Context) -> Normalized {
    let code = text.trim().to_uppercase();
    if code.chars().count() != 3 || !code.chars().all(char::is_uppercase) {
        return Normalized::illegible(Vec::new());
    }
    let known = CODES.get("holder-kind").is_some_and(|codes| codes.contains_key(&code));
    Normalized::read(code, if known { CERTAIN } else { DOUBTFUL })
}
