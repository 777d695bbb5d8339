//! What the documents say must exist.

use std::path::Path;

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
