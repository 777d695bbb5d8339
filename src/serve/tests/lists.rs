//! What was searched for: lists of it for handing out, and one's own searches.

use super::door::{add, cookie, form_key, get, guarded, name_case};
use super::http::Server;
use super::sight::with_a_death;
use crate::catalog::AuditFilter;

#[test]
fn a_list_is_handed_out_for_a_purpose_bears_its_mark_and_stands_in_the_trail() {
    let server = guarded();
    let clerk = cookie(&server, "clerk");
    let page = get(&server, "/?q=x&kind=so-khai-sinh&offset=1", &clerk).text();
    let address = "/search.csv?q=x&kind=so-khai-sinh";
    assert!(
        page.contains(&format!("href=\"{}\"", address.replace('&', "&#38;"))),
        "{page}"
    );
    let away = get(&server, address, &clerk);
    assert_eq!(away.status, 303, "the purpose is asked for first");
    let back_to_the_list = "/case?next=%2F%3Fq%3Dx%26kind%3Dso-khai-sinh";
    assert_eq!(away.headers["location"], back_to_the_list);
    name_case(&server, &clerk);
    let answer = get(&server, address, &clerk);
    assert_eq!(answer.status, 200);
    assert_eq!(answer.headers["content-type"], "text/csv; charset=utf-8");
    assert_eq!(
        answer.headers["content-disposition"],
        "attachment; filename=\"sohoa.csv\""
    );
    let text = answer.text();
    let mut rows = csv::ReaderBuilder::new()
        .from_reader(text.trim_start_matches('\u{feff}').as_bytes());
    let header = rows.headers().expect("headings").clone();
    let column = |name: &str| header.iter().position(|it| it == name).expect(name);
    let rows: Vec<csv::StringRecord> =
        rows.records().map(|row| row.expect("a row")).collect();
    assert_eq!(rows.len(), 2, "{text}");
    assert_eq!(&rows[1][column("Tên")], "Lò Văn Mẫu");
    let mark = rows[0][column("Dấu của danh sách")].to_owned();
    assert!(mark.contains("KHÔNG CÓ GIÁ TRỊ PHÁP LÝ"), "{mark}");
    assert!(mark.contains("2 trong 3 kết quả · Lò Thị Mẫu (clerk)"), "{mark}");
    assert!(rows.iter().all(|row| row[column("Dấu của danh sách")] == mark));
    assert_eq!(&rows[1][column("Mã bản ghi")], "r2");
    let number = &rows[1][column("Mẹ · Số giấy tờ tùy thân")];
    assert_eq!(number, "0110••••1234", "as in every list");
    assert!(rows[1][column("Chưa ai kiểm tra")].contains("Mẹ · Số giấy tờ tùy thân"));
    let list = mark.split(" · ").find_map(|part| part.strip_prefix("Danh sách số "));
    let of_list =
        AuditFilter { detail: list.expect("a number").into(), ..Default::default() };
    let entries = server.catalog.audit_entries(&of_list, 0, 9).expect("entries");
    let deeds: Vec<(&str, &str)> =
        entries.iter().map(|it| (it.what.as_str(), it.target.as_str())).collect();
    assert_eq!(deeds, [("handed-out", "record:r2"), ("handed-out", "record:r1")]);
    assert!(entries[0].detail.contains("\"case\":\"H12.34-5\""), "{}", entries[0].detail);
    let of_file = AuditFilter { target: "/search.csv".into(), ..Default::default() };
    let entries = server.catalog.audit_entries(&of_file, 0, 9).expect("entries");
    assert!(
        entries[0].detail.contains("\"kind\":\"so-khai-sinh\""),
        "{}",
        entries[0].detail
    );
    assert!(
        entries[0].detail.contains("\"query\":\""),
        "the words themselves are not kept"
    );
    let book = get(&server, "/search.xlsx?q=x&lang=en", &clerk);
    assert!(book.bytes.starts_with(b"PK"), "a workbook");
    assert_eq!(get(&server, "/search.csv?q=", &clerk).status, 400, "nothing is asked");
}

#[test]
fn a_list_holds_what_its_reader_may_see_and_no_more() {
    let server = with_a_death();
    for (name, is_seen) in [("clerk", false), ("archivist", true)] {
        let cookie = cookie(&server, name);
        name_case(&server, &cookie);
        let text = get(&server, "/search.csv?q=x", &cookie).text();
        assert_eq!(text.contains("Nguyên nhân"), is_seen, "{name}: {text}");
    }
    let server = guarded();
    for (name, is_offered) in [("approver", false), ("archivist", true)] {
        let page = get(&server, "/?q=x", &cookie(&server, name)).text();
        assert_eq!(page.contains("/search.csv"), is_offered, "{name}");
    }
    let server = Server::with(|catalog| add(catalog, "there", "clerk", ("00001", "")));
    let there = cookie(&server, "there");
    name_case(&server, &there);
    let text = get(&server, "/search.csv?q=x", &there).text();
    assert_eq!(text.lines().count(), 1, "headings alone: {text}");
    let page = get(&server, "/?q=x", &there).text();
    assert!(!page.contains("/search.csv"), "nothing to hand out");
}

#[test]
fn ones_own_searches_are_offered_again_until_one_goes() {
    let server = guarded();
    let [clerk, archivist] = ["clerk", "archivist"].map(|name| cookie(&server, name));
    let start = |cookie: &str| get(&server, "/", cookie).text();
    assert!(!start(&clerk).contains("Bạn vừa tìm"));
    for path in [
        "/?q=l%C3%B2+m%E1%BA%ABu",
        "/?q=vang&kind=so-khai-sinh",
        "/?q=vang&kind=so-khai-sinh&offset=1",
    ] {
        assert_eq!(get(&server, path, &clerk).status, 200);
    }
    let page = start(&clerk);
    let [first, second] =
        ["vang · Sổ đăng ký khai sinh</a> <span>3 kết quả", "lò mẫu</a> <span>3 kết quả"]
            .map(|said| page.find(said).unwrap_or_else(|| panic!("{said}: {page}")));
    assert!(first < second, "the latest first");
    assert_eq!(page.matches("vang · ").count(), 1, "the next part is the same search");
    assert!(!start(&archivist).contains("Bạn vừa tìm"), "nobody else's");
    let none = get(&server, "/?q=nobody", &clerk).text();
    assert!(none.contains("lò mẫu</a>") && !none.contains(">nobody</a>"), "{none}");
    let key = form_key(&server, &clerk);
    assert_eq!(server.post("/searches/forget", &clerk, "key=x").status, 403);
    assert!(start(&clerk).contains("lò mẫu"));
    let gone = server.post("/searches/forget", &clerk, &format!("key={key}"));
    assert_eq!((gone.status, gone.headers["location"].as_str()), (303, "/"));
    assert!(!start(&clerk).contains("Bạn vừa tìm"));
    get(&server, "/?q=vang", &clerk);
    server.post("/logout", &clerk, &format!("key={key}"));
    assert!(!start(&cookie(&server, "clerk")).contains("Bạn vừa tìm"), "a new session");
    let app = server.catalog.audit_entries(&AuditFilter::default(), 0, 50);
    assert!(app.expect("entries").iter().all(|it| !it.detail.contains("vang")));
}
