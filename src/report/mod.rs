//! What became of every file and page of a run.

mod progress;
mod table;
mod why;

use std::collections::BTreeMap;

pub use progress::Progress;
pub use table::write_table;
pub use why::{Fate, FileNotice, Why};

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

/// A file, or a page of one, that was not ingested.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Row {
    /// Where the file was found.
    pub path: String,
    /// The page, from 1; `None` for the whole file.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub page: Option<u32>,
    /// What became of it; a page of an ingested file can be quarantined.
    pub fate: Fate,
    /// Why.
    pub reason: Why,
    /// In detail.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub message: String,
    /// What a person can do.
    pub remedy: &'static str,
}

impl Row {
    /// The row of a file, or of one of its pages.
    pub fn new(path: &str, page: Option<u32>, why: Why, message: &str) -> Self {
        Self {
            path: path.to_owned(),
            page,
            fate: why.fate(),
            reason: why,
            message: message.to_owned(),
            remedy: why.remedy(),
        }
    }

    /// The row of a file that lies in the archive, or of one of its pages, and was set
    /// aside.
    pub fn aside(path: &str, page: Option<u32>, reason: Reason, message: &str) -> Self {
        // A file outside that cannot be read has failed; here the archive has it.
        let fate = Fate::Quarantined;
        Self { fate, ..Self::new(path, page, Why::SetAside(reason), message) }
    }
}

/// What a run has taken of the machine.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Resources {
    /// Largest resident memory of the coordinator, in MiB; 0 where the system does not
    /// tell.
    pub coordinator_peak_mb: u64,
    /// Largest resident memory of any worker, in MiB; 0 without workers.
    pub worker_peak_mb: u64,
    /// Worker processes that were started.
    pub workers_started: u64,
}

/// The folder part of a path with `/`; empty for a file that lies in none.
fn folder_of(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(folder, _)| folder)
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
    /// What the run has taken of the machine.
    pub resources: Resources,
    /// The same counters for each folder.
    pub folders: BTreeMap<String, Tally>,
    /// Everything that was not ingested, but for files that lie in the archive unchanged
    /// since an earlier run: those are counted only.
    #[serde(rename = "not_ingested")]
    pub rows: Vec<Row>,
    /// Paths that follow no grammar of `sohoa.toml`, where it has one.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub names_not_understood: Vec<String>,
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
        self.folders.entry(folder_of(path).to_owned()).or_default().count(fate);
    }

    /// Whether a file or page was set aside, or a file not copied in.
    pub fn is_something_set_aside(&self) -> bool {
        self.rows.iter().any(|row| matches!(row.fate, Fate::Quarantined | Fate::Failed))
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
        let used = &self.resources;
        if used.coordinator_peak_mb > 0 {
            lines.push(format!(
                "memory at most: {} MB coordinator, {} MB a worker ({} started)",
                used.coordinator_peak_mb, used.worker_peak_mb, used.workers_started
            ));
        }
        if !self.names_not_understood.is_empty() {
            lines.push(format!(
                "{} file names follow no pattern of sohoa.toml, e.g. `{}`",
                self.names_not_understood.len(),
                self.names_not_understood.first().map_or("", String::as_str)
            ));
        }
        // What is there twice or left for the next run is counted above, and listed in the
        // report's files.
        let is_quiet = |why| matches!(why, Why::SameBytes | Why::NotBegun);
        for row in self.rows.iter().filter(|row| !is_quiet(row.reason)) {
            let page = row.page.map(|page| format!(" page {page}")).unwrap_or_default();
            let message = match row.message.as_str() {
                "" => String::new(),
                message => format!(" {message};"),
            };
            lines.push(format!(
                "{}{page}: {}:{message} {}",
                row.path,
                row.reason.name(),
                row.remedy
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
