//! `kill -9` at any moment, and the same command again: the same archive as that of an
//! undisturbed run.
//!
//! The short form runs with every `make test`; `SOHOA_KILLS=500` makes it the long one on
//! 200 files (`make kill`).

use std::collections::BTreeMap;
use std::io::Cursor;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use image::{GrayImage, imageops};

use super::archive::{samples, stdout};

/// Kills in the short form.
const SHORT: u32 = 8;

/// Files in the short and in the long form.
const FILES: (u32, u32) = (12, 200);

/// Kills that one archive suffers before it may finish.
const KILLS_AN_ARCHIVE: u32 = 16;

/// Numbers that look random and are the same in every run: a 64-bit linear congruential
/// generator with Knuth's constants.
struct Chance(u64);

impl Chance {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % limit
    }
}

/// The program; another build of it where `SOHOA_TEST_PROGRAM` names one.
pub fn program() -> PathBuf {
    std::env::var_os("SOHOA_TEST_PROGRAM")
        .map_or_else(|| env!("CARGO_BIN_EXE_sohoa").into(), PathBuf::from)
}

/// `sohoa ingest` of `source`; `fail` is what fails in it on purpose.
pub fn ingest(source: &Path, archive: &Path, fail: Option<&str>) -> Command {
    let mut command = Command::new(program());
    command.arg("ingest").arg(source).arg("--archive").arg(archive);
    command.stdout(Stdio::piped()).stderr(Stdio::piped()).env_remove("SOHOA_FAIL");
    if let Some(fail) = fail {
        command.env("SOHOA_FAIL", fail);
    }
    command
}

fn start(source: &Path, archive: &Path) -> Child {
    let mut command = ingest(source, archive, None);
    command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
}

/// Process ids of the workers of a coordinator.
pub fn workers_of(coordinator: u32) -> Vec<String> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir("/proc").unwrap().flatten() {
        let id = entry.file_name().to_string_lossy().into_owned();
        let Ok(stat) = std::fs::read_to_string(entry.path().join("stat")) else {
            continue;
        };
        // pid (name) state ppid …; the name may hold spaces.
        let parent =
            stat.rsplit(')').next().and_then(|rest| rest.split_whitespace().nth(1));
        if parent == Some(&coordinator.to_string()) {
            found.push(id);
        }
    }
    found
}

pub fn kill(process: &str) {
    drop(Command::new("kill").args(["-9", process]).status());
}

/// A part of a sample page as PNG: quick to read, and with `whole_head` enough of it to
/// make a record of.
fn strip(page: &GrayImage, number: u32, whole_head: bool) -> Vec<u8> {
    let part = if whole_head {
        // One column of pixels less makes another file of it.
        let (width, height) = (page.width() - number, page.height() * 42 / 100);
        let head = imageops::crop_imm(page, 0, 0, width, height).to_image();
        imageops::resize(&head, width / 2, height / 2, imageops::FilterType::Triangle)
    } else {
        let top = page.height() / 8 + number * 7 % (page.height() / 2);
        imageops::crop_imm(page, 0, top, 420 + number % 13, 90).to_image()
    };
    let mut bytes = Cursor::new(Vec::new());
    part.write_to(&mut bytes, image::ImageFormat::Png).unwrap();
    bytes.into_inner()
}

/// `count` files: small strips, a record among them, one that is broken and one that is
/// there twice. Returns their bytes by name.
pub fn small_corpus(folder: &Path, count: u32) -> BTreeMap<String, Vec<u8>> {
    let page = std::fs::read(samples().join("XNTTHN_2023_059.png")).unwrap();
    let page = image::load_from_memory(&page).unwrap().into_luma8();
    let mut files = BTreeMap::new();
    for number in 0..count - 2 {
        let bytes = strip(&page, number, number % 40 == 1);
        files.insert(format!("{number:03}.png"), bytes);
    }
    files.insert("broken.pdf".to_owned(), b"%PDF-1.4\nnothing".to_vec());
    files.insert("twice.png".to_owned(), files["000.png"].clone());
    std::fs::create_dir_all(folder).unwrap();
    for (name, bytes) in &files {
        std::fs::write(folder.join(name), bytes).unwrap();
    }
    files
}

/// What a run without disturbance comes to.
pub struct Calm {
    pub folder: tempfile::TempDir,
    pub source: PathBuf,
    exports: [String; 2],
    /// How long it took, in milliseconds.
    pub whole_run: u64,
}

/// Runs once without disturbance on `count` files.
pub fn calm(count: u32) -> Calm {
    let folder = tempfile::tempdir().unwrap();
    let source = folder.path().join("scans");
    small_corpus(&source, count);
    let archive = folder.path().join("calm");
    let begun = Instant::now();
    assert_eq!(start(&source, &archive).wait().unwrap().code(), Some(20));
    let whole_run = begun.elapsed().as_millis() as u64;
    let exports = exports(&archive);
    assert!(exports.iter().all(|rows| !rows.is_empty()), "nothing to compare");
    Calm { folder, source, exports, whole_run }
}

fn exports(archive: &Path) -> [String; 2] {
    ["records-jsonl", "pages-jsonl"].map(|format| {
        let mut command = Command::new(program());
        command.args(["export", "--format", format, "--archive"]).arg(archive);
        stdout(&command.output().unwrap())
    })
}

impl Calm {
    pub fn archive(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Runs the same command again, to its end.
    pub fn finish(&self, archive: &Path, what: &str) {
        let output = ingest(&self.source, archive, None).output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(20), "{what}: {said}");
        self.is_same(archive, what);
    }

    /// Whether the archive is what an undisturbed run makes, and `verify` finds nothing.
    pub fn is_same(&self, archive: &Path, what: &str) {
        let found = exports(archive);
        assert!(found[0] == self.exports[0], "records differ: {what}");
        assert!(found[1] == self.exports[1], "pages differ: {what}");
        let mut command = Command::new(program());
        command.args(["verify", "--json", "--archive"]).arg(archive);
        let said = stdout(&command.output().unwrap());
        assert_eq!(said.trim(), r#"{"ok":true,"wrong":[]}"#, "{what}");
        let left = std::fs::read_dir(archive.join("originals/incoming"));
        assert_eq!(left.map_or(0, Iterator::count), 0, "half copies are left: {what}");
    }
}

#[test]
fn a_run_that_was_killed_ends_in_the_same_archive_as_an_undisturbed_one() {
    let kills: Option<u32> =
        std::env::var("SOHOA_KILLS").ok().and_then(|text| text.parse().ok());
    let calm = calm(if kills.is_some() { FILES.1 } else { FILES.0 });
    let kills = kills.unwrap_or(SHORT);
    // Some kills fall into the start of the program, some into the last commit.
    let longest = calm.whole_run / u64::from(KILLS_AN_ARCHIVE.min(kills) / 2) + 300;
    let mut chance = Chance(7);
    let (mut done, mut at_workers, mut archives) = (0, 0, 0);
    while done < kills {
        archives += 1;
        let archive = calm.archive(&format!("killed-{archives}"));
        for _ in 0..KILLS_AN_ARCHIVE.min(kills) {
            let mut child = start(&calm.source, &archive);
            std::thread::sleep(Duration::from_millis(chance.below(longest)));
            if let Some(status) = child.try_wait().unwrap() {
                assert_eq!(status.code(), Some(20), "it ended by itself");
                break;
            }
            done += 1;
            let workers = workers_of(child.id());
            let whom = chance.below(4);
            if whom == 0 {
                at_workers += 1;
                for worker in &workers {
                    kill(worker);
                }
                // The coordinator carries on by itself.
                assert_eq!(child.wait().unwrap().code(), Some(20), "workers were killed");
                continue;
            }
            // In both orders: workers that die first must not be taken for crashed.
            if whom == 1 {
                for worker in &workers {
                    kill(worker);
                }
            }
            child.kill().unwrap();
            for worker in &workers {
                kill(worker);
            }
            child.wait().unwrap();
        }
        calm.finish(&archive, &format!("archive {archives} after {done} kills"));
        std::fs::remove_dir_all(&archive).unwrap();
    }
    println!(
        "{done} kills on {archives} archives ({at_workers} of the workers alone), an \
         undisturbed run takes {} ms: every archive is the same",
        calm.whole_run
    );
}
