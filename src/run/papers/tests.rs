use std::path::Path;

use super::super::records::renew;
use super::*;
use crate::catalog::{AuditFilter, Decision, NewScan};
use crate::extract::page_of;
use crate::model::{Field, FieldState, RecordId};
use crate::serve::Loss;

const PARENTS: &str =
    "    PHẦN KHAI VỀ               NGƯỜI CHA                       NGƯỜI MẸ
      CHA, MẸ
  Họ và tên           Lò Văn Nghiệm                   Mè Thị Thử
  Tuổi                33                              30
  Dân tộc             Thái                            Kháng
  Quốc tịch           Việt Nam                        Việt Nam
     NGƯỜI ĐỨNG KHAI           CÁN BỘ HỘ TỊCH           TM. ỦY BAN NHÂN DÂN
";

fn head(number: u32) -> String {
    format!(
        "  Số {number}    Đăng ký ngày 02 tháng 4 năm 1986\n  \
         Họ và tên: Lò Văn Mẫu                          Nam, nữ: Nam\n  \
         Sinh ngày: 03/03/1986\n  \
         Nơi sinh: X. Na Ư, H. Điện Biên, T. Lai Châu\n"
    )
}

const WHO: Who<'static> = Who { account: "thu", at_ms: 7, source: "127.0.0.1" };

/// A book of so many pages with two entries on each, the second of which goes on on the
/// next page.
struct Book {
    desk: PageDesk,
    scan: ScanId,
    _folder: tempfile::TempDir,
}

impl Book {
    fn of(num_pages: u32) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let archive = Archive::create_or_open(&folder.path().join("archive")).unwrap();
        let scan = ScanId("a".repeat(64));
        let new = NewScan::new(&scan, 1, "book.pdf");
        archive.catalog.add_scan(&new).unwrap();
        archive.catalog.set_num_pages(&scan, num_pages).unwrap();
        for page in 1..=num_pages {
            let upper = if page > 1 { PARENTS } else { "" };
            let (one, two) = (head(page * 2 - 1), head(page * 2));
            let text = page_of(&format!("{upper}{one}{PARENTS}{two}"));
            let key = PageKey { scan: scan.clone(), page };
            archive.catalog.page_done(&key, "drawn", &text).unwrap();
        }
        archive.catalog.finish_scan(&scan, &[]).unwrap();
        let setup = archive.worker_setup(Path::new("/nonexistent"), Path::new("models"));
        let desk = PageDesk::new(Arc::new(archive), setup).unwrap();
        let book = Self { desk, scan, _folder: folder };
        book.renew();
        book
    }

    /// As `sohoa reindex --extract` does it.
    fn renew(&self) {
        let catalog = &self.desk.archive.catalog;
        renew(catalog, &self.desk.extract, &self.scan).unwrap();
    }

    fn say(&self, page: u32, tool: PageTool, value: &str) -> Result<(), PageToolsError> {
        self.say_keeping(page, tool, value, false)
    }

    fn say_keeping(
        &self,
        page: u32,
        tool: PageTool,
        value: &str,
        keep: bool,
    ) -> Result<(), PageToolsError> {
        let key = PageKey { scan: self.scan.clone(), page };
        let (value, why) = (value.to_owned(), String::new());
        self.desk.rule(&PageOrder { key, tool, value, why }, &WHO, keep)
    }

    /// Number and pages of each record that the archive has.
    fn records(&self) -> Vec<(String, Vec<u32>)> {
        let stored = self.desk.archive.catalog.records_of(&self.scan).unwrap();
        let number = |record: &Record| {
            let number = record.fields.get("so").and_then(|field| field.value.clone());
            number.unwrap_or_default().replace("/1986", "")
        };
        stored.iter().map(|it| (number(&it.record), it.record.pages.clone())).collect()
    }

    fn record(&self, number: &str) -> Record {
        let stored = self.desk.archive.catalog.records_of(&self.scan).unwrap();
        let number = format!("{number}/1986");
        let is_it = |record: &Record| {
            record.fields.get("so").is_some_and(|it| it.value.as_ref() == Some(&number))
        };
        let mut records = stored.into_iter().map(|stored| stored.record);
        records.find(is_it).unwrap()
    }

    /// Somebody keys a field of an entry that stands on that page, as it was read.
    fn check(&self, number: &str, page: u32) -> RecordId {
        let record = self.record(number);
        let mut fields = record.fields.iter();
        let (name, read) = fields.find(|(_, field)| field.page == Some(page)).unwrap();
        let field = Field { state: FieldState::Keyed, ..read.clone() };
        let value = field.value.clone();
        let catalog = &self.desk.archive.catalog;
        let stage = catalog.stage(&record.record, name).unwrap();
        let decision = Decision {
            record: &record.record,
            field: name,
            step: "key",
            account: "an",
            at_ms: 1,
            source: "",
            from: &stage,
            seen: 0,
            to: "keyed",
            now: Some(field),
            value: value.as_deref(),
            why: "",
        };
        assert!(catalog.decide(&[decision]).unwrap());
        record.record
    }
}

fn numbered(records: &[(&str, &[u32])]) -> Vec<(String, Vec<u32>)> {
    records.iter().map(|(number, pages)| ((*number).to_owned(), pages.to_vec())).collect()
}

fn lost(answer: Result<(), PageToolsError>) -> (Vec<Loss>, bool) {
    match answer {
        Err(PageToolsError::Checked { losses, may_stay }) => (losses, may_stay),
        other => panic!("{other:?}"),
    }
}

const WHOLE: [(&str, &[u32]); 4] =
    [("1", &[1]), ("2", &[1, 2]), ("3", &[2]), ("4", &[2])];

#[test]
fn what_is_said_about_a_page_changes_its_records_at_once_and_lasts() {
    let book = Book::of(2);
    assert_eq!(book.records(), numbered(&WHOLE));
    book.say(2, PageTool::Blank, "yes").unwrap();
    let without = numbered(&[("1", &[1]), ("2", &[1])]);
    assert_eq!(book.records(), without);
    book.renew();
    assert_eq!(book.records(), without, "the same after all records were made again");
    let pages = book.desk.archive.catalog.pages(&book.scan).unwrap();
    assert_eq!(pages.iter().map(|page| page.blank).collect::<Vec<_>>(), [false, true]);
    book.say(2, PageTool::Blank, "").unwrap();
    assert_eq!(book.records(), numbered(&WHOLE), "taken back");
    let pages = book.desk.archive.catalog.pages(&book.scan).unwrap();
    assert!(!pages[1].blank);
    let all = book.desk.archive.catalog.all_rulings(&book.scan).unwrap();
    let said: Vec<(&str, &str, &str)> = all
        .iter()
        .map(|it| (it.account.as_str(), it.before.as_str(), it.order.value.as_str()))
        .collect();
    assert_eq!(said, [("thu", "", "yes"), ("thu", "yes", "")]);
    let filter = AuditFilter { what: "page-blank".into(), ..AuditFilter::default() };
    let trail = book.desk.archive.catalog.audit_entries(&filter, 0, 9).unwrap();
    assert_eq!(trail.len(), 2);
    assert_eq!(trail[0].target, format!("page:{}/2", book.scan));
    assert!(book.desk.archive.catalog.pending(99).unwrap().len() >= 4, "for the index");
}

#[test]
fn papers_are_split_and_joined_and_told_their_kind() {
    let book = Book::of(2);
    let cut = || {
        let papers = book.desk.papers(&book.scan).unwrap().papers;
        papers
            .into_iter()
            .map(|it| (it.kind.map(|it| it.0), it.pages))
            .collect::<Vec<_>>()
    };
    let register = || Some("so-khai-sinh".to_owned());
    assert_eq!(cut(), [(register(), vec![1, 2])]);
    book.say(2, PageTool::Paper, "begins").unwrap();
    assert_eq!(cut(), [(register(), vec![1]), (register(), vec![2])]);
    assert!(book.records().contains(&("2".into(), vec![1])), "{:?}", book.records());
    book.say(2, PageTool::Paper, "goes-on").unwrap();
    assert_eq!(book.records(), numbered(&WHOLE));
    book.say(2, PageTool::Kind, "so-khai-tu").unwrap();
    book.say(2, PageTool::Paper, "").unwrap();
    assert_eq!(cut(), [(register(), vec![1]), (Some("so-khai-tu".into()), vec![2])]);
    let kinds = || {
        let stored = book.desk.archive.catalog.records_of(&book.scan).unwrap();
        stored.into_iter().map(|it| it.record.kind.0).collect::<Vec<_>>()
    };
    assert!(kinds().contains(&"so-khai-tu".to_owned()), "{:?}", kinds());
    book.say(2, PageTool::Kind, "").unwrap();
    assert_eq!(book.records(), numbered(&WHOLE));
    for (tool, value) in [
        (PageTool::Kind, "no-such-kind"),
        (PageTool::Blank, "perhaps"),
        (PageTool::Turn, "5"),
    ] {
        let answer = book.say(1, tool, value);
        assert!(matches!(answer, Err(PageToolsError::Value)), "{answer:?}");
    }
    let answer = book.say(3, PageTool::Blank, "yes");
    assert!(matches!(answer, Err(PageToolsError::NoSuchPage)), "{answer:?}");
}

#[test]
fn what_people_checked_is_never_lost_and_never_given_to_another_entry() {
    let book = Book::of(2);
    let third = book.check("3", 2);
    let (losses, may_stay) = lost(book.say(2, PageTool::Blank, "yes"));
    assert_eq!((losses.len(), losses[0].how, may_stay), (1, LossOf::Record, true));
    assert_eq!((&losses[0].record, losses[0].fields), (&third, 1));
    assert_eq!(book.records(), numbered(&WHOLE), "nothing is changed");
    assert_eq!(book.desk.archive.catalog.all_rulings(&book.scan).unwrap(), []);
    book.say(2, PageTool::Paper, "begins").unwrap();
    assert_eq!(book.record("3").record, third, "it stays what it was");
    book.say(2, PageTool::Paper, "").unwrap();
    book.say_keeping(2, PageTool::Blank, "yes", true).unwrap();
    let numbers: Vec<String> = book.records().into_iter().map(|it| it.0).collect();
    assert_eq!(numbers, ["1", "2", "3"], "the checked one stays beside");
    // It is read no more, so that later rulings do not touch it again.
    book.say(1, PageTool::Blank, "yes").unwrap();
    assert_eq!(book.records(), numbered(&[("3", &[2])]));
    let state = |field: &Field| field.state == FieldState::Keyed;
    assert!(book.record("3").fields.values().any(state));
}

#[test]
fn a_checked_value_on_a_page_that_would_go_to_another_paper_is_named() {
    let book = Book::of(2);
    let second = book.check("2", 2);
    let (losses, may_stay) = lost(book.say(2, PageTool::Paper, "begins"));
    assert_eq!((losses[0].how, may_stay), (LossOf::Pages, true));
    assert_eq!(losses[0].record, second);
    assert_eq!(book.records(), numbered(&WHOLE), "nothing is changed");
}

#[test]
fn a_page_that_cannot_be_read_again_stays_as_it_was() {
    let book = Book::of(1);
    let before = book.records();
    let answer = book.say(1, PageTool::Turn, "2");
    assert!(matches!(answer, Err(PageToolsError::Unread(_))), "{answer:?}");
    assert_eq!(book.records(), before);
    assert_eq!(book.desk.archive.catalog.all_rulings(&book.scan).unwrap(), []);
}
