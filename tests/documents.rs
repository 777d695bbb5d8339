//! What the documents say must exist.

use std::path::Path;

use sohoa::extract::normal::{Context, TYPES, normalize};

/// Paths of the project that a document names in backticks, e.g. `src/run/mod.rs`.
fn named_paths(text: &str) -> Vec<String> {
    text.split('`')
        .skip(1)
        .step_by(2)
        .filter(|word| {
            let first = word.split('/').next().unwrap_or("");
            let is_path = word.contains('/') || word.contains('.');
            let known = [
                "src",
                "pipelines",
                "index",
                "tests",
                "benches",
                "docs",
                "models",
                "tools",
                "samples",
                "training",
            ];
            is_path && known.contains(&first) && !word.contains(['…', '*', ' ', '<', '{'])
        })
        .map(str::to_owned)
        .collect()
}

#[test]
fn every_path_that_a_document_names_exists() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut wrong = Vec::new();
    let mut count = 0;
    for document in ["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md"] {
        let text = std::fs::read_to_string(root.join(document)).unwrap();
        for path in named_paths(&text) {
            count += 1;
            // What `make models` fetches is not there on a clean checkout.
            let is_fetched = path.starts_with("models/asternet.onnx");
            if !is_fetched && !root.join(&path).try_exists().unwrap() {
                wrong.push(format!("{document}: `{path}` does not exist"));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert!(count > 10, "the documents name only {count} paths");
}

#[test]
fn every_source_has_a_first_line_that_says_what_it_is_for() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut folders = vec![root];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs")
                && !path.to_string_lossy().contains("tests")
            {
                let text = std::fs::read_to_string(&path).unwrap();
                assert!(text.starts_with("//!"), "{} says nothing", path.display());
            }
        }
    }
}

#[test]
fn the_reference_of_definitions_names_every_key() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let read = |path: &str| std::fs::read_to_string(root.join(path)).unwrap();
    let reference = read("pipelines/README.md");
    let code = read("src/config/kind/written.rs");
    let keys = code.lines().filter_map(|line| {
        let (name, _) = line.trim().strip_prefix("pub ")?.split_once(": ")?;
        // A key of TOML that Rust spells otherwise.
        Some(if name == "value_type" { "type" } else { name })
    });
    let keys: Vec<&str> = keys.filter(|name| !name.contains([' ', '('])).collect();
    assert!(keys.len() > 30, "only {} keys were found", keys.len());
    // A word of the prose is no description of a key: what is code counts.
    let code = reference.split('`').skip(1).step_by(2).flat_map(|code| {
        code.split(|it: char| !it.is_alphanumeric() && !"_-".contains(it))
    });
    let words: Vec<&str> = code.collect();
    let missing = |names: &[&str]| -> Vec<String> {
        let lacking = names.iter().filter(|name| !words.contains(name));
        lacking.map(|name| (*name).to_owned()).collect()
    };
    assert_eq!(missing(&keys), [""; 0], "keys that pipelines/README.md lacks");
}

#[test]
fn the_table_of_types_names_each_type_with_an_example_that_holds() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let reference = std::fs::read_to_string(root.join("pipelines/README.md")).unwrap();
    let (_, table) = reference.split_once("### Types of values").unwrap();
    let (table, _) = table.split_once("\n### ").unwrap();
    let mut seen = Vec::new();
    for row in table.lines().filter(|row| row.starts_with("| `")) {
        let cells: Vec<&str> =
            row.split('|').map(|cell| cell.trim().trim_matches('`')).collect();
        let [_, name, _, written, value, _] = cells[..] else { panic!("{row}") };
        let read = normalize(name, written, &Context::default());
        let read = read.unwrap_or_else(|| panic!("no type `{name}`"));
        assert_eq!(read.value.as_deref(), Some(value), "{row}");
        seen.push(name);
    }
    seen.sort_unstable();
    assert_eq!(seen, TYPES);
}
