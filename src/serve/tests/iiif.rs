//! What the validator of IIIF checks, against the desk.

use image::{DynamicImage, GenericImageView as _};
use serde_json::json;

use super::desk::SCAN;
use super::http::{Answer, Server};

fn address(rest: &str) -> String {
    format!("/iiif/3/{SCAN}-1/{rest}")
}

fn picture(server: &Server, rest: &str) -> DynamicImage {
    let answer = server.get(&address(rest));
    assert_eq!(answer.status, 200, "{rest}: {}", answer.text());
    let png = std::path::Path::new(rest).extension().is_some_and(|end| end == "png");
    let kind = if png { "image/png" } else { "image/jpeg" };
    assert_eq!(answer.headers["content-type"], kind, "{rest}");
    image::load_from_memory(&answer.bytes).expect("a picture")
}

/// Whether the pixel is of the bar (black) or of the paper (grey).
fn is_bar(picture: &DynamicImage, x: u32, y: u32) -> bool {
    picture.get_pixel(x, y).0[0] < 100
}

fn is_open(answer: &Answer) -> bool {
    answer.headers.get("access-control-allow-origin").is_some_and(|any| any == "*")
        && answer.headers["cross-origin-resource-policy"] == "cross-origin"
}

#[test]
fn the_information_says_what_level_2_says() {
    let server = Server::start();
    let answer = server.get(&address("info.json"));
    assert_eq!(answer.headers["content-type"], "application/json");
    assert!(is_open(&answer));
    let info = answer.json();
    let id = format!("http://localhost:1/iiif/3/{SCAN}-1");
    for (name, value) in [
        ("@context", json!("http://iiif.io/api/image/3/context.json")),
        ("id", json!(id)),
        ("type", json!("ImageService3")),
        ("protocol", json!("http://iiif.io/api/image")),
        ("profile", json!("level2")),
        ("width", json!(400)),
        ("height", json!(300)),
        ("tiles", json!([{ "width": 512, "height": 512, "scaleFactors": [1] }])),
        ("sizes", json!([{ "width": 400, "height": 300 }])),
    ] {
        assert_eq!(info[name], value, "{name}");
    }
    let linked =
        server.ask("GET", &address("info.json"), "Accept: application/ld+json\r\n");
    assert_eq!(
        linked.headers["content-type"],
        "application/ld+json;profile=\"http://iiif.io/api/image/3/context.json\""
    );
    let base = server.get(&format!("/iiif/3/{SCAN}-1"));
    assert_eq!(
        (base.status, base.headers["location"].as_str()),
        (303, &*address("info.json"))
    );
}

#[test]
fn regions_and_sizes_show_the_pixels_that_were_asked_for() {
    let server = Server::start();
    // The bar lies at (100, 40) to (300, 60) on 400 × 300.
    for (rest, size, bar, paper) in [
        ("full/max/0/default.jpg", (400, 300), (200, 50), (50, 50)),
        ("full/200,/0/default.jpg", (200, 150), (100, 25), (25, 25)),
        ("full/,150/0/default.png", (200, 150), (100, 25), (25, 25)),
        ("full/pct:50/0/color.jpg", (200, 150), (100, 25), (25, 25)),
        ("full/!100,100/0/default.jpg", (100, 75), (50, 12), (12, 12)),
        ("full/100,300/0/default.jpg", (100, 300), (50, 50), (12, 50)),
        ("full/^800,/0/default.jpg", (800, 600), (400, 100), (100, 100)),
        ("square/max/0/default.jpg", (300, 300), (150, 50), (20, 50)),
        ("90,30,40,40/max/0/default.jpg", (40, 40), (30, 20), (5, 20)),
        ("pct:25,10,25,20/max/0/gray.jpg", (100, 60), (50, 20), (50, 50)),
        ("390,290,100,100/max/0/default.jpg", (10, 10), (0, 0), (0, 0)),
        ("full/max/90/default.jpg", (300, 400), (250, 200), (250, 20)),
        ("full/max/180/default.jpg", (400, 300), (200, 250), (20, 250)),
        ("full/max/270/default.jpg", (300, 400), (50, 200), (50, 20)),
        ("0,0,200,300/max/!0/default.jpg", (200, 300), (50, 50), (150, 50)),
    ] {
        let picture = picture(&server, rest);
        assert_eq!(picture.dimensions(), size, "{rest}");
        assert!(!is_bar(&picture, paper.0, paper.1), "{rest}");
        if bar != paper {
            assert!(is_bar(&picture, bar.0, bar.1), "{rest}");
        }
    }
    let bitonal = picture(&server, "full/max/0/bitonal.png").into_luma8();
    assert_eq!((bitonal.get_pixel(200, 50).0, bitonal.get_pixel(5, 5).0), ([0], [255]));
    assert!(matches!(
        picture(&server, "full/max/0/color.png"),
        DynamicImage::ImageRgb8(_)
    ));
}

#[test]
fn pictures_name_their_canonical_address_and_are_sent_once() {
    let server = Server::start();
    let answer = server.get(&address("0,0,400,300/pct:50/0/default.jpg"));
    let canonical = address("full/200,150/0/default.jpg");
    let link = &answer.headers["link"];
    assert!(
        link.starts_with(&format!("<http://localhost:1{canonical}>;rel=\"canonical\""))
    );
    assert!(link.ends_with("<http://iiif.io/api/image/3/level2.json>;rel=\"profile\""));
    assert!(is_open(&answer));
    let tag = answer.headers["etag"].clone();
    let again = server.ask("GET", &canonical, &format!("If-None-Match: {tag}\r\n"));
    assert_eq!((again.status, again.bytes.len()), (304, 0));
    // The same picture under both addresses.
    assert_eq!(server.get(&canonical).bytes, answer.bytes);
}

#[test]
fn what_cannot_be_given_is_refused_as_the_validator_expects() {
    let server = Server::start();
    for (rest, status) in [
        ("401,0,10,10/max/0/default.jpg", 400),
        ("0,0,0,0/max/0/default.jpg", 400),
        ("full/500,/0/default.jpg", 400),
        ("full/0,/0/default.jpg", 400),
        ("full/max/12/default.jpg", 400),
        ("full/max/0/nice.jpg", 400),
        ("full/max/0/default.xxx", 400),
        ("full/max/0", 404),
    ] {
        let answer = server.get(&address(rest));
        assert_eq!(answer.status, status, "{rest}");
        assert!(is_open(&answer), "{rest}: viewers must be able to read the failure");
        assert_eq!(answer.headers["content-type"], "application/problem+json", "{rest}");
    }
    for unknown in
        ["nonsense", &format!("{SCAN}-9"), &format!("{SCAN}-0"), "..%2F..%2Fetc-1"]
    {
        assert_eq!(server.get(&format!("/iiif/3/{unknown}/info.json")).status, 404);
        let picture = format!("/iiif/3/{unknown}/full/max/0/default.jpg");
        assert_eq!(server.get(&picture).status, 404);
    }
    // A page that cannot be decoded is there, but has no picture.
    assert_eq!(server.get(&format!("/iiif/3/{SCAN}-2/info.json")).status, 422);
}

#[test]
fn a_scan_is_a_manifest_whose_words_can_be_searched() {
    let server = Server::start();
    let manifest = server.get(&format!("/iiif/presentation/3/{SCAN}/manifest.json"));
    assert!(is_open(&manifest));
    let manifest = manifest.json();
    assert_eq!(manifest["type"], "Manifest");
    assert_eq!(manifest["@context"][1], "http://iiif.io/api/presentation/3/context.json");
    let canvas = &manifest["items"][0];
    assert_eq!((&canvas["width"], &canvas["height"]), (&json!(400), &json!(300)));
    let body = &canvas["items"][0]["items"][0]["body"];
    assert_eq!(canvas["items"][0]["items"][0]["target"], canvas["id"]);
    let service = format!("http://localhost:1/iiif/3/{SCAN}-1");
    assert_eq!(
        body["service"][0],
        json!({
            "id": service, "type": "ImageService3", "profile": "level2"
        })
    );
    // The page that was set aside keeps its place, without a picture.
    assert_eq!(manifest["items"][1]["items"][0]["items"], json!([]));
    let search = manifest["service"][0]["id"].as_str().expect("a search");
    let path = search.strip_prefix("http://localhost:1").expect("this desk");
    assert_eq!(server.get(&format!("{path}?q=nothing")).json()["items"], json!([]));
    assert_eq!(server.get(path).json()["type"], "AnnotationPage");
    let found = server.get(&format!("{path}?q=ban")).json();
    let [hit] = found["items"].as_array().expect("items").as_slice() else {
        panic!("one hit: {found}")
    };
    // Mirador asks in the first edition, and gets the same places.
    let first = &manifest["service"][1];
    assert_eq!(first["profile"], "http://iiif.io/api/search/1/search");
    let search = first["@id"].as_str().expect("a search");
    let path = search.strip_prefix("http://localhost:1").expect("this desk");
    let found = server.get(&format!("{path}?q=ban")).json();
    let resource = &found["resources"][0];
    assert_eq!(found["within"]["total"], 1);
    assert_eq!(resource["on"], hit["target"]);
    assert_eq!(resource["resource"]["chars"], hit["body"]["value"]);
    assert_eq!(found["hits"][0]["annotations"], json!([resource["@id"]]));
    assert_eq!(found["hits"][0]["match"], hit["body"]["value"]);
    assert_eq!(
        (&found["hits"][0]["before"], &found["hits"][0]["after"]),
        (&json!(""), &json!("MẪU"))
    );
    let other = "/iiif/presentation/3/".to_owned() + &"0".repeat(64) + "/manifest.json";
    assert_eq!(server.get(&other).status, 404);
}

#[test]
fn files_for_handing_out_are_saved_and_hold_what_they_say() {
    let server = Server::start();
    for (path, kind, start) in [
        ("/record/r1/sheet.pdf".to_owned(), "application/pdf", "%PDF-1.7"),
        (format!("/scan/{SCAN}/file.pdf"), "application/pdf", "%PDF-1.7"),
        (format!("/page/{SCAN}/1/alto.xml"), "application/xml", "<?xml"),
        (
            format!("/page/{SCAN}/1/hocr.html"),
            "text/html; charset=utf-8",
            "<!DOCTYPE html>",
        ),
    ] {
        let answer = server.get(&path);
        assert_eq!((answer.status, answer.headers["content-type"].as_str()), (200, kind));
        assert!(
            answer.headers["content-disposition"].starts_with("attachment;"),
            "{path}"
        );
        assert!(answer.bytes.starts_with(start.as_bytes()), "{path}");
        assert_eq!(answer.headers["cache-control"], "no-store", "{path}");
    }
    let alto = server.get(&format!("/page/{SCAN}/1/alto.xml")).text();
    assert!(alto.contains("WIDTH=\"400\"") && !alto.contains("<script"));
    for missing in ["/record/none/sheet.pdf", &format!("/page/{SCAN}/2/alto.xml")] {
        assert_eq!(server.get(missing).status, 404, "{missing}");
    }
}

#[test]
fn the_viewer_offers_tiles_text_and_files() {
    let server = Server::start();
    let page = server.get(&format!("/page/{SCAN}/1?record=r1")).text();
    assert!(page.contains(&format!("data-tiles=\"/iiif/3/{SCAN}-1\"")));
    assert!(page.contains("<text transform=\"matrix(1.0000 0.0000"), "{page}");
    assert!(page.contains("textLength=\"200.0\""), "{page}");
    for link in ["file.pdf", "alto.xml", "hocr.html", "manifest.json"] {
        assert!(page.contains(link), "{link}");
    }
    // The entry after this one, by keyboard; the first has none before it.
    assert!(
        page.contains("data-key=\"j\"") && !page.contains("data-key=\"k\""),
        "{page}"
    );
    assert!(page.contains("record=r2"), "{page}");
    let script = server.get("/assets/viewer.js");
    assert!(script.bytes.len() < 30_000);
}
