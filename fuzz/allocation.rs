//! How much memory one input takes, against its size.

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

/// Bytes that may be held at once for each byte of input: a peak takes sixteen, is written with three
/// (`1 1` and a line end), and is held twice while a list of them grows.
const PER_BYTE: usize = 64;

/// What any input may take: buffers, tables, and what an error message repeats.
const ANYWAY: usize = 16 << 20;

struct Counting;

static HELD: AtomicUsize = AtomicUsize::new(0);
static MOST: AtomicUsize = AtomicUsize::new(0);

fn took(n_bytes: usize) {
    MOST.fetch_max(HELD.fetch_add(n_bytes, Relaxed) + n_bytes, Relaxed);
}

// SAFETY: every call is handed to the system's allocator as it came; only numbers are kept.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        took(layout.size());
        unsafe { System.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        took(layout.size());
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn dealloc(&self, at: *mut u8, layout: Layout) {
        HELD.fetch_sub(layout.size(), Relaxed);
        unsafe { System.dealloc(at, layout) }
    }

    unsafe fn realloc(&self, at: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        took(size);
        HELD.fetch_sub(layout.size(), Relaxed);
        unsafe { System.realloc(at, layout, size) }
    }
}

#[global_allocator]
static COUNTING: Counting = Counting;

/// Runs `work`, and panics where it held more at once than an input of `n_bytes` may take.
pub fn bounded(n_bytes: usize, work: impl FnOnce()) {
    let before = HELD.load(Relaxed);
    MOST.store(before, Relaxed);
    work();
    let most = MOST.load(Relaxed).saturating_sub(before);
    let allowed = ANYWAY + PER_BYTE * n_bytes;
    assert!(
        most <= allowed,
        "{most} bytes held for an input of {n_bytes}"
    );
}
