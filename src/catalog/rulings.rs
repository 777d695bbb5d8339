//! What people said about pages: blank or not, where papers begin, of what kind they are,
//! which way up a page is. Rows are only ever added.

use rusqlite::{Connection, TransactionBehavior, params};

use super::Catalog;
use super::CatalogError;
use super::audit::{self, AuditEntry};
use super::pages::packed;
use super::records;
use crate::model::PageOrder;
use crate::model::PageText;
use crate::model::PageTool;
use crate::model::Record;
use crate::model::Rulings;
use crate::model::ScanId;

/// Whether page `?2` of scan `?1` is blank, as SQL: as people say, else as it was read,
/// which is `?3`.
pub(super) const BLANK: &str = "coalesce((SELECT CASE value WHEN 'yes' THEN 1 \
    WHEN 'no' THEN 0 END FROM page_ruling WHERE scan = ?1 AND page = ?2 \
    AND tool = 'blank' ORDER BY seq DESC LIMIT 1), ?3)";

/// How far people have come with a scan, to be compared later.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PageStand {
    /// Number of the last ruling about one of its pages; 0 if there is none.
    pub rulings: u64,
    /// Number of the last decision about a field of one of its records; 0 if there is none.
    decisions: u64,
    /// Whether all its pages are read or set aside.
    is_done: bool,
}

/// Something that somebody says about a page, with what follows from it.
#[derive(Debug, Clone, Copy)]
pub struct PageRuling<'a> {
    /// What is said.
    pub order: &'a PageOrder,
    /// By whom.
    pub account: &'a str,
    /// When.
    pub at_ms: i64,
    /// From where.
    pub source: &'a str,
    /// The page as it was read for this ruling, and how its image was taken out of its
    /// file; `None` where it need not be read again.
    pub read: Option<(&'a PageText, &'a str)>,
    /// Whether the machine found the page blank; `None` where it is not read.
    pub blank: Option<bool>,
    /// The records of its scan afterwards.
    pub records: &'a [Record],
}

/// A ruling as stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredRuling {
    /// Place in the order of rulings.
    pub seq: u64,
    /// What was said, about which page.
    pub order: PageOrder,
    /// What was said before; empty: as the machine sees it.
    pub before: String,
    /// By whom.
    pub account: String,
    /// When.
    pub at_ms: i64,
}

pub(super) fn stand(
    connection: &Connection,
    scan: &ScanId,
) -> Result<PageStand, CatalogError> {
    let number = |sql: &str| -> rusqlite::Result<u64> {
        let mut statement = connection.prepare_cached(sql)?;
        statement.query_row([&scan.0], |row| Ok(row.get::<_, i64>(0)?.unsigned_abs()))
    };
    Ok(PageStand {
        rulings: number("SELECT ifnull(max(seq), 0) FROM page_ruling WHERE scan = ?1")?,
        decisions: number(
            "SELECT ifnull(max(decision.seq), 0) FROM record \
             JOIN decision ON decision.record = record.id WHERE record.scan = ?1",
        )?,
        is_done: number("SELECT count(*) FROM scan WHERE id = ?1 AND state = 'done'")?
            == 1,
    })
}

fn all(
    connection: &Connection,
    scan: &ScanId,
) -> Result<Vec<StoredRuling>, CatalogError> {
    let mut statement = connection.prepare_cached(
        "SELECT seq, page, tool, value, before, account, at_ms, why FROM page_ruling \
         WHERE scan = ?1 ORDER BY seq",
    )?;
    let rows = statement.query_map([&scan.0], |row| {
        let tool: String = row.get(2)?;
        let tool = PageTool::from_name(&tool).ok_or_else(|| {
            rusqlite::Error::InvalidColumnType(2, tool, rusqlite::types::Type::Text)
        })?;
        Ok(StoredRuling {
            seq: row.get::<_, i64>(0)?.unsigned_abs(),
            order: PageOrder {
                key: crate::model::PageKey { scan: scan.clone(), page: row.get(1)? },
                tool,
                value: row.get(3)?,
                why: row.get(7)?,
            },
            before: row.get(4)?,
            account: row.get(5)?,
            at_ms: row.get(6)?,
        })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

fn now_said(all: &[StoredRuling]) -> Rulings {
    let mut rulings = Rulings::new();
    for one in all {
        rulings
            .entry(one.order.key.page)
            .or_default()
            .say(one.order.tool, &one.order.value);
    }
    rulings.retain(|_, ruling| *ruling != crate::model::Ruling::default());
    rulings
}

impl Catalog {
    /// What people say about the pages of a scan now.
    ///
    /// # Errors
    ///
    /// If the database refuses.
    pub fn rulings(&self, scan: &ScanId) -> Result<Rulings, CatalogError> {
        Ok(now_said(&all(&self.lock(), scan)?))
    }

    /// Everything that people said about the pages of a scan, oldest first.
    ///
    /// # Errors
    ///
    /// If the database refuses.
    pub fn all_rulings(&self, scan: &ScanId) -> Result<Vec<StoredRuling>, CatalogError> {
        all(&self.lock(), scan)
    }

    /// How far people have come with a scan.
    ///
    /// # Errors
    ///
    /// If the database refuses.
    pub fn page_stand(&self, scan: &ScanId) -> Result<PageStand, CatalogError> {
        stand(&self.lock(), scan)
    }

    /// Writes down what somebody says about a page, with the records that follow from it,
    /// their notes for the index and the entry of the trail: all or nothing. Fields that
    /// people decided stay as [`Catalog::finish_scan`] says. Returns the number of the
    /// ruling; `None`, and nothing is done, where the scan, what is said about its pages, or
    /// what was decided about its records is not as it was `seen`.
    ///
    /// # Errors
    ///
    /// If the database refuses.
    pub fn rule(
        &self,
        ruling: &PageRuling<'_>,
        seen: &PageStand,
    ) -> Result<Option<u64>, CatalogError> {
        let PageOrder { key, tool, value, why } = ruling.order;
        let mut connection = self.lock();
        let transaction =
            connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let now = stand(&transaction, &key.scan)?;
        if now != *seen || !now.is_done {
            return Ok(None);
        }
        let rulings = now_said(&all(&transaction, &key.scan)?);
        let before = rulings.get(&key.page).map_or(String::new(), |it| it.said(*tool));
        transaction.execute(
            "INSERT INTO page_ruling (scan, page, tool, value, before, account, at_ms, why) \
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
            params![
                key.scan.0,
                key.page,
                tool.name(),
                value,
                before,
                ruling.account,
                ruling.at_ms,
                why
            ],
        )?;
        let number = transaction.last_insert_rowid().unsigned_abs();
        if let Some((text, taken)) = ruling.read {
            transaction.execute(
                "UPDATE page SET taken = ?3, text = ?4 \
                 WHERE scan = ?1 AND number = ?2 AND state = 'done'",
                params![key.scan.0, key.page, taken, packed(text)?],
            )?;
        }
        if let Some(is_blank) = ruling.blank {
            transaction.execute(
                &format!(
                    "UPDATE page SET blank = {BLANK} WHERE scan = ?1 AND number = ?2"
                ),
                params![key.scan.0, key.page, is_blank],
            )?;
        }
        records::replace(&transaction, &key.scan, ruling.records)?;
        // Why stands in the table: the trail holds nothing that somebody typed.
        let detail = serde_json::json!({ "value": value, "before": before });
        audit::append(
            &transaction,
            &AuditEntry {
                at_ms: ruling.at_ms,
                account: ruling.account,
                what: &format!("page-{}", tool.name()),
                target: &format!("page:{}/{}", key.scan, key.page),
                detail: &detail.to_string(),
                source: ruling.source,
            },
        )?;
        transaction.commit()?;
        Ok(Some(number))
    }
}
