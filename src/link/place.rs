//! Which communes a place may be, and what became of them.

use std::collections::BTreeSet;

use crate::config::gazetteer::{Gazetteer, Level};

/// Communes that the text may name, with all that they went into. Empty where it names
/// none, or one that many provinces have while it says no province.
pub(super) fn communes(text: &str) -> BTreeSet<&'static str> {
    let gazetteer = Gazetteer::get();
    let parts: Vec<&str> = text.split(',').map(str::trim).collect();
    let units = |part: &str, level| -> Vec<&'static str> {
        gazetteer
            .find(part, Some(level), None)
            .into_iter()
            .map(|unit| unit.entity)
            .collect()
    };
    let provinces: Vec<&str> = parts
        .iter()
        .rev()
        .take(2)
        .flat_map(|part| units(part, Level::Province))
        .collect();
    let mut named: BTreeSet<&'static str> = BTreeSet::new();
    for part in parts.iter().rev() {
        // An office stands before the name of its commune.
        let words: Vec<&str> = part.split_whitespace().collect();
        let tries = (0..words.len()).map(|from| words.iter().skip(from));
        let found = tries
            .map(|rest| rest.copied().collect::<Vec<_>>().join(" "))
            .map(|name| units(&name, Level::Commune))
            .find(|found| !found.is_empty())
            .unwrap_or_default();
        named.extend(found.into_iter().filter(|commune| {
            provinces.iter().any(|province| gazetteer.lies_in(commune, province))
        }));
        if !named.is_empty() {
            break;
        }
    }
    let later: Vec<&str> =
        named.iter().flat_map(|entity| gazetteer.successors(entity)).collect();
    named.extend(later);
    named
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_commune_is_known_again_by_what_it_went_into() {
        let old = communes("bản Mẫu, xã Na Ư, huyện Điện Biên, tỉnh Điện Biên");
        let office = communes("UBND xã Na Ư, huyện Điện Biên, tỉnh Điện Biên");
        assert!(!old.is_empty() && old == office);
        // Without a province the name says too little, and a hamlet is none.
        assert!(communes("xã Na Ư").is_empty());
        assert!(communes("").is_empty() && communes("thôn 3").is_empty());
        let newest = Gazetteer::get().successors("C03361");
        let today = newest.last().and_then(|entity| Gazetteer::get().newest(entity));
        let today = today.expect("what became of it");
        let now = communes(&format!("{}, tỉnh Điện Biên", today.name));
        assert!(now.intersection(&old).next().is_some(), "{now:?} {old:?}");
    }
}
