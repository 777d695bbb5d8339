//! What is handed out is what was taken in: files are written by the program and read back.

use std::collections::BTreeMap;
use std::io::{Cursor, Read as _};

use serde_json::Value;
use sohoa::intake::{Document, Limits};

use super::archive::{exported, filled, samples, sohoa};

fn file(format: &str, more: &[&str]) -> Vec<u8> {
    let archive = filled().archive();
    let fixed = ["export", "--archive", &archive, "--format", format];
    let output = sohoa(&[&fixed[..], more].concat());
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    output.stdout
}

/// Pages that were read, by scan, in order.
fn pages() -> BTreeMap<String, Vec<Value>> {
    let mut pages: BTreeMap<String, Vec<Value>> = BTreeMap::new();
    for page in exported(&filled().archive(), "pages-jsonl") {
        pages.entry(page["scan"].as_str().unwrap().to_owned()).or_default().push(page);
    }
    pages
}

/// The words as they were read and where they stand: what a value parts is one word again.
fn words(page: &Value) -> Vec<(String, [[f32; 2]; 4])> {
    let mut words = Vec::new();
    for line in page["lines"].as_array().unwrap() {
        let mut parts = line["words"].as_array().unwrap().iter();
        for word in line["text"].as_str().unwrap().split(' ') {
            let (mut read, mut place) = (String::new(), None);
            while read != word {
                let part = parts.next().unwrap_or_else(|| panic!("{read} of {word}"));
                read += part["text"].as_str().unwrap();
                let [left_top, right_top, right_bottom, left_bottom]: [[f32; 2]; 4] =
                    serde_json::from_value(part["quad"].clone()).unwrap();
                let (first_top, first_bottom) = place
                    .map_or((left_top, left_bottom), |it: [[f32; 2]; 4]| (it[0], it[3]));
                place = Some([first_top, right_top, right_bottom, first_bottom]);
            }
            words.extend(place.map(|place| (read, place)));
        }
        assert!(parts.next().is_none(), "{}", line["text"]);
    }
    words
}

#[test]
fn a_searchable_pdf_gives_back_every_word_at_its_place() {
    let mut num_words = 0;
    let mut num_upright = 0;
    for (scan, pages) in pages() {
        let pdf =
            Document::open(file("pdf", &["--scan", &scan]), &Limits::default()).unwrap();
        assert_eq!(pdf.num_pages(), pages.len() as u32, "{}", pages[0]["path"]);
        for page in &pages {
            let number = page["page"].as_u64().unwrap() as u32;
            let loaded = pdf.page(number).unwrap();
            let size = (loaded.image.pixels.width(), loaded.image.pixels.height());
            let wanted =
                ["width", "height"].map(|side| page[side].as_u64().unwrap() as u32);
            assert_eq!(size, wanted.into(), "{}", page["path"]);
            let expected = words(page);
            if expected.is_empty() {
                continue;
            }
            let layer = loaded.text_layer.expect("a text layer");
            assert!(layer.words.iter().all(|word| !word.visible));
            let said: Vec<&str> =
                layer.words.iter().map(|word| word.text.as_str()).collect();
            let read: Vec<&str> =
                expected.iter().map(|(word, _)| word.as_str()).collect();
            assert_eq!(said, read, "{}", page["path"]);
            for (word, (_, quad)) in layer.words.iter().zip(expected) {
                num_words += 1;
                let middle =
                    |at: usize| quad.iter().map(|corner| corner[at]).sum::<f32>() / 4.0;
                let centre = word.quad.bounds().centre();
                let high = (quad[3][0] - quad[0][0]).hypot(quad[3][1] - quad[0][1]);
                // A space goes along with each word.
                let wide = (quad[1][0] - quad[0][0]).hypot(quad[1][1] - quad[0][1]);
                let letters = word.text.chars().count() as f32;
                let far = high * 0.6 + wide / letters;
                let off = (centre.x - middle(0)).hypot(centre.y - middle(1));
                num_upright += usize::from(off <= far);
            }
        }
    }
    assert!(num_words > 500, "{num_words} words");
    assert_eq!(num_upright, num_words, "words at their places");
}

#[test]
fn pictures_that_pdf_knows_are_handed_on_as_they_are() {
    let mut kept: BTreeMap<String, usize> = BTreeMap::new();
    for (scan, pages) in pages() {
        let path = pages[0]["path"].as_str().unwrap();
        let original = std::fs::read(samples().join(path))
            .or_else(|_| std::fs::read(samples().parent().unwrap().join(path)));
        let Ok(original) = original else { continue };
        let pdf = file("pdf", &["--scan", &scan, "--page", "1"]);
        let text = String::from_utf8_lossy(&pdf).into_owned();
        let filter =
            ["DCTDecode", "CCITTFaxDecode"].into_iter().find(|f| text.contains(f));
        let Some(filter) = filter else { continue };
        let find = |what: &[u8], from: usize| {
            from + pdf[from..].windows(what.len()).position(|w| w == what).unwrap()
        };
        let from = find(b"stream\n", find(filter.as_bytes(), 0)) + 7;
        let stream = &pdf[from..find(b"\nendstream", from)];
        let is_kept = original.windows(stream.len()).any(|window| window == stream);
        let ending = path.rsplit('.').next().unwrap();
        *kept.entry(format!("{ending} {filter} {is_kept}")).or_default() += 1;
    }
    for must in ["pdf DCTDecode true", "pdf CCITTFaxDecode true", "jpg DCTDecode true"] {
        assert!(kept.contains_key(must), "{kept:?}");
    }
    // Fax is never made anew, and a JPEG file is one picture. Of a PDF some pages are drawn.
    for never in
        ["pdf CCITTFaxDecode false", "tif CCITTFaxDecode false", "jpg DCTDecode false"]
    {
        assert!(!kept.contains_key(never), "{kept:?}");
    }
}

#[test]
fn all_scans_at_once_come_as_one_file_with_a_part_each() {
    let pages = pages();
    let mut zip = zip::ZipArchive::new(Cursor::new(file("alto", &[]))).unwrap();
    let num_pages: usize = pages.values().map(Vec::len).sum();
    assert!(zip.len() >= num_pages);
    let mut names = zip.file_names().filter_map(Result::ok);
    let name = names.find(|name| name.ends_with(".alto.xml")).unwrap().into_owned();
    drop(names);
    let mut alto = String::new();
    zip.by_name(&name).unwrap().read_to_string(&mut alto).unwrap();
    assert!(alto.contains("<alto xmlns=\"http://www.loc.gov/standards/alto/ns-v4#\""));
    let scan = pages.keys().next().unwrap();
    let hocr = String::from_utf8(file("hocr", &["--scan", scan])).unwrap();
    let count: usize = pages[scan].iter().map(|page| words(page).len()).sum();
    assert_eq!(hocr.matches("class=\"ocrx_word\"").count(), count);
    let unknown = sohoa(&[
        "export",
        "--archive",
        &filled().archive(),
        "--format",
        "pdf",
        "--scan",
        "zz",
    ]);
    assert_eq!(unknown.status.code(), Some(1));
}
