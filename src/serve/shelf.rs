//! What was made lately and may be wanted again, up to a number of bytes.

use std::collections::BTreeMap;

struct Kept<V> {
    value: V,
    bytes: usize,
    used: u64,
}

/// Keeps values until others need their room; what was not used longest goes first.
pub(super) struct Shelf<K, V> {
    kept: BTreeMap<K, Kept<V>>,
    most_bytes: usize,
    bytes: usize,
    clock: u64,
}

impl<K: Ord + Clone, V: Clone> Shelf<K, V> {
    /// A shelf for at most `most_bytes`.
    pub(super) fn new(most_bytes: usize) -> Self {
        Self { kept: BTreeMap::new(), most_bytes, bytes: 0, clock: 0 }
    }

    /// The value, if it is kept.
    pub(super) fn take(&mut self, key: &K) -> Option<V> {
        self.clock += 1;
        let kept = self.kept.get_mut(key)?;
        kept.used = self.clock;
        Some(kept.value.clone())
    }

    /// Keeps a value of so many bytes. One that is larger than the whole shelf is kept
    /// alone.
    pub(super) fn put(&mut self, key: K, value: V, bytes: usize) {
        self.remove(&key);
        while self.bytes + bytes > self.most_bytes {
            let oldest = self.kept.iter().min_by_key(|(_, kept)| kept.used);
            let Some(oldest) = oldest.map(|(key, _)| key.clone()) else { break };
            self.remove(&oldest);
        }
        self.clock += 1;
        self.kept.insert(key, Kept { value, bytes, used: self.clock });
        self.bytes += bytes;
    }

    fn remove(&mut self, key: &K) {
        if let Some(gone) = self.kept.remove(key) {
            self.bytes -= gone.bytes;
        }
    }

    /// Bytes of all that is kept.
    #[cfg(test)]
    pub(super) fn bytes(&self) -> usize {
        self.bytes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_not_used_longest_makes_room_and_what_is_too_large_stands_alone() {
        let mut shelf = Shelf::new(10);
        shelf.put("a", 1, 4);
        shelf.put("b", 2, 4);
        assert_eq!(shelf.take(&"a"), Some(1));
        shelf.put("c", 3, 4);
        assert_eq!((shelf.take(&"b"), shelf.take(&"a")), (None, Some(1)));
        shelf.put("a", 5, 2);
        assert_eq!((shelf.bytes(), shelf.take(&"a")), (6, Some(5)));
        shelf.put("huge", 9, 50);
        assert_eq!((shelf.bytes(), shelf.take(&"huge")), (50, Some(9)));
        shelf.put("d", 4, 1);
        assert_eq!(shelf.bytes(), 1);
    }
}
