//! How readily each peptide bond breaks, as far as its two residues decide.
//!
//! Statistics of many spectra agree on the trends: cleavage before proline and after aspartate
//! (E. A. Kapp et al., Anal. Chem. 75 (2003) 6251; Y. Huang et al., Anal. Chem. 77 (2005) 5800),
//! after isoleucine, valine, leucine and histidine, hardly after proline or glycine (D. L. Tabb et
//! al., Anal. Chem. 75 (2003) 1155). How strong the selective ones are depends on whether a proton
//! is free to move (V. H. Wysocki et al., J. Mass Spectrom. 35 (2000) 1399). The factors are round
//! numbers near the means of the spectra that `profile` names. A model, not a measurement: ratios
//! of neighbouring peaks are right in trend only.

use super::peptide::Peptidoform;

/// Whether a proton is free to move along the backbone, after Kapp et al.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mobility {
    /// More protons than basic residues.
    Mobile,
    /// Between the other two.
    Partial,
    /// No more protons than arginines, which hold them.
    Bound,
}

impl Mobility {
    /// Of `peptide` with `charge` protons.
    pub(crate) fn of(peptide: &Peptidoform, charge: i8) -> Self {
        let n_protons = charge as usize;
        let n_basic = peptide.residues().filter(|r| r.basic).count();
        let n_arginine = peptide.residues().filter(|r| r.letter == b'R').count();
        if n_protons > n_basic {
            Self::Mobile
        } else if n_protons <= n_arginine {
            Self::Bound
        } else {
            Self::Partial
        }
    }
}

/// Relative rate of breaking each bond; element `i` is the bond before residue `i + 1`.
pub(crate) fn bonds(peptide: &Peptidoform, mobility: Mobility) -> Vec<f64> {
    peptide
        .sequence()
        .as_bytes()
        .windows(2)
        .map(|pair| after(pair[0], mobility) * before(pair[1], mobility))
        .collect()
}

/// Factor for the residue on the N-terminal side of the bond.
#[expect(
    clippy::match_same_arms,
    reason = "one row for every residue reads as a table"
)]
fn after(residue: u8, mobility: Mobility) -> f64 {
    match (residue, mobility) {
        (b'D', Mobility::Mobile) => 1.0,
        (b'D', Mobility::Partial) => 1.3,
        (b'D', Mobility::Bound) => 3.0,
        (b'E', Mobility::Bound) => 1.5,
        (b'I' | b'V', _) => 1.5,
        (b'L', _) => 1.4,
        (b'H', _) => 1.35,
        (b'W', _) => 1.3,
        (b'F' | b'Y' | b'M' | b'Q', _) => 1.1,
        (b'A' | b'T', _) => 0.9,
        (b'C', _) => 0.75,
        (b'S' | b'N', _) => 0.65,
        (b'P', _) => 0.5,
        (b'G', _) => 0.35,
        _ => 1.0,
    }
}

/// Factor for the residue on the C-terminal side of the bond.
fn before(residue: u8, mobility: Mobility) -> f64 {
    match (residue, mobility) {
        (b'P', Mobility::Mobile) => 2.8,
        (b'P', Mobility::Partial) => 2.4,
        (b'P', Mobility::Bound) => 1.5,
        (b'G', _) => 1.25,
        (b'S', _) => 1.1,
        (b'D' | b'E' | b'I' | b'L' | b'V' | b'Q', _) => 0.75,
        _ => 0.95,
    }
}
