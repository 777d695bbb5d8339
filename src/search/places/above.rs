//! What lies in what, over all the years.

use super::super::hash::FastMap;
use crate::config::gazetteer::{Gazetteer, Unit};

/// What lies in what, remembered: the same communes come again and again.
#[derive(Debug, Default)]
pub(super) struct Above {
    /// Entity → what it lies in by any of its versions, at any height.
    known: FastMap<&'static str, Vec<&'static str>>,
}

impl Above {
    /// Whether an entity lies or lay in another one.
    pub(super) fn lies_in(&mut self, entity: &'static str, above: &str) -> bool {
        let all = self.known.entry(entity).or_insert_with(|| {
            let gazetteer = Gazetteer::get();
            let mut all: Vec<&'static str> = Vec::new();
            let mut level = vec![entity];
            // Commune, district, province.
            for _ in 0..3 {
                let versions = level.iter().flat_map(|one| gazetteer.versions(one));
                let parents = versions.map(|unit| unit.parent);
                level = parents.filter(|parent| !parent.is_empty()).collect();
                all.extend(&level);
            }
            all.sort_unstable();
            all.dedup();
            all
        });
        all.contains(&above)
    }

    /// Those of `units` that lie in one of `above`.
    pub(super) fn inside(
        &mut self,
        units: &[&'static Unit],
        above: &[&Unit],
    ) -> Vec<&'static Unit> {
        let mut inside = Vec::new();
        for unit in units {
            let lies = above.iter().any(|above| self.lies_in(unit.entity, above.entity));
            inside.extend(lies.then_some(*unit));
        }
        inside
    }
}
