//! The peaks of a decoy peptide: annotated ones move with their residues, others stay.

use crate::domain::{Da, PROTON, Peak, Peptidoform, Tolerance};

/// Mass of NH3 in Da.
const AMMONIA: f64 = 17.026_549_101;
/// Mass of H2O in Da.
const WATER: f64 = 18.010_564_684;
/// Mass of CO in Da: an a ion is a b ion without it.
const CARBON_MONOXIDE: f64 = 27.994_914_620;
/// Mass difference of 13C and 12C in Da.
const ISOTOPE_STEP: f64 = 1.003_354_835;

/// Peaks that say how exact a spectrum is.
const STRONGEST: usize = 20;
/// No ion is farther from its peak than this.
const FARTHEST_DA: f64 = 0.5;

/// What one fragment explains: where its peak lies, and where the decoy's lies.
#[derive(Debug, Clone, Copy)]
struct Ion {
    mz: f64,
    decoy_mz: f64,
    /// 0 for b and y themselves, more for what is less to be expected.
    rarity: u8,
}

/// The peaks of `decoy`, given those of `target`, ascending in m/z.
///
/// A peak within `tolerance` of an a, b or y ion of the target, at charges 1 to `charge`, as it is
/// or without water or ammonia, up to its second isotope, moves by as much as that ion does from
/// target to decoy. Where several fit, the commonest kind is meant, then the nearest. Any other
/// peak stays, as noise and what nobody can explain are in both (Lam et al. 2010).
pub fn reposition(
    peaks: impl IntoIterator<Item = Peak>,
    (target, decoy): (&Peptidoform, &Peptidoform),
    charge: u8,
    tolerance: Tolerance,
) -> Vec<Peak> {
    let ions = ions(target, decoy, charge);
    let mut moved: Vec<Peak> = peaks
        .into_iter()
        .map(|peak| {
            let shift = annotation(&ions, peak.mz, tolerance).map_or(0.0, |i| i.decoy_mz - i.mz);
            // An error of the measurement must not carry a low ion below 0.
            let mz = (peak.mz + shift).max(1.0);
            Peak { mz, ..peak }
        })
        .collect();
    moved.sort_by(|a, b| a.mz.total_cmp(&b.mz));
    moved
}

/// How far the peaks of a spectrum lie from the ions that explain them: four times the median
/// distance of its strongest peaks to the nearest b or y ion at charge 1, of those nearer than half
/// a Dalton; at least `least`, which also stands where no peak is that near.
///
/// Libraries mix ion traps and Orbitraps. With too narrow a tolerance most ions of a trap stay where
/// they are, and the decoy is the target again; with too wide a one ions move that are none of the
/// backbone, and the decoy is no peptide any more.
pub fn annotation_tolerance(peaks: &[Peak], target: &Peptidoform, least: Tolerance) -> Tolerance {
    let masses = target.b_masses().into_iter().chain(target.y_masses());
    let ions: Vec<f64> = masses.map(|mass| mass + PROTON).collect();
    let mut strongest: Vec<&Peak> = peaks.iter().collect();
    strongest.sort_by(|a, b| b.intensity.total_cmp(&a.intensity));
    let nearest = |mz: f64| {
        let distances = ions.iter().map(|ion| (ion - mz).abs());
        distances.fold(f64::INFINITY, f64::min)
    };
    let mut errors: Vec<f64> = strongest
        .iter()
        .take(STRONGEST)
        .map(|peak| nearest(peak.mz))
        .filter(|error| *error < FARTHEST_DA)
        .collect();
    errors.sort_by(f64::total_cmp);
    let median = errors.get(errors.len() / 2).copied().unwrap_or(0.0);
    let own = (4.0 * median).min(FARTHEST_DA);
    let middle = peaks.get(peaks.len() / 2).map_or(0.0, |peak| peak.mz);
    match Da::new(own) {
        Ok(own) if own.value() > least.half_width(middle) => Tolerance::Da(own),
        _ => least,
    }
}

fn annotation(ions: &[Ion], mz: f64, tolerance: Tolerance) -> Option<Ion> {
    let half = tolerance.half_width(mz);
    let first = ions.partition_point(|ion| ion.mz < mz - half);
    let within = ions[first..].iter().take_while(|ion| ion.mz <= mz + half);
    let rank = |ion: &Ion| (ion.rarity, (ion.mz - mz).abs());
    within.copied().min_by(|a, b| {
        let (a, b) = (rank(a), rank(b));
        a.0.cmp(&b.0).then(a.1.total_cmp(&b.1))
    })
}

/// All ions of the target beside those of the decoy, ascending in the target's m/z.
fn ions(target: &Peptidoform, decoy: &Peptidoform, charge: u8) -> Vec<Ion> {
    let b: Vec<(f64, f64)> = target
        .b_masses()
        .into_iter()
        .zip(decoy.b_masses())
        .collect();
    let y: Vec<(f64, f64)> = target
        .y_masses()
        .into_iter()
        .zip(decoy.y_masses())
        .collect();
    let kinds = [
        (&b, 0.0, 0),
        (&y, 0.0, 0),
        (&b, CARBON_MONOXIDE, 4),
        (&b, WATER, 6),
        (&b, AMMONIA, 6),
        (&y, WATER, 6),
        (&y, AMMONIA, 6),
    ];
    let mut ions = Vec::new();
    for z in 1..=charge.max(1) {
        for (masses, loss, kind) in kinds {
            for isotope in 0..=2_u8 {
                let at = |mass: f64| {
                    let mass = mass - loss + f64::from(isotope) * ISOTOPE_STEP;
                    mass / f64::from(z) + PROTON
                };
                let rarity = kind + (z - 1) + 2 * isotope;
                ions.extend(masses.iter().map(|&(target, decoy)| Ion {
                    mz: at(target),
                    decoy_mz: at(decoy),
                    rarity,
                }));
            }
        }
    }
    ions.sort_by(|a, b| a.mz.total_cmp(&b.mz));
    ions
}

#[cfg(test)]
mod tests {
    use super::*;

    fn peptide(text: &str) -> Peptidoform {
        text.parse().unwrap()
    }

    fn moved(mz: &[f64], charge: u8) -> Vec<f64> {
        let peaks = mz.iter().map(|&mz| Peak { mz, intensity: 1.0 });
        let pair = (&peptide("GASVK"), &peptide("VGASK"));
        let peaks = reposition(peaks, pair, charge, "0.02Da".parse().unwrap());
        peaks
            .iter()
            .map(|peak| (peak.mz * 1e3).round() / 1e3)
            .collect()
    }

    #[test]
    fn annotated_peaks_move_and_others_stay() {
        // b2 of GASVK (GA) at 129.066 becomes VG at 157.097; y1 (K) at 147.113 stays; y2 (VK) at
        // 246.181 becomes SK at 234.145; 200.5 is nothing.
        assert_eq!(
            moved(&[129.066, 147.113, 200.5, 246.181], 1),
            [147.113, 157.097, 200.5, 234.145]
        );
    }

    #[test]
    fn charges_losses_and_isotopes_move_too() {
        // b2 at charge 2, a2, b2 - H2O, the first isotope of b2.
        let before = [65.0366, 101.0709, 111.0553, 130.0691];
        let after = moved(&before, 2);
        let b2 = 157.0972;
        let expected = [
            f64::midpoint(b2, PROTON),
            b2 - 27.9949,
            b2 - 18.0106,
            b2 + 1.0034,
        ];
        for (found, expected) in after.iter().zip(expected) {
            assert!((found - expected).abs() < 2e-3, "{found} {expected}");
        }
        assert_eq!(moved(&before[..1], 1), [65.037], "not at charge 1");
    }

    #[test]
    fn all_ions_of_the_target_become_those_of_the_decoy() {
        let (target, decoy) = (peptide("DAFLGSK"), peptide("SLDGAFK"));
        let mz = |of: &Peptidoform| {
            let masses = of.b_masses().into_iter().chain(of.y_masses());
            let mut mz: Vec<f64> = masses.map(|mass| mass + PROTON).collect();
            mz.sort_by(f64::total_cmp);
            mz
        };
        let peaks = mz(&target)
            .into_iter()
            .map(|mz| Peak { mz, intensity: 1.0 });
        let found = reposition(peaks, (&target, &decoy), 1, "0.02Da".parse().unwrap());
        for (peak, expected) in found.iter().zip(mz(&decoy)) {
            assert!((peak.mz - expected).abs() < 1e-9, "{} {expected}", peak.mz);
        }
    }
}
