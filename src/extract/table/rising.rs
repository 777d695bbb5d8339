//! Numbers of lines that rise down a page: the parcels of a map sheet are booked in order.
//!
//! A number that breaks the order was misread. Where the numbers above and below leave one
//! that looks like it (`219`, `22`, `221`), that one is meant; what was read stands beside it.
//! Where they leave none or two that look alike, the number is doubted and stays.

use crate::config::kind::Table;
use crate::extract::record::Entry;
use crate::model::{Field, FieldState};

/// Types of columns whose numbers rise.
const TYPES: [&str; 1] = ["parcel-no"];
/// Fewest numbers that tell whether a column rises.
const FEWEST: usize = 6;
/// Share of its numbers that stand in order where it does.
const IN_ORDER: f32 = 0.7;
/// Numbers between two lines that still are neighbours.
const WIDEST: u32 = 6;
/// How sure a number is at most that the others tell, or that breaks the order.
const TOLD: f32 = 0.8;
const BROKEN: f32 = 0.5;

/// Puts numbers right that break the order of a column which rises.
pub(super) fn settle(table: &Table, lines: &mut [Entry]) {
    let columns = table.columns.iter();
    let rising = columns.filter(|it| it.key && TYPES.contains(&it.value_type.as_str()));
    for name in rising.map(|column| &column.name) {
        let fields: Vec<Option<&Field>> =
            lines.iter().map(|line| line.fields.get(name)).collect();
        let numbers: Vec<Option<u32>> =
            fields.iter().map(|field| field.and_then(number)).collect();
        let Some(in_order) = in_order(&numbers) else { continue };
        let told: Vec<(usize, Option<u32>)> = (0..lines.len())
            .filter(|&at| !in_order[at])
            .filter_map(|at| {
                let field = fields[at]?;
                let before = neighbour((0..at).rev(), &numbers, &in_order)?;
                let after = neighbour(at + 1..lines.len(), &numbers, &in_order)?;
                Some((at, between(before, after, &field.text)))
            })
            .collect();
        for (at, told) in told {
            let Some(field) = lines[at].fields.get_mut(name) else { continue };
            match told {
                Some(number) => tell(field, number),
                None => field.confidence = field.confidence.min(BROKEN),
            }
        }
    }
}

/// The number of a field that holds nothing else.
fn number(field: &Field) -> Option<u32> {
    field.value.as_deref()?.parse().ok()
}

/// Which lines stand in order, the most that can; `None` where the column does not rise.
fn in_order(numbers: &[Option<u32>]) -> Option<Vec<bool>> {
    // The longest row of numbers that do not fall, by the best that ends at each line.
    let mut best: Vec<(usize, Option<usize>)> = Vec::with_capacity(numbers.len());
    for (at, number) in numbers.iter().enumerate() {
        let Some(number) = number else {
            best.push((0, None));
            continue;
        };
        let before = (0..at).filter(|&it| numbers[it].is_some_and(|it| it <= *number));
        let last = before.max_by_key(|&it| best[it].0);
        best.push((last.map_or(0, |it| best[it].0) + 1, last));
    }
    let read = numbers.iter().flatten().count();
    let (end, &(length, _)) = best.iter().enumerate().max_by_key(|(_, it)| it.0)?;
    if read < FEWEST || (length as f32) < IN_ORDER * read as f32 {
        return None;
    }
    let mut out = vec![false; numbers.len()];
    let mut at = Some(end);
    while let Some(line) = at {
        out[line] = true;
        at = best[line].1;
    }
    Some(out)
}

/// The number of the first of some lines that stands in order.
fn neighbour(
    lines: impl Iterator<Item = usize>,
    numbers: &[Option<u32>],
    in_order: &[bool],
) -> Option<u32> {
    lines.into_iter().find(|&it| in_order[it]).and_then(|it| numbers[it])
}

/// The number between two that was read, or the one that looks like it.
fn between(before: u32, after: u32, read: &str) -> Option<u32> {
    if after.saturating_sub(before) > WIDEST {
        return None;
    }
    let read: Vec<char> = read.chars().filter(|it| !it.is_whitespace()).collect();
    let digits = |number: u32| -> Vec<char> { number.to_string().chars().collect() };
    if let Some(same) = (before + 1..after).find(|&number| digits(number) == read) {
        return Some(same);
    }
    let mut alike = (before + 1..after).filter(|&it| looks_like(&read, &digits(it)));
    alike.next().filter(|_| alike.next().is_none())
}

/// Whether two texts differ in one letter, put in, left out or changed, and no more, and
/// share a digit at least.
fn looks_like(read: &[char], meant: &[char]) -> bool {
    let head = read.iter().zip(meant).take_while(|(a, b)| a == b).count();
    let rest = (&read[head..], &meant[head..]);
    let tail = rest.0.iter().rev().zip(rest.1.iter().rev());
    let tail = tail.take_while(|(a, b)| a == b).count();
    let left = (rest.0.len() - tail).max(rest.1.len() - tail);
    left <= 1 && head + tail > 0
}

fn tell(field: &mut Field, number: u32) {
    let number = number.to_string();
    let read = field.value.replace(number.clone());
    field.alternatives.retain(|it| *it != number);
    field.alternatives.splice(0..0, read);
    field.state = FieldState::Read;
    field.confidence = TOLD;
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    fn settled(texts: &[&str]) -> Vec<Field> {
        let table: Table = toml::from_str(
            r#"columns = [{ name = "parcel_no", type = "parcel-no", key = true, labels = ["Số thửa"] }]"#,
        )
        .unwrap();
        let line = |text: &&str| {
            let is_number = text.chars().all(|it| it.is_ascii_digit());
            let field = Field {
                text: (*text).to_owned(),
                value: is_number.then(|| (*text).to_owned()),
                state: if is_number { FieldState::Read } else { FieldState::Illegible },
                confidence: 0.9,
                page: Some(1),
                quad: None,
                alternatives: Vec::new(),
            };
            Entry {
                fields: BTreeMap::from([("parcel_no".to_owned(), field)]),
                names: BTreeMap::new(),
                pages: vec![1],
                sheet: 0,
            }
        };
        let mut lines: Vec<Entry> = texts.iter().map(line).collect();
        settle(&table, &mut lines);
        lines.into_iter().filter_map(|mut line| line.fields.remove("parcel_no")).collect()
    }

    fn values(texts: &[&str]) -> Vec<String> {
        settled(texts).into_iter().map(|it| it.value.unwrap_or_default()).collect()
    }

    #[test]
    fn a_number_that_breaks_the_order_is_the_one_that_fits_and_looks_like_it() {
        let read = ["217", "218", "219", "22", "221", "222", "22?", "225", "205", "227"];
        let fields = settled(&read);
        let values: Vec<_> =
            fields.iter().map(|it| it.value.as_deref().unwrap_or("-")).collect();
        let meant = ["217", "218", "219", "220", "221", "222", "-", "225", "205", "227"];
        assert_eq!(values[..6], meant[..6]);
        assert_eq!(values[6], "-", "223 and 224 look alike");
        assert_eq!(values[8], "205", "two letters differ from 226");
        assert_eq!(fields[3].alternatives, ["22"], "what was read stands beside");
        assert!(fields[3].confidence <= TOLD && fields[8].confidence <= BROKEN);
        assert!(fields[0].confidence > 0.85);
    }

    #[test]
    fn what_stands_in_order_stays_and_nothing_is_made_up() {
        let gaps = ["101", "104", "104", "110", "111", "120"];
        assert_eq!(values(&gaps), gaps, "gaps and two owners of one parcel");
        let apart = ["17", "318", "9", "22", "221", "3", "40"];
        assert_eq!(values(&apart), apart, "a column that does not rise");
        let few = ["1", "2", "9", "4"];
        assert_eq!(values(&few), few);
        let ends = ["9", "2", "3", "4", "5", "6", "7", "1"];
        assert_eq!(values(&ends), ends, "the first and the last have one neighbour");
        let far = ["1", "2", "3", "4", "5", "6", "4", "90", "91"];
        assert_eq!(values(&far)[6], "4", "nothing tells a number in a wide gap");
    }
}
