//! Files outside the archive that were looked at: a run knows again what has not changed
//! without reading it.

use rusqlite::{OptionalExtension as _, Transaction, params};

use super::Catalog;
use super::CatalogError;
use crate::model::ScanId;

/// A file as it was when its bytes were read. Another file never has the same, and the
/// same file has another one after every change, whatever its name looks like and whoever
/// set its time back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sighting {
    /// BLAKE3 of its absolute path, byte for byte; the path itself is not stored.
    pub place: [u8; 32],
    /// Size.
    pub bytes: u64,
    /// Last change of its bytes, in nanoseconds since 1970; 0 where none is kept.
    pub modified_ns: i64,
    /// Last change of its entry on the disk, as above, which no program can set.
    pub changed_ns: i64,
}

/// Notes that the file is the scan, in place of what lay there before.
pub(super) fn put(
    transaction: &Transaction<'_>,
    seen: &Sighting,
    scan: &ScanId,
) -> Result<(), CatalogError> {
    transaction.execute(
        "INSERT INTO sighting (place, scan, bytes, modified_ns, changed_ns) \
         VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT (place) DO UPDATE SET \
         scan = ?2, bytes = ?3, modified_ns = ?4, changed_ns = ?5",
        params![seen.place, scan.0, seen.bytes as i64, seen.modified_ns, seen.changed_ns],
    )?;
    Ok(())
}

impl Catalog {
    /// Which scan the file is, if it was looked at before and has not changed since.
    ///
    /// # Errors
    ///
    /// If the database refuses.
    pub fn seen(&self, file: &Sighting) -> Result<Option<ScanId>, CatalogError> {
        let connection = self.lock();
        let mut statement = connection.prepare_cached(
            "SELECT scan FROM sighting WHERE place = ?1 AND bytes = ?2 \
             AND modified_ns = ?3 AND changed_ns = ?4",
        )?;
        let found = statement
            .query_row(
                params![file.place, file.bytes as i64, file.modified_ns, file.changed_ns],
                |row| Ok(ScanId(row.get(0)?)),
            )
            .optional()?;
        Ok(found)
    }
}
