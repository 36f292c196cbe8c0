//! Published values, and the laws every score keeps.

use super::*;
use crate::domain::Da;
use crate::prepare::sample;
use proptest::prelude::*;

fn normal(pairs: &[(f64, f32)]) -> OwnedView {
    prepared(None, pairs)
}

/// A view of `pairs` as they are, scaled to sum to 1: cleaning is tested where it lives.
fn prepared(precursor: Option<f64>, pairs: &[(f64, f32)]) -> OwnedView {
    OwnedView::new(&sample::prepared(precursor, pairs))
}

fn da(width: f64) -> Tolerance {
    Tolerance::Da(Da::new(width).unwrap())
}

fn score(how: &dyn Similarity, a: &OwnedView, b: &OwnedView, tolerance: Tolerance) -> Score {
    how.score(a.view(), b.view(), tolerance, &mut Scratch::default())
}

fn close(found: f64, expected: f64) {
    assert!(
        (found - expected).abs() < 1e-5,
        "{found} instead of {expected}"
    );
}

/// Pair P, already cleaned: 86.066 and 86.0969 of A are one peak after merging at 0.05 Da, and the
/// 41.04 peak of B stays. Value from `ms_entropy` 1.5.3.
#[test]
fn weighted_entropy_of_the_published_pair() {
    let merged_mz = (86.066 * 1.021_589 + 86.0969 * 100.0) / 101.021_589;
    let a = normal(&[(69.071, 7.917_962), (merged_mz, 101.021_6)]);
    let b = normal(&[(41.04, 37.16), (69.07, 66.83), (86.1, 999.0)]);
    close(spectral_entropy(a.view().intensity), 0.260_522);
    close(
        f64::from(score(&SpectralEntropy, &a, &b, da(0.05)).similarity),
        0.898_440,
    );
}

const PAIR_R: [&[(f64, f32)]; 2] = [
    &[
        (100.0, 700.0),
        (150.0, 200.0),
        (200.0, 100.0),
        (300.0, 1000.0),
        (510.0, 50.0),
    ],
    &[
        (100.0, 700.0),
        (140.0, 200.0),
        (190.0, 100.0),
        (300.0, 1000.0),
        (490.0, 50.0),
        (510.0, 30.0),
    ],
];

/// Pair R without cleaning. Values from `ms_entropy` 1.5.3 and `matchms` 0.33.1.
#[test]
fn scores_of_the_reference_pair() {
    let (a, b) = (
        prepared(Some(600.0), PAIR_R[0]),
        prepared(Some(590.0), PAIR_R[1]),
    );
    let entropy = score(&SpectralEntropy, &a, &b, da(0.02));
    close(f64::from(entropy.similarity), 0.715_999);
    assert_eq!(entropy.matched_peaks, 3);
    close(f64::from(entropy.matched_intensity), 1750.0 / 2050.0);
    close(
        f64::from(score(&Cosine, &a, &b, da(0.1)).similarity),
        0.842_020,
    );
    // Losses of A: 500, 450, 400, 300, 90; of B: 490, 450, 400, 290, 100, 80. Flash entropy's
    // neutral-loss similarity of the pair is 0.249101.
    let both = f64::from(score(&TwoViewEntropy, &a, &b, da(0.02)).similarity);
    close(both, (0.715_999_f64 * 0.249_101).sqrt());
}

#[test]
fn two_views_need_both_precursors() {
    let (a, b) = (prepared(Some(600.0), PAIR_R[0]), normal(PAIR_R[1]));
    assert_eq!(score(&TwoViewEntropy, &a, &b, da(0.02)).similarity, 0.0);
}

/// Hand arithmetic: entropy of (1/2, 1/2) is ln 2, so the power is 0.25 + 0.25 ln 2 and leaves two
/// equal weights; of (0.9, 0.1) it is 0.325083, the power 0.331271.
#[test]
fn weights_follow_the_published_power() {
    assert_eq!(entropy_weights(&[0.5, 0.5]), [0.5, 0.5]);
    let weights = entropy_weights(&[0.9, 0.1]);
    let (a, b) = (0.9_f64.powf(0.331_271), 0.1_f64.powf(0.331_271));
    close(f64::from(weights[0]), a / (a + b));
    let many = vec![1.0 / 32.0; 32];
    assert_eq!(
        entropy_weights(&many),
        many,
        "entropy ln 32 > 3 leaves intensities alone"
    );
}

fn spectra() -> impl Strategy<Value = Vec<(f64, f32)>> {
    // Peaks on a 0.1 Da grid: apart by more than twice the tolerance, as preparation leaves them.
    prop::collection::btree_map(500_u32..4000, 1.0_f32..1e4, 1..40).prop_map(|m| {
        m.into_iter()
            .map(|(mz, i)| (f64::from(mz) * 0.1, i))
            .collect()
    })
}

proptest! {
    #[test]
    fn laws_of_every_score(a in spectra(), b in spectra(), scale in prop::sample::select(vec![0.5_f32, 16.0])) {
        let scores: [&dyn Similarity; 3] = [&SpectralEntropy, &TwoViewEntropy, &Cosine];
        let (one, other) = (prepared(Some(450.0), &a), prepared(Some(460.0), &b));
        let scaled = prepared(Some(450.0), &a.iter().map(|&(m, i)| (m, i * scale)).collect::<Vec<_>>());
        let far = prepared(Some(450.0), &a.iter().map(|&(m, i)| (m + 5000.03, i)).collect::<Vec<_>>());
        for how in scores {
            let forth = score(how, &one, &other, da(0.02));
            let back = score(how, &other, &one, da(0.02));
            prop_assert!((0.0..=1.0).contains(&forth.similarity));
            prop_assert!((forth.similarity - back.similarity).abs() < 1e-5, "{} is symmetric", how.name());
            prop_assert_eq!(forth.matched_peaks, back.matched_peaks);
            prop_assert!((score(how, &one, &one, da(0.02)).similarity - 1.0).abs() < 1e-5, "{} of itself", how.name());
            prop_assert!((score(how, &scaled, &other, da(0.02)).similarity - forth.similarity).abs() < 1e-5);
            prop_assert_eq!(score(how, &far, &other, da(0.02)).similarity, 0.0);
        }
    }
}
