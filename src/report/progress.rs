//! How far a run is.

/// How far a run is, for whoever watches it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Progress {
    /// Files seen so far.
    pub files: u64,
    /// Pages that are read.
    pub pages_done: u64,
    /// Pages known so far, with an estimate for files that are not opened yet.
    pub pages_expected: u64,
    /// Files and pages that were set aside.
    pub set_aside: u64,
}
