//! Masses of amino-acid residues.

/// Monoisotopic mass in Da of a residue by its letter (Unimod); J is either of I and L, U is
/// selenocysteine, O pyrrolysine. `None` for letters of several masses.
pub(super) fn residue_mass(letter: char) -> Option<f64> {
    Some(match letter {
        'G' => 57.021_464,
        'A' => 71.037_114,
        'S' => 87.032_028,
        'P' => 97.052_764,
        'V' => 99.068_414,
        'T' => 101.047_679,
        'C' => 103.009_185,
        'I' | 'L' | 'J' => 113.084_064,
        'N' => 114.042_927,
        'D' => 115.026_943,
        'Q' => 128.058_578,
        'K' => 128.094_963,
        'E' => 129.042_593,
        'M' => 131.040_485,
        'H' => 137.058_912,
        'F' => 147.068_414,
        'U' => 150.953_633,
        'R' => 156.101_111,
        'Y' => 163.063_329,
        'W' => 186.079_313,
        'O' => 237.147_727,
        _ => return None,
    })
}
