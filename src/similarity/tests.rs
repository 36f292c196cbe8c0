//! Published values, and the laws every score keeps.

use super::*;
use crate::domain::Da;
use crate::prepare::{entropy_weights, sample, spectral_entropy};
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
        f64::from(score(&SpectralEntropy { weighted: true }, &a, &b, da(0.05)).similarity),
        0.898_440,
    );
    let plain = score(&SpectralEntropy { weighted: false }, &a, &b, da(0.05));
    close(f64::from(plain.similarity), 0.982_667);
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
    let plain = |member: Cosine| Cosine {
        weighting: Weighting::PLAIN,
        ..member
    };
    let weighted = |mz, intensity| Cosine {
        weighting: Weighting { mz, intensity },
        ..Cosine::GREEDY
    };
    let cosines = [
        (plain(Cosine::GREEDY), 0.966_655, 3),
        (plain(Cosine::EXACT), 0.966_655, 3),
        (plain(Cosine::MODIFIED), 0.999_060, 5),
        (plain(Cosine::MODIFIED_EXACT), 0.999_060, 5),
        (plain(Cosine::LOSSES), 0.032_405, 2),
        (Cosine::GREEDY, 0.842_020, 3),
        (weighted(3.0, 0.6), 0.838_268, 3),
        (weighted(1.0, 0.5), 0.882_089, 3),
    ];
    for (how, expected, matched) in cosines {
        let found = score(&how, &a, &b, da(0.1));
        close(f64::from(found.similarity), expected);
        assert_eq!(found.matched_peaks, matched, "{how:?}");
    }
    let entropies: [(&dyn Similarity, f64); 3] = [
        (&SpectralEntropy { weighted: true }, 0.715_999),
        (&SpectralEntropy { weighted: false }, 0.841_730),
        (&HybridEntropy, 0.965_100),
    ];
    for (how, expected) in entropies {
        close(f64::from(score(how, &a, &b, da(0.02)).similarity), expected);
    }
    let entropy = score(entropies[0].0, &a, &b, da(0.02));
    close(f64::from(entropy.matched_intensity), 1750.0 / 2050.0);
    // Flash entropy's neutral-loss similarity of the pair is 0.249101.
    let both = f64::from(score(&TwoViewEntropy, &a, &b, da(0.02)).similarity);
    close(both, (0.715_999_f64 * 0.249_101).sqrt());
}

/// By hand, on three query peaks of which two match: weights with power 0.5 are 4, 3, 2 against 4,
/// 3, so the dot product is 25, the squared norms 29 and 25, that of the matched query peaks 25.
#[test]
fn norms_by_hand() {
    let a = normal(&[(100.0, 16.0), (200.0, 9.0), (300.0, 4.0)]);
    let b = normal(&[(100.0, 16.0), (200.0, 9.0)]);
    let found = |how: Cosine| f64::from(score(&how, &a, &b, da(0.02)).similarity);
    close(found(Cosine::GREEDY), 25.0 / (29.0_f64 * 25.0).sqrt());
    close(
        found(Cosine {
            norm: Norm::Squared,
            ..Cosine::GREEDY
        }),
        25.0 / 29.0,
    );
    close(found(Cosine::REVERSE), 1.0);
    // The third peak counts with weight 2 * 0.4 = 0.8, squared 0.64.
    close(
        found(Cosine::PENALISED_REVERSE),
        25.0 / (25.64_f64 * 25.0).sqrt(),
    );
    close(
        found(Cosine {
            norm: Norm::Penalised(0.0),
            ..Cosine::GREEDY
        }),
        found(Cosine::GREEDY),
    );
    close(
        found(Cosine {
            norm: Norm::Penalised(1.0),
            ..Cosine::GREEDY
        }),
        1.0,
    );
}

/// By hand: weights m/z * sqrt(I) are 400, 600, 600 and 400, 600, dot product 520000 / norms
/// sqrt(880000 * 520000), squared 0.590909; the ratio of neighbours is 1.5 in both, so their mean is 1/2.
/// (3 * 0.590909 + 2 * 0.5) / 5.
#[test]
fn composite_by_hand() {
    let a = normal(&[(100.0, 16.0), (200.0, 9.0), (300.0, 4.0)]);
    let b = normal(&[(100.0, 16.0), (200.0, 9.0)]);
    close(
        f64::from(score(&NistComposite, &a, &b, da(0.02)).similarity),
        (3.0 * 52.0 / 88.0 + 2.0 * 0.5) / 5.0,
    );
}

/// At charge 2 a precursor difference of 5 moves doubly charged fragments by 5 and singly charged
/// ones by 10.
#[test]
fn modified_cosine_knows_charges() {
    let with_charge = |mz: f64, peaks: &[(f64, f32)]| {
        let mut spectrum = sample::spectrum(Some(mz), peaks);
        if let Some(p) = spectrum.precursor.as_mut() {
            p.charge = crate::domain::Charge::new(2).ok();
        }
        OwnedView::new(&sample::prepared_whole(&spectrum))
    };
    let a = with_charge(500.0, &[(200.0, 1.0), (300.0, 1.0), (400.0, 1.0)]);
    let b = with_charge(505.0, &[(200.0, 1.0), (305.0, 1.0), (410.0, 1.0)]);
    let found = score(&Cosine::MODIFIED, &a, &b, da(0.02));
    assert_eq!(found.matched_peaks, 3);
    close(f64::from(found.similarity), 1.0);
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

/// Each contribution by hand: of the cosine sqrt(a b) / sqrt(A B), where A and B are sums of
/// intensities; of the entropy half of (a+b) log2(a+b) - a log2 a - b log2 b.
#[test]
fn contributions_by_hand() {
    let a = prepared(Some(200.0), &[(100.0, 1.0), (150.0, 3.0)]);
    let b = prepared(Some(210.0), &[(100.0, 1.0), (160.0, 1.0)]);
    let explain = |how: &dyn Similarity| {
        let parts = how.explain(a.view(), b.view(), da(0.02), &mut Scratch::default());
        parts
            .iter()
            .map(|p| (p.matched_as, p.shift, p.amount))
            .collect::<Vec<_>>()
    };
    // sqrt(1/4 * 1/2)
    let cosine = explain(&Cosine::GREEDY);
    assert_eq!(cosine.len(), 1);
    assert_eq!((cosine[0].0, cosine[0].1), (MatchedAs::Fragment, 0.0));
    close(cosine[0].2, 0.353_553);
    // And sqrt(3/4 * 1/2) for the loss of 50.
    let modified = explain(&Cosine::MODIFIED);
    assert_eq!((modified[0].0, modified[0].1), (MatchedAs::Loss, 10.0));
    close(modified[0].2, 0.612_372);
    assert_eq!(modified[1].0, MatchedAs::Fragment);
    close(modified[1].2, 0.353_553);
    // 0.75 log2 0.75 - 0.25 log2 0.25 - 0.5 log2 0.5, halved.
    let entropy = explain(&SpectralEntropy { weighted: false });
    close(entropy[0].2, 0.344_361);
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
        let (one, other) = (prepared(Some(450.0), &a), prepared(Some(460.0), &b));
        let scaled = prepared(Some(450.0), &a.iter().map(|&(m, i)| (m, i * scale)).collect::<Vec<_>>());
        let far = prepared(Some(450.0), &a.iter().map(|&(m, i)| (m + 5000.03, i)).collect::<Vec<_>>());
        for &how in SCORES {
            let name = how.name();
            let forth = score(how, &one, &other, da(0.02));
            let back = score(how, &other, &one, da(0.02));
            prop_assert!((0.0..=1.0).contains(&forth.similarity), "{}", name);
            // The reverse scores and the composite are of a query against a reference.
            if !name.contains("reverse") && name != "nist_composite" {
                prop_assert!((forth.similarity - back.similarity).abs() < 1e-5, "{} is symmetric", name);
            }
            prop_assert_eq!(forth.matched_peaks, back.matched_peaks);
            let own = f64::from(score(how, &one, &one, da(0.02)).similarity);
            let n = match name {
                "neutral_loss_cosine" => a.iter().filter(|p| p.0 < 450.0).count(),
                _ => a.len(),
            } as f64;
            let expected = match name {
                // The mean over N of N - 1 ratios, as published.
                "nist_composite" => (2.0 * n - 1.0) / (2.0 * n),
                _ => f64::from(n > 0.0),
            };
            prop_assert!((own - expected).abs() < 1e-5, "{} of itself is {}", name, own);
            prop_assert!((score(how, &scaled, &other, da(0.02)).similarity - forth.similarity).abs() < 1e-5);
            prop_assert_eq!(score(how, &far, &other, da(0.02)).similarity, 0.0);
            let parts = how.explain(one.view(), other.view(), da(0.02), &mut Scratch::default());
            let whole: f64 = parts.iter().map(|part| part.amount).sum();
            prop_assert!((whole - f64::from(forth.similarity)).abs() < 1e-6, "{} parts {}", name, whole);
            for part in parts {
                prop_assert!(part.amount >= 0.0);
                let (error, _) = part.error(one.view(), other.view());
                prop_assert!(error.abs() <= 0.02 + 1e-4, "{} is {} apart", name, error);
            }
        }
    }

    #[test]
    fn exact_assignment_is_never_below_greedy(a in spectra(), b in spectra()) {
        let (one, other) = (prepared(Some(450.0), &a), prepared(Some(450.4), &b));
        // A tolerance as wide as the gaps between peaks, so that peaks compete.
        let pairs = [(Cosine::GREEDY, Cosine::EXACT), (Cosine::MODIFIED, Cosine::MODIFIED_EXACT)];
        for (greedy, exact) in pairs {
            let greedy = score(&greedy, &one, &other, da(0.35)).similarity;
            let exact = score(&exact, &one, &other, da(0.35)).similarity;
            prop_assert!(exact >= greedy - 1e-5, "{} below {}", exact, greedy);
        }
    }
}
