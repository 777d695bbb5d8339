//! How far people have checked a record.

use serde::{Deserialize, Serialize};

use crate::model::{FieldState, Record};

/// How far people have checked a record.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(rename_all = "kebab-case")]
pub enum Checked {
    /// Nobody has: as the machine read it.
    Read,
    /// Some of its values.
    Partly,
    /// Every value was typed or checked by a person.
    Keyed,
    /// Every value was checked by a second person.
    Verified,
    /// Every value is approved.
    Approved,
}

impl Checked {
    /// All states; the position of one is its number in the index.
    pub const ALL: [Self; 5] =
        [Self::Read, Self::Partly, Self::Keyed, Self::Verified, Self::Approved];

    /// The name in addresses and answers.
    pub fn name(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Partly => "partly",
            Self::Keyed => "keyed",
            Self::Verified => "verified",
            Self::Approved => "approved",
        }
    }

    /// The state of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.name() == name)
    }

    /// How far a record is checked.
    pub(super) fn of(record: &Record) -> Self {
        let rank = |state: FieldState| match state {
            FieldState::Read => Some(Self::Read),
            FieldState::Keyed => Some(Self::Keyed),
            FieldState::Verified => Some(Self::Verified),
            FieldState::Approved => Some(Self::Approved),
            FieldState::Absent | FieldState::Illegible | FieldState::NotApplicable => {
                None
            }
        };
        let ranks = || record.fields.values().filter_map(|field| rank(field.state));
        match (ranks().min(), ranks().max()) {
            (Some(Self::Read), Some(most)) if most > Self::Read => Self::Partly,
            (least, _) => least.unwrap_or(Self::Read),
        }
    }
}
