//! The rules as they are written in `pipelines/rules.toml`.

use std::sync::LazyLock;

use serde::Deserialize;

use crate::model::{KindId, Severity};

/// The rules that come with the program.
const BUILT_IN: &str = include_str!("../../../pipelines/rules.toml");

/// What stands for a role in the field names of a rule.
const ROLE: &str = "{}";

/// Why rules could not be read.
#[derive(Debug, thiserror::Error)]
#[error("the rules cannot be read: {0}")]
pub struct RulesError(#[from] toml::de::Error);

/// All rules, with what counts for each that says nothing else.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RuleSet {
    /// Fields that give a record its day, the first that is known.
    pub(super) record_date: Vec<String>,
    /// Confidence (0–1) below which a finding is `Info`.
    pub(super) sure: f32,
    /// In the order of the file.
    #[serde(rename = "rule", default)]
    pub(super) rules: Vec<Rule>,
    /// What codes on paper say.
    #[serde(rename = "code", default)]
    pub(super) codes: Vec<CodeRule>,
}

impl RuleSet {
    /// Reads rules from TOML.
    ///
    /// # Errors
    ///
    /// Where the text is no TOML, a key is unknown or missing: with line and column.
    pub fn read(text: &str) -> Result<Self, RulesError> {
        Ok(toml::from_str(text)?)
    }

    /// The rules that come with the program.
    pub fn built_in() -> &'static Self {
        static RULES: LazyLock<RuleSet> =
            LazyLock::new(|| RuleSet::read(BUILT_IN).unwrap_or_default());
        &RULES
    }

    /// What a person reads beside a finding of that name; of the first rule that bears it.
    pub fn says(&self, name: &str) -> Option<&str> {
        let rules = self.rules.iter().map(|rule| (&rule.name, &rule.says));
        let codes = self.codes.iter().map(|code| (&code.name, &code.says));
        rules
            .chain(codes)
            .find(|(other, _)| *other == name)
            .map(|(_, says)| says.as_str())
    }

    /// Every field name that the rules speak of, roles filled in, for the check of
    /// definitions; sorted.
    pub fn fields(&self) -> Vec<String> {
        let mut fields: Vec<String> = self
            .rules
            .iter()
            .flat_map(|rule| rule.roles().map(|role| rule.check.for_role(role)))
            .flat_map(Check::fields)
            .collect();
        fields.sort();
        fields.dedup();
        fields
    }
}

/// One rule.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Rule {
    pub(super) name: String,
    pub(super) says: String,
    pub(super) severity: Severity,
    #[serde(default)]
    kinds: Vec<String>,
    #[serde(default)]
    roles: Vec<String>,
    pub(super) from: Option<String>,
    pub(super) until: Option<String>,
    pub(super) sure: Option<f32>,
    pub(super) check: Check,
}

impl Rule {
    /// Whether the rule is for documents of `kind`.
    pub(super) fn is_for(&self, kind: &KindId) -> bool {
        self.kinds.is_empty() || self.kinds.contains(&kind.0)
    }

    /// Its roles; one empty role for a rule without roles.
    pub(super) fn roles(&self) -> impl Iterator<Item = &str> {
        let none = self.roles.is_empty().then_some("");
        none.into_iter().chain(self.roles.iter().map(String::as_str))
    }
}

/// What a code on paper says, part by part.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct CodeRule {
    pub(super) name: String,
    pub(super) says: String,
    pub(super) severity: Severity,
    pub(super) kinds: Vec<String>,
    pub(super) separator: String,
    pub(super) parts: Vec<String>,
}

/// A comparison with the fields that it compares.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(super) enum Check {
    Order {
        first: String,
        then: String,
    },
    Age {
        born: String,
        at: String,
        least: Option<u16>,
        most: Option<u16>,
    },
    Within {
        field: String,
        least: u32,
        most: u32,
    },
    Period {
        field: String,
        from: Option<String>,
        until: Option<String>,
    },
    DateWords {
        digits: String,
        words: String,
    },
    NumberWords {
        digits: String,
        words: String,
    },
    Parts {
        text: String,
        total: String,
        tolerance: f64,
    },
    YearOf {
        number: String,
        date: String,
        #[serde(default)]
        latest: bool,
    },
    IdSex {
        id: String,
        sex: Option<String>,
        is: Option<String>,
    },
    IdYear {
        id: String,
        born: String,
    },
    IdProvince {
        id: String,
    },
    TwoPeople {
        names: [String; 2],
        marks: Vec<[String; 2]>,
    },
    OneOf {
        field: String,
        others: Vec<String>,
    },
}

impl Check {
    /// The check with `role` in the names of its fields.
    pub(super) fn for_role(&self, role: &str) -> Self {
        let mut check = self.clone();
        for name in check.names() {
            *name = name.replace(ROLE, role);
        }
        check
    }

    /// The names of its fields.
    fn fields(mut self) -> Vec<String> {
        self.names().into_iter().map(|name| name.clone()).collect()
    }

    fn names(&mut self) -> Vec<&mut String> {
        match self {
            Self::Order { first: a, then: b }
            | Self::Age { born: a, at: b, .. }
            | Self::DateWords { digits: a, words: b }
            | Self::NumberWords { digits: a, words: b }
            | Self::Parts { text: a, total: b, .. }
            | Self::YearOf { number: a, date: b, .. }
            | Self::IdYear { id: a, born: b } => vec![a, b],
            Self::Within { field, .. } | Self::Period { field, .. } => vec![field],
            Self::IdProvince { id } => vec![id],
            Self::IdSex { id, sex, .. } => std::iter::once(id).chain(sex).collect(),
            Self::TwoPeople { names, marks } => {
                names.iter_mut().chain(marks.iter_mut().flatten()).collect()
            }
            Self::OneOf { field, others } => {
                std::iter::once(field).chain(others).collect()
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_built_in_rules_are_read_and_each_says_what_it_means() {
        let rules = RuleSet::read(BUILT_IN).expect("rules");
        assert!(rules.rules.len() > 30 && !rules.codes.is_empty());
        assert!(rules.rules.iter().all(|rule| !rule.says.is_empty()));
        assert!(rules.fields().contains(&"chongNgaySinh".to_owned()));
        assert!(!rules.fields().iter().any(|name| name.contains(ROLE)));
    }

    #[test]
    fn an_unknown_key_is_refused_with_its_line() {
        let wrong = "record_date = []\nsure = 0.5\nsurely = 1\n";
        let error = RuleSet::read(wrong).expect_err("an unknown key");
        assert!(error.to_string().contains("line 3"), "{error}");
    }
}
