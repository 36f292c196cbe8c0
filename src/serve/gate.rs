//! Who may work when: a bounded queue, and turns at the processor.
//!
//! A request takes a place before its body is read, or is turned away at once. Its search then takes
//! turns, a block of spectra each, with the other requests and the jobs: first come, first served,
//! so that a single spectrum does not wait for the whole of somebody's file.

use super::limits::Limits;
use super::problem::{Kind, Problem};
use std::sync::Arc;
use tokio::runtime::Handle;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, SemaphorePermit};

/// The queue.
#[derive(Debug)]
pub(super) struct Gate {
    places: Arc<Semaphore>,
    n_places: usize,
    /// Room for bodies, in kilobytes.
    room: Arc<Semaphore>,
    turns: Semaphore,
}

/// A place in the queue, given back when dropped.
#[derive(Debug)]
pub(super) struct Place {
    _place: OwnedSemaphorePermit,
    _room: OwnedSemaphorePermit,
}

impl Gate {
    /// A queue for as many turns at once as the pool has threads.
    pub(super) fn new(limits: &Limits) -> Self {
        let n_places = limits.max_queue.get().min(Semaphore::MAX_PERMITS);
        let room = kilobytes(limits.bodies_bytes()).min(u32::MAX as usize);
        Self {
            places: Arc::new(Semaphore::new(n_places)),
            n_places,
            room: Arc::new(Semaphore::new(room)),
            turns: Semaphore::new(rayon::current_num_threads()),
        }
    }

    /// A place for a request whose body has at most `body_bytes` bytes.
    pub(super) fn enter(&self, body_bytes: usize) -> Result<Place, Problem> {
        let busy = |what: &str| Problem::new(Kind::Busy, format!("{what}: try again in a second"));
        let place = Arc::clone(&self.places).try_acquire_owned();
        let place = place.map_err(|_| busy("too many requests are waiting"))?;
        let room = Arc::clone(&self.room).try_acquire_many_owned(kilobytes(body_bytes) as u32);
        let room = room.map_err(|_| busy("too many bytes are waiting"))?;
        Ok(Place {
            _place: place,
            _room: room,
        })
    }

    /// Requests that wait or run.
    pub(super) fn depth(&self) -> usize {
        self.n_places - self.places.available_permits()
    }

    /// Waits for a turn, on a thread that may wait. `None` when the service ends.
    pub(super) fn turn(&self) -> Option<SemaphorePermit<'_>> {
        Handle::current().block_on(self.turns.acquire()).ok()
    }
}

fn kilobytes(bytes: usize) -> usize {
    bytes.div_ceil(1000)
}
