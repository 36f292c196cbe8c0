//! Can others read a library? h5py opens it and checks what the format promises.
//!
//! `MZSEEK_PYTHON` names the interpreter (default `python3`). Without h5py the test is skipped,
//! unless `MZSEEK_REQUIRE_H5PY=1` asks for it.

use crate::kit::{Folder, skipped};
use crate::molecules::{mgf, molecules, msp};
use std::path::Path;
use std::process::Command;

fn python() -> Option<String> {
    let python = std::env::var("MZSEEK_PYTHON").unwrap_or_else(|_| "python3".to_owned());
    let tried = Command::new(&python).args(["-c", "import h5py"]).output();
    let has_h5py = tried.as_ref().is_ok_and(|t| t.status.success());
    if has_h5py {
        return Some(python);
    }
    let required = std::env::var("MZSEEK_REQUIRE_H5PY").is_ok_and(|value| value == "1");
    assert!(!required, "{python} cannot import h5py: {tried:?}");
    skipped(&format!(
        "{python} cannot import h5py; MZSEEK_PYTHON names another"
    ));
    None
}

#[test]
fn h5py_reads_a_library() {
    let Some(python) = python() else { return };
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/h5py/read_library.py");
    let all = molecules(80);
    for index in ["flat", "PQ8", "IVF4,Flat", "IVF4,PQ8"] {
        let folder = Folder::with_library(&msp(&all), &mgf(&all[..1]), &["--index", index]);
        let output = Command::new(&python)
            .arg(&script)
            .arg(folder.path("lib.h5"))
            .arg("80")
            .output()
            .unwrap();
        let (out, err) = (output.stdout, String::from_utf8_lossy(&output.stderr));
        assert!(
            output.status.success() && out.starts_with(b"ok "),
            "{index}: {err}"
        );
        // Reading leaves the file as it was.
        folder.run(&["verify", "lib.h5"]).exits(0);
    }
}
