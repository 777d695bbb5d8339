//! What systems and programs leave in folders, and nobody scanned.

/// Names of files that systems leave in folders, in lower case.
const JUNK_NAMES: &[&str] = &[
    ".ds_store",
    "thumbs.db",
    "ehthumbs.db",
    "desktop.ini",
    ".directory",
    "folder.jpg.tmp",
];

/// Names of folders that systems make, in lower case.
const JUNK_FOLDERS: &[&str] = &[
    "__macosx",
    ".spotlight-v100",
    ".trashes",
    ".fseventsd",
    "$recycle.bin",
    "system volume information",
    "@eadir",
    ".git",
];

/// Starts of names of files that are open or half copied.
const JUNK_PREFIXES: &[&str] = &["~$", "._", ".~lock.", ".smbdelete", ".nfs"];

/// Ends of names of files that are not yet copied completely, in lower case.
const JUNK_SUFFIXES: &[&str] = &[".part", ".partial", ".crdownload", ".filepart", ".tmp"];

/// Whether a file of that name is junk.
pub(super) fn is_junk(name: &str) -> bool {
    let lower = name.to_lowercase();
    JUNK_NAMES.contains(&lower.as_str())
        || JUNK_PREFIXES.iter().any(|prefix| lower.starts_with(prefix))
        || JUNK_SUFFIXES.iter().any(|suffix| lower.ends_with(suffix))
}

/// Whether a path with `/` leads to junk, or through a folder of junk.
pub fn is_junk_path(path: &str) -> bool {
    let mut names = path.rsplit('/');
    names.next().is_some_and(is_junk) || names.any(is_junk_folder)
}

/// Whether a folder of that name holds junk only.
pub(super) fn is_junk_folder(name: &str) -> bool {
    JUNK_FOLDERS.contains(&name.to_lowercase().as_str())
}
