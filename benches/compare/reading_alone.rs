//! Reading without the work, and the work without reading, for `reading.py` to measure commands by.
//!
//! `read FILE` reads a file to its end. `build FILE LIB.h5` and `search FILE LIB.h5 OUT.csv` do what
//! the commands do with spectra that were all read before. Each prints the spectra, the peaks, and
//! the wall and CPU seconds of what it stands for, alone.

use mzseek::config::{self, Wishes};
use mzseek::domain::Spectrum;
use mzseek::formats::{self, Record};
use mzseek::library::{self, Draft, Library};
use mzseek::report::CsvReport;
use mzseek::search::{self, SearchSettings, Searcher};
use rustix::time::{ClockId, clock_gettime};
use std::error::Error;
use std::io::{self, BufWriter, Write};
use std::path::Path;
use std::time::Instant;

/// As the program.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// As many as the commands hand on at once.
const BLOCK: usize = 4096;

/// Wall and CPU time of this process since it was made.
struct Watch(Instant, f64);

fn cpu_seconds() -> f64 {
    let time = clock_gettime(ClockId::ProcessCPUTime);
    time.tv_sec as f64 + time.tv_nsec as f64 / 1e9
}

impl Watch {
    fn start() -> Self {
        Self(Instant::now(), cpu_seconds())
    }

    fn tell(&self, n_spectra: usize, n_peaks: usize) -> io::Result<()> {
        let (wall, cpu) = (self.0.elapsed().as_secs_f64(), cpu_seconds() - self.1);
        writeln!(io::stdout(), "{n_spectra} {n_peaks} {wall:.4} {cpu:.4}")
    }
}

/// Hands each spectrum of a file to `each`.
fn read(file: &str, mut each: impl FnMut(Spectrum)) -> Result<(), Box<dyn Error>> {
    for item in formats::open(Path::new(file))? {
        match item {
            Ok(Record::Spectrum(spectrum)) => each(*spectrum),
            Err(error) if error.is_fatal() => return Err(error.into()),
            Ok(Record::OtherScan { .. }) | Err(_) => {}
        }
    }
    Ok(())
}

fn read_all(file: &str) -> Result<(Vec<Spectrum>, usize), Box<dyn Error>> {
    let mut spectra = Vec::new();
    read(file, |spectrum| spectra.push(spectrum))?;
    let n_peaks = spectra.iter().map(|spectrum| spectrum.peaks.len()).sum();
    Ok((spectra, n_peaks))
}

fn build(spectra: &[Spectrum], target: &Path) -> Result<(), Box<dyn Error>> {
    let mut draft = Draft::new(config::resolve(&Wishes::default())?)?;
    for block in spectra.chunks(BLOCK) {
        draft.extend(block);
    }
    let (mut library, _) = library::build(draft, "alone", |_| {})?;
    library.set_models(search::learn(&library)?);
    Ok(library::write(&library, target)?)
}

fn search(spectra: &[Spectrum], library: &Library, out: &Path) -> Result<(), Box<dyn Error>> {
    let settings = SearchSettings {
        precursor: "10ppm".parse()?,
        ..SearchSettings::new(library.settings().fragment_tolerance()?)
    };
    let searcher = Searcher::new(library, settings);
    let mut report = CsvReport::begin(BufWriter::new(fs_err::File::create(out)?), false)?;
    for block in spectra.chunks(BLOCK) {
        for (query, answer) in block.iter().zip(&searcher.search(block)) {
            report.answer(library, query, answer)?;
        }
    }
    Ok(report.end()?.flush()?)
}

fn main() -> Result<(), Box<dyn Error>> {
    let words: Vec<String> = std::env::args().skip(1).collect();
    match words.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["read", file] => {
            let (mut n_spectra, mut n_peaks) = (0, 0);
            let watch = Watch::start();
            read(file, |spectrum| {
                n_spectra += 1;
                n_peaks += spectrum.peaks.len();
            })?;
            watch.tell(n_spectra, n_peaks)?;
        }
        ["build", file, target] => {
            let (spectra, n_peaks) = read_all(file)?;
            let watch = Watch::start();
            build(&spectra, Path::new(target))?;
            watch.tell(spectra.len(), n_peaks)?;
        }
        ["search", file, library, out] => {
            let (spectra, n_peaks) = read_all(file)?;
            let watch = Watch::start();
            let library = Library::open(Path::new(library))?;
            search(&spectra, &library, Path::new(out))?;
            watch.tell(spectra.len(), n_peaks)?;
        }
        _ => {
            return Err(
                "usage: reading-alone read FILE | build FILE LIB.h5 | search FILE LIB.h5 OUT.csv"
                    .into(),
            );
        }
    }
    Ok(())
}
