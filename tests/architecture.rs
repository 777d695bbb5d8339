//! Values flow one way: what each module may import is a table, and a new arrow is a
//! reviewed line in it.

use std::path::{Path, PathBuf};

/// What each module may import from the crate.
const ALLOWED: &[(&str, &[&str])] = &[
    ("model", &[]),
    ("failpoint", &[]),
    ("config", &["model"]),
    ("intake", &["model", "config"]),
    ("clean", &["model", "config"]),
    // Finding lines needs the cleaned planes of the page, which are no noun of the model.
    ("read", &["model", "config", "clean"]),
    ("extract", &["model", "config"]),
    ("catalog", &["model", "config", "failpoint"]),
    ("link", &["model", "config", "catalog"]),
    ("search", &["model", "config"]),
    ("access", &["model", "config", "catalog"]),
    ("checking", &["model"]),
    ("export", &["model", "catalog", "link"]),
    (
        "serve",
        &[
            "model", "config", "access", "checking", "catalog", "search", "link",
            "export", "report",
        ],
    ),
    ("report", &["model"]),
    ("eval", &["model", "catalog"]),
    (
        "run",
        &[
            "model",
            "config",
            "intake",
            "clean",
            "read",
            "extract",
            "catalog",
            "search",
            "export",
            "serve",
            "report",
            "failpoint",
        ],
    ),
];

/// Libraries that only one module may touch.
const ONLY_IN: &[(&str, &[&str])] = &[
    ("tantivy", &["search"]),
    ("rusqlite", &["catalog"]),
    ("axum", &["serve"]),
    ("http_body", &["serve"]),
    ("tokio", &["serve", "commands"]),
    ("tokio_rustls", &["serve"]),
    ("hyper", &["serve"]),
    ("hyper_util", &["serve"]),
    ("ring", &["serve", "access"]),
    ("base64", &["serve", "access"]),
    ("rcgen", &["serve"]),
    ("hayro", &["intake"]),
    ("lopdf", &["intake"]),
    ("skrifa", &["export"]),
    ("rten", &["read"]),
    ("seccompiler", &["run"]),
    ("landlock", &["run"]),
    ("mmap_guard", &["run"]),
    ("hmac", &["access"]),
    ("rpassword", &["commands"]),
    ("argon2", &["access"]),
    ("getrandom", &["access"]),
    ("anyhow", &["main", "commands"]),
];

fn sources(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(sources(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
    found.sort();
    found
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src")
}

/// The module that a source file belongs to: its first folder, or its own name.
fn module_of(path: &Path) -> String {
    let inside = path.strip_prefix(root()).unwrap();
    let first = inside.components().next().unwrap().as_os_str().to_string_lossy();
    first.trim_end_matches(".rs").to_owned()
}

/// The words that follow `crate::` in a source, comments left out.
fn imports(source: &str) -> Vec<String> {
    let code: String = source
        .lines()
        .filter(|line| !line.trim_start().starts_with("//"))
        .collect::<Vec<_>>()
        .join("\n");
    code.split("crate::")
        .skip(1)
        .map(|rest| {
            rest.chars()
                .take_while(|letter| letter.is_alphanumeric() || "_{".contains(*letter))
                .collect()
        })
        .collect()
}

fn forbidden(module: &str, source: &str) -> Vec<String> {
    let Some((_, allowed)) = ALLOWED.iter().find(|(name, _)| *name == module) else {
        return vec![format!("`{module}` is not in the table of imports")];
    };
    imports(source)
        .into_iter()
        .filter(|import| import != module && !allowed.contains(&import.as_str()))
        .map(|import| format!("`{module}` must not import `{import}`"))
        .collect()
}

#[test]
fn every_import_is_in_the_table() {
    let mut wrong = Vec::new();
    for path in sources(&root()) {
        let module = module_of(&path);
        if ["lib", "main", "cli", "commands", "progress"].contains(&module.as_str()) {
            continue;
        }
        let source = std::fs::read_to_string(&path).unwrap();
        for line in forbidden(&module, &source) {
            wrong.push(format!("{}: {line}", path.display()));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn an_import_against_the_stream_is_noticed() {
    assert_eq!(
        forbidden("extract", "use crate::search::Index;\nuse crate::model::Line;"),
        ["`extract` must not import `search`"]
    );
    assert_eq!(
        forbidden("model", "use crate::{config, run};"),
        ["`model` must not import `{config`"]
    );
    assert!(forbidden("extract", "// crate::search is elsewhere").is_empty());
}

/// Whether `library` stands in the line, and not as the end of a longer word.
fn names(line: &str, library: &str) -> bool {
    line.match_indices(library).any(|(at, _)| {
        let before = line[..at].chars().next_back();
        !before.is_some_and(|letter| letter.is_alphanumeric() || letter == '_')
    })
}

#[test]
fn nothing_calls_another_machine_but_the_log_in_by_the_provider() {
    let calls = [
        "TcpStream::connect",
        "UdpSocket",
        "TcpSocket",
        "lookup_host",
        "to_socket_addrs",
        "hyper::client",
    ];
    let callers: Vec<String> = sources(&root())
        .into_iter()
        .filter(|path| {
            let source = std::fs::read_to_string(path).unwrap();
            // Tests of a module stand at its end.
            let code = source.split("#[cfg(test)]").next().unwrap();
            let mut lines =
                code.lines().filter(|line| !line.trim_start().starts_with("//"));
            lines.any(|line| calls.iter().any(|call| line.contains(call)))
        })
        .map(|path| path.strip_prefix(root()).unwrap().display().to_string())
        .filter(|path| !path.contains("/tests/"))
        .collect();
    assert_eq!(callers, ["serve/door/provider/call.rs"]);
}

#[test]
fn each_library_stays_in_its_room() {
    let mut wrong = Vec::new();
    for path in sources(&root()) {
        let module = module_of(&path);
        let source = std::fs::read_to_string(&path).unwrap();
        for (library, rooms) in ONLY_IN {
            let used = source.lines().any(|line| {
                let line = line.trim_start();
                !line.starts_with("//")
                    && (names(line, &format!("{library}::"))
                        || line.contains(&format!("{library}_"))
                            && line.starts_with("use "))
            });
            if used && !rooms.contains(&module.as_str()) {
                wrong.push(format!("{}: uses {library}", path.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn no_test_file_is_forgotten() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests");
    let all = std::fs::read_to_string(folder.join("all.rs")).unwrap();
    for entry in std::fs::read_dir(&folder).unwrap() {
        let path = entry.unwrap().path();
        let stem = path.file_stem().unwrap().to_string_lossy().into_owned();
        if path.extension().is_some_and(|extension| extension == "rs") && stem != "all" {
            assert!(all.contains(&format!("mod {stem};")), "{stem}.rs is not in all.rs");
        }
    }
}
