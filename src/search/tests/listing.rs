//! What is counted, and how lists are sorted and paged.

use super::*;
use crate::model::{Finding, Severity};

/// Entries of two communes, one of which went into a larger one.
fn register() -> Vec<Record> {
    let na_u = "UBND xã Na Ư, huyện Điện Biên, tỉnh Điện Biên";
    let sam_mun = "UBND xã Sam Mứn, huyện Điện Biên, tỉnh Điện Biên";
    let mut records = Vec::new();
    for (id, name, number, day, place) in [
        ("a", "Lò Văn Ân", "2/1987", "1987-03-05", na_u),
        ("b", "Lò Văn An", "10/1987", "1987-11-05", na_u),
        ("c", "Vì Thị Đào", "1/1992", "1992-01-05", sam_mun),
        ("d", "Bạc Thị Dung", "9/1987", "1987-10-01", na_u),
        ("e", "Cà Thị An", "3/1992", "1992-02-05", sam_mun),
    ] {
        let mut record = birth(id, name, 1980, "Quàng Thị Mẫu", place);
        let field = record.fields["nksHoTen"].clone();
        let of = |text: &str| Field { value: Some(text.to_owned()), ..field.clone() };
        record.fields.insert("so".to_owned(), of(number));
        record.fields.insert("ngayDangKy".to_owned(), of(day));
        records.push(record);
    }
    records[2].kind = KindId("so-khai-tu".to_owned());
    records[3].findings.push(Finding {
        rule: "death-before-birth".to_owned(),
        severity: Severity::Warn,
        fields: Vec::new(),
    });
    for field in records[0].fields.values_mut() {
        field.state = FieldState::Verified;
    }
    if let Some(name) = records[1].fields.get_mut("nksHoTen") {
        name.state = FieldState::Keyed;
    }
    records
}

fn all_of(index: &Index, filters: Filters, text: &str, wanted: &Wanted) -> Hits {
    let searcher = index.searcher().expect("a searcher");
    let query = Query::parse(text).with_filters(filters);
    searcher.part(&query, wanted).expect("a search")
}

fn ids(hits: &Hits) -> String {
    hits.hits.iter().map(|hit| hit.record.0.as_str()).collect()
}

fn eighties_and_nineties() -> Filters {
    Filters { years: Some((1980, 1999)), ..Filters::default() }
}

#[test]
fn lists_are_sorted_by_day_number_and_vietnamese_name() {
    let (_folder, index) = index_of(&register());
    for (sort, expected) in [
        (Sort::Relevance, "adbce"),
        (Sort::Date, "adbce"),
        (Sort::Newest, "ecbda"),
        (Sort::Number, "adbce"),
        (Sort::Name, "ebadc"),
    ] {
        let wanted = Wanted { limit: 10, sort, ..Wanted::default() };
        let hits = all_of(&index, eighties_and_nineties(), "", &wanted);
        assert_eq!(ids(&hits), expected, "{sort:?}");
        assert_eq!((hits.total, hits.more, hits.next), (5, false, None));
    }
    let wanted = Wanted { limit: 10, sort: Sort::Name, ..Wanted::default() };
    let hits = all_of(&index, Filters::default(), "lo van an", &wanted);
    assert_eq!(ids(&hits), "ba");
}

#[test]
fn cursors_lead_through_every_order_and_past_what_is_added() {
    let records = register();
    let (_folder, index) = index_of(&records);
    for (text, sort) in
        [("", Sort::Name), ("", Sort::Newest), ("lo van an", Sort::Relevance)]
    {
        let filters = || match text {
            "" => eighties_and_nineties(),
            _ => Filters::default(),
        };
        let whole = Wanted { limit: 10, sort, ..Wanted::default() };
        let whole = ids(&all_of(&index, filters(), text, &whole));
        let mut wanted = Wanted { limit: 2, sort, ..Wanted::default() };
        let mut seen = String::new();
        loop {
            let hits = all_of(&index, filters(), text, &wanted);
            assert_eq!(hits.before, seen.len());
            seen.push_str(&ids(&hits));
            let Some(next) = hits.next else { break };
            wanted.after = Some(next);
        }
        assert_eq!(seen, whole, "{sort:?}");
    }
    let mut wanted = Wanted { limit: 2, sort: Sort::Name, ..Wanted::default() };
    wanted.after = all_of(&index, eighties_and_nineties(), "", &wanted).next;
    let mut first = records[1].clone();
    first.record = RecordId("0".to_owned());
    let mut writer = index.writer().expect("a writer");
    writer.add(&[indexed(&first)]).expect("added");
    writer.delete(&RecordId("b".to_owned())).expect("deleted");
    writer.commit(2).expect("committed");
    let rest = all_of(&index, eighties_and_nineties(), "", &wanted);
    assert_eq!(ids(&rest), "ad", "what came and went before the cursor changes nothing");
}

#[test]
fn everything_that_answers_is_counted_and_each_count_is_what_its_filter_leaves() {
    let (_folder, index) = index_of(&register());
    let wanted = Wanted { limit: 1, facets: true, ..Wanted::default() };
    let hits = all_of(&index, eighties_and_nineties(), "", &wanted);
    let facets = hits.facets.expect("facets");
    let pairs = |counted: &[Counted]| -> Vec<(String, u64)> {
        counted.iter().map(|one| (one.value.clone(), one.count)).collect()
    };
    let of = |pairs: &[(&str, u64)]| -> Vec<(String, u64)> {
        pairs.iter().map(|(value, count)| ((*value).to_owned(), *count)).collect()
    };
    assert_eq!(pairs(&facets.kind), of(&[("so-khai-sinh", 4), ("so-khai-tu", 1)]));
    assert_eq!(pairs(&facets.then), of(&[("C03361", 3), ("C03355", 2)]));
    assert_eq!(pairs(&facets.decade), of(&[("1980", 3), ("1990", 2)]));
    assert_eq!(pairs(&facets.state), of(&[("read", 3), ("partly", 1), ("verified", 1)]));
    assert_eq!(pairs(&facets.findings), of(&[("no", 4), ("yes", 1)]));
    assert!(!facets.today.is_empty() && !facets.at_least);
    let text = |one: &Counted| Some(one.value.clone());
    let mut filters: Vec<(u64, Filters)> = Vec::new();
    let mut put =
        |one: &Counted, filters_of: Filters| filters.push((one.count, filters_of));
    for one in &facets.kind {
        put(one, Filters { kind: text(one), ..eighties_and_nineties() });
    }
    for one in &facets.then {
        put(one, Filters { then: text(one), ..eighties_and_nineties() });
    }
    for one in &facets.today {
        put(one, Filters { today: text(one), ..eighties_and_nineties() });
    }
    for one in &facets.decade {
        put(one, Filters { decade: one.value.parse().ok(), ..eighties_and_nineties() });
    }
    for one in &facets.state {
        let state = Checked::from_name(&one.value);
        put(one, Filters { state, ..eighties_and_nineties() });
    }
    for one in &facets.findings {
        let findings = Some(one.value == "yes");
        put(one, Filters { findings, ..eighties_and_nineties() });
    }
    for (count, filters) in filters {
        let hits = all_of(
            &index,
            filters.clone(),
            "",
            &Wanted { limit: 9, ..Wanted::default() },
        );
        assert_eq!(hits.total as u64, count, "{filters:?}");
    }
}

#[test]
fn cursors_lead_through_thousands_of_one_key_however_the_index_is_made_anew() {
    const EQUAL: usize = 2_100;
    let mut records: Vec<Record> = (0..EQUAL)
        .map(|at| {
            birth(&format!("r{at:04}"), "Lò Văn Mẫu", 1987, "Vì Thị Pâng", "xã Na Ư")
        })
        .collect();
    let mut wanted = Wanted { limit: 700, sort: Sort::Name, ..Wanted::default() };
    let mut seen: Vec<String> = Vec::new();
    loop {
        let (_folder, index) = index_of(&records);
        let hits = all_of(&index, eighties_and_nineties(), "", &wanted);
        assert_eq!(hits.before, seen.len());
        seen.extend(hits.hits.into_iter().map(|hit| hit.record.0));
        let Some(next) = hits.next else { break };
        wanted.after = Some(next);
        records.reverse();
    }
    assert_eq!(seen.len(), EQUAL);
    seen.sort();
    seen.dedup();
    assert_eq!(seen.len(), EQUAL, "none twice and none left out");
}
