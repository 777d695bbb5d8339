//! How well records were extracted.

use std::collections::BTreeMap;

use serde::Serialize;

use super::calibration::{Calibration, Gauge, shown};
use super::pairing::{Wanted, is_same, paired, value_of, wanted_of};
use super::ratio;
use super::spelling::canonical;
use super::truth::{Corpus, TrueField, Truth};
use crate::catalog::StoredRecord;
use crate::model::Field;
use crate::model::FieldState;
use crate::model::Record;
use crate::model::ScanId;
use crate::model::Severity;

/// Beginnings of the names of fields that say the same of two persons: a value read for
/// one that belongs to the other is a swap, the worst mistake of all.
const ROLE_PAIRS: [(&str, &str); 6] = [
    ("me", "cha"),
    ("chong", "vo"),
    ("cm", "nc"),
    ("nks", "me"),
    ("nks", "cha"),
    ("nkt", "nyc"),
];
/// Style of a field that is only in a picture, such as a code; nobody reads it.
const GRAPHIC: &str = "graphic";
/// A value shown with this confidence or more is believed without looking.
const SURE: f64 = 0.9;

/// How many values were right.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize)]
pub struct Found {
    /// Twice the right ones, by those of the truth and those given.
    pub f1: f64,
    /// Right ones.
    pub right: u64,
    /// Values of the truth.
    pub truth: u64,
    /// Values that were given.
    pub given: u64,
}

impl Found {
    fn add(&mut self, right: bool, truth: bool, given: bool) {
        self.right += u64::from(right);
        self.truth += u64::from(truth);
        self.given += u64::from(given);
        self.f1 = ratio(2.0 * self.right as f64, self.truth + self.given);
    }
}

/// Contradictions that were put into the corpus on purpose.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize)]
pub struct Inconsistencies {
    /// Records that have one.
    pub labelled: u64,
    /// Those with a finding, by all that have one.
    pub found: f64,
    /// Records without one that have a finding, by records of the truth.
    pub false_alarms_per_record: f64,
}

/// How well records were extracted.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Fields {
    /// Files whose kind was recognised, by all files.
    pub kind_accuracy: f64,
    /// Records of the truth.
    pub records: u64,
    /// Records that were found, by those of the truth.
    pub records_found: f64,
    /// Records that are not in the truth, by those of the truth.
    pub records_invented: f64,
    /// By style of writing.
    pub by_style: BTreeMap<String, Found>,
    /// By type of document.
    pub by_doc_type: BTreeMap<String, Found>,
    /// By name of field.
    pub by_field: BTreeMap<String, Found>,
    /// Values that belong to the other of two persons.
    pub role_swaps: u64,
    /// Wrong values shown with less than 0.9, by all wrong values.
    pub wrong_below_sure: f64,
    /// Confidences of the values.
    pub calibration: Calibration,
    /// Contradictions.
    pub inconsistencies: Inconsistencies,
}

/// Compares the records with the truth.
pub(super) fn score(corpus: &Corpus, records: &[StoredRecord]) -> Fields {
    let mut by_scan: BTreeMap<&ScanId, Vec<&Record>> = BTreeMap::new();
    for stored in records {
        by_scan.entry(&stored.record.scan).or_default().push(&stored.record);
    }
    let mut bench = Bench::default();
    for truth in &corpus.truths {
        let mine = by_scan.get(&truth.sha256).map(Vec::as_slice).unwrap_or_default();
        let kind = corpus.kinds.get(&truth.doc_type).unwrap_or(&truth.doc_type);
        bench.scan(truth, kind, mine);
    }
    bench.result(corpus.truths.len() as u64)
}

#[derive(Default)]
struct Bench {
    kinds_right: u64,
    records: u64,
    found: u64,
    invented: u64,
    by_style: BTreeMap<String, Found>,
    by_doc_type: BTreeMap<String, Found>,
    by_field: BTreeMap<String, Found>,
    swaps: u64,
    wrong: u64,
    wrong_sure: u64,
    gauge: Gauge,
    labelled: u64,
    labelled_found: u64,
    false_alarms: u64,
}

impl Bench {
    fn scan(&mut self, truth: &Truth, kind: &str, mine: &[&Record]) {
        let wanted = wanted_of(truth);
        let is_kind = mine.iter().any(|record| record.kind.0 == kind);
        let is_rightly_empty = wanted.is_empty() && mine.is_empty();
        self.kinds_right += u64::from(is_kind || is_rightly_empty);
        self.records += wanted.len() as u64;
        let pairs = paired(&wanted, mine);
        self.found += pairs.len() as u64;
        self.invented += (mine.len() - pairs.len()) as u64;
        for (at, wanted) in wanted.iter().enumerate() {
            let record = pairs.get(&at).and_then(|at| mine.get(*at)).copied();
            self.known_fields(&truth.doc_type, wanted, record);
            if let Some(record) = record {
                self.other_fields(&truth.doc_type, wanted, record);
            }
            self.findings(wanted, record);
        }
    }

    /// Values that the truth has.
    fn known_fields(
        &mut self,
        doc_type: &str,
        wanted: &Wanted<'_>,
        record: Option<&Record>,
    ) {
        for (name, truth) in &wanted.fields {
            if truth.style == GRAPHIC {
                continue;
            }
            let field = record.and_then(|record| record.fields.get(*name));
            let value = value_of(field);
            let given = !value.is_empty();
            let right = given && is_either(&value, truth);
            for (rows, key) in [
                (&mut self.by_style, truth.style.as_str()),
                (&mut self.by_doc_type, doc_type),
                (&mut self.by_field, *name),
            ] {
                rows.entry(key.to_owned()).or_default().add(right, true, given);
            }
            if !given {
                continue;
            }
            let confidence = field.map_or(0.0, |field| shown(field.confidence));
            self.gauge.note(confidence, right);
            if !right {
                self.wrong += 1;
                self.wrong_sure += u64::from(confidence >= SURE);
                self.swaps += u64::from(is_swap(name, &value, &wanted.fields));
            }
        }
    }

    /// Values that the truth does not have.
    fn other_fields(&mut self, doc_type: &str, wanted: &Wanted<'_>, record: &Record) {
        for (name, field) in &record.fields {
            let value = value_of(Some(field));
            let is_known = wanted.fields.contains_key(name.as_str());
            if is_known || value.is_empty() || field.state != FieldState::Read {
                continue;
            }
            if is_known_elsewhere(wanted, name, field, &value) {
                continue;
            }
            let row = self.by_doc_type.entry(doc_type.to_owned()).or_default();
            row.add(false, false, true);
            self.swaps += u64::from(is_swap(name, &value, &wanted.fields));
        }
    }

    fn findings(&mut self, wanted: &Wanted<'_>, record: Option<&Record>) {
        let is_alarm = record.is_some_and(|record| {
            record.findings.iter().any(|finding| finding.severity >= Severity::Warn)
        });
        if wanted.is_inconsistent {
            self.labelled += 1;
            self.labelled_found += u64::from(is_alarm);
        } else {
            self.false_alarms += u64::from(is_alarm);
        }
    }

    fn result(self, files: u64) -> Fields {
        let by_records = |count: u64| ratio(count as f64, self.records);
        Fields {
            kind_accuracy: ratio(self.kinds_right as f64, files),
            records: self.records,
            records_found: by_records(self.found),
            records_invented: by_records(self.invented),
            role_swaps: self.swaps,
            wrong_below_sure: 1.0 - ratio(self.wrong_sure as f64, self.wrong),
            calibration: self.gauge.result(),
            inconsistencies: Inconsistencies {
                labelled: self.labelled,
                found: ratio(self.labelled_found as f64, self.labelled),
                false_alarms_per_record: by_records(self.false_alarms),
            },
            by_style: self.by_style,
            by_doc_type: self.by_doc_type,
            by_field: self.by_field,
        }
    }
}

/// Whether the value is that of the truth, normalized or as printed.
fn is_either(value: &str, truth: &TrueField) -> bool {
    is_same(value, truth) || value == canonical(&truth.printed)
}

/// Whether the value is known although it is not on the paper: inferred, or right.
fn is_known_elsewhere(
    wanted: &Wanted<'_>,
    name: &str,
    field: &Field,
    value: &str,
) -> bool {
    wanted
        .not_printed
        .get(name)
        .is_some_and(|known| field.quad.is_none() || canonical(known) == value)
}

/// Whether the value of the field `name` is that of its counterpart in another role.
fn is_swap(name: &str, value: &str, truth: &BTreeMap<&str, &TrueField>) -> bool {
    let has = |name: &str| truth.get(name).is_some_and(|field| is_same(value, field));
    if has(name) {
        return false;
    }
    let twin = |mine: &str, other: &str| {
        name.strip_prefix(mine).is_some_and(|rest| has(&format!("{other}{rest}")))
    };
    ROLE_PAIRS.iter().any(|(one, other)| twin(one, other) || twin(other, one))
}
