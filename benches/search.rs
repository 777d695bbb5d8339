//! Search at a million made-up records: records indexed a second, bytes a record, and how
//! long mixed queries take. `SOHOA_BENCH_RECORDS` sets another number, `SOHOA_BENCH_INDEX`
//! a folder in which the index is kept, or found where it was built before.
#![allow(missing_docs, reason = "a bench has no users")]
#![allow(clippy::print_stdout, reason = "the table is what a bench is for")]
#![allow(clippy::unwrap_used, reason = "a bench that cannot run shall stop")]

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use std::time::Instant;

use made_up::{Dice, Made, MadeUp};
use sohoa::model::{RecordId, fold};
use sohoa::search::{Filters, Index, IndexedRecord, Query, Searcher, Sort, Wanted};

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

/// The same beyond so many records: as many people more bear each name.
const MANY: u64 = 10_000_000;
const LEAST_FOUND_OF_MANY: f64 = 0.6;

fn main() {
    let records: u64 = std::env::var("SOHOA_BENCH_RECORDS")
        .ok()
        .and_then(|number| number.parse().ok())
        .unwrap_or(1_000_000);
    let made_up = MadeUp::new(SEED, ERROR_RATE);
    // An index of a hundred million takes an hour to build and is measured more than once.
    let kept = std::env::var_os("SOHOA_BENCH_INDEX").map(PathBuf::from);
    let passing = tempfile::tempdir().unwrap();
    let folder = kept.as_deref().unwrap_or_else(|| passing.path());
    if kept.is_none() || Index::create_or_open(folder).unwrap().num_records() == 0 {
        build(&made_up, folder, records);
    }
    let index = Index::create_or_open(folder).unwrap();
    assert_eq!(index.num_records(), records);
    assert_eq!(index.watermark().unwrap(), records);
    println!(
        "search: {:.0} bytes a record",
        folder_bytes(folder) as f64 / records as f64
    );
    for (part, bytes) in by_part(folder) {
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
    let (mut all, mut all_by_clock, mut shares) = (Vec::new(), Vec::new(), Vec::new());
    let mut queries = written_file("queries.tsv");
    for (name, sort) in SORTS {
        let of_sort = run(&made_up, &searcher, records, sort, &mut queries);
        row(name, of_sort.times.clone(), Some(of_sort.found));
        all.extend(of_sort.times);
        all_by_clock.extend(of_sort.by_clock);
        shares.push(of_sort.found);
    }
    row("all", all, None);
    row("all, wall", all_by_clock, None);
    row("suggestions", suggestions(&made_up, &searcher, records), None);
    row("related", related(&made_up, &searcher, records), None);
    row("list of a kind, sorted", lists(&searcher), None);
    let mean = shares.iter().sum::<f64>() / shares.len() as f64;
    let least = if records > MANY { LEAST_FOUND_OF_MANY } else { LEAST_FOUND };
    assert!(mean >= least, "only {mean:.2} of what was asked for was found");
    updates(&made_up);
}

/// Puts so many records into a new index.
fn build(made_up: &MadeUp, folder: &Path, records: u64) {
    let index = Index::create_or_open(folder).unwrap();
    let (start, start_of_all) = (Instant::now(), processor_seconds());
    let mut making = std::time::Duration::ZERO;
    let mut making_ms = 0.0;
    let mut writer = index.writer_of_all().unwrap();
    let mut written = written_file("records.tsv");
    let mut number = 0;
    while number < records {
        let (before, on_processor) = (Instant::now(), OnProcessor::now());
        let last = records.min(number + BATCH);
        let batch: Vec<Made> =
            (number..last).map(|number| made_up.record(number)).collect();
        making += before.elapsed();
        making_ms += on_processor.elapsed_ms();
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
    writer.finish().unwrap();
    let took = start.elapsed().checked_sub(making).unwrap().as_secs_f64();
    let on_processor = processor_seconds() - start_of_all - making_ms / 1e3;
    println!("search: {records} records, {:.0} indexed a second", records as f64 / took);
    println!(
        "search: {:.1} µs of processor a record, as much as {:.0} a second on two cores",
        on_processor * 1e6 / records as f64,
        2.0 * records as f64 / on_processor
    );
}

/// Seconds that all threads of this process were on processors: what building takes on a
/// machine that does other work beside.
fn processor_seconds() -> f64 {
    const TICKS_A_SECOND: f64 = 100.0;
    let text = std::fs::read_to_string("/proc/self/stat").unwrap();
    let fields = text.rsplit(')').next().unwrap().split_whitespace();
    let ticks = fields.skip(11).take(2).map(|ticks| ticks.parse::<f64>().unwrap());
    ticks.sum::<f64>() / TICKS_A_SECOND
}

/// Milliseconds for suggestions after each letter of a name from the third on.
fn suggestions(made_up: &MadeUp, searcher: &Searcher, records: u64) -> Vec<f64> {
    let dice = Dice::new(SEED);
    let mut times = Vec::new();
    while times.len() < QUERIES {
        let made = made_up.record(dice.up_to(records as usize) as u64);
        let Some(person) = made.people.first() else { continue };
        let typed: Vec<char> = fold(&person.name).chars().collect();
        for length in 3..=typed.len() {
            let typed: String = typed.iter().take(length).collect();
            let start = OnProcessor::now();
            searcher.suggest(&typed, 8).unwrap();
            times.push(start.elapsed_ms());
        }
    }
    times
}

/// Milliseconds for what belongs to a record.
fn related(made_up: &MadeUp, searcher: &Searcher, records: u64) -> Vec<f64> {
    let dice = Dice::new(SEED);
    let of = |_| {
        let made = made_up.record(dice.up_to(records as usize) as u64);
        let start = OnProcessor::now();
        assert!(searcher.related(&made.record.record, 50).unwrap().is_some());
        start.elapsed_ms()
    };
    (0..QUERIES).map(of).collect()
}

/// Milliseconds for lists without words, sorted by name and counted.
fn lists(searcher: &Searcher) -> Vec<f64> {
    let kinds = ["so-khai-sinh", "so-ket-hon", "so-khai-tu", "gcn-2009"];
    let of = |kind: &str| {
        let kind = Some(kind.to_owned());
        let query = Query::parse("").with_filters(Filters { kind, ..Filters::default() });
        let wanted =
            Wanted { limit: 20, sort: Sort::Name, facets: true, ..Wanted::default() };
        let start = OnProcessor::now();
        let hits = searcher.part(&query, &wanted).unwrap();
        assert_eq!(hits.hits.len(), 20);
        start.elapsed_ms()
    };
    kinds.iter().cycle().take(20).map(|kind| of(kind)).collect()
}

/// Records of the index that is changed while it is searched.
const CHANGED_INDEX: u64 = 100_000;

/// Changes to it, and how many go into one commit.
const CHANGES: u64 = 10_000;
const CHANGES_OF_A_COMMIT: u64 = 100;

/// Most milliseconds of a search beside the changes, at the 99th of a hundred.
const SEARCH_BESIDE_CHANGES_MS: f64 = 50.0;

/// How many times its size from the start the folder may grow to.
const MOST_GROWN: u64 = 3;

/// Changes records one by one while another thread searches.
fn updates(made_up: &MadeUp) {
    let folder = tempfile::tempdir().unwrap();
    let index = Index::create_or_open(folder.path()).unwrap();
    let mut writer = index.writer().unwrap();
    for first in (0..CHANGED_INDEX).step_by(BATCH as usize) {
        let batch: Vec<Made> =
            (first..first + BATCH).map(|number| made_up.record(number)).collect();
        writer.add_new(&batch.iter().map(indexed).collect::<Vec<_>>()).unwrap();
    }
    writer.commit(1).unwrap();
    writer.collect_garbage().unwrap();
    let at_start = folder_bytes(folder.path());
    let done = std::sync::atomic::AtomicBool::new(false);
    let (mut most_bytes, mut times, mut walls) = (0, Vec::new(), Vec::new());
    std::thread::scope(|scope| {
        let searching = scope.spawn(|| {
            let dice = Dice::new(SEED);
            let (mut times, mut walls) = (Vec::new(), Vec::new());
            while !done.load(std::sync::atomic::Ordering::Relaxed) {
                let made = made_up.record(dice.up_to(CHANGED_INDEX as usize) as u64);
                let Some(text) = (SORTS[0].1)(&made, &dice) else { continue };
                let (start, wall) = (OnProcessor::now(), Instant::now());
                let searcher = index.searcher().unwrap();
                searcher.search(&Query::parse(&text), 10, 0).unwrap();
                walls.push(wall.elapsed().as_secs_f64() * 1e3);
                times.push(start.elapsed_ms());
            }
            (times, walls)
        });
        let dice = Dice::new(SEED + 1);
        for number in 0..CHANGES {
            let made = made_up.record(dice.up_to(CHANGED_INDEX as usize) as u64);
            writer.add(&[indexed(&made)]).unwrap();
            if number % CHANGES_OF_A_COMMIT == CHANGES_OF_A_COMMIT - 1 {
                writer.commit(number + 2).unwrap();
                most_bytes = most_bytes.max(folder_bytes(folder.path()));
            }
        }
        done.store(true, std::sync::atomic::Ordering::Relaxed);
        (times, walls) = searching.join().unwrap();
    });
    assert_eq!(index.num_records(), CHANGED_INDEX);
    let grown = most_bytes as f64 / at_start as f64;
    row("beside changes", times.clone(), None);
    row("beside changes, wall", walls, None);
    println!("search: folder at most {grown:.2} times its size while {CHANGES} changed");
    times.sort_by(f64::total_cmp);
    let p99 = times[(times.len() as f64 * 0.99) as usize];
    assert!(p99 <= SEARCH_BESIDE_CHANGES_MS, "a search took {p99:.0} ms beside changes");
    assert!(most_bytes <= at_start * MOST_GROWN, "the folder grew {grown:.2} times");
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

type Question = fn(&Made, &Dice) -> Option<String>;

/// What clerks type, by sort.
const SORTS: [(&str, Question); 8] = [
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

/// What the queries of a sort took and found.
struct OfSort {
    /// Milliseconds on a processor, and by the clock, where waiting for the disk counts.
    times: Vec<f64>,
    by_clock: Vec<f64>,
    /// Share whose record is among the first ten.
    found: f64,
}

/// Asks for records spread over the whole index.
fn run(
    made_up: &MadeUp,
    searcher: &Searcher,
    records: u64,
    sort: Question,
    queries: &mut Option<BufWriter<File>>,
) -> OfSort {
    let dice = Dice::new(SEED);
    let (mut times, mut by_clock, mut found) = (Vec::new(), Vec::new(), 0);
    while times.len() < QUERIES {
        let made = made_up.record(dice.up_to(records as usize) as u64);
        let Some(text) = sort(&made, &dice) else { continue };
        if let Some(file) = queries {
            writeln!(file, "{text}\t{}", made.record.record.0).unwrap();
        }
        let (start, before) = (OnProcessor::now(), Instant::now());
        let hits = searcher.search(&Query::parse(&text), 10, 0).unwrap();
        by_clock.push(before.elapsed().as_secs_f64() * 1e3);
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
    let found = found as f64 / times.len() as f64;
    OfSort { times, by_clock, found }
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
        *parts.entry(ending).or_insert(0) +=
            file.metadata().map_or(0, |of_file| of_file.len()); // gone meanwhile: 0
    }
    parts.into_iter().collect()
}
