//! What people say about pages, carried out: the records of the file are made again from
//! what was read, a page that is turned is read again, and what people checked stays.

mod losses;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use self::losses::losses;
use super::archive::Archive;
use super::child::{Slot, WorkerSetup};
use super::error::RunError;
use super::records::{extracted_as, read_pages};
use super::wire::{Reply, Request};
use crate::catalog::{PageRuling, PageState, ScanState};
use crate::extract::{Extract, Opinion};
use crate::model::{
    PageKey, PageOrder, PageText, PageTool, Record, Rulings, ScanId, with_causes,
};
use crate::serve::{CutFile, LossOf, PageTools, PageToolsError, Who};

/// Files whose papers are remembered: those that somebody goes through just now.
const REMEMBERED: usize = 8;

/// How often a ruling is worked out again because somebody else was quicker.
const ATTEMPTS: usize = 3;

/// What was worked out about a file: reading its texts again takes seconds where it is a
/// book.
#[derive(Default, Clone)]
struct Remembered {
    /// The pages that were read, and how people turned them, when this was made.
    read: (Vec<u32>, Vec<Option<u8>>),
    opinions: Arc<Vec<(u32, Opinion)>>,
    quarters: BTreeMap<u32, u8>,
    /// What the machine reads after so many rulings.
    records: Option<(u64, Arc<Vec<Record>>)>,
}

/// Carries out at the desk what archivists say about pages.
pub struct PageDesk {
    archive: Arc<Archive>,
    setup: WorkerSetup,
    extract: Extract,
    /// One page at a time is read again: it takes a core and half a gigabyte.
    reading: Mutex<()>,
    remembered: Mutex<BTreeMap<ScanId, Remembered>>,
}

impl From<RunError> for PageToolsError {
    fn from(error: RunError) -> Self {
        Self::Archive(error.into())
    }
}

fn failed(error: impl Into<RunError>) -> PageToolsError {
    error.into().into()
}

impl PageDesk {
    /// The page tools of `archive`, whose workers are started as `setup` says.
    ///
    /// # Errors
    ///
    /// If a definition of a kind is not valid.
    pub fn new(archive: Arc<Archive>, setup: WorkerSetup) -> Result<Self, RunError> {
        let extract = Extract::new(Arc::new(archive.kinds()?));
        let (reading, remembered) = (Mutex::default(), Mutex::default());
        Ok(Self { archive, setup, extract, reading, remembered })
    }

    /// Refuses what cannot be said about a page.
    fn checked(&self, order: &PageOrder) -> Result<(), PageToolsError> {
        let catalog = &self.archive.catalog;
        let scan = catalog.scan(&order.key.scan).map_err(failed)?;
        let pages = catalog.pages(&order.key.scan).map_err(failed)?;
        let page = pages.iter().find(|page| page.key == order.key);
        let (Some(scan), Some(page)) = (scan, page) else {
            return Err(PageToolsError::NoSuchPage);
        };
        let is_read = page.state == PageState::Done;
        if scan.state != ScanState::Done || order.tool == PageTool::Turn && !is_read {
            return Err(PageToolsError::NotRead);
        }
        let makes_sense = crate::model::Ruling::default().say(order.tool, &order.value);
        let kinds = self.archive.kinds()?;
        let is_known = order.tool != PageTool::Kind
            || order.value.is_empty()
            || kinds.kinds().any(|kind| kind.id.0 == order.value);
        if makes_sense && is_known { Ok(()) } else { Err(PageToolsError::Value) }
    }

    /// Reads a page again, turned as people say; also how its image was taken.
    fn read(
        &self,
        key: &PageKey,
        quarters: Option<u8>,
    ) -> Result<(PageText, String), PageToolsError> {
        let _turn = self.reading.lock().unwrap_or_else(PoisonError::into_inner);
        let path = self.archive.catalog.originals().path(&key.scan);
        let request = Request::Read { path, page: key.page, quarters };
        // The worker goes when the page is read: a desk needs its memory for other things.
        match Slot::new(self.setup.clone(), Arc::default()).ask(&request) {
            Ok((Reply::Text { taken, text, .. }, _)) => Ok((*text, taken)),
            Ok((
                Reply::Refused { message, .. }
                | Reply::Panicked { message }
                | Reply::Unable { message },
                _,
            )) => Err(PageToolsError::Unread(message)),
            Ok(_) => Err(PageToolsError::Unread("no text came".to_owned())),
            Err(error) => Err(PageToolsError::Unread(with_causes(&error))),
        }
    }

    /// What is known about the pages of a file.
    fn looked_at(
        &self,
        scan: &ScanId,
        rulings: &Rulings,
    ) -> Result<Remembered, PageToolsError> {
        let catalog = &self.archive.catalog;
        let pages = read_pages(catalog, scan)?;
        let turns = pages.iter().map(|page| rulings.get(page)?.quarters).collect();
        let read = (pages, turns);
        let known = self.remembered().get(scan).filter(|it| it.read == read).cloned();
        if let Some(known) = known {
            return Ok(known);
        }
        let (mut opinions, mut quarters) = (Vec::new(), BTreeMap::new());
        for &page in &read.0 {
            let key = PageKey { scan: scan.clone(), page };
            if let Some(text) = catalog.page_text(&key).map_err(failed)? {
                opinions.push((page, self.extract.opinion(page, &text)));
                quarters.insert(page, text.to_original.upright_quarters());
            }
        }
        let opinions = Arc::new(opinions);
        let looked_at = Remembered { read, opinions, quarters, records: None };
        self.remember(scan, looked_at.clone());
        Ok(looked_at)
    }

    fn remembered(&self) -> MutexGuard<'_, BTreeMap<ScanId, Remembered>> {
        self.remembered.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn remember(&self, scan: &ScanId, what: Remembered) {
        let mut remembered = self.remembered();
        if remembered.len() >= REMEMBERED {
            remembered.clear();
        }
        remembered.insert(scan.clone(), what);
    }

    /// What the machine reads of a file after so many rulings.
    fn records_now(
        &self,
        scan: &ScanId,
        (number, rulings): (u64, &Rulings),
    ) -> Result<Arc<Vec<Record>>, PageToolsError> {
        let catalog = &self.archive.catalog;
        let pages = read_pages(catalog, scan)?;
        let known = self.remembered().get(scan).filter(|it| it.read.0 == pages).cloned();
        if let Some((_, records)) =
            known.and_then(|it| it.records).filter(|(of, _)| *of == number)
        {
            return Ok(records);
        }
        Ok(Arc::new(extracted_as(catalog, &self.extract, scan, rulings, None)?))
    }

    /// Keeps what the machine reads after ruling `number` for the next one.
    fn keep(&self, scan: &ScanId, number: u64, after: Vec<Record>) {
        if let Some(known) = self.remembered().get_mut(scan) {
            known.records = Some((number, Arc::new(after)));
        }
    }

    /// Works a ruling out and writes it down; `false` where something changed meanwhile.
    fn attempt(
        &self,
        order: &PageOrder,
        who: &Who<'_>,
        read: Option<&(PageText, String)>,
        keep: bool,
    ) -> Result<bool, PageToolsError> {
        let catalog = &self.archive.catalog;
        let PageOrder { key, tool, value, .. } = order;
        let seen = catalog.page_stand(&key.scan).map_err(failed)?;
        let rulings = catalog.rulings(&key.scan).map_err(failed)?;
        let mut ruled = rulings.clone();
        ruled.entry(key.page).or_default().say(*tool, value);
        let before = self.records_now(&key.scan, (seen.rulings, &rulings))?;
        let instead = read.map(|(text, _)| (key.page, text));
        let after = extracted_as(catalog, &self.extract, &key.scan, &ruled, instead)?;
        let checked = catalog.decided_records(&key.scan).map_err(failed)?;
        let losses = losses(&checked, &before, &after, *tool == PageTool::Turn);
        let may_stay = losses.iter().all(|loss| loss.how != LossOf::Place);
        let is_agreed = losses.is_empty() || (keep && may_stay);
        if !is_agreed {
            return Err(PageToolsError::Checked { losses, may_stay });
        }
        let text = match read {
            Some((text, _)) => Some(text.clone()),
            None => catalog.page_text(key).map_err(failed)?,
        };
        let ruling = PageRuling {
            order,
            account: who.account,
            at_ms: who.at_ms,
            source: who.source,
            read: read.map(|(text, taken)| (text, taken.as_str())),
            blank: text.map(|text| text.blank),
            records: &after,
        };
        let Some(number) = catalog.rule(&ruling, &seen).map_err(failed)? else {
            return Ok(false);
        };
        self.keep(&key.scan, number, after);
        Ok(true)
    }
}

impl PageTools for PageDesk {
    fn papers(&self, scan: &ScanId) -> Result<CutFile, PageToolsError> {
        let rulings = self.archive.catalog.rulings(scan).map_err(failed)?;
        let Remembered { opinions, quarters, .. } = self.looked_at(scan, &rulings)?;
        Ok(CutFile { papers: self.extract.papers(&opinions, &rulings), quarters })
    }

    fn rule(
        &self,
        order: &PageOrder,
        who: &Who<'_>,
        keep: bool,
    ) -> Result<(), PageToolsError> {
        self.checked(order)?;
        let read = if order.tool == PageTool::Turn {
            let quarters = order.value.parse().ok();
            Some(self.read(&order.key, quarters)?)
        } else {
            None
        };
        for _ in 0..ATTEMPTS {
            if self.attempt(order, who, read.as_ref(), keep)? {
                return Ok(());
            }
        }
        Err(PageToolsError::Busy)
    }
}

#[cfg(test)]
mod tests;
