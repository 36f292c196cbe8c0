//! Lipid classes and their members: composition and LIPID MAPS shorthand names.
//!
//! Names follow G. Liebisch et al., J. Lipid Res. 61 (2020) 1539: `_` where the position of the
//! chains is not known, `;O2` for the two hydroxyl groups of a sphingoid base.

use super::super::formula::Formula;
use super::chains::{ACYLS, Acyl, BASES, Base, N_ACYLS, TG_ACYLS};

/// A lipid class of the library.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Class {
    Pc,
    Pe,
    Ps,
    Pi,
    Pg,
    Lpc,
    Lpe,
    Sm,
    Cer,
    Dg,
    Tg,
}

/// A molecule at the level of its chains.
#[derive(Debug, Clone)]
pub(crate) struct Lipid {
    pub(crate) class: Class,
    /// Fatty acids in the order they are written.
    pub(crate) acyls: Vec<Acyl>,
    /// The sphingoid base of a sphingolipid.
    pub(crate) base: Option<Base>,
}

impl Class {
    /// In library order.
    pub(crate) const ALL: [Self; 11] = [
        Self::Pc,
        Self::Pe,
        Self::Ps,
        Self::Pi,
        Self::Pg,
        Self::Lpc,
        Self::Lpe,
        Self::Sm,
        Self::Cer,
        Self::Dg,
        Self::Tg,
    ];

    /// Shorthand.
    pub(crate) fn text(self) -> &'static str {
        match self {
            Self::Pc => "PC",
            Self::Pe => "PE",
            Self::Ps => "PS",
            Self::Pi => "PI",
            Self::Pg => "PG",
            Self::Lpc => "LPC",
            Self::Lpe => "LPE",
            Self::Sm => "SM",
            Self::Cer => "Cer",
            Self::Dg => "DG",
            Self::Tg => "TG",
        }
    }

    /// What the chains are bound to: the lipid with water in place of every chain.
    fn backbone(self) -> Formula {
        Formula::of(match self {
            Self::Pc | Self::Lpc => "C8H20NO6P",
            Self::Pe | Self::Lpe => "C5H14NO6P",
            Self::Ps => "C6H14NO8P",
            Self::Pi => "C9H19O11P",
            Self::Pg => "C6H15O8P",
            // Phosphocholine less the water of its bond to the base, which is added as a base.
            Self::Sm => "C5H12NO3P",
            Self::Cer => "",
            Self::Dg | Self::Tg => "C3H8O3",
        })
    }
}

impl Lipid {
    /// Neutral composition (for choline lipids the inner salt).
    pub(crate) fn formula(&self) -> Formula {
        let water = Formula::of("H2O");
        let base = self.base.map_or(Formula::default(), Base::formula);
        self.acyls
            .iter()
            .fold(self.class.backbone() + base, |sum, acyl| {
                sum + acyl.acid() - water
            })
    }

    /// For instance `PC 16:0_18:1` or `SM 18:1;O2/16:0`.
    pub(crate) fn name(&self) -> String {
        let chains: Vec<String> = self
            .acyls
            .iter()
            .map(|a| format!("{}:{}", a.carbons, a.double_bonds))
            .collect();
        let class = self.class.text();
        match self.base {
            Some(b) => format!(
                "{class} {}:{};O2/{}",
                b.carbons,
                b.double_bonds,
                chains.join("_")
            ),
            None => format!("{class} {}", chains.join("_")),
        }
    }

    /// For instance `PC 34:1` or `SM 34:1;O2`: all that the precursor mass alone can tell.
    pub(crate) fn sum_composition(&self) -> String {
        let base = self.base.map_or((0, 0), |b| (b.carbons, b.double_bonds));
        let (carbons, double_bonds) = self
            .acyls
            .iter()
            .fold(base, |(c, d), a| (c + a.carbons, d + a.double_bonds));
        let hydroxyls = if self.base.is_some() { ";O2" } else { "" };
        format!("{} {carbons}:{double_bonds}{hydroxyls}", self.class.text())
    }
}

/// Every molecule of `class`: all combinations of its chains, lighter chain first.
pub(crate) fn members(class: Class) -> Vec<Lipid> {
    let lipid = |acyls: &[Acyl], base| Lipid {
        class,
        acyls: acyls.to_vec(),
        base,
    };
    match class {
        Class::Lpc | Class::Lpe => ACYLS.iter().map(|&a| lipid(&[a], None)).collect(),
        Class::Sm | Class::Cer => BASES
            .iter()
            .flat_map(|&b| N_ACYLS.iter().map(move |&a| (a, b)))
            .map(|(a, b)| lipid(&[a], Some(b)))
            .collect(),
        Class::Tg => {
            let mut all = Vec::new();
            for (i, &first) in TG_ACYLS.iter().enumerate() {
                for (j, &second) in TG_ACYLS.iter().enumerate().skip(i) {
                    for &third in &TG_ACYLS[j..] {
                        all.push(lipid(&[first, second, third], None));
                    }
                }
            }
            all
        }
        Class::Pc | Class::Pe | Class::Ps | Class::Pi | Class::Pg | Class::Dg => ACYLS
            .iter()
            .enumerate()
            .flat_map(|(i, &first)| ACYLS[i..].iter().map(move |&second| (first, second)))
            .map(|(first, second)| lipid(&[first, second], None))
            .collect(),
    }
}
