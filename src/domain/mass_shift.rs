//! Differences of mass between a query and what it is like, and what they are known to be.

use super::{Invalid, monoisotopic_mass};
use std::fmt;
use std::str::FromStr;
use std::sync::LazyLock;

/// Which mass differences, query minus library, an analogue search may bridge; both ends included.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct MassRange {
    low: f64,
    high: f64,
}

impl MassRange {
    /// From `low` to `high` in Da.
    ///
    /// # Errors
    /// Ends that are not finite, or in the wrong order.
    pub fn new(low: f64, high: f64) -> Result<Self, Invalid> {
        (low.is_finite() && high.is_finite() && low <= high)
            .then_some(Self { low, high })
            .ok_or_else(|| Invalid::MassRange(format!("{low}..{high}Da")))
    }

    /// The m/z of library ions of charge `z` that lie in range of a query ion of that charge.
    pub fn window(self, query_mz: f64, z: u8) -> (f64, f64) {
        let z = f64::from(z.max(1));
        (query_mz - self.high / z, query_mz - self.low / z)
    }
}

impl fmt::Display for MassRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}..{}Da", self.low, self.high)
    }
}

impl FromStr for MassRange {
    type Err = Invalid;

    /// Reads `-20..300Da`.
    fn from_str(text: &str) -> Result<Self, Invalid> {
        let invalid = || Invalid::MassRange(text.to_owned());
        let lower = text.trim().to_ascii_lowercase();
        let numbers = lower.strip_suffix("da").ok_or_else(invalid)?;
        let (low, high) = numbers.split_once("..").ok_or_else(invalid)?;
        let number = |part: &str| part.trim().parse().map_err(|_| invalid());
        Self::new(number(low)?, number(high)?).map_err(|_| invalid())
    }
}

/// A change of composition with a name.
#[derive(Debug)]
struct Known {
    name: &'static str,
    mass: f64,
}

/// The table of names; each may be gained or lost.
const TABLE: &str = include_str!("mass_shifts.csv");

static KNOWN: LazyLock<Vec<Known>> = LazyLock::new(|| {
    let rows = TABLE.lines().skip(1);
    rows.filter_map(|row| {
        let mut cells = row.split(',');
        let name = cells.next()?;
        let mut mass = || monoisotopic_mass(cells.next()?);
        let mass = mass()? - mass()?;
        Some(Known { name, mass })
    })
    .collect()
});

/// What a mass difference of `shift` Da, known to within `tolerance` Da, may be: a plus or minus
/// sign and a name for each change that fits, nearest first, between semicolons. Empty where none
/// does, and for differences of next to nothing.
pub fn shift_name(shift: f64, tolerance: f64) -> String {
    if shift.abs() <= tolerance {
        return String::new();
    }
    let mut fitting: Vec<(f64, char, &str)> = KNOWN
        .iter()
        .flat_map(|known| {
            [(known.mass, '+'), (-known.mass, '-')]
                .map(|(mass, sign)| ((mass - shift).abs(), sign, &*known.name))
        })
        .filter(|(apart, ..)| *apart <= tolerance)
        .collect();
    // Stable: changes of equal mass keep the order of the table.
    fitting.sort_by(|a, b| a.0.total_cmp(&b.0));
    let mut names = String::new();
    for (_, sign, name) in fitting {
        if !names.is_empty() {
            names.push_str("; ");
        }
        names.push(sign);
        names.push_str(name);
    }
    names
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_table_is_read_whole_and_masses_are_those_of_unimod() {
        assert_eq!(KNOWN.len(), TABLE.lines().count() - 1);
        for (name, mass) in [
            ("oxidation", 15.994_915),
            ("methylation", 14.015_650),
            ("acetylation", 42.010_565),
            ("phosphorylation", 79.966_331),
            ("sulfation", 79.956_815),
            ("hexosylation", 162.052_824),
            ("deamidation", 0.984_016),
            ("glucuronidation", 176.032_088),
            ("glutathione conjugation", 305.068_156),
            ("carbamylation", 43.005_814),
            ("ubiquitin remnant (GlyGly)", 114.042_927),
            ("sodium for proton", 21.981_943),
            ("13C isotope", 1.003_355),
        ] {
            let known = KNOWN.iter().find(|k| k.name == name).unwrap();
            assert!((known.mass - mass).abs() < 2.0e-6, "{name}: {}", known.mass);
        }
    }

    #[test]
    fn shifts_are_named_with_their_sign() {
        assert_eq!(
            shift_name(15.9949, 0.005),
            "+oxidation; +CH4 to O".split(';').next().unwrap()
        );
        assert_eq!(shift_name(-18.0106, 0.005), "-water");
        assert_eq!(shift_name(0.001, 0.005), "");
        assert_eq!(shift_name(123.4567, 0.005), "");
        let both = shift_name(79.962, 0.006);
        assert_eq!(both, "+phosphorylation; +sulfation");
    }

    #[test]
    fn ranges_are_query_minus_library() {
        let range: MassRange = "-20..300Da".parse().unwrap();
        assert_eq!(range.window(500.0, 1), (200.0, 520.0));
        assert_eq!(range.window(500.0, 2), (350.0, 510.0));
        for bad in ["", "-20..300", "20..-20Da", "a..bDa", "1Da", "0..infDa"] {
            let error = bad.parse::<MassRange>().unwrap_err().to_string();
            assert!(error.contains("-20..300Da"), "{bad}: {error}");
        }
    }

    proptest! {
        #[test]
        fn text_round_trips(low in -500.0_f64..500.0, width in 0.0_f64..500.0) {
            let range = MassRange::new(low, low + width).unwrap();
            prop_assert_eq!(range.to_string().parse::<MassRange>().unwrap(), range);
        }
    }
}
