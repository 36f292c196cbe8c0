//! A peptide with its modifications, and the masses of its backbone fragments.

mod modifications;
mod residues;

use modifications::modification_mass;
use residues::residue_mass;
use std::fmt;
use std::str::FromStr;

/// Mass of a proton in Da (CODATA 2018).
pub const PROTON: f64 = 1.007_276_466_62;
/// Monoisotopic mass of water in Da.
const WATER: f64 = 18.010_564_684;

/// A chain of residues with modifications whose masses are known.
///
/// Written in the ProForma notation, `[Acetyl]-AC[Carbamidomethyl]DK`; `Display` gives back what
/// was read.
#[derive(Debug, Clone, PartialEq)]
pub struct Peptidoform {
    n_term: Modification,
    residues: Vec<Residue>,
    c_term: Modification,
}

/// One residue with what it carries.
#[derive(Debug, Clone, PartialEq)]
pub struct Residue {
    letter: char,
    modification: Modification,
    mass: f64,
}

/// A mass that is added, and its name in brackets; none is 0 and empty.
#[derive(Debug, Clone, Default, PartialEq)]
struct Modification {
    mass: f64,
    name: String,
}

/// Text that is no peptidoform, or one with a mass nobody stated.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{text:?} is not a peptide of known mass: {fault}")]
pub struct UnknownPeptide {
    text: String,
    fault: String,
}

impl Residue {
    /// Its letter.
    pub fn letter(&self) -> char {
        self.letter
    }

    /// Monoisotopic mass in Da, modification included.
    pub fn mass(&self) -> f64 {
        self.mass
    }
}

impl Peptidoform {
    /// The residues from the N-terminus on; at least one.
    pub fn residues(&self) -> &[Residue] {
        &self.residues
    }

    /// The same ends with other residues, each with its modification.
    #[must_use]
    pub fn with_residues(&self, residues: Vec<Residue>) -> Self {
        Self {
            residues,
            ..self.clone()
        }
    }

    /// Masses in Da that modify the N-terminus and the C-terminus; 0 where nothing does.
    pub fn terminal_shifts(&self) -> (f64, f64) {
        (self.n_term.mass, self.c_term.mass)
    }

    /// Monoisotopic mass of the neutral molecule in Da.
    pub fn mass(&self) -> f64 {
        let residues: f64 = self.residues.iter().map(Residue::mass).sum();
        self.n_term.mass + residues + self.c_term.mass + WATER
    }

    /// Neutral masses in Da of the fragments that hold the N-terminus (b ions without their
    /// charge): with 1, 2 and so on up to all but one residue. Roepstorff & Fohlman 1984.
    pub fn b_masses(&self) -> Vec<f64> {
        let start = self.n_term.mass;
        running_sums(start, self.residues.iter())
    }

    /// The same for the C-terminus (y ions without their charge).
    pub fn y_masses(&self) -> Vec<f64> {
        let start = self.c_term.mass + WATER;
        running_sums(start, self.residues.iter().rev())
    }
}

/// Sums of all but the last of `residues`, each from `start`.
fn running_sums<'a>(start: f64, residues: impl ExactSizeIterator<Item = &'a Residue>) -> Vec<f64> {
    let n = residues.len() - 1;
    let sums = residues.scan(start, |sum, residue| {
        *sum += residue.mass;
        Some(*sum)
    });
    sums.take(n).collect()
}

impl fmt::Display for Peptidoform {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.n_term.name.is_empty() {
            write!(f, "[{}]-", self.n_term.name)?;
        }
        for residue in &self.residues {
            write!(f, "{}", residue.letter)?;
            if !residue.modification.name.is_empty() {
                write!(f, "[{}]", residue.modification.name)?;
            }
        }
        if !self.c_term.name.is_empty() {
            write!(f, "-[{}]", self.c_term.name)?;
        }
        Ok(())
    }
}

impl FromStr for Peptidoform {
    type Err = UnknownPeptide;

    /// Reads ProForma with modifications by name or signed mass, and the bare masses of `SpectraST`,
    /// `n[43]AC[160]K`, which include the residue or the hydrogen of the terminus.
    fn from_str(text: &str) -> Result<Self, UnknownPeptide> {
        read(text).map_err(|fault| UnknownPeptide {
            text: text.to_owned(),
            fault,
        })
    }
}

fn read(text: &str) -> Result<Peptidoform, String> {
    /// Mass of the hydrogen and the hydroxyl that bare masses of termini include, in Da.
    const HYDROGEN: f64 = 1.007_825_032;
    let mut peptide = Peptidoform {
        n_term: Modification::default(),
        residues: Vec::new(),
        c_term: Modification::default(),
    };
    let mut rest = text;
    if let Some(behind) = rest.strip_prefix('n').filter(|r| r.starts_with('[')) {
        (peptide.n_term, rest) = bracket(behind, HYDROGEN)?;
    } else if rest.starts_with('[') {
        (peptide.n_term, rest) = bracket(rest, 0.0)?;
        rest = rest.strip_prefix('-').ok_or("no - behind the N-terminus")?;
    }
    while let Some(letter) = rest.chars().next() {
        let behind = &rest[letter.len_utf8()..];
        match letter {
            '-' if behind.starts_with('[') => {
                (peptide.c_term, rest) = bracket(behind, 0.0)?;
            }
            'c' if behind.starts_with('[') => {
                (peptide.c_term, rest) = bracket(behind, WATER - HYDROGEN)?;
            }
            _ => {
                let own = residue_mass(letter).ok_or_else(|| format!("residue {letter:?}"))?;
                let (modification, left) = if behind.starts_with('[') {
                    bracket(behind, own)?
                } else {
                    (Modification::default(), behind)
                };
                rest = left;
                peptide.residues.push(Residue {
                    letter,
                    mass: own + modification.mass,
                    modification,
                });
                continue;
            }
        }
        if !rest.is_empty() {
            return Err(format!("{rest:?} behind the C-terminus"));
        }
    }
    if peptide.residues.is_empty() {
        return Err("no residue".to_owned());
    }
    Ok(peptide)
}

/// Reads `[...]`, brackets within it included. `own` is the mass of what carries it.
fn bracket(text: &str, own: f64) -> Result<(Modification, &str), String> {
    let mut depth = 0_u32;
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            b'[' => depth += 1,
            b']' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            let name = text[1..at].to_owned();
            let mass = modification_mass(&name, own)
                .ok_or_else(|| format!("the mass of modification {name:?} is unknown"))?;
            return Ok((Modification { mass, name }, &text[at + 1..]));
        }
    }
    Err("a bracket is not closed".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn peptide(text: &str) -> Peptidoform {
        text.parse().unwrap()
    }

    fn close(found: f64, expected: f64) {
        assert!((found - expected).abs() < 1e-3, "{found}, not {expected}");
    }

    #[test]
    fn masses_are_those_of_the_reference_tables() {
        // Parent= of the NIST BSA library: KFWGK/3 at 222.4638, LC[CAM]VLHEK/3 at 300.1654.
        let mz = |text: &str, z: f64| peptide(text).mass() / z + PROTON;
        close(mz("KFWGK", 3.0), 222.4638);
        close(mz("LC[Carbamidomethyl]VLHEK", 3.0), 300.1654);
        // Unimod: Acetyl adds 42.010565.
        let acetylated = peptide("[Acetyl]-GGK").mass() - peptide("GGK").mass();
        close(acetylated, 42.010_565);
    }

    #[test]
    fn fragments_follow_hand_arithmetic() {
        // PEPTIDE: b2 of 227.1026 and y1 of 148.0604 at charge 1.
        let it = peptide("PEPTIDE");
        close(it.b_masses()[1] + PROTON, 227.1026);
        close(it.y_masses()[0] + PROTON, 148.0604);
        assert_eq!((it.b_masses().len(), it.y_masses().len()), (6, 6));
        for (b, y) in it.b_masses().iter().zip(it.y_masses().iter().rev()) {
            close(b + y, it.mass());
        }
    }

    #[test]
    fn text_round_trips_and_spellings_agree() {
        for text in [
            "KFWGK",
            "[Acetyl]-AC[Carbamidomethyl]DK",
            "AM[+15.9949]K-[Amidated]",
            "LTC[Common Fixed:Carbamidomethyl on C]LR",
        ] {
            assert_eq!(peptide(text).to_string(), text);
        }
        let mass = peptide("[Acetyl]-AC[Carbamidomethyl]K").mass();
        close(peptide("n[43]AC[160]K").mass(), mass);
        close(peptide("[UNIMOD:1]-AC[U:4]K").mass(), mass);
        close(peptide("[+42.0106]-AC[+57.0215]K").mass(), mass);
    }

    #[test]
    fn what_has_no_mass_is_refused() {
        for (text, fault) in [
            ("", "no residue"),
            ("PEPXIDE", "'X'"),
            ("AC[Nonsense]K", "Nonsense"),
            ("AC[+57", "not closed"),
            ("AK-[Amidated]A", "behind the C-terminus"),
            ("[Acetyl]AK", "no -"),
        ] {
            let told = text.parse::<Peptidoform>().unwrap_err().to_string();
            assert!(told.contains(fault), "{told}");
        }
    }
}
