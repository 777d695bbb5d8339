//! What somebody sees of the papers: purposes, masks, scopes, the trail.

use serde_json::Value;

use super::desk::SCAN;
use super::door::{add, cookie, form_key, get, guarded, name_case};
use super::http::{Answer, Server};
use crate::catalog::AuditFilter;
use crate::model::{Field, RecordId, ScanId};

/// A desk with a clerk and an archivist, and a page on which a cause of death stands.
pub(super) fn with_a_death() -> Server {
    Server::with(|catalog| {
        add(catalog, "clerk", "clerk", ("", ""));
        add(catalog, "archivist", "archivist", ("", ""));
        let of = |id: &str| catalog.record(&RecordId(id.into())).expect("an answer");
        let [first, mut second] = ["r1", "r2"].map(|id| of(id).expect("a record").record);
        let cause = second.fields["nksHoTen"].clone();
        second.fields.insert("nktNguyenNhanChet".into(), cause);
        catalog.finish_scan(&ScanId(SCAN.into()), &[first, second]).expect("records");
    })
}

#[test]
fn the_text_of_a_page_with_a_cause_of_death_is_not_for_everybody() {
    let server = with_a_death();
    let [clerk, archivist] = ["clerk", "archivist"].map(|name| cookie(&server, name));
    for cookie in [&clerk, &archivist] {
        name_case(&server, cookie);
    }
    for path in [
        format!("/page/{SCAN}/1/alto.xml"),
        format!("/page/{SCAN}/1/hocr.html"),
        format!("/scan/{SCAN}/file.pdf"),
        format!("/api/v1/pages/{SCAN}/1"),
        format!("/iiif/search/1/{SCAN}?q=lo"),
        format!("/iiif/search/2/{SCAN}?q=lo"),
    ] {
        assert_eq!(get(&server, &path, &clerk).status, 403, "{path}");
        assert_ne!(get(&server, &path, &archivist).status, 403, "{path}");
    }
    // The one line of the page stands where the cause of death was read.
    let viewer = format!("/page/{SCAN}/1");
    let lines = |cookie: &str| get(&server, &viewer, cookie).text();
    let (few, all) = (lines(&clerk), lines(&archivist));
    assert!(all.matches("alert(").count() > few.matches("alert(").count(), "{few}");
}

#[test]
fn a_record_is_opened_for_a_purpose_that_is_asked_for_once_a_case() {
    let server = guarded();
    let clerk = cookie(&server, "clerk");
    let answer = get(&server, "/record/r1", &clerk);
    assert_eq!(answer.headers["location"], "/case?next=%2Frecord%2Fr1");
    assert_eq!(get(&server, "/api/v1/records/r1", &clerk).status, 403);
    let key = form_key(&server, &clerk);
    for wrong in
        ["purpose=copy&number=", "purpose=fun&number=1", "purpose=copy&number=Nguyễn+An"]
    {
        let form = format!("key={key}&{wrong}");
        assert_eq!(server.post("/case", &clerk, &form).status, 400, "{wrong}");
    }
    name_case(&server, &clerk);
    assert_eq!(get(&server, "/record/r1", &clerk).status, 200);
    assert_eq!(get(&server, "/record/r2", &clerk).status, 200);
    let entries = server.catalog.audit_entries(&AuditFilter::default(), 0, 1);
    let entry = &entries.expect("entries")[0];
    assert_eq!((entry.what.as_str(), entry.target.as_str()), ("look", "record:r2"));
    assert_eq!(entry.detail, r#"{"case":"H12.34-5","purpose":"copy"}"#);
    let end = format!("key={key}&end=1");
    assert_eq!(server.post("/case", &clerk, &end).status, 303);
    assert_eq!(get(&server, "/record/r1", &clerk).status, 303);
}

#[test]
fn a_number_is_shown_in_full_one_at_a_time_and_that_is_noted() {
    let server = guarded();
    let clerk = cookie(&server, "clerk");
    name_case(&server, &clerk);
    let page = get(&server, "/record/r2", &clerk).text();
    assert!(page.contains("0110••••1234") && !page.contains("011087001234"), "{page}");
    let address = "/record/r2?show=meSoGiayToTuyThan";
    assert!(page.contains(address));
    assert!(get(&server, address, &clerk).text().contains("011087001234"));
    let shown = AuditFilter { what: "number-shown".into(), ..AuditFilter::default() };
    assert_eq!(server.catalog.audit_entries(&shown, 0, 9).expect("entries").len(), 1);
}

#[test]
fn an_account_sees_the_papers_of_its_communes_and_collections_only() {
    let server = Server::with(|catalog| {
        add(catalog, "here", "clerk", ("03361", ""));
        add(catalog, "there", "clerk", ("00001", ""));
        add(catalog, "other", "clerk", ("03361", "datdai"));
    });
    for (name, total) in [("here", 3), ("there", 0), ("other", 0)] {
        let cookie = cookie(&server, name);
        name_case(&server, &cookie);
        let found = get(&server, "/api/v1/search?q=x", &cookie).json();
        assert_eq!(found["total"], Value::from(total), "{name}");
        let status = if total > 0 { 200 } else { 403 };
        for path in [
            "/record/r1".to_owned(),
            "/record/%72%31".to_owned(),
            "/api/v1/records/r1".to_owned(),
            format!("/page/{SCAN}/1"),
            format!("/image/{SCAN}/1"),
            format!("/image/{SCAN}/1/crop?q=1,2,30,40"),
            format!("/api/v1/pages/{SCAN}/1"),
        ] {
            assert_eq!(get(&server, &path, &cookie).status, status, "{name} {path}");
        }
    }
}

/// A desk with a clerk, whose second record has a field that no list shows.
fn with_a_remark() -> Server {
    Server::with(|catalog| {
        add(catalog, "clerk", "clerk", ("", ""));
        let of = |id: &str| catalog.record(&RecordId(id.into())).expect("an answer");
        let [first, mut second] = ["r1", "r2"].map(|id| of(id).expect("a record").record);
        let remark =
            Field { value: Some("con ngoài".into()), ..second.fields["so"].clone() };
        second.fields.insert("ghiChu".into(), remark);
        catalog.finish_scan(&ScanId(SCAN.into()), &[first, second]).expect("records");
    })
}

#[test]
fn a_search_by_a_program_shows_what_a_list_shows_and_the_record_the_rest() {
    let server = with_a_remark();
    let clerk = cookie(&server, "clerk");
    let found = get(&server, "/api/v1/search?q=x&limit=100", &clerk).text();
    assert!(found.contains("Lò Văn Mẫu") && found.contains("0110••••1234"), "{found}");
    assert!(!found.contains("011087001234") && !found.contains("ghiChu"), "{found}");
    let address = "/api/v1/records/r2";
    assert_eq!(get(&server, address, &clerk).status, 403, "no purpose was named");
    name_case(&server, &clerk);
    let record = get(&server, address, &clerk).text();
    assert!(record.contains("con ngoài") && !record.contains("011087001234"), "{record}");
    let shown = get(&server, &format!("{address}?show=meSoGiayToTuyThan"), &clerk);
    assert!(shown.text().contains("011087001234"));
    let shown = AuditFilter { what: "number-shown".into(), ..AuditFilter::default() };
    assert_eq!(server.catalog.audit_entries(&shown, 0, 9).expect("entries").len(), 1);
}

#[test]
fn a_search_by_filters_alone_stands_in_the_trail() {
    let server = guarded();
    let clerk = cookie(&server, "clerk");
    for filter in ["then=C03361", "today=C03361", "decade=1980", "findings=yes"] {
        assert_eq!(get(&server, &format!("/?{filter}"), &clerk).status, 200, "{filter}");
    }
    let searches = AuditFilter { what: "search".into(), ..AuditFilter::default() };
    let entries = server.catalog.audit_entries(&searches, 0, 9).expect("entries");
    let told: Vec<&str> = entries.iter().rev().map(|one| one.detail.as_str()).collect();
    assert_eq!(
        told,
        [
            r#"{"then":"C03361"}"#,
            r#"{"today":"C03361"}"#,
            r#"{"decade":"1980"}"#,
            r#"{"findings":"yes"}"#,
        ]
    );
}

#[test]
fn a_large_cut_out_is_as_good_as_the_page_and_asks_for_the_same() {
    let server = guarded();
    let clerk = cookie(&server, "clerk");
    let (piece, page) = (
        format!("/image/{SCAN}/1/crop?q=1,2,30,40"),
        format!("/image/{SCAN}/1/crop?q=0,0,400,300&fit=2400x2400"),
    );
    assert_eq!(get(&server, &piece, &clerk).status, 200);
    assert_eq!(get(&server, &page, &clerk).status, 403, "no purpose was named");
    let images = AuditFilter { what: "image".into(), ..AuditFilter::default() };
    let noted = || server.catalog.audit_entries(&images, 0, 9).expect("entries").len();
    assert_eq!(noted(), 0);
    name_case(&server, &clerk);
    let answer = get(&server, &page, &clerk);
    assert_eq!((answer.status, noted()), (200, 1));
    assert_eq!(answer.headers["cache-control"], "private, max-age=120");
}

#[test]
fn whole_pages_are_shown_at_the_pace_of_a_person() {
    let server = guarded();
    let operator = cookie(&server, "operator");
    let page = format!("/image/{SCAN}/9?w=300");
    let answers = (0..250).map(|_| get(&server, &page, &operator).status);
    let refused = answers.filter(|status| *status == 429).count();
    assert!(refused > 0, "nobody leafs so fast");
    assert_eq!(get(&server, "/check", &operator).status, 200, "pages have their own");
}

#[test]
fn a_sheet_shows_no_picture_of_a_number_that_it_keeps_back() {
    let num_pictures = |sheet: &Answer| {
        assert_eq!(sheet.status, 200);
        let name = b"/DCTDecode";
        sheet.bytes.windows(name.len()).filter(|bytes| bytes == name).count()
    };
    let all = num_pictures(&Server::start().get("/record/r2/sheet.pdf"));
    let server = guarded();
    let clerk = cookie(&server, "clerk");
    name_case(&server, &clerk);
    let kept = num_pictures(&get(&server, "/record/r2/sheet.pdf", &clerk));
    assert_eq!((all, kept), (4, 3));
}

#[test]
fn whoever_sees_a_part_gets_all_of_the_search_within_it_and_no_count_beyond() {
    let server = Server::with(|catalog| {
        add(catalog, "here", "clerk", ("03361", ""));
        add(catalog, "there", "clerk", ("00001", ""));
    });
    let list = "Họ và tên\nLò Văn Mẫu\n";
    for (name, is_seen) in [("here", true), ("there", false)] {
        let cookie = cookie(&server, name);
        name_case(&server, &cookie);
        let json = |path: &str| get(&server, path, &cookie).json();
        let found = json("/api/v1/search?q=x&limit=2&facets=yes");
        assert_eq!(found["next"].is_string(), is_seen, "{name}: {found}");
        let kinds = &found["facets"]["kind"];
        assert_eq!(kinds.as_array().is_some_and(|kinds| !kinds.is_empty()), is_seen);
        let suggestions = json("/api/v1/suggest?q=lo");
        let suggestions = suggestions["suggestions"].as_array().map(Vec::len);
        assert_eq!(suggestions, Some(usize::from(is_seen)), "{name}");
        let status = json("/api/v1/status");
        let records = status["counts"]["records"].as_u64().unwrap_or_default();
        assert_eq!(records, if is_seen { 2 } else { 0 }, "{name}: {status}");
        assert_eq!(status["counts"]["not_indexed"], Value::Null, "{name}: {status}");
        let page = get(&server, "/", &cookie).text();
        assert_eq!(page.contains("kind=so-khai-sinh"), is_seen, "{name}: {page}");
        assert_eq!(page.contains("Xã Mẫu"), is_seen, "{name}: {page}");
        let related = get(&server, "/api/v1/records/r1/related", &cookie);
        assert_eq!(related.status, if is_seen { 200 } else { 403 }, "{name}");
        let head = format!("Cookie: {cookie}\r\nContent-Type: text/csv\r\n");
        let report = server.send("POST", "/api/v1/lookup", &head, list.as_bytes());
        assert_eq!(report.status, 200, "{name}: {}", report.text());
    }
}

#[test]
fn the_trail_names_searches_looks_and_refusals_and_no_person_on_paper() {
    let server = guarded();
    let clerk = cookie(&server, "clerk");
    name_case(&server, &clerk);
    get(&server, "/?q=nguyen+van+mau&from=1980", &clerk);
    get(&server, "/record/r2?q=nguyen+van+mau", &clerk);
    get(&server, &format!("/image/{SCAN}/1"), &clerk);
    get(&server, &format!("/image/{SCAN}/1?w=300"), &clerk);
    get(&server, "/accounts", &clerk);
    let filter = AuditFilter { account: "clerk".into(), ..AuditFilter::default() };
    let mut entries = server.catalog.audit_entries(&filter, 0, 99).expect("entries");
    entries.reverse();
    let deeds: Vec<&str> = entries.iter().map(|entry| entry.what.as_str()).collect();
    assert_eq!(deeds, ["login", "case-opened", "search", "look", "image", "refused"]);
    let told = format!("{entries:?}");
    assert!(!told.contains("nguyen") && told.contains("1980"), "{told}");
    assert_eq!(entries[2].source, "127.0.0.1");
    assert_eq!(server.catalog.audit_break().expect("an answer"), None);
}
