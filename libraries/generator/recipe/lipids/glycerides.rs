//! Fragmentation rules of di- and triacylglycerols.
//!
//! Sources: R. C. Murphy et al., Anal. Biochem. 366 (2007) 59 (ammonium adducts); F.-F. Hsu,
//! J. Turk, J. Am. Soc. Mass Spectrom. 21 (2010) 657 (metal adducts, shown for lithium); X. Han,
//! R. W. Gross, Anal. Biochem. 295 (2001) 88. Chain positions are not told apart, so all chains
//! weigh the same.

use super::rules::Adduct::{Ammonium, Sodium};
use super::rules::Rule::{AcylIon, AcylLoss, Loss};
use super::rules::RuleSet;

/// Diacylglycerols.
pub(super) const DG: &[RuleSet] = &[
    RuleSet {
        adduct: Ammonium,
        rules: &[
            Loss("NH5O", 100.0), // ammonia and water
            AcylLoss("+NH3", 60.0, 60.0),
            AcylIon("-HO", 8.0, 8.0),
            AcylIon("-H3O2", 3.0, 3.0),
            Loss("NH3", 6.0),
        ],
    },
    RuleSet {
        adduct: Sodium,
        rules: &[
            AcylLoss("", 100.0, 100.0),
            AcylLoss("-H+Na", 25.0, 25.0),
            AcylIon("+Na", 12.0, 12.0),
            Loss("H2O", 8.0),
        ],
    },
];

/// Triacylglycerols.
pub(super) const TG: &[RuleSet] = &[
    RuleSet {
        adduct: Ammonium,
        rules: &[
            AcylLoss("+NH3", 100.0, 100.0), // the diacylglycerol ions
            AcylIon("+C3H5O", 10.0, 10.0),
            AcylIon("-HO", 8.0, 8.0),
            AcylIon("-H3O2", 3.0, 3.0),
            Loss("NH3", 4.0),
        ],
    },
    RuleSet {
        adduct: Sodium,
        rules: &[
            AcylLoss("", 100.0, 100.0),
            AcylLoss("-H+Na", 50.0, 50.0),
            AcylIon("+Na", 8.0, 8.0),
            AcylIon("-HO", 4.0, 4.0),
        ],
    },
];
