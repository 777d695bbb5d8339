//! Maps for short texts that are looked up millions of times.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

/// A map whose keys are few, short and bounded in number, so that keys chosen to collide
/// would slow down nothing much. Three times as fast as the hasher of the standard library.
pub(super) type FastMap<K, V> = HashMap<K, V, BuildHasherDefault<Quick>>;

/// Multiplies and rotates eight bytes at a time, as the hasher of Firefox and of the Rust
/// compiler does ("`FxHash`").
#[derive(Debug, Default, Clone, Copy)]
pub(super) struct Quick(u64);

/// An odd number without pattern: 2^64 divided by the golden ratio.
const FACTOR: u64 = 0x9e37_79b9_7f4a_7c15;

impl Quick {
    fn add(&mut self, word: u64) {
        self.0 = (self.0.rotate_left(5) ^ word).wrapping_mul(FACTOR);
    }
}

impl Hasher for Quick {
    fn write(&mut self, bytes: &[u8]) {
        let mut eights = bytes.chunks_exact(8);
        for eight in &mut eights {
            let mut word = [0; 8];
            word.copy_from_slice(eight);
            self.add(u64::from_le_bytes(word));
        }
        let rest = eights.remainder();
        if !rest.is_empty() {
            let mut word = [0; 8];
            for (to, from) in word.iter_mut().zip(rest) {
                *to = *from;
            }
            self.add(u64::from_le_bytes(word));
        }
    }

    fn write_u8(&mut self, byte: u8) {
        self.add(u64::from(byte));
    }

    fn write_u32(&mut self, number: u32) {
        self.add(u64::from(number));
    }

    fn write_usize(&mut self, number: usize) {
        self.add(number as u64);
    }

    /// The map takes the low bits for the place and the high ones to tell keys apart: all
    /// have to depend on all.
    fn finish(&self) -> u64 {
        let mixed = (self.0 ^ self.0 >> 32).wrapping_mul(FACTOR);
        mixed ^ mixed >> 29
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;
    use std::hash::Hash as _;

    use super::*;

    #[test]
    fn like_syllables_have_unlike_hashes_in_every_part() {
        let hashes: Vec<u64> = (0..20_000)
            .map(|number| {
                let mut hasher = Quick::default();
                format!("lan{number}").hash(&mut hasher);
                hasher.finish()
            })
            .collect();
        for shift in [0, 48] {
            let parts: HashSet<u64> =
                hashes.iter().map(|hash| hash >> shift & 0xffff).collect();
            // Pure chance gives 17,200 of 65,536.
            assert!(parts.len() > 12_000, "{shift}: {}", parts.len());
        }
    }
}
