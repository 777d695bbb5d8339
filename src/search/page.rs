//! Which part of a list is wanted, and where the next part begins.

use std::fmt;
use std::str::FromStr;

use tantivy::DocAddress;

use super::SearchError;
use super::order::Sort;

/// Most records of one first key that are put in order by everything else, which costs some
/// two microseconds each; more go by the digests of their identities.
const MAX_TIES: usize = 2_000;

/// Most hits before a cursor; no index holds as many.
const MAX_SEEN: usize = 999_999_999;

/// Longest cursor that is read, in letters: names and ids are shorter.
const MAX_CURSOR: usize = 1_000;

/// A part of the list of hits.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Wanted {
    /// Most hits.
    pub limit: usize,
    /// Hits to leave out at the start; not looked at where there is a cursor.
    pub offset: usize,
    /// In which order.
    pub sort: Sort,
    /// The part before ended here.
    pub after: Option<Cursor>,
    /// Whether everything that answers is counted by kind, commune and so on.
    pub facets: bool,
}

/// What parts records of one first key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ties {
    /// Everything that a list is sorted by.
    Everything,
    /// A digest of the identity, which stays the same whatever becomes of the index.
    Digest,
}

impl Ties {
    /// Of a group of so many records.
    fn of(records: usize) -> Self {
        if records > MAX_TIES { Self::Digest } else { Self::Everything }
    }

    /// What stands before the rest of a key.
    fn mark(self) -> u8 {
        u8::from(self == Self::Digest)
    }
}

/// A place in a list. What comes after it is the same, whatever is added to the index or
/// taken out before it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cursor {
    sort: Sort,
    /// Hits up to here, for counting on.
    seen: usize,
    key: u64,
    /// A mark of [`Ties`], and what parts the record from others of its key.
    rest: Vec<u8>,
}

/// Not a cursor of this program.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a cursor of this service")]
pub struct CursorError;

impl Cursor {
    /// The order that it belongs to.
    pub fn sort(&self) -> Sort {
        self.sort
    }

    /// Number of hits up to it.
    pub fn seen(&self) -> usize {
        self.seen
    }

    /// How those of its key are put in order, however many they are by now.
    fn ties(&self) -> Ties {
        let is_digest = self.rest.first() == Some(&Ties::Digest.mark());
        if is_digest { Ties::Digest } else { Ties::Everything }
    }
}

impl fmt::Display for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{:x}.", self.sort.name(), self.seen, self.key)?;
        self.rest.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl FromStr for Cursor {
    type Err = CursorError;

    fn from_str(text: &str) -> Result<Self, CursorError> {
        if text.len() > MAX_CURSOR || !text.is_ascii() {
            return Err(CursorError);
        }
        let parts: Vec<&str> = text.split('.').collect();
        let [sort, seen, key, rest] = parts.as_slice() else { return Err(CursorError) };
        let pairs = rest.as_bytes().chunks(2).map(|pair| {
            let pair = std::str::from_utf8(pair).map_err(|_| CursorError)?;
            u8::from_str_radix(pair, 16).map_err(|_| CursorError)
        });
        Ok(Self {
            sort: Sort::from_name(sort).ok_or(CursorError)?,
            seen: seen
                .parse()
                .ok()
                .filter(|seen| *seen <= MAX_SEEN)
                .ok_or(CursorError)?,
            key: u64::from_str_radix(key, 16).map_err(|_| CursorError)?,
            rest: pairs.collect::<Result<_, _>>()?,
        })
    }
}

/// A record on its way into a list: its first key, and where it stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Placed {
    pub(super) key: u64,
    pub(super) doc: DocAddress,
}

/// A part of a list, and the cursor behind it where more follows.
pub(super) struct Part {
    pub(super) docs: Vec<DocAddress>,
    /// Number of records before the part.
    pub(super) before: usize,
    pub(super) next: Option<Cursor>,
}

/// Takes the wanted part of `placed`. `rest` says what a record is sorted by beside its
/// first key; it is asked for those only of which several share one.
pub(super) fn part(
    mut placed: Vec<Placed>,
    wanted: &Wanted,
    rest: &mut dyn FnMut(DocAddress, Ties) -> Result<Vec<u8>, SearchError>,
) -> Result<Part, SearchError> {
    let after = wanted.after.as_ref();
    let up_to = |most: u64| placed.iter().filter(|one| one.key <= most).count();
    let (from, to) = match after {
        Some(after) => {
            let before = after.key.checked_sub(1).map_or(0, up_to);
            (before, up_to(after.key))
        }
        None => (wanted.offset.min(placed.len()), wanted.offset),
    };
    sort_up_to(&mut placed, to.saturating_add(wanted.limit));
    let key_at = |at: usize| placed.get(at).map(|one| one.key);
    // Whole groups of one first key, so that each is put in order as a whole.
    let start = match key_at(from) {
        Some(key) => placed.partition_point(|one| one.key < key),
        None => from,
    };
    let mut sorted: Vec<(u64, Vec<u8>, DocAddress)> = Vec::new();
    let (mut at, mut skipped) = (start, 0);
    let leave_out = if after.is_some() { 0 } else { from - start };
    while let Some(key) = key_at(at).filter(|_| sorted.len() <= leave_out + wanted.limit)
    {
        let end = placed.partition_point(|one| one.key <= key);
        let group = placed.get(at..end).unwrap_or_default();
        let of_cursor = after.filter(|after| after.key == key).map(Cursor::ties);
        let ties = of_cursor.unwrap_or_else(|| Ties::of(group.len()));
        let mut of_group = in_order(group, ties, rest)?;
        if let Some(after) = after.filter(|after| after.key == key) {
            let is_before = |one: &(u64, Vec<u8>, DocAddress)| one.1 <= after.rest;
            let before = of_group.iter().filter(|one| is_before(one)).count();
            skipped += before;
            of_group.retain(|one| !is_before(one));
        }
        sorted.append(&mut of_group);
        at = end;
    }
    let before = after.map_or(from, |_| start + skipped);
    let shown: Vec<_> = sorted.into_iter().skip(leave_out).collect();
    let has_more = shown.len() > wanted.limit;
    let last = shown.iter().take(wanted.limit).next_back();
    let seen = after.map_or(wanted.offset, Cursor::seen).saturating_add(wanted.limit);
    let next = last.filter(|_| has_more).map(|(key, rest, _)| Cursor {
        sort: wanted.sort,
        seen,
        key: *key,
        rest: rest.clone(),
    });
    let docs = shown.iter().take(wanted.limit).map(|(.., doc)| *doc).collect();
    Ok(Part { docs, before, next })
}

/// Puts those up to position `to` in order, and all that share the key of the last of them;
/// the rest stays behind, in no order.
fn sort_up_to(placed: &mut [Placed], to: usize) {
    if to + 1 >= placed.len() {
        placed.sort_unstable();
        return;
    }
    let last = placed.select_nth_unstable(to).1.key;
    let end = placed.iter().filter(|one| one.key <= last).count();
    if end < placed.len() {
        placed.select_nth_unstable(end);
    }
    if let Some(first) = placed.get_mut(..end) {
        first.sort_unstable();
    }
}

/// The records of one first key, in order.
fn in_order(
    group: &[Placed],
    ties: Ties,
    rest: &mut dyn FnMut(DocAddress, Ties) -> Result<Vec<u8>, SearchError>,
) -> Result<Vec<(u64, Vec<u8>, DocAddress)>, SearchError> {
    let mut sorted = Vec::with_capacity(group.len());
    for one in group {
        let mut key = vec![ties.mark()];
        key.append(&mut rest(one.doc, ties)?);
        sorted.push((one.key, key, one.doc));
    }
    sorted.sort_unstable();
    Ok(sorted)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn placed(keys: &[u64]) -> Vec<Placed> {
        let doc = |at: usize| DocAddress::new(0, at as u32);
        keys.iter().enumerate().map(|(at, &key)| Placed { key, doc: doc(at) }).collect()
    }

    /// The rest of a record is its number, the highest first.
    #[allow(clippy::unnecessary_wraps, reason = "what a reader of the index returns")]
    fn backwards(doc: DocAddress, _: Ties) -> Result<Vec<u8>, SearchError> {
        Ok(vec![255 - doc.doc_id as u8])
    }

    fn ids(part: &Part) -> Vec<u32> {
        part.docs.iter().map(|doc| doc.doc_id).collect()
    }

    #[test]
    fn cursors_lead_through_a_list_without_a_gap_or_a_hit_twice() {
        let keys = [5, 1, 1, 1, 7, 5, 1];
        for limit in 1..8 {
            let mut wanted = Wanted { limit, ..Wanted::default() };
            let mut all = Vec::new();
            loop {
                let part = part(placed(&keys), &wanted, &mut backwards).expect("a part");
                assert_eq!(part.before, all.len());
                all.extend(ids(&part));
                let Some(next) = part.next else { break };
                assert_eq!(next.seen(), all.len());
                let written = next.to_string();
                wanted.after = Some(written.parse().expect("a cursor"));
            }
            assert_eq!(all, [6, 3, 2, 1, 5, 0, 4], "{limit}");
        }
    }

    #[test]
    fn what_comes_before_a_cursor_may_change() {
        let wanted = Wanted { limit: 2, ..Wanted::default() };
        let first = part(placed(&[5, 3, 9, 4]), &wanted, &mut backwards).expect("a part");
        assert_eq!(ids(&first), [1, 3]);
        let wanted = Wanted { after: first.next, ..wanted };
        // The second record is gone, and one that is far in front has come.
        let mut changed = placed(&[5, 1, 9]);
        changed.push(Placed { key: 4, doc: DocAddress::new(0, 3) });
        let second = part(changed, &wanted, &mut backwards).expect("a part");
        assert_eq!(ids(&second), [0, 2]);
    }

    #[test]
    fn a_place_in_the_middle_of_equal_keys_is_found() {
        let wanted = Wanted { limit: 2, offset: 3, ..Wanted::default() };
        let part = part(placed(&[1, 1, 1, 1, 1, 0]), &wanted, &mut backwards);
        assert_eq!(ids(&part.expect("a part")), [2, 1]);
    }

    #[test]
    fn what_is_no_cursor_is_refused() {
        let huge = format!("name.{}.2.ab", usize::MAX);
        for text in [
            "",
            "x",
            "name.1.2",
            "name.-1.2.",
            "name.1.zz.",
            "date.1.2.abc.d",
            "đ",
            &huge,
        ] {
            assert!(text.parse::<Cursor>().is_err(), "{text}");
        }
        assert!("name.1.2.ab".parse::<Cursor>().is_ok());
    }
}
