//! Each step on hand-made peaks, then the whole on the published pair.

use super::sample::spectrum;
use super::*;
use crate::domain::Charge;
use proptest::prelude::*;

fn peaks(pairs: &[(f64, f32)]) -> Vec<Peak> {
    pairs
        .iter()
        .map(|&(mz, intensity)| Peak { mz, intensity })
        .collect()
}

fn small_molecule() -> Preparation {
    Preparation {
        mz_range: None,
        precursor: PrecursorRemoval::Above(Da::new(1.6).unwrap()),
        merging: Merging::Closer(Da::new(0.05).unwrap()),
        noise: 0.01,
        max_peaks: 100,
        min_peaks: 1,
        min_span: Da::new(0.0).unwrap(),
    }
}

#[test]
fn range_is_inclusive() {
    let mut p = peaks(&[(99.9, 1.0), (100.0, 1.0), (200.0, 1.0), (200.1, 1.0)]);
    within_range(&mut p, (Mz::new(100.0).unwrap(), Mz::new(200.0).unwrap()));
    assert_eq!(p, peaks(&[(100.0, 1.0), (200.0, 1.0)]));
}

#[test]
fn noise_is_relative_to_the_base_peak_and_inclusive() {
    let mut p = peaks(&[(1.0, 1.0), (2.0, 0.99), (3.0, 100.0)]);
    above_noise(&mut p, 0.01);
    assert_eq!(p, peaks(&[(1.0, 1.0), (3.0, 100.0)]));
}

#[test]
fn most_intense_keeps_order_and_prefers_lower_mz_among_equals() {
    let mut p = peaks(&[(1.0, 5.0), (2.0, 9.0), (3.0, 5.0), (4.0, 7.0)]);
    most_intense(&mut p, 3);
    assert_eq!(p, peaks(&[(1.0, 5.0), (2.0, 9.0), (4.0, 7.0)]));
}

#[test]
fn close_peaks_merge_at_their_weighted_mean() {
    let mut p = peaks(&[(100.00, 1.0), (100.03, 3.0), (100.20, 2.0)]);
    merge_close(&mut p, Da::new(0.05).unwrap());
    assert_eq!(p.len(), 2);
    assert!((p[0].mz - 100.0225).abs() < 1e-9 && p[0].intensity == 4.0);
}

#[test]
fn unit_mass_sums_each_nominal_mass() {
    let mut p = peaks(&[
        (0.2, 9.0),
        (72.6, 1.0),
        (73.0, 2.0),
        (73.4, 3.0),
        (74.0, 1.0),
    ]);
    merge_to_unit_mass(&mut p);
    assert_eq!(p, peaks(&[(73.0, 6.0), (74.0, 1.0)]));
}

#[test]
fn peaks_from_the_precursor_up_are_taken_out() {
    let mut p = peaks(&[(398.3, 1.0), (398.4, 1.0), (400.0, 1.0), (500.0, 1.0)]);
    let precursor = Precursor {
        mz: Mz::new(400.0).unwrap(),
        charge: None,
    };
    remove_precursor(
        &mut p,
        precursor,
        PrecursorRemoval::Above(Da::new(1.6).unwrap()),
    );
    assert_eq!(p, peaks(&[(398.3, 1.0)]));
}

#[test]
fn multiply_charged_precursors_are_taken_out_at_each_charge() {
    // Neutral mass 1000: 2+ at 501.0073, 1+ at 1001.0073; isotopes 0.5 and 1.0 apart.
    let precursor = Precursor {
        mz: Mz::new(501.0073).unwrap(),
        charge: Charge::new(2).ok(),
    };
    let how = PrecursorRemoval::Around {
        half_width: Da::new(0.1).unwrap(),
        isotopes: 1,
    };
    let mut p = peaks(&[
        (501.0, 1.0),
        (501.51, 1.0),
        (502.0, 1.0),
        (1001.0, 1.0),
        (1002.01, 1.0),
        (1003.0, 1.0),
    ]);
    remove_precursor(&mut p, precursor, how);
    assert_eq!(p, peaks(&[(502.0, 1.0), (1003.0, 1.0)]));
}

#[test]
fn published_pair_is_cleaned_as_published() {
    // Peaks 86.066 and 86.0969 are 0.031 apart and become one.
    let s = spectrum(
        None,
        &[(69.071, 7.917_962), (86.066, 1.021_589), (86.0969, 100.0)],
    );
    let prepared = prepare(&s, &small_molecule()).unwrap();
    assert_eq!(prepared.mz().len(), 2);
    let total = 7.917_962 + 1.021_589 + 100.0;
    assert!((prepared.intensity()[0] - 7.917_962 / total).abs() < 1e-6);
    let mean = (86.066 * 1.021_589 + 86.0969 * 100.0) / 101.021_589;
    assert_eq!(prepared.mz()[1], f64::from(mean as f32));
}

#[test]
fn reasons_are_told() {
    let mut how = small_molecule();
    how.min_peaks = 3;
    assert_eq!(prepare(&spectrum(None, &[]), &how), Err(LeftOut::NoPeaks));
    let few = prepare(
        &spectrum(Some(150.0), &[(100.0, 1.0), (120.0, 1.0), (150.0, 5.0)]),
        &how,
    );
    assert_eq!(
        few,
        Err(LeftOut::TooFewPeaks {
            recorded: 3,
            left: 2,
            needed: 3
        })
    );
    how.min_span = Da::new(250.0).unwrap();
    let narrow = prepare(
        &spectrum(None, &[(100.0, 1.0), (120.0, 1.0), (150.0, 5.0)]),
        &how,
    );
    assert!(matches!(narrow, Err(LeftOut::NarrowSpan { .. })));
}

proptest! {
    #[test]
    fn prepared_peaks_are_apart_sum_to_one_and_ignore_scale(
        raw in prop::collection::vec((50.0_f64..400.0, 1.0_f32..1e4), 1..80),
        scale in prop::sample::select(vec![0.25_f32, 1.0, 4.0, 1024.0]),
    ) {
        let scaled: Vec<_> = raw.iter().map(|&(m, i)| (m, i * scale)).collect();
        let one = prepare(&spectrum(None, &raw), &small_molecule()).unwrap();
        let other = prepare(&spectrum(None, &scaled), &small_molecule()).unwrap();
        prop_assert_eq!(&one, &other);
        prop_assert!(one.mz().windows(2).all(|w| w[1] - w[0] >= 0.05));
        let total: f32 = one.intensity().iter().sum();
        prop_assert!((total - 1.0).abs() < 1e-4);
    }
    #[test]
    fn what_is_taken_out_is_what_lies_there(
        // On a grid, so that bounds are met.
        raw in prop::collection::vec(1_u32..4000, 0..60),
        (at, charge, isotopes) in (400_u32..2000, 1_i8..4, 0_u8..4),
        (low, high, width) in (0_u32..4000, 0_u32..4000, 0_u32..40),
    ) {
        let grid = |step: u32| f64::from(step) * 0.25;
        let mut raw: Vec<_> = raw.iter().map(|&step| (grid(step), 1.0)).collect();
        raw.sort_by(|a, b| a.0.total_cmp(&b.0));
        let kept = |keep: &dyn Fn(f64) -> bool| {
            let mut peaks = peaks(&raw);
            peaks.retain(|p| keep(p.mz));
            peaks
        };
        let precursor = Precursor { mz: Mz::new(grid(at)).unwrap(), charge: Charge::new(charge).ok() };
        let half_width = Da::new(grid(width)).unwrap();
        let sites: Vec<f64> = precursor_peaks::precursor_sites(precursor, isotopes).collect();
        prop_assert_eq!(sites.len(), usize::from(charge.unsigned_abs()) * usize::from(isotopes + 1));
        let mut left = peaks(&raw);
        remove_precursor(&mut left, precursor, PrecursorRemoval::Around { half_width, isotopes });
        let apart = |mz: f64| sites.iter().all(|site| (mz - site).abs() > half_width.value());
        prop_assert_eq!(left, kept(&apart));
        let mut left = peaks(&raw);
        remove_precursor(&mut left, precursor, PrecursorRemoval::Above(half_width));
        prop_assert_eq!(left, kept(&|mz| mz < grid(at) - half_width.value()));
        let (low, high) = (Mz::new(grid(low + 1)).unwrap(), Mz::new(grid(high + 1)).unwrap());
        let mut left = peaks(&raw);
        within_range(&mut left, (low, high));
        prop_assert_eq!(left, kept(&|mz| low.value() <= mz && mz <= high.value()));
    }
    #[test]
    fn peaks_are_merged_from_the_most_intense_outward(
        // Clusters in steps of less than the gap and gaps between them, equal intensities among them.
        raw in prop::collection::vec((0_u32..600, 1_u8..6), 1..60),
    ) {
        let gap = 0.05;
        let at = |step: u32| 100.0 + f64::from(step) * 0.02 + f64::from(step / 10);
        let raw: Vec<_> = raw.iter().map(|&(step, i)| (at(step), f32::from(i))).collect();
        let mut merged = peaks(&raw);
        merged.sort_by(|a, b| a.mz.total_cmp(&b.mz));
        let mut expected = merged.clone();
        merge_close(&mut merged, Da::new(gap).unwrap());
        // By definition: the most intense peak left takes in all that are within the gap of it.
        while expected.windows(2).any(|w| w[1].mz - w[0].mz < gap) {
            let mut left = std::mem::take(&mut expected);
            while let Some(centre) = left.iter().copied().reduce(|a, b| if b.intensity > a.intensity { b } else { a }) {
                let (near, far): (Vec<Peak>, Vec<Peak>) =
                    left.into_iter().partition(|p| (p.mz - centre.mz).abs() <= gap);
                let total: f64 = near.iter().map(|p| f64::from(p.intensity)).sum();
                let moment: f64 = near.iter().map(|p| f64::from(p.intensity) * p.mz).sum();
                expected.push(Peak { mz: moment / total, intensity: total as f32 });
                left = far;
            }
            expected.sort_by(|a, b| a.mz.total_cmp(&b.mz));
        }
        prop_assert_eq!(merged.len(), expected.len());
        for (merged, expected) in merged.iter().zip(&expected) {
            prop_assert!((merged.mz - expected.mz).abs() < 1e-9, "{} {}", merged.mz, expected.mz);
            prop_assert_eq!(merged.intensity, expected.intensity);
        }
    }

    #[test]
    fn the_most_intense_peaks_are_kept_in_order(
        raw in prop::collection::vec((50.0_f64..400.0, 1_u8..9), 1..60),
        n in 0_usize..70,
    ) {
        let raw: Vec<_> = raw.iter().map(|&(mz, i)| (mz, f32::from(i))).collect();
        let mut kept = peaks(&raw);
        kept.sort_by(|a, b| a.mz.total_cmp(&b.mz));
        let mut expected = kept.clone();
        most_intense(&mut kept, n);
        expected.sort_by(|a, b| b.intensity.total_cmp(&a.intensity).then(a.mz.total_cmp(&b.mz)));
        expected.truncate(n);
        expected.sort_by(|a, b| a.mz.total_cmp(&b.mz));
        prop_assert_eq!(kept, expected);
    }
}
