//! Which record of the archive is which of the truth.

use std::collections::{BTreeMap, BTreeSet};

use super::spelling::canonical;
use super::truth::{TrueField, Truth};
use crate::model::Field;
use crate::model::Record;

/// A record of the truth, gathered from all of its pages.
#[derive(Debug, Default)]
pub(super) struct Wanted<'a> {
    pub(super) fields: BTreeMap<&'a str, &'a TrueField>,
    pub(super) not_printed: BTreeMap<&'a str, &'a str>,
    /// Whether a contradiction was put into it on purpose.
    pub(super) is_inconsistent: bool,
    pages: BTreeSet<u32>,
}

/// The records of a file, in the order in which they begin.
pub(super) fn wanted_of(truth: &Truth) -> Vec<Wanted<'_>> {
    let mut places: BTreeMap<&str, usize> = BTreeMap::new();
    let mut all: Vec<Wanted<'_>> = Vec::new();
    for page in &truth.pages {
        for record in &page.records {
            let at = *places.entry(&record.id).or_insert_with(|| {
                let is_inconsistent = !record.inconsistencies.is_empty();
                all.push(Wanted { is_inconsistent, ..Wanted::default() });
                all.len() - 1
            });
            let Some(wanted) = all.get_mut(at) else { continue };
            wanted
                .fields
                .extend(record.fields.iter().map(|(name, f)| (name.as_str(), f)));
            let known = record.not_printed.iter();
            wanted.not_printed.extend(known.map(|(name, v)| (name.as_str(), v.as_str())));
            wanted.pages.insert(page.number);
        }
    }
    all
}

/// The value of a field as it is compared; empty if there is none.
pub(super) fn value_of(field: Option<&Field>) -> String {
    field.and_then(|field| field.value.as_deref()).map(canonical).unwrap_or_default()
}

/// Whether the compared form of a value is that of the truth.
pub(super) fn is_same(value: &str, truth: &TrueField) -> bool {
    value == canonical(&truth.normalized)
}

/// Pairs records of the truth with those of the archive: most equal fields first, then
/// most shared pages, then in order. The answer leads from places in `wanted` to places
/// in `mine`; records that share neither field nor page are no pair.
pub(super) fn paired(wanted: &[Wanted<'_>], mine: &[&Record]) -> BTreeMap<usize, usize> {
    let mut likely = Vec::new();
    for (i, wanted) in wanted.iter().enumerate() {
        for (j, record) in mine.iter().enumerate() {
            let same = wanted.fields.iter().filter(|(name, truth)| {
                let field = record.fields.get(**name);
                field.is_some() && is_same(&value_of(field), truth)
            });
            let same = same.count();
            let given: BTreeSet<u32> = record.pages.iter().copied().collect();
            let near = wanted.pages.intersection(&given).count();
            if same > 0 || near > 0 {
                likely.push((std::cmp::Reverse((same, near)), i, j));
            }
        }
    }
    likely.sort_unstable();
    let mut pairs = BTreeMap::new();
    let mut used = BTreeSet::new();
    for (_, i, j) in likely {
        if !pairs.contains_key(&i) && used.insert(j) {
            pairs.insert(i, j);
        }
    }
    pairs
}
