//! What is seen of a first match, as numbers.

/// What entries a search compares, because what is seen means another thing in each.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Mode {
    /// Those of the query's precursor m/z.
    Identity,
    /// All.
    Open,
}

impl Mode {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Identity, Self::Open];

    /// The word in files and for people.
    pub fn word(self) -> &'static str {
        match self {
            Self::Identity => "identity",
            Self::Open => "open",
        }
    }

    /// Length of [`Evidence::features`].
    pub(super) fn n_features(self) -> usize {
        match self {
            Self::Identity => 12,
            Self::Open => 14,
        }
    }
}

/// What is seen of the first match of a query.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Evidence {
    /// Its score, 0 to 1.
    pub similarity: f32,
    /// Query peaks with a partner.
    pub matched_peaks: u32,
    /// Their share of the query's intensity.
    pub matched_intensity: f32,
    /// The score minus that of the best hit of another compound, where there is one.
    pub delta_next: Option<f32>,
    /// Query precursor minus entry precursor in Da, where both are known.
    pub precursor_delta: Option<f64>,
    /// The same in ppm of the entry's.
    pub precursor_delta_ppm: Option<f64>,
}

/// Precursors this close are those of one ion on current instruments.
const SAME_ION_PPM: f64 = 20.0;
/// Differences of precursors beyond this say no more than this one.
const FAR_DA: f64 = 500.0;

impl Evidence {
    /// Numbers for a linear model: the score, the peaks and the distance to the next compound, and
    /// what they say together. A match that stands alone has no distance; that it does is a number
    /// of its own.
    pub(super) fn features(&self, mode: Mode) -> Vec<f64> {
        let score = f64::from(self.similarity);
        let peaks = f64::from(self.matched_peaks).ln_1p();
        let intensity = f64::from(self.matched_intensity);
        let apart = self
            .delta_next
            .map_or(0.0, |apart| f64::from(apart).max(0.0));
        let alone = f64::from(u8::from(self.delta_next.is_none()));
        let mut features = vec![
            score,
            peaks,
            intensity,
            apart,
            alone,
            score * score,
            peaks * peaks,
            apart.sqrt(),
            score * peaks,
            score * apart,
            alone * score,
            alone * peaks,
        ];
        if mode == Mode::Open {
            let same_ion = (self.precursor_delta_ppm).is_some_and(|ppm| ppm.abs() <= SAME_ION_PPM);
            let far = self
                .precursor_delta
                .map_or(FAR_DA, |da| da.abs().min(FAR_DA));
            features.extend([f64::from(u8::from(same_ion)), far.sqrt()]);
        }
        features
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    pub(in crate::confidence) fn evidence(similarity: f32) -> Evidence {
        Evidence {
            similarity,
            matched_peaks: 6,
            matched_intensity: 0.8,
            delta_next: Some(0.25),
            precursor_delta: Some(-0.001),
            precursor_delta_ppm: Some(-4.0),
        }
    }

    #[test]
    fn features_are_as_many_as_stated_and_finite() {
        let bare = Evidence {
            delta_next: None,
            precursor_delta: None,
            precursor_delta_ppm: None,
            matched_peaks: 0,
            ..evidence(0.0)
        };
        for mode in Mode::ALL {
            for seen in [evidence(0.7), bare] {
                let features = seen.features(mode);
                assert_eq!(features.len(), mode.n_features());
                assert!(features.iter().all(|f| f.is_finite()), "{features:?}");
            }
        }
    }

    #[test]
    fn precursors_matter_in_an_open_search_only() {
        let other = Evidence {
            precursor_delta: Some(80.0),
            precursor_delta_ppm: Some(2.0e5),
            ..evidence(0.7)
        };
        assert_eq!(
            other.features(Mode::Identity),
            evidence(0.7).features(Mode::Identity)
        );
        assert_ne!(
            other.features(Mode::Open),
            evidence(0.7).features(Mode::Open)
        );
    }
}
