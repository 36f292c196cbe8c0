//! The contaminant proteins: sequence, mature chain, and what `UniProt` says of length and mass.

use super::formula::Formula;
use super::residues::Residue;

/// `data/contaminants.fasta`: sequences of `UniProtKB` (CC BY 4.0), one header form for all.
const FASTA: &str = include_str!("../data/contaminants.fasta");

/// Published masses are whole numbers, computed from atomic weights of slightly other years.
const MASS_ROUNDING: f64 = 1.0;

/// One protein of the FASTA file.
#[derive(Debug)]
pub(crate) struct Protein {
    /// `UniProtKB` accession.
    pub(crate) accession: &'static str,
    /// `UniProtKB` entry name.
    pub(crate) entry_name: &'static str,
    /// Residues in the entry, as published.
    published_length: usize,
    /// Average mass of the whole entry in Da, as published: a whole number.
    published_mass: u32,
    /// The whole entry.
    sequence: String,
    /// First and last residue of the mature chain, from 1.
    chain: (usize, usize),
}

impl Protein {
    /// The chain that is found in samples: without signal peptide, propeptide or initiator Met.
    pub(crate) fn mature(&self) -> &str {
        &self.sequence[self.chain.0 - 1..self.chain.1]
    }

    /// Whether the sequence has the published length and, to the dalton, the published mass: a
    /// slip of one letter shows, except where I and L, or K and Q, are taken for one another.
    pub(crate) fn is_as_published(&self) -> bool {
        let whole = self
            .sequence
            .bytes()
            .fold(Formula::of("H2O"), |sum, letter| {
                sum + Residue::of(letter).formula()
            });
        let off = (whole.average_mass() - f64::from(self.published_mass)).abs();
        self.sequence.len() == self.published_length && off < MASS_ROUNDING
    }
}

/// All proteins, in the order of the file.
///
/// # Panics
/// On a header that does not read `>ACCESSION NAME chain=A-B length=N mass=M text`, and on a
/// sequence that is not as published.
pub(crate) fn all() -> Vec<Protein> {
    FASTA
        .split('>')
        .filter(|record| !record.is_empty())
        .map(|record| {
            let (header, lines) = record.split_once('\n').expect("a header and a sequence");
            let words: Vec<&str> = header.split_whitespace().collect();
            let value = |idx: usize, key: &str| {
                words[idx]
                    .strip_prefix(key)
                    .expect("chain=, length=, mass= in this order")
            };
            let (first, last) = value(2, "chain=").split_once('-').expect("chain=A-B");
            let protein = Protein {
                accession: words[0],
                entry_name: words[1],
                published_length: value(3, "length=").parse().expect("a number"),
                published_mass: value(4, "mass=").parse().expect("a number"),
                sequence: lines.split_whitespace().collect(),
                chain: (
                    first.parse().expect("a number"),
                    last.parse().expect("a number"),
                ),
            };
            assert!(protein.is_as_published(), "{header}: length or mass");
            protein
        })
        .collect()
}
