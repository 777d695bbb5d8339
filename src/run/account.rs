//! What became of every file of a run, from what the catalog knows at its end.

use super::arrival::Taken;
use super::arrival::TakenEnd;
use super::error::RunError;
use super::ingest::Ingest;
use crate::catalog::Catalog;
use crate::catalog::PageState;
use crate::catalog::ScanState;
use crate::model::Reason;
use crate::model::ScanId;
use crate::report::Fate;
use crate::report::Report;
use crate::report::Row;
use crate::report::SetAside;
use crate::report::Why;

impl Ingest<'_> {
    /// The account of the files that this run has seen.
    pub(super) fn account(&self, taken: &[Taken]) -> Result<Report, RunError> {
        let mut report = Report::default();
        let names = &self.archive.config.names;
        for file in taken {
            if !names.is_empty() && names.read(&file.path).is_none() {
                report.names_not_understood.push(file.path.clone());
            }
            let scan = match &file.end {
                TakenEnd::Scan(scan) => scan,
                TakenEnd::Known(why, message) => {
                    report.count(&file.path, why.fate());
                    // What lies there unchanged is counted; a list of it helps nobody.
                    if *why != Why::AlreadyIn {
                        report.rows.push(Row::new(&file.path, None, *why, message));
                    }
                    continue;
                }
            };
            let fate = match self.catalog.scan(scan)?.map(|stored| stored.state) {
                Some(ScanState::Done) => Fate::Ingested,
                Some(ScanState::Quarantined(..)) => Fate::Quarantined,
                Some(ScanState::Waiting) | None => Fate::Waiting,
            };
            report.count(&file.path, fate);
            if fate == Fate::Waiting {
                report.rows.push(Row::new(&file.path, None, Why::NotBegun, ""));
                continue;
            }
            if fate == Fate::Ingested {
                report.records += self.catalog.num_records(scan)?;
            }
            for aside in set_aside_of(self.catalog, scan)? {
                let (page, reason) = (aside.page, aside.reason);
                report.rows.push(Row::aside(&file.path, page, reason, &aside.message));
            }
        }
        Ok(report)
    }
}

/// What of a scan was set aside: the whole file, or some of its pages.
///
/// # Errors
///
/// If the catalog fails.
pub fn set_aside_of(catalog: &Catalog, scan: &ScanId) -> Result<Vec<SetAside>, RunError> {
    let Some(stored) = catalog.scan(scan)? else { return Ok(Vec::new()) };
    let aside = |page, reason: Reason, message: &str| SetAside {
        path: stored.path.clone(),
        page,
        reason,
        message: message.to_owned(),
        remedy: reason.remedy(),
    };
    if let ScanState::Quarantined(reason, message) = &stored.state {
        return Ok(vec![aside(None, *reason, message)]);
    }
    let mut found = Vec::new();
    for page in catalog.pages(scan)? {
        if let PageState::Quarantined(reason, message) = &page.state {
            found.push(aside(Some(page.key.page), *reason, message));
        }
    }
    Ok(found)
}

/// Everything that is set aside in an archive, by path and page.
///
/// # Errors
///
/// If the catalog fails.
pub fn all_set_aside(catalog: &Catalog) -> Result<Vec<SetAside>, RunError> {
    let mut found = Vec::new();
    for scan in catalog.scans_set_aside()? {
        found.extend(set_aside_of(catalog, &scan)?);
    }
    Ok(found)
}
