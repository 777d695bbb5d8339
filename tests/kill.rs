//! `kill -9` at any moment, and the same command again: the same archive as that of an
//! undisturbed run.
//!
//! The short form runs with every `make test`; `SOHOA_KILLS=500` makes it the long one
//! (`make kill`).

use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use super::archive::{samples, sohoa, stdout};

/// Kills in the short form.
const SHORT: u32 = 8;

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

fn start(source: &Path, archive: &Path) -> Child {
    Command::new(env!("CARGO_BIN_EXE_sohoa"))
        .args(["ingest", &source.to_string_lossy(), "--archive"])
        .arg(archive)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

/// Process ids of the workers of a coordinator.
fn workers_of(coordinator: u32) -> Vec<String> {
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

fn small_corpus(folder: &Path) {
    for name in
        ["scan0046.pdf", "Ho so 1 cua/2022/XNTTHN (6).tif", "TLKT Duong Thuy Thuy.pdf"]
    {
        let from = samples().join(name);
        std::fs::copy(&from, folder.join(from.file_name().unwrap())).unwrap();
    }
    std::fs::write(folder.join("broken.pdf"), "%PDF-1.4\nnothing").unwrap();
    std::fs::copy(folder.join("scan0046.pdf"), folder.join("twice.pdf")).unwrap();
}

fn exports(archive: &Path) -> [String; 2] {
    ["records-jsonl", "pages-jsonl"].map(|format| {
        let archive = archive.to_string_lossy();
        stdout(&sohoa(&["export", "--archive", &archive, "--format", format]))
    })
}

#[test]
fn a_run_that_was_killed_ends_in_the_same_archive_as_an_undisturbed_one() {
    let folder = tempfile::tempdir().unwrap();
    let source = folder.path().join("scans");
    std::fs::create_dir(&source).unwrap();
    small_corpus(&source);
    let calm = folder.path().join("calm");
    let begun = std::time::Instant::now();
    assert_eq!(start(&source, &calm).wait().unwrap().code(), Some(20));
    let whole_run = begun.elapsed().as_millis() as u64;
    let expected = exports(&calm);
    assert!(!expected[0].is_empty() && !expected[1].is_empty());

    let kills = std::env::var("SOHOA_KILLS").ok().and_then(|text| text.parse().ok());
    let mut chance = Chance(7);
    let mut archive = folder.path().join("killed-0");
    let mut restarts = 0;
    for kill in 0..kills.unwrap_or(SHORT) {
        let mut child = start(&source, &archive);
        std::thread::sleep(Duration::from_millis(chance.below(whole_run + 200)));
        let workers = workers_of(child.id());
        let only_the_workers = chance.below(4) == 0;
        if !only_the_workers {
            // First, so that it cannot take the death of its workers for their pages' fault.
            child.kill().unwrap();
        }
        for worker in workers {
            drop(Command::new("kill").args(["-9", &worker]).status());
        }
        if only_the_workers {
            // The coordinator carries on by itself.
            let code = child.wait().unwrap().code();
            assert_eq!(code, Some(20), "after its workers were killed");
        }
        child.wait().unwrap();
        restarts += 1;
        if restarts == 4 {
            finish(&source, &archive, &expected);
            archive = folder.path().join(format!("killed-{}", kill + 1));
            restarts = 0;
        }
    }
    finish(&source, &archive, &expected);
}

fn finish(source: &Path, archive: &Path, expected: &[String; 2]) {
    assert_eq!(start(source, archive).wait().unwrap().code(), Some(20));
    let found = exports(archive);
    assert!(found[0] == expected[0], "records differ after kills");
    assert!(found[1] == expected[1], "pages differ after kills");
    let output = sohoa(&["verify", "--archive", &archive.to_string_lossy(), "--json"]);
    assert_eq!(stdout(&output).trim(), r#"{"ok":true,"wrong":[]}"#);
    let left = std::fs::read_dir(archive.join("originals/incoming"));
    assert_eq!(left.map_or(0, Iterator::count), 0, "half copies are left");
}
