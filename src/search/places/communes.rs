//! The communes of a province, found by names that were misread.

use super::super::hash::FastMap;
use super::super::similarity::is_one_edit;
use crate::config::gazetteer::{Gazetteer, Level, Unit};

/// The communes of a province with their folded names.
#[derive(Debug, Default)]
pub(super) struct Communes {
    all: Vec<(&'static Unit, &'static str)>,
    /// First byte of a name, or its last with a mark → positions, ascending.
    by_end: FastMap<(bool, u8), Vec<u32>>,
}

impl Communes {
    /// Those below a province, at any height.
    pub(super) fn of(gazetteer: &'static Gazetteer, province: &str) -> Self {
        let mut communes =
            Self { all: communes_of(gazetteer, province), by_end: FastMap::default() };
        for (at, (_, name)) in communes.all.iter().enumerate() {
            for end in ends(name).into_iter().flatten() {
                communes.by_end.entry(end).or_default().push(at as u32);
            }
        }
        communes
    }

    /// Those whose names are one edit away from one of `names`: one edit leaves the first or
    /// the last letter of a name of five as it is.
    pub(super) fn misread<'n>(
        &self,
        names: impl Iterator<Item = &'n str>,
    ) -> Vec<&'static Unit> {
        let mut found: Vec<u32> = Vec::new();
        for written in names {
            for end in ends(written).into_iter().flatten() {
                let all = self.by_end.get(&end).into_iter().flatten().copied();
                found.extend(all.filter(|&at| {
                    let name = self.all.get(at as usize).map_or("", |(_, name)| *name);
                    written.len().abs_diff(name.len()) <= 1 && is_one_edit(written, name)
                }));
            }
        }
        found.sort_unstable();
        found.dedup();
        let units = found.into_iter().filter_map(|at| self.all.get(at as usize));
        units.map(|(unit, _)| *unit).collect()
    }
}

/// The first and the last byte of a name.
fn ends(name: &str) -> [Option<(bool, u8)>; 2] {
    let bytes = name.as_bytes();
    [bytes.first().map(|&byte| (false, byte)), bytes.last().map(|&byte| (true, byte))]
}

/// The communes below a province, at any height, with their folded names. Of names of four
/// letters, one off may be any name: they are left out.
fn communes_of(
    gazetteer: &'static Gazetteer,
    province: &str,
) -> Vec<(&'static Unit, &'static str)> {
    let below = gazetteer.children(province);
    let inside =
        below.flat_map(|child| std::iter::once(child).chain(gazetteer.children(child)));
    let named = inside.filter_map(|entity| gazetteer.newest_with_key(entity));
    named.filter(|(unit, name)| unit.level == Level::Commune && name.len() > 4).collect()
}
