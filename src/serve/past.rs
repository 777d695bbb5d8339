//! What each session has searched for lately. It names people, so it is kept in memory and
//! nowhere else, and goes with the session.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::request::Asked;

/// Searches that are kept of a session.
const MOST_SEARCHES: usize = 15;
/// Sessions whose searches are kept; whoever has searched longest ago gives way.
const MOST_SESSIONS: usize = 500;
/// How long a search is kept, in milliseconds: a working day.
const KEPT_MS: i64 = 12 * 60 * 60 * 1000;

/// A search that was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct PastSearch {
    /// What was asked, from the first hit on.
    pub(super) asked: Asked,
    /// How many records it found.
    pub(super) total: u64,
    /// There may be more than `total`.
    pub(super) at_least: bool,
    /// When, in milliseconds since 1970-01-01 UTC.
    pub(super) at_ms: i64,
}

/// The latest searches by session, the latest of each last.
#[derive(Default)]
pub(super) struct PastSearches(Mutex<HashMap<String, Vec<PastSearch>>>);

impl PastSearches {
    fn lock(&self) -> MutexGuard<'_, HashMap<String, Vec<PastSearch>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Keeps a search of a session; one that was made before moves to the end.
    pub(super) fn keep(&self, session: &str, search: PastSearch) {
        let mut all = self.lock();
        if !all.contains_key(session) && all.len() >= MOST_SESSIONS {
            let latest = |searches: &[PastSearch]| searches.last().map(|it| it.at_ms);
            let oldest = all.iter().min_by_key(|(_, searches)| latest(searches));
            if let Some(oldest) = oldest.map(|(session, _)| session.clone()) {
                all.remove(&oldest);
            }
        }
        let own = all.entry(session.to_owned()).or_default();
        own.retain(|known| known.asked != search.asked);
        if own.len() >= MOST_SEARCHES {
            own.remove(0);
        }
        own.push(search);
    }

    /// The searches of a session that are not too old, the latest first.
    pub(super) fn of(&self, session: &str, now_ms: i64) -> Vec<PastSearch> {
        let mut all = self.lock();
        let Some(own) = all.get_mut(session) else { return Vec::new() };
        own.retain(|search| now_ms.saturating_sub(search.at_ms) < KEPT_MS);
        own.iter().rev().cloned().collect()
    }

    /// Forgets what a session has searched for.
    pub(super) fn forget(&self, session: &str) {
        self.lock().remove(session);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn search(q: &str, at_ms: i64) -> PastSearch {
        let asked = Asked { q: q.into(), ..Asked::default() };
        PastSearch { asked, total: 1, at_least: false, at_ms }
    }

    fn words(past: &PastSearches, session: &str, now_ms: i64) -> Vec<String> {
        past.of(session, now_ms).into_iter().map(|it| it.asked.q).collect()
    }

    #[test]
    fn each_session_has_its_own_searches_the_latest_first_and_each_once() {
        let past = PastSearches::default();
        for (at, q) in ["lò", "giàng", "lò"].into_iter().enumerate() {
            past.keep("a", search(q, at as i64));
        }
        past.keep("b", search("vì", 9));
        assert_eq!(words(&past, "a", 10), ["lò", "giàng"]);
        assert_eq!(words(&past, "b", 10), ["vì"]);
        past.forget("a");
        assert_eq!(words(&past, "a", 10), [""; 0]);
        assert_eq!(words(&past, "b", 10), ["vì"]);
    }

    #[test]
    fn a_search_is_kept_for_a_day_and_a_full_list_loses_its_oldest() {
        let past = PastSearches::default();
        for at in 0..=MOST_SEARCHES {
            past.keep("a", search(&at.to_string(), at as i64));
        }
        let kept = words(&past, "a", 20);
        assert_eq!((kept.len(), kept[0].as_str()), (MOST_SEARCHES, "15"));
        assert_eq!(kept.last().map(String::as_str), Some("1"));
        assert_eq!(
            words(&past, "a", KEPT_MS + 14),
            ["15"],
            "of the others a day is over"
        );
    }

    #[test]
    fn when_there_are_too_many_sessions_the_one_that_rests_longest_is_forgotten() {
        let past = PastSearches::default();
        for at in 0..MOST_SESSIONS {
            past.keep(&at.to_string(), search("x", at as i64));
        }
        past.keep("0", search("y", 600));
        past.keep("new", search("z", 601));
        assert_eq!(words(&past, "0", 602), ["y", "x"]);
        assert_eq!(words(&past, "1", 602), [""; 0]);
        assert_eq!(words(&past, "new", 602), ["z"]);
    }
}
