//! Coming in and going: log-in, sessions, first passwords, accounts that are closed.

use super::http::{Answer, Server};
use crate::access::{self, Doer, NewAccount, Role};
use crate::catalog::AuditEntry;
use crate::catalog::Catalog;

/// Good enough for every account of these tests.
pub(super) const PASSWORD: &str = "Bảy con trâu + 3 Nghé";

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

pub(super) fn encoded(text: &str) -> String {
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

pub(super) fn name_case(server: &Server, cookie: &str) {
    let key = form_key(server, cookie);
    let form = format!("key={key}&purpose=copy&number=H12.34-5");
    assert_eq!(server.post("/case", cookie, &form).status, 303);
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
