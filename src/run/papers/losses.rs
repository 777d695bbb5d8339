//! What of that which people checked another cut of the pages would touch.

use std::collections::BTreeSet;

use crate::model::Field;
use crate::model::Record;
use crate::model::Rect;
use crate::serve::{Loss, LossOf};

/// Part of the smaller one of two places that they share, where a value is read at the
/// same place twice. Another entry of a book is somewhere else altogether; the same line
/// read again moves by a few pixels.
const SAME_PLACE: f32 = 0.5;

/// The checked records that would not be the same any more. `checked` are those about
/// which people decided something, with the names of these fields; `before` and `after` is
/// what the machine reads without and with the ruling. `is_turn`: a page was read anew, so
/// that places say nothing.
pub(super) fn losses(
    checked: &[(Record, BTreeSet<String>)],
    before: &[Record],
    after: &[Record],
    is_turn: bool,
) -> Vec<Loss> {
    let touched = checked.iter().filter_map(|(stored, fields)| {
        // A record that only people keep is touched by nothing.
        let was = before.iter().find(|record| record.record == stored.record)?;
        let how = touch((stored, fields), (was, before), after, is_turn)?;
        Some(Loss {
            record: stored.record.clone(),
            pages: stored.pages.clone(),
            fields: fields.len() as u64,
            how,
        })
    });
    touched.collect()
}

fn touch(
    (stored, fields): (&Record, &BTreeSet<String>),
    (was, before): (&Record, &[Record]),
    after: &[Record],
    is_turn: bool,
) -> Option<LossOf> {
    let Some(now) = after.iter().find(|record| record.record == was.record) else {
        return Some(LossOf::Record);
    };
    let alone = is_alone(was, before) && is_alone(now, after);
    let is_same = if is_turn { alone } else { is_same_entry(was, now, after, alone) };
    if !is_same {
        return Some(LossOf::Place);
    }
    let is_left = |name: &String| {
        let page = stored.fields.get(name).and_then(|field| field.page);
        page.is_some_and(|page| !now.pages.contains(&page))
    };
    fields.iter().any(is_left).then_some(LossOf::Pages)
}

/// Whether no other record of its kind begins on the page on which it begins.
fn is_alone(record: &Record, all: &[Record]) -> bool {
    let first = record.pages.first();
    let others = all.iter().filter(|it| it.kind == record.kind);
    others.filter(|it| it.pages.first() == first).count() == 1
}

/// Whether the record that bears the name of `was` is the same entry of the paper, by
/// where its values stand.
fn is_same_entry(was: &Record, now: &Record, after: &[Record], is_alone: bool) -> bool {
    let num_places = was.fields.values().filter(|field| field.quad.is_some()).count();
    if num_places == 0 {
        return is_alone;
    }
    let here = num_shared(was, now);
    here > 0
        && after
            .iter()
            .filter(|other| other.record != now.record)
            .all(|other| num_shared(was, other) <= here)
}

/// How many fields both records read at the same place.
fn num_shared(one: &Record, other: &Record) -> usize {
    let pairs = one
        .fields
        .iter()
        .filter_map(|(name, field)| Some((field, other.fields.get(name)?)));
    pairs.filter(|(a, b)| is_same_place(a, b)).count()
}

fn is_same_place(one: &Field, other: &Field) -> bool {
    let (Some(a), Some(b)) = (one.quad, other.quad) else { return false };
    let (a, b) = (a.bounds(), b.bounds());
    let area = |place: Rect| place.width() * place.height();
    let shared = area(a.intersection(&b));
    one.page == other.page && shared > 0.0 && shared >= SAME_PLACE * area(a).min(area(b))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{FieldState, KindId, Quad, RecordId, ScanId};

    fn field(page: u32, top: f32) -> Field {
        let place = Rect { left: 10.0, top, right: 90.0, bottom: top + 20.0 };
        Field {
            text: "x".into(),
            value: Some("x".into()),
            state: FieldState::Verified,
            confidence: 0.9,
            page: Some(page),
            quad: Some(Quad::from(place)),
            alternatives: vec![],
        }
    }

    /// A record with a field `a` on `page` at `top`, and one `b` on its last page.
    fn record(id: &str, pages: &[u32], top: f32) -> Record {
        let last = pages.last().copied().unwrap();
        Record {
            record: RecordId(id.into()),
            kind: KindId("x".into()),
            scan: ScanId(String::new()),
            pages: pages.to_vec(),
            fields: [
                ("a".to_owned(), field(pages[0], top)),
                ("b".to_owned(), field(last, top + 30.0)),
            ]
            .into(),
            findings: vec![],
        }
    }

    /// What is lost of a record of which the fields `names` were checked.
    fn told(
        checked: &Record,
        names: &[&str],
        before: &[Record],
        after: &[Record],
    ) -> Vec<LossOf> {
        let names = names.iter().map(|&name| name.to_owned()).collect();
        let checked = [(checked.clone(), names)];
        losses(&checked, before, after, false).into_iter().map(|loss| loss.how).collect()
    }

    #[test]
    fn a_checked_record_that_stays_where_it_is_is_not_touched() {
        let one = record("1", &[1, 2], 100.0);
        let moved = record("1", &[1, 2], 104.0);
        assert_eq!(told(&one, &["a"], std::slice::from_ref(&one), &[moved]), []);
        let shorter = Record { pages: vec![1], ..one.clone() };
        assert_eq!(
            told(
                &one,
                &["a"],
                std::slice::from_ref(&one),
                std::slice::from_ref(&shorter)
            ),
            []
        );
        assert_eq!(
            told(&one, &["a", "b"], std::slice::from_ref(&one), &[shorter]),
            [LossOf::Pages],
            "one of two stands on the page that went"
        );
    }

    #[test]
    fn a_checked_record_that_is_read_no_more_is_named() {
        let one = record("1", &[1], 100.0);
        assert_eq!(told(&one, &["a"], std::slice::from_ref(&one), &[]), [LossOf::Record]);
        // One that only people keep is not read now either.
        assert_eq!(told(&one, &["a"], &[], &[]), []);
    }

    #[test]
    fn a_name_that_another_entry_would_bear_is_noticed() {
        let one = record("1", &[2], 300.0);
        let upper = record("1", &[2], 40.0);
        let lower = Record { record: RecordId("2".into()), ..record("2", &[2], 300.0) };
        assert_eq!(
            told(&one, &["a"], std::slice::from_ref(&one), &[upper, lower]),
            [LossOf::Place]
        );
    }

    #[test]
    fn a_page_that_is_turned_keeps_the_one_record_on_it_and_no_other() {
        let checked = [(record("1", &[1], 100.0), BTreeSet::from(["a".to_owned()]))];
        let (was, now) = (record("1", &[1], 100.0), record("1", &[1], 700.0));
        let alone = losses(
            &checked,
            std::slice::from_ref(&was),
            std::slice::from_ref(&now),
            true,
        );
        assert_eq!(alone, []);
        let two = losses(&checked, &[was], &[now, record("2", &[1], 100.0)], true);
        assert_eq!(two.first().map(|loss| loss.how), Some(LossOf::Place));
    }
}
