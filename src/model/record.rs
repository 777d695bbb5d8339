//! A record: one entry read off paper, every value with its evidence.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{KindId, Quad, ScanId};

/// Identity of a record, stable over runs: made from its scan, page and place in order.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct RecordId(pub String);

/// What is known about a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FieldState {
    /// Read by the machine.
    Read,
    /// The paper is blank there.
    Absent,
    /// Something is written that could not be read.
    Illegible,
    /// The form says that there is no value (`-/-`).
    NotApplicable,
    /// Typed by a person.
    Keyed,
    /// Checked by a second person.
    Verified,
    /// Approved.
    Approved,
}

/// One value of a record, with its evidence.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Field {
    /// As it stands on the paper.
    pub text: String,
    /// Normalized, e.g. `1987-03-05`, or `1987` where only the year is written; `None`
    /// where the state has no value.
    pub value: Option<String>,
    /// How it is known.
    pub state: FieldState,
    /// How likely the value is right, 0–1.
    pub confidence: f32,
    /// Page of the scan, from 1; `None` if the value was inferred.
    pub page: Option<u32>,
    /// Where it was read; `None` if the value was inferred.
    pub quad: Option<Quad>,
    /// Second and third readings of a doubtful value, best first, without the value.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub alternatives: Vec<String>,
}

/// How bad a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Severity {
    /// Worth knowing.
    Info,
    /// A person should look.
    Warn,
    /// Cannot be right.
    Error,
}

/// Two statements on the paper that do not go together. It never changes a value.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Finding {
    /// Name of the rule, e.g. `death-before-birth`.
    pub rule: String,
    /// How bad it is.
    pub severity: Severity,
    /// The fields concerned.
    pub fields: Vec<String>,
}

/// One entry: one birth in a register page that may hold four, one certificate.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Record {
    /// Its identity.
    pub record: RecordId,
    /// What kind of document it was read from.
    pub kind: KindId,
    /// The file.
    pub scan: ScanId,
    /// The pages it stands on, from 1, ascending.
    pub pages: Vec<u32>,
    /// By name.
    pub fields: BTreeMap<String, Field>,
    /// What does not go together.
    pub findings: Vec<Finding>,
}
