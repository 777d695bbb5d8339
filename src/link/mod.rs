//! Records that belong together, proposed with their reasons and never merged: one person
//! on several papers, one parcel, a certificate and what cites it, an entry and what
//! changed it.
//!
//! ```text
//! record ─marks─▶ rare marks it shares with others ─compare─▶ links with points and reasons
//! ```
//!
//! Wrong is worse than missing: what contradicts (two dates of birth, two numbers) takes
//! points away or ends the comparison, and what many records share is no mark.

mod archive;
mod compare;
mod marks;
mod place;
mod rules;
#[cfg(test)]
mod tests;

use serde::{Deserialize, Serialize};

use crate::model::{Record, RecordId};
use rules::Rules;

pub use archive::{LinkError, Links, most_telling};
pub use compare::{is_on_one_paper, links_between};
pub use marks::questions;

/// Why two records belong together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LinkKind {
    /// Both are of one entry: a book and its certificate or extract.
    SameEntry,
    /// This record changes what the other says, or the other way round.
    Amends,
    /// One is a certificate, the other names its serial.
    Certificate,
    /// Both are of one parcel.
    SameParcel,
    /// One person is on both.
    SamePerson,
}

impl LinkKind {
    /// The name in exports and of the texts about it.
    pub fn name(self) -> &'static str {
        match self {
            Self::SameEntry => "same-entry",
            Self::Amends => "amends",
            Self::Certificate => "certificate",
            Self::SameParcel => "same-parcel",
            Self::SamePerson => "same-person",
        }
    }
}

/// How far a link can be relied on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Strength {
    /// Several independent agreements, nothing against it.
    Strong,
    /// Enough to be looked at.
    Likely,
}

/// What two records have in common, or not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Reason {
    /// The number of identity.
    Id,
    /// The name, every letter.
    Name,
    /// The name but for accents.
    NameFolded,
    /// The whole date of birth.
    Born,
    /// Year and month of birth.
    BornMonth,
    /// The year of birth.
    BornYear,
    /// Another person of both has one name too.
    Kin,
    /// Two others.
    KinTwo,
    /// They name one commune, mergers counted in.
    Commune,
    /// The numbers of identity differ in one or two digits.
    IdDiffers,
    /// Day or month of birth differ.
    BornDiffers,
    /// Number and year of the entry.
    Entry,
    /// The day of the entry.
    EntryDate,
    /// The serial of the certificate.
    Serial,
    /// Sheet and parcel.
    Parcel,
    /// The area.
    Area,
    /// The number of the decision.
    Decision,
    /// One is written on the paper that the other is.
    Paper,
}

impl Reason {
    /// The name in exports and of the texts about it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Id => "id",
            Self::Name => "name",
            Self::NameFolded => "name-folded",
            Self::Born => "born",
            Self::BornMonth => "born-month",
            Self::BornYear => "born-year",
            Self::Kin => "kin",
            Self::KinTwo => "kin-two",
            Self::Commune => "commune",
            Self::IdDiffers => "id-differs",
            Self::BornDiffers => "born-differs",
            Self::Entry => "entry",
            Self::EntryDate => "entry-date",
            Self::Serial => "serial",
            Self::Parcel => "parcel",
            Self::Area => "area",
            Self::Decision => "decision",
            Self::Paper => "paper",
        }
    }
}

/// A proposal that a record belongs to another.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Link {
    /// Why.
    pub kind: LinkKind,
    /// How far it can be relied on.
    pub strength: Strength,
    /// The other record.
    pub record: RecordId,
    /// Role of the person in this record; empty unless it is about one.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub role: String,
    /// Role of the person in the other record; empty unless it is about one.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub other_role: String,
    /// What speaks for it and against it.
    pub reasons: Vec<Reason>,
}

impl Link {
    /// Whether `other`, to which it leads, very likely changes what the record says.
    pub fn is_change(&self, other: &Record) -> bool {
        let rules = Rules::get();
        let named = [Reason::Paper, Reason::Decision];
        let is_named = self.reasons.iter().any(|reason| named.contains(reason));
        let kind = &other.kind.0;
        self.kind == LinkKind::Amends
            && self.strength == Strength::Strong
            && (rules.changes.contains(kind)
                || is_named && rules.amendments.contains(kind)
                || marks::is_written_change(other))
    }
}
