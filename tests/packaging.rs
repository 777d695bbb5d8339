//! The unit files, as systemd reads them.

use std::path::Path;
use std::process::Command;

/// Most that `systemd-analyze security` may find exposed; 10 is everything, 5 the least
/// that it calls a medium risk.
const MOST_EXPOSED: f64 = 2.0;

fn units() -> (tempfile::TempDir, Vec<String>) {
    let folder = tempfile::tempdir().unwrap();
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("packaging/systemd");
    let mut names = Vec::new();
    for entry in std::fs::read_dir(source).unwrap() {
        let entry = entry.unwrap();
        // The program is not installed where the tests run.
        let text = std::fs::read_to_string(entry.path()).unwrap();
        let text = text.replace("/usr/bin/sohoa", env!("CARGO_BIN_EXE_sohoa"));
        let place = folder.path().join(entry.file_name());
        std::fs::write(&place, text).unwrap();
        names.push(place.to_string_lossy().into_owned());
    }
    names.sort();
    assert_eq!(names.len(), 3);
    (folder, names)
}

#[test]
fn systemd_finds_nothing_wrong_with_the_unit_files() {
    let (_folder, units) = units();
    let mut command = Command::new("systemd-analyze");
    let Ok(output) = command.args(["verify", "--man=no"]).args(&units).output() else {
        println!("skipped: systemd-analyze is not installed");
        return;
    };
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success() && said.is_empty(), "{said}");
}

#[test]
fn the_services_may_do_little_more_than_their_work() {
    let (_folder, units) = units();
    for unit in units.iter().filter(|unit| unit.ends_with(".service")) {
        let mut command = Command::new("systemd-analyze");
        command.args(["security", "--offline=true", "--no-pager"]).arg(unit);
        let Ok(output) = command.output() else { return };
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        let Some(level) = text.split("exposure level for ").nth(1) else {
            println!("skipped: this systemd-analyze looks at running services only");
            return;
        };
        let level: f64 =
            level.split_whitespace().nth(1).unwrap().parse().unwrap_or(f64::MAX);
        assert!(level <= MOST_EXPOSED, "{unit}: {level}");
    }
}
