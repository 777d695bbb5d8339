//! Why a run ended before its end.

use std::path::PathBuf;

use super::child::WorkerError;
use super::panics::Panicked;
use crate::catalog::CatalogError;
use crate::config::archive::ArchiveConfigError;
use crate::config::kind::KindError;
use crate::search::SearchError;

/// Why a run ended before its end.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RunError {
    /// Another run works on the archive.
    #[error("another run{} works on `{}`; wait for it or stop it", of_process(holder), archive.display())]
    Locked {
        /// The archive.
        archive: PathBuf,
        /// Process id of the other run, if it has written it down.
        holder: String,
    },
    /// The settings cannot be used.
    #[error(transparent)]
    Config(#[from] ArchiveConfigError),
    /// A definition cannot be used.
    #[error(transparent)]
    Kinds(#[from] KindError),
    /// The catalog failed.
    #[error(transparent)]
    Catalog(#[from] CatalogError),
    /// The index failed.
    #[error(transparent)]
    Search(#[from] SearchError),
    /// Workers cannot be started.
    #[error(transparent)]
    Worker(#[from] WorkerError),
    /// Something that reading needs is missing.
    #[error("{message}")]
    Unable {
        /// What, and what to do.
        message: String,
    },
    /// A worker answered something else than it was asked.
    #[error("worker process answered out of turn")]
    Protocol,
    /// A mistake of the program itself, outside any single file.
    #[error(
        "internal error while {doing}: {panicked}; nothing that was stored is lost, please report it"
    )]
    Internal {
        /// What was being done.
        doing: &'static str,
        /// Where it went wrong.
        panicked: Panicked,
    },
    /// The disk of the archive is full.
    #[error("disk of `{}` is full; make room and run the same command again, nothing is lost", .0.display())]
    DiskFull(PathBuf),
    /// A file of the archive could not be read or written.
    #[error("`{}` could not be {action}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// `read`, `written`, …
        action: &'static str,
        /// What the system said.
        source: std::io::Error,
    },
}

fn of_process(holder: &str) -> String {
    if holder.is_empty() { String::new() } else { format!(" (process {holder})") }
}

impl RunError {
    /// Whether the disk is full: to be continued when there is room again.
    pub fn is_disk_full(&self) -> bool {
        match self {
            Self::DiskFull(_) => true,
            Self::Catalog(error) => error.is_disk_full(),
            Self::Search(error) => error.is_disk_full(),
            Self::Io { source, .. } => matches!(
                source.kind(),
                std::io::ErrorKind::StorageFull | std::io::ErrorKind::QuotaExceeded
            ),
            _ => false,
        }
    }

    /// Whether a full disk may be what is behind it, though it does not say so: parts of
    /// database and index only say that they could not write.
    pub(super) fn may_be_disk_full(&self) -> bool {
        matches!(self, Self::Catalog(_) | Self::Search(_) | Self::Io { .. })
    }
}
