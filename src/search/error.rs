//! Why the index cannot be opened, written or searched.

use std::path::PathBuf;

/// Why the index cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SearchError {
    /// The folder was made by another version of `index/schema.toml`.
    #[error("index has schema {found}, expected {expected}: run `sohoa reindex`")]
    OldSchema {
        /// Version in the folder.
        found: u32,
        /// Version of this program.
        expected: u32,
    },
    /// The folder cannot be made, or its sidecar not be read or written.
    #[error("index folder `{folder}` cannot be used")]
    Folder {
        /// The folder.
        folder: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// Another process has the only writer.
    #[error("index `{folder}` is being written by another process: wait until it ends")]
    Busy {
        /// The folder.
        folder: PathBuf,
        /// The lock that is held.
        source: tantivy::TantivyError,
    },
    /// The engine failed; the index is derived and can be made again.
    #[error("index failed: run `sohoa reindex`")]
    Engine(#[from] tantivy::TantivyError),
    /// A thread that made forms of records broke off: an error of this program.
    #[error("indexing broke off: run `sohoa reindex`")]
    BrokeOff,
    /// A stored form does not parse: the index is damaged.
    #[error("index holds a damaged entry: run `sohoa reindex`")]
    Damaged,
}

impl SearchError {
    /// Whether the disk is full: to be continued when there is room again.
    pub fn is_disk_full(&self) -> bool {
        let full = std::io::ErrorKind::StorageFull;
        match self {
            Self::Folder { source, .. } => source.kind() == full,
            Self::Engine(tantivy::TantivyError::IoError(source)) => source.kind() == full,
            _ => false,
        }
    }
}
