//! The door: who calls, whether they may, and that it stands in the trail.
//!
//! ```text
//! request ─who─▶ visitor ─gate─▶ right ─place─▶ scope ─▶ handler ─trail─▶ answer
//! ```
//!
//! One place for all addresses, also for those that other parts of the desk add: an address
//! that [`gate`] does not know is answered to nobody once there are accounts.

mod admit;
mod by_provider;
mod form;
mod gate;
mod handlers;
mod pace;
mod piece;
mod place;
mod provider;
mod sight;
mod trail;
mod visitor;

use std::collections::HashSet;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use tokio::sync::Semaphore;

use crate::access::AccountError;
use crate::access::Sensitive;
use crate::catalog::Catalog;
use crate::catalog::CatalogError;

pub(super) use admit::{Admission, SESSION_COOKIE, admit, is_page};
pub(super) use form::Form;
#[cfg(test)]
pub(super) use gate::{line_of, lines};
pub(super) use handlers::{routes, see};
pub(super) use pace::Pace;
pub use provider::{Provider, ProviderError};
pub(super) use sight::Sight;
pub(super) use trail::{Asked, note_deed, note_list, noted};
pub(super) use visitor::Visitor;

/// Passwords that are compared at the same time; each takes 19 MiB and a core for a while.
const PASSWORDS_AT_ONCE: usize = 2;
/// Pages whose looking at was noted, after which the desk begins to note them again.
const MOST_NOTED: usize = 50_000;

/// Milliseconds since 1970-01-01 UTC.
pub(super) fn now_ms() -> i64 {
    jiff::Timestamp::now().as_millisecond()
}

/// What the door remembers between requests.
pub(super) struct Door {
    /// Whether there are accounts; once there are, there always are.
    has_accounts: AtomicBool,
    pub(super) sensitive: Sensitive,
    /// Log-ins by where they come from.
    pub(super) log_ins: Pace,
    /// Requests by account.
    pub(super) requests: Pace,
    /// Pictures of whole pages by account.
    pages: Pace,
    /// Tiles and pieces of pages by account.
    tiles: Pace,
    pub(super) passwords: Semaphore,
    /// Who else may say who somebody is.
    pub(super) provider: Option<Arc<Provider>>,
    /// Pages of which a session has been shown the picture already, as noted in the trail.
    noted: Mutex<HashSet<String>>,
    key: OnceLock<String>,
}

impl Door {
    pub(super) fn new(sensitive: Sensitive, provider: Option<Provider>) -> Self {
        Self {
            has_accounts: AtomicBool::new(false),
            sensitive,
            log_ins: Pace::of_log_ins(),
            requests: Pace::of_requests(),
            pages: Pace::of_pages(),
            tiles: Pace::of_tiles(),
            passwords: Semaphore::new(PASSWORDS_AT_ONCE),
            provider: provider.map(Arc::new),
            noted: Mutex::default(),
            key: OnceLock::new(),
        }
    }

    /// Whether somebody has to come in with an account.
    fn has_accounts(&self, catalog: &Catalog) -> Result<bool, CatalogError> {
        if self.has_accounts.load(Ordering::Relaxed) {
            return Ok(true);
        }
        let has = catalog.has_accounts()?;
        self.has_accounts.store(has, Ordering::Relaxed);
        Ok(has)
    }

    /// Whether this is the first time that `seen` is told here.
    fn is_first(&self, seen: String) -> bool {
        let mut noted = self.noted.lock().unwrap_or_else(PoisonError::into_inner);
        if noted.len() >= MOST_NOTED {
            noted.clear();
        }
        noted.insert(seen)
    }

    /// The key of the archive's trail.
    pub(super) fn key(&self, catalog: &Catalog) -> Result<&str, AccountError> {
        if let Some(key) = self.key.get() {
            return Ok(key);
        }
        let key = crate::access::trail_key(catalog)?;
        Ok(self.key.get_or_init(|| key))
    }
}
