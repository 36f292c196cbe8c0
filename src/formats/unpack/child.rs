//! The process that unpacks: its limits, and its end.

use super::{mzmlb, parquet_table};
use crate::formats::guard::guarded;
use std::io::{self, BufWriter, Read, Write};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};
use std::thread;
use std::time::{Duration, Instant};

/// Memory of the process. A chunk of a container is some megabytes; what wants more is damaged.
#[cfg(unix)]
const MAX_BYTES: u64 = 2 << 30;

/// How often it is looked after.
const TICK: Duration = Duration::from_millis(200);

/// Why a container was not unpacked.
#[derive(Debug, thiserror::Error)]
pub enum UnpackError {
    /// It is no container of spectra.
    #[error("it holds no spectra that are read here")]
    Unknown,
    /// It is damaged, or not as its format wants it.
    #[error("{0}")]
    Damaged(String),
    /// It cannot be read, or nobody takes what it holds.
    #[error(transparent)]
    Io(#[from] io::Error),
}

impl From<hdf5::Error> for UnpackError {
    fn from(error: hdf5::Error) -> Self {
        let text = error.to_string();
        let first = text.lines().next().unwrap_or_default();
        Self::Damaged(format!("HDF5 cannot read it: {first}"))
    }
}

/// Writes the text that the container at `path` stands for to `out`. Where nothing is written for
/// longer than `patience`, or where standard input ends, the whole process is aborted: this is to be
/// all that a process does.
///
/// # Errors
/// See [`UnpackError`].
pub fn unpack(path: &Path, patience: Duration, out: impl Write) -> Result<(), UnpackError> {
    limit_memory()?;
    let watched = Arc::new(Watched::default());
    look_after(&watched, patience);
    let mut start = [0; 4];
    let read = fs_err::File::open(path)?.read(&mut start)?;
    let mut out = BufWriter::with_capacity(1 << 18, Told { out, watched });
    // The Parquet crate panics where some files are damaged.
    guarded(|| {
        match &start[..read] {
            b"\x89HDF" => mzmlb::unpack(path, &mut out)?,
            b"PAR1" => parquet_table::unpack(path, &mut out)?,
            _ => return Err(UnpackError::Unknown),
        }
        Ok(out.flush()?)
    })
    .map_err(|panic| UnpackError::Damaged(format!("it cannot be read: {panic}")))?
}

#[cfg(unix)]
fn limit_memory() -> io::Result<()> {
    use rustix::process::{Resource, Rlimit, setrlimit};
    let most = |bytes| Rlimit {
        current: Some(bytes),
        maximum: Some(bytes),
    };
    setrlimit(Resource::As, most(MAX_BYTES))?;
    // Aborting leaves no file behind.
    Ok(setrlimit(Resource::Core, most(0))?)
}

#[cfg(not(unix))]
fn limit_memory() -> io::Result<()> {
    Ok(())
}

/// What the process has done so far.
#[derive(Default)]
struct Watched {
    n_writes: AtomicU64,
    /// Whether it waits for whoever reads what it writes.
    is_writing: AtomicBool,
}

/// Ends the process where it is stuck, and where nobody is left who wants what it writes. A library
/// that loops cannot be asked to stop, and may hold locks that an orderly end would wait for.
fn look_after(watched: &Arc<Watched>, patience: Duration) {
    thread::spawn(|| {
        let _ = io::copy(&mut io::stdin(), &mut io::sink());
        std::process::abort();
    });
    let watched = Arc::clone(watched);
    thread::spawn(move || {
        let mut last = (0, Instant::now());
        loop {
            thread::sleep(TICK);
            let n_writes = watched.n_writes.load(Relaxed);
            if n_writes != last.0 || watched.is_writing.load(Relaxed) {
                last = (n_writes, Instant::now());
            } else if last.1.elapsed() > patience {
                let _ = writeln!(
                    io::stderr(),
                    "nothing came out of it for {} s, so it is probably damaged",
                    patience.as_secs()
                );
                std::process::abort();
            }
        }
    });
}

/// Tells of every write.
struct Told<W> {
    out: W,
    watched: Arc<Watched>,
}

impl<W: Write> Write for Told<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.watched.is_writing.store(true, Relaxed);
        let written = self.out.write(bytes);
        self.watched.n_writes.fetch_add(1, Relaxed);
        self.watched.is_writing.store(false, Relaxed);
        written
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}
