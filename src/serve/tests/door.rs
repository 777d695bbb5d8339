use serde_json::Value;

use super::desk::SCAN;
use super::http::{Answer, Server};
use crate::access::{self, Doer, NewAccount, Role};
use crate::catalog::AuditFilter;
use crate::catalog::Catalog;

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

/// Addresses that ask for a right, with the roles that have it.
fn rooms() -> Vec<(String, Vec<&'static str>)> {
    let seekers = vec!["clerk", "approver", "archivist"];
    let checkers = vec!["operator", "verifier", "approver"];
    let paper = vec!["clerk", "operator", "verifier", "approver", "archivist"];
    vec![
        ("/?q=x".into(), seekers.clone()),
        ("/record/r1".into(), seekers.clone()),
        (format!("/page/{SCAN}/1"), seekers.clone()),
        (format!("/image/{SCAN}/1"), paper.clone()),
        (format!("/image/{SCAN}/1/crop?q=1,2,30,40"), paper),
        ("/api/v1/search?q=x".into(), seekers.clone()),
        ("/api/v1/records/r1".into(), seekers.clone()),
        (format!("/api/v1/pages/{SCAN}/1"), seekers),
        ("/accounts".into(), vec!["administrator"]),
        ("/audit".into(), vec!["auditor"]),
        ("/audit/export".into(), vec!["auditor"]),
        ("/figures".into(), vec!["approver", "archivist", "auditor", "administrator"]),
        ("/check".into(), checkers),
        ("/loading".into(), vec!["archivist"]),
        ("/loading/state".into(), vec!["archivist"]),
        ("/loading/table?run=2026-11-21T221500Z-ingest".into(), vec!["archivist"]),
    ]
}

#[test]
fn no_address_answers_without_its_right_whoever_asks() {
    let server = guarded();
    let mut roles: Vec<(&str, String)> = Role::ALL
        .iter()
        .map(|role| (role.name(), cookie(&server, role.name())))
        .collect();
    for (role, cookie) in &roles {
        if ["clerk", "approver", "archivist"].contains(role) {
            name_case(&server, cookie);
        }
    }
    roles.push(("nobody", String::new()));
    for (path, may) in rooms() {
        for (role, cookie) in &roles {
            let answer = get(&server, &path, cookie);
            let is_in = answer.status == 200;
            assert_eq!(is_in, may.contains(role), "{role} {path}: {}", answer.status);
            assert!(is_in || [401, 403, 303].contains(&answer.status), "{role} {path}");
            let says = answer.text().contains("011087001234");
            assert!(is_in || !says, "{role} {path} tells what it refuses");
        }
    }
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
    for (name, total) in [("here", 2), ("there", 0), ("other", 0)] {
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
    assert_eq!(get(&server, "/?q=x", &clerk).status, 303);
    let operator = cookie(&server, "operator");
    server.catalog.close_account("operator", Some("gone"), 0).expect("closed");
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
