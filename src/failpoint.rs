//! Places at which a debug build fails on purpose, so that tests can stand on the far side
//! of every commit step.
//!
//! `SOHOA_FAIL=STEP[/KEY][#N]=ACTION` makes the N-th arrival (the first without `#N`) at
//! the step do the action; with a key only arrivals count whose key begins with it. In a
//! release build every function here is empty.

#[cfg(not(debug_assertions))]
use std::io;

/// Every commit step of a run, in the order in which a file passes them.
pub const COMMIT_STEPS: [&str; 14] = [
    "original-written",
    "original-synced",
    "original-renamed",
    "original-stored",
    "scan-added",
    "pages-noted",
    "page-read",
    "page-stored",
    "records-written",
    "scan-finished",
    "index-filled",
    "index-committed",
    "outbox-cleared",
    "report-written",
];

/// Every commit step of making the index anew, in its order.
pub const REINDEX_STEPS: [&str; 4] =
    ["reindex-filled", "reindex-set-aside", "reindex-swapped", "reindex-cleared"];

/// A worker has got the request; the key is the file's name in the archive, its SHA-256.
pub const IN_WORKER: &str = "in-worker";

/// Arrives at `step`.
#[cfg(not(debug_assertions))]
#[inline]
pub fn reach(_step: &str) {}

/// Arrives at `step` with something of that key.
#[cfg(not(debug_assertions))]
#[inline]
pub fn reach_with(_step: &str, _key: &str) {}

/// Arrives at `step`, at which the disk may be full.
///
/// # Errors
///
/// [`io::ErrorKind::StorageFull`] if that is the action.
#[cfg(not(debug_assertions))]
#[inline]
pub fn reach_disk(_step: &str) -> io::Result<()> {
    Ok(())
}

#[cfg(debug_assertions)]
pub use self::active::{reach, reach_disk, reach_with};

#[cfg(debug_assertions)]
mod active {
    use std::io;
    use std::sync::OnceLock;
    use std::sync::atomic::{AtomicU32, Ordering};
    use std::time::Duration;

    /// What happens at the place.
    #[derive(Debug, Clone, Copy, PartialEq, Eq)]
    pub(super) enum Action {
        /// The process ends at once, as if killed.
        Abort,
        /// The thread panics.
        Panic,
        /// Nothing happens for an hour.
        Hang,
        /// All memory is taken that can be had.
        Eat,
        /// The disk is full.
        Full,
    }

    /// What `SOHOA_FAIL` says.
    #[derive(Debug, PartialEq, Eq)]
    pub(super) struct Plan {
        pub(super) step: String,
        pub(super) key: String,
        pub(super) arrival: u32,
        pub(super) action: Action,
    }

    impl Plan {
        /// `None` for a text that is no plan.
        pub(super) fn parse(text: &str) -> Option<Self> {
            let (place, action) = text.rsplit_once('=')?;
            let action = match action {
                "abort" => Action::Abort,
                "panic" => Action::Panic,
                "hang" => Action::Hang,
                "eat" => Action::Eat,
                "full" => Action::Full,
                _ => return None,
            };
            let (place, arrival) = match place.split_once('#') {
                Some((place, number)) => (place, number.parse().ok()?),
                None => (place, 1),
            };
            let (step, key) = place.split_once('/').unwrap_or((place, ""));
            Some(Self { step: step.to_owned(), key: key.to_owned(), arrival, action })
        }
    }

    fn action(step: &str, key: &str) -> Option<Action> {
        static PLAN: OnceLock<Option<Plan>> = OnceLock::new();
        static ARRIVALS: AtomicU32 = AtomicU32::new(0);
        let plan = PLAN.get_or_init(|| Plan::parse(&std::env::var("SOHOA_FAIL").ok()?));
        let plan = plan
            .as_ref()
            .filter(|plan| plan.step == step && key.starts_with(&plan.key))?;
        let arrival = ARRIVALS.fetch_add(1, Ordering::SeqCst) + 1;
        // A full disk stays full; everything else happens once.
        let is_due = match plan.action {
            Action::Full => arrival >= plan.arrival,
            _ => arrival == plan.arrival,
        };
        is_due.then_some(plan.action)
    }

    /// Arrives at `step`.
    pub fn reach(step: &str) {
        reach_with(step, "");
    }

    /// Arrives at `step` with something of that key.
    ///
    /// # Panics
    ///
    /// Where the test asked for it.
    #[expect(clippy::panic, reason = "that is what the test asked for")]
    pub fn reach_with(step: &str, key: &str) {
        match action(step, key) {
            Some(Action::Abort) => std::process::abort(),
            Some(Action::Panic) => panic!("failpoint {step}"),
            Some(Action::Hang) => std::thread::sleep(Duration::from_hours(1)),
            Some(Action::Eat) => {
                let mut taken = Vec::new();
                loop {
                    taken.push(vec![1_u8; 16 << 20]);
                    std::hint::black_box(&taken);
                }
            }
            Some(Action::Full) | None => {}
        }
    }

    /// Arrives at `step`, at which the disk may be full.
    ///
    /// # Errors
    ///
    /// [`io::ErrorKind::StorageFull`] if that is the action.
    pub fn reach_disk(step: &str) -> io::Result<()> {
        static IS_FULL: OnceLock<bool> = OnceLock::new();
        let is_about_disk = *IS_FULL.get_or_init(|| {
            let text = std::env::var("SOHOA_FAIL").unwrap_or_default();
            Plan::parse(&text).is_some_and(|plan| plan.action == Action::Full)
        });
        if is_about_disk {
            return match action(step, "") {
                Some(_) => Err(io::ErrorKind::StorageFull.into()),
                None => Ok(()),
            };
        }
        reach(step);
        Ok(())
    }
}

#[cfg(all(test, debug_assertions))]
mod tests {
    use super::active::{Action, Plan};

    #[test]
    fn a_plan_names_step_key_arrival_and_action() {
        let plan = Plan::parse("in-worker/ab12#3=hang").unwrap();
        assert_eq!(
            plan,
            Plan {
                step: "in-worker".to_owned(),
                key: "ab12".to_owned(),
                arrival: 3,
                action: Action::Hang
            }
        );
        assert_eq!(Plan::parse("page-read=abort").unwrap().arrival, 1);
        assert_eq!(Plan::parse("page-read"), None);
    }
}
