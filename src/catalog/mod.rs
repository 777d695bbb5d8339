//! What the archive knows: scans, pages, records, and what is still to be indexed.
//!
//! The only SQL. One `SQLite` file inside the archive folder, in write-ahead mode with full
//! synchronisation: a transaction that has returned survives a power cut.

mod accounts;
mod audit;
mod checking;
mod disk;
mod figures;
mod lots;
mod names;
mod original;
mod pages;
mod places;
mod provider_accounts;
mod records;
mod rulings;
mod scans;
mod sightings;
#[cfg(test)]
mod tests;

use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use rusqlite::{Connection, TransactionBehavior};

use self::disk::Disk as _;

pub use accounts::{RightsLists, StoredAccount, StoredSession};
pub use audit::{AuditEntry, AuditFilter, StoredEntry};
pub use checking::{
    CheckBy, CheckFilter, CheckItem, CheckScope, Decision, StoredDecision,
};
pub use figures::{Count, Figures, PlaceCount};
pub use lots::{By, NewLot, StoredLot, Verdict};
pub use names::ScanName;
pub use original::{CopyError, Originals, StoredOriginal};
pub use pages::{PageState, StoredPage};
pub use places::Place;
pub use records::{PendingRecord, StoredRecord};
pub use rulings::{PageRuling, PageStand, StoredRuling};
pub use scans::{Location, NewScan, ScanState, StoredScan};
pub use sightings::Sighting;

/// Version of the tables; a catalog of a later version is refused.
const SCHEMA_VERSION: i64 = 6;

/// The first version whose catalogs know what waits to be checked.
const FIRST_WITH_QUEUE: i64 = 3;

/// What leads from each version to the next; the first entry from version 1 to 2.
/// The files of [`TABLES`], which are run afterwards, make the tables that are new.
const STEPS: [&str; SCHEMA_VERSION as usize - 1] =
    ["ALTER TABLE scan ADD COLUMN retries INTEGER NOT NULL DEFAULT 0", "", "", "", ""];

/// What makes the tables that are not there: of the archive, of the desk, of the trail.
const TABLES: [&str; 6] = [
    include_str!("schema.sql"),
    include_str!("access.sql"),
    include_str!("audit.sql"),
    include_str!("checking.sql"),
    include_str!("lots.sql"),
    include_str!("rulings.sql"),
];

/// Why the catalog could not answer.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CatalogError {
    /// There is no archive in the folder.
    #[error("`{}` is not an archive: it holds no catalog.sqlite; `sohoa ingest` creates one", .0.display())]
    NoArchive(PathBuf),
    /// The archive was written by another version of the program.
    #[error("catalog has version {found}, this program knows version {expected}")]
    Version {
        /// As the file says.
        found: i64,
        /// As this program writes.
        expected: i64,
    },
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
    /// The database refused.
    #[error("catalog database failed")]
    Sql(#[from] rusqlite::Error),
    /// A stored value is not what this program wrote.
    #[error("stored {what} is damaged")]
    Damaged {
        /// What it should be.
        what: &'static str,
        /// Why it is not.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// The bytes on disk are not those that were taken in.
    #[error("original {expected} has SHA-256 {found} on disk")]
    Fixity {
        /// The scan's id.
        expected: String,
        /// What its bytes give now.
        found: String,
    },
}

impl CatalogError {
    /// Whether the disk is full: to be continued when there is room again.
    pub fn is_disk_full(&self) -> bool {
        match self {
            Self::Io { source, .. } => matches!(
                source.kind(),
                std::io::ErrorKind::StorageFull | std::io::ErrorKind::QuotaExceeded
            ),
            Self::Sql(rusqlite::Error::SqliteFailure(code, _)) => {
                code.code == rusqlite::ErrorCode::DiskFull
            }
            _ => false,
        }
    }
}

/// The catalog of one archive. May be shared between threads; writes queue up.
pub struct Catalog {
    connection: Mutex<Connection>,
    /// For accounts, sessions, the trail and decisions: each waits for the disk when it
    /// writes, and nobody who only reads records should wait with it.
    desk: Mutex<Connection>,
    originals: Originals,
}

impl Catalog {
    /// Opens the catalog in `archive`, making folder and file if there are none.
    ///
    /// # Errors
    ///
    /// If the folder cannot be made, or the file is of another version.
    pub fn create_or_open(archive: &Path) -> Result<Self, CatalogError> {
        std::fs::create_dir_all(archive).map_err(|source| CatalogError::Io {
            path: archive.to_owned(),
            action: "created",
            source,
        })?;
        Self::connect(archive)
    }

    /// Opens the catalog in `archive`.
    ///
    /// # Errors
    ///
    /// [`CatalogError::NoArchive`] if there is none.
    pub fn open(archive: &Path) -> Result<Self, CatalogError> {
        let file = archive.join("catalog.sqlite");
        match file.try_exists() {
            Ok(true) => Self::connect(archive),
            Ok(false) => Err(CatalogError::NoArchive(archive.to_owned())),
            Err(source) => Err(CatalogError::Io { path: file, action: "read", source }),
        }
    }

    fn connect(archive: &Path) -> Result<Self, CatalogError> {
        let mut connection = Self::connection(archive)?;
        if Self::bring_up_to_date(&mut connection)? {
            // The names of a new catalog and of its folder must survive a power cut too.
            let folders = [archive, archive.parent().unwrap_or(archive)];
            for folder in folders.into_iter().filter(|f| !f.as_os_str().is_empty()) {
                disk::Real.sync_folder(folder).map_err(|source| CatalogError::Io {
                    path: folder.to_owned(),
                    action: "written",
                    source,
                })?;
            }
        }
        let originals = Originals::new(archive.join("originals"));
        let desk = Mutex::new(Self::connection(archive)?);
        Ok(Self { connection: Mutex::new(connection), desk, originals })
    }

    fn connection(archive: &Path) -> Result<Connection, CatalogError> {
        let connection = Connection::open(archive.join("catalog.sqlite"))?;
        connection.busy_timeout(std::time::Duration::from_secs(30))?;
        connection.pragma_update(None, "journal_mode", "WAL")?;
        connection.pragma_update(None, "synchronous", "FULL")?;
        connection.pragma_update(None, "foreign_keys", true)?;
        Ok(connection)
    }

    /// Makes the tables, or brings older ones to this version, in one transaction.
    /// Returns whether the catalog is new.
    fn bring_up_to_date(connection: &mut Connection) -> Result<bool, CatalogError> {
        let version = |connection: &Connection| {
            connection.query_row("PRAGMA user_version", [], |row| row.get::<_, i64>(0))
        };
        if version(connection)? == SCHEMA_VERSION {
            return Ok(false);
        }
        let transaction =
            connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let found = version(&transaction)?;
        if found > SCHEMA_VERSION {
            return Err(CatalogError::Version { found, expected: SCHEMA_VERSION });
        }
        if found > 0 {
            for step in STEPS.iter().skip(found as usize - 1) {
                transaction.execute_batch(step)?;
            }
        }
        for tables in TABLES {
            transaction.execute_batch(tables)?;
        }
        if (1..FIRST_WITH_QUEUE).contains(&found) {
            checking::queue_all(&transaction)?;
        }
        transaction.pragma_update(None, "user_version", SCHEMA_VERSION)?;
        transaction.commit()?;
        Ok(found == 0)
    }

    /// The files as they arrived.
    pub fn originals(&self) -> &Originals {
        &self.originals
    }

    /// The database. A thread that panicked while it held it has rolled back.
    fn lock(&self) -> MutexGuard<'_, Connection> {
        self.connection.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The database, for what the desk writes.
    fn desk(&self) -> MutexGuard<'_, Connection> {
        self.desk.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Checks the database file itself; the answer lists what is wrong, empty if nothing.
    ///
    /// # Errors
    ///
    /// If the check itself cannot run.
    pub fn integrity(&self) -> Result<Vec<String>, CatalogError> {
        let connection = self.lock();
        let mut statement = connection.prepare("PRAGMA integrity_check")?;
        let rows = statement.query_map([], |row| row.get::<_, String>(0))?;
        let mut wrong = rows.collect::<Result<Vec<_>, _>>()?;
        wrong.retain(|line| line != "ok");
        Ok(wrong)
    }

    /// Writes the log of changes back into the database file and gives room that is free
    /// inside it back to the disk, if it is more than a quarter of it.
    ///
    /// # Errors
    ///
    /// If the database refuses.
    pub fn compact(&self) -> Result<(), CatalogError> {
        let connection = self.lock();
        let number = |name: &str| {
            connection
                .query_row(&format!("PRAGMA {name}"), [], |row| row.get::<_, i64>(0))
        };
        if number("freelist_count")? * 4 > number("page_count")? {
            connection.execute_batch("VACUUM")?;
        }
        connection.execute_batch("PRAGMA optimize; PRAGMA wal_checkpoint(TRUNCATE);")?;
        Ok(())
    }

    /// A consistent copy of the database into `path`, while others go on.
    ///
    /// # Errors
    ///
    /// If `path` cannot be written.
    pub fn back_up(&self, path: &Path) -> Result<(), CatalogError> {
        let connection = self.lock();
        connection.execute("VACUUM INTO ?1", [path.to_string_lossy()])?;
        Ok(())
    }
}
