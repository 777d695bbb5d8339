//! What the desk works with: what it was given, and what it keeps in between.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use tokio::sync::Semaphore;

use super::bench::Bench;
use super::door::{Door, Provider};
use super::figures::Dashboard;
use super::holdings::Holdings;
use super::images::PageImages;
use super::labels::{Labels, LabelsError};
use super::load::Load;
use super::page_cache::{KEPT_BYTES, PIECES_BYTES, PageCache};
use super::page_tools::PageTools;
use super::past::PastSearches;
use super::picture_cache::{PIECE_BYTES, PictureCache, TILE_BYTES};
use super::seek::Seek;
use super::sizes::PageSizes;
use super::text::Texts;
use crate::access::Sensitive;
use crate::access::SensitiveError;
use crate::catalog::Catalog;
use crate::checking::{CheckRules, CheckRulesError};
use crate::config::gazetteer::Gazetteer;
use crate::model::Kind;
use crate::model::KindId;

/// Pictures that are made at the same time. Each may hold a decoded page of its own; two
/// keep both cores of an office PC busy and leave memory for the rest.
const PICTURES_AT_ONCE: usize = 2;

/// Of these, cut-outs beside hits: a list brings several of pages that nobody has opened,
/// and who turns over a page does not wait behind them.
const PIECES_AT_ONCE: usize = 1;

/// Searches and pages that are made at the same time; others wait for their turn. Enough
/// that one slow disk holds up nobody, and few enough for the memory of an office PC.
const TURNS: usize = 32;

/// Files that arrive through the desk at the same time.
const ARRIVALS_AT_ONCE: usize = 4;

/// What the desk is given.
pub struct App {
    /// The truth.
    pub catalog: Arc<Catalog>,
    /// The index.
    pub searcher: Arc<dyn Seek>,
    /// The pictures of pages.
    pub images: Arc<dyn PageImages>,
    /// The intake; `None` where scans are taken in by the command line alone.
    pub load: Option<Arc<dyn Load>>,
    /// What cuts files into papers; `None` where nobody may.
    pub page_tools: Option<Arc<dyn PageTools>>,
    /// Kinds of documents with their titles, in the order in which they are offered.
    pub kinds: Vec<Kind>,
    /// Communes that can be chosen, code and name; may be empty.
    pub units: Vec<(String, String)>,
    /// Who else may say who somebody is; `None`: passwords alone.
    pub provider: Option<Provider>,
    /// Told in one line about each failure that is not the caller's. The line holds no
    /// personal data.
    pub log: fn(&str),
}

/// Why the desk could not be set up.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StartError {
    /// The embedded texts.
    #[error("`texts.toml` cannot be used")]
    Texts(#[from] toml::de::Error),
    /// The embedded labels.
    #[error("the labels cannot be used")]
    Labels(#[from] LabelsError),
    /// The embedded list of what is sensitive.
    #[error("the list of sensitive papers cannot be used")]
    Sensitive(#[from] SensitiveError),
    /// The embedded rules of checking.
    #[error("the rules of checking cannot be used")]
    Checking(#[from] CheckRulesError),
}

/// The desk at work; one for all requests.
pub(super) struct Desk {
    pub(super) catalog: Arc<Catalog>,
    pub(super) searcher: Arc<dyn Seek>,
    pub(super) load: Option<Arc<dyn Load>>,
    pub(super) page_tools: Option<Arc<dyn PageTools>>,
    /// Pages that somebody looks at.
    pub(super) pages: PageCache,
    /// Pages that cut-outs beside hits are taken from.
    pub(super) pages_of_pieces: PageCache,
    pub(super) sizes: PageSizes,
    /// Parts of pages that viewers asked for.
    pub(super) tiles: PictureCache,
    /// Cut-outs beside hits.
    pub(super) pieces: PictureCache,
    pub(super) kinds: Vec<Kind>,
    pub(super) units: Vec<(String, String)>,
    pub(super) texts: Texts,
    pub(super) labels: Labels,
    pub(super) holdings: Holdings,
    pub(super) past: PastSearches,
    pub(super) door: Door,
    pub(super) bench: Bench,
    pub(super) check_rules: CheckRules,
    pub(super) dashboard: Dashboard,
    pub(super) pictures: Arc<Semaphore>,
    /// Turns of cut-outs among the turns of `pictures`.
    pub(super) cutting: Arc<Semaphore>,
    pub(super) arrivals: Arc<Semaphore>,
    pub(super) turns: Arc<Semaphore>,
    pub(super) log: fn(&str),
    /// Whether only this machine can call, so that a foreign host name is an attack.
    pub(super) is_local: bool,
    /// Whether it is called over TLS.
    pub(super) is_tls: bool,
    /// Which start of the desk a request belongs to.
    start: String,
    requests: AtomicU64,
}

impl Desk {
    pub(super) fn new(
        app: App,
        is_local: bool,
        is_tls: bool,
    ) -> Result<Self, StartError> {
        // The process and its moment: enough to tell the requests of two starts apart.
        let moment = std::time::SystemTime::now()
            .duration_since(std::time::UNIX_EPOCH)
            .map_or(0, |since| since.as_secs());
        Ok(Self {
            catalog: app.catalog,
            searcher: app.searcher,
            load: app.load,
            page_tools: app.page_tools,
            arrivals: Arc::new(Semaphore::new(ARRIVALS_AT_ONCE)),
            pages_of_pieces: PageCache::new(Arc::clone(&app.images), PIECES_BYTES),
            pages: PageCache::new(app.images, KEPT_BYTES),
            sizes: PageSizes::default(),
            tiles: PictureCache::new(TILE_BYTES),
            pieces: PictureCache::new(PIECE_BYTES),
            kinds: app.kinds,
            units: app.units,
            texts: Texts::embedded()?,
            labels: Labels::embedded()?,
            holdings: Holdings::default(),
            past: PastSearches::default(),
            dashboard: Dashboard::default(),
            bench: Bench::default(),
            check_rules: CheckRules::embedded()?,
            door: Door::new(Sensitive::embedded()?, app.provider),
            pictures: Arc::new(Semaphore::new(PICTURES_AT_ONCE)),
            cutting: Arc::new(Semaphore::new(PIECES_AT_ONCE)),
            turns: Arc::new(Semaphore::new(TURNS)),
            log: app.log,
            is_local,
            is_tls,
            start: format!("{moment:08x}"),
            requests: AtomicU64::new(0),
        })
    }

    /// Title of a kind; its name where no definition has one.
    pub(super) fn kind_title<'a>(&'a self, kind: &'a KindId) -> &'a str {
        let known = self.kinds.iter().find(|known| known.id == *kind);
        known.map_or(kind.0.as_str(), |known| known.title.as_str())
    }

    /// Name of a commune; its code where it is not known.
    pub(super) fn unit_name<'a>(&'a self, code: &'a str) -> &'a str {
        let known = self.units.iter().find(|(known, _)| known == code);
        let of_code = || Gazetteer::get().unit_of_code(code).map(|unit| unit.name);
        known.map(|(_, name)| name.as_str()).or_else(of_code).unwrap_or(code)
    }

    /// A name for one request, to be found again in the log.
    pub(super) fn next_request_id(&self) -> String {
        let number = self.requests.fetch_add(1, Ordering::Relaxed);
        format!("{}-{number:06x}", self.start)
    }
}
