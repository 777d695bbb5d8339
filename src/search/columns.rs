//! What is counted and sorted of a record, held in columns beside the postings: reading one
//! value of a hundred thousand records takes milliseconds.

use tantivy::columnar::{Column, StrColumn};
use tantivy::schema::{FAST, Field, NumericOptions, SchemaBuilder, TextOptions};
use tantivy::{DocAddress, Searcher, SegmentReader, TantivyDocument};

use super::SearchError;
use super::checked::Checked;
use super::entry::{Entry, IndexedRecord};
use super::identity::TIE;
use super::order::{Keys, Sort};
use crate::config::gazetteer::{Gazetteer, Level};
use crate::config::index::PlaceMeaning;

/// What is counted of a record beside its kind and collection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Marks {
    pub(super) checked: Checked,
    /// Whether something in it does not go together.
    pub(super) has_findings: bool,
    /// The commune that it belongs to, as it was then.
    pub(super) unit: Option<&'static str>,
}

impl Marks {
    pub(super) fn of<S: AsRef<str>>(
        indexed: &IndexedRecord<'_>,
        entry: &Entry<S>,
    ) -> Self {
        Self {
            checked: Checked::of(indexed.record),
            has_findings: !indexed.record.findings.is_empty(),
            unit: own_unit(entry),
        }
    }

    fn packed(self) -> u64 {
        self.checked as u64 * 2 + u64::from(self.has_findings)
    }
}

/// The commune where the entry was made or the parcel lies; else the one of its folder.
/// None where the words name several, as homonyms do.
pub(super) fn own_unit<S: AsRef<str>>(entry: &Entry<S>) -> Option<&'static str> {
    let gazetteer = Gazetteer::get();
    let own = [PlaceMeaning::Registered, PlaceMeaning::Path];
    let places = entry.places.iter().filter(|place| own.contains(&place.meaning));
    places.into_iter().find_map(|place| {
        let named = place.entities.as_ref().split(' ');
        let mut communes = named
            .filter_map(|entity| gazetteer.newest(entity))
            .filter(|unit| unit.level == Level::Commune);
        match (communes.next(), communes.next()) {
            (Some(only), None) => Some(only.entity),
            _ => None,
        }
    })
}

/// The fields of the schema that are columns.
#[derive(Debug, Clone)]
pub(super) struct ColumnFields {
    kind: Field,
    unit: Field,
    collection: Field,
    marks: Field,
    name: Field,
    day: Field,
    number: Field,
}

const KIND: &str = "kind_column";
const UNIT: &str = "unit_column";
const COLLECTION: &str = "collection_column";
const MARKS: &str = "marks_column";
const NAME: &str = "name_column";
const DAY: &str = "day_column";
const NUMBER: &str = "number_column";

impl ColumnFields {
    pub(super) fn in_schema(builder: &mut SchemaBuilder) -> Self {
        let text = TextOptions::from(FAST);
        let number = NumericOptions::from(FAST);
        Self {
            kind: builder.add_text_field(KIND, text.clone()),
            unit: builder.add_text_field(UNIT, text.clone()),
            collection: builder.add_text_field(COLLECTION, text),
            marks: builder.add_u64_field(MARKS, number.clone()),
            name: builder.add_u64_field(NAME, number.clone()),
            day: builder.add_u64_field(DAY, number.clone()),
            number: builder.add_u64_field(NUMBER, number),
        }
    }

    /// Puts a record's values into its document.
    pub(super) fn put<S: AsRef<str>>(
        &self,
        document: &mut TantivyDocument,
        entry: &Entry<S>,
        collection: Option<&str>,
        marks: Marks,
    ) {
        let keys = Keys::of(entry);
        document.add_text(self.kind, entry.kind.as_ref());
        if let Some(unit) = marks.unit {
            document.add_text(self.unit, unit);
        }
        if let Some(collection) = collection {
            document.add_text(self.collection, collection);
        }
        document.add_u64(self.marks, marks.packed());
        for (field, value) in [
            (self.name, keys.by_name()),
            (self.day, keys.by_day()),
            (self.number, keys.number),
        ] {
            if let Some(value) = value {
                document.add_u64(field, value);
            }
        }
    }
}

/// The columns of one segment.
pub(super) struct Columns {
    pub(super) kind: Option<StrColumn>,
    pub(super) unit: Option<StrColumn>,
    pub(super) collection: Option<StrColumn>,
    marks: Column<u64>,
    name: Column<u64>,
    day: Column<u64>,
    number: Column<u64>,
    tie: Column<u64>,
}

impl Columns {
    fn of(segment: &SegmentReader) -> Result<Self, SearchError> {
        let fast = segment.fast_fields();
        Ok(Self {
            kind: fast.str(KIND)?,
            unit: fast.str(UNIT)?,
            collection: fast.str(COLLECTION)?,
            marks: fast.u64(MARKS)?,
            name: fast.u64(NAME)?,
            day: fast.u64(DAY)?,
            number: fast.u64(NUMBER)?,
            tie: fast.u64(TIE)?,
        })
    }

    /// The columns of all segments, in their order.
    pub(super) fn all(searcher: &Searcher) -> Result<Vec<Self>, SearchError> {
        searcher.segment_readers().iter().map(Self::of).collect()
    }

    /// How far a record is checked, and whether it has findings.
    pub(super) fn marks(&self, doc: u32) -> (Checked, bool) {
        let packed = self.marks.first(doc).unwrap_or_default();
        let checked = Checked::ALL.get((packed / 2) as usize).copied();
        (checked.unwrap_or(Checked::Read), packed % 2 == 1)
    }

    /// The day of a record, as `order` packs it.
    pub(super) fn day(&self, doc: u32) -> Option<u64> {
        self.day.first(doc)
    }

    /// A number that no other record has, as far as chance allows.
    pub(super) fn tie(&self, doc: u32) -> u64 {
        self.tie.first(doc).unwrap_or_default()
    }

    /// The first key of an order; what has none comes last.
    fn key(&self, doc: u32, sort: Sort) -> u64 {
        let column = match sort {
            Sort::Name => &self.name,
            Sort::Number => &self.number,
            Sort::Relevance | Sort::Date | Sort::Newest => &self.day,
        };
        match (column.first(doc), sort) {
            (Some(value), Sort::Newest) => u64::MAX - 1 - value,
            (value, _) => value.unwrap_or(u64::MAX),
        }
    }
}

/// The first key of every record, in the order of `docs`.
pub(super) fn keys(columns: &[Columns], docs: &[DocAddress], sort: Sort) -> Vec<u64> {
    let of = |doc: &DocAddress| {
        let columns = columns.get(doc.segment_ord as usize);
        columns.map_or(u64::MAX, |columns| columns.key(doc.doc_id, sort))
    };
    docs.iter().map(of).collect()
}
