//! What became of a file, and why: an enumeration, so that a script and a person can sort
//! by it. Meanings are in `docs/command-line.md`.

use serde::{Serialize, Serializer};

use crate::model::Reason;
use crate::model::ScanId;

/// What became of one file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Fate {
    /// Its pages were read in this run.
    Ingested,
    /// Its bytes were in the archive already.
    Duplicate,
    /// It lies in the archive but could not be read.
    Quarantined,
    /// It could not even be copied in.
    Failed,
    /// The run was stopped before it was done, or it is still being copied.
    Waiting,
}

impl Fate {
    /// The name in reports, e.g. `quarantined`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Ingested => "ingested",
            Self::Duplicate => "duplicate",
            Self::Quarantined => "quarantined",
            Self::Failed => "failed",
            Self::Waiting => "waiting",
        }
    }
}

/// Why a file or page was not ingested.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Why {
    /// It was set aside or could not be copied in.
    SetAside(Reason),
    /// It lies in the archive unchanged since an earlier run.
    AlreadyIn,
    /// Another file with the same bytes is in the archive.
    SameBytes,
    /// Its size or time changed while it was looked at.
    StillCopied,
    /// The run ended before its turn, or before its last page was read.
    NotBegun,
}

impl Why {
    /// It could not be opened or read from its disk.
    pub const UNREADABLE: Self = Self::SetAside(Reason::Unreadable);

    /// The name in reports, e.g. `same-bytes`.
    pub fn name(self) -> &'static str {
        match self {
            Self::SetAside(reason) => reason.name(),
            Self::AlreadyIn => "already-in",
            Self::SameBytes => "same-bytes",
            Self::StillCopied => "still-copied",
            Self::NotBegun => "not-begun",
        }
    }

    /// What a person can do about it.
    pub fn remedy(self) -> &'static str {
        match self {
            Self::SetAside(reason) => reason.remedy(),
            Self::AlreadyIn | Self::SameBytes => "nothing to do",
            Self::StillCopied => {
                "wait until it is copied, then run the same command again"
            }
            Self::NotBegun => "run the same command again",
        }
    }

    /// What becomes of a whole file for that reason.
    pub fn fate(self) -> Fate {
        match self {
            Self::UNREADABLE => Fate::Failed,
            Self::SetAside(_) => Fate::Quarantined,
            Self::AlreadyIn | Self::SameBytes => Fate::Duplicate,
            Self::StillCopied | Self::NotBegun => Fate::Waiting,
        }
    }
}

impl Serialize for Why {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

/// What became of a file, told when it is known: one line of the log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FileNotice {
    /// Where it was found.
    pub path: String,
    /// Its id, where it lies in the archive.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scan: Option<ScanId>,
    /// What became of it.
    pub fate: Fate,
    /// Why it was not ingested.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub why: Option<Why>,
    /// In detail.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub message: String,
    /// Its pages, where they are known.
    pub pages: u64,
    /// Its records.
    pub records: u64,
}
