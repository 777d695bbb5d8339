//! Pages that hang, crash, panic or take all memory, and workers that somebody else ends:
//! what is one page's fault is set aside, what is nobody's is not.

use std::io::{Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;
use sohoa::catalog::Originals;

use super::archive::stdout;
use super::kill::{calm, ingest, kill, program, small_corpus, workers_of};

/// Limits that a slow machine keeps too.
const LIMITS: &str = "stall_seconds = 60\ntotal_seconds = 120\n\
                      pages_before_restart = 200\nmemory_mb = 1024";

/// An archive folder with settings of its own.
fn with_limits(archive: &Path, limits: &str) {
    std::fs::create_dir_all(archive).unwrap();
    let settings = format!("engine = \"sohoa-line\"\n[worker]\n{limits}\n");
    std::fs::write(archive.join("sohoa.toml"), settings).unwrap();
}

fn set_aside(archive: &Path) -> Vec<(String, String, String)> {
    let mut command = Command::new(program());
    command.args(["quarantine", "list", "--json", "--archive"]).arg(archive);
    let text = stdout(&command.output().unwrap());
    let rows = text.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    let part = |row: &Value, name: &str| row[name].as_str().unwrap().to_owned();
    rows.map(|row| (part(&row, "path"), part(&row, "reason"), part(&row, "message")))
        .collect()
}

#[test]
fn a_page_that_hangs_crashes_panics_or_eats_memory_is_set_aside_and_the_others_are_read()
{
    let folder = tempfile::tempdir().unwrap();
    let source = folder.path().join("scans");
    small_corpus(&source, 6);
    // The largest of them.
    std::fs::remove_file(source.join("001.png")).unwrap();
    let victim = Originals::hash(&source.join("002.png")).unwrap().id;
    for (action, reason, message) in [
        ("hang", "timeout", "stopped after 8 s"),
        ("abort", "crash", "signal: 6"),
        ("panic", "crash", "panic at src/failpoint.rs"),
        ("eat", "crash", "signal: 6"),
    ] {
        let archive = folder.path().join(action);
        // So that the page that hangs is noticed soon.
        let limits = match action {
            "hang" => LIMITS.replace("= 60\n", "= 8\n"),
            _ => LIMITS.to_owned(),
        };
        with_limits(&archive, &limits);
        let fail = format!("in-worker/{victim}={action}");
        let output =
            ingest(&source, &archive, Some(&fail)).arg("--json").output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(20), "{action}: {said}");
        assert!(!said.contains("panicked"), "{action} litters the screen: {said}");
        let report: Value = serde_json::from_str(stdout(&output).trim()).unwrap();
        assert_eq!((&report["ingested"], &report["quarantined"]), (&2.into(), &2.into()));
        let aside = set_aside(&archive);
        let (_, found, detail) =
            aside.iter().find(|(path, ..)| path == "002.png").unwrap();
        assert_eq!(found, reason, "{action}: {detail}");
        assert!(detail.contains(message), "{action}: {detail}");
    }
}

#[test]
fn workers_that_somebody_ends_again_and_again_blame_no_page() {
    let calm = calm(4);
    let archive = calm.archive("ended");
    let mut child = ingest(&calm.source, &archive, Some("in-worker=hang"))
        .args(["--jobs", "1"])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let begun = Instant::now();
    let code = loop {
        if let Some(status) = child.try_wait().unwrap() {
            break status.code();
        }
        assert!(begun.elapsed() < Duration::from_mins(2), "it does not give up");
        std::thread::sleep(Duration::from_millis(150));
        for worker in &workers_of(child.id()) {
            kill(worker);
        }
    };
    assert_eq!(code, Some(22), "the pages wait for the next run");
    let paths: Vec<String> = set_aside(&archive).into_iter().map(|row| row.0).collect();
    assert_eq!(paths, ["broken.pdf"], "a page was blamed");
    calm.finish(&archive, "workers were ended from outside");
}

#[expect(
    clippy::zombie_processes,
    reason = "the test that asked for it ends and waits for it"
)]
fn hanging(source: &Path, archive: &Path) -> (Child, Vec<String>) {
    let child = ingest(source, archive, Some("in-worker=hang"))
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let begun = Instant::now();
    loop {
        let workers = workers_of(child.id());
        if !workers.is_empty() {
            return (child, workers);
        }
        assert!(begun.elapsed() < Duration::from_mins(1), "no worker was started");
        std::thread::sleep(Duration::from_millis(50));
    }
}

fn is_running(process: &str) -> bool {
    let stat = std::fs::read_to_string(format!("/proc/{process}/stat"));
    // A zombie is gone; somebody only has to collect it.
    stat.is_ok_and(|stat| !stat.rsplit(')').next().unwrap_or("").starts_with(" Z"))
}

#[test]
fn a_second_run_is_refused_and_workers_end_with_their_coordinator() {
    let folder = tempfile::tempdir().unwrap();
    let source = folder.path().join("scans");
    small_corpus(&source, 3);
    let archive: PathBuf = folder.path().join("archive");
    let (mut child, _) = hanging(&source, &archive);
    std::thread::sleep(Duration::from_millis(700));
    let workers = workers_of(child.id());
    assert!(!workers.is_empty());

    for arguments in [["ingest", "."].as_slice(), &["nightly"], &["reindex"]] {
        let mut command = Command::new(program());
        let output =
            command.args(arguments).arg("--archive").arg(&archive).output().unwrap();
        assert_eq!(output.status.code(), Some(5), "{arguments:?}");
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        let holder = format!("another run (process {}) works on", child.id());
        assert!(said.contains(&holder), "{said}");
    }

    child.kill().unwrap();
    child.wait().unwrap();
    let begun = Instant::now();
    while workers.iter().any(|worker| is_running(worker)) {
        assert!(begun.elapsed() < Duration::from_secs(5), "a worker outlives its run");
        std::thread::sleep(Duration::from_millis(20));
    }
}

#[test]
fn a_worker_is_replaced_after_the_number_of_pages_that_the_settings_say() {
    let folder = tempfile::tempdir().unwrap();
    let source = folder.path().join("scans");
    small_corpus(&source, 4);
    let archive = folder.path().join("archive");
    with_limits(&archive, &LIMITS.replace("restart = 200", "restart = 1"));
    let mut command = ingest(&source, &archive, None);
    let output = command.args(["--jobs", "1", "--json"]).output().unwrap();
    let report: Value = serde_json::from_str(stdout(&output).trim()).unwrap();
    // Two files are opened and read, the broken one is opened.
    assert_eq!(report["resources"]["workers_started"], 5);
    assert!(report["resources"]["worker_peak_mb"].as_u64().unwrap() > 0);
    assert!(report["resources"]["coordinator_peak_mb"].as_u64().unwrap() > 0);
}

#[test]
fn a_confined_worker_opens_a_file_that_is_larger_than_its_memory() {
    const MEMORY: u64 = 512 << 20;
    let mut file = tempfile::NamedTempFile::new().unwrap();
    let mut pages = tiff::encoder::TiffEncoder::new(file.as_file_mut()).unwrap();
    pages.write_image::<tiff::encoder::colortype::Gray8>(8, 8, &[200; 64]).unwrap();
    // No byte of the rest is on the disk.
    file.as_file().set_len(4 * MEMORY).unwrap();
    let mut worker = Command::new(env!("CARGO_BIN_EXE_sohoa"))
        .args(["worker", "--engine", "sohoa-line", "--models", "models"])
        .args(["--memory-bytes", &MEMORY.to_string()])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let open = serde_json::json!({ "Open": { "path": file.path() } }).to_string();
    let mut requests = worker.stdin.take().unwrap();
    requests.write_all(&(open.len() as u32).to_le_bytes()).unwrap();
    requests.write_all(open.as_bytes()).unwrap();
    let mut replies = worker.stdout.take().unwrap();
    let mut reply = || {
        let mut length = [0; 4];
        replies.read_exact(&mut length).unwrap();
        let mut frame = vec![0; u32::from_le_bytes(length) as usize];
        replies.read_exact(&mut frame).unwrap();
        String::from_utf8(frame).unwrap()
    };
    assert_eq!(reply(), r#""Progress""#);
    assert_eq!(reply(), r#"{"Opened":{"num_pages":1}}"#);
    // The end of its requests is the end of the worker.
    drop(requests);
    worker.wait().unwrap();
}
