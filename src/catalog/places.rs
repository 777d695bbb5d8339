//! Where records and scans belong: by unit, collection and kind.

use rusqlite::{Connection, OptionalExtension as _};

use super::Catalog;
use super::CatalogError;
use crate::model::RecordId;
use crate::model::ScanId;

/// Where a paper belongs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// Code of the unit whose books it is from.
    pub unit: Option<String>,
    /// The collection.
    pub collection: Option<String>,
    /// The kind of the record, or every kind of the scan.
    pub kinds: Vec<String>,
}

fn place(
    connection: &Connection,
    scan: &str,
    kinds: &str,
    id: &str,
) -> Result<Option<Place>, CatalogError> {
    let found = connection
        .prepare_cached(&format!("SELECT unit, collection FROM scan WHERE id = {scan}"))?
        .query_row([id], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    let Some((unit, collection)) = found else { return Ok(None) };
    let mut statement = connection
        .prepare_cached(&format!("SELECT DISTINCT kind FROM record WHERE {kinds}"))?;
    let rows = statement.query_map([id], |row| row.get(0))?;
    Ok(Some(Place { unit, collection, kinds: rows.collect::<Result<_, _>>()? }))
}

impl Catalog {
    /// Where a record belongs; `None` if there is no such record.
    ///
    /// # Errors
    ///
    /// If the database refuses.
    pub fn place_of_record(&self, id: &RecordId) -> Result<Option<Place>, CatalogError> {
        let scan = "(SELECT scan FROM record WHERE id = ?1)";
        place(&self.lock(), scan, "id = ?1", &id.0)
    }

    /// Where a scan belongs; `None` if there is no such scan.
    ///
    /// # Errors
    ///
    /// If the database refuses.
    pub fn place_of_scan(&self, id: &ScanId) -> Result<Option<Place>, CatalogError> {
        place(&self.lock(), "?1", "scan = ?1", &id.0)
    }
}
