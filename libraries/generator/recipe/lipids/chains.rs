//! Fatty acids and sphingoid bases: the chains common in mammalian samples.

use super::super::formula::Formula;

/// A fatty acid by carbons and double bonds, as the free acid RCOOH.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Acyl {
    /// Carbon atoms, the carboxyl one included.
    pub(crate) carbons: i32,
    /// Double bonds in the chain.
    pub(crate) double_bonds: i32,
}

/// A sphingoid base with two hydroxyl groups (`d` in the older notation), as the free base.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Base {
    /// Carbon atoms.
    pub(crate) carbons: i32,
    /// Double bonds.
    pub(crate) double_bonds: i32,
}

const fn acyl(carbons: i32, double_bonds: i32) -> Acyl {
    Acyl {
        carbons,
        double_bonds,
    }
}

const fn base(carbons: i32, double_bonds: i32) -> Base {
    Base {
        carbons,
        double_bonds,
    }
}

/// Chains of glycerolipids and glycerophospholipids.
pub(crate) const ACYLS: [Acyl; 16] = [
    acyl(14, 0),
    acyl(15, 0),
    acyl(16, 0),
    acyl(16, 1),
    acyl(17, 0),
    acyl(18, 0),
    acyl(18, 1),
    acyl(18, 2),
    acyl(18, 3),
    acyl(20, 2),
    acyl(20, 3),
    acyl(20, 4),
    acyl(20, 5),
    acyl(22, 4),
    acyl(22, 5),
    acyl(22, 6),
];

/// Chains of triglycerides: fewer, since three are combined.
pub(crate) const TG_ACYLS: [Acyl; 10] = [
    acyl(14, 0),
    acyl(16, 0),
    acyl(16, 1),
    acyl(18, 0),
    acyl(18, 1),
    acyl(18, 2),
    acyl(18, 3),
    acyl(20, 4),
    acyl(20, 5),
    acyl(22, 6),
];

/// N-acyl chains of sphingolipids.
pub(crate) const N_ACYLS: [Acyl; 18] = [
    acyl(14, 0),
    acyl(15, 0),
    acyl(16, 0),
    acyl(16, 1),
    acyl(17, 0),
    acyl(18, 0),
    acyl(18, 1),
    acyl(20, 0),
    acyl(21, 0),
    acyl(22, 0),
    acyl(22, 1),
    acyl(23, 0),
    acyl(24, 0),
    acyl(24, 1),
    acyl(24, 2),
    acyl(25, 0),
    acyl(26, 0),
    acyl(26, 1),
];

/// Sphingosine first, sphinganine, sphingadiene and the shorter bases of plasma.
pub(crate) const BASES: [Base; 5] = [
    base(18, 1),
    base(18, 0),
    base(18, 2),
    base(16, 1),
    base(17, 1),
];

impl Acyl {
    /// Composition of the free acid.
    pub(crate) fn acid(self) -> Formula {
        Formula::of("CH2") * self.carbons + Formula::of("O2")
            - Formula::of("H2") * self.double_bonds
    }
}

impl Base {
    /// Composition of the free base; sphinganine is C18H39NO2.
    pub(crate) fn formula(self) -> Formula {
        Formula::of("CH2") * self.carbons + Formula::of("H3NO2")
            - Formula::of("H2") * self.double_bonds
    }
}
