//! Fragmentation rules of glycerophospholipids.
//!
//! Sources: T. Kind et al., `LipidBlast`, Nat. Methods 10 (2013) 755; R. C. Murphy, Tandem Mass
//! Spectrometry of Lipids, RSC 2015; F.-F. Hsu, J. Turk, J. Chromatogr. B 877 (2009) 2673 (review)
//! and the papers on single classes named below; J. Pi et al., Mass Spectrom. Rev. 35 (2016) 710.
//!
//! The anions' intensities are rounded means of measured spectra: 107 of PC, 94 of PE, 18 of PS, 62
//! of PI, 84 of PG in MassBank 2025.05.1 (contributor `RIKEN_IMS`, Q-TOF, CC BY).
//!
//! In the rules `""` after `Acyl` is the whole fatty acid, `-H2O` the ketene; `-H` makes the
//! carboxylate anion, `-HO` the acylium ion, `+C3H5O` the acylglycerol ion RCO+74.

use super::rules::Adduct::{Acetate, Ammonium, Deprotonated, Formate, Proton, Sodium};
use super::rules::Rule::{AcylIon, AcylLoss, Ion, Loss};
use super::rules::RuleSet;

/// Phosphatidylcholines: F.-F. Hsu, J. Turk, J. Am. Soc. Mass Spectrom. 14 (2003) 352 (protonated
/// and sodiated); J. T. J. Houjou et al., Rapid Commun. Mass Spectrom. 19 (2005) 654 (anions).
pub(super) const PC: &[RuleSet] = &[
    RuleSet {
        adduct: Proton,
        rules: &[
            Ion("C5H15NO4P", 100.0), // phosphocholine, 184.0733
            Ion("C5H12N", 6.0),
            Ion("C5H14NO", 5.0),
            Ion("C2H6O4P", 4.0),
            Loss("C5H14NO4P", 2.5),
            Loss("C3H9N", 1.5),
            AcylLoss("-H2O", 2.5, 5.0), // the ketene leaves sn-2 more easily
            AcylLoss("", 2.0, 3.0),
        ],
    },
    RuleSet {
        adduct: Sodium,
        rules: &[
            Loss("C3H9N", 100.0),
            Loss("C5H14NO4P", 40.0),
            Loss("C5H13NO4PNa", 25.0),
            Ion("C2H5O4PNa", 40.0), // sodiated ethylene phosphate, 146.9818
            Ion("C5H12N", 10.0),
            AcylLoss("+C3H9N", 6.0, 4.0),
            AcylLoss("+C3H8N+Na", 4.0, 3.0),
        ],
    },
    RuleSet {
        adduct: Formate,
        rules: &[
            Loss("C2H4O2", 100.0), // methyl formate
            AcylIon("-H", 45.0, 80.0),
            AcylLoss("+C2H4O2-H2O", 2.0, 7.0),
            AcylLoss("+C2H4O2", 1.0, 1.5),
            Ion("C7H15NO5P", 2.0),
            Ion("C4H11NO4P", 2.0),
            Ion("PO3", 0.7),
        ],
    },
    RuleSet {
        adduct: Acetate,
        rules: &[
            Loss("C3H6O2", 100.0), // methyl acetate
            AcylIon("-H", 45.0, 80.0),
            AcylLoss("+C3H6O2-H2O", 2.0, 7.0),
            AcylLoss("+C3H6O2", 1.0, 1.5),
            Ion("C7H15NO5P", 2.0),
            Ion("C4H11NO4P", 2.0),
            Ion("PO3", 0.7),
        ],
    },
];

/// Phosphatidylethanolamines: F.-F. Hsu, J. Turk, J. Mass Spectrom. 35 (2000) 595; J. Am. Soc.
/// Mass Spectrom. 11 (2000) 892.
pub(super) const PE: &[RuleSet] = &[
    RuleSet {
        adduct: Proton,
        rules: &[
            Loss("C2H8NO4P", 100.0), // phosphoethanolamine, 141.0191
            AcylIon("+C3H5O", 8.0, 8.0),
            AcylIon("-HO", 6.0, 6.0),
            AcylIon("-H3O2", 2.0, 2.0),
            Loss("C2H5N", 2.0),
        ],
    },
    RuleSet {
        adduct: Sodium,
        rules: &[
            Loss("C2H5N", 100.0), // aziridine, 43.0422
            Loss("C2H8NO4P", 30.0),
            Loss("C2H7NO4PNa", 15.0),
            Ion("C2H8NO4PNa", 25.0),
            AcylLoss("+C2H5N", 5.0, 4.0),
        ],
    },
    RuleSet {
        adduct: Deprotonated,
        rules: &[
            AcylIon("-H", 60.0, 100.0),
            AcylLoss("-H2O", 1.5, 10.0),
            AcylLoss("", 1.0, 2.0),
            Ion("C5H11NO5P", 4.0),
            Ion("C2H7NO4P", 3.0),
            Ion("C3H6O5P", 1.0),
            Ion("PO3", 1.0),
        ],
    },
];

/// Phosphatidylserines: F.-F. Hsu, J. Turk, J. Am. Soc. Mass Spectrom. 16 (2005) 1510.
pub(super) const PS: &[RuleSet] = &[
    RuleSet {
        adduct: Proton,
        rules: &[
            Loss("C3H8NO6P", 100.0), // phosphoserine, 185.0089
            AcylIon("+C3H5O", 8.0, 8.0),
            AcylIon("-HO", 6.0, 6.0),
            AcylIon("-H3O2", 2.0, 2.0),
            Loss("C3H5NO2", 2.0),
        ],
    },
    RuleSet {
        adduct: Deprotonated,
        rules: &[
            Loss("C3H5NO2", 90.0), // dehydroalanine, 87.0320
            AcylIon("-H", 100.0, 25.0),
            AcylLoss("+C3H5NO2", 10.0, 50.0),
            AcylLoss("+C3H5NO2-H2O", 2.0, 20.0),
            Ion("C3H6O5P", 18.0),
            Ion("PO3", 4.0),
        ],
    },
];

/// Phosphatidylinositols: F.-F. Hsu, J. Turk, J. Am. Soc. Mass Spectrom. 11 (2000) 986.
pub(super) const PI: &[RuleSet] = &[
    RuleSet {
        adduct: Ammonium,
        rules: &[
            Loss("C6H16NO9P", 100.0), // inositol phosphate and ammonia, 277.0563
            AcylIon("+C3H5O", 10.0, 10.0),
            AcylIon("-HO", 8.0, 8.0),
            AcylIon("-H3O2", 2.0, 2.0),
            Loss("NH3", 5.0),
        ],
    },
    RuleSet {
        adduct: Deprotonated,
        rules: &[
            Ion("C6H10O8P", 70.0), // dehydrated inositol phosphate, 241.0119
            Ion("C6H8O7P", 16.0),
            Ion("C6H12O9P", 7.0),
            Ion("C9H14O9P", 11.0),
            Ion("C9H16O10P", 4.0),
            Ion("C3H6O5P", 12.0),
            Ion("PO3", 3.0),
            AcylIon("-H", 95.0, 85.0),
            AcylLoss("", 12.0, 50.0),
            AcylLoss("-H2O", 2.0, 12.0),
            AcylLoss("+C6H10O5", 10.0, 45.0),
            Loss("C6H10O5", 2.0),
        ],
    },
];

/// Phosphatidylglycerols: F.-F. Hsu, J. Turk et al., J. Am. Soc. Mass Spectrom. 12 (2001) 1036.
pub(super) const PG: &[RuleSet] = &[
    RuleSet {
        adduct: Ammonium,
        rules: &[
            Loss("C3H12NO6P", 100.0), // glycerol phosphate and ammonia, 189.0402
            AcylIon("+C3H5O", 10.0, 10.0),
            AcylIon("-HO", 8.0, 8.0),
            AcylIon("-H3O2", 2.0, 2.0),
            Loss("NH3", 3.0),
        ],
    },
    RuleSet {
        adduct: Deprotonated,
        rules: &[
            AcylIon("-H", 75.0, 100.0),
            Ion("C3H6O5P", 5.0), // 152.9958
            Ion("C3H8O6P", 2.0),
            Ion("C6H12O7P", 1.5),
            AcylLoss("", 1.5, 2.0),
            AcylLoss("-H2O", 2.0, 4.0),
            AcylLoss("+C3H6O2", 1.0, 2.0),
        ],
    },
];

/// Lysophosphatidylcholines: F.-F. Hsu, J. Turk et al., J. Mass Spectrom. 38 (2003) 752.
pub(super) const LPC: &[RuleSet] = &[
    RuleSet {
        adduct: Proton,
        rules: &[
            Ion("C5H15NO4P", 100.0),
            Ion("C5H14NO", 60.0),
            Ion("C5H12N", 15.0),
            Ion("C2H6O4P", 10.0),
            Ion("C8H21NO6P", 3.0),
            Loss("H2O", 12.0),
            Loss("C5H14NO4P", 4.0),
            Loss("C3H9N", 2.0),
        ],
    },
    RuleSet {
        adduct: Sodium,
        rules: &[
            Loss("C3H9N", 80.0),
            Ion("C5H14NO", 100.0),
            Ion("C2H5O4PNa", 50.0),
            Loss("C5H14NO4P", 20.0),
            Loss("C5H13NO4PNa", 20.0),
            Ion("C5H12N", 15.0),
        ],
    },
    RuleSet {
        adduct: Formate,
        rules: &[
            Loss("C2H4O2", 100.0),
            AcylIon("-H", 80.0, 80.0),
            Ion("C7H15NO5P", 15.0),
            Ion("C7H17NO6P", 3.0),
            Ion("C4H11NO4P", 10.0),
            Ion("PO3", 3.0),
        ],
    },
];

/// Lysophosphatidylethanolamines: as phosphatidylethanolamines with one chain.
pub(super) const LPE: &[RuleSet] = &[
    RuleSet {
        adduct: Proton,
        rules: &[
            Loss("C2H8NO4P", 100.0),
            Loss("H2O", 40.0),
            AcylIon("-HO", 6.0, 6.0),
            Loss("C2H7NO", 5.0),
            Ion("C5H15NO6P", 4.0),
        ],
    },
    RuleSet {
        adduct: Deprotonated,
        rules: &[
            AcylIon("-H", 100.0, 100.0),
            Ion("C5H11NO5P", 25.0),
            Ion("C5H13NO6P", 8.0),
            Ion("C2H7NO4P", 20.0),
            Ion("C3H6O5P", 5.0),
            Ion("PO3", 8.0),
        ],
    },
];
