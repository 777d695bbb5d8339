//! What became of every file and page of a run.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::model::Reason;

/// A file, or a page of one, that was set aside.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct SetAside {
    /// Where the file was found.
    pub path: String,
    /// The page, from 1; `None` for the whole file.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub page: Option<u32>,
    /// Why.
    pub reason: Reason,
    /// In detail.
    pub message: String,
    /// What a person can do.
    pub remedy: &'static str,
}

/// What became of one file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// Its pages were read in this run.
    Ingested,
    /// Its bytes were in the archive already.
    Duplicate,
    /// It lies in the archive but could not be read.
    Quarantined,
    /// It could not even be copied in.
    Failed,
    /// The run was stopped before it was done.
    Waiting,
}

/// Files by what became of them. `found` is always the sum of the other four.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Tally {
    /// Files whose fate is known.
    pub found: u64,
    /// Read in this run.
    pub ingested: u64,
    /// In the archive already.
    pub duplicate: u64,
    /// Set aside.
    pub quarantined: u64,
    /// Not copied in.
    pub failed: u64,
}

impl Tally {
    fn count(&mut self, fate: Fate) {
        let counter = match fate {
            Fate::Ingested => &mut self.ingested,
            Fate::Duplicate => &mut self.duplicate,
            Fate::Quarantined => &mut self.quarantined,
            Fate::Failed => &mut self.failed,
            Fate::Waiting => return,
        };
        *counter += 1;
        self.found += 1;
    }
}

/// The account of a run. Every file is in exactly one counter.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Report {
    /// All files.
    #[serde(flatten)]
    pub tally: Tally,
    /// Files that a stopped run leaves for the next one.
    #[serde(skip_serializing_if = "is_zero")]
    pub waiting: u64,
    /// Pages read in this run.
    pub pages: u64,
    /// Records of the files of this run.
    pub records: u64,
    /// Wall-clock time.
    pub seconds: f64,
    /// Pages read, by wall-clock time.
    pub pages_per_second: f64,
    /// Junk of file systems that was passed over (`Thumbs.db`, `.DS_Store`, …).
    #[serde(skip_serializing_if = "is_zero")]
    pub skipped: u64,
    /// The same counters for each folder.
    #[serde(skip)]
    pub folders: BTreeMap<String, Tally>,
    /// Everything that was set aside.
    #[serde(skip)]
    pub set_aside: Vec<SetAside>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
fn is_zero(count: &u64) -> bool {
    *count == 0
}

impl Report {
    /// Counts one file. `path` uses `/` between folders.
    pub fn count(&mut self, path: &str, fate: Fate) {
        if fate == Fate::Waiting {
            self.waiting += 1;
            return;
        }
        self.tally.count(fate);
        let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
        self.folders.entry(folder.to_owned()).or_default().count(fate);
    }

    /// The reconciliation as lines for the screen.
    pub fn lines(&self) -> Vec<String> {
        let mut lines = vec![format!(
            "{:>9} {:>9} {:>9} {:>11} {:>7}  folder",
            "found", "ingested", "duplicate", "quarantined", "failed"
        )];
        let row = |tally: &Tally, name: &str| {
            format!(
                "{:>9} {:>9} {:>9} {:>11} {:>7}  {name}",
                tally.found,
                tally.ingested,
                tally.duplicate,
                tally.quarantined,
                tally.failed
            )
        };
        for (folder, tally) in &self.folders {
            lines.push(row(tally, if folder.is_empty() { "." } else { folder }));
        }
        lines.push(row(&self.tally, "= all"));
        lines.push(format!(
            "{} pages, {} records in {:.1} s ({:.2} pages/s)",
            self.pages, self.records, self.seconds, self.pages_per_second
        ));
        if self.waiting > 0 {
            lines.push(format!(
                "{} files are left: the same command goes on with them",
                self.waiting
            ));
        }
        for aside in &self.set_aside {
            let page = aside.page.map(|page| format!(" page {page}")).unwrap_or_default();
            lines.push(format!(
                "{}{page}: {}: {}; {}",
                aside.path,
                aside.reason.name(),
                aside.message,
                aside.remedy
            ));
        }
        lines
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_is_in_exactly_one_counter() {
        let mut report = Report::default();
        for (path, fate) in [
            ("a/1.pdf", Fate::Ingested),
            ("a/2.pdf", Fate::Duplicate),
            ("b/3.pdf", Fate::Quarantined),
            ("4.pdf", Fate::Failed),
            ("5.pdf", Fate::Waiting),
        ] {
            report.count(path, fate);
        }
        let all = report.tally;
        assert_eq!(
            all.found,
            all.ingested + all.duplicate + all.quarantined + all.failed
        );
        assert_eq!((all.found, report.waiting), (4, 1));
        assert_eq!(report.folders.keys().collect::<Vec<_>>(), ["", "a", "b"]);
        assert_eq!(report.folders["a"].found, 2);
    }
}
