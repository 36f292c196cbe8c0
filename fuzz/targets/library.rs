#![no_main]

#[path = "../allocation.rs"]
mod allocation;

use std::io::Write;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let Ok(mut file) = tempfile::NamedTempFile::new() else {
        return;
    };
    if file.write_all(bytes).is_ok() {
        allocation::bounded(bytes.len(), || {
            let _ = mzseek::library::Library::open(file.path());
        });
    }
});
