//! Decimal commas that a hand makes small and an engine overlooks.
//!
//! Who measures areas to a tenth writes most of a page so, `1956,0` too. An area without a
//! comma among others that have one is doubted; what it would be with one stands beside it.
//! Where at least half have one, and it has five digits or more, it is taken to have lost its
//! comma: parcels of a hectare are few, and the tenth of a small one is written.

use crate::config::kind::Table;
use crate::extract::normal::with_tenth;
use crate::extract::record::Entry;

/// Fewest areas of a table that tell how they are written in it.
const FEWEST: usize = 5;
/// Share of them that have a comma where it is usual: some are overlooked, none is made up.
const USUAL: f32 = 0.34;
/// Share of them from which on a long one without a comma has lost it.
const MOST: f32 = 0.5;
/// Digits from which on an area may hold its tenth, and from which on it does.
const WITH_TENTH: usize = 3;
const HOLDS_TENTH: usize = 5;
/// How sure an area is at most that stands without a comma, and one that got it back.
const DOUBTED: f32 = 0.8;
const TOLD: f32 = 0.7;

/// Doubts the areas of a table that stand without a comma where many have one, and gives it
/// back to long ones where most do.
pub(super) fn settle(table: &Table, lines: &mut [Entry]) {
    let areas = table.columns.iter().filter(|column| column.value_type == "area");
    for name in areas.map(|column| &column.name) {
        let values: Vec<&str> = lines
            .iter()
            .filter_map(|line| line.fields.get(name)?.value.as_deref())
            .collect();
        let with_comma = values.iter().filter(|value| value.contains('.')).count();
        if values.len() < FEWEST || (with_comma as f32) < USUAL * values.len() as f32 {
            continue;
        }
        let is_lost = with_comma as f32 >= MOST * values.len() as f32;
        for line in &mut *lines {
            let Some(field) = line.fields.get_mut(name) else { continue };
            let Some(value) = field.value.clone().filter(|it| !it.contains('.')) else {
                continue;
            };
            let other = with_tenth(&value).filter(|_| value.len() >= WITH_TENTH);
            field.confidence = field.confidence.min(DOUBTED);
            field.alternatives.retain(|it| Some(it) != other.as_ref());
            if is_lost && value.len() >= HOLDS_TENTH {
                field.value = other;
                field.confidence = field.confidence.min(TOLD);
                field.alternatives.insert(0, value);
            } else {
                field.alternatives.splice(0..0, other);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::model::{Field, FieldState};

    fn table() -> Table {
        let column =
            r#"columns = [{ name = "area_m2", type = "area", labels = ["Diện tích"] }]"#;
        toml::from_str(column).unwrap()
    }

    fn fields(values: &[&str]) -> Vec<Field> {
        let line = |value: &&str| {
            let field = Field {
                text: (*value).to_owned(),
                value: Some((*value).to_owned()),
                state: FieldState::Read,
                confidence: 0.98,
                page: Some(1),
                quad: None,
                alternatives: Vec::new(),
            };
            Entry {
                fields: BTreeMap::from([("area_m2".to_owned(), field)]),
                names: BTreeMap::new(),
                pages: vec![1],
                sheet: 0,
            }
        };
        let mut lines: Vec<Entry> = values.iter().map(line).collect();
        settle(&table(), &mut lines);
        lines.into_iter().filter_map(|mut line| line.fields.remove("area_m2")).collect()
    }

    fn confidences(values: &[&str]) -> Vec<f32> {
        fields(values).iter().map(|field| field.confidence).collect()
    }

    #[test]
    fn an_area_without_a_comma_is_doubted_where_others_have_one() {
        let mixed = ["19193", "781.4", "749.0", "2926", "32947"];
        let doubted = [DOUBTED, 0.98, 0.98, DOUBTED, DOUBTED];
        assert_eq!(confidences(&mixed), doubted);
        let fields = fields(&mixed);
        assert_eq!(
            fields[0].value.as_deref(),
            Some("19193"),
            "two of five tell too little"
        );
        assert_eq!(fields[0].alternatives, ["1919.3"]);
        assert!(fields[1].alternatives.is_empty());
        let whole = ["797", "4956", "100", "12.3", "616"];
        assert_eq!(confidences(&whole), [0.98; 5], "whole metres are usual here");
        assert_eq!(confidences(&["1.5", "2.5", "3"]), [0.98; 3], "too few to tell");
    }

    #[test]
    fn where_half_have_a_comma_a_long_area_gets_it_back() {
        let fields = fields(&["797.5", "4956", "100.0", "12.3", "32947"]);
        let value = |at: usize| fields[at].value.as_deref();
        assert_eq!(value(4), Some("3294.7"));
        assert_eq!(fields[4].alternatives, ["32947"], "what was read stands beside");
        assert!(fields[4].confidence <= TOLD);
        assert_eq!(value(1), Some("4956"), "whole metres are written too");
        assert_eq!((value(0), fields[0].confidence), (Some("797.5"), 0.98));
    }
}
