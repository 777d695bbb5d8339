//! Which units a written place may be, then and now.

mod above;
mod communes;

use self::above::Above;
use self::communes::Communes;
use super::hash::FastMap;
use crate::config::gazetteer::{Gazetteer, Level, Unit, name_key};
use crate::config::index::{IndexDefinitions, Meaning, PlaceLevel};

/// Parts of written places that are remembered while records are added: they repeat, and a
/// province has no more spellings of its communes than this.
const REMEMBERED: usize = 50_000;

/// Most communes that one written place may be; more would say nothing.
const MAX_CANDIDATES: usize = 6;

/// A part of an address between commas, read once.
#[derive(Debug)]
struct Part {
    /// Its folded words.
    words: String,
    /// What follows the word for a unit: `xa na u` → `na u`.
    name: String,
    /// The provinces of that name.
    provinces: Vec<&'static Unit>,
    below: Below,
    /// How often it was met, at most twice.
    met: u8,
}

/// The units of a name below a province.
#[derive(Debug, Clone, Default)]
struct Below {
    districts: Vec<&'static Unit>,
    communes: Vec<&'static Unit>,
}

impl Below {
    fn add(&mut self, more: &Self) {
        self.districts.extend(&more.districts);
        self.communes.extend(&more.communes);
    }

    /// Keeps the communes that lie in one of the districts, where any do.
    fn keep_those_in_districts(&mut self, above: &mut Above) {
        let inside = above.inside(&self.communes, &self.districts);
        if !inside.is_empty() {
            self.communes = inside;
        }
    }
}

/// The units that an address names.
#[derive(Debug, Clone, Default)]
struct Named {
    /// Commune, district, province, separated by spaces.
    entities: String,
    /// How many parts at the end say nothing that the entities do not say.
    said: usize,
}

/// Positions of the last parts of an address, which hold its units.
type UnitParts = [Option<u32>; 3];

/// Finds the units of written places.
pub(super) struct PlaceResolver {
    gazetteer: &'static Gazetteer,
    definitions: &'static IndexDefinitions,
    /// Part of an address as written → its position in `parts`.
    by_text: FastMap<String, u32>,
    parts: Vec<Part>,
    known: FastMap<UnitParts, Named>,
    /// Two parts → the units of the first that lie in the province of the second.
    inside: FastMap<(u32, u32), Below>,
    /// Part of a path → the entities that it names.
    of_parts: FastMap<String, Vec<&'static str>>,
    /// Province → its communes.
    communes: FastMap<&'static str, Communes>,
    above: Above,
}

impl PlaceResolver {
    pub(super) fn new() -> Self {
        Self {
            gazetteer: Gazetteer::get(),
            definitions: IndexDefinitions::get(),
            by_text: FastMap::default(),
            parts: Vec::new(),
            known: FastMap::default(),
            inside: FastMap::default(),
            of_parts: FastMap::default(),
            communes: FastMap::default(),
            above: Above::default(),
        }
    }

    /// The folded words of an address that say more than its units do, and the entities it
    /// may be in (commune, district, province), separated by spaces. Where no commune is
    /// sure, its words are among them.
    pub(super) fn resolve(&mut self, text: &str) -> (String, String) {
        if self.parts.len() >= REMEMBERED {
            self.forget();
        }
        let mut parts: Vec<u32> = Vec::with_capacity(4);
        for part in text.split([',', ';']) {
            let at = self.part(part);
            if self.parts.get(at as usize).is_some_and(|part| !part.words.is_empty()) {
                parts.push(at);
            }
        }
        // The last three parts hold the units; what stands before is the hamlet.
        let units = parts.get(parts.len().saturating_sub(3)..).unwrap_or_default();
        let mut key = UnitParts::default();
        for (to, &from) in key.iter_mut().zip(units) {
            *to = Some(from);
        }
        if !self.known.contains_key(&key) {
            if self.known.len() >= REMEMBERED {
                self.known.clear();
            }
            if self.inside.len() >= REMEMBERED {
                self.inside.clear();
            }
            let named = self.named(units);
            self.known.insert(key, named);
        }
        let Some(named) = self.known.get(&key) else { return Default::default() };
        let kept = parts.iter().take(parts.len().saturating_sub(named.said));
        let mut words = String::new();
        for part in kept.filter_map(|&at| self.parts.get(at as usize)) {
            if !words.is_empty() {
                words.push(' ');
            }
            words.push_str(&part.words);
        }
        (words, named.entities.clone())
    }

    /// Forgets the parts that were met once: misread ones, for the most part.
    fn forget(&mut self) {
        self.known.clear();
        self.inside.clear();
        let mut kept = Vec::new();
        let mut parts: Vec<Option<Part>> =
            std::mem::take(&mut self.parts).into_iter().map(Some).collect();
        self.by_text.retain(|_, at| {
            let part = parts.get_mut(*at as usize).and_then(Option::take);
            let part = part.filter(|part| part.met > 1);
            *at = kept.len() as u32;
            let is_kept = part.is_some();
            kept.extend(part);
            is_kept
        });
        if kept.len() > REMEMBERED / 2 {
            self.by_text.clear();
            kept.clear();
        }
        self.parts = kept;
    }

    /// The position of a part of an address.
    fn part(&mut self, text: &str) -> u32 {
        if let Some(&known) = self.by_text.get(text) {
            if let Some(part) = self.parts.get_mut(known as usize) {
                part.met = 2;
            }
            return known;
        }
        let words = name_key(text);
        let name = self.after_unit_word(&words).to_owned();
        let units = self.gazetteer.find(&name, None, None);
        let of = |level: Level| -> Vec<&'static Unit> {
            units.iter().filter(|unit| unit.level == level).copied().collect()
        };
        let at = self.parts.len() as u32;
        self.parts.push(Part {
            provinces: of(Level::Province),
            below: Below { districts: of(Level::District), communes: of(Level::Commune) },
            words,
            name,
            met: 1,
        });
        self.by_text.insert(text.to_owned(), at);
        at
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

    /// The units that the parts of an address name.
    fn named(&mut self, units: &[u32]) -> Named {
        let gazetteer = self.gazetteer;
        let of: Vec<&Part> =
            units.iter().filter_map(|&at| self.parts.get(at as usize)).collect();
        let province: &[&'static Unit] = of.last().map_or(&[], |part| &part.provinces);
        let lower = &of[..of.len() - usize::from(!province.is_empty())];
        let last = units.last().copied().unwrap_or_default();
        let mut below = Below::default();
        for (part, &at) in lower.iter().zip(units) {
            if province.is_empty() {
                below.add(&part.below);
                continue;
            }
            below.add(self.inside.entry((at, last)).or_insert_with(|| Below {
                districts: self.above.inside(&part.below.districts, province),
                communes: self.above.inside(&part.below.communes, province),
            }));
        }
        let read_well = !below.communes.is_empty();
        if !read_well {
            let names = lower.iter().map(|part| part.name.as_str());
            for province in province {
                let all = self.communes.entry(province.entity);
                let all = all.or_insert_with(|| Communes::of(gazetteer, province.entity));
                below.communes.extend(all.misread(names.clone()));
            }
        }
        below.keep_those_in_districts(&mut self.above);
        let entities = listed(gazetteer, &below.communes, &below.districts, province);
        let first = of.first().map_or("", |part| part.name.as_str());
        let is_first = |unit: &&Unit| name_key(unit.short_name()) == first;
        let is_sure = read_well
            && units.len() == 3
            && !below.districts.is_empty()
            && !province.is_empty()
            && below.communes.iter().any(is_first);
        // With district and province behind it, the commune is the third part from the end;
        // without, its words may be those of the hamlet, and are kept.
        let said = if is_sure { 3 } else { said(&of, &entities, province) };
        Named { entities, said }
    }

    /// What follows the last word for a unit: `tram y te xa muong mit` → `muong mit`.
    fn after_unit_word<'t>(&self, part: &'t str) -> &'t str {
        let mut rest = part;
        // Where each word begins, and where the part ends.
        let mut starts: Vec<usize> = vec![0];
        starts.extend(part.match_indices(' ').map(|(at, _)| at + 1));
        starts.push(part.len() + 1);
        let words = starts.len() - 1;
        for start in 0..words {
            for length in (1..=2).rev().filter(|length| start + length < words) {
                let ends = starts.get(start).zip(starts.get(start + length));
                let Some((&from, &to)) = ends else { continue };
                let phrase = part.get(from..to - 1).unwrap_or_default();
                let meanings = self.definitions.meanings(phrase).iter();
                let mut meanings = meanings.map(|(_, meaning)| *meaning);
                let is_unit = meanings.any(|one| one == Meaning::Place(PlaceLevel::Unit));
                // One-letter abbreviations are syllables of names too.
                if is_unit && phrase.split(' ').all(|word| word.len() > 1) {
                    let after = part.get(to..).unwrap_or(part);
                    // `huyen Quan Son`: the name itself may begin like a kind.
                    let whole = start > 0 && self.gazetteer.knows(rest);
                    rest = if whole { rest } else { after };
                }
            }
        }
        rest
    }
}

/// How many parts at the end say nothing that the entities do not say, where the commune is
/// not sure.
fn said(parts: &[&Part], entities: &str, province: &[&Unit]) -> usize {
    let has = |units: &[&Unit]| {
        units.iter().any(|unit| entities.split(' ').any(|one| one == unit.entity))
    };
    match parts {
        [_, .., district, _] if has(province) && has(&district.below.districts) => 2,
        // `Điện Biên` may be the district as well.
        [_, .., last] if has(province) && last.below.districts.is_empty() => 1,
        _ => 0,
    }
}

/// Communes, then their districts and provinces, each once.
fn listed(
    gazetteer: &Gazetteer,
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
        for version in gazetteer.versions(parent) {
            put(version.parent);
        }
    }
    if communes.is_empty() {
        districts.iter().take(2).for_each(|unit| put(unit.entity));
    }
    province.iter().take(2).for_each(|unit| put(unit.entity));
    entities.join(" ")
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
