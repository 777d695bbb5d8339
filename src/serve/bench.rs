//! Who has which field before them, so that two do not key the same.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use crate::catalog::CheckItem;

const MINUTE_MS: i64 = 60 * 1000;
/// A field that somebody has had before them for so long goes to the next one who asks.
const LEASE_MS: i64 = 10 * MINUTE_MS;
/// A field that somebody left out comes back to them after so long.
const SKIP_MS: i64 = 60 * MINUTE_MS;
/// Fields that are remembered; beyond that those whose time is over are forgotten.
const MOST_FIELDS: usize = 20_000;

/// Record and field.
type Key = (String, String);

/// The fields that people have before them, or left out.
#[derive(Default)]
pub(super) struct Bench {
    leases: Mutex<BTreeMap<Key, (String, i64)>>,
    skipped: Mutex<BTreeMap<(String, Key), i64>>,
}

fn key(item: &CheckItem) -> Key {
    (item.record.0.clone(), item.field.clone())
}

impl Bench {
    /// Whether `account` may take the field: nobody else has it, and they did not leave it
    /// out a short while ago.
    pub(super) fn is_free(&self, item: &CheckItem, account: &str, now_ms: i64) -> bool {
        let key = key(item);
        let leases = self.leases.lock().unwrap_or_else(PoisonError::into_inner);
        let is_taken = leases
            .get(&key)
            .is_some_and(|(holder, until)| holder != account && *until > now_ms);
        let skipped = self.skipped.lock().unwrap_or_else(PoisonError::into_inner);
        let until = skipped.get(&(account.to_owned(), key));
        !is_taken && until.is_none_or(|until| *until <= now_ms)
    }

    /// Gives the field to `account` for a while.
    pub(super) fn take(&self, item: &CheckItem, account: &str, now_ms: i64) {
        let mut leases = self.leases.lock().unwrap_or_else(PoisonError::into_inner);
        if leases.len() >= MOST_FIELDS {
            leases.retain(|_, (_, until)| *until > now_ms);
        }
        if leases.len() < MOST_FIELDS {
            leases.insert(key(item), (account.to_owned(), now_ms + LEASE_MS));
        }
    }

    /// Gives the field back that `account` has; it is decided, or left out.
    pub(super) fn give_back(&self, record: &str, field: &str, account: &str) {
        let key = (record.to_owned(), field.to_owned());
        let mut leases = self.leases.lock().unwrap_or_else(PoisonError::into_inner);
        if leases.get(&key).is_some_and(|(holder, _)| holder == account) {
            leases.remove(&key);
        }
    }

    /// Leaves the field to others for a while. It is one that there is: what is remembered
    /// here came from a form.
    pub(super) fn skip(&self, record: &str, field: &str, account: &str, now_ms: i64) {
        self.give_back(record, field, account);
        let key = (record.to_owned(), field.to_owned());
        let mut skipped = self.skipped.lock().unwrap_or_else(PoisonError::into_inner);
        if skipped.len() >= MOST_FIELDS {
            skipped.retain(|_, until| *until > now_ms);
        }
        if skipped.len() < MOST_FIELDS {
            skipped.insert((account.to_owned(), key), now_ms + SKIP_MS);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::RecordId;

    #[test]
    fn a_field_is_before_one_person_and_comes_back_after_a_while() {
        let bench = Bench::default();
        let item = CheckItem {
            record: RecordId("r".into()),
            field: "so".into(),
            stage: "read".into(),
            kind: String::new(),
            unit: None,
            collection: None,
        };
        bench.take(&item, "lan", 0);
        assert!(bench.is_free(&item, "lan", 1) && !bench.is_free(&item, "hoa", 1));
        assert!(bench.is_free(&item, "hoa", LEASE_MS));
        bench.give_back("r", "so", "hoa");
        assert!(!bench.is_free(&item, "hoa", 1), "not theirs to give");
        bench.give_back("r", "so", "lan");
        assert!(
            bench.is_free(&item, "hoa", 1),
            "decided, so anybody may take the next step"
        );
        bench.skip("r", "so", "lan", 0);
        assert!(!bench.is_free(&item, "lan", 1) && bench.is_free(&item, "hoa", 1));
        assert!(bench.is_free(&item, "lan", SKIP_MS));
    }
}
