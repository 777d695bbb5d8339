//! Values of closed lists, by the letters of their words.

use super::super::Normalized;
use super::super::lexicon::{CODES, ETHNIC, LAND_USE, NATIONALITIES, TITLES};
use super::certainty_of;
use super::lattice::{Lattice, Pattern};

/// Dearest price of a letter at which a word of the list is still taken for the value.
const DEAREST: f32 = 1.5;
/// The same for a letter of several words: two or three of twenty letters that were misread.
const DEAREST_WORDS: f32 = 0.5;
/// How much dearer the next value must be, in natural logarithms.
const MARGIN: f32 = 1.0;

/// How much dearer than its letters a relation is that few papers name: fewer than one aunt
/// comes on twenty mothers.
const SELDOM: f32 = 3.0;

/// How much dearer the local name of an ethnic group is than the official one, which papers
/// name it by.
const LOCAL: f32 = 1.5;

/// Words with the values that they stand for, and how much dearer they are than their letters,
/// in natural logarithms.
pub(super) type List = Vec<(String, String, f32)>;

/// The closed list of a type, if it has one.
pub(super) fn of_type(value_type: &str) -> Option<List> {
    let own = |name: &String| (name.clone(), name.clone(), 0.0);
    Some(match value_type {
        "ethnic" => {
            let local = |name: &String| (name.clone(), name.clone(), LOCAL);
            let official = ETHNIC.iter().filter_map(|names| names.first()).map(own);
            official
                .chain(ETHNIC.iter().flat_map(|it| it.iter().skip(1)).map(local))
                .collect()
        }
        "nationality" => NATIONALITIES
            .iter()
            .filter_map(|names| Some((names.first()?, names)))
            .flat_map(|(first, names)| {
                names.iter().map(|name| (name.clone(), first.clone(), 0.0))
            })
            .collect(),
        "signer-title" => TITLES.signers.iter().map(own).collect(),
        "relation" => {
            let seldom = TITLES.seldom_relations.iter();
            let seldom = seldom.map(|name| (name.clone(), name.clone(), SELDOM));
            TITLES.relations.iter().map(own).chain(seldom).collect()
        }
        "land-use" => land_use(),
        list => CODES
            .get(list)?
            .iter()
            .flat_map(|(code, words)| {
                words.iter().map(|word| (word.clone(), code.clone(), 0.0))
            })
            .collect(),
    })
}

/// Codes of land use, and the pairs of codes of a house with its garden.
fn land_use() -> List {
    const HOUSES: [&str; 2] = ["ONT", "ODT"];
    let mut codes: Vec<&String> = LAND_USE.iter().map(|(code, _)| code).collect();
    codes.sort();
    codes.dedup();
    let alone = codes.iter().map(|code| (*code).clone());
    let gardens = codes.iter().filter(|code| !HOUSES.contains(&code.as_str()));
    let pairs =
        gardens.flat_map(|garden| HOUSES.map(|house| format!("{house}+{garden}")));
    alone.chain(pairs).map(|code| (code.clone(), code, 0.0)).collect()
}

/// The code of the land use that the words of a text nearly name: `Đất rong cây lâu năm` is
/// `CLN`. `None` where each costs too much, as beside another use or an area.
pub(super) fn closest_use(lattice: &Lattice) -> Option<Normalized> {
    let words = LAND_USE.iter().filter(|(_, words)| words.contains(' '));
    let list: List =
        words.map(|(code, words)| (words.clone(), code.clone(), 0.0)).collect();
    closest_within(&list, lattice, DEAREST_WORDS)
}

/// The value of the list whose word costs least to read; `None` where each costs too much
/// or two values cost the same.
pub(super) fn closest(list: &List, lattice: &Lattice) -> Option<Normalized> {
    closest_within(list, lattice, DEAREST)
}

fn closest_within(list: &List, lattice: &Lattice, dearest: f32) -> Option<Normalized> {
    let mut best: Option<(f32, f32, &str)> = None;
    let mut rival: Option<(f32, &str)> = None;
    for (word, value, dearer) in list {
        let letters = Pattern::of(word);
        let read = lattice.cost(&letters);
        let per_letter = read / letters.len().max(1) as f32;
        let cost = read + dearer;
        match best {
            Some((least, _, of)) if cost >= least => {
                if of != value && rival.is_none_or(|(next, _)| cost < next) {
                    rival = Some((cost, value));
                }
            }
            _ => {
                if let Some((least, _, of)) = best
                    && of != value
                {
                    rival = Some((least, of));
                }
                best = Some((cost, per_letter, value));
            }
        }
    }
    let (cost, per_letter, value) = best?;
    if per_letter > dearest {
        return None;
    }
    let next = rival.filter(|(next, _)| next - cost < MARGIN);
    match next {
        Some((next, other)) if next - cost < MARGIN / 2.0 => {
            Some(Normalized::illegible(vec![value.to_owned(), other.to_owned()]))
        }
        Some((_, other)) => Some(
            Normalized::read(value, certainty_of(per_letter) / 2.0)
                .with_alternatives(vec![other.to_owned()]),
        ),
        None => Some(Normalized::read(value, certainty_of(per_letter))),
    }
}
