//! Fills an archive with made-up records for a desk that is measured under load:
//! `SOHOA_DESK_ARCHIVE` names an archive into which sample scans were ingested, and
//! `SOHOA_BENCH_RECORDS` how many records are added. Writes `load.tsv` beside them: what
//! clerks ask for, and pages whose tiles can be had. `tests/load/run.sh` calls it.
#![allow(missing_docs, reason = "a bench has no users")]
#![allow(clippy::print_stdout, reason = "what was done is what a bench is for")]
#![allow(clippy::unwrap_used, reason = "a bench that cannot run shall stop")]

use std::fs::File;
use std::io::{BufWriter, Write as _};
use std::path::Path;

use made_up::{Dice, Made, MadeUp};
use sohoa::catalog::{Catalog, NewScan, PageState};
use sohoa::model::{PageKey, PageText, Quad, Record, RecordId, Rect, ScanId, fold};

mod made_up;

const SEED: u64 = 11;

/// Share of letters that the made-up machine misreads.
const ERROR_RATE: f64 = 0.02;

/// Records of one made-up book: a register of 100 leaves with four entries each.
const OF_A_BOOK: u64 = 400;

/// What clerks ask for, at most.
const QUERIES: u64 = 5_000;

/// A page that was read, whose picture stands for those of the made-up books.
struct Model {
    scan: ScanId,
    text: PageText,
}

fn main() {
    let Some(folder) = std::env::var_os("SOHOA_DESK_ARCHIVE") else {
        println!("desk: SOHOA_DESK_ARCHIVE names no archive, so that nothing is filled");
        return;
    };
    let records = std::env::var("SOHOA_BENCH_RECORDS");
    let records: u64 = records.ok().and_then(|it| it.parse().ok()).unwrap_or(1_000_000);
    let folder = Path::new(&folder);
    let catalog = Catalog::open(folder).unwrap();
    let models = models(&catalog);
    let made_up = MadeUp::new(SEED, ERROR_RATE);
    let mut load = BufWriter::new(File::create(folder.join("load.tsv")).unwrap());
    let every = (records / QUERIES).max(1);
    for (book, first) in (0..records).step_by(OF_A_BOOK as usize).enumerate() {
        let model = &models[book % models.len()];
        let scan = ScanId(format!("{:064x}", book + 1));
        let last = records.min(first + OF_A_BOOK);
        let made: Vec<Made> = (first..last).map(|it| made_up.record(it)).collect();
        add_book(&catalog, &scan, &made[0].path, model);
        let entries: Vec<Record> = made
            .iter()
            .zip(first..)
            .map(|(it, number)| entry(it, number, &scan, model))
            .collect();
        catalog.finish_scan(&scan, &entries).unwrap();
        for (made, number) in made.iter().zip(first..) {
            if number % every == 0
                && let Some(query) = query(made, number)
            {
                let record = RecordId(format!("{number:032x}"));
                let size = model.text.original;
                let (width, height) = (size.width, size.height);
                writeln!(load, "{query}\t{}\t{scan}\t{width}\t{height}", record.0)
                    .unwrap();
            }
        }
    }
    load.flush().unwrap();
    println!("desk: {records} records in {} books", records.div_ceil(OF_A_BOOK));
}

/// First pages of the scans that are there.
fn models(catalog: &Catalog) -> Vec<Model> {
    let scans = catalog.scans().unwrap();
    let models = scans.into_iter().filter_map(|scan| {
        let pages = catalog.pages(&scan.id).unwrap();
        let page = pages.iter().find(|it| it.state == PageState::Done && !it.blank)?;
        if page.key.page != 1 {
            return None;
        }
        let text = catalog.page_text(&page.key).unwrap()?;
        Some(Model { scan: scan.id, text })
    });
    let models: Vec<Model> = models.collect();
    assert!(!models.is_empty(), "no scan of the archive has a page that was read");
    models
}

/// A book that looks like one of the scans.
fn add_book(catalog: &Catalog, scan: &ScanId, path: &str, model: &Model) {
    let book = NewScan::new(scan, 1, path);
    catalog.add_scan(&book).unwrap();
    catalog.set_num_pages(scan, 1).unwrap();
    let key = PageKey { scan: scan.clone(), page: 1 };
    catalog.page_done(&key, "made up", &model.text).unwrap();
    let file = catalog.originals().path(scan);
    std::fs::create_dir_all(file.parent().unwrap()).unwrap();
    std::fs::hard_link(catalog.originals().path(&model.scan), file).unwrap();
}

/// A made-up record as an entry of the book, its values somewhere on the page.
fn entry(made: &Made, number: u64, scan: &ScanId, model: &Model) -> Record {
    let dice = Dice::new(number);
    let size = model.text.original;
    let mut record = made.record.clone();
    record.record = RecordId(format!("{number:032x}"));
    record.scan = scan.clone();
    for field in record.fields.values_mut() {
        let height = (size.height as usize / 60).max(8);
        let top =
            dice.up_to((size.height as usize).saturating_sub(2 * height).max(1)) as f32;
        let (left, right) = (size.width as f32 * 0.3, size.width as f32 * 0.7);
        let place = Rect { left, top, right, bottom: top + height as f32 };
        field.quad = Some(Quad::from(place));
    }
    record
}

/// What a clerk types to find the record.
fn query(made: &Made, number: u64) -> Option<String> {
    let person = made.people.first()?;
    let year = person.born.get(..4)?;
    Some(match number % 4 {
        0 => format!("{} {year} {}", fold(&person.name), fold(made.commune)),
        1 => format!("{} {}", person.name, person.born),
        2 => {
            let part = person.name.split_once(' ')?.1;
            format!("{} {year} xã {}", fold(part), made.commune)
        }
        _ => format!("{} {year}", fold(&person.name)),
    })
}
