//! Fragmentation rules of sphingomyelins and ceramides.
//!
//! Sources: F.-F. Hsu, J. Turk, J. Am. Soc. Mass Spectrom. 11 (2000) 437 (sphingomyelin) and 13
//! (2002) 558 (ceramide anions); Q. Ann, J. Adams, Anal. Chem. 65 (1993) 7 (ceramides);
//! A. H. Merrill et al., Methods 36 (2005) 207 (the base ions that name the sphingoid base).
//! The anions' intensities are rounded means of measured spectra of MassBank 2025.05.1
//! (contributor `RIKEN_IMS`, Q-TOF, CC BY).

use super::rules::Adduct::{Acetate, Deprotonated, Formate, Proton, Sodium};
use super::rules::Rule::{AcylIon, AcylLoss, BaseIon, Ion, Loss};
use super::rules::RuleSet;

/// The acyl chain sits on nitrogen, so `AcylLoss("-H2O")` is the ketene of the amide.
pub(super) const SM: &[RuleSet] = &[
    RuleSet {
        adduct: Proton,
        rules: &[
            Ion("C5H15NO4P", 100.0), // phosphocholine, 184.0733
            Ion("C5H12N", 6.0),
            Ion("C5H14NO", 4.0),
            Ion("C2H6O4P", 4.0),
            Loss("C5H14NO4P", 2.0),
            Loss("H2O", 2.0),
            BaseIon("-H3O2", 2.0), // 264.2686 of sphingosine
        ],
    },
    RuleSet {
        adduct: Sodium,
        rules: &[
            Loss("C3H9N", 100.0),
            Loss("C5H14NO4P", 25.0),
            Loss("C5H13NO4PNa", 10.0),
            Ion("C2H5O4PNa", 30.0),
            Ion("C5H12N", 8.0),
        ],
    },
    RuleSet {
        adduct: Formate,
        rules: &[
            Loss("C2H4O2", 100.0),
            Ion("C4H11NO4P", 12.0), // demethylated phosphocholine, 168.0431
            Ion("PO3", 3.0),
            AcylLoss("+C2H4O2-H2O", 1.5, 1.5),
        ],
    },
    RuleSet {
        adduct: Acetate,
        rules: &[
            Loss("C3H6O2", 100.0),
            Ion("C4H11NO4P", 12.0), // demethylated phosphocholine, 168.0431
            Ion("PO3", 3.0),
            AcylLoss("+C3H6O2-H2O", 1.5, 1.5),
        ],
    },
];

/// Ceramides.
pub(super) const CER: &[RuleSet] = &[
    RuleSet {
        adduct: Proton,
        rules: &[
            BaseIon("-H3O2", 100.0), // 264.2686 of sphingosine
            BaseIon("-HO", 20.0),
            BaseIon("-CH3O2", 12.0),
            Loss("H2O", 40.0),
            Loss("H4O2", 12.0),
            AcylIon("+NH2-O", 8.0, 8.0), // the protonated amide
        ],
    },
    RuleSet {
        adduct: Deprotonated,
        rules: &[
            AcylIon("+C2H2N-O", 100.0, 100.0), // the amide with two carbons of the base
            AcylIon("+C2H2N", 14.0, 14.0),
            AcylIon("+N-O", 18.0, 18.0), // the deprotonated amide
            AcylIon("-H3O", 27.0, 27.0), // the ketene's anion
            AcylIon("-H", 14.0, 14.0),
            BaseIon("-C2H8NO", 25.0), // 237.2224 of sphingosine
            BaseIon("-NH6O", 14.0),   // 263.2380 of sphingosine
            Loss("CH2O", 28.0),
            Loss("CH4O", 14.0),
            Loss("CH4O2", 14.0),
        ],
    },
    RuleSet {
        adduct: Formate,
        rules: &[
            Loss("CH2O2", 100.0), // leaves the deprotonated ceramide
            AcylIon("+C2H2N-O", 40.0, 40.0),
            AcylIon("+C2H2N", 6.0, 6.0),
            AcylIon("+N-O", 7.0, 7.0),
            AcylIon("-H3O", 11.0, 11.0),
            AcylIon("-H", 6.0, 6.0),
            BaseIon("-C2H8NO", 10.0),
            BaseIon("-NH6O", 6.0),
            Loss("C2H4O3", 11.0),
            Loss("C2H6O3", 6.0),
            Loss("C2H6O4", 6.0),
        ],
    },
    RuleSet {
        adduct: Acetate,
        rules: &[
            Loss("C2H4O2", 100.0), // leaves the deprotonated ceramide
            AcylIon("+C2H2N-O", 40.0, 40.0),
            AcylIon("+C2H2N", 6.0, 6.0),
            AcylIon("+N-O", 7.0, 7.0),
            AcylIon("-H3O", 11.0, 11.0),
            AcylIon("-H", 6.0, 6.0),
            BaseIon("-C2H8NO", 10.0),
            BaseIon("-NH6O", 6.0),
            Loss("C3H6O3", 11.0),
            Loss("C3H8O3", 6.0),
            Loss("C3H8O4", 6.0),
        ],
    },
];
