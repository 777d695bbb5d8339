//! Drives the workers: opens scans, has their pages read, makes their records.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use super::child::Death;
use super::child::Slot;
use super::child::WorkerError;
use super::error::RunError;
use super::ingest::Ingest;
use super::panics;
use super::queue::Job;
use super::records::extracted;
use super::wire::Reply;
use super::wire::Request;
use crate::catalog::PageState;
use crate::failpoint;
use crate::model::PageKey;
use crate::model::Reason;
use crate::model::ScanId;
use crate::report::Fate;
use crate::report::FileNotice;
use crate::report::Why;

/// A file or page on which a worker crashed or hung so often is set aside. The count is
/// kept in the catalog, and `attempts` adds to it what takes the whole machine down.
pub(super) const MAX_CRASHES: u32 = 2;

/// A page whose workers were ended from outside so often in one run waits for the next
/// run: whoever ends them is still at it.
const MAX_INTERRUPTIONS: u32 = 5;

/// A worker that was ended from outside with more of its memory limit in use than this is
/// taken for one that the system ended because memory ran out, which its page did.
const LARGE_SHARE: f64 = 0.5;

/// What the failure of an attempt means.
enum Verdict {
    /// Nobody is to blame: the same once more.
    Again,
    /// Nobody is to blame, but it happens too often: next run.
    NextRun,
    /// The file or page is to blame.
    Guilty(Reason, String),
}

impl Ingest<'_> {
    /// Does jobs until there are none; one thread with one worker process.
    pub(super) fn drive(&self) {
        let mut slot = Slot::new(self.setup.clone(), Arc::clone(&self.usage));
        while let Some(job) = self.queue.next() {
            let result = panics::caught(|| match &job {
                Job::Open(scan) => self.open(&mut slot, scan),
                Job::Read(key) => self.read(&mut slot, key),
                Job::Finish(scan) => self.finish(scan),
            });
            let result = result.unwrap_or_else(|panicked| {
                let doing = "driving a worker";
                Err(RunError::Internal { doing, panicked })
            });
            self.keep(result);
            self.queue.done(&job);
        }
    }

    fn open(&self, slot: &mut Slot, scan: &ScanId) -> Result<(), RunError> {
        let stored = self.catalog.scan(scan)?;
        if let Some(num_pages) = stored.and_then(|stored| stored.num_pages) {
            return self.queue_pages(scan, num_pages);
        }
        let request = Request::Open { path: self.catalog.originals().path(scan) };
        let _attempt = self.attempts.open(scan);
        let mut interruptions = 0;
        loop {
            let (reason, message) = match slot.ask(&request) {
                Ok((Reply::Opened { num_pages }, _)) => {
                    self.catalog.set_num_pages(scan, num_pages)?;
                    failpoint::reach("pages-noted");
                    return self.queue_pages(scan, num_pages);
                }
                Ok((Reply::Refused { reason, message }, _)) => (reason, message),
                other => match self.verdict(other, &mut interruptions)? {
                    Verdict::Again => continue,
                    Verdict::NextRun => return Ok(()),
                    Verdict::Guilty(reason, message) => {
                        if self.catalog.note_open_crash(scan)? < MAX_CRASHES {
                            continue;
                        }
                        (reason, message)
                    }
                },
            };
            return self.quarantine(scan, reason, &message);
        }
    }

    fn queue_pages(&self, scan: &ScanId, num_pages: u32) -> Result<(), RunError> {
        let waiting = self.catalog.waiting_pages(scan)?;
        self.counters.opened.fetch_add(1, Ordering::Relaxed);
        self.counters.pages_known.fetch_add(waiting.len() as u64, Ordering::Relaxed);
        debug_assert!(waiting.len() <= num_pages as usize, "only known pages wait");
        self.queue.add_pages(scan, &waiting);
        Ok(())
    }

    fn read(&self, slot: &mut Slot, key: &PageKey) -> Result<(), RunError> {
        let path = self.catalog.originals().path(&key.scan);
        let ruling = self.catalog.rulings(&key.scan)?.remove(&key.page);
        let quarters = ruling.and_then(|ruling| ruling.quarters);
        let request = Request::Read { path, page: key.page, quarters };
        let _attempt = self.attempts.read(key);
        let mut interruptions = 0;
        loop {
            let (reason, message) = match slot.ask(&request) {
                Ok((Reply::Text { taken, text, .. }, _)) => {
                    failpoint::reach("page-read");
                    self.catalog.page_done(key, &taken, &text)?;
                    failpoint::reach("page-stored");
                    self.counters.pages_done.fetch_add(1, Ordering::Relaxed);
                    return Ok(());
                }
                Ok((Reply::Refused { reason, message }, _)) => (reason, message),
                other => match self.verdict(other, &mut interruptions)? {
                    Verdict::Again => continue,
                    Verdict::NextRun => return Ok(()),
                    Verdict::Guilty(reason, message) => {
                        if self.catalog.note_crash(key)? < MAX_CRASHES {
                            continue;
                        }
                        (reason, message)
                    }
                },
            };
            self.counters.set_aside.fetch_add(1, Ordering::Relaxed);
            self.catalog.quarantine_page(key, reason, &message)?;
            return Ok(());
        }
    }

    /// Who is to blame that no answer came.
    fn verdict(
        &self,
        answer: Result<(Reply, Vec<u8>), WorkerError>,
        interruptions: &mut u32,
    ) -> Result<Verdict, RunError> {
        match answer {
            Ok((Reply::Panicked { message }, _)) => {
                Ok(Verdict::Guilty(Reason::Crash, message))
            }
            Ok((Reply::Unable { message }, _)) => Err(RunError::Unable { message }),
            Ok(_) => Err(RunError::Protocol),
            Err(error @ WorkerError::Start(_)) => Err(RunError::Worker(error)),
            Err(error @ WorkerError::Timeout(_)) => {
                Ok(Verdict::Guilty(Reason::Timeout, error.to_string()))
            }
            Err(error @ WorkerError::Died { death: Death::Own, .. }) => {
                Ok(Verdict::Guilty(Reason::Crash, error.to_string()))
            }
            Err(WorkerError::Died {
                death: Death::FromOutside { memory_bytes },
                how,
            }) => {
                let limit = self.setup.memory_bytes as f64;
                if memory_bytes as f64 > LARGE_SHARE * limit {
                    let message = format!(
                        "worker process was ended by the system ({how}) with {} MB in use",
                        memory_bytes >> 20
                    );
                    return Ok(Verdict::Guilty(Reason::Crash, message));
                }
                *interruptions += 1;
                Ok(if *interruptions < MAX_INTERRUPTIONS {
                    Verdict::Again
                } else {
                    Verdict::NextRun
                })
            }
        }
    }

    /// Makes the records of a scan whose pages are all read or set aside.
    fn finish(&self, scan: &ScanId) -> Result<(), RunError> {
        let pages = self.catalog.pages(scan)?;
        if pages.iter().any(|page| page.state == PageState::Waiting) {
            // Its workers were ended from outside again and again: next run.
            return Ok(());
        }
        let none_is_read = pages.iter().all(|page| page.state != PageState::Done);
        let first_bad = pages.iter().find_map(|page| match &page.state {
            PageState::Quarantined(reason, message) => Some((*reason, message.clone())),
            _ => None,
        });
        if let (true, Some((reason, message))) = (none_is_read, first_bad) {
            return self.quarantine(scan, reason, &message);
        }
        let records = panics::caught(|| extracted(self.catalog, self.extract, scan));
        let records = match records {
            Ok(records) => records?,
            Err(panicked) => {
                let message = format!("{panicked} while making records");
                return self.quarantine(scan, Reason::Crash, &message);
            }
        };
        self.catalog.finish_scan(scan, &records)?;
        failpoint::reach("scan-finished");
        self.told(
            scan,
            Fate::Ingested,
            None,
            "",
            pages.len() as u64,
            records.len() as u64,
        )
    }

    /// Sets a whole file aside.
    fn quarantine(
        &self,
        scan: &ScanId,
        reason: Reason,
        message: &str,
    ) -> Result<(), RunError> {
        self.counters.set_aside.fetch_add(1, Ordering::Relaxed);
        self.catalog.quarantine_scan(scan, reason, message)?;
        let why = Some(Why::SetAside(reason));
        self.told(scan, Fate::Quarantined, why, message, 0, 0)
    }

    fn told(
        &self,
        scan: &ScanId,
        fate: Fate,
        why: Option<Why>,
        message: &str,
        pages: u64,
        records: u64,
    ) -> Result<(), RunError> {
        let path = self.catalog.scan(scan)?.map(|stored| stored.path).unwrap_or_default();
        let (scan, message) = (Some(scan.clone()), message.to_owned());
        self.notice(FileNotice { path, scan, fate, why, message, pages, records });
        Ok(())
    }
}
