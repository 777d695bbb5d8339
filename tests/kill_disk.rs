//! A full disk: a clear message, exit code 22, nothing lost, and the same command goes on
//! when there is room again.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::kill::{calm, ingest};

#[test]
fn a_disk_that_is_full_at_any_copy_or_report_stops_the_run_and_loses_nothing() {
    let calm = calm(4);
    for fail in
        ["original-written=full", "original-written#2=full", "file-written#2=full"]
    {
        let archive = calm.archive(fail);
        let output = ingest(&calm.source, &archive, Some(fail)).output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(22), "{fail}: {said}");
        assert!(said.contains("is full; make room and run the same command"), "{said}");
        calm.finish(&archive, fail);
    }
}

/// A file system in memory of a given size; gone when dropped.
struct Small(PathBuf);

impl Small {
    /// `None` where this account may not mount.
    fn mount(place: &Path, kib: u32) -> Option<Self> {
        std::fs::create_dir_all(place).unwrap();
        let mut command = Command::new("mount");
        command.args(["-t", "tmpfs", "-o", &format!("size={kib}k"), "sohoa-test"]);
        let status = command.arg(place).stderr(Stdio::null()).status();
        status.is_ok_and(|status| status.success()).then(|| Self(place.to_owned()))
    }

    fn grow(&self) {
        let mut command = Command::new("mount");
        command.args(["-o", "remount,size=200m"]).arg(&self.0);
        assert!(command.status().unwrap().success());
    }
}

impl Drop for Small {
    fn drop(&mut self) {
        drop(Command::new("umount").arg("-l").arg(&self.0).status());
    }
}

#[test]
fn a_disk_that_fills_up_while_the_run_goes_on_loses_nothing() {
    let calm = calm(6);
    let mut filled = 0;
    for kib in [64, 200, 340, 480, 700] {
        let place = calm.archive(&format!("disk-{kib}"));
        let Some(disk) = Small::mount(&place, kib) else {
            println!("skipped: this account may not mount a small file system");
            return;
        };
        let archive = place.join("archive");
        let output = ingest(&calm.source, &archive, None).output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        let code = output.status.code();
        assert!(code == Some(22) || code == Some(20), "{kib} KiB: {code:?} {said}");
        if code == Some(22) {
            filled += 1;
            assert!(said.contains("is full; make room"), "{kib} KiB: {said}");
        }
        disk.grow();
        calm.finish(&archive, &format!("a disk of {kib} KiB"));
    }
    assert!(filled > 2, "the disks are too large to fill up");
}
