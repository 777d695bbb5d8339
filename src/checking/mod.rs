//! How people check what was read: steps, by whom, and what becomes of a field.
//!
//! ```text
//! read ─key─▶ keyed ─verify─▶ verified ─approve─▶ (done)
//!       └────▶ keyed-once ─second, blind─▶ keyed, if both are alike
//!                                     └──▶ disputed ─third─▶ verified, if it is one of the two
//! ```
//!
//! No account takes two steps at the same field, whatever its roles.

mod answer;
mod plan;
mod rules;

pub use answer::{Answer, Outcome, outcome};
pub use plan::{plan, strict};
pub use rules::{CheckRules, CheckRulesError};

/// One step of checking.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// The machine's reading is confirmed or corrected.
    Key,
    /// Keyed again by somebody who sees nothing but the paper.
    Second,
    /// Decides where two differ.
    Third,
    /// Compares what was keyed with the paper.
    Verify,
    /// Takes responsibility.
    Approve,
}

/// Step, its name, and the stage of the fields that wait for it.
const STEPS: [(Step, &str, &str); 5] = [
    (Step::Key, "key", "read"),
    (Step::Second, "second", "keyed-once"),
    (Step::Third, "third", "disputed"),
    (Step::Verify, "verify", "keyed"),
    (Step::Approve, "approve", "verified"),
];

impl Step {
    /// Every step, in their order.
    pub const ALL: [Self; 5] =
        [Self::Key, Self::Second, Self::Third, Self::Verify, Self::Approve];

    /// As in addresses and decisions.
    pub fn name(self) -> &'static str {
        STEPS.iter().find(|row| row.0 == self).map_or("", |row| row.1)
    }

    /// The step of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        STEPS.iter().find(|row| row.1 == name).map(|row| row.0)
    }

    /// The stage of the fields that wait for it.
    pub fn stage(self) -> &'static str {
        STEPS.iter().find(|row| row.0 == self).map_or("", |row| row.2)
    }

    /// Whether whoever takes it sees nothing but the paper.
    pub fn is_blind(self) -> bool {
        self == Self::Second
    }
}
