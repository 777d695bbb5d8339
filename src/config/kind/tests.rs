use std::collections::BTreeMap;

use super::{KindError, Kinds};

fn files(content: &str) -> BTreeMap<String, String> {
    BTreeMap::from([
        (
            "f/_common.toml".to_owned(),
            "[patterns]\nwhom = [\"cho {to:name}\", \"{to:name}\"]\n\
             [[block.who]]\nname = \"HoTen\"\ntype = \"name\"\nlabels = [\"Họ tên:\"]\nopens = true\n"
                .to_owned(),
        ),
        ("f/k.toml".to_owned(), content.to_owned()),
    ])
}

const HEAD: &str = "kind = \"k\"\ntitle = \"K\"\n[recognise]\ntitles = [\"K\"]\n";

#[test]
fn a_mistake_is_named_with_its_file_and_line() {
    for (content, expected) in [
        (
            format!("{HEAD}[[field]]\nnam = \"a\"\n"),
            "`f/k.toml`, line 6: unknown field `nam`",
        ),
        (HEAD.replace("\"k\"", "\"other\""), "`f/k.toml`, line 1: `other` must be `k`"),
        (
            format!("{HEAD}[[section]]\nprefix = \"me\"\nblocks = [\"whom\"]\n"),
            "`f/k.toml`, line 7: `whom` is no block; there are: who",
        ),
        (
            format!("{HEAD}[[field]]\nname = \"a\"\nlabels = [\"A:\"]\n"),
            "`f/k.toml`, line 7: `A:` needs `name` and `type`",
        ),
        (
            format!("{HEAD}{}", table("\"{of:name}\", \"who\"")),
            "`f/k.toml`, line 6: `who` has no `{…}` and is no list; there are: whom",
        ),
    ] {
        let error = Kinds::from_files(&files(&content)).expect_err("a mistake");
        assert!(error.to_string().starts_with(expected), "{error}");
    }
}

#[test]
fn a_block_gets_the_prefix_of_its_section() {
    let content = format!("{HEAD}[[section]]\nprefix = \"me\"\nblocks = [\"who\"]\n");
    let kinds = Kinds::from_files(&files(&content)).expect("a definition");
    let names: Vec<&str> = kinds.all()[0].sections[0]
        .fields
        .iter()
        .map(|field| field.name.as_str())
        .collect();
    assert_eq!(names, ["meHoTen"]);
}

/// A table with one column of these parts.
fn table(parts: &str) -> String {
    format!("[[table]]\ncolumns = [{{ labels = [\"C\"], parts = [{parts}] }}]\n")
}

#[test]
fn a_column_has_the_patterns_of_the_list_it_names() {
    let content = format!("{HEAD}{}", table("\"{of:name}\", \"whom\""));
    let kinds = Kinds::from_files(&files(&content)).expect("a definition");
    let parts = &kinds.all()[0].tables[0].columns[0].parts;
    assert_eq!(parts, &["{of:name}", "cho {to:name}", "{to:name}"]);
}

#[test]
fn a_kind_is_defined_once() {
    let mut twice = files(HEAD);
    twice.insert("g/k.toml".to_owned(), HEAD.to_owned());
    let error = Kinds::from_files(&twice).expect_err("a kind in two files");
    assert!(matches!(error, KindError::Twice { .. }), "{error}");
}
