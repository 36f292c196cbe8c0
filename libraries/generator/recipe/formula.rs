//! Elemental compositions and the exact masses they have.
//!
//! Isotope masses: M. Wang et al., The AME 2020 atomic mass evaluation, Chinese Physics C 45
//! (2021) 030003, as tabulated by NIST; electron mass: CODATA 2018. Average masses: the rounded
//! atomic weights that published protein masses are made of. Every fragment of the libraries is a
//! formula first, so a wrong mass can only come from a wrong formula.

use std::fmt;
use std::ops::{Add, Mul, Sub};

/// Symbol, monoisotopic mass and average mass in Da, in Hill order.
const ELEMENTS: [(&str, f64, f64); 7] = [
    ("C", 12.0, 12.011),
    ("H", 1.007_825_032_2, 1.00794),
    ("N", 14.003_074_004_4, 14.0067),
    ("Na", 22.989_769_282_0, 22.989_769),
    ("O", 15.994_914_619_6, 15.9994),
    ("P", 30.973_761_998_4, 30.973_762),
    ("S", 31.972_071_174_4, 32.06),
];

/// Mass of an electron in Da.
const ELECTRON: f64 = 0.000_548_579_909;

/// Counts of atoms; a count may be negative, for a difference of compositions.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Formula([i32; ELEMENTS.len()]);

impl Formula {
    /// Reads `C5H14NO4P`, and differences such as `-H2O` or `+NH3-O`; empty text is no atoms.
    ///
    /// # Panics
    /// On text that is no formula: all texts are constants of this generator.
    pub(crate) fn of(text: &str) -> Self {
        let mut formula = Self::default();
        let mut sign = 1;
        let mut rest = text;
        while let Some(first) = rest.chars().next() {
            if let '+' | '-' = first {
                sign = if first == '+' { 1 } else { -1 };
                rest = &rest[1..];
                continue;
            }
            let lower = rest[1..].starts_with(|c: char| c.is_ascii_lowercase());
            let (symbol, after) = rest.split_at(1 + usize::from(lower));
            let element = ELEMENTS.iter().position(|e| e.0 == symbol);
            let n_digits = after.bytes().take_while(u8::is_ascii_digit).count();
            let (digits, next) = after.split_at(n_digits);
            let count = if digits.is_empty() {
                1
            } else {
                digits.parse().expect("digits are a number")
            };
            formula.0[element.expect("a known element")] += sign * count;
            rest = next;
        }
        formula
    }

    /// Monoisotopic mass of the neutral composition in Da.
    pub(crate) fn mass(self) -> f64 {
        self.0
            .iter()
            .zip(ELEMENTS)
            .map(|(&n, (_, mass, _))| f64::from(n) * mass)
            .sum()
    }

    /// Average mass of the neutral composition in Da.
    pub(crate) fn average_mass(self) -> f64 {
        self.0
            .iter()
            .zip(ELEMENTS)
            .map(|(&n, (_, _, average))| f64::from(n) * average)
            .sum()
    }

    /// m/z of this composition with `charge`; the atoms gained or lost are already in it.
    pub(crate) fn mz(self, charge: i8) -> f64 {
        let charge = f64::from(charge);
        (self.mass() - charge * ELECTRON) / charge.abs()
    }
}

impl Add for Formula {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self(std::array::from_fn(|i| self.0[i] + other.0[i]))
    }
}

impl Sub for Formula {
    type Output = Self;

    fn sub(self, other: Self) -> Self {
        self + other * -1
    }
}

impl Mul<i32> for Formula {
    type Output = Self;

    fn mul(self, n: i32) -> Self {
        Self(self.0.map(|count| count * n))
    }
}

impl fmt::Display for Formula {
    /// Hill order: C, H, then the alphabet.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (&count, (symbol, ..)) in self.0.iter().zip(ELEMENTS) {
            match count {
                0 => {}
                1 => f.write_str(symbol)?,
                n => write!(f, "{symbol}{n}")?,
            }
        }
        Ok(())
    }
}
