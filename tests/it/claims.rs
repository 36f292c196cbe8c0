//! One writer per target; what ends a run early, or happens to its files, leaves nothing half-done.
#![cfg(unix)]

use crate::kit::{Folder, skipped};
use crate::molecules::{mgf, molecules, msp};
use mzseek::library::{EntryText, Library};
use std::os::unix::process::ExitStatusExt;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant, SystemTime};

fn folder() -> Folder {
    let few = molecules(40);
    let folder = Folder::with_library(&msp(&few), &mgf(&few[..3]), &["--dim", "64"]);
    let made = Command::new("mkfifo").arg(folder.path("pipe.msp")).status();
    assert!(made.unwrap().success());
    folder
}

/// A build that waits for spectra from a pipe, and has claimed its target.
fn waiting_build(folder: &Folder) -> Child {
    let words = ["build", "refs.msp", "pipe.msp", "-o", "lib.h5"];
    let child = folder
        .command(&words)
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let started = Instant::now();
    // It writes its process into the lock file after it holds the lock.
    while fs_err::read(folder.path(LOCK)).map_or(true, |text| text.is_empty()) {
        assert!(started.elapsed() < Duration::from_secs(60), "no claim");
        std::thread::sleep(Duration::from_millis(5));
    }
    child
}

const LOCK: &str = ".lib.h5.mzseek-lock";
const LEFT: &str = ".mzseek-lib.h5-a1B2c3.tmp";
const NAMES: [&str; 4] = ["lib.h5", "pipe.msp", "queries.mgf", "refs.msp"];

#[test]
fn a_second_writer_is_refused_by_name() {
    let folder = folder();
    let before = folder.read("lib.h5");
    let mut first = waiting_build(&folder);
    let busy = format!("mzseek: lib.h5: is being written by process {}", first.id());
    for words in [
        &["build", "refs.msp", "-o", "lib.h5"][..],
        &["add", "lib.h5", "refs.msp"],
        &["compact", "lib.h5"],
        &["remove", "lib.h5", "--where", "precursor_mz > 300"],
    ] {
        folder.run(words).exits(1).says(&busy);
    }
    // Readers, and writers of other files, are not held up.
    folder.run(&["search", "lib.h5", "queries.mgf"]).exits(0);
    folder.run(&["build", "refs.msp", "-o", "more.h5"]).exits(0);
    fs_err::remove_file(folder.path("more.h5")).unwrap();
    first.kill().unwrap();
    first.wait().unwrap();
    assert_eq!(folder.read("lib.h5"), before);
    // What was left is taken over and removed.
    folder.write(LEFT, "half a library");
    assert!(folder.names().iter().any(|name| name == LOCK));
    folder.run(&["add", "lib.h5", "refs.msp"]).exits(0);
    folder.run(&["compact", "lib.h5"]).exits(0);
    assert_eq!(folder.names(), NAMES);
}

#[test]
fn an_interrupt_cleans_up() {
    for (name, signal) in [("INT", 2), ("TERM", 15)] {
        let folder = folder();
        let before = folder.read("lib.h5");
        let mut child = waiting_build(&folder);
        let kill = ["-s", name, &child.id().to_string()];
        assert!(Command::new("kill").args(kill).status().unwrap().success());
        // A shell makes 128 + signal of it.
        assert_eq!(child.wait().unwrap().signal(), Some(signal));
        assert_eq!(folder.names(), NAMES);
        assert_eq!(folder.read("lib.h5"), before);
    }
}

#[test]
fn a_folder_that_may_not_be_written() {
    use std::os::unix::fs::PermissionsExt;
    let folder = folder();
    let place = folder.path("sub");
    fs_err::create_dir(&place).unwrap();
    fs_err::copy(folder.path("lib.h5"), place.join("lib.h5")).unwrap();
    let mode = |mode| fs_err::set_permissions(&place, PermissionsExt::from_mode(mode)).unwrap();
    mode(0o555);
    if fs_err::write(place.join("probe"), "").is_ok() {
        return skipped("root writes everywhere; see also the disk that may not be written");
    }
    for words in [
        &["add", "sub/lib.h5", "refs.msp"][..],
        &["build", "refs.msp", "-o", "sub/lib.h5"],
    ] {
        folder.run(words).exits(1).says("mzseek: sub/lib.h5: ");
    }
    folder
        .run(&["search", "sub/lib.h5", "queries.mgf"])
        .exits(0);
    mode(0o755);
}

#[test]
fn a_reader_keeps_a_file_that_is_gone() {
    let folder = folder();
    let path = folder.path("lib.h5");
    let library = Library::open(&path).unwrap();
    fs_err::remove_file(&path).unwrap();
    folder.write("lib.h5", "another file");
    let name = |row| library.entries().text(EntryText::Name, row).into_owned();
    assert_eq!(
        (name(0), name(39)),
        ("molecule 0".into(), "molecule 39".into())
    );
    assert!(library.peaks().n_peaks() > 40);
}

#[test]
fn a_link_is_followed_by_every_command() {
    let folder = folder();
    fs_err::create_dir(folder.path("far")).unwrap();
    fs_err::rename(folder.path("lib.h5"), folder.path("far/real.h5")).unwrap();
    fs_err::os::unix::fs::symlink("far/real.h5", folder.path("lib.h5")).unwrap();
    folder.run(&["add", "lib.h5", "refs.msp"]).exits(0);
    folder
        .run(&["verify", "lib.h5"])
        .exits(0)
        .says("80 entries");
    folder.run(&["compact", "lib.h5"]).exits(0);
    folder
        .run(&["verify", "far/real.h5"])
        .exits(0)
        .says("80 entries");
    let link = fs_err::symlink_metadata(folder.path("lib.h5")).unwrap();
    assert!(link.is_symlink());
    assert_eq!(
        folder.names(),
        ["far", "lib.h5", "pipe.msp", "queries.mgf", "refs.msp"]
    );
    assert_eq!(crate::kit::names_in(&folder.path("far")), ["real.h5"]);
}

#[test]
fn names_in_any_script() {
    let folder = folder();
    for name in [
        "質量 分析.h5",
        "e\u{301}té 🧪.h5",
        "\u{202e}5h.bil",
        "-a b'\"\n.h5",
    ] {
        let target = format!("./{name}");
        folder.run(&["build", "refs.msp", "-o", &target]).exits(0);
        folder.run(&["add", &target, "refs.msp"]).exits(0);
        folder.run(&["verify", &target]).exits(0).says("80 entries");
        folder.run(&["search", &target, "queries.mgf"]).exits(0);
        folder.run(&["compact", &target]).exits(0);
        assert!(folder.names().contains(&name.to_owned()));
        fs_err::remove_file(folder.path(name)).unwrap();
        assert_eq!(folder.names(), NAMES);
    }
}

/// A file from the future is what a clock leaves that was set back.
#[test]
fn a_clock_that_was_set_back_changes_nothing() {
    let day = Duration::from_secs(86_400);
    let times = [SystemTime::UNIX_EPOCH + day, SystemTime::now() + 1000 * day];
    let made = times.map(|time| {
        let folder = folder();
        for name in ["lib.h5", "refs.msp"] {
            let file = std::fs::File::options().write(true).open(folder.path(name));
            file.unwrap().set_modified(time).unwrap();
        }
        folder.run(&["add", "lib.h5", "refs.msp"]).exits(0);
        let added = folder.read("lib.h5");
        folder.run(&["compact", "lib.h5"]).exits(0);
        (added, folder.read("lib.h5"), folder.names())
    });
    assert!(made[0] == made[1]);
}
