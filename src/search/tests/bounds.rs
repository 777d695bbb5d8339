//! What somebody sees who does not see all: as if the index held nothing else.

use super::*;

/// What the tests search for, with where it was taken in.
type Taken = (Record, Option<&'static str>, Option<&'static str>);

fn death(id: &str, name: &str, year: u32, cause: &str) -> Record {
    let mut record = birth(id, "", year, "", "xã Sam Mứn, huyện Điện Biên");
    let template = record.fields["nksNgaySinh"].clone();
    let of = |text: &str| Field { value: Some(text.to_owned()), ..template.clone() };
    record.fields.remove("nksHoTen");
    record.fields.remove("meHoTen");
    record.fields.remove("nksNgaySinh");
    record.fields.insert("nktHoTen".to_owned(), of(name));
    record.fields.insert("nktNgayChet".to_owned(), of(&format!("{year}-03-05")));
    if !cause.is_empty() {
        record.fields.insert("nktNguyenNhanChet".to_owned(), of(cause));
    }
    record.kind = KindId("so-khai-tu".to_owned());
    record
}

fn index_of_taken(all: &[Taken]) -> (tempfile::TempDir, Index) {
    let folder = tempfile::tempdir().expect("a folder");
    let index = Index::create_or_open(folder.path()).expect("an index");
    let mut writer = index.writer().expect("a writer");
    let records: Vec<IndexedRecord<'_>> = all
        .iter()
        .map(|(record, unit, collection)| IndexedRecord {
            unit: *unit,
            collection: *collection,
            ..indexed(record)
        })
        .collect();
    writer.add(&records).expect("added");
    writer.commit(1).expect("committed");
    (folder, index)
}

fn archive() -> Vec<Taken> {
    let mut all: Vec<Taken> = Vec::new();
    for at in 0..8_u32 {
        let name = ["Lò Văn Mẫu", "Lò Thị Mỷ"][(at % 2) as usize];
        let place = "xã Na Ư, huyện Điện Biên";
        let record = birth(&format!("here{at}"), name, 1980 + at, "Vì Thị Pâng", place);
        all.push((record, Some("03361"), Some("hotich")));
        let record =
            birth(&format!("there{at}"), "Lò Văn Mậu", 1980 + at, "Vì Thị Pâng", place);
        all.push((record, Some("03355"), Some("hotich")));
    }
    let mut found = birth("found", "Lò Văn Mẫn", 1983, "Vì Thị Pâng", "xã Na Ư");
    found.kind = KindId("trich-luc-nhan-cha-me-con".to_owned());
    all.push((found, Some("03361"), Some("hotich")));
    let unnoted = birth("unnoted", "Lò Văn Mẫu", 1984, "Vì Thị Pâng", "xã Na Ư");
    all.push((unnoted, None, None));
    all
}

fn here() -> Bounds {
    Bounds {
        units: vec!["03361".to_owned()],
        without_kinds: vec!["trich-luc-nhan-cha-me-con".to_owned()],
        without_guarded: true,
        ..Bounds::default()
    }
}

fn within(index: &Index, bounds: Bounds) -> Searcher {
    index.searcher().expect("a searcher").within(bounds)
}

fn ids(hits: &Hits) -> Vec<&str> {
    hits.hits.iter().map(|hit| hit.record.0.as_str()).collect()
}

#[test]
fn whoever_sees_a_part_searches_counts_and_pages_as_if_there_were_nothing_else() {
    let (_folder, index) = index_of_taken(&archive());
    let only: Vec<Taken> = archive()
        .into_iter()
        .filter(|(record, ..)| record.record.0.starts_with("here"))
        .collect();
    let (_other, small) = index_of_taken(&only);
    let searcher = within(&index, here());
    for (text, years) in [
        ("lo van mau", None),
        ("lo van mau 1983 na u", None),
        ("thach sanh 1983 xã Na Ư", None),
        ("", Some((1980, 1990))),
        ("-my", Some((1980, 1990))),
    ] {
        let query =
            Query::parse(text).with_filters(Filters { years, ..Filters::default() });
        let mut wanted = Wanted { limit: 3, facets: true, ..Wanted::default() };
        loop {
            let part = searcher.part(&query, &wanted).expect("hits");
            let expected = within(&small, Bounds::default());
            let expected = expected.part(&query, &wanted).expect("hits");
            assert_eq!(ids(&part), ids(&expected), "{text}");
            assert_eq!(
                (part.total, part.more),
                (expected.total, expected.more),
                "{text}"
            );
            assert_eq!(part.facets, expected.facets, "{text}");
            assert_eq!(part.held, expected.held, "{text}");
            assert_eq!(part.next.is_some(), expected.next.is_some(), "{text}");
            let Some(next) = part.next else { break };
            wanted.after = Some(next);
        }
    }
}

#[test]
fn related_papers_are_chosen_within_the_bounds_before_the_list_is_cut() {
    let (_folder, index) = index_of_taken(&archive());
    let related = |bounds: Bounds| -> Vec<String> {
        let found = within(&index, bounds).related(&RecordId("here0".to_owned()), 3);
        let found = found.expect("an answer").expect("a record");
        found.into_iter().map(|one| one.record.0).collect()
    };
    assert!(related(Bounds::default()).iter().any(|id| id.starts_with("there")));
    let own = related(here());
    assert_eq!(own.len(), 3);
    assert!(own.iter().all(|id| id.starts_with("here")), "{own:?}");
    assert_eq!(related(Bounds { is_nothing: true, ..Bounds::default() }), [""; 0]);
}

#[test]
fn suggestions_name_nobody_and_no_place_from_beyond_the_bounds() {
    let (_folder, index) = index_of_taken(&archive());
    let suggested = |bounds: Bounds, typed: &str| -> Vec<String> {
        let found = within(&index, bounds).suggest(typed, 8).expect("suggestions");
        found.into_iter().map(|one| one.shown.to_lowercase()).collect()
    };
    let all = suggested(Bounds::default(), "lo van m");
    assert!(
        ["mẫu", "mậu", "mẫn"]
            .iter()
            .all(|name| all.iter().any(|one| one.ends_with(name)))
    );
    assert_eq!(suggested(here(), "lo van m"), ["lò văn mẫu"]);
    assert!(!suggested(here(), "na u").is_empty());
    let elsewhere = Bounds { units: vec!["00001".to_owned()], ..Bounds::default() };
    assert_eq!(suggested(elsewhere.clone(), "na u"), [""; 0]);
    assert_eq!(suggested(elsewhere, "lo van m"), [""; 0]);
}

#[test]
fn bounds_hold_what_their_search_finds() {
    let (_folder, index) = index_of_taken(&archive());
    let collection = Bounds { collections: vec!["hotich".to_owned()], ..here() };
    let nothing = Bounds { is_nothing: true, ..Bounds::default() };
    for bounds in [Bounds::default(), here(), collection, nothing] {
        let all = archive();
        let held = all.iter().filter(|(record, unit, collection)| {
            bounds.holds(*unit, *collection, &record.kind.0)
        });
        let held = held.count();
        let years = Some((1980, 1990));
        let query =
            Query::parse("").with_filters(Filters { years, ..Filters::default() });
        let hits = within(&index, bounds.clone()).search(&query, 50, 0).expect("hits");
        assert_eq!(hits.total, held, "{bounds:?}");
    }
}

#[test]
fn a_cause_of_death_finds_only_for_those_who_see_it() {
    let of = |cause: &str| -> Vec<Taken> {
        let mut all: Vec<Taken> = (0..5)
            .map(|at| {
                (death(&format!("d{at}"), "Lò Văn Mẫu", 1990, "già yếu"), None, None)
            })
            .collect();
        all.push((death("z", "Vì Văn Páo", 1990, cause), None, None));
        all
    };
    let (_folder, index) = index_of_taken(&of("HIV AIDS"));
    let (_other, silent) = index_of_taken(&of(""));
    let kept_back = || Bounds { without_guarded: true, ..Bounds::default() };
    for text in [
        "hiv",
        "hiv aids",
        "hiv 1990 sam mun",
        "\"hiv aids\"",
        "páo -hiv",
        "vi van pao hiv",
    ] {
        let query = Query::parse(text);
        let seen = within(&index, kept_back()).search(&query, 10, 0).expect("hits");
        let expected = within(&silent, kept_back()).search(&query, 10, 0).expect("hits");
        assert_eq!(ids(&seen), ids(&expected), "{text}");
        let is_told =
            |hit: &Hit| hit.matched.iter().any(|(field, _)| field == "nktNguyenNhanChet");
        assert!(!seen.hits.iter().any(is_told), "{text}");
    }
    let all = within(&index, Bounds::default());
    let hits = all.search(&Query::parse("hiv"), 10, 0).expect("hits");
    assert_eq!(ids(&hits), ["z"]);
    let query = Query::parse("-hiv")
        .with_filters(Filters { years: Some((1990, 1990)), ..Filters::default() });
    assert_eq!(all.search(&query, 10, 0).expect("hits").total, 5);
    let kept = within(&index, kept_back()).search(&query, 10, 0).expect("hits");
    assert_eq!(kept.total, 6, "what is left out would tell as much as what is found");
}
