//! Bytes made shorter with a fixed list of strings, `index/words.txt`: the compact forms of
//! records are too short for a general compressor to learn anything from.
//!
//! | byte | means |
//! |---|---|
//! | 00–7f | itself |
//! | 80–bf | one of the first 64 strings |
//! | c0–fe, and another | one of the others |
//! | ff, and another | the other itself |

use std::num::NonZeroU16;
use std::sync::OnceLock;

use super::SearchError;

/// Written by hand and checked by a test; see the head of the file.
const WORDS: &str = include_str!("../../index/words.txt");

/// Strings of one byte.
const SHORT: usize = 64;

/// First bytes of strings of two bytes.
const LONG: std::ops::Range<usize> = 0xc0..0xff;

/// Before a byte that is itself although it looks like a code.
const ITSELF: u8 = 0xff;

/// The strings as a tree of their letters, side by side in memory: one step for each letter,
/// none for the many strings that begin alike.
struct Words {
    /// All strings, one behind the other, and where each ends.
    text: Vec<u8>,
    ends: Vec<u32>,
    /// The first is the root; the children of a node stand together, by letter.
    nodes: Vec<Node>,
    /// The letter that leads to each node.
    letters: Vec<u8>,
    /// Where the root leads, by letter; 0 for nowhere.
    first: Vec<u32>,
}

/// A place in the tree.
#[derive(Debug, Clone, Copy, Default)]
struct Node {
    first_child: u32,
    children: u16,
    /// The string that ends here.
    word: Option<NonZeroU16>,
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
            Self::of(&all)
        })
    }

    fn of(all: &[Vec<u8>]) -> Self {
        let mut sorted: Vec<(&[u8], u16)> =
            all.iter().map(Vec::as_slice).zip(0_u16..).collect();
        sorted.sort_unstable();
        let mut nodes = vec![Node::default()];
        let mut letters = vec![0];
        // Of each node the strings that pass it, and how many letters they share.
        let mut strings = vec![(0..sorted.len(), 0_usize)];
        let mut at = 0;
        while let Some((range, depth)) = strings.get(at).cloned() {
            let passing = sorted.get(range.clone()).unwrap_or_default();
            // Of two that are the same, the earlier is the shorter.
            let ended = passing.iter().take_while(|(word, _)| word.len() == depth);
            let word = passing.first().filter(|(word, _)| word.len() == depth);
            let (first_child, mut start) =
                (nodes.len() as u32, range.start + ended.count());
            let rest = sorted.get(start..range.end).unwrap_or_default();
            for group in rest.chunk_by(|(a, _), (b, _)| a.get(depth) == b.get(depth)) {
                let letter = group.first().and_then(|(word, _)| word.get(depth));
                letters.extend(letter);
                nodes.push(Node::default());
                strings.push((start..start + group.len(), depth + 1));
                start += group.len();
            }
            let children = (nodes.len() - first_child as usize) as u16;
            let word = word.and_then(|&(_, position)| NonZeroU16::new(position + 1));
            if let Some(node) = nodes.get_mut(at) {
                *node = Node { first_child, children, word };
            }
            at += 1;
        }
        let mut words = Self {
            text: all.concat(),
            ends: Vec::with_capacity(all.len()),
            nodes,
            letters,
            first: Vec::new(),
        };
        let mut end = 0;
        words.ends.extend(all.iter().map(|word| {
            end += word.len() as u32;
            end
        }));
        let root = words.nodes.first().copied().unwrap_or_default();
        words.first = (0..=u8::MAX).map(|letter| words.after(root, letter)).collect();
        words
    }

    /// The string at a position.
    fn at(&self, position: usize) -> Option<&[u8]> {
        let end = *self.ends.get(position)? as usize;
        let before = position.checked_sub(1).and_then(|before| self.ends.get(before));
        self.text.get(before.map_or(0, |&start| start as usize)..end)
    }

    /// Where a letter leads; 0 for nowhere.
    fn after(&self, node: Node, letter: u8) -> u32 {
        let first = node.first_child as usize;
        let letters = self.letters.get(first..first + usize::from(node.children));
        let at = letters.and_then(|all| all.iter().position(|&one| one == letter));
        at.map_or(0, |at| node.first_child + at as u32)
    }

    /// The longest string that `bytes` begins with.
    fn longest(&self, bytes: &[u8]) -> Option<(u16, usize)> {
        let mut letters = bytes.iter();
        let mut at = *self.first.get(usize::from(*letters.next()?))?;
        let (mut longest, mut length) = (None, 1);
        while at > 0 {
            let node = *self.nodes.get(at as usize)?;
            longest = node.word.map(|word| (word.get() - 1, length)).or(longest);
            let Some(&letter) = letters.next() else { break };
            at = self.after(node, letter);
            length += 1;
        }
        longest
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
    let word = |position: usize| words.at(position).ok_or(SearchError::Damaged);
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
        assert_eq!((version, digest.get(..16)), (7, Some("c8d2fe817418ab9b")));
        let words = Words::get();
        assert!(words.ends.len() <= SHORT + LONG.len() * 256);
        let mut all = (0..words.ends.len()).map(|position| words.at(position));
        assert!(all.all(|word| word.is_some_and(|word| word.len() > 1)));
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
