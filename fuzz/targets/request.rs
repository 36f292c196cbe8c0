#![no_main]

#[path = "../allocation.rs"]
mod allocation;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    // A file that is sent may be compressed; of what it holds, so much is read.
    const MOST: usize = 1 << 20;
    allocation::bounded(MOST, || mzseek::fuzzing::read_request(bytes, MOST as u64));
});
