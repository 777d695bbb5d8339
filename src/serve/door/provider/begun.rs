//! Log-ins that were begun at the provider and have not come back.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use crate::access::Token;

/// How long somebody may take at the provider, a second factor included.
pub(in super::super) const GOOD_FOR_SECONDS: i64 = 600;
/// Log-ins that are remembered. Whoever begins more throws out the oldest: an office has
/// some hundred people.
const MOST: usize = 10_000;

struct LogIn {
    since_ms: i64,
    next: String,
}

/// Log-ins by the hash of what the browser holds. Each comes back once.
#[derive(Default)]
pub(super) struct Begun(Mutex<BTreeMap<String, LogIn>>);

impl Begun {
    /// Remembers a log-in, and where its person wanted to go.
    pub(super) fn keep(&self, browser: &Token, next: String, now_ms: i64) {
        let mut begun = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if begun.len() >= MOST {
            begun.retain(|_, log_in| is_good(log_in, now_ms));
        }
        if begun.len() >= MOST {
            let oldest = begun.iter().min_by_key(|(_, log_in)| log_in.since_ms);
            if let Some(oldest) = oldest.map(|(key, _)| key.clone()) {
                begun.remove(&oldest);
            }
        }
        begun.insert(browser.kept(), LogIn { since_ms: now_ms, next });
    }

    /// Where the person of a log-in wanted to go; `None` if it was not begun here, has come
    /// back before, or took too long.
    pub(super) fn take(&self, browser: &Token, now_ms: i64) -> Option<String> {
        let mut begun = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let log_in = begun.remove(&browser.kept())?;
        is_good(&log_in, now_ms).then_some(log_in.next)
    }
}

fn is_good(log_in: &LogIn, now_ms: i64) -> bool {
    (0..GOOD_FOR_SECONDS * 1000).contains(&now_ms.saturating_sub(log_in.since_ms))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn token() -> Token {
        Token::new().expect("a token")
    }

    #[test]
    fn a_log_in_comes_back_once_and_in_time() {
        let begun = Begun::default();
        let (lan, hoa) = (token(), token());
        begun.keep(&lan, "/a".into(), 0);
        begun.keep(&hoa, "/b".into(), 0);
        assert_eq!(begun.take(&token(), 1), None);
        assert_eq!(begun.take(&lan, 1).as_deref(), Some("/a"));
        assert_eq!(begun.take(&lan, 1), None, "once");
        assert_eq!(begun.take(&hoa, GOOD_FOR_SECONDS * 1000), None, "too late");
    }

    #[test]
    fn whoever_begins_very_many_throws_out_the_oldest_and_fills_no_memory() {
        let begun = Begun::default();
        let first = token();
        begun.keep(&first, String::new(), 0);
        for at in 0..MOST {
            begun.keep(&token(), String::new(), 1 + at as i64 / 100);
        }
        assert_eq!(begun.0.lock().expect("the list").len(), MOST);
        assert_eq!(begun.take(&first, 2), None);
    }
}
