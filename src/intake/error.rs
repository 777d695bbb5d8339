//! Why a file or page could not be taken in.

use std::borrow::Cow;

use crate::model::Reason;

/// Why a file or one of its pages could not be taken in.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum IntakeError {
    /// There are no bytes.
    #[error("the file is empty")]
    Empty,
    /// The first bytes are of no format that is read.
    #[error("the content is of no known image or document format")]
    UnknownFormat,
    /// A password is needed to open it.
    #[error("a password is needed to open the file")]
    Encrypted,
    /// The structure is broken; `what` says where.
    #[error("{what}")]
    Corrupt {
        /// What does not hold, as a clause in lower case.
        what: Cow<'static, str>,
    },
    /// Something that is sound but not supported.
    #[error("{feature} is not supported")]
    Unsupported {
        /// Its name, e.g. `12-bit JPEG`.
        feature: Cow<'static, str>,
    },
    /// A page declares more pixels than are allowed.
    #[error("a page of {width} x {height} pixels is above the limit of {limit} pixels")]
    TooManyPixels {
        /// Pixels from left to right.
        width: u32,
        /// Pixels from top to bottom.
        height: u32,
        /// Pixels that are allowed.
        limit: u64,
    },
    /// A part of the file needs more memory than is allowed.
    #[error("a part of the file unpacks to more than {limit} bytes")]
    TooManyBytes {
        /// Bytes that are allowed.
        limit: u64,
    },
    /// A page has more drawing steps than are allowed.
    #[error("a page has more than {limit} drawing steps")]
    TooManySteps {
        /// Steps that are allowed.
        limit: u64,
    },
    /// There are more pages than are allowed.
    #[error("the file has more than {limit} pages")]
    TooManyPages {
        /// Pages that are allowed.
        limit: u32,
    },
    /// The file is sound but holds no page.
    #[error("the file has no pages")]
    NoPages,
    /// A page was asked for that the file does not have.
    #[error("page {number} was asked for, but the file has {pages} pages")]
    NoSuchPage {
        /// The page asked for, from 1.
        number: u32,
        /// Pages of the file.
        pages: u32,
    },
    /// A third-party decoder gave up in a way that it should not: it panicked.
    #[error("the {decoder} decoder broke down")]
    Decoder {
        /// Which one.
        decoder: &'static str,
    },
}

impl IntakeError {
    /// The enumerated reason for reports.
    pub fn reason(&self) -> Reason {
        match self {
            Self::Empty => Reason::Empty,
            Self::UnknownFormat => Reason::UnknownFormat,
            Self::Encrypted => Reason::Encrypted,
            Self::Corrupt { .. } | Self::NoSuchPage { .. } | Self::Decoder { .. } => {
                Reason::Corrupt
            }
            Self::Unsupported { .. } => Reason::Unsupported,
            Self::TooManyPixels { .. }
            | Self::TooManyBytes { .. }
            | Self::TooManySteps { .. }
            | Self::TooManyPages { .. } => Reason::TooLarge,
            Self::NoPages => Reason::NoPages,
        }
    }

    /// The structure is broken, as `what` says.
    pub(super) fn corrupt(what: impl Into<Cow<'static, str>>) -> Self {
        Self::Corrupt { what: what.into() }
    }

    /// `feature` is sound but not supported.
    pub(super) fn unsupported(feature: impl Into<Cow<'static, str>>) -> Self {
        Self::Unsupported { feature: feature.into() }
    }
}
