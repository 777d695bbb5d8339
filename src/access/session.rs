//! How long a session and an unused account are good for.

const MINUTE_MS: i64 = 60 * 1000;
const DAY_MS: i64 = 24 * 60 * MINUTE_MS;

/// A session without a request for so long is over: the clerk has left the desk. OWASP
/// ASVS 3.3.2 (level 2) asks for 30 minutes at most.
const IDLE_MS: i64 = 30 * MINUTE_MS;
/// A session is over after so long whatever happens in it: one working day (ASVS 3.3.2).
pub(super) const TOTAL_MS: i64 = 12 * 60 * MINUTE_MS;
/// A case that was named is asked for again after so long.
const CASE_MS: i64 = 60 * MINUTE_MS;
/// An account that nobody used for so long is closed (QCVN 12:2026/BCA).
pub const IDLE_ACCOUNT_MS: i64 = 45 * DAY_MS;

/// What is left of a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SessionState {
    /// Whether requests are still answered in it.
    pub is_open: bool,
    /// Whether the case that was named last still holds.
    pub has_case: bool,
}

/// What is left of a session that was begun, last used, and whose case was named, at these
/// moments (0: no case was named).
pub fn session_state(
    made_ms: i64,
    seen_ms: i64,
    case_ms: i64,
    now_ms: i64,
) -> SessionState {
    // A clock that was set back must not make a session immortal.
    let age = |since: i64| now_ms.saturating_sub(since);
    let holds = |since: i64, most: i64| (0..most).contains(&age(since));
    SessionState {
        is_open: holds(made_ms, TOTAL_MS) && age(seen_ms) < IDLE_MS,
        has_case: case_ms > 0 && holds(case_ms, CASE_MS),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_session_ends_when_it_is_idle_and_when_the_day_is_over() {
        let open = |made, seen, now| session_state(made, seen, 0, now).is_open;
        assert!(open(0, 0, IDLE_MS - 1));
        assert!(!open(0, 0, IDLE_MS));
        assert!(open(0, TOTAL_MS - 2, TOTAL_MS - 1));
        assert!(!open(0, TOTAL_MS - 2, TOTAL_MS));
        assert!(!open(10, 10, 5), "made in the future: the clock was set back");
    }

    #[test]
    fn a_case_is_asked_for_again_after_an_hour() {
        let has_case = |case, now| session_state(0, now, case, now).has_case;
        assert!(!has_case(0, 1));
        assert!(has_case(1, CASE_MS));
        assert!(!has_case(1, CASE_MS + 1));
    }
}
