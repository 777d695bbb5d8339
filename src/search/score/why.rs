//! Why a hit is there: how well each part agrees, and what is worth a note.

use serde::Serialize;

use crate::search::similarity::Tier;

/// Why a hit is there.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Why {
    /// How the weakest part that counts agrees.
    pub tier: Tier,
    /// Things that a clerk should know before believing the hit.
    pub notes: Vec<Note>,
}

/// Something about a hit that a clerk should know.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case", tag = "note")]
pub enum Note {
    /// The person has another role than asked for.
    OtherRole {
        /// The role in the record.
        role: String,
    },
    /// The words are the names of two people.
    TwoPeople,
    /// The name is a second or third reading of the paper.
    SecondReading,
    /// The year is off by so many.
    YearOff {
        /// Years between.
        years: u16,
    },
    /// The place of the record went into the one asked for.
    WentInto {
        /// The unit in the record.
        unit: String,
    },
    /// The place of the record came of the one asked for.
    CameOf {
        /// The unit in the record.
        unit: String,
    },
    /// The place is not in the record.
    NoPlace,
    /// The kind of paper is another one.
    OtherKind,
    /// A digit or two of a number are off.
    NumberNear,
}

/// What becomes of one reading while its wishes are looked at.
pub(super) struct Sum {
    pub(super) weight: f32,
    pub(super) value: f32,
    pub(super) tier: Tier,
    /// `None` while only the value is asked for: most records are never shown.
    pub(super) details: Option<Details>,
}

/// What is told of a hit that is shown.
#[derive(Debug, Default)]
pub(super) struct Details {
    pub(super) notes: Vec<Note>,
    pub(super) matched: Vec<(String, Vec<String>)>,
}

impl Sum {
    pub(super) fn new(details: Option<Details>) -> Self {
        Self { weight: 0.0, value: 0.0, tier: Tier::Exact, details }
    }

    pub(super) fn add(&mut self, weight: f32, value: f32) {
        self.weight += weight;
        self.value += weight * value;
        // Less than half of what was asked for there: the hit is a part.
        if value < 0.5 {
            self.tier = Tier::Partial;
        }
    }

    pub(super) fn note(&mut self, note: impl FnOnce() -> Note) {
        if let Some(details) = &mut self.details {
            let note = note();
            if !details.notes.contains(&note) {
                details.notes.push(note);
            }
        }
    }

    pub(super) fn matched(
        &mut self,
        matched: impl FnOnce() -> Option<(String, Vec<String>)>,
    ) {
        if let Some(details) = &mut self.details {
            details.matched.extend(matched());
        }
    }
}
