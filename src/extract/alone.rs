//! Values that stand on a paper without a label: a serial in its corner, the day below a
//! text, the office above a signature.

use crate::config::kind::Alone;
use crate::model::Field;

use super::form::{Anchor, Form, Target, phrases};
use super::normal::{self, CalendarDate, Context};
use super::phrase::Phrase;
use super::sheet::{Glyph, Piece, Row, glyphs_of};
use super::value::{certainty_of, field, mean_confidence, text_of};

/// A value alone has at most this many words; a sentence has more.
const MOST_WORDS: usize = 12;
/// A value goes on in the next row if the gap is at most this many heights.
const LINE_GAP: f32 = 1.3;
/// How certain the type of a value must be that stands without a label.
const CERTAIN: f32 = 0.9;
/// A row below a value that is read worse than this may be ink of a stamp: one that is read
/// better and stands as near counts instead.
const LEGIBLE: f32 = 0.5;

/// A run of words between wide gaps.
struct Segment {
    row: usize,
    pieces: Vec<Piece>,
    /// Whether a label stands in it.
    labelled: bool,
}

/// The values without labels that are `wanted` of a record.
pub(super) fn read(
    wanted: Vec<&Alone>,
    form: &Form,
    rows: &[Row],
    (text, anchors): (&[Glyph], &[Anchor]),
    context: &Context,
) -> Vec<(String, Field)> {
    if wanted.is_empty() {
        return Vec::new();
    }
    let segments = segments(form, rows, text, anchors);
    wanted
        .into_iter()
        .filter_map(|spec| {
            Some((spec.name.clone(), found(spec, form, rows, &segments, context)?))
        })
        .collect()
}

/// The first value of a kind, or the last.
fn found(
    spec: &Alone,
    form: &Form,
    rows: &[Row],
    segments: &[Segment],
    context: &Context,
) -> Option<Field> {
    let begins = phrases(&spec.begins);
    let mut candidates = (0..segments.len())
        .filter(|&at| fits(spec, &begins, &segments[at], context))
        .map(|at| {
            let lines = spec.lines.unwrap_or(1);
            let pieces = with_next_rows(form, rows, segments, at, lines);
            (rows[segments[at].row].page, pieces)
        });
    let (page, pieces) =
        if spec.last { candidates.next_back() } else { candidates.next() }?;
    field(&spec.value_type, &pieces, page, 0.0, context)
}

/// Whether a segment is a value of that kind.
fn fits(spec: &Alone, begins: &[Phrase], segment: &Segment, context: &Context) -> bool {
    if !begins.is_empty() {
        let text = glyphs_of(&segment.pieces);
        let is_begun = begins
            .iter()
            .any(|phrase| phrase.first(&text, 0).is_some_and(|hit| hit.start == 0));
        let is_free = matches!(spec.value_type.as_str(), "text" | "office" | "place");
        return is_begun
            && (is_free
                || certainty_of(&spec.value_type, &segment.pieces, context) >= CERTAIN);
    }
    let starts_with_letter = segment
        .pieces
        .first()
        .and_then(|piece| piece.word.text.chars().next())
        .is_some_and(char::is_alphabetic);
    !segment.labelled
        && starts_with_letter
        && segment.pieces.len() <= MOST_WORDS
        && certainty_of(&spec.value_type, &segment.pieces, context) >= CERTAIN
        && (spec.value_type != "date" || names_a_month(&segment.pieces, context))
}

/// Whether words say more of a date than its year, which any sentence may name.
fn names_a_month(pieces: &[Piece], context: &Context) -> bool {
    let read = normal::normalize("date", &text_of(pieces), context);
    let date = read.and_then(|it| CalendarDate::from_iso(&it.value?));
    date.is_some_and(|date| date.month.is_some())
}

/// The words of a segment with those of the rows right below it, in the same writing, up
/// to a title of office or another printed word.
fn with_next_rows(
    form: &Form,
    rows: &[Row],
    segments: &[Segment],
    at: usize,
    lines: usize,
) -> Vec<Piece> {
    let mut pieces = segments[at].pieces.clone();
    let capitals = is_capital(&pieces);
    let mut last = at;
    for _ in 1..lines {
        let mut below =
            (last + 1..segments.len()).filter(|&at| is_below(rows, segments, last, at));
        let first = below.clone().next();
        let is_legible = |&at: &usize| mean_confidence(&segments[at].pieces) >= LEGIBLE;
        let below = below.find(is_legible).or(first);
        let Some(below) = below else { break };
        let more = &segments[below];
        if more.labelled
            || is_capital(&more.pieces) != capitals
            || is_printed(form, &more.pieces)
        {
            break;
        }
        pieces.extend(more.pieces.iter().cloned());
        last = below;
    }
    pieces
}

/// Whether a segment stands right below another.
fn is_below(rows: &[Row], segments: &[Segment], upper: usize, lower: usize) -> bool {
    let bounds = |segment: &Segment| {
        segment.pieces.iter().map(|piece| piece.rect).reduce(|a, b| a.union(&b))
    };
    let (Some(above), Some(below)) = (bounds(&segments[upper]), bounds(&segments[lower]))
    else {
        return false;
    };
    let (first, second) = (segments[upper].row, segments[lower].row);
    let em = rows[first].em();
    let middle = below.centre().x;
    first != second
        && rows[first].sheet == rows[second].sheet
        && below.top - above.bottom < LINE_GAP * em
        && (above.left - em..above.right + em).contains(&middle)
}

/// Whether words are a title of office, the heading of a signature, or printed on the form.
fn is_printed(form: &Form, pieces: &[Piece]) -> bool {
    let text = glyphs_of(pieces);
    let headings = form.signatures.iter().flat_map(|signature| &signature.headings);
    form.positions.iter().chain(&form.skips).chain(headings).any(|phrase| {
        phrase
            .first(&text, 0)
            .is_some_and(|hit| hit.start == 0 && 2 * hit.end > text.len())
    })
}

/// Whether words are written in capitals.
fn is_capital(pieces: &[Piece]) -> bool {
    let letters = || pieces.iter().flat_map(|piece| piece.word.text.chars());
    let small = letters().filter(|letter| letter.is_lowercase()).count();
    let all = letters().filter(|letter| letter.is_alphabetic()).count();
    all > 0 && small * 4 < all
}

/// The segments of all rows in reading order.
fn segments(
    form: &Form,
    rows: &[Row],
    text: &[Glyph],
    anchors: &[Anchor],
) -> Vec<Segment> {
    let mut taken: Vec<Vec<bool>> =
        rows.iter().map(|row| vec![false; row.pieces.len()]).collect();
    for anchor in anchors {
        let is_label = form.targets(anchor).iter().any(|it| !matches!(it, Target::Skip));
        for glyph in text.get(anchor.hit.start..anchor.hit.end).unwrap_or_default() {
            if let Some(piece) =
                taken.get_mut(glyph.row).and_then(|row| row.get_mut(glyph.piece))
            {
                *piece |= is_label;
            }
        }
    }
    let mut out = Vec::new();
    for (row, taken) in
        rows.iter().zip(&taken).enumerate().map(|(at, (row, taken))| ((at, row), taken))
    {
        for range in row.1.segments() {
            let labelled =
                taken.get(range.clone()).is_some_and(|part| part.contains(&true));
            let pieces = row.1.pieces.get(range).unwrap_or_default().to_vec();
            out.push(Segment { row: row.0, pieces, labelled });
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::super::definition_test::page_of;
    use super::super::sheet::sheets;
    use super::*;
    use crate::model::{KindId, Quad, Rect};

    /// A value on a paper of which the second row is read badly and the third stands near.
    fn alone(name: &str, drawing: &str) -> Option<String> {
        let mut page = page_of(drawing);
        let places = [(0.0, 24.0, 1.0), (34.0, 44.0, 0.3), (50.0, 74.0, 1.0)];
        for (line, (top, bottom, confidence)) in page.lines.iter_mut().zip(places) {
            for word in &mut line.words {
                let rect = Rect { top, bottom, ..word.quad.bounds() };
                (word.quad, word.confidence) = (Quad::from(rect), confidence);
            }
        }
        let kinds = crate::config::built_in_kinds().unwrap();
        let definition = kinds.get(&KindId("gcn-2024".into())).unwrap();
        let form = Form::new(definition, None);
        let rows = sheets(1, &page, false, 0).remove(0).rows;
        let (text, anchors) = form.anchors(&rows);
        let wanted = definition.alone.iter().filter(|it| it.name == name).collect();
        let found = read(wanted, &form, &rows, (&text, &anchors), &Context::default());
        found.into_iter().next().and_then(|(_, field)| field.value)
    }

    #[test]
    fn a_year_in_a_sentence_is_no_date_that_stands_alone() {
        assert_eq!(alone("issue_date", "inh 1969, Thẻ căn"), None);
        let whole = alone("issue_date", "Na Ư, ngày 05 tháng 3 năm 1969");
        assert_eq!(whole.as_deref(), Some("1969-03-05"));
    }

    #[test]
    fn ink_of_a_stamp_is_no_second_row_of_an_office() {
        let office = |drawing: &str| alone("issuing_authority", drawing);
        let first = "  CHI NHÁNH VĂN PHÒNG ĐĂNG KÝ ĐẤT ĐAI";
        let ink = "            ĐANG KY";
        let second = "             KHU VỰC I";
        let whole = Some(format!("{} KHU VỰC I", first.trim()));
        assert_eq!(office(&format!("{first}\n{ink}\n{second}")), whole);
        let doubtful = office(&format!("{first}\n{second}"));
        assert_eq!(doubtful, whole, "the only row below is kept");
    }
}
