//! When an account is locked after wrong passwords.

/// Wrong passwords in a row after which an account is locked. QCVN 12 leaves the number
/// open; fewer locks out people who mistype, more helps whoever guesses.
pub(super) const FAILURES_BEFORE_LOCK: u32 = 5;
/// How long it is locked the first time: at most 20 guesses an hour.
pub const LOCK_MS: i64 = 15 * 60 * 1000;
/// Doubled this often at most: a lock of four hours is lifted by an administrator, and a
/// longer one would let anybody keep somebody out for days.
const MAX_DOUBLINGS: u32 = 4;

/// Until when an account is locked after `failures` wrong passwords in a row, the last at
/// `now_ms`; `None` while there were too few of them.
pub(super) fn locked_until(failures: u32, now_ms: i64) -> Option<i64> {
    let rounds = failures / FAILURES_BEFORE_LOCK;
    if rounds == 0 || !failures.is_multiple_of(FAILURES_BEFORE_LOCK) {
        return None;
    }
    let doublings = (rounds - 1).min(MAX_DOUBLINGS);
    Some(now_ms.saturating_add(LOCK_MS << doublings))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_fifth_failure_locks_for_longer_up_to_four_hours() {
        let minutes = |failures| locked_until(failures, 0).map(|until| until / 60_000);
        assert_eq!(minutes(4), None);
        assert_eq!(minutes(5), Some(15));
        assert_eq!(minutes(6), None);
        assert_eq!(minutes(10), Some(30));
        assert_eq!(minutes(25), Some(240));
        assert_eq!(minutes(500), Some(240));
    }
}
