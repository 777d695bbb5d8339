//! What people corrected: material to learn from, and how often who errs.

use super::super::Catalog;
use super::super::CatalogError;
use super::{COLUMNS, StoredDecision, decision};
use crate::model::Field;
use crate::model::Record;

impl Catalog {
    /// Calls `each` with every first keying that was not undone, and with the field as it
    /// is now: what the machine read, and what people made of it. Fields that wait for
    /// their second keying are left out: nothing has been made of them yet.
    ///
    /// # Errors
    ///
    /// If the database refuses, or as `each` does.
    pub fn each_correction<E: From<CatalogError>>(
        &self,
        mut each: impl FnMut(&Record, &StoredDecision, &Field) -> Result<(), E>,
    ) -> Result<(), E> {
        let firsts: Vec<StoredDecision> = {
            let connection = self.desk();
            let sql = |error: rusqlite::Error| E::from(CatalogError::from(error));
            let mut statement = connection
                .prepare(&format!(
                    "SELECT {COLUMNS} FROM decision WHERE step = 'key' \
                     AND undone_by IS NULL AND NOT EXISTS (SELECT 1 FROM check_item \
                     WHERE check_item.record = decision.record AND check_item.field = \
                     decision.field AND stage IN ('keyed-once', 'disputed')) GROUP BY record, field HAVING seq = min(seq) \
                     ORDER BY record, field"
                ))
                .map_err(sql)?;
            let rows = statement.query_map([], decision).map_err(sql)?;
            rows.collect::<Result<_, _>>().map_err(sql)?
        };
        for first in firsts {
            let Some(stored) = self.record(&first.record)? else { continue };
            if let Some(now) = stored.record.fields.get(&first.field) {
                each(&stored.record, &first, now)?;
            }
        }
        Ok(())
    }

    /// How often decisions were changed later: by field (what the machine had read) or by
    /// account (what its person had keyed). Name, decided, changed.
    ///
    /// # Errors
    ///
    /// If the database refuses.
    pub fn error_counts(
        &self,
        by_account: bool,
    ) -> Result<Vec<(String, u64, u64)>, CatalogError> {
        let (column, before, steps) = if by_account {
            ("account", "one.new_value", "'key', 'second'")
        } else {
            ("field", "one.old_field ->> 'value'", "'key'")
        };
        let connection = self.desk();
        let mut statement = connection.prepare(&format!(
            "SELECT one.{column}, count(*), sum({before} IS NOT (SELECT last.new_value \
             FROM decision AS last WHERE last.record = one.record AND \
             last.field = one.field AND (last.undone_by IS NULL OR EXISTS (SELECT 1 FROM \
             decision AS by_lot WHERE by_lot.seq = last.undone_by AND by_lot.why = \
             'lot')) AND last.step NOT IN ('undo', 'second') ORDER BY last.seq DESC LIMIT 1)) FROM decision AS one \
             WHERE one.step IN ({steps}) AND one.undone_by IS NULL GROUP BY 1 ORDER BY 1"
        ))?;
        let rows = statement.query_map([], |row| {
            let count = |at| row.get::<_, i64>(at).map(i64::unsigned_abs);
            Ok((row.get::<_, String>(0)?, count(1)?, count(2)?))
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }
}
