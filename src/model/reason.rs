//! Why a file or a page was set aside.

use serde::{Deserialize, Serialize};

/// Why something could not be taken in. Every variant has a remedy for a person.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Reason {
    /// The file has no bytes.
    Empty,
    /// The content is of no kind that can be read, whatever the name says.
    UnknownFormat,
    /// A user password is needed to open the file.
    Encrypted,
    /// The file's structure is broken and could not be repaired.
    Corrupt,
    /// The file uses a feature that is not supported; the message names it.
    Unsupported,
    /// A page has more pixels, or a file unpacks to more bytes, than the limits allow.
    TooLarge,
    /// The file holds no page.
    NoPages,
    /// Work on it passed its time limit.
    Timeout,
    /// The worker process died on it, twice.
    Crash,
    /// The file could not be opened or read from its disk.
    Unreadable,
}

impl Reason {
    /// All of them, in the order of the documentation.
    pub const ALL: [Self; 10] = [
        Self::Empty,
        Self::UnknownFormat,
        Self::Encrypted,
        Self::Corrupt,
        Self::Unsupported,
        Self::TooLarge,
        Self::NoPages,
        Self::Timeout,
        Self::Crash,
        Self::Unreadable,
    ];

    /// The name in reports, e.g. `unknown-format`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Empty => "empty",
            Self::UnknownFormat => "unknown-format",
            Self::Encrypted => "encrypted",
            Self::Corrupt => "corrupt",
            Self::Unsupported => "unsupported",
            Self::TooLarge => "too-large",
            Self::NoPages => "no-pages",
            Self::Timeout => "timeout",
            Self::Crash => "crash",
            Self::Unreadable => "unreadable",
        }
    }

    /// What a person can do about it.
    pub fn remedy(self) -> &'static str {
        match self {
            Self::Empty => "copy the file again from where it was scanned",
            Self::UnknownFormat => "check that it is a scan; convert it to PDF or TIFF",
            Self::Encrypted => "save it again without the password",
            Self::Corrupt => "copy it again, or scan the paper again",
            Self::Unsupported => {
                "save it again as PDF, TIFF, JPEG or PNG with another program"
            }
            Self::TooLarge => "scan it again at 300 dpi, or split it",
            Self::NoPages => "check that it was saved completely",
            Self::Timeout => {
                "try `sohoa quarantine retry`; if it fails again, save it again with another program"
            }
            Self::Crash => {
                "save it again with another program, and report the file's format to the makers"
            }
            Self::Unreadable => {
                "check the disk and the access rights, then run the same command again"
            }
        }
    }

    /// The reason of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|reason| reason.name() == name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_reason_is_found_by_its_name() {
        for reason in Reason::ALL {
            assert_eq!(Reason::from_name(reason.name()), Some(reason));
            assert_eq!(
                serde_json::to_string(&reason).expect("a name"),
                format!("\"{}\"", reason.name())
            );
        }
    }
}
