//! Adducts: how many molecules an ion holds, what was added and taken away, and its charge.

use super::{Charge, monoisotopic_mass};
use std::fmt;
use std::str::FromStr;

/// An ion type such as `[2M+Na]+`.
///
/// `Display` writes the one form used everywhere: brackets, formulas for what is added, the charge
/// behind the bracket without a 1 (`[M+H]+`, `[M+CH2O2-H]-`, `[M]+.`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Adduct {
    n_molecules: u8,
    changes: Vec<Change>,
    charge: Charge,
    is_radical: bool,
}

/// So many of a formula gained (above 0) or lost.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Change {
    count: i8,
    formula: String,
}

/// Text that names no adduct.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is no adduct such as [M+H]+")]
pub struct UnknownAdduct(String);

/// Mass of an electron in Da (CODATA 2018).
const ELECTRON: f64 = 0.000_548_579_909_07;

/// What chromatographers call things that are added.
const SHORT_NAMES: [(&str, &str); 14] = [
    ("ACN", "C2H3N"),
    ("MeCN", "C2H3N"),
    ("MeOH", "CH4O"),
    ("FA", "CH2O2"),
    ("HFA", "CH2O2"),
    ("HCOOH", "CH2O2"),
    ("HAc", "C2H4O2"),
    ("Hac", "C2H4O2"),
    ("AcOH", "C2H4O2"),
    ("DMSO", "C2H6OS"),
    ("IsoProp", "C3H8O"),
    ("iPrOH", "C3H8O"),
    ("TFA", "C2HF3O2"),
    ("Hex", "C6H10O5"),
];

/// Charges that parts bring along; anything else is neutral.
const CHARGES: [(&str, i32); 14] = [
    ("H", 1),
    ("Na", 1),
    ("K", 1),
    ("Li", 1),
    ("NH4", 1),
    ("Ca", 2),
    ("Mg", 2),
    ("Cl", -1),
    ("Br", -1),
    ("I", -1),
    ("HCOO", -1),
    ("CHO2", -1),
    ("CH3COO", -1),
    ("C2H3O2", -1),
];

impl Adduct {
    /// The charge of the ion.
    pub fn charge(&self) -> Charge {
        self.charge
    }

    /// m/z of the ion of a molecule of monoisotopic mass `mass` in Da; `None` where something
    /// added has an unknown mass.
    pub fn mz(&self, mass: f64) -> Option<f64> {
        let state = f64::from(self.charge.state());
        let mut total = f64::from(self.n_molecules) * mass - ELECTRON * state;
        for change in &self.changes {
            total += f64::from(change.count) * monoisotopic_mass(&change.formula)?;
        }
        Some(total / state.abs()).filter(|mz| *mz > 0.0)
    }
}

impl FromStr for Adduct {
    type Err = UnknownAdduct;

    /// Reads `[M+H]+`, `M+H`, `[M+2H]++`, `[M-H]1-`, `[M+FA-H]-`, `[M]+*`, `[M+H]+ (1.0073)`.
    fn from_str(text: &str) -> Result<Self, UnknownAdduct> {
        read(text.trim()).ok_or_else(|| UnknownAdduct(text.to_owned()))
    }
}

fn read(text: &str) -> Option<Adduct> {
    let (body, behind) = match text.strip_prefix('[') {
        Some(inner) => inner.split_once(']')?,
        // Without brackets a sign at the end is the charge: M+H+, M-H-.
        None => match text.find(|c: char| c.is_whitespace() || c == '(') {
            Some(at) => text.split_at(at),
            None => text.split_at(text.trim_end_matches(['+', '-', '*', '.']).len()),
        },
    };
    let behind = behind.split(" (").next()?.trim();
    let is_radical = behind.ends_with(['*', '.', '•']);
    let signs = behind.trim_matches(['*', '.', '•', ' ']);
    let digits = body.bytes().take_while(u8::is_ascii_digit).count();
    let n_molecules = match &body[..digits] {
        "" => 1,
        digits => digits.parse().ok().filter(|n| *n > 0)?,
    };
    let rest = body[digits..].strip_prefix('M')?;
    // `[M+1]`, `[M-CH3]`: only what follows at once is part of it.
    let changes = changes(rest)?;
    let charge = match signs {
        "" => Charge::new(sum_of_charges(&changes)?).ok()?,
        signs => charge(signs)?,
    };
    Some(Adduct {
        n_molecules,
        changes,
        charge,
        is_radical,
    })
}

/// `+`, `2+`, `+2`, `++`.
fn charge(signs: &str) -> Option<Charge> {
    let n = signs.len() as i8;
    if n <= 4 && signs.bytes().all(|b| b == b'+') {
        Charge::new(n).ok()
    } else if n <= 4 && signs.bytes().all(|b| b == b'-') {
        Charge::new(-n).ok()
    } else {
        signs.contains(['+', '-']).then(|| signs.parse().ok())?
    }
}

fn changes(text: &str) -> Option<Vec<Change>> {
    let mut changes = Vec::new();
    let mut rest = text.trim();
    while !rest.is_empty() {
        let is_gain = rest.starts_with('+');
        if !is_gain && !rest.starts_with('-') {
            return None;
        }
        rest = &rest[1..];
        let end = rest.find(['+', '-']).unwrap_or(rest.len());
        let (part, behind) = rest.split_at(end);
        let part = part.trim().trim_matches(['(', ')']);
        let digits = part.bytes().take_while(u8::is_ascii_digit).count();
        let count: i8 = match &part[..digits] {
            "" => 1,
            digits => digits.parse().ok().filter(|n| *n > 0)?,
        };
        let name = part[digits..].trim();
        let known = SHORT_NAMES.iter().find(|(short, _)| *short == name);
        let formula = known.map_or(name, |(_, formula)| formula);
        if formula.is_empty() || monoisotopic_mass(formula).is_none() {
            return None;
        }
        let count = if is_gain { count } else { -count };
        let formula = formula.to_owned();
        changes.push(Change { count, formula });
        rest = behind.trim_start();
    }
    Some(changes)
}

fn sum_of_charges(changes: &[Change]) -> Option<i8> {
    let of = |formula: &str| {
        CHARGES
            .iter()
            .find(|(part, _)| *part == formula)
            .map(|(_, z)| *z)
    };
    let sum: i32 = changes
        .iter()
        .map(|change| i32::from(change.count) * of(&change.formula).unwrap_or(0))
        .sum();
    i8::try_from(sum).ok().filter(|sum| *sum != 0)
}

impl fmt::Display for Adduct {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[")?;
        if self.n_molecules > 1 {
            write!(f, "{}", self.n_molecules)?;
        }
        f.write_str("M")?;
        for change in &self.changes {
            f.write_str(if change.count > 0 { "+" } else { "-" })?;
            match change.count.unsigned_abs() {
                1 => f.write_str(&change.formula)?,
                n => write!(f, "{n}{}", change.formula)?,
            }
        }
        f.write_str("]")?;
        let state = self.charge.state();
        if state.unsigned_abs() > 1 {
            write!(f, "{}", state.unsigned_abs())?;
        }
        f.write_str(if state > 0 { "+" } else { "-" })?;
        f.write_str(if self.is_radical { "." } else { "" })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings_become_one() {
        for (text, expected) in [
            ("[M+H]+", "[M+H]+"),
            ("[M+H]1+", "[M+H]+"),
            ("M+H", "[M+H]+"),
            ("M+H+", "[M+H]+"),
            ("[M+H]", "[M+H]+"),
            ("[M+H]+ (1.0073)", "[M+H]+"),
            ("M-H", "[M-H]-"),
            ("M-2H", "[M-2H]2-"),
            ("[M+2H]++", "[M+2H]2+"),
            ("[M+2H]+2", "[M+2H]2+"),
            ("[2M+Na]+", "[2M+Na]+"),
            ("M+NH4", "[M+NH4]+"),
            ("[M+FA-H]-", "[M+CH2O2-H]-"),
            ("M+ACN+H", "[M+C2H3N+H]+"),
            ("[M-H2O+H]+", "[M-H2O+H]+"),
            ("M-H2O+H", "[M-H2O+H]+"),
            ("[M]+*", "[M]+."),
            ("[M]+.", "[M]+."),
            ("[M]+", "[M]+"),
            ("M+", "[M]+"),
            ("[M+Cl]-", "[M+Cl]-"),
            ("M+Cl", "[M+Cl]-"),
        ] {
            let adduct: Adduct = text.parse().unwrap();
            assert_eq!(adduct.to_string(), expected, "{text}");
            assert_eq!(adduct.to_string().parse(), Ok(adduct), "{text}");
        }
        for bad in [
            "",
            "M",
            "[M+Xx]+",
            "in-source",
            "[M+H",
            "Cat",
            "[M+?]+",
            "é",
            "[M",
        ] {
            assert!(bad.parse::<Adduct>().is_err(), "{bad}");
        }
    }

    /// Ions of caffeine (194.080376 Da), by the table of Huang et al. 1999 as Fiehn's group keeps it.
    #[test]
    fn ions_of_caffeine() {
        for (text, mz) in [
            ("[M+H]+", 195.087_652),
            ("[M+Na]+", 217.069_596),
            ("[M+2H]2+", 98.047_464),
            ("[2M+H]+", 389.168_028),
            ("[M-H]-", 193.073_099),
            ("[M+Cl]-", 229.049_778),
            ("[M+FA-H]-", 239.078_580),
            ("[M+NH4]+", 212.114_199),
        ] {
            let adduct: Adduct = text.parse().unwrap();
            let found = adduct.mz(194.080_376).unwrap();
            assert!((found - mz).abs() < 2e-5, "{text}: {found}");
        }
    }
}
