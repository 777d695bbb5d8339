//! Which units a written place may be, then and now.

use super::hash::FastMap;
use super::similarity::is_one_edit;
use crate::config::gazetteer::{Gazetteer, Level, Unit, name_key};
use crate::config::index::{IndexDefinitions, Meaning, PlaceLevel};

/// Written places that are remembered while records are added: they repeat, and a
/// province has no more spellings of its communes than this.
const REMEMBERED: usize = 50_000;

/// Most communes that one written place may be; more would say nothing.
const MAX_CANDIDATES: usize = 6;

/// Finds the units of written places.
pub(super) struct PlaceResolver {
    gazetteer: &'static Gazetteer,
    definitions: &'static IndexDefinitions,
    /// Folded units part of an address → entities, and whether all its parts are in them.
    known: FastMap<String, (String, bool)>,
    /// Whole address → its words and entities.
    whole: FastMap<String, (String, String)>,
    /// Part of a path → the entities that it names.
    of_parts: FastMap<String, Vec<&'static str>>,
    /// Province → its communes with their folded names.
    communes: FastMap<&'static str, Vec<(&'static Unit, &'static str)>>,
}

impl PlaceResolver {
    pub(super) fn new() -> Self {
        Self {
            gazetteer: Gazetteer::get(),
            definitions: IndexDefinitions::get(),
            known: FastMap::default(),
            whole: FastMap::default(),
            of_parts: FastMap::default(),
            communes: FastMap::default(),
        }
    }

    /// The folded words of an address that say more than its units do, and the entities it
    /// may be in (commune, district, province), separated by spaces. Where no commune is
    /// sure, these are all its words.
    pub(super) fn resolve(&mut self, text: &str) -> (String, String) {
        if let Some(known) = self.whole.get(text) {
            return known.clone();
        }
        if self.whole.len() >= REMEMBERED {
            self.whole.clear();
        }
        let resolved = self.resolved(text);
        self.whole.insert(text.to_owned(), resolved.clone());
        resolved
    }

    fn resolved(&mut self, text: &str) -> (String, String) {
        let parts: Vec<String> = text
            .split([',', ';'])
            .map(name_key)
            .filter(|part| !part.is_empty())
            .collect();
        // The last three parts hold the units; what stands before is the hamlet.
        let units = parts.get(parts.len().saturating_sub(3)..).unwrap_or_default();
        let key = units.join(",");
        if !self.known.contains_key(&key) {
            if self.known.len() >= REMEMBERED {
                self.known.clear();
            }
            let entities = self.entities(units);
            self.known.insert(key.clone(), entities);
        }
        let (entities, is_sure) = self.known.get(&key).cloned().unwrap_or_default();
        // With district and province behind it, the commune is the third part from the end;
        // without, its words may be those of the hamlet, and are kept.
        let hamlet = parts.len().saturating_sub(3);
        let kept = if is_sure { parts.get(..hamlet) } else { Some(&parts[..]) };
        (kept.unwrap_or_default().join(" "), entities)
    }

    /// Entities of a path: codes of communes that stand alone between separators, the
    /// names of communes as folders, and the unit the files were taken in under.
    pub(super) fn of_path(&mut self, path: &str, unit: Option<&str>) -> String {
        let mut found: Vec<&str> = Vec::new();
        for part in path.split(['/', '\\']) {
            if !self.of_parts.contains_key(part) {
                if self.of_parts.len() >= REMEMBERED {
                    self.of_parts.clear();
                }
                self.of_parts.insert(part.to_owned(), self.of_part(part));
            }
            found.extend(self.of_parts.get(part).into_iter().flatten());
        }
        if let Some(code) = unit {
            found.extend(self.gazetteer.entities_of_code(code));
        }
        let mut unique = Vec::new();
        for entity in found {
            if !unique.contains(&entity) && unique.len() < MAX_CANDIDATES {
                unique.push(entity);
            }
        }
        unique.join(" ")
    }

    fn of_part(&self, part: &str) -> Vec<&'static str> {
        let mut found = Vec::new();
        let words = part.split(|letter: char| !letter.is_alphanumeric());
        for code in words.filter(|word| is_commune_code(word)) {
            found.extend(self.gazetteer.entities_of_code(code));
        }
        let key = name_key(part);
        let name = self.after_unit_word(&key);
        // A bare name may be a person's: only `Xa Na U` is a place for sure.
        if name.len() < key.len() {
            let units = self.gazetteer.find(name, Some(Level::Commune), None);
            found.extend(units.iter().map(|unit| unit.entity));
        }
        found
    }

    /// Entities of commune, district and province, and whether all three are sure.
    fn entities(&mut self, parts: &[String]) -> (String, bool) {
        let named: Vec<&str> =
            parts.iter().map(|part| self.after_unit_word(part)).collect();
        let province = named.last().map_or_else(Vec::new, |name| {
            self.gazetteer.find(name, Some(Level::Province), None)
        });
        let below = if province.is_empty() { named.len() } else { named.len() - 1 };
        let mut districts: Vec<&Unit> = Vec::new();
        let mut communes: Vec<&Unit> = Vec::new();
        for name in named.iter().take(below) {
            let all = self.gazetteer.find(name, Some(Level::District), None);
            districts.extend(self.inside(all, &province));
            let all = self.gazetteer.find(name, Some(Level::Commune), None);
            communes.extend(self.inside(all, &province));
        }
        let read_well = !communes.is_empty();
        if communes.is_empty() && !province.is_empty() {
            communes = self.misread(named.get(..below).unwrap_or_default(), &province);
        }
        let in_district: Vec<&Unit> = communes
            .iter()
            .filter(|commune| {
                let above = |district: &&Unit| {
                    self.gazetteer.lies_in(commune.entity, district.entity)
                };
                districts.iter().any(above)
            })
            .copied()
            .collect();
        if !in_district.is_empty() {
            communes = in_district;
        }
        let first_is_commune = named.first().is_some_and(|name| {
            communes.iter().any(|unit| name_key(unit.short_name()) == *name)
        });
        let is_sure = read_well
            && first_is_commune
            && parts.len() == 3
            && !districts.is_empty()
            && !province.is_empty();
        (self.listed(&communes, &districts, &province), is_sure)
    }

    /// Communes, then their districts and provinces, each once.
    fn listed(
        &self,
        communes: &[&Unit],
        districts: &[&Unit],
        province: &[&Unit],
    ) -> String {
        let mut entities: Vec<&str> = Vec::new();
        let mut put = |entity: &'static str| {
            if !entity.is_empty() && !entities.contains(&entity) {
                entities.push(entity);
            }
        };
        for commune in communes.iter().take(MAX_CANDIDATES) {
            put(commune.entity);
        }
        let parents = communes.iter().take(MAX_CANDIDATES).map(|unit| unit.parent);
        let parents: Vec<&'static str> = parents.collect();
        for parent in &parents {
            put(parent);
            for version in self.gazetteer.versions(parent) {
                put(version.parent);
            }
        }
        if communes.is_empty() {
            districts.iter().take(2).for_each(|unit| put(unit.entity));
        }
        province.iter().take(2).for_each(|unit| put(unit.entity));
        entities.join(" ")
    }

    /// Those of `units` that lie in one of `above`; all where there is none.
    fn inside<'u>(&self, units: Vec<&'u Unit>, above: &[&Unit]) -> Vec<&'u Unit> {
        if above.is_empty() {
            return units;
        }
        let lies = |unit: &&Unit| {
            above.iter().any(|above| self.gazetteer.lies_in(unit.entity, above.entity))
        };
        units.into_iter().filter(lies).collect()
    }

    /// Communes of the province whose folded name is one edit away from a part.
    fn misread(&mut self, parts: &[&str], province: &[&Unit]) -> Vec<&'static Unit> {
        let mut found = Vec::new();
        for province in province {
            let gazetteer = self.gazetteer;
            let communes = self
                .communes
                .entry(province.entity)
                .or_insert_with(|| communes_of(gazetteer, province.entity));
            for (unit, name) in communes {
                let near = |part: &&str| {
                    part.len().abs_diff(name.len()) <= 1 && is_one_edit(part, name)
                };
                if parts.iter().any(near) {
                    found.push(*unit);
                }
            }
        }
        found
    }

    /// What follows the last word for a unit: `tram y te xa muong mit` → `muong mit`.
    fn after_unit_word<'t>(&self, part: &'t str) -> &'t str {
        let mut rest = part;
        let words: Vec<&str> = part.split(' ').collect();
        for start in 0..words.len() {
            for length in (1..=2).rev() {
                let Some(phrase) = words.get(start..start + length) else { continue };
                let is_unit = self
                    .definitions
                    .meanings(&phrase.join(" "))
                    .iter()
                    .any(|(_, meaning)| *meaning == Meaning::Place(PlaceLevel::Unit));
                // One-letter abbreviations are syllables of names too.
                let long = phrase.iter().all(|word| word.len() > 1);
                if is_unit && long && start + length < words.len() {
                    let skipped: usize = words
                        .iter()
                        .take(start + length)
                        .map(|word| word.len() + 1)
                        .sum();
                    let after = part.get(skipped..).unwrap_or(part);
                    // `huyen Quan Son`: the name itself may begin like a kind.
                    let whole = self.gazetteer.knows(rest) && start > 0;
                    rest = if whole { rest } else { after };
                }
            }
        }
        rest
    }
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

/// Five digits.
fn is_commune_code(word: &str) -> bool {
    word.len() == 5 && word.chars().all(|letter| letter.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_written_address_is_a_commune_of_its_district() {
        let mut places = PlaceResolver::new();
        for (text, expected) in [
            ("bản Noong Bua, xã Na Ư, huyện Điện Biên, tỉnh Điện Biên", "C03361"),
            ("UBND xã Na Ư, huyện Điện Biên, tỉnh Điện Biên", "C03361"),
            ("thôn 4, xã Gia Lâm, huyện Lâm Hà, tỉnh Lâm Đồng", "C24904"),
            ("xã Na U, huyện Điện Biên, tỉnh Điện Biên", "C03361"),
            ("xã Sam Mứm, huyện Điện Biên, tỉnh Điện Biên", "C03355"),
        ] {
            let (_, entities) = places.resolve(text);
            let first = entities.split(' ').next();
            assert_eq!(first, Some(expected), "{text}: {entities}");
        }
        let (_, entities) = places.resolve("Trạm y tế xã Mường Mít, tỉnh Lai Châu");
        assert!(entities.starts_with('C'), "{entities}");
    }

    #[test]
    fn a_path_tells_its_commune_by_code_or_folder() {
        let mut places = PlaceResolver::new();
        let by_code = places.of_path("KS/2012/03364/01/KS.2012.03364.01.024.pdf", None);
        assert!(by_code.contains("C03364"), "{by_code}");
        let by_name = places.of_path("Xa Na Ư/CamScanner 12-16-2025.pdf", None);
        assert!(by_name.contains("C03361"), "{by_name}");
        assert_eq!(places.of_path("Tráng Lử 2015.pdf", None), "");
    }
}
