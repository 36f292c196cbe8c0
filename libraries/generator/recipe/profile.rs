//! How the intensity of each ion series runs along a peptide, whatever its residues.
//!
//! Means over measured beam-type spectra (HCD and Q-TOF) of peptides that are not in the library,
//! 1,505 of charge 2 and 351 of charge 3, rounded; the mean y ion of a spectrum is 1. The spectra
//! are public: `MassIVE-KB`, `PepNet`, a `HeLa` dilution series, HCT116, Shewanella oneidensis,
//! standard proteins.

/// Means for one precursor charge.
#[derive(Debug)]
pub(crate) struct Profile {
    /// y ions by where the bond lies, in tenths of the chain from the N-terminus.
    y: [f64; 10],
    /// Doubly charged y ions, likewise.
    y_double: [f64; 10],
    /// b ions of 2, 3, 4, 5 and 6 residues.
    b: [f64; 5],
    /// Longer b ions.
    b_long: f64,
    /// Doubly charged b ions that hold a base.
    pub(crate) b_double: f64,
    /// Factor on immonium ions: the more protons, the more they take.
    pub(crate) immonium: f64,
    /// Loss of water and of ammonia from the precursor, each.
    pub(crate) precursor_loss: f64,
}

const ONE_OR_TWO: Profile = Profile {
    y: [0.1, 0.6, 1.25, 1.55, 1.5, 1.1, 0.85, 0.8, 0.9, 0.95],
    y_double: [0.25, 0.35, 0.25, 0.15, 0.05, 0.0, 0.0, 0.0, 0.0, 0.0],
    b: [2.0, 1.1, 0.45, 0.3, 0.2],
    b_long: 0.12,
    b_double: 0.0,
    immonium: 1.0,
    precursor_loss: 0.2,
};

const THREE: Profile = Profile {
    y: [0.02, 0.04, 0.06, 0.3, 0.8, 1.5, 2.0, 1.7, 1.3, 2.2],
    y_double: [0.35, 1.4, 1.35, 0.55, 0.6, 0.25, 0.15, 0.05, 0.05, 0.0],
    b: [3.6, 1.4, 0.6, 0.6, 0.5],
    b_long: 0.2,
    b_double: 0.1,
    immonium: 3.0,
    precursor_loss: 0.1,
};

impl Profile {
    /// For a precursor with `charge` protons.
    pub(crate) fn of(charge: i8) -> &'static Self {
        if charge > 2 { &THREE } else { &ONE_OR_TWO }
    }

    /// The y ion, singly and doubly charged, of the bond after `n_before` of `length` residues.
    pub(crate) fn y(&self, n_before: usize, length: usize) -> (f64, f64) {
        let tenth = 10 * n_before / length;
        (self.y[tenth], self.y_double[tenth])
    }

    /// The b ion of `length` residues; b1 cannot close its ring and is not seen.
    pub(crate) fn b(&self, length: usize) -> f64 {
        match length {
            0 | 1 => 0.0,
            _ => *self.b.get(length - 2).unwrap_or(&self.b_long),
        }
    }
}
