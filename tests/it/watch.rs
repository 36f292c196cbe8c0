//! The watcher: every finished file is reported once, whatever happens meanwhile.

use crate::kit::{Folder, Run, names_in};
use crate::molecules::{Molecule, mgf, molecules, msp};
use std::io::Write;
use std::os::unix::fs::MetadataExt;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

const PATIENCE: Duration = Duration::from_secs(60);
const FAST: [&str; 6] = ["--library", "lib.h5", "--poll", "0.05", "--settle", "0.1"];

/// A folder with `lib.h5` of 60 molecules, and an empty folder `runs`.
fn folder() -> Folder {
    let folder = Folder::with_library(&msp(&molecules(60)), &queries(0), &[]);
    fs_err::create_dir(folder.path("runs")).unwrap();
    folder
}

/// Some spectra, others for another `seed`.
fn queries(seed: usize) -> String {
    let all = molecules(60);
    let of = all.iter().skip(seed % 7).step_by(9);
    let measured: Vec<Molecule> = of.map(|m| m.measured_again(seed as u64)).collect();
    mgf(&measured)
}

/// Many spectra, which take a while.
fn many(seed: u64) -> String {
    let all = molecules(60);
    let of = all.iter().cycle().take(6000);
    mgf(&of.map(|m| m.measured_again(seed)).collect::<Vec<_>>())
}

fn put(folder: &Folder, n: usize) -> Vec<String> {
    let names: Vec<String> = (0..n).map(|i| format!("run{i:03}.mgf")).collect();
    for (i, name) in names.iter().enumerate() {
        folder.write(&format!("runs/{name}"), queries(i));
    }
    names
}

fn once(folder: &Folder) -> Run {
    folder.run(&[&["watch", "runs", "--once"], &FAST[..]].concat())
}

fn command(folder: &Folder, flags: &[&str]) -> Command {
    let (fast, settle) = FAST.split_at(4);
    let settle = if flags.contains(&"--settle") {
        &[]
    } else {
        settle
    };
    let mut command = Command::new(assert_cmd::cargo::cargo_bin("mzseek"));
    command
        .current_dir(folder.path("."))
        .args(["watch", "runs"])
        .args(fast)
        .args(settle)
        .args(flags)
        .stderr(Stdio::null());
    command
}

/// A watch that goes on; killed when dropped.
struct Watching(Child);

impl Drop for Watching {
    fn drop(&mut self) {
        // It may have ended.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn until(what: &str, mut holds: impl FnMut() -> bool) {
    let started = Instant::now();
    while !holds() {
        assert!(started.elapsed() < PATIENCE, "never: {what}");
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// Lines of the journal that say that a file was reported, in their order.
fn reported(folder: &Folder) -> Vec<String> {
    let journal = folder.text("runs/.mzseek-watch.jsonl");
    let lines = journal.lines().map(|line| {
        let line: serde_json::Value = serde_json::from_str(line).unwrap();
        (
            line["file"].as_str().unwrap().to_owned(),
            line["end"] == "reported",
        )
    });
    lines.filter(|line| line.1).map(|line| line.0).collect()
}

/// Asserts that each file has the report that the command line makes, and nothing was left behind.
#[track_caller]
fn all_as_searched(folder: &Folder, names: &[String]) {
    for name in names {
        let file = format!("runs/{name}");
        let report = folder
            .run(&["search", "-q", "lib.h5", &file])
            .exits(0)
            .stdout;
        assert_eq!(folder.text(&format!("{file}.csv")), report, "{name}");
    }
    let mut once = reported(folder);
    once.sort();
    assert_eq!(once, names);
}

fn no_temporaries(folder: &Folder) -> bool {
    let names = names_in(&folder.path("runs"));
    !names.iter().any(|name| name.strip_suffix(".tmp").is_some())
}

#[test]
fn reports_are_those_of_the_command_line_and_made_once() {
    let folder = folder();
    let names = put(&folder, 3);
    folder.write("runs/notes.txt", "not spectra");
    once(&folder).exits(0).says("3 files reported");
    all_as_searched(&folder, &names);
    once(&folder).exits(0).says("0 files reported");
    // One that is changed is searched again, the others are not.
    folder.write("runs/run001.mgf", queries(40));
    once(&folder).exits(0).says("1 files reported");
    let report = folder
        .run(&["search", "-q", "lib.h5", "runs/run001.mgf"])
        .stdout;
    assert_eq!(folder.text("runs/run001.mgf.csv"), report);
    assert_eq!(reported(&folder).len(), 4);
    let status = status(&folder);
    assert_eq!(status["n_reported"], 1, "{status}");
}

#[test]
fn a_report_can_be_made_again_from_what_lies_beside_it() {
    let folder = folder();
    let damaged = queries(2) + "BEGIN IONS\nPEPMASS=100\n1 x\nEND IONS\n";
    folder.write("runs/run.mgf", damaged);
    once(&folder).exits(3);
    let told = folder.text("runs/run.mgf.csv.json");
    let report = folder.read("runs/run.mgf.csv");
    // Word for word what the command line says of the same search.
    let words = ["search", "lib.h5", "runs/run.mgf", "-o", "runs/run.mgf.csv"];
    folder.run(&words).exits(3);
    assert_eq!(folder.text("runs/run.mgf.csv.json"), told);
    fs_err::remove_file(folder.path("runs/run.mgf.csv")).unwrap();
    folder.run(&["again", "runs/run.mgf.csv.json"]).exits(3);
    assert!(folder.read("runs/run.mgf.csv") == report);
}

#[test]
fn folders_below_are_watched_where_asked() {
    let folder = folder();
    fs_err::create_dir_all(folder.path("runs/may/late")).unwrap();
    fs_err::create_dir_all(folder.path("runs/.hidden")).unwrap();
    folder.write("runs/a.mgf", queries(1));
    folder.write("runs/may/a.mgf", queries(2));
    folder.write("runs/may/late/c.mgf", queries(3));
    folder.write("runs/.hidden/d.mgf", queries(4));
    once(&folder).exits(0).says("1 files reported");
    let words = [&["watch", "runs", "--once", "--recursive"], &FAST[..]].concat();
    folder.run(&words).exits(0).says("2 files reported");
    let names = ["a.mgf", "may/a.mgf", "may/late/c.mgf"].map(str::to_owned);
    all_as_searched(&folder, &names);
    assert!(!folder.path("runs/.hidden/d.mgf.csv").exists());
    folder.run(&words).exits(0).says("0 files reported");
}

fn status(folder: &Folder) -> serde_json::Value {
    serde_json::from_slice(&folder.read("runs/mzseek-watch.json")).unwrap()
}

#[test]
fn a_replaced_library_is_searched_in_from_then_on_and_a_bad_one_is_not() {
    let folder = folder();
    folder.write("runs/first.mgf", queries(1));
    let _watching = Watching(command(&folder, &[]).spawn().unwrap());
    until("a status", || {
        folder.path("runs/mzseek-watch.json").exists()
    });
    until("a report", || reported(&folder).len() == 1);
    let before = status(&folder)["library_version"].clone();
    folder.write("next.msp", msp(&molecules(50)));
    folder.run(&["build", "next.msp", "-o", "lib.h5"]).exits(0);
    until("another version", || {
        status(&folder)["library_version"] != before
    });
    folder.write("runs/second.mgf", queries(2));
    until("the second report", || reported(&folder).len() == 2);
    let told: serde_json::Value =
        serde_json::from_slice(&folder.read("runs/second.mgf.csv.json")).unwrap();
    let version = status(&folder)["library_version"].clone();
    assert_eq!(told["libraries"][0]["checksum"], version);
    let report = folder.run(&["search", "-q", "lib.h5", "runs/second.mgf"]);
    assert_eq!(folder.text("runs/second.mgf.csv"), report.exits(0).stdout);

    let sound = folder.read("lib.h5");
    folder.write("half.h5", &sound[..5000]);
    fs_err::rename(folder.path("half.h5"), folder.path("lib.h5")).unwrap();
    until("the fault is told", || {
        status(&folder)["library_fault"].is_string()
    });
    folder.write("runs/third.mgf", queries(3));
    until("the third report", || reported(&folder).len() == 3);
    assert_eq!(status(&folder)["library_version"], version);
    folder.write("whole.h5", sound);
    fs_err::rename(folder.path("whole.h5"), folder.path("lib.h5")).unwrap();
    until("it is sound again", || {
        status(&folder)["library_fault"].is_null()
    });
    // What was reported stays as it was.
    assert_eq!(reported(&folder), ["first.mgf", "second.mgf", "third.mgf"]);
    let report = folder.run(&["search", "-q", "lib.h5", "runs/third.mgf"]);
    assert_eq!(folder.text("runs/third.mgf.csv"), report.exits(0).stdout);
}

#[test]
fn what_is_no_file_of_spectra_is_told_and_the_others_are_searched() {
    let folder = folder();
    folder.write("runs/a.mgf", "Dear all,\n");
    folder.write("runs/b.mzML", "<?xml version=\"1.0\"?>\n<mzML><run>");
    folder.write("runs/c.mgf", queries(1));
    let damaged = queries(2) + "BEGIN IONS\nPEPMASS=100\n1 x\nEND IONS\n";
    folder.write("runs/d.mgf", damaged);
    let run = once(&folder)
        .exits(3)
        .says("2 files reported, 1 records skipped, 2 files refused");
    assert!(run.stderr.contains("runs/a.mgf: "), "{}", run.stderr);
    let status = status(&folder);
    assert_eq!(status["waiting"]["b.mzML"], "without its end", "{status}");
    assert_eq!(status["refused"][0][0], "a.mgf", "{status}");
    assert_eq!(reported(&folder).len(), 2);
    // What was refused is told once, and searched when it is something else.
    once(&folder)
        .exits(3)
        .says("0 files reported, 0 records skipped, 1 files refused");
    folder.write("runs/a.mgf", queries(3));
    once(&folder).exits(3).says("1 files reported");
}

#[test]
fn killed_at_any_point_nothing_is_reported_twice_and_nothing_missed() {
    let folder = folder();
    let names = put(&folder, 60);
    let mut seen = std::collections::BTreeMap::new();
    let mut kills = 0;
    // The waits fall on every stage: before the journal is open, between looks, within a report.
    for round in 0_u64.. {
        let mut child = Watching(command(&folder, &["--once"]).spawn().unwrap());
        let wait = Duration::from_millis(15 + round * 9 % 260);
        let started = Instant::now();
        let mut ended = None;
        while ended.is_none() && started.elapsed() < wait + Duration::from_secs(round / 60) {
            std::thread::sleep(Duration::from_millis(3));
            ended = child.0.try_wait().unwrap();
        }
        if let Some(status) = ended {
            assert_eq!(status.code(), Some(0));
            break;
        }
        drop(child);
        kills += 1;
        for name in &names {
            let Ok(found) = fs_err::metadata(folder.path(&format!("runs/{name}.csv"))) else {
                continue;
            };
            // A report that is there stays: the same file, the same time.
            let state = (found.ino(), found.mtime(), found.mtime_nsec());
            assert_eq!(*seen.entry(name.clone()).or_insert(state), state, "{name}");
        }
    }
    assert!(kills >= 5, "killed {kills} times only");
    all_as_searched(&folder, &names);
    for name in &names {
        folder
            .run(&["again", "-q", &format!("runs/{name}.csv.json")])
            .exits(0);
    }
}

#[test]
fn a_file_is_searched_when_it_is_whole() {
    let folder = folder();
    let _watching = Watching(command(&folder, &["--settle", "1"]).spawn().unwrap());
    let text = queries(5) + &queries(6);
    let mut file = fs_err::File::create(folder.path("runs/slow.mgf")).unwrap();
    for part in text.as_bytes().chunks(text.len() / 12 + 1) {
        file.write_all(part).unwrap();
        std::thread::sleep(Duration::from_millis(150));
        assert!(!folder.path("runs/slow.mgf.csv").exists(), "searched half");
    }
    drop(file);
    until("the report", || folder.path("runs/slow.mgf.csv").exists());
    until("the journal", || reported(&folder).len() == 1);
    all_as_searched(&folder, &["slow.mgf".to_owned()]);
}

#[test]
fn a_file_replaced_while_it_is_read_is_reported_as_it_is_in_the_end() {
    let folder = folder();
    folder.write("runs/run.mgf", many(1));
    let _watching = Watching(command(&folder, &["--threads", "1"]).spawn().unwrap());
    // The status has a temporary file too, but for a moment only.
    let mut looks = 0;
    until("the search", || {
        looks = if no_temporaries(&folder) {
            0
        } else {
            looks + 1
        };
        looks == 4
    });
    let whole = folder.write("next", many(2));
    fs_err::rename(whole, folder.path("runs/run.mgf")).unwrap();
    let file = "runs/run.mgf";
    let search = ["search", "-q", "lib.h5", file];
    let report = folder.run(&search).exits(0).stdout;
    // On a machine so slow that the first was all read by now, it is reported, then the second.
    let path = folder.path("runs/run.mgf.csv");
    until("its report", || {
        fs_err::read_to_string(&path).is_ok_and(|written| written == report)
    });
    until("the journal", || !reported(&folder).is_empty());
    let ended = reported(&folder);
    assert!(ended.len() <= 2 && ended.iter().all(|name| name == "run.mgf"));
}

#[test]
fn five_hundred_files_are_searched_in_the_order_they_were_written() {
    let folder = folder();
    let mut names = put(&folder, 500);
    // The last was written first.
    let past = std::time::SystemTime::now() - Duration::from_secs(3600);
    let first = fs_err::File::options()
        .write(true)
        .open(folder.path("runs/run499.mgf"));
    first.unwrap().into_file().set_modified(past).unwrap();
    once(&folder).exits(0).says("500 files reported");
    let in_order = reported(&folder);
    assert_eq!(in_order[0], "run499.mgf");
    names.rotate_right(1);
    assert_eq!(in_order, names);
    // The report of each and what lies beside it; journal and status.
    assert_eq!(names_in(&folder.path("runs")).len(), 3 * 500 + 2);
}

#[test]
fn what_a_full_disk_refuses_is_reported_once_there_is_room() {
    let folder = folder();
    let names = put(&folder, 2);
    folder.write("runs/large.mgf", many(3));
    let program = assert_cmd::cargo::cargo_bin("mzseek");
    // No file may grow beyond this: the small reports fit, the large one does not.
    let script = "trap '' XFSZ; ulimit -f 64; exec \"$0\" watch runs --once \"$@\"";
    let full = |folder: &Folder| {
        let mut shell = Command::new("sh");
        shell
            .current_dir(folder.path("."))
            .args(["-c", script])
            .arg(&program);
        shell.args(FAST).output().unwrap()
    };
    let ended = full(&folder);
    let told = String::from_utf8_lossy(&ended.stderr).into_owned();
    assert_eq!(ended.status.code(), Some(1), "{told}");
    assert!(
        told.contains("large.mgf") && told.contains("attempt 3"),
        "{told}"
    );
    assert!(!folder.path("runs/large.mgf.csv").exists() && no_temporaries(&folder));
    assert_eq!(reported(&folder), names);
    once(&folder).exits(0).says("1 files reported");
    let all: Vec<String> = [vec!["large.mgf".to_owned()], names].concat();
    all_as_searched(&folder, &all);
}

#[test]
fn a_watch_ends_when_told_and_there_is_one_per_journal() {
    let folder = folder();
    let names = put(&folder, 1);
    let mut watching = Watching(command(&folder, &[]).spawn().unwrap());
    until("a report", || folder.path("runs/run000.mgf.csv").exists());
    once(&folder).exits(2).says("another watch");
    let pid = watching.0.id().to_string();
    assert!(
        Command::new("kill")
            .args(["-TERM", &pid])
            .status()
            .unwrap()
            .success()
    );
    assert_eq!(watching.0.wait().unwrap().code(), Some(0));
    all_as_searched(&folder, &names);
    folder
        .run(&["watch", "nowhere", "--library", "lib.h5", "--once"])
        .exits(1)
        .says("nowhere");
}
