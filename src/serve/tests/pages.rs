use super::desk::SCAN;
use super::http::Server;
use crate::model::{FieldState, KindId, RecordId, ScanId};

/// Every page that shows what somebody wrote on paper or typed.
fn pages() -> [String; 7] {
    let search = "%3Cscript%3Ealert(1)%3C/script%3E";
    [
        format!("/?q={search}&unit=%22%3E%3Cb%3E&from=1980"),
        "/?q=nobody".into(),
        "/record/r1?q=%22%3E%3Cscript%3E".into(),
        "/record/r1?lang=en".into(),
        format!("/page/{SCAN}/1?record=r1&field=nksHoTen&hl=1,2,30,40"),
        format!("/page/{SCAN}/2?hl=%22%3E%3Cscript%3E&turn=%22%3E"),
        format!("/?q=x&from={search}"),
    ]
}

#[test]
fn what_somebody_wrote_never_becomes_markup() {
    let server = Server::start();
    for path in pages() {
        let page = server.get(&path).text();
        // The scripts of a page are the files that belong to it.
        let scripts = page.matches("<script src=\"/assets/").count();
        assert_eq!(page.matches("<script").count(), scripts, "{path}");
        assert!(scripts == 1 || path.starts_with("/page/") && scripts == 2, "{path}");
        assert!(!page.contains("<b>.pdf") && !page.contains("\"><b>"), "{path}");
    }
    let record = server.get("/record/r1").text();
    assert!(record.contains("&#60;script&#62;alert"), "the name is shown as text");
}

#[test]
fn every_answer_says_what_a_browser_must_not_do() {
    let server = Server::start();
    let others = ["/nowhere", "/api/v1/search?q=x", "/healthz", "/assets/desk.css"];
    for path in pages().iter().map(String::as_str).chain(others) {
        let headers = server.get(path).headers;
        let policy = &headers["content-security-policy"];
        assert!(policy.starts_with("default-src 'self';"), "{path}");
        assert!(!policy.contains("unsafe"), "{path}");
        assert_eq!(headers["x-content-type-options"], "nosniff", "{path}");
        assert_eq!(headers["referrer-policy"], "same-origin", "{path}");
        assert!(!headers["x-request-id"].is_empty(), "{path}");
        if !path.starts_with("/assets/") {
            assert_eq!(headers["cache-control"], "no-store", "{path}");
        }
    }
}

#[test]
fn pages_are_light_and_call_nobody() {
    let server = Server::start();
    let assets = [
        "/assets/desk.css",
        "/assets/desk.js",
        "/assets/viewer.css",
        "/assets/viewer.js",
        "/assets/icon.svg",
    ];
    let files: usize = assets.iter().map(|path| server.get(path).bytes.len()).sum();
    assert!(server.get("/assets/desk.css").bytes.len() < 15_000);
    for path in pages() {
        let page = server.get(&path);
        assert!(page.bytes.len() + files < 150_000, "{path}: {}", page.bytes.len());
        let page = page.text().replace("http://www.w3.org/2000/svg", "");
        assert!(!page.contains("://"), "{path} names another host");
        assert!(!page.contains("style="), "{path} has style that the policy forbids");
    }
}

#[test]
fn numbers_of_persons_are_masked_in_lists_and_hidden_on_the_record() {
    let server = Server::start();
    for path in ["/?q=x", "/api/v1/search?q=x"] {
        let page = server.get(path).text();
        let is_for_people = path.starts_with("/?");
        assert_eq!(page.contains("011087001234"), !is_for_people, "{path}");
    }
    let record = server.get("/record/r1").text();
    let hidden = "<summary>0110••••1234 <i>hiện</i></summary><b>011087001234</b>";
    assert!(record.contains(hidden), "one click shows the number: {record}");
}

#[test]
fn the_hit_shows_the_paper_it_was_read_from() {
    let server = Server::start();
    let list = server.get("/?q=x").text();
    let start = list.find("/image/").expect("a cut-out");
    let address: String = list
        .chars()
        .skip(list.chars().count() - list.get(start..).expect("text").chars().count())
        .take_while(|&letter| letter != '"')
        .collect();
    let file = server.get(&address.replace("&#38;", "&"));
    assert_eq!((file.status, file.headers["content-type"].as_str()), (200, "image/jpeg"));
    let cut = image::load_from_memory(&file.bytes).expect("a picture").into_luma8();
    // 200 × 20 pixels of text with its margin of paper around it.
    assert_eq!(cut.dimensions(), (240, 34));
    assert!(cut.get_pixel(120, 17).0[0] < 30 && cut.get_pixel(3, 3).0[0] > 170);
}

#[test]
fn finding_nothing_says_what_is_digitized() {
    let server = Server::start();
    let page = server.get("/?q=nobody").text();
    assert!(page.contains("“Chưa số hóa” không phải là “không có”"));
    assert!(page.contains("Sổ đăng ký khai sinh</a></td><td class=\"number\">2</td>"));
}

#[test]
fn a_list_is_turned_in_steps_that_leave_nothing_out() {
    let server = Server::start();
    let first = server.get("/?q=x&limit=1").text();
    let next = "href=\"/?q=x&#38;limit=1&#38;after=relevance.2.1f.00ab\"";
    assert!(first.contains(next), "{first}");
    let second = server.get("/?q=x&limit=1&offset=1").text();
    assert!(
        second.contains("Lò Văn Mẫu")
            && second.contains("<ol class=\"hits\" start=\"2\">")
    );
    assert!(second.contains("href=\"/?q=x&#38;limit=1\""), "back to the first");
    let deep = server.get("/?q=x&limit=1&offset=10000").text();
    assert!(deep.contains("offset=9999"), "{deep}");
}

#[test]
fn the_list_is_narrowed_and_sorted_by_links() {
    let server = Server::start();
    let page = server.get("/?q=x&decade=2010&offset=1").text();
    for expected in [
        "ít nhất",
        "≥ 3",
        // Chosen: the link takes it back, and begins at the first hit.
        "<li class=\"on\"><a href=\"/?q=x\"",
        "href=\"/?q=x&#38;decade=2010&#38;sort=name\"",
        "<b>phù hợp nhất</b>",
    ] {
        assert!(page.contains(expected), "{expected}: {page}");
    }
    // What all records share parts nothing.
    assert!(!page.contains("Xã Na Ư"), "{page}");
}

#[test]
fn english_is_one_click_away_and_stays() {
    let server = Server::start();
    let page = server.get("/record/r1?q=x").text();
    assert!(page.contains("<html lang=\"vi\">"));
    assert!(page.contains("href=\"/record/r1?q=x&#38;lang=en\""));
    let english = server.get("/record/r1?q=x&lang=en");
    assert!(english.text().contains("<html lang=\"en\">"));
    assert!(english.headers["set-cookie"].starts_with("lang=en; "));
    let kept = server.ask("GET", "/", "Cookie: a=b; lang=en\r\n").text();
    assert!(kept.contains("<html lang=\"en\">"));
}

#[test]
fn the_viewer_outlines_the_field_and_offers_the_text() {
    let server = Server::start();
    let page =
        server.get(&format!("/page/{SCAN}/1?record=r1&field=so&hl=1,2,30,40")).text();
    assert!(page.contains("viewBox=\"0 0 400 300\""));
    assert!(page.contains(
        "class=\"field on\" data-field=\"so\" points=\"100,160 300,160 300,180 100,180\""
    ));
    assert!(page.contains("<polygon class=\"mark\" points=\"1,2 31,2 31,42 1,42\"/>"));
    assert!(page.contains("<pre>&#60;script&#62;"), "the text layer");
    let turned = server.get(&format!("/page/{SCAN}/1?turn=1")).text();
    assert!(turned.contains("viewBox=\"0 0 300 400\"") && turned.contains("rotate(90)"));
    let broken = server.get(&format!("/page/{SCAN}/2"));
    assert_eq!(broken.status, 200);
    assert!(
        broken.text().contains("broken &#60;b&#62; (corrupt:"),
        "says why there is nothing"
    );
}

#[test]
fn not_found_is_told_from_not_digitized() {
    let server = Server::start();
    let page = server.get("/?q=nobody+na+u+1987").text();
    assert!(page.contains("“na u”: 1.200 bản ghi"), "{page}");
    assert!(page.contains("Chưa số hóa giấy tờ nào của na u, 1987."), "{page}");
    let json = server.get("/api/v1/search?q=nobody+na+u+1987").text();
    assert!(
        json.contains("\"of_place\":1200") && json.contains("\"of_years\":0"),
        "{json}"
    );
    assert!(!server.get("/api/v1/search?q=nobody").text().contains("\"held\""));
}

#[test]
fn a_certificate_says_that_it_was_changed_and_leads_to_the_change() {
    let server = Server::with(|catalog| {
        let of = |id: &str| catalog.record(&RecordId(id.into())).expect("an answer");
        let mut both = ["r1", "r2"].map(|id| of(id).expect("a record").record);
        for (record, name) in both.iter_mut().zip(["holder_name", "transfer_to"]) {
            record.kind = KindId("gcn-2009".into());
            let (_, named) = record.fields.remove_entry("nksHoTen").expect("a name");
            record.fields.insert(name.into(), named);
        }
        catalog.finish_scan(&ScanId(SCAN.into()), &both).expect("records");
    });
    let banner = "class=\"note changed\"";
    let paper = server.get("/record/r1").text();
    let line = paper.lines().find(|line| line.contains(banner)).expect("a banner");
    assert!(line.contains("/record/r2") && line.contains("Lò Văn Mẫu"), "{line}");
    let change = server.get("/record/r2").text();
    assert!(!change.contains(banner), "the change is not changed");
    assert!(change.contains("<h1>Lò Văn Mẫu</h1>"), "who got the land is its name");
}

#[test]
fn a_name_that_cannot_be_read_alone_is_shown_as_what_it_may_be() {
    let server = Server::with(|catalog| {
        let of = |id: &str| catalog.record(&RecordId(id.into())).expect("an answer");
        let [mut first, second] = ["r1", "r2"].map(|id| of(id).expect("a record").record);
        let name = first.fields.get_mut("nksHoTen").expect("a name");
        name.text = "N àng Văn Mẫu".into();
        (name.value, name.state) = (None, FieldState::Illegible);
        catalog.finish_scan(&ScanId(SCAN.into()), &[first, second]).expect("records");
    });
    let page = server.get("/record/r1").text();
    assert!(page.contains("<h1>(có thể là: N àng Văn Mẫu?)</h1>"), "{page}");
}
