//! Search at a million made-up records: records indexed a second, bytes a record, and how
//! long mixed queries take. `SOHOA_BENCH_RECORDS` sets another number.
#![allow(missing_docs, reason = "a bench has no users")]
#![allow(clippy::print_stdout, reason = "the table is what a bench is for")]
#![allow(clippy::unwrap_used, reason = "a bench that cannot run shall stop")]

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;
use std::time::Instant;

use made_up::{Dice, Made, MadeUp};
use sohoa::model::{RecordId, fold};
use sohoa::search::{Index, IndexedRecord, Query, Searcher};

mod made_up;

const SEED: u64 = 7;

/// Share of letters that the made-up machine misreads.
const ERROR_RATE: f64 = 0.02;

/// Records that are handed to the writer together, as a rebuild does.
const BATCH: u64 = 5_000;

/// Queries of each sort.
const QUERIES: usize = 300;

/// Share of all queries whose record must be among the first ten. A name that
/// a thousand people bear is not asked for: every sort names one record.
const LEAST_FOUND: f64 = 0.75;

fn main() {
    let records: u64 = std::env::var("SOHOA_BENCH_RECORDS")
        .ok()
        .and_then(|number| number.parse().ok())
        .unwrap_or(1_000_000);
    let folder = tempfile::tempdir().unwrap();
    let made_up = MadeUp::new(SEED, ERROR_RATE);
    let index = Index::create_or_open(folder.path()).unwrap();

    let start = Instant::now();
    let mut making = std::time::Duration::ZERO;
    let mut writer = index.writer().unwrap();
    let mut written = written_file("records.tsv");
    let mut number = 0;
    while number < records {
        let before = Instant::now();
        let last = records.min(number + BATCH);
        let batch: Vec<Made> =
            (number..last).map(|number| made_up.record(number)).collect();
        making += before.elapsed();
        if let Some(file) = &mut written {
            for made in &batch {
                write_record(file, made);
            }
        }
        let indexed: Vec<IndexedRecord<'_>> = batch.iter().map(indexed).collect();
        writer.add_new(&indexed).unwrap();
        number = last;
    }
    writer.commit(records).unwrap();
    let took = start.elapsed().checked_sub(making).unwrap().as_secs_f64();
    writer.finish().unwrap();
    let index = Index::create_or_open(folder.path()).unwrap();
    assert_eq!(index.num_records(), records);
    assert_eq!(index.watermark().unwrap(), records);
    println!("search: {records} records, {:.0} indexed a second", records as f64 / took);
    println!(
        "search: {:.0} bytes a record",
        folder_bytes(folder.path()) as f64 / records as f64
    );
    for (part, bytes) in by_part(folder.path()) {
        println!(
            "search:   {part:9} {:6.1} bytes a record",
            bytes as f64 / records as f64
        );
    }
    let before = Instant::now();
    let searcher = index.searcher().unwrap();
    println!("search: opened in {:.0} ms", before.elapsed().as_secs_f64() * 1e3);

    println!(
        "search: {:22} {:>8} {:>8} {:>8} {:>6}",
        "query", "p50 ms", "p99 ms", "max ms", "found"
    );
    let (mut all, mut shares) = (Vec::new(), Vec::new());
    let mut queries = written_file("queries.tsv");
    for (name, sort) in SORTS {
        let (times, found) = run(&made_up, &searcher, records, sort, &mut queries);
        row(name, times.clone(), Some(found));
        all.extend(times);
        shares.push(found);
    }
    row("all", all, None);
    let mean = shares.iter().sum::<f64>() / shares.len() as f64;
    assert!(mean >= LEAST_FOUND, "only {mean:.2} of what was asked for was found");
}

/// The file that another search engine is fed from, where `SOHOA_BENCH_WRITE` names a
/// folder for it: `tools/compare/search.py` reads it.
fn written_file(name: &str) -> Option<BufWriter<File>> {
    let folder = std::env::var_os("SOHOA_BENCH_WRITE")?;
    std::fs::create_dir_all(&folder).unwrap();
    Some(BufWriter::new(File::create(Path::new(&folder).join(name)).unwrap()))
}

fn write_record(file: &mut impl Write, made: &Made) {
    let fields = made.record.fields.values();
    let values: Vec<&str> = fields.filter_map(|field| field.value.as_deref()).collect();
    writeln!(file, "{}\t{}", made.record.record.0, values.join(" ")).unwrap();
}

fn indexed(made: &Made) -> IndexedRecord<'_> {
    IndexedRecord { record: &made.record, path: &made.path, collection: None, unit: None }
}

type Sort = fn(&Made, &Dice) -> Option<String>;

/// What clerks type, by sort.
const SORTS: [(&str, Sort); 8] = [
    ("name year commune", |made, _| {
        let person = made.people.first()?;
        Some(format!(
            "{} {} {}",
            fold(&person.name),
            person.born.get(..4)?,
            fold(made.commune)
        ))
    }),
    ("accented name, date", |made, _| {
        let person = made.people.first()?;
        let is_whole = made.record.kind.0 != "gcn-2009";
        is_whole.then(|| format!("{} {}", person.name, person.born))
    }),
    ("no family name, place", |made, _| {
        let person = made.people.first()?;
        let part = person.name.split_once(' ')?.1;
        Some(format!("{} {} xã {}", fold(part), person.born.get(..4)?, made.commune))
    }),
    ("couple", |made, _| {
        let [one, other, ..] = made.people.as_slice() else { return None };
        let is_couple = made.record.kind.0 == "so-ket-hon";
        is_couple.then(|| {
            format!(
                "ket hon {} {} {}",
                fold(&one.name),
                fold(&other.name),
                fold(made.commune)
            )
        })
    }),
    ("child and parents", |made, _| {
        let [child, father, mother] = made.people.as_slice() else { return None };
        Some(format!(
            "{} bo {} me {}",
            fold(&child.name),
            fold(&father.name),
            fold(&mother.name)
        ))
    }),
    ("identity number", |made, _| {
        let has = made
            .record
            .fields
            .keys()
            .any(|name| name.contains("So") || name.contains("id"));
        let has = has && made.record.kind.0 != "so-khai-sinh";
        has.then(|| made.people.first().map(|person| person.number.clone())).flatten()
    }),
    ("register, commune", |made, _| {
        let name = made.people.first()?.name.clone();
        Some(format!("số {} {} {name}", made.register.as_ref()?, made.commune))
    }),
    ("typing error", |made, dice| {
        let person = made.people.first()?;
        let mut letters: Vec<char> = fold(&person.name).chars().collect();
        let at = 1 + dice.up_to(letters.len().saturating_sub(3));
        letters.swap(at, at + 1);
        let name: String = letters.into_iter().collect();
        Some(format!("{name} {} {}", person.born.get(..4)?, fold(made.commune)))
    }),
];

/// Asks for records spread over the whole index: milliseconds of each query, and the
/// share whose record is among the first ten.
fn run(
    made_up: &MadeUp,
    searcher: &Searcher,
    records: u64,
    sort: Sort,
    queries: &mut Option<BufWriter<File>>,
) -> (Vec<f64>, f64) {
    let dice = Dice::new(SEED);
    let (mut times, mut found) = (Vec::new(), 0);
    while times.len() < QUERIES {
        let made = made_up.record(dice.up_to(records as usize) as u64);
        let Some(text) = sort(&made, &dice) else { continue };
        if let Some(file) = queries {
            writeln!(file, "{text}\t{}", made.record.record.0).unwrap();
        }
        let start = OnProcessor::now();
        let hits = searcher.search(&Query::parse(&text), 10, 0).unwrap();
        times.push(start.elapsed_ms());
        let id = &made.record.record;
        let is_there = hits.hits.iter().any(|hit| hit.record == *id)
            || is_as_good(searcher, &text, id);
        if !is_there && std::env::var_os("SOHOA_BENCH_MISSED").is_some() {
            let names: Vec<_> =
                made.record.fields.values().filter_map(|f| f.value.as_deref()).collect();
            println!("missed: {text} | {}", names.join(" | "));
        }
        found += usize::from(is_there);
    }
    let share = found as f64 / times.len() as f64;
    (times, share)
}

/// Whether a record answers as well as those that are shown: people of one name, year and
/// commune are many, and no query tells them apart.
fn is_as_good(searcher: &Searcher, text: &str, record: &RecordId) -> bool {
    let hits = searcher.search(&Query::parse(text), 100, 0).unwrap().hits;
    let own = hits.iter().find(|hit| hit.record == *record).map(|hit| hit.score);
    own.is_some_and(|own| hits.iter().filter(|hit| hit.score > own).count() < 10)
}

/// Time that this thread was on a processor: a machine at other work does not count, which
/// is the time that a warm search takes on a core of its own.
struct OnProcessor(Option<u64>, Instant);

impl OnProcessor {
    fn now() -> Self {
        // The kernel books a thread's time when it goes to sleep.
        std::thread::sleep(std::time::Duration::from_micros(1));
        let booked = std::fs::read_to_string("/proc/thread-self/schedstat").ok();
        let first =
            booked.and_then(|text| text.split(' ').next().and_then(|ns| ns.parse().ok()));
        Self(first, Instant::now())
    }

    fn elapsed_ms(&self) -> f64 {
        let wall = self.1.elapsed().as_secs_f64() * 1e3;
        let booked = self.0.zip(Self::now().0);
        booked.map_or(wall, |(start, end)| (end - start) as f64 / 1e6)
    }
}

fn row(name: &str, mut times: Vec<f64>, found: Option<f64>) {
    times.sort_by(f64::total_cmp);
    let at = |share: f64| {
        let last = times.len().saturating_sub(1);
        times.get((last as f64 * share) as usize).copied().unwrap_or(0.0)
    };
    let found = found.map_or(String::new(), |found| format!("{found:.3}"));
    println!(
        "search: {name:22} {:8.2} {:8.2} {:8.2} {found:>6}",
        at(0.5),
        at(0.99),
        at(1.0)
    );
}

fn folder_bytes(folder: &Path) -> u64 {
    by_part(folder).iter().map(|(_, bytes)| bytes).sum()
}

/// Bytes by the ending of the files: postings, terms, stored forms.
fn by_part(folder: &Path) -> Vec<(String, u64)> {
    let mut parts = std::collections::BTreeMap::new();
    for file in std::fs::read_dir(folder).unwrap() {
        let file = file.unwrap();
        let name = file.file_name().to_string_lossy().into_owned();
        let ending = name.rsplit('.').next().unwrap_or_default().to_owned();
        *parts.entry(ending).or_insert(0) += file.metadata().unwrap().len();
    }
    parts.into_iter().collect()
}
