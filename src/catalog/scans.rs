//! Scans and the places where they were found.

use rusqlite::{OptionalExtension as _, Row, params};

use super::Catalog;
use super::CatalogError;
use super::names;
use super::names::ScanName;
use super::sightings;
use super::sightings::Sighting;
use crate::model::Reason;
use crate::model::ScanId;

/// How far a scan has come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ScanState {
    /// Some of its pages are still to be read, or it was not opened yet.
    Waiting,
    /// Every page is read or set aside, and its records are stored.
    Done,
    /// It could not be opened; the message is for people.
    Quarantined(Reason, String),
}

/// A file that was just copied in.
#[derive(Debug, Clone)]
pub struct NewScan<'a> {
    /// SHA-256 of its bytes.
    pub id: &'a ScanId,
    /// Its size.
    pub bytes: u64,
    /// Where it was found, relative to what was named on the command line.
    pub path: &'a str,
    /// When the file was last changed.
    pub modified_ms: i64,
    /// When it was taken in.
    pub arrived_ms: i64,
    /// `civil-status`, `land` or `auto`: which definitions may recognise it.
    pub family: &'a str,
    /// The collection it belongs to.
    pub collection: Option<&'a str>,
    /// Code of the unit whose books these are.
    pub unit: Option<&'a str>,
    /// What folder and file names say about it; empty where they say nothing.
    pub name: ScanName,
}

impl<'a> NewScan<'a> {
    /// A file of which nothing else is known: its times are the start of 1970, and any
    /// definition may recognise it.
    pub fn new(id: &'a ScanId, bytes: u64, path: &'a str) -> Self {
        Self {
            id,
            bytes,
            path,
            modified_ms: 0,
            arrived_ms: 0,
            family: "auto",
            collection: None,
            unit: None,
            name: ScanName::new(),
        }
    }
}

/// A place where a scan was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Location {
    /// Which scan lay there.
    pub scan: ScanId,
    /// Size at that time.
    pub bytes: u64,
    /// Last change at that time.
    pub modified_ms: i64,
}

/// A scan as stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredScan {
    /// SHA-256 of its bytes.
    pub id: ScanId,
    /// Its size.
    pub bytes: u64,
    /// How far it has come.
    pub state: ScanState,
    /// Known after it was opened for the first time.
    pub num_pages: Option<u32>,
    /// `civil-status`, `land` or `auto`.
    pub family: String,
    /// The collection it belongs to.
    pub collection: Option<String>,
    /// Code of the unit whose books these are.
    pub unit: Option<String>,
    /// How often it was let be tried again after it was set aside.
    pub retries: u32,
    /// The first place where it was found.
    pub path: String,
}

/// Columns of a [`StoredScan`], in its order.
const COLUMNS: &str = "scan.id, scan.bytes, scan.state, scan.reason, scan.message, \
    scan.num_pages, scan.family, scan.collection, scan.unit, \
    scan.retries, (SELECT path FROM location WHERE location.scan = scan.id ORDER BY ordinal, path LIMIT 1)";

fn stored(row: &Row<'_>) -> rusqlite::Result<StoredScan> {
    let state: String = row.get(2)?;
    let reason: Option<String> = row.get(3)?;
    let message: Option<String> = row.get(4)?;
    let reason = reason.as_deref().and_then(Reason::from_name);
    let state = match (state.as_str(), reason) {
        ("done", _) => ScanState::Done,
        ("quarantined", Some(reason)) => {
            ScanState::Quarantined(reason, message.unwrap_or_default())
        }
        _ => ScanState::Waiting,
    };
    Ok(StoredScan {
        id: ScanId(row.get(0)?),
        bytes: row.get::<_, i64>(1)?.unsigned_abs(),
        state,
        num_pages: row.get(5)?,
        family: row.get(6)?,
        collection: row.get(7)?,
        unit: row.get(8)?,
        retries: row.get(9)?,
        path: row.get::<_, Option<String>>(10)?.unwrap_or_default(),
    })
}

impl Catalog {
    /// The scans whose pages are all read or set aside, those that came last first, at most
    /// `limit`.
    ///
    /// # Errors
    ///
    /// If the database refuses.
    pub fn latest_scans(&self, limit: usize) -> Result<Vec<StoredScan>, CatalogError> {
        let connection = self.lock();
        let mut statement = connection.prepare_cached(&format!(
            "SELECT {COLUMNS} FROM scan WHERE state = 'done' \
             ORDER BY arrived_ms DESC, rowid DESC LIMIT ?1"
        ))?;
        let rows = statement.query_map([limit as i64], stored)?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Notes that a scan lies in the archive and where it was found. A scan that is
    /// known already only gains the place. Returns whether the scan is new.
    ///
    /// # Errors
    ///
    /// If the database refuses.
    pub fn add_scan(&self, new: &NewScan<'_>) -> Result<bool, CatalogError> {
        self.add_scan_seen(new, None)
    }

    /// As [`Self::add_scan`], and with it what the file looked like from outside.
    ///
    /// # Errors
    ///
    /// If the database refuses.
    pub fn add_scan_seen(
        &self,
        new: &NewScan<'_>,
        seen: Option<&Sighting>,
    ) -> Result<bool, CatalogError> {
        let mut connection = self.lock();
        let transaction = connection.transaction()?;
        let is_new = transaction.execute(
            "INSERT INTO scan (id, bytes, arrived_ms, state, family, collection, unit) \
             VALUES (?1, ?2, ?3, 'waiting', ?4, ?5, ?6) ON CONFLICT (id) DO NOTHING",
            params![
                new.id.0,
                new.bytes as i64,
                new.arrived_ms,
                new.family,
                new.collection,
                new.unit
            ],
        )? == 1;
        transaction.execute(
            "INSERT INTO location (path, scan, bytes, modified_ms, ordinal) \
             VALUES (?1, ?2, ?3, ?4, (SELECT count(*) FROM location WHERE scan = ?2)) \
             ON CONFLICT (path, scan) DO UPDATE SET bytes = ?3, modified_ms = ?4",
            params![new.path, new.id.0, new.bytes as i64, new.modified_ms],
        )?;
        names::put(&transaction, new.path, new.id, &new.name)?;
        if let Some(seen) = seen {
            sightings::put(&transaction, seen, new.id)?;
        }
        transaction.commit()?;
        Ok(is_new)
    }

    /// What lay at `path` when it was last looked at; the latest where it has changed.
    ///
    /// # Errors
    ///
    /// If the database refuses.
    pub fn location(&self, path: &str) -> Result<Option<Location>, CatalogError> {
        let connection = self.lock();
        let mut statement = connection.prepare_cached(
            "SELECT scan, bytes, modified_ms FROM location WHERE path = ?1 \
             ORDER BY modified_ms DESC, scan LIMIT 1",
        )?;
        let found = statement
            .query_row([path], |row| {
                Ok(Location {
                    scan: ScanId(row.get(0)?),
                    bytes: row.get::<_, i64>(1)?.unsigned_abs(),
                    modified_ms: row.get(2)?,
                })
            })
            .optional()?;
        Ok(found)
    }

    /// One scan.
    ///
    /// # Errors
    ///
    /// If the database refuses.
    pub fn scan(&self, id: &ScanId) -> Result<Option<StoredScan>, CatalogError> {
        let connection = self.lock();
        let mut statement = connection
            .prepare_cached(&format!("SELECT {COLUMNS} FROM scan WHERE id = ?1"))?;
        Ok(statement.query_row([&id.0], stored).optional()?)
    }

    /// All scans, by the path where each was first found.
    ///
    /// # Errors
    ///
    /// If the database refuses.
    pub fn scans(&self) -> Result<Vec<StoredScan>, CatalogError> {
        let connection = self.lock();
        let mut statement =
            connection.prepare(&format!("SELECT {COLUMNS} FROM scan ORDER BY 11, 1"))?;
        let rows = statement.query_map([], stored)?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Every place where the scan was found, in the order of finding.
    ///
    /// # Errors
    ///
    /// If the database refuses.
    pub fn locations(&self, id: &ScanId) -> Result<Vec<String>, CatalogError> {
        let connection = self.lock();
        let mut statement = connection.prepare_cached(
            "SELECT path FROM location WHERE scan = ?1 ORDER BY ordinal, path",
        )?;
        let rows = statement.query_map([&id.0], |row| row.get(0))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Scans whose pages are still to be read, in the order of arrival.
    ///
    /// # Errors
    ///
    /// If the database refuses.
    pub fn waiting_scans(&self) -> Result<Vec<StoredScan>, CatalogError> {
        let connection = self.lock();
        let mut statement = connection.prepare(&format!(
            "SELECT {COLUMNS} FROM scan WHERE state = 'waiting' ORDER BY arrived_ms, id"
        ))?;
        let rows = statement.query_map([], stored)?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Notes how many pages the scan has; each waits to be read. Once noted, the number
    /// stays.
    ///
    /// # Errors
    ///
    /// If the database refuses.
    pub fn set_num_pages(&self, id: &ScanId, num_pages: u32) -> Result<(), CatalogError> {
        let mut connection = self.lock();
        let transaction = connection.transaction()?;
        transaction.execute(
            "UPDATE scan SET num_pages = ?2 WHERE id = ?1",
            params![id.0, num_pages],
        )?;
        transaction.execute("DELETE FROM open_crash WHERE scan = ?1", [&id.0])?;
        {
            let mut insert = transaction.prepare(
                "INSERT INTO page (scan, number, state) VALUES (?1, ?2, 'waiting') \
                 ON CONFLICT (scan, number) DO NOTHING",
            )?;
            for number in 1..=num_pages {
                insert.execute(params![id.0, number])?;
            }
        }
        transaction.commit()?;
        Ok(())
    }

    /// Counts that a worker or the machine died while the scan was opened. Returns how often
    /// that has happened. An end from outside does not count and must not be noted.
    ///
    /// # Errors
    ///
    /// If the database refuses.
    pub fn note_open_crash(&self, id: &ScanId) -> Result<u32, CatalogError> {
        let crashes = self.lock().query_row(
            "INSERT INTO open_crash (scan, crashes) VALUES (?1, 1) \
             ON CONFLICT (scan) DO UPDATE SET crashes = crashes + 1 RETURNING crashes",
            [&id.0],
            |row| row.get(0),
        )?;
        Ok(crashes)
    }

    /// Sets the whole scan aside.
    ///
    /// # Errors
    ///
    /// If the database refuses.
    pub fn quarantine_scan(
        &self,
        id: &ScanId,
        reason: Reason,
        message: &str,
    ) -> Result<(), CatalogError> {
        self.lock().execute(
            "UPDATE scan SET state = 'quarantined', reason = ?2, message = ?3 WHERE id = ?1",
            params![id.0, reason.name(), message],
        )?;
        Ok(())
    }

    /// Scans of which something is set aside, the whole or a page, by path.
    ///
    /// # Errors
    ///
    /// If the database refuses.
    pub fn scans_set_aside(&self) -> Result<Vec<ScanId>, CatalogError> {
        let connection = self.lock();
        let mut statement = connection.prepare(
            "SELECT id, (SELECT path FROM location WHERE scan = id ORDER BY ordinal, path \
             LIMIT 1) FROM scan WHERE state = 'quarantined' OR id IN \
             (SELECT scan FROM page WHERE state = 'quarantined') ORDER BY 2, 1",
        )?;
        let rows = statement.query_map([], |row| Ok(ScanId(row.get(0)?)))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Lets what was set aside be tried again, after everything new: all of it, or only
    /// what has that reason, and only scans that were tried again less often than
    /// `below`. Returns how many scans that are.
    ///
    /// # Errors
    ///
    /// If the database refuses.
    pub fn retry_quarantined(
        &self,
        only: Option<Reason>,
        below: u32,
    ) -> Result<u32, CatalogError> {
        let mut connection = self.lock();
        let transaction = connection.transaction()?;
        let reason = only.map(Reason::name);
        let ids: Vec<String> = {
            let mut statement = transaction.prepare(
                "SELECT id FROM scan WHERE retries < ?2 AND (\
                 (state = 'quarantined' AND reason = coalesce(?1, reason)) OR \
                 (state = 'done' AND id IN (SELECT scan FROM page WHERE \
                 state = 'quarantined' AND reason = coalesce(?1, reason))))",
            )?;
            let rows = statement.query_map(params![reason, below], |row| row.get(0))?;
            rows.collect::<Result<_, _>>()?
        };
        for id in &ids {
            transaction.execute(
                "UPDATE page SET state = 'waiting', crashes = 0, reason = NULL, \
                 message = NULL WHERE scan = ?1 AND state = 'quarantined'",
                [id],
            )?;
            transaction.execute(
                "UPDATE scan SET state = 'waiting', reason = NULL, message = NULL, \
                 retries = retries + 1 WHERE id = ?1",
                [id],
            )?;
            transaction.execute("DELETE FROM open_crash WHERE scan = ?1", [id])?;
        }
        transaction.commit()?;
        Ok(ids.len() as u32)
    }
}
