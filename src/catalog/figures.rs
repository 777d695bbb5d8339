//! Counts for the dashboard. They walk over every record, on a connection of their own, so
//! that nobody waits for them.

use std::path::PathBuf;

use rusqlite::{Connection, OpenFlags, params};

use super::Catalog;
use super::CatalogError;

/// A count with the name of what was counted.
pub type Count = (String, u64);

/// What the archive holds, counted several ways.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Figures {
    /// Fields by state, as records name it: `read`, `keyed`, ….
    pub states: Vec<Count>,
    /// Fields that a machine read, by tenths of confidence: 0 to 9.
    pub tenths: [u64; 10],
    /// Records by code of the unit; empty where none was noted.
    pub units: Vec<Count>,
    /// Records by book: register, year, office and number; empty where names say nothing.
    pub books: Vec<Count>,
    /// Records by year of their entry; empty where none was read.
    pub years: Vec<Count>,
}

/// How many papers of one sort were taken in under one unit and collection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlaceCount {
    /// `scans_` and a state, or `kind_` and the kind of records.
    pub what: String,
    /// Code of the unit, where one was noted.
    pub unit: Option<String>,
    /// The collection, where one was noted.
    pub collection: Option<String>,
    /// How many.
    pub count: u64,
}

impl Catalog {
    /// Scans by state and records by kind, by where they were taken in: for those who see
    /// the papers of some places only.
    ///
    /// # Errors
    ///
    /// If the database refuses.
    pub fn counts_by_place(&self) -> Result<Vec<PlaceCount>, CatalogError> {
        let connection = self.reader()?;
        let mut statement = connection.prepare(
            "SELECT 'scans_' || state, unit, collection, count(*) FROM scan \
             GROUP BY 1, 2, 3 UNION ALL \
             SELECT 'kind_' || kind, unit, collection, count(*) FROM record \
             JOIN scan ON scan.id = record.scan GROUP BY 1, 2, 3 ORDER BY 1, 2, 3",
        )?;
        let rows = statement.query_map([], |row| {
            Ok(PlaceCount {
                what: row.get(0)?,
                unit: row.get(1)?,
                collection: row.get(2)?,
                count: row.get::<_, i64>(3)?.unsigned_abs(),
            })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Codes of the units that scans were taken in under, in ascending order.
    ///
    /// # Errors
    ///
    /// If the database refuses.
    pub fn units(&self) -> Result<Vec<String>, CatalogError> {
        let connection = self.lock();
        let mut statement = connection.prepare_cached(
            "SELECT DISTINCT unit FROM scan WHERE unit IS NOT NULL ORDER BY unit",
        )?;
        let rows = statement.query_map([], |row| row.get(0))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// The folder of the archive.
    ///
    /// # Errors
    ///
    /// If the database has no file.
    pub fn folder(&self) -> Result<PathBuf, CatalogError> {
        let connection = self.lock();
        let file = connection.path().map(PathBuf::from).unwrap_or_default();
        match file.parent() {
            Some(folder) => Ok(folder.to_owned()),
            None => Err(CatalogError::NoArchive(file)),
        }
    }

    /// A connection of its own for what walks over everything, so that nobody who wants a
    /// record waits for it.
    pub(super) fn reader(&self) -> Result<Connection, CatalogError> {
        let file = self.folder()?.join("catalog.sqlite");
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(file, flags)?;
        connection.busy_timeout(std::time::Duration::from_secs(30))?;
        Ok(connection)
    }

    /// Counts. `dates` are the names of fields with the day of an entry; the first that a
    /// record has counts.
    ///
    /// # Errors
    ///
    /// If the database refuses.
    pub fn figures(&self, dates: &[String]) -> Result<Figures, CatalogError> {
        let connection = self.reader()?;
        let mut figures = Figures {
            states: counts(
                &connection,
                "SELECT field.value ->> 'state', count(*) FROM record, \
                 json_each(record.body, '$.fields') AS field GROUP BY 1 ORDER BY 1",
            )?,
            units: counts(
                &connection,
                "SELECT coalesce(unit, ''), count(*) FROM record \
                 JOIN scan ON scan.id = record.scan GROUP BY 1 ORDER BY 2 DESC, 1",
            )?,
            books: counts(
                &connection,
                "SELECT coalesce((SELECT group_concat(value, '.') FROM (SELECT value FROM \
                 scan_name WHERE scan_name.scan = record.scan AND part IN ('register', \
                 'year', 'office', 'book') AND path = (SELECT min(path) FROM scan_name AS n \
                 WHERE n.scan = record.scan) ORDER BY CASE part WHEN 'register' THEN 1 \
                 WHEN 'year' THEN 2 WHEN 'office' THEN 3 ELSE 4 END)), ''), count(*) \
                 FROM record GROUP BY 1 ORDER BY 1",
            )?,
            years: years(&connection, dates)?,
            tenths: [0; 10],
        };
        let tenths = counts(
            &connection,
            "SELECT cast(min(9, max(0, cast(10 * (field.value ->> 'confidence') AS \
             INTEGER))) AS TEXT), count(*) FROM record, json_each(record.body, '$.fields') \
             AS field WHERE field.value ->> 'state' = 'read' GROUP BY 1",
        )?;
        for (tenth, count) in tenths {
            let at = tenth.parse::<usize>().ok();
            if let Some(place) = at.and_then(|at| figures.tenths.get_mut(at)) {
                *place = count;
            }
        }
        Ok(figures)
    }
}

fn counts(connection: &Connection, sql: &str) -> Result<Vec<Count>, CatalogError> {
    let mut statement = connection.prepare(sql)?;
    let rows = statement.query_map([], |row| {
        Ok((row.get::<_, String>(0)?, row.get::<_, i64>(1)?.unsigned_abs()))
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Records by the year of the first of these fields that holds one.
fn years(connection: &Connection, dates: &[String]) -> Result<Vec<Count>, CatalogError> {
    let mut statement = connection.prepare(
        "SELECT coalesce((SELECT substr(field.value ->> 'value', 1, 4) FROM \
         json_each(record.body, '$.fields') AS field, json_each(?1) AS date \
         WHERE field.key = date.value AND field.value ->> 'value' GLOB \
         '[12][0-9][0-9][0-9]*' AND (field.value ->> 'value' NOT GLOB '[0-9]*[/.]*') \
         ORDER BY date.key LIMIT 1), ''), count(*) FROM record GROUP BY 1 ORDER BY 1",
    )?;
    let names = serde_json::Value::from(dates).to_string();
    let rows = statement.query_map(params![names], |row| {
        Ok((row.get::<_, String>(0)?, row.get::<_, i64>(1)?.unsigned_abs()))
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}
