//! Keeps a process below a number of bytes, as far as giving back pages of maps can.
//!
//! Where a page is touched, the system maps its neighbours as well. So whoever reads rows here and there
//! takes memory by the gigabyte a second, and [minds the ceiling](mind_ceiling) between rows; for those who
//! read one stretch after another, a thread that looks from time to time is enough.

use super::map;
use super::size::Bytes;
use std::cell::Cell;
use std::io;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::thread;
use std::time::Duration;

/// How often the thread looks, if the processors are not busy with the reading itself.
const EVERY: Duration = Duration::from_millis(2);

/// Rows that a thread reads between two looks. Each may bring in some hundred kilobytes.
const ROWS_BETWEEN: u32 = 64;

/// The ceilings in force, and the lowest of them.
static HEIGHTS: Mutex<Vec<Bytes>> = Mutex::new(Vec::new());
static LOWEST: AtomicU64 = AtomicU64::new(u64::MAX);

/// In force for as long as it lives.
#[derive(Debug)]
pub(super) struct Ceiling(Bytes);

impl Ceiling {
    /// Starts to keep this process below `height`.
    ///
    /// # Errors
    /// If there is no thread for it.
    pub(super) fn keep(height: Bytes) -> io::Result<Arc<Self>> {
        change(|heights| heights.push(height));
        let ceiling = Arc::new(Self(height));
        let watched = Arc::downgrade(&ceiling);
        thread::Builder::new()
            .name("memory".into())
            .spawn(move || watch(&watched))?;
        Ok(ceiling)
    }

    pub(super) fn height(&self) -> Bytes {
        self.0
    }
}

impl Drop for Ceiling {
    fn drop(&mut self) {
        change(|heights| {
            let own = heights.iter().position(|height| *height == self.0);
            own.map(|own| heights.swap_remove(own));
        });
    }
}

fn change(what: impl FnOnce(&mut Vec<Bytes>)) {
    // A list of numbers is whole at any time.
    let mut heights = HEIGHTS.lock().unwrap_or_else(PoisonError::into_inner);
    what(&mut heights);
    let lowest = heights.iter().min().map_or(u64::MAX, |height| height.0);
    LOWEST.store(lowest, Ordering::Relaxed);
}

/// Called before a row is read that may lie anywhere in a map: gives back pages if there is a ceiling and
/// it is near. It costs next to nothing where there is none.
#[inline]
pub fn mind_ceiling() {
    let lowest = LOWEST.load(Ordering::Relaxed);
    if lowest < u64::MAX {
        count_row(Bytes(lowest));
    }
}

#[cold]
fn count_row(lowest: Bytes) {
    thread_local! {
        static ROWS: Cell<u32> = const { Cell::new(0) };
    }
    let rows = ROWS.get() + 1;
    ROWS.set(rows % ROWS_BETWEEN);
    if rows == ROWS_BETWEEN {
        look(lowest);
    }
}

fn watch(ceiling: &Weak<Ceiling>) {
    while let Some(height) = ceiling.upgrade().map(|ceiling| ceiling.0) {
        look(height);
        thread::sleep(EVERY);
    }
}

fn look(height: Bytes) {
    // Where the system does not tell, the maps are given back every time.
    if held().is_none_or(|held| held.calls_for_giving_back(height)) {
        map::give_back();
    }
}

/// Memory that a process holds.
#[derive(Debug, Clone, Copy)]
struct Held {
    /// In all.
    all: u64,
    /// Of that, pages of maps.
    mapped: u64,
}

impl Held {
    /// Maps may have half of the room that other memory leaves them; the other half is for what is
    /// taken between two looks.
    fn calls_for_giving_back(self, height: Bytes) -> bool {
        let room = height.0.saturating_sub(self.all - self.mapped);
        self.mapped > room / 2
    }
}

/// What this process holds now.
#[cfg(target_os = "linux")]
fn held() -> Option<Held> {
    let statm = fs_err::read_to_string("/proc/self/statm").ok()?;
    let mut pages = statm.split(' ').skip(1).map(|n| n.parse::<u64>().ok());
    let (all, mapped) = (pages.next()??, pages.next()??);
    let size = rustix::param::page_size() as u64;
    Some(Held {
        all: all * size,
        // They are counted one after the other.
        mapped: mapped.min(all) * size,
    })
}

/// The most it ever held.
#[cfg(target_os = "linux")]
pub(super) fn most_held() -> Option<Bytes> {
    let status = fs_err::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|l| l.strip_prefix("VmHWM:"))?;
    let kibibytes: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(Bytes(kibibytes * 1024))
}

#[cfg(not(target_os = "linux"))]
fn held() -> Option<Held> {
    None
}

#[cfg(not(target_os = "linux"))]
pub(super) fn most_held() -> Option<Bytes> {
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[cfg(target_os = "linux")]
    fn memory_is_read_in_bytes() {
        let taken = vec![1_u8; 64 << 20];
        let now = held().unwrap();
        assert!(now.all - now.mapped >= 64 << 20, "{now:?}");
        assert!(most_held().unwrap().0 >= 64 << 20);
        drop(taken);
    }

    #[test]
    fn maps_have_half_of_what_is_left() {
        let calls = |all, mapped| Held { all, mapped }.calls_for_giving_back(Bytes(100));
        assert!(!calls(60, 40));
        assert!(calls(90, 60));
        assert!(!calls(85, 10));
        assert!(calls(95, 10));
        assert!(calls(130, 1), "nothing is left");
    }

    #[test]
    fn it_ends_with_its_last_holder() {
        let height = Bytes(12_345);
        let ceiling = Ceiling::keep(height).unwrap();
        assert_eq!(ceiling.height(), height);
        assert!(LOWEST.load(Ordering::Relaxed) <= height.0);
        let seen = Arc::downgrade(&ceiling);
        drop(ceiling);
        // The thread may hold it for the time of a look.
        while seen.strong_count() > 0 {
            thread::sleep(EVERY);
        }
        assert!(!HEIGHTS.lock().unwrap().contains(&height));
    }
}
