use super::door::{cookie, form_key, get, guarded};
use super::http::{Answer, Server};
use crate::catalog::AuditFilter;

const FILE: &str = "/loading/file?delivery=d1&path=So%201/trang%201.jpg";

fn sent(server: &Server, cookie: &str, key: &str, body: &[u8]) -> Answer {
    let headers = format!("Cookie: {cookie}\r\nX-Form-Key: {key}\r\n");
    server.send("POST", FILE, &headers, body)
}

#[test]
fn an_archivist_drops_files_begins_stops_and_sees_what_became_of_them() {
    let server = guarded();
    let cookie = cookie(&server, "archivist");
    let key = form_key(&server, &cookie);
    let page = get(&server, "/loading", &cookie).text();
    assert!(page.contains("/scans") && page.contains("có mật khẩu"), "{page}");
    let large = vec![7; 3 << 20];
    let answer = sent(&server, &cookie, &key, &large);
    assert_eq!((answer.status, answer.json()["bytes"].as_u64()), (201, Some(3 << 20)));
    assert!(get(&server, "/loading", &cookie).text().contains("d1/So 1/trang 1.jpg"));
    let form = format!("key={key}&from=delivery&delivery=d1&family=civil-status");
    assert_eq!(server.post("/loading/start", &cookie, &form).status, 303);
    let state = get(&server, "/loading/state", &cookie).json();
    assert_eq!(
        (state["running"].as_bool(), state["files"].as_u64()),
        (Some(true), Some(3))
    );
    assert!(get(&server, "/loading", &cookie).text().contains("id=\"pages\""));
    assert_eq!(
        server.post("/loading/start", &cookie, &form).status,
        409,
        "one at a time"
    );
    let stop = format!("key={key}");
    assert_eq!(server.post("/loading/stop", &cookie, &stop).status, 303);
    let page = get(&server, "/loading", &cookie).text();
    assert!(page.contains("a/&#60;2&#62;.pdf") && page.contains("tệp hỏng"), "{page}");
    let table = get(&server, "/loading/table?run=2026-11-21T221500Z-ingest", &cookie);
    assert_eq!(
        (table.status, table.bytes.as_slice()),
        (200, b"folder,path\n".as_slice())
    );
    let trail =
        server.catalog.audit_entries(&AuditFilter::default(), 0, 99).expect("a trail");
    let deeds: Vec<&str> = trail.iter().map(|entry| entry.what.as_str()).collect();
    assert!(deeds.contains(&"load") && deeds.contains(&"load-stopped"), "{deeds:?}");
}

#[test]
fn a_file_without_the_sessions_key_is_not_taken() {
    let server = guarded();
    let cookie = cookie(&server, "archivist");
    assert_eq!(sent(&server, &cookie, "", b"x").status, 403);
    assert_eq!(sent(&server, &cookie, &"0".repeat(64), b"x").status, 403);
    assert!(!get(&server, "/loading", &cookie).text().contains("d1/"));
}

#[test]
fn a_folder_that_may_not_be_loaded_is_refused_with_its_reason() {
    let server = Server::start();
    let answer = server.post("/loading/start", "", "from=folder&folder=/elsewhere");
    assert_eq!(answer.status, 400);
    assert!(answer.text().contains("không nằm trong các thư mục được phép nạp"));
    for form in ["from=nowhere", "from=set-aside&family=x"] {
        assert_eq!(server.post("/loading/start", "", form).status, 400, "{form}");
    }
}
