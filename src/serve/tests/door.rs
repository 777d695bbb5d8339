use serde_json::Value;

use super::super::door as gates;
use super::desk::SCAN;
use super::http::{Answer, Server};
use crate::access::{self, Doer, NewAccount, Role};
use crate::catalog::AuditEntry;
use crate::catalog::AuditFilter;
use crate::catalog::Catalog;
use crate::model::Field;
use crate::model::RecordId;
use crate::model::ScanId;

/// Good enough for every account of these tests.
const PASSWORD: &str = "Bảy con trâu + 3 Nghé";

pub(super) fn add(
    catalog: &Catalog,
    name: &str,
    roles: &str,
    (units, collections): (&str, &str),
) {
    let doer = Doer { account: "cli", source: "", now_ms: super::super::door::now_ms() };
    let new = NewAccount {
        name,
        full_name: "Lò Thị Mẫu",
        roles,
        units,
        collections,
        password: PASSWORD,
        ..NewAccount::default()
    };
    access::add(catalog, doer, &new).expect("an account");
}

/// A desk with one account a role, called as the role.
pub(super) fn guarded() -> Server {
    Server::with(|catalog| {
        for role in Role::ALL {
            add(catalog, role.name(), role.name(), ("", ""));
        }
    })
}

fn digit(value: u8) -> char {
    char::from_digit(u32::from(value), 16).expect("a digit")
}

fn encoded(text: &str) -> String {
    let mut out = String::new();
    for byte in text.bytes() {
        out.extend(['%', digit(byte >> 4), digit(byte & 15)]);
    }
    out
}

/// What the form of the log-in sends.
pub(super) fn log_in_form(name: &str) -> String {
    format!("name={name}&password={}", encoded(PASSWORD))
}

/// The cookie of whoever comes in.
pub(super) fn cookie(server: &Server, name: &str) -> String {
    let answer = server.post("/login", "", &log_in_form(name));
    assert_eq!(answer.status, 303, "{name}: {}", answer.text());
    let cookie = &answer.headers["set-cookie"];
    assert!(cookie.ends_with("; Path=/; HttpOnly; SameSite=Strict"), "{cookie}");
    cookie.split(';').next().expect("a cookie").to_owned()
}

/// A page as somebody sees it.
pub(super) fn get(server: &Server, path: &str, cookie: &str) -> Answer {
    server.ask("GET", path, &format!("Cookie: {cookie}\r\n"))
}

/// What the forms of the session carry.
pub(super) fn form_key(server: &Server, cookie: &str) -> String {
    let page = get(server, "/password", cookie).text();
    let after = page.split("name=\"key\" value=\"").nth(1).expect("a form");
    after.split('"').next().expect("a key").to_owned()
}

fn name_case(server: &Server, cookie: &str) {
    let key = form_key(server, cookie);
    let form = format!("key={key}&purpose=copy&number=H12.34-5");
    assert_eq!(server.post("/case", cookie, &form).status, 303);
}

/// An address with the roles that it answers.
struct Room {
    method: &'static str,
    path: String,
    may: Vec<&'static str>,
}

fn room(method: &'static str, path: &str, may: &[&'static str]) -> Room {
    Room { method, path: path.replace("SCAN", SCAN), may: may.to_vec() }
}

const SEEKERS: [&str; 3] = ["clerk", "approver", "archivist"];
const CHECKERS: [&str; 3] = ["operator", "verifier", "approver"];
const PAPER: [&str; 5] = ["clerk", "operator", "verifier", "approver", "archivist"];
const HANDING_OUT: [&str; 2] = ["clerk", "archivist"];
const COUNTING: [&str; 4] = ["approver", "archivist", "auditor", "administrator"];
/// Whoever has come in.
const ALL: [&str; 7] = [
    "clerk",
    "operator",
    "verifier",
    "approver",
    "archivist",
    "auditor",
    "administrator",
];
/// The same and whoever has not.
const ANYBODY: [&str; 8] = [
    "clerk",
    "operator",
    "verifier",
    "approver",
    "archivist",
    "auditor",
    "administrator",
    "nobody",
];
/// Coming in and going, which other tests do.
const COMING_AND_GOING: [(&str, &str); 4] =
    [("POST", "/login"), ("POST", "/logout"), ("GET", "/setup"), ("POST", "/setup")];

/// Every address of the desk.
fn rooms() -> Vec<Room> {
    let get = |path: &str, may: &[&'static str]| room("GET", path, may);
    let post = |path: &str, may: &[&'static str]| room("POST", path, may);
    vec![
        get("/?q=x", &SEEKERS),
        get("/record/r1", &SEEKERS),
        get("/record/r1/sheet.pdf", &HANDING_OUT),
        get("/scan/SCAN/file.pdf", &HANDING_OUT),
        get("/page/SCAN/1/alto.xml", &HANDING_OUT),
        get("/page/SCAN/1/hocr.html", &HANDING_OUT),
        get("/iiif/3/SCAN-1/info.json", &PAPER),
        get("/iiif/3/SCAN-1", &PAPER),
        get("/iiif/3/SCAN-1/full/max/0/default.jpg", &PAPER),
        get("/iiif/presentation/3/SCAN/manifest.json", &SEEKERS),
        get("/iiif/search/2/SCAN?q=x", &SEEKERS),
        get("/page/SCAN/1", &SEEKERS),
        get("/image/SCAN/1", &PAPER),
        get("/image/SCAN/1/crop?q=1,2,30,40", &PAPER),
        get("/image/SCAN/1/crop?q=0,0,400,300", &PAPER),
        get("/assets/desk.css", &ANYBODY),
        get("/healthz", &ANYBODY),
        get("/livez", &ANYBODY),
        get("/readyz", &ANYBODY),
        // All of these tests call from this machine.
        get("/metrics", &ANYBODY),
        get("/api/v1/search?q=x", &SEEKERS),
        get("/api/v1/suggest?q=x", &SEEKERS),
        get("/api/v1/openapi.json", &ANYBODY),
        post("/api/v1/lookup", &HANDING_OUT),
        get("/api/v1/records/r1", &SEEKERS),
        get("/api/v1/records/r1/related", &SEEKERS),
        get("/api/v1/pages/SCAN/1", &SEEKERS),
        get(
            "/api/v1/status",
            &["clerk", "approver", "archivist", "auditor", "administrator"],
        ),
        get("/login", &ANYBODY),
        get("/password", &ALL),
        post("/password", &ALL),
        get("/case", &SEEKERS),
        post("/case", &SEEKERS),
        get("/accounts", &["administrator"]),
        post("/accounts/none", &["administrator"]),
        get("/audit", &["auditor"]),
        get("/audit/export", &["auditor"]),
        get("/figures", &COUNTING),
        get("/check", &CHECKERS),
        get("/check/next", &CHECKERS),
        get("/check/rates", &["verifier", "approver"]),
        get("/check/lots", &["approver"]),
        get("/check/lot?id=1", &["approver"]),
        post("/check/decide", &CHECKERS),
        post("/check/undo", &CHECKERS),
        post("/check/lots/make", &["approver"]),
        post("/check/lot/judge", &["approver"]),
        post("/check/lot/approve", &["approver"]),
        get("/loading", &["archivist"]),
        get("/loading/state", &["archivist"]),
        get("/loading/table?run=2026-11-21T221500Z-ingest", &["archivist"]),
        post("/loading/file?delivery=d1&path=a.jpg", &["archivist"]),
        post("/loading/start", &["archivist"]),
        post("/loading/stop", &["archivist"]),
    ]
}

#[test]
fn every_line_of_the_gates_is_a_room_of_the_test_below() {
    let known: Vec<(&str, &str)> = rooms()
        .iter()
        .filter_map(|room| {
            let path = room.path.split('?').next().unwrap_or_default();
            gates::line_of(room.method, path)
        })
        .chain(COMING_AND_GOING)
        .collect();
    for line in gates::lines() {
        assert!(known.contains(&line), "{line:?} is called by no test");
    }
}

#[test]
fn no_address_answers_without_its_right_whoever_asks() {
    let server = guarded();
    let mut roles: Vec<(&str, String, String)> = Role::ALL
        .iter()
        .map(|role| {
            let cookie = cookie(&server, role.name());
            let key = form_key(&server, &cookie);
            (role.name(), cookie, key)
        })
        .collect();
    for (role, cookie, _) in &roles {
        if SEEKERS.contains(role) {
            name_case(&server, cookie);
        }
    }
    roles.push(("nobody", String::new(), String::new()));
    for Room { method, path, may } in rooms() {
        for (role, cookie, key) in &roles {
            let answer = match method {
                "GET" => get(&server, &path, cookie),
                _ if path.starts_with("/api/") => {
                    let headers =
                        format!("Cookie: {cookie}\r\nContent-Type: text/csv\r\n");
                    server.send(method, &path, &headers, "họ tên\nx\n".as_bytes())
                }
                _ if path.starts_with("/loading/file") => {
                    let headers = format!("Cookie: {cookie}\r\nX-Form-Key: {key}\r\n");
                    server.send(method, &path, &headers, b"x")
                }
                _ => server.post(&path, cookie, &format!("key={key}")),
            };
            let elsewhere = answer.headers.get("location").map_or("", String::as_str);
            let is_sent_away = ["/login", "/case", "/password", "/setup"]
                .iter()
                .any(|page| answer.status == 303 && elsewhere.starts_with(page));
            // The start leads home, which is another page for each.
            let is_sent_away = is_sent_away || answer.status == 303 && path == "/?q=x";
            let is_out = [401, 403].contains(&answer.status) || is_sent_away;
            assert_eq!(
                !is_out,
                may.contains(role),
                "{role} {method} {path}: {} {elsewhere}",
                answer.status
            );
            let says = answer.text().contains("011087001234");
            assert!(!is_out || !says, "{role} {path} tells what it refuses");
        }
    }
}

/// A desk with a clerk and an archivist, and a page on which a cause of death stands.
fn with_a_death() -> Server {
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
fn whoever_has_not_come_in_is_led_to_the_log_in_and_back() {
    let server = guarded();
    let answer = server.get("/record/r1?q=a");
    let address = "/login?next=%2Frecord%2Fr1%3Fq%3Da";
    assert_eq!((answer.status, answer.headers["location"].as_str()), (303, address));
    assert_eq!(server.get("/api/v1/search?q=x").status, 401);
    for open in ["/healthz", "/assets/desk.css", "/login"] {
        assert_eq!(server.get(open).status, 200, "{open}");
    }
    for unknown in ["/nowhere", "/api/v1/nothing", "/setup/x"] {
        assert_ne!(server.get(unknown).status, 200, "{unknown}");
    }
    let form = format!("name=clerk&next=%2F%3Fq%3Dx&password={}", encoded(PASSWORD));
    let answer = server.post("/login", "", &form);
    assert_eq!(answer.headers["location"], "/?q=x");
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
fn a_form_without_the_sessions_key_or_from_another_site_changes_nothing() {
    let server = guarded();
    let administrator = cookie(&server, "administrator");
    let fields =
        format!("name=neu&full_name=N&role=clerk&password={}", encoded(PASSWORD));
    let key = form_key(&server, &administrator);
    let other = form_key(&server, &cookie(&server, "auditor"));
    for form in
        [fields.clone(), format!("key=&{fields}"), format!("key={other}&{fields}")]
    {
        assert_eq!(server.post("/accounts/add", &administrator, &form).status, 403);
    }
    let headers = format!("{administrator}\r\nOrigin: http://evil.example");
    let form = format!("key={key}&{fields}");
    assert_eq!(server.post("/accounts/add", &headers, &form).status, 403);
    assert!(server.catalog.account("neu").expect("an answer").is_none());
    assert_eq!(server.post("/accounts/add", &administrator, &form).status, 303);
    assert!(server.catalog.account("neu").expect("an answer").is_some());
}

#[test]
fn the_form_for_other_rights_shows_those_that_there_are() {
    let server = Server::with(|catalog| {
        add(catalog, "administrator", "administrator", ("", ""));
        add(catalog, "lan", "clerk", ("03361", ""));
    });
    let administrator = cookie(&server, "administrator");
    let page = get(&server, "/accounts?of=lan", &administrator).text();
    for shown in [
        "value=\"clerk\" checked",
        "name=\"units\" value=\"03361\"",
        "name=\"collections\" value=\"all\"",
    ] {
        assert!(page.contains(shown), "{shown}: {page}");
    }
    let key = form_key(&server, &administrator);
    let lan = || server.catalog.account("lan").expect("an answer").expect("lan");
    let form = format!("key={key}&name=lan&role=verifier&units=&collections=");
    assert_eq!(server.post("/accounts/rights", &administrator, &form).status, 303);
    assert_eq!(
        (lan().roles, lan().units),
        (vec!["verifier".into()], vec!["03361".into()])
    );
    let form = format!("key={key}&name=lan&role=verifier&units=%2C&collections=all");
    assert_eq!(server.post("/accounts/rights", &administrator, &form).status, 400);
    assert_eq!(lan().units, ["03361"]);
}

#[test]
fn a_first_password_is_changed_before_anything_else() {
    let server = guarded();
    let administrator = cookie(&server, "administrator");
    let form = format!(
        "key={}&name=neu&full_name=N&role=clerk&password={}",
        form_key(&server, &administrator),
        encoded(PASSWORD)
    );
    assert_eq!(server.post("/accounts/add", &administrator, &form).status, 303);
    let fresh = cookie(&server, "neu");
    assert_eq!(get(&server, "/?q=x", &fresh).headers["location"], "/password");
    assert_eq!(get(&server, "/api/v1/search?q=x", &fresh).status, 403);
    let other = encoded("Bảy con nghé + 3 Trâu");
    let form = format!(
        "key={}&old={}&password={other}&again={other}",
        form_key(&server, &fresh),
        encoded(PASSWORD)
    );
    assert_eq!(server.post("/password", &fresh, &form).headers["location"], "/login");
    assert_eq!(get(&server, "/password", &fresh).status, 303, "the session has ended");
}

#[test]
fn after_the_log_out_and_after_an_account_is_closed_the_cookie_opens_nothing() {
    let server = guarded();
    let clerk = cookie(&server, "clerk");
    let form = format!("key={}", form_key(&server, &clerk));
    let answer = server.post("/logout", &clerk, &form);
    assert!(answer.headers["set-cookie"].contains("Max-Age=0"));
    assert_eq!(answer.headers["clear-site-data"], "\"cache\"");
    assert_eq!(get(&server, "/?q=x", &clerk).status, 303);
    let operator = cookie(&server, "operator");
    let entry = AuditEntry::default();
    server.catalog.close_account("operator", Some("gone"), 0, &entry).expect("closed");
    assert_eq!(get(&server, "/check", &operator).status, 303);
    let form = format!("name=operator&password={}", encoded(PASSWORD));
    assert_eq!(server.post("/login", "", &form).status, 401);
}

#[test]
fn without_accounts_this_machine_works_as_before_and_makes_the_first_one() {
    let server = Server::start();
    assert_eq!(server.get("/record/r1").status, 200);
    assert_eq!(server.get("/accounts").headers["location"], "/setup");
    let page = server.get("/").text();
    assert!(page.contains("chỉ máy này dùng được"), "{page}");
    let password = encoded(PASSWORD);
    let form = format!("name=quan.tri&full_name=Q&password={password}&again={password}");
    assert_eq!(
        server.post("/setup", "", "name=a&full_name=b&password=c&again=c").status,
        400
    );
    assert_eq!(server.post("/setup", "", &form).headers["location"], "/login");
    assert_eq!(server.get("/record/r1").status, 303, "from now on one has to come in");
    assert_eq!(server.get("/setup").headers["location"], "/login");
    let first = cookie(&server, "quan.tri");
    assert_eq!(get(&server, "/accounts", &first).status, 200);
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
