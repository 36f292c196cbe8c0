#![no_main]

#[path = "../allocation.rs"]
mod allocation;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    // Compressed bytes may hold a thousand times their number; of what they hold, so much is read.
    const MOST: usize = 1 << 20;
    allocation::bounded(MOST, || mzseek::fuzzing::read_any(bytes, MOST as u64));
});
