//! How often somebody may ask.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

const MINUTE_MS: i64 = 60 * 1000;
/// Callers that are remembered; beyond that the oldest count again from nothing.
const MOST_CALLERS: usize = 10_000;

/// Counts requests in windows of time, each caller for itself.
pub(in super::super) struct Pace {
    window_ms: i64,
    most: u32,
    /// Caller → start of its window, requests in it.
    seen: Mutex<BTreeMap<String, (i64, u32)>>,
}

impl Pace {
    /// Log-ins from one address: a whole office behind one address comes in within ten
    /// minutes, while guessing stays slow.
    pub(super) const fn of_log_ins() -> Self {
        Self::new(10 * MINUTE_MS, 60)
    }

    /// Pages, records and searches of one account: a hurried clerk opens one a second;
    /// whoever copies the archive asks faster.
    pub(super) const fn of_requests() -> Self {
        Self::new(MINUTE_MS, 240)
    }

    /// Pictures of whole pages of one account: whoever leafs through a book opens two or
    /// three a second for a moment and one a second for long.
    pub(super) const fn of_pages() -> Self {
        Self::new(MINUTE_MS, 240)
    }

    /// Tiles and pieces of one account: zooming into a spread of A3 asks for some 40 at a
    /// time, a list of hits for 60.
    pub(super) const fn of_tiles() -> Self {
        Self::new(MINUTE_MS, 1800)
    }

    const fn new(window_ms: i64, most: u32) -> Self {
        Self { window_ms, most, seen: Mutex::new(BTreeMap::new()) }
    }

    /// Counts a request; whether it is still within the pace.
    pub(in super::super) fn is_kept(&self, caller: &str, now_ms: i64) -> bool {
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        if seen.len() >= MOST_CALLERS {
            seen.retain(|_, (since, _)| now_ms.saturating_sub(*since) < self.window_ms);
        }
        let entry = seen.entry(caller.to_owned()).or_insert((now_ms, 0));
        if now_ms.saturating_sub(entry.0) >= self.window_ms {
            *entry = (now_ms, 0);
        }
        entry.1 = entry.1.saturating_add(1);
        entry.1 <= self.most
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_caller_has_a_pace_of_its_own_and_begins_again_after_the_window() {
        let pace = Pace::new(1000, 2);
        assert!(pace.is_kept("a", 0) && pace.is_kept("a", 10) && !pace.is_kept("a", 20));
        assert!(pace.is_kept("b", 20));
        assert!(pace.is_kept("a", 1000));
    }
}
