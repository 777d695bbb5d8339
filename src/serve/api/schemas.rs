//! Schemas of what is answered, made from the types.
//!
//! A type is described by naming its fields with their types once more. The compiler
//! refuses a field that is missing here, one that is not there, and one of another type.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::{Map, Value, json};

use super::super::answer::{
    AnsweredHit, AnsweredRecord, AnsweredRelated, RelatedAnswer, SearchAnswer,
};
use super::super::error::Problem;
use super::super::seek::{Chip, Held};
use super::{KindCount, StatusAnswer, SuggestAnswer};
use crate::export::{CodeRow, LineRow, PageRow, WordRow};
use crate::model::{
    Field, FieldState, Finding, KindId, Quad, RecordId, ScanId, Severity, TextSource,
};
use crate::search::{Counted, Facets, RelatedBy, Suggested, Suggestion};

/// The schemas of types that have a name, by their names.
#[derive(Default)]
pub(super) struct Types(Map<String, Value>);

impl Types {
    /// A reference to a named type, which is described at its first mention.
    fn named(&mut self, name: &str, made: impl FnOnce(&mut Self) -> Value) -> Value {
        if !self.0.contains_key(name) {
            // Holds the place, should a type mention itself.
            self.0.insert(name.to_owned(), Value::Null);
            let made = made(self);
            self.0.insert(name.to_owned(), made);
        }
        json!({ "$ref": format!("#/components/schemas/{name}") })
    }

    /// All that were mentioned.
    pub(super) fn all(self) -> Map<String, Value> {
        self.0
    }
}

/// A type with a schema.
pub(super) trait Described {
    /// The schema, or a reference to it.
    fn schema(types: &mut Types) -> Value;

    /// Whether a field of the type may be left out.
    fn may_be_left_out() -> bool {
        false
    }
}

macro_rules! plain {
    ($($kind:ty: $schema:tt)*) => {$(
        impl Described for $kind {
            fn schema(_: &mut Types) -> Value {
                json!($schema)
            }
        }
    )*};
}

plain! {
    String: { "type": "string" }
    &'static str: { "type": "string" }
    bool: { "type": "boolean" }
    f32: { "type": "number" }
    u16: { "type": "integer", "minimum": 0 }
    u32: { "type": "integer", "minimum": 0 }
    u64: { "type": "integer", "minimum": 0 }
    RecordId: { "type": "string" }
    KindId: { "type": "string" }
    ScanId: { "type": "string" }
    Quad: {
        "type": "array", "minItems": 4, "maxItems": 4,
        "items": {
            "type": "array", "minItems": 2, "maxItems": 2, "items": { "type": "number" },
        },
    }
}

impl<T: Described> Described for Vec<T> {
    fn schema(types: &mut Types) -> Value {
        json!({ "type": "array", "items": T::schema(types) })
    }
}

impl<T: Described> Described for Option<T> {
    fn schema(types: &mut Types) -> Value {
        json!({ "anyOf": [T::schema(types), { "type": "null" }] })
    }

    fn may_be_left_out() -> bool {
        true
    }
}

impl<T: Described> Described for BTreeMap<String, T> {
    fn schema(types: &mut Types) -> Value {
        json!({ "type": "object", "additionalProperties": T::schema(types) })
    }
}

/// Describes structs. `omitted` stands before a field that is left out where it says
/// nothing; an `as` behind it gives its name in JSON where that is another.
macro_rules! objects {
    ($($name:ident { $($field:ident: $kind:ty $([$mark:ident])? $(as $json:literal)?,)* })*) => {$(
        impl Described for $name {
            fn schema(types: &mut Types) -> Value {
                types.named(stringify!($name), |types| {
                    // Nothing of this runs: it is refused where the fields are others.
                    let _same = |value: $name| {
                        let $name { $($field),* } = value;
                        $(let _is: $kind = $field;)*
                    };
                    let mut properties = Map::new();
                    let mut required: Vec<&str> = Vec::new();
                    $(
                        let name = [$($json,)? stringify!($field)][0];
                        let marked: &[&str] = &[$(stringify!($mark))?];
                        properties.insert(name.to_owned(), <$kind>::schema(types));
                        if marked.is_empty() && !<$kind>::may_be_left_out() {
                            required.push(name);
                        }
                    )*
                    json!({
                        "type": "object", "properties": properties, "required": required,
                    })
                })
            }
        }
    )*};
}

objects! {
    SearchAnswer {
        total: u64,
        at_least: bool [omitted],
        before: u64 [omitted],
        next: Option<String>,
        took_ms: u64,
        hits: Vec<AnsweredHit>,
        understood: Vec<Chip>,
        facets: Option<Facets>,
        held: Option<Held>,
    }
    AnsweredHit {
        record: RecordId,
        kind: KindId,
        score: f32,
        scan: ScanId,
        path: String,
        page: u32,
        fields: BTreeMap<String, Field>,
        highlights: Vec<Quad>,
        matched: Vec<String>,
        why: Vec<String>,
    }
    Chip { taken_for: String, text: String, }
    Held {
        place: Option<String>,
        years: Option<String>,
        of_place: Option<u64>,
        of_years: Option<u64>,
    }
    Facets {
        kind: Vec<Counted>,
        then: Vec<Counted>,
        today: Vec<Counted>,
        decade: Vec<Counted>,
        state: Vec<Counted>,
        collection: Vec<Counted>,
        findings: Vec<Counted>,
        at_least: bool,
    }
    Counted { value: String, count: u64, }
    Field {
        text: String,
        value: Option<String>,
        state: FieldState,
        confidence: f32,
        page: Option<u32>,
        quad: Option<Quad>,
        alternatives: Vec<String> [omitted],
    }
    Finding { rule: String, severity: Severity, fields: Vec<String>, }
    AnsweredRecord {
        record: RecordId,
        kind: KindId,
        scan: ScanId,
        path: String,
        pages: Vec<u32>,
        fields: BTreeMap<String, Field>,
        findings: Vec<Finding>,
    }
    RelatedAnswer { record: RecordId, related: Vec<AnsweredRelated>, }
    AnsweredRelated {
        record: RecordId,
        kind: KindId,
        by: RelatedBy,
        what: String,
        scan: ScanId,
        path: String,
        pages: Vec<u32>,
        fields: BTreeMap<String, Field>,
    }
    PageRow {
        scan: String,
        path: String,
        page: u32,
        width: u32,
        height: u32,
        text: String,
        blank: bool,
        engine: String,
        source: TextSource,
        codes: Vec<CodeRow>,
        name: BTreeMap<String, String> [omitted],
        lines: Vec<LineRow>,
    }
    CodeRow { text: String, quad: Quad, }
    LineRow { text: String, quad: Quad, confidence: f32, words: Vec<WordRow>, }
    WordRow { text: String, quad: Quad, confidence: f32, }
    SuggestAnswer { suggestions: Vec<Suggestion>, }
    Suggestion { kind: Suggested, text: String, shown: String, }
    StatusAnswer {
        version: String,
        counts: BTreeMap<String, u64>,
        kinds: Vec<KindCount>,
    }
    KindCount { kind: String, records: u64, }
    Problem {
        kind: &'static str as "type",
        title: String,
        status: u16,
        detail: Option<String>,
        instance: String,
        request_id: String,
    }
}

/// Describes enums that are one word each; a variant that is missing is refused.
macro_rules! words {
    ($($name:ident { $($variant:ident),* $(,)? })*) => {$(
        impl Described for $name {
            fn schema(types: &mut Types) -> Value {
                types.named(stringify!($name), |_| {
                    let all = [$($name::$variant),*];
                    let _all = |one: $name| match one { $($name::$variant => {})* };
                    let names: Vec<Value> = all.iter().map(written).collect();
                    json!({ "type": "string", "enum": names })
                })
            }
        }
    )*};
}

words! {
    FieldState { Read, Absent, Illegible, NotApplicable, Keyed, Verified, Approved }
    Severity { Info, Warn, Error }
    RelatedBy { SameIdentity, SameCertificate, SameParcel, SamePerson, SameName }
    TextSource { None, Sound, LegacyTcvn3, LegacyVni, Hidden, Garbage, Partial }
    Suggested { Name, Place }
}

fn written(value: &impl Serialize) -> Value {
    serde_json::to_value(value).unwrap_or_default()
}
