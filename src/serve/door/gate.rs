//! Which right each address asks for; the one place that says so.

use axum::http::Method;

use crate::access::{Right, Rights};

/// What an address asks of who calls it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Gate {
    /// Nothing.
    Open,
    /// Nothing as long as there are no accounts; nobody passes afterwards.
    FirstRun,
    /// One of these rights, or a caller at this machine; counts only, nothing about persons.
    Local(Rights),
    /// To have come in.
    SignedIn,
    /// One of these rights.
    Any(Rights),
    /// The first right, with the purpose named, or one of the others.
    Purpose(Right, Rights),
}

/// Everybody who checks.
const CHECK: Rights = Rights::of(&[Right::Key, Right::Verify, Right::Approve]);
const SEARCH: Gate = Gate::Any(Rights::of(&[Right::Search]));
const LOOK: Gate = Gate::Purpose(Right::Look, Rights::NONE);
/// Papers: also for those who check, whose purpose is the checking.
pub(super) const PAPER: Gate = Gate::Purpose(Right::Look, CHECK);
/// What is taken out of the archive.
const HAND_OUT: Gate = Gate::Purpose(Right::HandOut, Rights::NONE);
const CHECKING: Gate = Gate::Any(CHECK);
const ACCOUNTS: Gate = Gate::Any(Rights::of(&[Right::Accounts]));
const AUDIT: Gate = Gate::Any(Rights::of(&[Right::Audit]));
const LOADING: Gate = Gate::Any(Rights::of(&[Right::Load]));
const FIGURES: Rights = Rights::of(&[Right::Figures]);

/// Takes files of any size, whose form key is in a header.
const UPLOAD: &str = "/loading/file";

/// Addresses with what they ask. `{}` stands for any one part, `*` for any that follow; the
/// first line that fits counts.
const GATES: &[(&str, &str, Gate)] = &[
    ("GET", "/", SEARCH),
    ("POST", "/searches/forget", SEARCH),
    ("GET", "/record/{}", LOOK),
    ("GET", "/record/{}/sheet.pdf", HAND_OUT),
    ("GET", "/search.csv", HAND_OUT),
    ("GET", "/search.xlsx", HAND_OUT),
    ("GET", "/scan/{}/file.pdf", HAND_OUT),
    ("GET", "/page/{}/{}/alto.xml", HAND_OUT),
    ("GET", "/page/{}/{}/hocr.html", HAND_OUT),
    ("GET", "/iiif/3/{}/info.json", PAPER),
    ("GET", "/iiif/3/{}", PAPER),
    ("GET", "/iiif/3/{}/{}/{}/{}/{}", PAPER),
    ("GET", "/iiif/presentation/3/{}/manifest.json", LOOK),
    ("GET", "/iiif/search/{}/{}", LOOK),
    ("GET", "/page/{}/{}", LOOK),
    ("GET", "/image/{}/{}", PAPER),
    // Small pieces beside hits and fields; the search that shows them is in the trail.
    (
        "GET",
        "/image/{}/{}/crop",
        Gate::Any(Rights::of(&[Right::Search, Right::Look]).and(CHECK)),
    ),
    ("GET", "/assets/{}", Gate::Open),
    ("GET", "/healthz", Gate::Open),
    ("GET", "/livez", Gate::Open),
    ("GET", "/readyz", Gate::Open),
    ("GET", "/metrics", Gate::Local(FIGURES)),
    ("GET", "/api/v1/search", SEARCH),
    ("GET", "/api/v1/suggest", SEARCH),
    ("GET", "/api/v1/openapi.json", Gate::Open),
    ("POST", "/api/v1/lookup", Gate::Any(Rights::of(&[Right::HandOut]))),
    ("GET", "/api/v1/records/{}", LOOK),
    ("GET", "/api/v1/records/{}/related", LOOK),
    ("GET", "/api/v1/pages/{}/{}", LOOK),
    ("GET", "/api/v1/status", Gate::Any(Rights::of(&[Right::Search, Right::Figures]))),
    ("GET", "/login", Gate::Open),
    ("POST", "/login", Gate::Open),
    ("GET", "/login/provider", Gate::Open),
    ("GET", "/login/provider/back", Gate::Open),
    ("POST", "/logout", Gate::SignedIn),
    ("GET", "/setup", Gate::FirstRun),
    ("POST", "/setup", Gate::FirstRun),
    ("GET", "/password", Gate::SignedIn),
    ("POST", "/password", Gate::SignedIn),
    ("GET", "/case", Gate::Any(Rights::of(&[Right::Look]))),
    ("POST", "/case", Gate::Any(Rights::of(&[Right::Look]))),
    ("GET", "/accounts", ACCOUNTS),
    ("POST", "/accounts/{}", ACCOUNTS),
    ("GET", "/audit", AUDIT),
    ("GET", "/audit/export", AUDIT),
    ("GET", "/figures", Gate::Any(FIGURES)),
    ("GET", "/loading", LOADING),
    ("GET", "/loading/state", LOADING),
    ("GET", "/loading/table", LOADING),
    ("POST", UPLOAD, LOADING),
    ("POST", "/loading/start", LOADING),
    ("POST", "/loading/stop", LOADING),
    ("GET", "/pages/{}", Gate::Purpose(Right::Load, Rights::NONE)),
    ("POST", "/pages/{}/rule", LOADING),
    ("GET", "/check", CHECKING),
    ("GET", "/check/*", CHECKING),
    ("POST", "/check/*", CHECKING),
];

/// The line of [`GATES`] that an address falls under, as method and pattern.
#[cfg(test)]
pub(in super::super) fn line_of(
    method: &str,
    path: &str,
) -> Option<(&'static str, &'static str)> {
    let mut lines = GATES.iter();
    let found = lines.find(|(of, pattern, _)| method == *of && fits(pattern, path));
    found.map(|(of, pattern, _)| (*of, *pattern))
}

/// Every line of [`GATES`], as method and pattern.
#[cfg(test)]
pub(in super::super) fn lines() -> Vec<(&'static str, &'static str)> {
    GATES.iter().map(|(of, pattern, _)| (*of, *pattern)).collect()
}

/// Whether the path fits the pattern.
fn fits(pattern: &str, path: &str) -> bool {
    let mut parts = path.split('/');
    for wanted in pattern.split('/') {
        match (wanted, parts.next()) {
            ("*", Some(_)) => return true,
            ("{}", Some(part)) if !part.is_empty() => {}
            (_, Some(part)) if part == wanted => {}
            _ => return false,
        }
    }
    parts.next().is_none()
}

/// What the address asks; `None` if it is not known.
pub(super) fn gate(method: &Method, path: &str) -> Option<Gate> {
    // HEAD is answered as GET without its body.
    let method = if *method == Method::HEAD { &Method::GET } else { method };
    let found = GATES.iter().find(|(of, pattern, _)| method == of && fits(pattern, path));
    found.map(|(_, _, gate)| *gate)
}

/// Whether the address takes a form of a page.
pub(super) fn is_form(method: &Method, path: &str) -> bool {
    *method == Method::POST
        && gate(method, path).is_some()
        && !path.starts_with("/api/")
        && path != UPLOAD
}

/// Whether the address hands out the list of a search.
pub(super) fn is_list(path: &str) -> bool {
    path.starts_with("/search.")
}

/// Whether the address takes a file of a page.
pub(super) fn is_upload(path: &str) -> bool {
    path == UPLOAD
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every `.route("…", …)` of the desk with its methods, read from the sources.
    fn routes() -> Vec<(&'static str, String)> {
        let mut files = Vec::new();
        let folder =
            std::path::Path::new(file!()).parent().and_then(|door| door.parent());
        sources(folder.expect("the desk's folder"), &mut files);
        let mut routes = Vec::new();
        for source in files {
            for rest in source.split(".route(").skip(1) {
                let Some((path, rest)) = rest
                    .trim_start()
                    .strip_prefix('"')
                    .and_then(|rest| rest.split_once('"'))
                else {
                    continue;
                };
                let end = rest.find(".route(").unwrap_or(rest.len());
                let handlers: String = rest.chars().take(end.min(120)).collect();
                let handlers = handlers.split(".route(").next().unwrap_or_default();
                for (method, call) in [("GET", "get("), ("POST", "post(")] {
                    if handlers.contains(call) {
                        routes.push((method, path.to_owned()));
                    }
                }
            }
        }
        routes
    }

    fn sources(folder: &std::path::Path, into: &mut Vec<String>) {
        for entry in std::fs::read_dir(folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() && !path.ends_with("tests") {
                sources(&path, into);
            } else if path.extension().is_some_and(|end| end == "rs")
                && !path.ends_with("gate.rs")
            {
                into.push(std::fs::read_to_string(path).expect("a file"));
            }
        }
    }

    #[test]
    fn every_route_of_the_desk_has_its_gate() {
        let routes = routes();
        assert!(routes.len() > 20, "only {} routes were found", routes.len());
        for (method, path) in routes {
            let example: Vec<&str> = path
                .split('/')
                .map(|part| if part.starts_with('{') { "x" } else { part })
                .collect();
            let method = if method == "GET" { Method::GET } else { Method::POST };
            let found = gate(&method, &example.join("/"));
            assert!(found.is_some(), "{method} {path} has no line in GATES");
        }
    }

    #[test]
    fn every_operation_of_the_api_has_its_gate() {
        let source = include_str!("../api/operations.rs");
        let paths: Vec<&str> = source
            .split("path: \"")
            .skip(1)
            .filter_map(|rest| rest.split('"').next())
            .collect();
        assert!(paths.len() > 5, "{paths:?}");
        for path in paths {
            let example: Vec<&str> = path
                .split('/')
                .map(|part| if part.starts_with('{') { "x" } else { part })
                .collect();
            let is_known = [Method::GET, Method::POST]
                .iter()
                .any(|method| gate(method, &example.join("/")).is_some());
            assert!(is_known, "{path} has no line in GATES");
        }
    }

    #[test]
    fn what_is_not_in_the_table_has_no_gate() {
        for path in ["", "/x", "/record", "/record/", "/record/a/b", "//", "/check/"] {
            let found = gate(&Method::GET, path);
            assert!(found.is_none() || path == "/check/", "{path}");
        }
        assert_eq!(gate(&Method::POST, "/"), None);
        assert_eq!(gate(&Method::DELETE, "/accounts"), None);
        assert_eq!(gate(&Method::HEAD, "/"), Some(SEARCH));
    }
}
