//! Bytes made shorter with a fixed list of strings, `index/words.txt`: the compact forms of
//! records are too short for a general compressor to learn anything from.
//!
//! | byte | means |
//! |---|---|
//! | 00–7f | itself |
//! | 80–bf | one of the first 64 strings |
//! | c0–fe, and another | one of the others |
//! | ff, and another | the other itself |

use std::sync::OnceLock;

use super::SearchError;
use super::hash::FastMap;

/// Written by hand and checked by a test; see the head of the file.
const WORDS: &str = include_str!("../../index/words.txt");

/// Strings of one byte.
const SHORT: usize = 64;

/// First bytes of strings of two bytes.
const LONG: std::ops::Range<usize> = 0xc0..0xff;

/// Before a byte that is itself although it looks like a code.
const ITSELF: u8 = 0xff;

/// Letters that begin a string, by which strings are looked up: most have at least three.
const LOOKED_UP: usize = 3;

struct Words {
    all: Vec<Vec<u8>>,
    /// First letters → positions of the strings, the longest first.
    by_start: FastMap<[u8; LOOKED_UP], Vec<u16>>,
    /// The strings of two letters.
    pairs: FastMap<[u8; 2], u16>,
}

impl Words {
    fn get() -> &'static Self {
        static LOADED: OnceLock<Words> = OnceLock::new();
        LOADED.get_or_init(|| {
            let lines = WORDS.lines().filter(|line| !line.starts_with('#'));
            let mut all: Vec<Vec<u8>> =
                lines.map(|line| line.replace('+', " ").into_bytes()).collect();
            all.extend(hexadecimal());
            all.truncate(SHORT + LONG.len() * 256);
            let mut by_start: FastMap<[u8; LOOKED_UP], Vec<u16>> = FastMap::default();
            let mut pairs: FastMap<[u8; 2], u16> = FastMap::default();
            let mut longest_first: Vec<(usize, &Vec<u8>)> =
                all.iter().enumerate().collect();
            longest_first.sort_by_key(|(_, word)| std::cmp::Reverse(word.len()));
            for (position, word) in longest_first {
                let position = position as u16;
                if let Some(start) = word.first_chunk::<LOOKED_UP>() {
                    by_start.entry(*start).or_default().push(position);
                } else if let Some(pair) = word.first_chunk::<2>() {
                    pairs.entry(*pair).or_insert(position);
                }
            }
            Self { all, by_start, pairs }
        })
    }

    /// The longest string that `bytes` begins with.
    fn longest(&self, bytes: &[u8]) -> Option<(u16, usize)> {
        let of_start = bytes.first_chunk().and_then(|start| self.by_start.get(start));
        for &position in of_start.into_iter().flatten() {
            let word = self.all.get(usize::from(position))?;
            if bytes.starts_with(word) {
                return Some((position, word.len()));
            }
        }
        let pair = self.pairs.get(bytes.first_chunk::<2>()?)?;
        Some((*pair, 2))
    }
}

/// Three hexadecimal digits: the ids of records and all numbers.
fn hexadecimal() -> impl Iterator<Item = Vec<u8>> {
    (0..0x1000).map(|number| format!("{number:03x}").into_bytes())
}

/// Makes bytes shorter.
pub(super) fn squeezed(bytes: &[u8]) -> Vec<u8> {
    let words = Words::get();
    let mut out = Vec::with_capacity(bytes.len() / 2);
    let mut rest = bytes;
    while let Some((&byte, after)) = rest.split_first() {
        if let Some((position, length)) = words.longest(rest) {
            let position = usize::from(position);
            match position.checked_sub(SHORT) {
                None => out.push(0x80 + position as u8),
                Some(long) => {
                    out.push((LONG.start + long / 256) as u8);
                    out.push((long % 256) as u8);
                }
            }
            rest = rest.get(length..).unwrap_or_default();
        } else {
            if byte >= 0x80 {
                out.push(ITSELF);
            }
            out.push(byte);
            rest = after;
        }
    }
    out
}

/// The bytes that [`squeezed`] made shorter.
///
/// # Errors
///
/// [`SearchError::Damaged`] where it made nothing like this.
pub(super) fn spread(bytes: &[u8]) -> Result<Vec<u8>, SearchError> {
    let words = Words::get();
    let word = |position: usize| words.all.get(position).ok_or(SearchError::Damaged);
    let mut out = Vec::with_capacity(bytes.len() * 3);
    let mut rest = bytes.iter();
    while let Some(&byte) = rest.next() {
        let mut next = || rest.next().copied().ok_or(SearchError::Damaged);
        match byte {
            0..0x80 => out.push(byte),
            ITSELF => out.push(next()?),
            0x80..0xc0 => out.extend_from_slice(word(usize::from(byte) - 0x80)?),
            _ => {
                let high = (usize::from(byte) - LONG.start) * 256;
                out.extend_from_slice(word(SHORT + high + usize::from(next()?))?);
            }
        }
    }
    Ok(out)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn names_and_numbers_become_a_third() {
        let name = "nguyễn thị lan".as_bytes();
        assert!(squeezed(name).len() <= 5, "{:?}", squeezed(name));
        assert!(squeezed(b"079087001234").len() <= 8);
        assert!(squeezed(b"4e370c6d31d0cb20f1a22babc2735db3").len() <= 22);
    }

    #[test]
    fn the_list_is_that_of_this_version_of_the_schema() {
        // Where this fails, raise `version` in index/schema.toml and put both here.
        let version = crate::config::index::IndexDefinitions::get().schema.version;
        let digest = blake3::hash(WORDS.as_bytes()).to_hex();
        assert_eq!((version, digest.get(..16)), (4, Some("c8d2fe817418ab9b")));
        let words = Words::get();
        assert!(words.all.len() <= SHORT + LONG.len() * 256);
        assert!(words.all.iter().all(|word| word.len() > 1));
    }

    #[test]
    fn damaged_bytes_are_an_error_and_never_a_panic() {
        for bytes in [&[0xff][..], &[0xc0], &[0xfe, 0xff]] {
            assert!(spread(bytes).is_err(), "{bytes:?}");
        }
    }

    proptest! {
        #[test]
        fn all_bytes_come_back(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            prop_assert_eq!(spread(&squeezed(&bytes)).ok(), Some(bytes));
        }

        #[test]
        fn all_texts_come_back(text in "(nguyễn |thị |lan|[a-z0-9 ]|[à-ỹ]){0,40}") {
            let bytes = text.as_bytes();
            prop_assert_eq!(spread(&squeezed(bytes)).ok(), Some(bytes.to_vec()));
        }
    }
}
