//! Whatever moment a command is ended at, its target is the old library or the new one, whole.
//!
//! A run kills each of four commands a few times; `MZSEEK_KILLS=1000` makes it that many in all.

use crate::kit::{Folder, names_in, times, told};
use crate::molecules::{Numbers, molecules, msp};
use mzseek::library::verify;
#[cfg(unix)]
use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::time::{Duration, Instant};

/// Names and contents of a folder.
type State = Vec<(String, Vec<u8>)>;

fn state(folder: &Folder) -> State {
    let read = |name: String| (name.clone(), folder.read(&name));
    folder.names().into_iter().map(read).collect()
}

fn restore(folder: &Folder, state: &State) {
    for name in folder.names() {
        fs_err::remove_file(folder.path(&name)).unwrap();
    }
    for (name, bytes) in state {
        folder.write(name, bytes);
    }
}

fn names(state: &State) -> Vec<&str> {
    state.iter().map(|(name, _)| name.as_str()).collect()
}

fn target(state: &State) -> &[u8] {
    let found = state.iter().find(|(name, _)| name == "lib.h5").unwrap();
    &found.1
}

/// What became of the target in runs that were killed.
#[derive(Default)]
struct Seen {
    old: usize,
    new: usize,
    /// Runs that left more than their target behind.
    strays: usize,
}

/// A command that changes `lib.h5`, and what is there before and after it.
struct Trial<'a> {
    folder: Folder,
    words: &'a [&'a str],
    old: State,
    new: State,
    /// How long it takes when nobody stops it.
    takes: Duration,
}

impl<'a> Trial<'a> {
    fn new(words: &'a [&'a str], prepare: &[&[&str]]) -> Self {
        let folder = Folder::new();
        let all = molecules(80);
        folder.write("a.msp", msp(&all[..50]));
        folder.write("b.msp", msp(&all[50..]));
        for words in prepare {
            folder.run(words).exits(0);
        }
        let old = state(&folder);
        let started = Instant::now();
        folder.run(words).exits(0);
        let new = state(&folder);
        assert!(target(&old) != target(&new));
        Self {
            folder,
            words,
            old,
            new,
            takes: started.elapsed(),
        }
    }

    /// Looks at what a killed run left, and at what the next run makes of that.
    fn judge(&self, seen: &mut Seen) {
        let Self {
            folder,
            words,
            old,
            new,
            ..
        } = self;
        let left = state(folder);
        let is_new = target(&left) == target(new);
        assert!(is_new || target(&left) == target(old), "{words:?}: neither");
        verify(&folder.path("lib.h5")).unwrap();
        *(if is_new { &mut seen.new } else { &mut seen.old }) += 1;
        seen.strays += usize::from(names(&left) != names(if is_new { new } else { old }));
        folder.run(words).exits(0);
        verify(&folder.path("lib.h5")).unwrap();
        assert_eq!(folder.names(), names(new), "{words:?}: stray files");
        if !is_new {
            let made = state(folder);
            assert!(target(&made) == target(new), "{words:?}: another result");
        }
    }
}

fn kill_at_random(words: &[&str], prepare: &[&[&str]], n_kills: usize) -> Seen {
    let trial = Trial::new(words, prepare);
    let mut longest = trial.takes;
    let mut numbers = Numbers(words[0].len() as u64);
    let mut seen = Seen::default();
    let mut n_tries = 0;
    while seen.old + seen.new < n_kills {
        n_tries += 1;
        assert!(
            n_tries < 20 * n_kills + 100,
            "runs end before they are killed"
        );
        restore(&trial.folder, &trial.old);
        let started = Instant::now();
        let mut child = (trial.folder.command(words))
            .stderr(std::process::Stdio::null())
            .spawn()
            .unwrap();
        std::thread::sleep(longest.mul_f64(numbers.next()));
        let _ = child.kill();
        if child.wait().unwrap().code().is_some() {
            // It was done before, which tells how long one takes.
            longest = longest.min(started.elapsed().max(Duration::from_millis(4)));
            continue;
        }
        longest = longest.mul_f64(1.01);
        trial.judge(&mut seen);
    }
    seen
}

/// Whatever changes files or their names.
#[cfg(unix)]
const STEPS: &str = "write,pwrite64,ftruncate,fallocate,fsync,fdatasync,rename,renameat,renameat2,\
                     link,linkat,unlink,unlinkat";

#[cfg(unix)]
const SIGKILL: i32 = 9;

/// Kills before every step of writing, or before each `nth`, as `strace` counts them.
#[cfg(unix)]
fn kill_at_steps(words: &[&str], prepare: &[&[&str]], nth: usize) -> Seen {
    let trial = Trial::new(words, prepare);
    let program = assert_cmd::cargo::cargo_bin("mzseek");
    let mut seen = Seen::default();
    for step in (1..).step_by(nth) {
        restore(&trial.folder, &trial.old);
        let ended = std::process::Command::new("strace")
            .args(["-f", "-qq", "-o", "/dev/null", "-e"])
            .arg(format!("inject={STEPS}:signal=SIGKILL:when={step}"))
            .arg(&program)
            .args(words)
            .current_dir(trial.folder.path(""))
            .output()
            .unwrap();
        if ended.status.code() == Some(0) {
            // There are fewer steps.
            assert!(target(&state(&trial.folder)) == target(&trial.new));
            break;
        }
        // `strace` ends as what it traces does.
        let said = String::from_utf8_lossy(&ended.stderr);
        assert_eq!(ended.status.signal(), Some(SIGKILL), "{step}: {said}");
        trial.judge(&mut seen);
    }
    seen
}

const SMALL: [&str; 4] = ["--dim", "64", "--index", "IVF4,PQ8"];

fn build<'a>(input: &'a str, output: &'a str) -> Vec<&'a str> {
    [&["build", input, "-o", output][..], &SMALL].concat()
}

/// What is killed, each with what is done before.
fn with_each(mut each: impl FnMut(&[&str], &[&[&str]]) -> Seen) {
    let (old, other) = (build("a.msp", "lib.h5"), build("b.msp", "other.h5"));
    let add = ["add", "lib.h5", "b.msp"];
    let replaced = build("b.msp", "lib.h5");
    let below = [&old[..], &["--memory", "64MB"]].concat();
    let cases: [(Vec<&str>, Vec<&[&str]>); N_CASES] = [
        (replaced.clone(), vec![&old]),
        (below, vec![&replaced]),
        (add.to_vec(), vec![&old]),
        (vec!["compact", "lib.h5"], vec![&old, &add]),
        (
            vec!["merge", "other.h5", "first.h5", "-o", "lib.h5"],
            vec![
                &old,
                &other,
                &["merge", "lib.h5", "other.h5", "-o", "first.h5"],
            ],
        ),
    ];
    let mut n_old = 0;
    for (words, prepare) in &cases {
        let seen = each(words, prepare);
        n_old += seen.old;
        told(&format!(
            "{}: {} kills: {} old, {} new; {} left other files",
            words[0],
            seen.old + seen.new,
            seen.old,
            seen.new,
            seen.strays
        ));
    }
    assert!(n_old > 0, "no run was killed before it was done");
}

const N_CASES: usize = 5;

#[test]
fn a_killed_command_leaves_the_old_library_or_the_new() {
    let n_kills = times("MZSEEK_KILLS", 24).div_ceil(N_CASES);
    with_each(|words, prepare| kill_at_random(words, prepare, n_kills));
}

#[cfg(unix)]
#[test]
fn killed_before_any_step_of_writing_it_leaves_the_old_library_or_the_new() {
    // It may be missing, or forbidden to trace.
    let traces = std::process::Command::new("strace")
        .args(["-o", "/dev/null", "true"])
        .output();
    if !traces.is_ok_and(|traced| traced.status.success()) {
        told("skipped: there is no strace, or it may not trace");
        return;
    }
    // The long form before each.
    let nth = if times("MZSEEK_KILLS", 24) < 1000 {
        19
    } else {
        1
    };
    with_each(|words, prepare| kill_at_steps(words, prepare, nth));
}

/// A file that may not grow further ends a command as a full disk does, wherever that happens.
#[cfg(unix)]
#[test]
fn a_limit_on_files_leaves_the_old_library() {
    let folder = Folder::new();
    let all = molecules(80);
    folder.write("a.msp", msp(&all[..50]));
    folder.write("b.msp", msp(&all[50..]));
    folder.run(&build("a.msp", "lib.h5")).exits(0);
    let before = state(&folder);
    let program = assert_cmd::cargo::cargo_bin("mzseek");
    let mut n_failed = 0;
    for words in [build("b.msp", "lib.h5"), vec!["add", "lib.h5", "b.msp"]] {
        // In blocks of 512 bytes.
        for limit in (1..60).step_by(4) {
            let output = std::process::Command::new("sh")
                .args(["-c", &format!("ulimit -f {limit}; exec \"$0\" \"$@\"")])
                .arg(&program)
                .args(&words)
                .current_dir(folder.path(""))
                .output()
                .unwrap();
            let said = String::from_utf8_lossy(&output.stderr);
            if output.status.success() {
                break;
            }
            assert_eq!(output.status.code(), Some(1), "{limit}: {said}");
            assert!(said.contains("mzseek: lib.h5: "), "{limit}: {said}");
            let left = state(&folder);
            assert!(target(&left) == target(&before), "{limit}: {said}");
            let strays = |name: &&str| name.starts_with('.');
            assert!(!names(&left).iter().any(strays), "{limit}");
            n_failed += 1;
        }
        restore(&folder, &before);
    }
    assert!(n_failed > 10, "only {n_failed} writes failed");
    assert!(names_in(Path::new(&folder.path(""))).len() == before.len());
}
