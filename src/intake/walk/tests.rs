//! Folders as people leave them.

use super::*;

fn names(found: &Found) -> Vec<String> {
    found.files.iter().map(|file| file.relative.to_string_lossy().into_owned()).collect()
}

#[test]
fn files_come_sorted_once_and_without_junk() {
    let folder = tempfile::tempdir().expect("a folder");
    let root = folder.path();
    fs::create_dir_all(root.join("b/c")).expect("folders");
    fs::create_dir(root.join("__MACOSX")).expect("a folder");
    for name in [
        "b/2.pdf",
        "b/c/1.tif",
        "a.jpg",
        "Thumbs.db",
        "b/~$x.docx",
        "z.pdf.part",
        "__MACOSX/a.jpg",
        "._a.jpg",
        "Tờ 1.pdf",
    ] {
        fs::write(root.join(name), name).expect("a file");
    }
    let found = files(&[root.to_path_buf(), root.join("b/2.pdf")]);
    assert_eq!(names(&found), ["Tờ 1.pdf", "a.jpg", "b/2.pdf", "b/c/1.tif"]);
    assert_eq!(found.num_junk, 4);
    assert!(found.unreadable.is_empty());
    assert_eq!(found.files[1].size_bytes, 5);
}

#[test]
fn what_is_not_there_is_reported() {
    let found = files(&[PathBuf::from("/no/such/folder/x.pdf")]);
    assert!(found.files.is_empty());
    assert_eq!(found.unreadable.len(), 1);
    assert_eq!(found.unreadable[0].error.kind(), io::ErrorKind::NotFound);
}

#[cfg(unix)]
#[test]
fn links_in_a_circle_end_and_pipes_are_not_opened() {
    let folder = tempfile::tempdir().expect("a folder");
    let root = folder.path();
    fs::create_dir(root.join("a")).expect("a folder");
    fs::write(root.join("a/1.pdf"), "x").expect("a file");
    std::os::unix::fs::symlink(root, root.join("a/up")).expect("a link");
    std::os::unix::fs::symlink("gone", root.join("broken")).expect("a link");
    // Whoever opens it waits for ever.
    let made = std::process::Command::new("mkfifo").arg(root.join("pipe.pdf")).status();
    assert!(made.expect("mkfifo").success());
    let found = files(&[root.to_path_buf()]);
    assert_eq!(names(&found), ["a/1.pdf"]);
    assert_eq!(found.num_special, 1);
    assert_eq!(found.unreadable.len(), 1, "the broken link");
}

#[cfg(unix)]
#[test]
fn each_folder_is_visited_once_however_many_links_lead_to_it() {
    const FOLDERS: usize = 40;
    let folder = tempfile::tempdir().expect("a folder");
    let root = folder.path();
    for number in 0..FOLDERS {
        let one = root.join(number.to_string());
        fs::create_dir(&one).expect("a folder");
        fs::write(one.join("x.pdf"), "x").expect("a file");
        for link in ["left", "right"] {
            let next = format!("../{}", (number + 1) % FOLDERS);
            std::os::unix::fs::symlink(next, one.join(link)).expect("a link");
        }
    }
    let asked = std::cell::Cell::new(0_usize);
    let found = files_outside(&[root.to_path_buf()], None, &|| {
        asked.set(asked.get() + 1);
        asked.get() > 100 * FOLDERS
    });
    assert_eq!(found.files.len(), FOLDERS);
    assert_eq!(asked.get(), FOLDERS + 3 * FOLDERS, "entries that were looked at");
    assert!(found.unreadable.is_empty(), "{:?}", found.unreadable);
}

#[cfg(unix)]
#[test]
fn a_link_that_leads_out_is_refused_and_one_that_stays_inside_is_followed() {
    let folder = tempfile::tempdir().expect("a folder");
    let (root, other) = (folder.path().join("in"), folder.path().join("other"));
    for one in [&root, &other] {
        fs::create_dir(one).expect("a folder");
        fs::write(one.join("1.pdf"), "x").expect("a file");
    }
    std::os::unix::fs::symlink(other.join("1.pdf"), root.join("file")).expect("a link");
    std::os::unix::fs::symlink("../other", root.join("folder")).expect("a link");
    std::os::unix::fs::symlink("1.pdf", root.join("0.pdf")).expect("a link");
    let found = files(std::slice::from_ref(&root));
    assert_eq!(names(&found), ["0.pdf"], "1.pdf is the same file");
    let refused: Vec<String> = found
        .unreadable
        .iter()
        .map(|one| format!("{}: {}", one.relative.display(), one.error))
        .collect();
    assert_eq!(refused.len(), 2, "{refused:?}");
    assert!(refused.iter().all(|one| one.contains("leads out")), "{refused:?}");
    // What is named itself is followed.
    std::os::unix::fs::symlink(&other, folder.path().join("named")).expect("a link");
    assert_eq!(names(&files(&[folder.path().join("named")])), ["1.pdf"]);
}

#[test]
fn the_archive_is_left_out_and_a_stopped_walk_ends() {
    let folder = tempfile::tempdir().expect("a folder");
    let root = folder.path();
    let archive = root.join("a/archive");
    fs::create_dir_all(archive.join("originals")).expect("folders");
    for name in ["a/1.pdf", "a/archive/originals/x.pdf", "z.pdf"] {
        fs::write(root.join(name), name).expect("a file");
    }
    let paths = [root.to_path_buf()];
    let found = files_outside(&paths, Some(&root.join("a/../a/archive")), &|| false);
    assert_eq!(names(&found), ["a/1.pdf", "z.pdf"]);
    assert!(found.unreadable.is_empty());
    let inside = [archive.join("originals"), archive.clone()];
    let found = files_outside(&inside, Some(&archive), &|| false);
    assert_eq!((found.files.len(), found.unreadable.len()), (0, 2));
    let waiting = archive.join(INBOX).join("delivery");
    fs::create_dir_all(&waiting).expect("folders");
    fs::write(waiting.join("1.pdf"), "x").expect("a file");
    let found = files_outside(&[waiting], Some(&archive), &|| false);
    assert_eq!(names(&found), ["1.pdf"], "what came through the desk");
    let found = files_outside(&paths, Some(&archive), &|| false);
    assert_eq!(names(&found), ["a/1.pdf", "z.pdf"], "only where it is named");
    assert_eq!(files_outside(&paths, None, &|| true).files.len(), 0);
}
