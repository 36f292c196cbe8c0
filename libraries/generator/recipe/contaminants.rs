//! The contaminants library: which peptides, which forms of them, which charges.

use super::digest;
use super::entry::{self, Entry, Selection};
use super::formula::Formula;
use super::fragments;
use super::peptide::Peptidoform;
use super::proteins::{self, Protein};
use super::residues::Residue;

/// Precursors outside are not selected in usual methods.
const LOWEST_PRECURSOR: f64 = 300.0;
const HIGHEST_PRECURSOR: f64 = 1600.0;

/// Singly charged precursors are kept for short peptides only.
const MAX_LENGTH_SINGLE: usize = 8;

/// Three protons need as many bases (the N-terminus is one), or a long chain.
const MIN_BASES_TRIPLE: usize = 3;
const MIN_LENGTH_TRIPLE: usize = 18;

const SELECTION: Selection = Selection {
    lowest_mz: 80.0,
    least: 0.01,
    n_peaks: 60,
};

/// A peptide and the proteins it stands in.
struct Source<'a> {
    sequence: &'a str,
    n_missed: usize,
    proteins: Vec<&'a Protein>,
}

/// All spectra, in the order of the proteins and of their chains.
pub(crate) fn library() -> Vec<Entry> {
    let proteins = proteins::all();
    let mut entries = Vec::new();
    for source in sources(&proteins) {
        for form in forms(&source) {
            for charge in charges(&source, &form) {
                let accession = format!("MZS-CON-{:06}", entries.len() + 1);
                let mut entry = spectrum(&form, charge);
                entry.accession = accession;
                entry.comments.push(("Protein", written(&source.proteins)));
                let missed = ("MissedCleavages", source.n_missed.to_string());
                entry.comments.push(missed);
                entries.push(entry);
            }
        }
    }
    entries
}

/// The computed spectrum of one peptidoform; number and proteins are for the caller to add.
pub(crate) fn spectrum(form: &Peptidoform, charge: i8) -> Entry {
    Entry {
        name: form.name(charge),
        accession: String::new(),
        formula: form.formula(),
        adduct: match charge {
            1 => "[M+H]+".to_owned(),
            n => format!("[M+{n}H]{n}+"),
        },
        charge,
        precursor_mz: precursor_mz(form, charge),
        comments: vec![("ProForma", form.proforma())],
        peaks: entry::peaks(fragments::ions(form, charge), SELECTION),
    }
}

/// Distinct sequences in order of first appearance.
fn sources(proteins: &[Protein]) -> Vec<Source<'_>> {
    let mut sources: Vec<Source<'_>> = Vec::new();
    for protein in proteins {
        for piece in digest::trypsin(protein.mature()) {
            match sources.iter_mut().find(|s| s.sequence == piece.sequence) {
                Some(known) => {
                    // A chain with repeats gives the same piece twice.
                    if known.proteins.last().map(|p| p.accession) != Some(protein.accession) {
                        known.proteins.push(protein);
                    }
                }
                None => sources.push(Source {
                    sequence: piece.sequence,
                    n_missed: piece.n_missed,
                    proteins: vec![protein],
                }),
            }
        }
    }
    sources
}

/// The plain form, and for fully cut peptides one variable modification at a time.
fn forms(source: &Source<'_>) -> Vec<Peptidoform> {
    let mut forms = vec![Peptidoform::plain(source.sequence)];
    if source.n_missed == 0 {
        forms.extend(Peptidoform::pyro_glu(source.sequence));
        forms.extend(Peptidoform::oxidised(source.sequence));
    }
    forms
}

fn charges(source: &Source<'_>, form: &Peptidoform) -> Vec<i8> {
    let length = source.sequence.len();
    let n_basic = source.sequence.bytes().map(Residue::of);
    let n_bases = 1 + n_basic.filter(|r| r.basic).count();
    let single = length <= MAX_LENGTH_SINGLE && source.n_missed == 0;
    let triple = n_bases >= MIN_BASES_TRIPLE || length >= MIN_LENGTH_TRIPLE;
    [(1, single), (2, true), (3, triple)]
        .into_iter()
        .filter(|&(charge, wanted)| {
            let mz = precursor_mz(form, charge);
            wanted && (LOWEST_PRECURSOR..=HIGHEST_PRECURSOR).contains(&mz)
        })
        .map(|(charge, _)| charge)
        .collect()
}

fn precursor_mz(form: &Peptidoform, charge: i8) -> f64 {
    (form.formula() + Formula::of("H") * i32::from(charge)).mz(charge)
}

fn written(proteins: &[&Protein]) -> String {
    let names: Vec<String> = proteins
        .iter()
        .map(|p| format!("{} {}", p.accession, p.entry_name))
        .collect();
    names.join("; ")
}
