//! `sohoa check`: the definitions of kinds, with their own tests.

use std::path::Path;

use serde_json::json;
use sohoa::config::built_in_kinds;
use sohoa::config::kind::Kinds;
use sohoa::extract::definition_tests;

use super::{Ended, open, print_json};

pub(super) fn check(
    archive: Option<&Path>,
    pipelines: Option<&Path>,
    json: bool,
) -> anyhow::Result<Ended> {
    let named = match (pipelines, archive) {
        (Some(folder), _) => Some(folder.to_owned()),
        (None, Some(archive)) => open(archive)?.config.pipelines,
        (None, None) => None,
    };
    let kinds = match &named {
        Some(folder) => Kinds::load(folder),
        None => built_in_kinds(),
    };
    let kinds = match kinds {
        Ok(kinds) => kinds,
        Err(error) => {
            let error = anyhow::Error::new(error);
            if json {
                print_json(&json!({ "ok": false, "wrong": [format!("{error:#}")] }))?;
            } else {
                say!("{error:#}")?;
            }
            return Ok(Ended::InvalidConfig);
        }
    };
    let wrong: Vec<String> =
        definition_tests(&kinds).iter().map(ToString::to_string).collect();
    if json {
        print_json(&json!({ "ok": wrong.is_empty(), "wrong": wrong }))?;
    } else if wrong.is_empty() {
        eprintln!("all definitions are valid and pass their own tests");
    } else {
        for line in &wrong {
            say!("{line}")?;
        }
    }
    Ok(if wrong.is_empty() { Ended::Well } else { Ended::InvalidConfig })
}
