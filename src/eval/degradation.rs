//! Pages that were spoiled alike.

use serde_json::Value;

/// Pages are put together by these limits; what is not listed by its value, or by whether
/// it is above zero. The limits part the pages of the corpus into shares of similar size.
const LIMITS: [(&str, &[f64]); 8] = [
    ("skew_deg", &[0.5, 1.0, 2.0]),
    ("texture", &[0.5, 1.0, 2.0]),
    ("noise", &[0.5, 1.0, 2.0]),
    ("blur", &[0.1, 0.3, 0.6]),
    ("jpeg_q", &[50.0, 65.0, 80.0]),
    ("uneven_light", &[0.0, 0.1]),
    ("bleed", &[0.0, 0.1]),
    ("fade", &[0.0, 0.3]),
];

/// A group of pages by one degradation; ordered as in a table.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Bucket {
    /// Place in the table.
    place: i64,
    /// What the pages have in common.
    pub(super) name: String,
}

impl Bucket {
    /// The group of a page on which the degradation `key` has this value; `None` if it is
    /// neither a number nor a word nor yes or no.
    pub(super) fn of(key: &str, value: &Value) -> Option<Self> {
        match value {
            Value::String(name) => Some(Self { place: 0, name: name.clone() }),
            Value::Bool(is) => {
                let name = if *is { "yes" } else { "no" };
                Some(Self { place: i64::from(*is), name: name.to_owned() })
            }
            Value::Number(number) => {
                let limits = LIMITS.iter().find(|(known, _)| *known == key);
                match (limits, number.as_i64()) {
                    (Some((_, limits)), _) => {
                        Some(Self::between(limits, number.as_f64()?))
                    }
                    (None, Some(whole)) if whole != 0 => {
                        Some(Self { place: whole, name: whole.to_string() })
                    }
                    (None, _) => Some(Self::between(&[0.0], number.as_f64()?)),
                }
            }
            _ => None,
        }
    }

    /// The group by size, whatever the direction.
    fn between(limits: &[f64], value: f64) -> Self {
        let size = value.abs();
        let place = limits.iter().take_while(|limit| size > **limit).count();
        let below = place.checked_sub(1).and_then(|at| limits.get(at));
        let name = match (below, limits.get(place)) {
            (None, Some(limit)) if *limit == 0.0 => "0".to_owned(),
            (_, Some(limit)) => format!("to {limit}"),
            (below, None) => format!("over {}", below.copied().unwrap_or_default()),
        };
        Self { place: place as i64, name }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn pages_are_grouped_by_value_or_by_size() {
        for (key, value, expected) in [
            ("paper", json!("cream"), "cream"),
            ("punch", json!(true), "yes"),
            ("rotate", json!(270), "270"),
            ("rotate", json!(0), "0"),
            ("folds", json!(2), "2"),
            ("skew_deg", json!(-0.7), "to 1"),
            ("skew_deg", json!(4), "over 2"),
            ("bleed", json!(0), "0"),
            ("bleed", json!(0.04), "to 0.1"),
            ("perspective", json!(0.0058), "over 0"),
        ] {
            let bucket = Bucket::of(key, &value).unwrap();
            assert_eq!(bucket.name, expected, "{key} {value}");
        }
        assert_eq!(Bucket::of("paper", &json!(null)), None);
    }

    #[test]
    fn groups_are_ordered_by_size_and_not_by_name() {
        let of = |value| Bucket::of("dpi", &json!(value)).unwrap();
        assert!(of(75) < of(150) && of(300) < of(1200));
    }
}
