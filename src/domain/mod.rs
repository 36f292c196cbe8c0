//! The words of the field as types: units, charge, tolerance, peaks, spectra, compounds.
//!
//! Everything here is valid because it exists: a [`PeakList`] is sorted, finite and positive, an
//! [`Mz`] is a positive number. Nothing here reads files or knows of indexes; it imports nothing
//! else of this crate.

mod adduct;
mod charge;
mod compound;
mod fields;
mod formula;
mod invalid;
mod mass_shift;
mod peaks;
mod peptide;
mod spectrum;
mod tolerance;
mod units;

pub use adduct::{Adduct, UnknownAdduct};
pub use charge::{Charge, Polarity};
pub use compound::{Compound, first_block};
pub use fields::Fields;
pub use formula::monoisotopic_mass;
pub use invalid::Invalid;
pub use mass_shift::{MassRange, shift_name};
pub use peaks::{Peak, PeakList};
pub use peptide::{PROTON, Peptidoform, Residue, UnknownPeptide};
pub use spectrum::{Measurement, Origin, Precursor, Spectrum};
pub use tolerance::{PrecursorWindow, Tolerance};
pub use units::{Da, Mz, Ppm, Seconds};
