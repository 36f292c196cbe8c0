//! An output appears whole or not at all, and never in the place of something it should not replace.

use crate::kit::{Folder, names_in, skipped};
use crate::molecules::{mgf, molecules, msp};
use std::path::{Path, PathBuf};
use std::process::Command;

fn folder() -> Folder {
    let few = molecules(60);
    Folder::with_library(&msp(&few), &mgf(&few), &["--dim", "64"])
}

/// `build` and `search` to `library` and `report`.
fn both<'a>(library: &'a str, report: &'a str) -> [Vec<&'a str>; 2] {
    [
        vec!["build", "refs.msp", "-o", library],
        vec!["search", "lib.h5", "queries.mgf", "-o", report],
    ]
}

#[test]
fn a_folder_that_is_missing() {
    let folder = folder();
    let before = folder.names();
    for words in both("none/out.h5", "none/out.csv") {
        let target = words[words.len() - 1];
        folder
            .run(&words)
            .exits(1)
            .says(&format!("mzseek: {target}: "));
    }
    assert_eq!(folder.names(), before);
}

#[test]
fn a_folder_in_the_place_of_the_output() {
    let folder = folder();
    fs_err::create_dir(folder.path("out")).unwrap();
    for words in both("out", "out") {
        folder.run(&words).exits(1).says("mzseek: out: is a folder");
    }
    assert!(names_in(&folder.path("out")).is_empty());
}

#[test]
fn a_file_in_the_place_of_the_folder() {
    let folder = folder();
    let target = "refs.msp/out";
    for words in both(target, target) {
        folder.run(&words).exits(1).says("mzseek: refs.msp/out: ");
    }
    assert_eq!(folder.text("refs.msp"), msp(&molecules(60)));
}

#[cfg(unix)]
#[test]
fn something_that_is_no_file_is_not_replaced() {
    use std::os::unix::fs::FileTypeExt;
    let folder = folder();
    let _socket = std::os::unix::net::UnixListener::bind(folder.path("socket")).unwrap();
    for words in both("socket", "socket") {
        folder.run(&words).exits(1).says("mzseek: socket: ");
    }
    let found = fs_err::symlink_metadata(folder.path("socket")).unwrap();
    assert!(found.file_type().is_socket());
}

#[cfg(unix)]
#[test]
fn a_link_stays_a_link() {
    let folder = folder();
    fs_err::create_dir(folder.path("far")).unwrap();
    for (link, place, words) in ["link.h5", "link.csv"]
        .iter()
        .zip(both("link.h5", "link.csv"))
        .map(|(link, words)| (*link, format!("far/{link}"), words))
    {
        folder.write(&place, "old");
        fs_err::os::unix::fs::symlink(&place, folder.path(link)).unwrap();
        folder.run(&words).exits(0);
        let found = fs_err::symlink_metadata(folder.path(link)).unwrap();
        assert!(found.is_symlink(), "{link}");
        assert!(folder.read(&place).len() > 10, "{place}");
    }
}

#[test]
fn an_input_given_as_output() {
    let folder = folder();
    fs_err::create_dir(folder.path("sub")).unwrap();
    folder.write("settings.toml", "seed = 2\n");
    let message = "is an input";
    for target in ["refs.msp", "./sub/../refs.msp"] {
        let words = ["build", "refs.msp", "-o", target];
        folder.run(&words).exits(2).says(message);
    }
    let config = [
        "build",
        "refs.msp",
        "--config",
        "settings.toml",
        "-o",
        "settings.toml",
    ];
    folder.run(&config).exits(2).says(message);
    for target in ["lib.h5", "queries.mgf", "sub/../lib.h5"] {
        let words = ["search", "lib.h5", "queries.mgf", "-o", target];
        folder.run(&words).exits(2).says(message);
    }
    let few = molecules(60);
    assert_eq!(folder.text("refs.msp"), msp(&few));
    assert_eq!(folder.text("queries.mgf"), mgf(&few));
    assert_eq!(folder.text("settings.toml"), "seed = 2\n");
    folder.run(&["verify", "lib.h5"]).exits(0);
}

#[cfg(unix)]
#[test]
fn an_output_is_as_readable_as_any_file_of_its_user() {
    use std::os::unix::fs::PermissionsExt;
    let folder = folder();
    folder.run(&both("lib.h5", "out.csv")[1]).exits(0);
    let mode = |name: &str| {
        fs_err::metadata(folder.path(name))
            .unwrap()
            .permissions()
            .mode()
    };
    for name in ["lib.h5", "out.csv"] {
        assert_eq!(mode(name), mode("refs.msp"), "{name}");
    }
}

/// A file system of a few kilobytes, gone when dropped, also by a panic.
struct SmallDisk(PathBuf);

impl SmallDisk {
    /// `None`, with the reason on stderr, where this user may not mount.
    fn mount(place: &Path, options: &str) -> Option<Self> {
        fs_err::create_dir(place).unwrap();
        let mounted = Command::new("mount")
            .args(["-t", "tmpfs", "-o", options, "tmpfs"])
            .arg(place)
            .output();
        if mounted.is_ok_and(|m| m.status.success()) {
            return Some(Self(place.to_owned()));
        }
        skipped("mounting a small file system needs root");
        None
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg(&self.0).status();
    }
}

#[test]
fn a_disk_that_may_not_be_written() {
    let folder = folder();
    let Some(_disk) = SmallDisk::mount(&folder.path("disk"), "ro,size=64k") else {
        return;
    };
    for words in both("disk/out.h5", "disk/out.csv") {
        let target = words[words.len() - 1];
        folder
            .run(&words)
            .exits(1)
            .says(&format!("mzseek: {target}: "));
    }
}

/// Fills what is left of `disk` but for `left` bytes.
fn fill(disk: &Path, left: usize) {
    let file = fs_err::File::create(disk.join("filler")).unwrap();
    // Two older outputs take a page each.
    let size = (DISK - (8 << 10) - left) as u64;
    let zeros = std::io::Read::take(std::io::repeat(0), size);
    std::io::copy(&mut { zeros }, &mut { file }).unwrap();
}

const DISK: usize = 64 << 10;

#[test]
fn a_full_disk() {
    let folder = folder();
    let disk = folder.path("disk");
    let Some(_disk) = SmallDisk::mount(&disk, &format!("size={DISK}")) else {
        return;
    };
    for name in ["old.h5", "old.csv"] {
        fs_err::write(disk.join(name), "old").unwrap();
    }
    folder.write("queries.mgf", mgf(&molecules(600)));
    // The disk runs full at the first page, among the arrays, and at the last of them.
    let search = ["--precursor-tol", "open", "--group-by", "entry", "-k", "60"];
    for left in [0, 4 << 10, 8 << 10, 20 << 10, 36 << 10] {
        fill(&disk, left);
        let before = names_in(&disk);
        for suffix in ["new", "old"] {
            let (library, report) = (format!("disk/{suffix}.h5"), format!("disk/{suffix}.csv"));
            let [build, mut words] = both(&library, &report);
            words.extend(search);
            folder
                .run(&build)
                .exits(1)
                .says(&format!("mzseek: {library}: "));
            folder
                .run(&words)
                .exits(1)
                .says(&format!("mzseek: {report}: "));
            assert_eq!(names_in(&disk), before, "{left}");
        }
        for name in ["old.h5", "old.csv"] {
            assert_eq!(fs_err::read(disk.join(name)).unwrap(), b"old");
        }
        fs_err::remove_file(disk.join("filler")).unwrap();
    }
}

#[test]
fn a_reader_that_has_seen_enough_is_no_failure() {
    use std::io::{BufRead, BufReader, Read};
    use std::process::Stdio;
    let folder = folder();
    folder.write("queries.mgf", mgf(&molecules(2000)));
    let mut child = Command::new(assert_cmd::cargo::cargo_bin("mzseek"))
        .args(["search", "-q"])
        .args([folder.path("lib.h5"), folder.path("queries.mgf")])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut first = String::new();
    let mut reader = BufReader::new(child.stdout.take().unwrap());
    reader.read_line(&mut first).unwrap();
    drop(reader);
    assert!(first.starts_with("query_file,"), "{first}");
    let mut told = String::new();
    child
        .stderr
        .take()
        .unwrap()
        .read_to_string(&mut told)
        .unwrap();
    assert_eq!((child.wait().unwrap().code(), told.as_str()), (Some(0), ""));
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_standard_output_is_a_failure() {
    let folder = folder();
    for words in [
        &["search", "lib.h5", "queries.mgf"][..],
        &["info", "lib.h5"],
    ] {
        let full = fs_err::OpenOptions::new().write(true).open("/dev/full");
        let output = Command::new(assert_cmd::cargo::cargo_bin("mzseek"))
            .args(&words[..1])
            .args(words[1..].iter().map(|name| folder.path(name)))
            .stdout(full.unwrap().into_parts().0)
            .output()
            .unwrap();
        let told = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(1), "{words:?}: {told}");
        assert!(told.contains("mzseek: stdout: "), "{words:?}: {told}");
    }
}
