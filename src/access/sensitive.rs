//! Papers and fields that need a right of their own; `index/sensitive.toml` names them.

use serde::Deserialize;

/// The list of sensitive papers cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("`index/sensitive.toml` cannot be used")]
pub struct SensitiveError(#[from] toml::de::Error);

/// What is sensitive.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sensitive {
    /// Names of kinds of document.
    kinds: Vec<String>,
    /// Ends of the names of fields.
    field_endings: Vec<String>,
}

impl Sensitive {
    /// The list that is built in.
    ///
    /// # Errors
    ///
    /// If it is not what this program reads, which a test rules out.
    pub fn embedded() -> Result<Self, SensitiveError> {
        Ok(toml::from_str(include_str!("../../index/sensitive.toml"))?)
    }

    /// Names of the kinds that need the right.
    pub fn kinds(&self) -> &[String] {
        &self.kinds
    }

    /// Ends of the names of the fields that need the right.
    pub fn field_endings(&self) -> &[String] {
        &self.field_endings
    }

    /// Whether papers of this kind need the right.
    pub fn is_kind(&self, kind: &str) -> bool {
        self.kinds.iter().any(|known| known == kind)
    }

    /// Whether the field needs the right, whatever the paper.
    pub fn is_field(&self, field: &str) -> bool {
        self.field_endings.iter().any(|ending| field.ends_with(ending.as_str()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn recognition_of_a_child_and_the_cause_of_death_are_sensitive() {
        let sensitive = Sensitive::embedded().expect("the embedded list");
        assert!(sensitive.is_kind("trich-luc-nhan-cha-me-con"));
        assert!(!sensitive.is_kind("so-khai-sinh"));
        assert!(sensitive.is_field("nktNguyenNhanChet"));
        assert!(!sensitive.is_field("nktHoTen"));
    }

    #[test]
    fn no_sensitive_field_is_found_by_those_who_do_not_see_it() {
        let sensitive = Sensitive::embedded().expect("the embedded list");
        let schema = &crate::config::index::IndexDefinitions::get().schema;
        for ending in &sensitive.field_endings {
            for start in ["", "nkt", "nks", "x"] {
                let field = format!("{start}{ending}");
                assert!(!schema.is_open_to_all(&field), "{field}");
            }
        }
        assert!(schema.is_guarded("nktNguyenNhanChet"));
        assert!(!schema.is_guarded("note") && schema.is_open_to_all("note"));
    }

    #[test]
    fn every_kind_that_is_named_has_a_definition_or_is_known_to_have_none_yet() {
        let sensitive = Sensitive::embedded().expect("the embedded list");
        let kinds = crate::config::built_in_kinds().expect("kinds");
        for kind in &sensitive.kinds {
            let is_known = kinds.kinds().any(|known| known.id.0 == *kind);
            assert!(is_known || kind.ends_with("con-nuoi"), "{kind}");
        }
    }
}
