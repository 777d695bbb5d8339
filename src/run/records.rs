//! The records of a scan, made of what was read on its pages, a window of pages at a time.

use std::borrow::Cow;

use super::error::RunError;
use crate::catalog::Catalog;
use crate::catalog::PageState;
use crate::extract::Extract;
use crate::model::PageKey;
use crate::model::PageText;
use crate::model::Paper;
use crate::model::Record;
use crate::model::Rulings;
use crate::model::ScanId;

/// Pages whose records are kept of a window: with their lattices texts take up to 1 MB
/// each, and a scan may have 10,000 of them.
const PAGES_AT_A_TIME: usize = 64;

/// Pages that are looked at beyond those, for papers that begin before the border, and
/// looked at again before the border by the next window, for pages that such a paper
/// shares with the next one. A paper that goes on to the end of the window is cut there.
const PAGES_BEYOND: usize = 16;

/// A page of a scan as it would be read, in place of what is stored.
pub(super) type Instead<'t> = Option<(u32, &'t PageText)>;

/// The records of a scan, with their places in the pixels of the original.
pub(super) fn extracted(
    catalog: &Catalog,
    extract: &Extract,
    scan: &ScanId,
) -> Result<Vec<Record>, RunError> {
    extracted_as(catalog, extract, scan, &catalog.rulings(scan)?, None)
}

/// As [`extracted`], if people said this about its pages, and one of them were read so.
pub(super) fn extracted_as(
    catalog: &Catalog,
    extract: &Extract,
    scan: &ScanId,
    rulings: &Rulings,
    instead: Instead<'_>,
) -> Result<Vec<Record>, RunError> {
    let pages = read_pages(catalog, scan)?;
    let text =
        |page: u32| text_of(catalog, &PageKey { scan: scan.clone(), page }, instead);
    let told = rulings.values().any(|ruling| ruling.kind.is_some());
    let rulings = if told && pages.len() > PAGES_AT_A_TIME {
        let mut opinions = Vec::with_capacity(pages.len());
        for &page in &pages {
            opinions.extend(text(page)?.map(|it| (page, extract.opinion(page, &it))));
        }
        Cow::Owned(with_kinds(rulings, &extract.papers(&opinions, rulings)))
    } else {
        Cow::Borrowed(rulings)
    };
    in_windows(&pages, |window| {
        let mut texts: Vec<(u32, PageText)> = Vec::with_capacity(window.len());
        for &page in window {
            texts.extend(text(page)?.map(|text| (page, text)));
        }
        Ok(with_places(extract.run_ruled(scan, &texts, &rulings), &texts))
    })
}

/// Makes the records of a scan that is done anew; where people say something else about
/// its pages meanwhile, once more.
pub(super) fn renew(
    catalog: &Catalog,
    extract: &Extract,
    scan: &ScanId,
) -> Result<(), RunError> {
    loop {
        let seen = catalog.page_stand(scan)?;
        let records = extracted(catalog, extract, scan)?;
        if catalog.renew_records(scan, &records, &seen)? {
            return Ok(());
        }
    }
}

/// The pages of a scan that were read, ascending.
pub(super) fn read_pages(catalog: &Catalog, scan: &ScanId) -> Result<Vec<u32>, RunError> {
    let pages = catalog.pages(scan)?;
    let pages = pages.iter().filter(|page| page.state == PageState::Done);
    Ok(pages.map(|page| page.key.page).collect())
}

fn text_of(
    catalog: &Catalog,
    key: &PageKey,
    instead: Instead<'_>,
) -> Result<Option<PageText>, RunError> {
    match instead {
        Some((page, text)) if page == key.page => Ok(Some(text.clone())),
        _ => Ok(catalog.page_text(key)?),
    }
}

/// The rulings with the kinds that people gave to papers on all pages of these: a window
/// may begin in the middle of one.
fn with_kinds(rulings: &Rulings, papers: &[Paper]) -> Rulings {
    let mut rulings = rulings.clone();
    for paper in papers.iter().filter(|paper| paper.is_told) {
        for page in paper.pages.iter().skip(1) {
            let ruling = rulings.entry(*page).or_default();
            ruling.kind.clone_from(&paper.kind);
            ruling.begins = Some(false);
        }
    }
    rulings
}

/// What `read` finds on `pages`, which it is given in windows that overlap. Each record is
/// taken from the window in which the page that it begins on is followed by enough others.
fn in_windows(
    pages: &[u32],
    mut read: impl FnMut(&[u32]) -> Result<Vec<Record>, RunError>,
) -> Result<Vec<Record>, RunError> {
    let index = |page: Option<&u32>| {
        page.map_or(0, |page| pages.partition_point(|other| other < page))
    };
    let first = |record: &Record| index(record.pages.first());
    let last = |record: &Record| index(record.pages.last());
    let mut records = Vec::new();
    // The window begins at `from`; records that begin before `begun` are known.
    let (mut from, mut begun) = (0, 0);
    while begun < pages.len() {
        let end = pages.len().min(from + PAGES_AT_A_TIME + PAGES_BEYOND);
        let mut found = read(pages.get(from..end).unwrap_or_default())?;
        found.retain(|record| first(record) >= begun);
        let mut border = if end == pages.len() { end } else { from + PAGES_AT_A_TIME };
        let beyond = |record: &&Record| first(record) < border && last(record) >= border;
        let is_cut = found.iter().filter(beyond).any(|record| last(record) + 1 == end);
        // A page that a paper shares with the next one is read with where that paper
        // begins: alone its upper part would be taken for something else.
        let shared = found.iter().filter(beyond).map(first).min();
        if is_cut {
            border = end;
            from = end;
        } else {
            from = shared.unwrap_or(border).max(border.saturating_sub(PAGES_BEYOND));
        }
        found.retain(|record| first(record) < border);
        begun = border;
        records.extend(found);
    }
    Ok(records)
}

/// The records with their places led from the reading frame to the original's pixels.
fn with_places(mut records: Vec<Record>, texts: &[(u32, PageText)]) -> Vec<Record> {
    for record in &mut records {
        for field in record.fields.values_mut() {
            let frame = texts.iter().find(|(page, _)| Some(*page) == field.page);
            if let (Some(quad), Some((_, text))) = (field.quad, frame) {
                field.quad = Some(quad.mapped(&text.to_original));
            }
        }
    }
    records
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::sync::Arc;

    use super::*;
    use crate::catalog::NewScan;
    use crate::config::built_in_kinds;
    use crate::extract::page_of;
    use crate::model::{KindId, RecordId};

    fn record(name: &str, first: u32, last: u32) -> Record {
        Record {
            record: RecordId(name.to_owned()),
            kind: KindId(String::new()),
            scan: ScanId(String::new()),
            pages: (first..=last).collect(),
            fields: BTreeMap::new(),
            findings: Vec::new(),
        }
    }

    /// What comes out if the papers stand on those pages, and a window shows of each what
    /// lies in it: one whose beginning it does not show is taken for another.
    fn come_out(num_pages: u32, papers: &[(u32, u32)]) -> Vec<String> {
        let pages: Vec<u32> = (1..=num_pages).collect();
        let found = in_windows(&pages, |window| {
            assert!(window.len() <= PAGES_AT_A_TIME + PAGES_BEYOND);
            let (from, to) = (window[0], window[window.len() - 1]);
            let seen = papers
                .iter()
                .enumerate()
                .filter(|(_, paper)| paper.0 <= to && paper.1 >= from);
            Ok(seen
                .map(|(number, paper)| {
                    let part = if paper.0 < from { "a part of " } else { "" };
                    let name = format!("{part}{number}");
                    record(&name, paper.0.max(from), paper.1.min(to))
                })
                .collect())
        });
        found.unwrap().into_iter().map(|record| record.record.0).collect()
    }

    fn numbers(papers: &[(u32, u32)]) -> Vec<String> {
        (0..papers.len()).map(|number| number.to_string()).collect()
    }

    #[test]
    fn no_record_is_lost_or_doubled_where_a_page_ends_one_and_begins_others() {
        for num_pages in [1, 63, 64, 65, 79, 80, 81, 100, 128, 129, 300] {
            // Two entries on each page, and one that goes on to the next.
            let book: Vec<(u32, u32)> = (1..=num_pages)
                .flat_map(|page| {
                    [(page, page), (page, page), (page, num_pages.min(page + 1))]
                })
                .collect();
            assert_eq!(come_out(num_pages, &book), numbers(&book), "{num_pages} pages");
            for length in [2, 3, 7, 15] {
                let papers: Vec<(u32, u32)> = (1..=num_pages)
                    .step_by(length)
                    .map(|page| (page, num_pages.min(page + length as u32)))
                    .collect();
                let expected = numbers(&papers);
                assert_eq!(come_out(num_pages, &papers), expected, "{length} pages each");
            }
        }
    }

    #[test]
    fn a_paper_longer_than_the_window_is_cut_and_what_follows_it_is_kept() {
        let papers = [(1, 200), (201, 201), (201, 230)];
        let names = come_out(230, &papers);
        assert_eq!(names.first().map(String::as_str), Some("0"));
        assert_eq!(names[names.len() - 2..], ["1", "2"]);
    }

    /// A catalog with a scan of so many pages, none of them read.
    fn empty(num_pages: u32) -> (tempfile::TempDir, Catalog, ScanId) {
        let folder = tempfile::tempdir().unwrap();
        let catalog = Catalog::create_or_open(folder.path()).unwrap();
        let scan = ScanId("a".repeat(64));
        catalog.add_scan(&NewScan::new(&scan, 1, "book.pdf")).unwrap();
        catalog.set_num_pages(&scan, num_pages).unwrap();
        (folder, catalog, scan)
    }

    #[test]
    fn a_kind_that_people_gave_holds_to_the_end_of_a_book_of_two_windows() {
        const PAGES: u32 = 82;
        let (_folder, catalog, scan) = empty(PAGES);
        for page in 1..=PAGES {
            let drawing = format!("  Số {page}    Đăng ký ngày 02 tháng 4 năm 1986\n");
            let key = PageKey { scan: scan.clone(), page };
            catalog.page_done(&key, "drawn", &page_of(&drawing)).unwrap();
        }
        let extract = Extract::new(Arc::new(built_in_kinds().unwrap()));
        let mut rulings = Rulings::new();
        rulings.entry(1).or_default().kind = Some(KindId("so-khai-tu".into()));
        let records = extracted_as(&catalog, &extract, &scan, &rulings, None).unwrap();
        assert!(records.iter().all(|record| record.kind.0 == "so-khai-tu"));
        let on = |page| records.iter().any(|record| record.pages.contains(&page));
        assert!(on(1) && on(66) && on(PAGES), "{} records", records.len());
    }

    #[test]
    fn every_entry_of_a_book_of_a_hundred_pages_is_made_once() {
        const PAGES: u32 = 100;
        const PARENTS: &str =
            "    PHẦN KHAI VỀ               NGƯỜI CHA                       NGƯỜI MẸ
      CHA, MẸ
  Họ và tên           Lò Văn Nghiệm                   Mè Thị Thử
  Tuổi                33                              30
  Dân tộc             Thái                            Kháng
  Quốc tịch           Việt Nam                        Việt Nam
     NGƯỜI ĐỨNG KHAI           CÁN BỘ HỘ TỊCH           TM. ỦY BAN NHÂN DÂN
";
        let head = |number: u32| {
            format!(
                "  Số {number}    Đăng ký ngày 02 tháng 4 năm 1986\n  \
                 Họ và tên: Lò Văn Mẫu                          Nam, nữ: Nam\n  \
                 Sinh ngày: 03/03/1986\n  \
                 Nơi sinh: X. Na Ư, H. Điện Biên, T. Lai Châu\n"
            )
        };
        let (_folder, catalog, scan) = empty(PAGES);
        for page in 1..=PAGES {
            // The second entry of each page goes on on the next one.
            let upper = if page > 1 { PARENTS } else { "" };
            let drawing =
                format!("{upper}{}{PARENTS}{}", head(page * 2 - 1), head(page * 2));
            let key = PageKey { scan: scan.clone(), page };
            catalog.page_done(&key, "drawn", &page_of(&drawing)).unwrap();
        }
        let extract = Extract::new(Arc::new(built_in_kinds().unwrap()));
        let records = extracted(&catalog, &extract, &scan).unwrap();
        let numbers: Vec<&str> = records
            .iter()
            .filter_map(|record| record.fields.get("so")?.value.as_deref())
            .collect();
        let expected: Vec<String> =
            (1..=PAGES * 2).map(|number| format!("{number}/1986")).collect();
        assert_eq!(numbers, expected);
        let crossing = records.iter().filter(|record| record.pages.len() == 2).count();
        assert_eq!(crossing as u32, PAGES - 1, "entries on two pages");
    }
}
