//! The kind of a document, such as `so-khai-sinh`.

use serde::{Deserialize, Serialize};

/// Name of a kind: lower-case Vietnamese without accents, words joined by `-`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct KindId(pub String);

impl KindId {
    /// What no definition recognises.
    pub const UNKNOWN: &'static str = "unknown";

    /// The kind that says that no definition recognised the paper.
    pub fn unknown() -> Self {
        Self(Self::UNKNOWN.to_owned())
    }
}

impl std::fmt::Display for KindId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

/// What people call a kind, and the family it belongs to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Kind {
    /// The name in exports.
    pub id: KindId,
    /// The title as a Vietnamese clerk would say it, e.g. `Sổ đăng ký khai sinh`.
    pub title: String,
    /// `civil-status` or `land`.
    pub family: String,
}
