//! How vectors added to an index differ from those it was trained on, and when that calls for a new
//! training.

use crate::index::Fit;

/// What is told of an addition.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Drift {
    /// Vectors the index was trained on.
    pub n_trained: usize,
    /// Vectors in it before.
    pub n_before: usize,
    /// Vectors added.
    pub n_added: usize,
    /// How well it suits those it was trained on.
    pub trained: Fit,
    /// How well it suits those added.
    pub added: Fit,
    /// How uneven its lists were and are; 1 is even.
    pub imbalances: Option<(f64, f64)>,
    /// Numbers for a second look that bytes cannot say.
    pub n_clamped: usize,
}

/// Added vectors may lie this much farther from centres and codes, in mean squares. Beyond it a
/// tenth of the distance is not explained by what was learned.
const MOST_FARTHER: f64 = 1.2;

/// Below this many vectors trained on, codewords and centres have learned some of them by heart, and
/// any others lie farther: distances then tell nothing.
const FEWEST: usize = 8192;

/// Lists may become this much less even, which a search pays for with as much time.
const MOST_UNEVEN: f64 = 1.5;

impl Drift {
    /// What each measure was for the vectors trained on, and is for those added.
    pub fn measures(&self) -> Vec<(&'static str, f64, f64)> {
        let pair = |trained: Option<f64>, added: Option<f64>| trained.zip(added);
        let mut measures = Vec::new();
        if let Some((trained, added)) = pair(self.trained.to_centre, self.added.to_centre) {
            measures.push(("distance to the list's centre, squared", trained, added));
        }
        if let Some((trained, added)) = pair(self.trained.to_code, self.added.to_code) {
            measures.push(("distance to the code, squared", trained, added));
        }
        if let Some((before, after)) = self.imbalances {
            measures.push(("imbalance of lists, before and after", before, after));
        }
        measures
    }

    /// Why the index should be trained again on all of its vectors; nothing where it need not.
    pub fn reasons_to_retrain(&self) -> Vec<String> {
        let mut reasons = Vec::new();
        let farther = |trained: Option<f64>, added: Option<f64>| match trained.zip(added) {
            Some((trained, added))
                if self.n_trained >= FEWEST && added > trained * MOST_FARTHER =>
            {
                Some(added / trained.max(f64::MIN_POSITIVE))
            }
            _ => None,
        };
        if let Some(ratio) = farther(self.trained.to_centre, self.added.to_centre) {
            reasons.push(format!(
                "the squared distance of added vectors from the centres of their lists is \
                 {ratio:.2} times that of those trained on: lists are probed in vain"
            ));
        }
        if let Some(ratio) = farther(self.trained.to_code, self.added.to_code) {
            reasons.push(format!(
                "codes leave out {ratio:.2} times as much of added vectors: they are ranked worse"
            ));
        }
        if let Some((before, after)) = self.imbalances
            && after > before * MOST_UNEVEN
        {
            reasons.push(format!(
                "lists have become {:.2} times less even: searches take as much longer",
                after / before
            ));
        }
        let learns = self.trained != Fit::default();
        if learns && self.n_before + self.n_added > 2 * self.n_trained {
            reasons.push(format!(
                "of {} vectors only {} were trained on",
                self.n_before + self.n_added,
                self.n_trained
            ));
        }
        if self.n_clamped > 0 {
            reasons.push(format!(
                "{} numbers lie beyond what the bytes of the second look can say",
                self.n_clamped
            ));
        }
        reasons
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const STEADY: Drift = Drift {
        n_trained: 10_000,
        n_before: 10_000,
        n_added: 100,
        trained: Fit {
            to_centre: Some(1.0),
            to_code: Some(0.5),
        },
        added: Fit {
            to_centre: Some(1.1),
            to_code: Some(0.5),
        },
        imbalances: Some((1.2, 1.3)),
        n_clamped: 0,
    };

    #[test]
    fn vectors_of_the_same_kind_call_for_nothing() {
        assert_eq!(STEADY.reasons_to_retrain(), [""; 0]);
        assert_eq!(STEADY.measures().len(), 3);
    }

    #[test]
    fn each_kind_of_drift_is_a_reason() {
        let reason = |drift: Drift| {
            let reasons = drift.reasons_to_retrain();
            assert_eq!(reasons.len(), 1, "{reasons:?}");
            reasons[0].clone()
        };
        let mut far = STEADY;
        far.added.to_centre = Some(1.5);
        assert!(reason(far).contains("1.50 times"));
        let mut lossy = STEADY;
        lossy.added.to_code = Some(0.75);
        assert!(reason(lossy).contains("1.50 times"));
        let uneven = Drift {
            imbalances: Some((1.2, 2.4)),
            ..STEADY
        };
        assert!(reason(uneven).contains("2.00 times less even"));
        let grown = Drift {
            n_added: 10_001,
            ..STEADY
        };
        assert!(reason(grown).contains("20001 vectors only 10000"));
        let learned_by_heart = Drift {
            n_trained: 5000,
            n_before: 5000,
            ..far
        };
        assert_eq!(learned_by_heart.reasons_to_retrain(), [""; 0]);
        let clamped = Drift {
            n_clamped: 3,
            ..STEADY
        };
        assert!(reason(clamped).contains("3 numbers"));
    }

    #[test]
    fn what_learned_nothing_cannot_drift() {
        let exact = Drift {
            n_added: 100_000,
            trained: Fit::default(),
            added: Fit::default(),
            imbalances: None,
            ..STEADY
        };
        assert_eq!(exact.reasons_to_retrain(), [""; 0]);
    }
}
