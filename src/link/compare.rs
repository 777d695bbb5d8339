//! Two records side by side.

use super::marks::{self, Person};
use super::rules::Rules;
use super::{Link, LinkKind, Reason, Strength};
use crate::model::Record;

/// Areas that are one, in square metres: surveys round differently.
const SAME_AREA: f64 = 0.6;

/// What links `other` to `record`, the most telling first; at most one link of a kind.
pub fn links_between(record: &Record, other: &Record) -> Vec<Link> {
    if record.record == other.record {
        return vec![];
    }
    let shares_commune = || {
        let (here, there) = (marks::communes(record), marks::communes(other));
        here.intersection(&there).next().is_some()
    };
    let commune = shares_commune();
    let link = |kind, strength, reasons| Link {
        kind,
        strength,
        record: other.record.clone(),
        role: String::new(),
        other_role: String::new(),
        reasons,
    };
    let person = same_person(record, other, commune);
    let mut links: Vec<Link> = Vec::new();
    if let Some(reasons) = same_entry(record, other, person.as_ref()) {
        links.push(link(LinkKind::SameEntry, Strength::Strong, reasons));
    }
    if let Some((strength, reasons)) = amends(record, other, person.as_ref()) {
        links.push(link(LinkKind::Amends, strength, reasons));
    }
    if let Some((kind, reasons)) = certificate(record, other) {
        links.push(link(kind, Strength::Strong, reasons));
    } else if let Some((strength, reasons)) = same_parcel(record, other, commune) {
        links.push(link(LinkKind::SameParcel, strength, reasons));
    }
    links.extend(person);
    links
}

fn same_entry(
    record: &Record,
    other: &Record,
    person: Option<&Link>,
) -> Option<Vec<Reason>> {
    let (here, there) = (marks::entry(record)?, marks::entry(other)?);
    // Number and day agree in every commune sometimes; the person must be the same, in the
    // same role.
    let is_same = here.number == there.number
        && here.date == there.date
        && here.date.len() == 10
        && record.scan != other.scan;
    let person = person.filter(|person| person.role == person.other_role)?;
    is_same.then(|| {
        let mut reasons = vec![Reason::Entry, Reason::EntryDate];
        reasons.extend(&person.reasons);
        reasons
    })
}

fn amends(
    record: &Record,
    other: &Record,
    person: Option<&Link>,
) -> Option<(Strength, Vec<Reason>)> {
    let names = |one: &Record, two: &Record| {
        let decision = marks::decision(one)?;
        marks::named_decisions(two).contains(&decision).then_some(())
    };
    let named = names(record, other).or_else(|| names(other, record)).is_some();
    let shared = common_names(record, other);
    if named && !shared.is_empty() {
        let name = shared.first().copied().unwrap_or(Reason::NameFolded);
        return Some((Strength::Strong, vec![Reason::Decision, name]));
    }
    if is_on_one_paper(record, other) {
        return Some((Strength::Strong, vec![Reason::Paper]));
    }
    let kinds = &Rules::get().amendments;
    let changes = |one: &Record| kinds.contains(&one.kind.0);
    let person = person.filter(|_| changes(record) != changes(other))?;
    Some((person.strength, person.reasons.clone()))
}

/// Whether one of them is a certificate and the other a change that is written on it.
pub fn is_on_one_paper(record: &Record, other: &Record) -> bool {
    is_change_on(record, other) || is_change_on(other, record)
}

/// Whether `change` is written on the certificate that `paper` is: on its last page or one of
/// the next two, behind the plan.
fn is_change_on(change: &Record, paper: &Record) -> bool {
    const FARTHEST: u32 = 2;
    let is_near = || {
        let (last, first) = (paper.pages.iter().max(), change.pages.iter().min());
        last.zip(first)
            .and_then(|(last, first)| first.checked_sub(*last))
            .is_some_and(|gap| gap <= FARTHEST)
    };
    change.scan == paper.scan
        && change.kind == paper.kind
        && marks::is_written_change(change)
        && !marks::is_written_change(paper)
        && marks::is_certificate(paper)
        && is_near()
}

/// How the names agree of persons whom both records name.
fn common_names(record: &Record, other: &Record) -> Vec<Reason> {
    let there = marks::persons(other);
    let here = marks::persons(record);
    let pairs = here.iter().flat_map(|one| there.iter().map(move |two| (one, two)));
    pairs.filter_map(|(one, two)| name_reason(one, two)).collect()
}

fn certificate(record: &Record, other: &Record) -> Option<(LinkKind, Vec<Reason>)> {
    let serial = marks::serial(record)?;
    if marks::serial(other)? != serial {
        return None;
    }
    let kind = if marks::is_certificate(record) == marks::is_certificate(other) {
        LinkKind::SameParcel
    } else {
        LinkKind::Certificate
    };
    Some((kind, vec![Reason::Serial]))
}

fn same_parcel(
    record: &Record,
    other: &Record,
    commune: bool,
) -> Option<(Strength, Vec<Reason>)> {
    if !commune || marks::parcel(record)? != marks::parcel(other)? {
        return None;
    }
    let area = |one: &Record| -> Option<f64> {
        one.fields.get("area_m2")?.value.as_deref()?.parse().ok()
    };
    let reasons = vec![Reason::Parcel, Reason::Commune];
    match (area(record), area(other)) {
        (Some(here), Some(there)) if (here - there).abs() <= SAME_AREA => {
            let reasons = [reasons, vec![Reason::Area]].concat();
            Some((Strength::Strong, reasons))
        }
        // Sheets are numbered anew with every survey: another area is another parcel.
        (Some(_), Some(_)) => None,
        _ => Some((Strength::Likely, reasons)),
    }
}

/// The best link of a person here with one there.
fn same_person(record: &Record, other: &Record, commune: bool) -> Option<Link> {
    let rules = Rules::get();
    let (here, there) = (marks::persons(record), marks::persons(other));
    let mut best: Option<(i32, Link)> = None;
    for one in &here {
        for two in &there {
            let Some(mut reasons) = agreement(one, two) else { continue };
            match kin(one, two, &here, &there) {
                0 => {}
                1 => reasons.push(Reason::Kin),
                _ => reasons.push(Reason::KinTwo),
            }
            if commune {
                reasons.push(Reason::Commune);
            }
            let points = rules.points(&reasons);
            if points < rules.likely
                || best.as_ref().is_some_and(|(most, _)| *most >= points)
            {
                continue;
            }
            let strength =
                if points >= rules.strong { Strength::Strong } else { Strength::Likely };
            let link = Link {
                kind: LinkKind::SamePerson,
                strength,
                record: other.record.clone(),
                role: one.role.clone(),
                other_role: two.role.clone(),
                reasons,
            };
            best = Some((points, link));
        }
    }
    best.map(|(_, link)| link)
}

fn name_reason(one: &Person, two: &Person) -> Option<Reason> {
    if one.key != two.key {
        return None;
    }
    Some(if one.name == two.name { Reason::Name } else { Reason::NameFolded })
}

/// What speaks for one person and against it; `None` where they cannot be one.
fn agreement(one: &Person, two: &Person) -> Option<Vec<Reason>> {
    let mut reasons = Vec::new();
    let shares_id = one.ids.iter().any(|id| two.ids.contains(id));
    match name_reason(one, two) {
        Some(reason) => reasons.push(reason),
        // A number alone may be misread or be somebody else's on a form of two columns.
        None if shares_id && resembles(&one.key, &two.key) => {}
        None => return None,
    }
    if shares_id {
        reasons.push(Reason::Id);
    } else if let Some(digits) = least_difference(&one.ids, &two.ids) {
        // Numbers of one length that have little in common are two persons.
        if digits > 2 {
            return None;
        }
        reasons.push(Reason::IdDiffers);
    }
    reasons.extend(born(&one.born, &two.born, shares_id)?);
    Some(reasons)
}

/// Whether all but one syllable agree, of three at least.
fn resembles(one: &str, two: &str) -> bool {
    let (one, two): (Vec<&str>, Vec<&str>) =
        (one.split(' ').collect(), two.split(' ').collect());
    let same = one.iter().zip(&two).filter(|(a, b)| a == b).count();
    one.len() == two.len() && one.len() >= 3 && same + 1 >= one.len()
}

/// Digits in which the most alike of numbers of one length differ; `None` where no two have
/// one length.
fn least_difference(here: &[String], there: &[String]) -> Option<usize> {
    let pairs = here.iter().flat_map(|one| there.iter().map(move |two| (one, two)));
    let same_length = pairs.filter(|(one, two)| one.len() == two.len());
    same_length
        .map(|(one, two)| one.bytes().zip(two.bytes()).filter(|(a, b)| a != b).count())
        .min()
}

/// How the days of birth agree; `None` where they are of two persons.
fn born(here: &str, there: &str, shares_id: bool) -> Option<Option<Reason>> {
    let known = here.len().min(there.len());
    if known < 4 {
        return Some(None);
    }
    let (one, two) = (here.get(..known)?, there.get(..known)?);
    if one == two {
        return Some(Some(match known {
            10.. => Reason::Born,
            7..10 => Reason::BornMonth,
            _ => Reason::BornYear,
        }));
    }
    let is_same_year = one.get(..4) == two.get(..4);
    // With the same number of identity, one of the two dates may be misread.
    (is_same_year || shares_id).then_some(Some(Reason::BornDiffers))
}

/// Other persons of both records who bear one name.
fn kin(one: &Person, two: &Person, here: &[Person], there: &[Person]) -> usize {
    let others = |all: &[Person], but: &str| -> Vec<String> {
        let keys = all.iter().map(|person| person.key.clone());
        keys.filter(|key| key != but).collect()
    };
    let mut mine = others(here, &one.key);
    mine.sort();
    mine.dedup();
    let theirs = others(there, &two.key);
    mine.iter().filter(|key| theirs.contains(key)).count()
}
