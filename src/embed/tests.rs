//! Vectors are of unit length, ignore scale and bin edges, and rank as the peaks do.

use super::*;
use crate::prepare::sample::prepared;
use proptest::prelude::*;

fn embedding(views: Views) -> Embedding {
    Embedding::new(EmbeddingSettings {
        bin_width: Da::new(0.05).unwrap(),
        mz_range: (Mz::new(10.0).unwrap(), Mz::new(2000.0).unwrap()),
        power: 0.25,
        dim: 4096,
        views,
    })
    .unwrap()
}

fn vector(views: Views, spectrum: &PreparedSpectrum) -> Vec<f32> {
    let embedding = embedding(views);
    let mut vector = vec![0.0; embedding.dim()];
    embedding.embed_into(spectrum, &mut vector);
    vector
}

fn dot(a: &[f32], b: &[f32]) -> f32 {
    a.iter().zip(b).map(|(x, y)| x * y).sum()
}

#[test]
fn a_peak_is_split_over_its_two_nearest_bins() {
    // 100.005 lies 0.1 widths above the centre of bin 2000.
    let v = vector(Views::Fragments, &prepared(None, &[(100.005, 1.0)]));
    let norm = (0.9_f32 * 0.9 + 0.1 * 0.1).sqrt();
    assert!((v[place(0, 2000, 4096)] - 0.9 / norm).abs() < 1e-4);
    assert!((v[place(0, 2001, 4096)] - 0.1 / norm).abs() < 1e-4);
}

#[test]
fn in_fewer_places_a_peak_is_split_only_where_both_bins_have_a_share() {
    // 0.1, 0.4 and 0.9 widths above the centres of bins 2000, 3000 and 4000.
    let spectrum = prepared(None, &[(100.005, 1.0), (150.02, 1.0), (200.045, 1.0)]);
    let fewer = embedding(Views::Fragments).embed_in_fewer(&spectrum, 0.3);
    let value = |bin| {
        let at = place(0, bin, 4096) as u32;
        fewer.iter().find(|(place, _)| *place == at).map(|v| v.1)
    };
    let whole = value(2000).unwrap();
    assert_eq!(value(2001), None);
    assert!((value(3000).unwrap() / whole - 0.6).abs() < 1e-3);
    assert!((value(3001).unwrap() / whole - 0.4).abs() < 1e-3);
    assert_eq!(value(4000), None);
    assert!((value(4001).unwrap() / whole - 1.0).abs() < 1e-6);
    assert!((fewer.iter().map(|v| v.1 * v.1).sum::<f32>() - 1.0).abs() < 1e-5);
    let none = embedding(Views::Fragments).embed_in_fewer(&spectrum, 0.0);
    assert_eq!(none, embedding(Views::Fragments).embed(&spectrum));
}

#[test]
fn a_vector_holds_at_most_what_is_foretold() {
    let peaks = [(100.005, 1.0), (150.0, 2.0), (200.031, 3.0)];
    for (views, precursor, most) in [
        (Views::Fragments, Some(400.0), 6),
        (Views::FragmentsAndLosses, None, 6),
        (Views::FragmentsAndLosses, Some(400.0), 12),
    ] {
        let (embedding, spectrum) = (embedding(views), prepared(precursor, &peaks));
        assert_eq!(
            embedding.most_values(peaks.len(), precursor.is_some()),
            most
        );
        let held = embedding.embed(&spectrum).len();
        // A peak in the middle of a bin has one value.
        assert!(held <= most && held + 2 >= most, "{held} of {most}");
    }
}

#[test]
fn neighbours_across_a_bin_edge_stay_similar() {
    let a = vector(Views::Fragments, &prepared(None, &[(100.024, 1.0)]));
    let b = vector(Views::Fragments, &prepared(None, &[(100.026, 1.0)]));
    assert!(dot(&a, &b) > 0.99);
}

#[test]
fn peaks_count_by_a_power_of_their_entropy_weight() {
    let spectrum = prepared(None, &[(100.0, 16.0), (200.0, 1.0)]);
    let v = vector(Views::Fragments, &spectrum);
    let ratio = v[place(0, 2000, 4096)] / v[place(0, 4000, 4096)];
    // S of (16/17, 1/17) is 0.2237, so weights are as 16 to the power of 0.25 (1 + S), and the
    // vector takes the fourth root of that.
    let expected = 16.0_f32.powf(0.25 * 0.25 * 1.223_7);
    assert!((ratio - expected).abs() < 1e-3, "{ratio} {expected}");
}

#[test]
fn losses_are_binned_however_far_from_the_precursor_and_on_both_sides() {
    // Of an ion of two charges a fragment may lie above the precursor, and what a large ion of one
    // charge loses may be more than any fragment is.
    for (precursor, peak, bin) in [(500.0, 700.0, -4000), (2990.0, 1000.0, 39_800)] {
        let v = vector(
            Views::FragmentsAndLosses,
            &prepared(Some(precursor), &[(peak, 1.0)]),
        );
        let at = 2048 + place(1, bin, 2048);
        assert!(
            (v[at] - 0.5_f32.sqrt()).abs() < 1e-4,
            "{precursor}: {}",
            v[at]
        );
    }
    // Around the precursor there are none.
    let v = vector(
        Views::FragmentsAndLosses,
        &prepared(Some(500.0), &[(500.9, 1.0)]),
    );
    assert!(v[2048..].iter().all(|x| *x == 0.0));
}

#[test]
fn each_view_has_its_half() {
    let peaks = [(100.0, 1.0), (150.0, 1.0)];
    let v = vector(Views::FragmentsAndLosses, &prepared(Some(350.0), &peaks));
    let norm = |half: &[f32]| dot(half, half);
    assert!((norm(&v[..2048]) - 0.5).abs() < 1e-4);
    assert!((norm(&v[2048..]) - 0.5).abs() < 1e-4);
    // Losses of 250 and 200, in whole bins.
    for bin in [5000, 4000] {
        assert!(v[2048 + place(1, bin, 2048)] > 0.49);
    }
}

#[test]
fn losses_are_a_second_view_of_equal_weight() {
    let peaks = [(100.0, 1.0), (150.0, 1.0)];
    let (a, b) = (prepared(Some(300.0), &peaks), prepared(Some(350.0), &peaks));
    let same = dot(&vector(Views::Fragments, &a), &vector(Views::Fragments, &b));
    let both = Views::FragmentsAndLosses;
    assert!((same - 1.0).abs() < 1e-6);
    // Losses 200 and 150 against 250 and 200: one of two is shared.
    let shared = dot(&vector(both, &a), &vector(both, &b));
    assert!((shared - 0.75).abs() < 0.02, "{shared}");
    let alone = prepared(None, &peaks);
    let only_fragments = vector(both, &alone);
    assert!((dot(&only_fragments, &only_fragments) - 1.0).abs() < 1e-4);
    assert!(only_fragments[2048..].iter().all(|x| *x == 0.0));
}

#[test]
fn impossible_settings_are_named() {
    let good = embedding(Views::Fragments).settings().clone();
    let bad = |change: fn(&mut EmbeddingSettings)| {
        let mut settings = good.clone();
        change(&mut settings);
        Embedding::new(settings).unwrap_err()
    };
    assert!(matches!(
        bad(|s| s.bin_width = Da::new(0.0).unwrap()),
        EmbeddingError::BinWidth(_)
    ));
    assert!(matches!(bad(|s| s.dim = 0), EmbeddingError::Dim(0)));
    assert!(matches!(
        bad(|s| s.power = f32::NAN),
        EmbeddingError::Power(_)
    ));
    assert!(matches!(
        bad(|s| s.mz_range = (s.mz_range.1, s.mz_range.0)),
        EmbeddingError::Range(..)
    ));
}

proptest! {
    #[test]
    fn unit_length_and_indifferent_to_scale(
        raw in prop::collection::vec((50.0_f64..1500.0, 1.0_f32..1e4), 1..60),
    ) {
        let one = vector(Views::FragmentsAndLosses, &prepared(Some(1600.0), &raw));
        prop_assert!((dot(&one, &one) - 1.0).abs() < 1e-4);
        let scaled: Vec<_> = raw.iter().map(|&(m, i)| (m, i * 64.0)).collect();
        let other = vector(Views::FragmentsAndLosses, &prepared(Some(1600.0), &scaled));
        prop_assert!((dot(&one, &other) - 1.0).abs() < 1e-4);
    }
}
