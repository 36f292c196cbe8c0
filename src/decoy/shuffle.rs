//! The order of residues of a decoy peptide.

use crate::domain::Peptidoform;
use crate::index::Random;

/// Orders that are tried (Lam et al. 2010).
const TRIES: usize = 10;

/// `target` with its residues in another order, drawn by chance. K, R, P and the last residue stay
/// in place, so that decoys look as digested as targets do; a modified residue carries its
/// modification along. Of ten orders the one is taken whose fragments have least in common with
/// the target's, of equal ones the first. Lam et al. (2010) take the first whose sequence has at
/// most 70 % in common; in a short peptide that leaves nearly all fragments where they were.
///
/// `None` where every order drawn has all fragments in common with the target.
pub(crate) fn shuffled(target: &Peptidoform, random: &mut Random) -> Option<Peptidoform> {
    let residues = target.residues();
    let movable: Vec<usize> = (0..residues.len().saturating_sub(1))
        .filter(|&at| !['K', 'R', 'P'].contains(&residues[at].letter()))
        .collect();
    let mut best: Option<(f64, Peptidoform)> = None;
    for _ in 0..TRIES {
        let mut order = movable.clone();
        random.shuffle(&mut order);
        let mut candidate = residues.to_vec();
        for (&to, &from) in movable.iter().zip(&order) {
            candidate[to] = residues[from].clone();
        }
        let candidate = target.with_residues(candidate);
        let common = fragments_in_common(target, &candidate);
        if best.as_ref().is_none_or(|(least, _)| common < *least) {
            best = Some((common, candidate));
        }
    }
    best.filter(|(common, _)| *common < 1.0)
        .map(|(_, decoy)| decoy)
}

/// Share of the backbone cleavages that give fragments of one mass in both, 0 to 1. Both have as
/// many residues and one mass, so that b and y ions agree at the same places.
pub fn fragments_in_common(a: &Peptidoform, b: &Peptidoform) -> f64 {
    let (a, b) = (a.b_masses(), b.b_masses());
    let same = a.iter().zip(&b).filter(|(a, b)| (*a - *b).abs() < 1.0e-3);
    if a.is_empty() {
        return 1.0;
    }
    same.count() as f64 / a.len() as f64
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Residue;
    use proptest::prelude::*;

    fn shuffle(text: &str, stream: u64) -> Option<Peptidoform> {
        shuffled(&text.parse().unwrap(), &mut Random::new(1, stream))
    }

    #[test]
    fn modifications_travel_with_their_residue() {
        let target: Peptidoform = "[Acetyl]-MDC[Carbamidomethyl]VTASLEK".parse().unwrap();
        for stream in 0..20 {
            let decoy = shuffled(&target, &mut Random::new(1, stream)).unwrap();
            let text = decoy.to_string();
            assert!(text.starts_with("[Acetyl]-"), "{text}");
            assert!(text.contains("C[Carbamidomethyl]"), "{text}");
            assert!((decoy.mass() - target.mass()).abs() < 1e-9);
        }
    }

    #[test]
    fn nothing_to_shuffle_is_no_decoy() {
        for text in ["KRPK", "AK", "LILK", "G", "AAAAAK"] {
            assert_eq!(shuffle(text, 1), None, "{text}");
        }
        assert_eq!(shuffle("AGK", 1).unwrap().to_string(), "GAK");
    }

    proptest! {
        #[test]
        fn fixed_residues_stay_and_the_rest_is_the_same_set(text in "[ACDEFGHIKLMNPQRSTVWY]{6,30}", stream in 0_u64..1000) {
            let Some(decoy) = shuffle(&text, stream) else { return Ok(()) };
            let decoy: Vec<char> = decoy.residues().iter().map(Residue::letter).collect();
            let target: Vec<char> = text.chars().collect();
            for (at, &letter) in target.iter().enumerate() {
                if ['K', 'R', 'P'].contains(&letter) || at + 1 == target.len() {
                    prop_assert_eq!(decoy[at], letter);
                }
            }
            let sorted = |mut letters: Vec<char>| { letters.sort_unstable(); letters };
            prop_assert_ne!(&decoy, &target);
            prop_assert_eq!(sorted(decoy), sorted(target));
        }
    }
}
