//! The lipids library: which molecules, as which adducts, and how rules become spectra.
//!
//! `chains` holds fatty acids and sphingoid bases, `classes` the molecules, `rules` the form of a
//! fragmentation rule, and `glycerophospholipids`, `sphingolipids`, `glycerides` the rules.

mod chains;
mod classes;
mod glycerides;
mod glycerophospholipids;
mod rules;
mod sphingolipids;

pub(crate) use chains::Acyl;
pub(crate) use classes::{Class, Lipid};
pub(crate) use rules::Adduct;

use super::entry::{self, Entry, Selection};
use rules::{Rule, RuleSet};

const SELECTION: Selection = Selection {
    lowest_mz: 70.0,
    least: 0.005,
    n_peaks: 60,
};

/// All spectra: class by class, molecule by molecule, adduct by adduct.
pub(crate) fn library() -> Vec<Entry> {
    let mut entries = Vec::new();
    for class in Class::ALL {
        for lipid in classes::members(class) {
            for set in rule_sets(class) {
                let mut entry = spectrum(&lipid, set);
                entry.accession = format!("MZS-LIP-{:06}", entries.len() + 1);
                entries.push(entry);
            }
        }
    }
    entries
}

/// The spectrum of a lipid that need not be in the library; none where no rule covers the adduct.
pub(crate) fn spectrum_of(lipid: &Lipid, adduct: Adduct) -> Option<Entry> {
    let set = rule_sets(lipid.class).iter().find(|s| s.adduct == adduct)?;
    Some(spectrum(lipid, set))
}

fn rule_sets(class: Class) -> &'static [RuleSet] {
    match class {
        Class::Pc => glycerophospholipids::PC,
        Class::Pe => glycerophospholipids::PE,
        Class::Ps => glycerophospholipids::PS,
        Class::Pi => glycerophospholipids::PI,
        Class::Pg => glycerophospholipids::PG,
        Class::Lpc => glycerophospholipids::LPC,
        Class::Lpe => glycerophospholipids::LPE,
        Class::Sm => sphingolipids::SM,
        Class::Cer => sphingolipids::CER,
        Class::Dg => glycerides::DG,
        Class::Tg => glycerides::TG,
    }
}

fn spectrum(lipid: &Lipid, set: &RuleSet) -> Entry {
    let formula = lipid.formula();
    let precursor = formula + set.adduct.delta();
    let charge = set.adduct.charge();
    let ions = set
        .rules
        .iter()
        .flat_map(|rule: &Rule| rule.ions(lipid, precursor))
        .map(|(ion, intensity)| (ion.mz(charge), intensity))
        .collect();
    Entry {
        name: lipid.name(),
        accession: String::new(),
        formula,
        adduct: set.adduct.text().to_owned(),
        charge,
        precursor_mz: precursor.mz(charge),
        comments: vec![
            ("Class", lipid.class.text().to_owned()),
            ("SumComposition", lipid.sum_composition()),
        ],
        peaks: entry::peaks(ions, SELECTION),
    }
}
