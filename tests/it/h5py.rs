//! Can others read a library? h5py opens it and checks what the format promises.

use crate::kit::{Folder, python_with};
use crate::molecules::{mgf, molecules, msp};
use std::path::Path;
use std::process::Command;

#[test]
fn h5py_reads_a_library() {
    let Some(python) = python_with("h5py") else {
        return;
    };
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
