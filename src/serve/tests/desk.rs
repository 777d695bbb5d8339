//! An archive that is small enough to know by heart, served on a free port.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use image::GrayImage;

use super::super::{
    App, Chip, Delivery, Found, FoundRecord, Held, Load, LoadError, LoadFrom, LoadOrder,
    LoadState, PageImageError, PageImages, PastRun, SearchRequest, Seek, SeekError,
};
use crate::catalog::Catalog;
use crate::catalog::NewScan;
use crate::model::Affine;
use crate::model::Field;
use crate::model::FieldState;
use crate::model::Finding;
use crate::model::Kind;
use crate::model::KindId;
use crate::model::Line;
use crate::model::PageKey;
use crate::model::PageText;
use crate::model::Pixels;
use crate::model::Quad;
use crate::model::Reason;
use crate::model::Record;
use crate::model::RecordId;
use crate::model::Rect;
use crate::model::ScanId;
use crate::model::Severity;
use crate::model::Size;
use crate::model::Word;
use crate::report::{Fate, Progress, Report, Row, SetAside, Why};
use crate::search::{
    Bounds, Counted, Cursor, Facets, RelatedBy, RelatedRecord, Suggested, Suggestion,
};

/// Id of the one scan.
pub(super) const SCAN: &str =
    "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff";
/// A name that would run as a script if it were not escaped.
pub(super) const HOSTILE: &str = "<script>alert('x')</script> & \"Lò\"";
/// Pixels of each page.
pub(super) const PAGE: Size = Size { width: 400, height: 300 };

/// Finds records whose folded query stands in their id; `boom` breaks it, `panic` too.
struct ById;

impl Seek for ById {
    fn seek(&self, request: &SearchRequest, bounds: &Bounds) -> Result<Found, SeekError> {
        if !sees(bounds) {
            return Ok(Found::default());
        }
        let (filters, wanted) = (&request.filters, &request.wanted);
        match request.query.as_str() {
            "boom" => return Err(SeekError("the secret /path/of/the/index".into())),
            "panic" => panic!("a fake that panics"),
            "nobody" => return Ok(Found::default()),
            "nobody na u 1987" => {
                let held = Held {
                    place: Some("na u".to_owned()),
                    years: Some("1987".to_owned()),
                    of_place: Some(1200),
                    of_years: Some(0),
                };
                return Ok(Found { held: Some(held), ..Found::default() });
            }
            _ => {}
        }
        let of_kind = filters.kind.as_ref().is_none_or(|kind| kind == "so-khai-sinh");
        let all = ["r1", "r2", "gone"].into_iter().filter(|_| of_kind);
        let before = wanted.after.as_ref().map_or(wanted.offset, Cursor::seen);
        let hits = all.skip(before).take(wanted.limit).map(|id| FoundRecord {
            record: RecordId(id.into()),
            score: 0.5,
            why: vec!["folded".into()],
            matched: vec!["nksHoTen".into(), "nksHoTen".into()],
        });
        Ok(Found {
            total: if of_kind { 3 } else { 0 },
            at_least: filters.decade.is_some(),
            before,
            next: (before + wanted.limit < 3).then(|| NEXT.parse().expect("a cursor")),
            facets: wanted.facets.then(facets),
            took: Duration::from_millis(4),
            understood: vec![Chip { taken_for: "year".into(), text: "1987".into() }],
            hits: hits.collect(),
            ..Found::default()
        })
    }

    fn related(
        &self,
        record: &RecordId,
        limit: usize,
        bounds: &Bounds,
    ) -> Result<Option<Vec<RelatedRecord>>, SeekError> {
        if !sees(bounds) {
            return Ok(Some(vec![]));
        }
        let others = ["r1", "r2", "gone"].into_iter().filter(|id| *id != record.0);
        let related = others.take(limit).map(|id| RelatedRecord {
            record: RecordId(id.into()),
            by: RelatedBy::SamePerson,
            what: HOSTILE.to_lowercase(),
        });
        Ok(Some(related.collect()))
    }

    fn suggest(
        &self,
        typed: &str,
        limit: usize,
        bounds: &Bounds,
    ) -> Result<Vec<Suggestion>, SeekError> {
        let suggestion = Suggestion {
            kind: Suggested::Name,
            text: format!("{typed} Mẫu"),
            shown: "Mẫu".into(),
        };
        Ok(std::iter::once(suggestion).filter(|_| sees(bounds)).take(limit).collect())
    }
}

/// Where a list goes on that is shown in parts.
const NEXT: &str = "relevance.2.1f.00ab";

/// Whether the records of the one scan are seen.
fn sees(bounds: &Bounds) -> bool {
    bounds.holds(Some("03361"), None, "so-khai-sinh")
}

fn facets() -> Facets {
    let counted = |value: &str, count| vec![Counted { value: value.to_owned(), count }];
    Facets {
        kind: counted("so-khai-sinh", 3),
        then: counted("C03361", 2),
        decade: counted("2010", 3),
        at_least: true,
        ..Facets::default()
    }
}

/// Page 1 is grey, with a black bar where the name stands. Page 2 cannot be decoded.
struct OnePage;

impl PageImages for OnePage {
    fn page(&self, key: &PageKey) -> Result<Arc<Pixels>, PageImageError> {
        if key.page != 1 {
            let source = "a broken file".into();
            return Err(PageImageError::Undecodable { key: key.clone(), source });
        }
        let pixel = |x, y| {
            let in_bar = (100..300).contains(&x) && (40..60).contains(&y);
            image::Luma([if in_bar { 0 } else { 200 }])
        };
        let page = GrayImage::from_fn(PAGE.width, PAGE.height, pixel);
        Ok(Arc::new(Pixels::Gray(page)))
    }
}

/// A field that was read at (100, `top`) to (300, `top` + 20).
fn field(value: &str, top: f32) -> Field {
    let place = Rect { left: 100.0, top, right: 300.0, bottom: top + 20.0 };
    Field {
        text: value.to_uppercase(),
        value: Some(value.to_owned()),
        state: FieldState::Read,
        confidence: 0.75,
        page: Some(1),
        quad: Some(Quad::from(place)),
        alternatives: vec![],
    }
}

fn record(id: &str, name: &str) -> Record {
    let fields = [
        ("nksHoTen", field(name, 40.0)),
        ("nksNgaySinh", field("1987-03-05", 80.0)),
        ("meSoGiayToTuyThan", field("011087001234", 120.0)),
        ("so", field("27/2015", 160.0)),
    ];
    Record {
        record: RecordId(id.into()),
        kind: KindId("so-khai-sinh".into()),
        scan: ScanId(SCAN.into()),
        pages: vec![1],
        fields: fields.map(|(name, field)| (name.to_owned(), field)).into(),
        findings: vec![Finding {
            rule: "death-before-birth".into(),
            severity: Severity::Warn,
            fields: vec!["nksNgaySinh".into()],
        }],
    }
}

fn catalog(folder: &std::path::Path) -> Catalog {
    let catalog = Catalog::create_or_open(folder).expect("a catalog");
    let scan = ScanId(SCAN.into());
    let new = NewScan { unit: Some("03361"), ..NewScan::new(&scan, 1, "a/<b>.pdf") };
    catalog.add_scan(&new).expect("a scan");
    catalog.set_num_pages(&scan, 2).expect("two pages");
    let word = |text: &str| Word {
        text: text.into(),
        quad: field("", 40.0).quad.expect("a place"),
        ..Word::default()
    };
    let line = Line {
        text: HOSTILE.into(),
        quad: field("", 40.0).quad.expect("a place"),
        confidence: 0.9,
        words: ["BẢN,", "MẪU"].map(word).into(),
        ..Line::default()
    };
    let text = PageText {
        size: PAGE,
        original: PAGE,
        to_original: Affine::translation(1.0, 2.0),
        dpi: 100.0,
        blank: false,
        lines: vec![line],
        rules: vec![],
        codes: vec![],
        engine: "none".into(),
        source: crate::model::TextSource::default(),
        notes: vec![],
    };
    let key = |page| PageKey { scan: scan.clone(), page };
    catalog.page_done(&key(1), "none", &text).expect("page 1");
    catalog.quarantine_page(&key(2), Reason::Corrupt, "broken <b>").expect("page 2");
    catalog
        .finish_scan(&scan, &[record("r1", HOSTILE), record("r2", "Lò Văn Mẫu")])
        .expect("records");
    catalog
}

/// Everything the desk is given.
pub(in crate::serve) fn app(folder: &std::path::Path) -> App {
    App {
        catalog: Arc::new(catalog(folder)),
        searcher: Arc::new(ById),
        images: Arc::new(OnePage),
        load: Some(Arc::new(FakeLoad::default())),
        page_tools: Some(Arc::new(super::papers::FakeTools::default())),
        kinds: vec![Kind {
            id: KindId("so-khai-sinh".into()),
            title: "Sổ đăng ký khai sinh".into(),
            family: "civil-status".into(),
        }],
        units: vec![("03361".into(), "Xã Mẫu".into())],
        provider: None,
        log: |_| {},
    }
}

/// The fields of a hit by name, for comparing.
pub(super) fn fields(of: &str) -> BTreeMap<String, Field> {
    record("", of).fields
}

/// An intake that keeps what it is given and never reads it.
#[derive(Default)]
pub(super) struct FakeLoad {
    arrived: std::sync::Mutex<BTreeMap<String, u64>>,
    state: std::sync::Mutex<LoadState>,
}

impl Load for FakeLoad {
    fn folders(&self) -> Vec<std::path::PathBuf> {
        vec!["/scans".into()]
    }

    fn receive(
        &self,
        delivery: &str,
        path: &str,
        bytes: &mut dyn std::io::Read,
    ) -> Result<Option<u64>, LoadError> {
        let mut all = Vec::new();
        bytes.read_to_end(&mut all).map_err(|_| LoadError::BrokenOff)?;
        let count = all.len() as u64;
        let name = format!("{delivery}/{path}");
        self.arrived.lock().expect("a lock").insert(name, count);
        Ok(Some(count))
    }

    fn deliveries(&self) -> Result<Vec<Delivery>, LoadError> {
        let arrived = self.arrived.lock().expect("a lock");
        let one = |(name, bytes): (&String, &u64)| {
            let name = name.clone();
            Delivery { name, files: 1, bytes: *bytes }
        };
        Ok(arrived.iter().map(one).collect())
    }

    fn start(&self, order: LoadOrder) -> Result<(), LoadError> {
        if order.from == LoadFrom::Folder("/elsewhere".into()) {
            return Err(LoadError::Folder("/elsewhere".into()));
        }
        let mut state = self.state.lock().expect("a lock");
        if matches!(*state, LoadState::Running(_)) {
            return Err(LoadError::Busy);
        }
        let progress = Progress { files: 3, pages_done: 1, ..Progress::default() };
        *state = LoadState::Running(progress);
        Ok(())
    }

    fn stop(&self) {
        let mut report = Report { pages: 1, ..Report::default() };
        report.count("a/1.pdf", Fate::Ingested);
        report.count("a/2.pdf", Fate::Quarantined);
        let why = Why::SetAside(Reason::Corrupt);
        report.rows.push(Row::new("a/<2>.pdf", None, why, "broken"));
        *self.state.lock().expect("a lock") = LoadState::Ended(Arc::new(report));
    }

    fn state(&self) -> LoadState {
        self.state.lock().expect("a lock").clone()
    }

    fn set_aside(&self) -> Result<Vec<SetAside>, LoadError> {
        let reason = Reason::Encrypted;
        let (path, message) = ("b.pdf".to_owned(), String::new());
        Ok(vec![SetAside { path, page: None, reason, message, remedy: reason.remedy() }])
    }

    fn past_runs(&self, _limit: usize) -> Result<Vec<PastRun>, LoadError> {
        let name = "2026-11-21T221500Z-ingest".to_owned();
        Ok(vec![PastRun { name, counts: [7, 4, 1, 1, 1] }])
    }

    fn table(&self, run: &str) -> Result<Option<Vec<u8>>, LoadError> {
        Ok((run == "2026-11-21T221500Z-ingest").then(|| b"folder,path\n".to_vec()))
    }
}
