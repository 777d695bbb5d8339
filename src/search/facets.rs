//! How many of the records that answer are of each kind, commune, decade and so on.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use tantivy::DocAddress;
use tantivy::columnar::StrColumn;

use super::SearchError;
use super::checked::Checked;
use super::columns::Columns;
use super::order::year_of;
use crate::config::gazetteer::{Gazetteer, Unit};

/// Most values of one facet that are told; the most frequent ones.
const MAX_VALUES: usize = 20;

/// A value with how many records have it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counted {
    /// What the filter of the same name takes.
    pub value: String,
    /// Records.
    pub count: u64,
}

/// The records that answer, counted. The most frequent values come first; decades in the
/// order of time.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Facets {
    /// By kind of document.
    pub kind: Vec<Counted>,
    /// By the commune of the entry or parcel, as it was then: an entity of the gazetteer,
    /// e.g. `C03361`.
    pub then: Vec<Counted>,
    /// By the commune of today. A commune that was split counts for each that came of it.
    pub today: Vec<Counted>,
    /// By the decade of the entry: `1980`.
    pub decade: Vec<Counted>,
    /// By how far people have checked them: a name of [`Checked`].
    pub state: Vec<Counted>,
    /// By collection; records of none are not counted.
    pub collection: Vec<Counted>,
    /// By whether something in them does not go together: `yes` or `no`.
    pub findings: Vec<Counted>,
    /// More records may answer than were counted: the counts are the least there are.
    pub at_least: bool,
}

/// Counts of one column of text, over all segments.
#[derive(Default)]
struct Texts(BTreeMap<String, u64>);

impl Texts {
    /// Adds the counts of one segment, by the number of the text in its column.
    fn add(&mut self, column: &StrColumn, counts: &[u64]) -> Result<(), SearchError> {
        for (ordinal, &count) in
            counts.iter().enumerate().filter(|(_, count)| **count > 0)
        {
            let mut text = String::new();
            column
                .ord_to_str(ordinal as u64, &mut text)
                .map_err(tantivy::TantivyError::from)?;
            *self.0.entry(text).or_default() += count;
        }
        Ok(())
    }
}

/// Counts what is in `docs`, which are in the order of their segments.
pub(super) fn count(
    columns: &[Columns],
    docs: &[DocAddress],
    at_least: bool,
) -> Result<Facets, SearchError> {
    let (mut kinds, mut units, mut collections) =
        (Texts::default(), Texts::default(), Texts::default());
    let mut decades: BTreeMap<u64, u64> = BTreeMap::new();
    let mut states = [0_u64; Checked::ALL.len()];
    let mut findings = [0_u64; 2];
    for (ordinal, columns) in columns.iter().enumerate() {
        let from = docs.partition_point(|doc| (doc.segment_ord as usize) < ordinal);
        let to = docs.partition_point(|doc| doc.segment_ord as usize <= ordinal);
        let of_segment = docs.get(from..to).unwrap_or_default();
        let ids: Vec<u32> = of_segment.iter().map(|doc| doc.doc_id).collect();
        if ids.is_empty() {
            continue;
        }
        for (texts, column) in [
            (&mut kinds, &columns.kind),
            (&mut units, &columns.unit),
            (&mut collections, &columns.collection),
        ] {
            if let Some(column) = column {
                texts.add(column, &by_ordinal(column, &ids))?;
            }
        }
        for &doc in &ids {
            if let Some(day) = columns.day(doc) {
                *decades.entry(year_of(day) / 10 * 10).or_default() += 1;
            }
            let (checked, has_findings) = columns.marks(doc);
            if let Some(count) = states.get_mut(checked as usize) {
                *count += 1;
            }
            if let Some(count) = findings.get_mut(usize::from(has_findings)) {
                *count += 1;
            }
        }
    }
    let named = |(name, count): (&str, u64)| Counted { value: name.to_owned(), count };
    let today = of_today(&units.0);
    let states = Checked::ALL.iter().map(|state| state.name()).zip(states);
    Ok(Facets {
        kind: most_first(kinds.0),
        then: most_first(units.0),
        today: most_first(today),
        decade: decades
            .into_iter()
            .map(|(decade, count)| Counted { value: decade.to_string(), count })
            .collect(),
        state: states.filter(|(_, count)| *count > 0).map(named).collect(),
        collection: most_first(collections.0),
        findings: ["no", "yes"]
            .into_iter()
            .zip(findings)
            .filter(|(_, count)| *count > 0)
            .map(named)
            .collect(),
        at_least,
    })
}

fn by_ordinal(column: &StrColumn, ids: &[u32]) -> Vec<u64> {
    let mut counts = vec![0_u64; column.num_terms()];
    let ordinals = column.ords();
    for &doc in ids {
        let count = ordinals.first(doc).and_then(|at| counts.get_mut(at as usize));
        if let Some(count) = count {
            *count += 1;
        }
    }
    counts
}

fn of_today(units: &BTreeMap<String, u64>) -> BTreeMap<String, u64> {
    let mut today = BTreeMap::new();
    for (unit, count) in units {
        for entity in units_of_today(unit) {
            *today.entry(entity.to_owned()).or_default() += count;
        }
    }
    today
}

/// The units of today that a commune went into; itself where it is one.
pub(super) fn units_of_today(entity: &str) -> Vec<&'static str> {
    let gazetteer = Gazetteer::get();
    let all = gazetteer.successors(entity).into_iter();
    let own = gazetteer.newest(entity).map(|unit| unit.entity);
    let is_of_today =
        |entity: &&str| gazetteer.newest(entity).is_some_and(Unit::is_of_today);
    own.into_iter().chain(all).filter(is_of_today).collect()
}

fn most_first(counts: BTreeMap<String, u64>) -> Vec<Counted> {
    let mut all: Vec<Counted> =
        counts.into_iter().map(|(value, count)| Counted { value, count }).collect();
    // Sorting is stable: equal counts stay in the order of the alphabet.
    all.sort_by_key(|counted| std::cmp::Reverse(counted.count));
    all.truncate(MAX_VALUES);
    all
}
