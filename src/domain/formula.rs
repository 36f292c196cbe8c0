//! Masses of molecular formulas.

/// Monoisotopic masses in Da of the elements met in small molecules and peptides: CIAAW 2021,
/// from the atomic mass evaluation of 2020.
const ELEMENTS: [(&str, f64); 22] = [
    ("H", 1.007_825_031_90),
    ("C", 12.0),
    ("N", 14.003_074_004_25),
    ("O", 15.994_914_619_26),
    ("P", 30.973_761_997_68),
    ("S", 31.972_071_173_54),
    ("F", 18.998_403_162_07),
    ("Cl", 34.968_852_69),
    ("Br", 78.918_338),
    ("I", 126.904_473),
    ("Si", 27.976_926_534_42),
    ("B", 11.009_305_167),
    ("Se", 79.916_522),
    ("As", 74.921_595),
    ("Li", 7.016_003_434),
    ("Na", 22.989_769_281_95),
    ("K", 38.963_706_487),
    ("Mg", 23.985_041_689),
    ("Ca", 39.962_590_851),
    ("Fe", 55.934_936),
    ("Cu", 62.929_597),
    ("Zn", 63.929_142),
];

/// Mass of the heavier carbon isotope in Da (the same source); written `[13C]` in formulas.
const CARBON_13: f64 = 13.003_354_835_34;

/// Monoisotopic mass in Da of a formula like `C8H10N4O2`; `None` where it holds anything but the
/// elements above, counts and `[13C]`.
pub fn monoisotopic_mass(formula: &str) -> Option<f64> {
    let mut rest = formula.trim();
    let mut total = 0.0;
    while !rest.is_empty() {
        let (mass, behind) = first_element(rest)?;
        let digits = behind.bytes().take_while(u8::is_ascii_digit).count();
        let (count, behind) = behind.split_at(digits);
        let count: u32 = if count.is_empty() {
            1
        } else {
            count.parse().ok()?
        };
        total += mass * f64::from(count);
        rest = behind;
    }
    Some(total)
}

fn first_element(text: &str) -> Option<(f64, &str)> {
    if let Some(behind) = text.strip_prefix("[13C]") {
        return Some((CARBON_13, behind));
    }
    // A symbol of two letters goes before its first letter: `Cl` is no carbon.
    let long = |n: usize| {
        let symbol = text.get(..n)?;
        let (_, mass) = ELEMENTS.iter().find(|(known, _)| *known == symbol)?;
        Some((*mass, &text[n..]))
    };
    long(2).or_else(|| long(1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn masses_are_those_of_pubchem() {
        for (formula, mass) in [
            ("C8H10N4O2", 194.080_375_58),
            ("H2O", 18.010_564_68),
            ("C14H18Cl2N2O", 300.079_618_61),
            ("NaCl", 57.958_622_0),
            ("", 0.0),
        ] {
            let found = monoisotopic_mass(formula).unwrap();
            assert!((found - mass).abs() < 5.0e-6, "{formula}: {found}");
        }
        for bad in ["C8Xx", "c6", "C-1", "C6H6+", "C99999999999"] {
            assert_eq!(monoisotopic_mass(bad), None, "{bad}");
        }
    }
}
