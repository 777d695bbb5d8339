//! Who may open which address: every room of the desk, asked by every role.

use super::super::door as gates;
use super::desk::SCAN;
use super::door::{cookie, form_key, get, guarded, name_case};
use crate::access::Role;

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
/// Whoever has not.
const NOBODY: &str = "nobody";
/// Coming in and going, which other tests do.
const COMING_AND_GOING: [(&str, &str); 6] = [
    ("POST", "/login"),
    ("POST", "/logout"),
    ("GET", "/setup"),
    ("POST", "/setup"),
    ("GET", "/login/provider"),
    ("GET", "/login/provider/back"),
];

/// A room that whoever has not come in may see too.
fn open(path: &str) -> Room {
    let mut room = room("GET", path, &ALL);
    room.may.push(NOBODY);
    room
}

/// Every address of the desk.
fn rooms() -> Vec<Room> {
    let get = |path: &str, may: &[&'static str]| room("GET", path, may);
    let post = |path: &str, may: &[&'static str]| room("POST", path, may);
    vec![
        get("/?q=x", &SEEKERS),
        post("/searches/forget", &SEEKERS),
        get("/search.csv?q=x", &HANDING_OUT),
        get("/search.xlsx?q=x", &HANDING_OUT),
        get("/record/r1", &SEEKERS),
        get("/record/r1/sheet.pdf", &HANDING_OUT),
        get("/scan/SCAN/file.pdf", &HANDING_OUT),
        get("/page/SCAN/1/alto.xml", &HANDING_OUT),
        get("/page/SCAN/1/hocr.html", &HANDING_OUT),
        get("/iiif/3/SCAN-1/info.json", &PAPER),
        get("/iiif/3/SCAN-1", &PAPER),
        get("/iiif/3/SCAN-1/full/max/0/default.jpg", &PAPER),
        get("/iiif/presentation/3/SCAN/manifest.json", &SEEKERS),
        get("/iiif/search/1/SCAN?q=x", &SEEKERS),
        get("/iiif/search/2/SCAN?q=x", &SEEKERS),
        get("/page/SCAN/1", &SEEKERS),
        get("/image/SCAN/1", &PAPER),
        get("/image/SCAN/1/crop?q=1,2,30,40", &PAPER),
        get("/image/SCAN/1/crop?q=0,0,400,300", &PAPER),
        open("/assets/desk.css"),
        open("/healthz"),
        open("/livez"),
        open("/readyz"),
        // All of these tests call from this machine.
        open("/metrics"),
        get("/api/v1/search?q=x", &SEEKERS),
        get("/api/v1/suggest?q=x", &SEEKERS),
        open("/api/v1/openapi.json"),
        post("/api/v1/lookup", &HANDING_OUT),
        get("/api/v1/records/r1", &SEEKERS),
        get("/api/v1/records/r1/related", &SEEKERS),
        get("/api/v1/pages/SCAN/1", &SEEKERS),
        get(
            "/api/v1/status",
            &["clerk", "approver", "archivist", "auditor", "administrator"],
        ),
        open("/login"),
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
        get("/pages/SCAN", &["archivist"]),
        post("/pages/SCAN/rule", &["archivist"]),
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
    roles.push((NOBODY, String::new(), String::new()));
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
