use serde_json::json;

use super::desk::{HOSTILE, SCAN, fields};
use super::http::Server;

#[test]
fn the_search_answers_as_the_design_lays_down() {
    let server = Server::start();
    let answer = server.get("/api/v1/search?q=x&limit=2").json();
    let hit = |record: &str, name: &str| {
        json!({
            "record": record, "kind": "so-khai-sinh", "score": 0.5, "scan": SCAN,
            "path": "a/<b>.pdf", "page": 1, "fields": fields(name),
            "highlights": [[[100.0, 40.0], [300.0, 40.0], [300.0, 60.0], [100.0, 60.0]]],
            "matched": ["nksHoTen"], "why": ["folded"],
        })
    };
    let expected = json!({
        "total": 3, "took_ms": 4, "next": "relevance.2.1f.00ab", "hits": [hit("r1", HOSTILE), hit("r2", "Lò Văn Mẫu")],
        "understood": [{ "taken_for": "year", "text": "1987" }],
    });
    assert_eq!(answer, expected);
}

#[test]
fn a_record_that_only_the_index_holds_is_left_out() {
    let server = Server::start();
    let answer = server.get("/api/v1/search?q=x").json();
    assert_eq!(answer["hits"].as_array().map(Vec::len), Some(2));
}

#[test]
fn a_search_for_nothing_finds_nothing() {
    let server = Server::start();
    for path in ["/api/v1/search", "/api/v1/search?q=%20", "/api/v1/search?kind=other"] {
        let answer = server.get(path).json();
        assert_eq!(
            (&answer["total"], &answer["hits"]),
            (&json!(0), &json!([])),
            "{path}"
        );
    }
}

#[test]
fn records_and_pages_are_given_as_exports_write_them() {
    let server = Server::start();
    let record = server.get("/api/v1/records/r2").json();
    assert_eq!(record["fields"], json!(fields("Lò Văn Mẫu")));
    assert_eq!(record["pages"], json!([1]));
    let page = server.get(&format!("/api/v1/pages/{SCAN}/1")).json();
    // The reading frame lies one pixel to the left of and two above the original.
    assert_eq!(
        page["lines"][0]["quad"],
        json!([[101.0, 42.0], [301.0, 42.0], [301.0, 62.0], [101.0, 62.0]])
    );
    assert_eq!((&page["width"], &page["text"]), (&json!(400), &json!(HOSTILE)));
    let status = server.get("/api/v1/status").json();
    assert_eq!(status["counts"]["records"], json!(2));
    assert_eq!(status["kinds"], json!([{ "kind": "so-khai-sinh", "records": 2 }]));
}

#[test]
fn what_is_wrong_is_said_as_a_problem_with_its_status() {
    let server = Server::start();
    let long = format!("/api/v1/search?q={}", "a".repeat(501));
    let image = format!("/image/{SCAN}");
    for (path, status) in [
        (long.as_str(), 400),
        ("/api/v1/search?q=x&limit=101", 400),
        ("/api/v1/search?q=x&year=never", 400),
        ("/api/v1/search?q=boom", 500),
        ("/api/v1/search?q=panic", 500),
        ("/api/v1/records/none", 404),
        ("/api/v1/records/..%2F..%2Fetc", 404),
        ("/api/v1/nothing", 404),
        (&format!("/api/v1/pages/{SCAN}/2"), 404),
        (&format!("/api/v1/pages/{SCAN}/0"), 404),
        ("/api/v1/pages/xyz/1", 404),
        ("/assets/..%2Fdesk.rs", 404),
        (&format!("{image}/1?w=0"), 400),
        (&format!("{image}/1?w=5001"), 400),
        (&format!("{image}/2"), 422),
        (&format!("{image}/3"), 404),
        (&format!("{image}/1/crop"), 400),
        (&format!("{image}/1/crop?q=1,2,3"), 400),
        (&format!("{image}/1/crop?q=NaN,1,2,3"), 400),
        (&format!("{image}/1/crop?x=500&y=0&w=10&h=10"), 400),
        (&format!("{image}/1/crop?x=0&y=0&w=10&h=10&fit=9999x1"), 400),
    ] {
        let answer = server.get(path);
        assert_eq!(answer.status, status, "{path}: {}", answer.text());
        assert_eq!(answer.headers["content-type"], "application/problem+json", "{path}");
        let problem = answer.json();
        assert_eq!(problem["status"], json!(status), "{path}");
        assert_eq!(
            problem["request_id"],
            json!(answer.headers["x-request-id"]),
            "{path}"
        );
        assert!(
            !answer.text().contains("secret"),
            "{path} tells what only the log may know"
        );
    }
}

#[test]
fn only_reading_is_possible_and_only_from_this_machine() {
    let server = Server::start();
    for method in ["POST", "PUT", "DELETE", "OPTIONS"] {
        assert_eq!(
            server.ask(method, "/", "Content-Length: 0\r\n").status,
            405,
            "{method}"
        );
    }
    for (host, status) in [
        ("127.0.0.1:8080", 200),
        ("[::1]:8080", 200),
        ("LOCALHOST", 200),
        ("archive.example", 421),
        ("127.0.0.1.evil.example:80", 421),
    ] {
        let answer = server.ask("GET", "/healthz", &format!("Host: {host}\r\n"));
        assert_eq!(answer.status, status, "{host}");
    }
}

#[test]
fn a_picture_that_the_browser_has_is_not_sent_again() {
    let server = Server::start();
    let path = format!("/image/{SCAN}/1?w=200");
    let first = server.get(&path);
    let picture = image::load_from_memory(&first.bytes).expect("a picture");
    assert_eq!((picture.width(), picture.height()), (200, 150));
    let tag = &first.headers["etag"];
    let again = server.ask("GET", &path, &format!("If-None-Match: {tag}\r\n"));
    assert_eq!((again.status, again.bytes.len()), (304, 0));
    let other = server.ask(
        "GET",
        &format!("/image/{SCAN}/1?w=201"),
        &format!("If-None-Match: {tag}\r\n"),
    );
    assert_eq!(other.status, 200);
}
