//! The demo queries: library spectra made to look measured, and some that no library holds.

use super::compare::cosine;
use super::contaminants;
use super::entry::Entry;
use super::lipids::{self, Acyl, Adduct, Class, Lipid};
use super::noise::Noise;
use super::peptide::Peptidoform;
use std::fmt::Write as _;

const SEED: u64 = 20_260_101;

/// Queries drawn from each library.
const N_PRESENT: usize = 27;

/// A query is only drawn where the library itself tells the answer: no other entry of the same
/// polarity within this window is this similar. (Isomeric PC as [M+H]+ differ in peaks of a few
/// percent; asking for one of them would test luck.)
const ISOMER_PPM: f64 = 20.0;
const MAX_ISOMER_COSINE: f64 = 0.8;

/// Every this-many-th query holds a second compound from this window, at up to this strength.
const CHIMERIC_EVERY: usize = 4;
const ISOLATION_DA: f64 = 0.8;
const LEAST_CHIMERIC: f64 = 0.08;
const MOST_CHIMERIC: f64 = 0.25;

/// What the query is, as `truth.csv` calls it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// In the library.
    Present,
    /// In the library, with a second compound mixed in.
    Chimeric,
    /// Not in the library: the right answer is none.
    Absent,
}

/// One query with its answer.
#[derive(Debug)]
pub(crate) struct Query {
    pub(crate) precursor_mz: f64,
    pub(crate) charge: i8,
    retention_time_s: f64,
    pub(crate) peaks: Vec<(f64, f64)>,
    /// Name of the true entry, also where no library holds it.
    pub(crate) name: String,
    /// Library it is drawn from or, where absent, imitates.
    pub(crate) library: &'static str,
    pub(crate) kind: Kind,
}

/// All queries in the order they are written.
pub(crate) struct Demo(pub(crate) Vec<Query>);

impl Demo {
    /// Draws the queries and shuffles them.
    pub(crate) fn draw(contaminants: &[Entry], lipids: &[Entry]) -> Self {
        let mut noise = Noise::new(SEED);
        let mut queries = Vec::new();
        queries.extend(present("contaminants", contaminants, &mut noise));
        queries.extend(present("lipids", lipids, &mut noise));
        for (library, entry) in absent(contaminants, &mut noise) {
            let peaks = entry.peaks.clone();
            let source = (library, Kind::Absent);
            queries.push(query(&entry, &peaks, source, &mut noise));
        }
        for last in (1..queries.len()).rev() {
            queries.swap(last, noise.below(last + 1));
        }
        Self(queries)
    }

    /// Mascot generic format.
    pub(crate) fn mgf(&self) -> String {
        let mut out = String::new();
        for (idx, query) in self.0.iter().enumerate() {
            write_mgf(&mut out, idx, query).expect("writing to a string");
        }
        out
    }

    /// What `mzseek evaluate` reads as truth; an absent compound has no right answer.
    pub(crate) fn truth_csv(&self) -> String {
        let mut out = String::from("title,name,class,relation,library\n");
        for (idx, query) in self.0.iter().enumerate() {
            let (name, class, relation) = match query.kind {
                Kind::Present => (query.name.as_str(), "in_library", "single"),
                Kind::Chimeric => (query.name.as_str(), "in_library", "chimeric"),
                Kind::Absent => ("", "absent", "none"),
            };
            let (title, library) = (title(idx), query.library);
            let row = format!("{title},{name},{class},{relation},{library}\n");
            out.push_str(&row);
        }
        out
    }
}

fn title(idx: usize) -> String {
    format!("demo_{:03}", idx + 1)
}

fn write_mgf(out: &mut String, idx: usize, query: &Query) -> std::fmt::Result {
    let sign = if query.charge > 0 { '+' } else { '-' };
    writeln!(out, "BEGIN IONS")?;
    writeln!(out, "TITLE={}", title(idx))?;
    writeln!(out, "PEPMASS={:.5}", query.precursor_mz)?;
    writeln!(out, "CHARGE={}{sign}", query.charge.unsigned_abs())?;
    writeln!(out, "RTINSECONDS={:.1}", query.retention_time_s)?;
    for (mz, intensity) in &query.peaks {
        writeln!(out, "{mz:.5} {intensity:.0}")?;
    }
    writeln!(out, "END IONS\n")
}

/// Queries drawn from `entries`, no name twice, by turns from every protein or lipid class.
fn present(library: &'static str, entries: &[Entry], noise: &mut Noise) -> Vec<Query> {
    let groups = groups(entries);
    let mut queries: Vec<Query> = Vec::new();
    for group in groups.iter().cycle() {
        if queries.len() == N_PRESENT {
            break;
        }
        let entry = group[noise.below(group.len())];
        let known = queries.iter().any(|q| q.name == entry.name);
        if known || !is_distinct(entry, entries) {
            continue;
        }
        let second = if queries.len().is_multiple_of(CHIMERIC_EVERY) {
            neighbour(entry, entries, noise)
        } else {
            None
        };
        let mut peaks = entry.peaks.clone();
        let kind = if second.is_some() {
            Kind::Chimeric
        } else {
            Kind::Present
        };
        if let Some(second) = second {
            let share = noise.between(LEAST_CHIMERIC, MOST_CHIMERIC);
            peaks.extend(second.peaks.iter().map(|p| (p.0, p.1 * share)));
        }
        queries.push(query(entry, &peaks, (library, kind), noise));
    }
    queries
}

/// The entries of each protein or lipid class, in the order of first appearance.
fn groups(entries: &[Entry]) -> Vec<Vec<&Entry>> {
    let mut groups: Vec<(&str, Vec<&Entry>)> = Vec::new();
    for entry in entries {
        let is_key = |c: &&(&str, String)| matches!(c.0, "Protein" | "Class");
        let key = entry.comments.iter().find(is_key).map_or("", |c| &c.1);
        match groups.iter_mut().find(|g| g.0 == key) {
            Some(group) => group.1.push(entry),
            None => groups.push((key, vec![entry])),
        }
    }
    groups.into_iter().map(|g| g.1).collect()
}

fn is_distinct(entry: &Entry, entries: &[Entry]) -> bool {
    entries.iter().all(|other| {
        let ppm = (other.precursor_mz / entry.precursor_mz - 1.0).abs() * 1e6;
        other.accession == entry.accession
            || other.charge.signum() != entry.charge.signum()
            || ppm > ISOMER_PPM
            || cosine(&other.peaks, &entry.peaks) <= MAX_ISOMER_COSINE
    })
}

/// Another entry that would be isolated along with `entry`.
fn neighbour<'a>(entry: &Entry, entries: &'a [Entry], noise: &mut Noise) -> Option<&'a Entry> {
    let close: Vec<&Entry> = entries
        .iter()
        .filter(|other| {
            let gap = (other.precursor_mz - entry.precursor_mz).abs();
            other.charge.signum() == entry.charge.signum()
                && other.name != entry.name
                && gap <= ISOLATION_DA
                && gap > entry.precursor_mz * ISOMER_PPM * 1e-6
        })
        .collect();
    (!close.is_empty()).then(|| close[noise.below(close.len())])
}

/// Spectra no library holds: peptides with their inner residues reversed (same precursor, other
/// fragments), and lipids of odd chains (at most an isomer to meet).
fn absent(contaminants: &[Entry], noise: &mut Noise) -> Vec<(&'static str, Entry)> {
    let mut absent = Vec::new();
    while absent.len() < 3 {
        let entry = &contaminants[noise.below(contaminants.len())];
        let sequence = entry.name.split('/').next().unwrap_or_default();
        let plain = entry.charge == 2 && sequence.bytes().all(|b| b.is_ascii_uppercase());
        if !plain {
            continue;
        }
        let (inner, last) = sequence.split_at(sequence.len() - 1);
        let reversed: String = inner.chars().rev().chain(last.chars()).collect();
        let scrambled = contaminants::spectrum(&Peptidoform::plain(&reversed), 2);
        if cosine(&scrambled.peaks, &entry.peaks) < 0.4 {
            absent.push(("contaminants", scrambled));
        }
    }
    let odd = |class, chains: &[(i32, i32)]| Lipid {
        class,
        acyls: chains
            .iter()
            .map(|&(carbons, double_bonds)| Acyl {
                carbons,
                double_bonds,
            })
            .collect(),
        base: None,
    };
    let lipids = [
        (odd(Class::Pe, &[(19, 0), (20, 4)]), Adduct::Deprotonated),
        (odd(Class::Pi, &[(18, 0), (19, 1)]), Adduct::Deprotonated),
        (
            odd(Class::Tg, &[(15, 0), (16, 0), (18, 1)]),
            Adduct::Ammonium,
        ),
    ];
    for (lipid, adduct) in &lipids {
        absent.extend(lipids::spectrum_of(lipid, *adduct).map(|entry| ("lipids", entry)));
    }
    absent
}

/// `entry` as measured, with `peaks` for its ions.
fn query(
    entry: &Entry,
    peaks: &[(f64, f64)],
    (library, kind): (&'static str, Kind),
    noise: &mut Noise,
) -> Query {
    let mass_range = entry.precursor_mz * f64::from(entry.charge.abs());
    // Ion counts of a scan: base peaks between a hundred thousand and ten million.
    let gain = noise.between(1e2, 1e4);
    let mut peaks = noise.spectrum(peaks, mass_range);
    for peak in &mut peaks {
        peak.1 *= gain;
    }
    Query {
        precursor_mz: noise.measured(entry.precursor_mz),
        charge: entry.charge,
        retention_time_s: noise.between(60.0, 3600.0),
        peaks,
        name: entry.name.clone(),
        library,
        kind,
    }
}
