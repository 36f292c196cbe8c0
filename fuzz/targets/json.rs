#![no_main]

#[path = "../allocation.rs"]
mod allocation;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    allocation::bounded(bytes.len(), || mzseek::fuzzing::read_as("json", bytes));
});
