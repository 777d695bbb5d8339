//! `index/lookup.toml`: the columns of a list of names that is looked up.

use std::sync::OnceLock;

use serde::Deserialize;

use crate::model::fold;

/// What a column of a list holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LookupMeaning {
    /// The name of the person who is looked for; a list without it cannot be looked up.
    Name,
    /// Date or year of birth.
    Born,
    /// Any place.
    Place,
    /// The father's name.
    Father,
    /// The mother's name.
    Mother,
    /// The number of an identity paper.
    Identity,
    /// Number of the entry.
    Register,
}

/// A column that is understood.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LookupColumn {
    /// What it holds.
    pub meaning: LookupMeaning,
    /// How a value is asked for; `{x}` is the value.
    pub ask: String,
    /// What stands above it.
    headings: Vec<String>,
}

/// The columns that are understood.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LookupColumns {
    /// Of the file.
    pub version: u32,
    /// In the order in which they are asked for.
    pub column: Vec<LookupColumn>,
}

impl LookupColumns {
    /// The columns that the program carries. Should the file not parse, which a test rules
    /// out, no list is understood.
    pub fn get() -> &'static Self {
        static LOADED: OnceLock<LookupColumns> = OnceLock::new();
        LOADED.get_or_init(|| Self::parsed().unwrap_or_default())
    }

    fn parsed() -> Result<Self, toml::de::Error> {
        toml::from_str(include_str!("../../index/lookup.toml"))
    }

    /// The position of the column of that heading.
    pub fn position(&self, heading: &str) -> Option<usize> {
        let key = key(heading);
        let is_it = |column: &LookupColumn| {
            column.headings.iter().any(|known| self::key(known) == key)
        };
        self.column.iter().position(is_it)
    }
}

/// A heading as it is compared.
fn key(heading: &str) -> String {
    fold(heading).chars().filter(|letter| letter.is_alphanumeric()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headings_are_known_in_both_languages_however_they_are_written() {
        let columns = LookupColumns::parsed().expect("lookup.toml");
        let meaning = |heading: &str| {
            columns.position(heading).map(|at| columns.column[at].meaning)
        };
        for (heading, expected) in [
            ("Họ và tên", Some(LookupMeaning::Name)),
            ("HO TEN", Some(LookupMeaning::Name)),
            ("full_name", Some(LookupMeaning::Name)),
            ("Ngày, tháng, năm sinh", Some(LookupMeaning::Born)),
            ("Father's name", Some(LookupMeaning::Father)),
            ("ghi chú", None),
            ("", None),
        ] {
            assert_eq!(meaning(heading), expected, "{heading}");
        }
    }

    #[test]
    fn no_heading_has_two_meanings_and_every_question_has_its_blank() {
        let columns = LookupColumns::get();
        for (at, column) in columns.column.iter().enumerate() {
            assert!(column.ask.contains("{x}"), "{}", column.ask);
            for heading in &column.headings {
                assert_eq!(columns.position(heading), Some(at), "{heading}");
            }
        }
    }
}
