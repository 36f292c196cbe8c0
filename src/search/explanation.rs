//! Why a query and an entry score as they do: every peak of both, and what each pair adds.

use super::rank::choose;
use super::searcher::Searcher;
use crate::domain::Spectrum;
use crate::prepare::{LeftOut, prepare};
use crate::similarity::align::Scratch;
use crate::similarity::{MatchedAs, OwnedView, Score, View};

/// A score with all it is made of.
#[derive(Debug, Clone, PartialEq)]
pub struct Explanation {
    /// Row of the entry.
    pub entry: u32,
    /// Name of the score.
    pub score_name: &'static str,
    /// The score.
    pub score: Score,
    /// Every pair of peaks and every peak without a partner, ascending in m/z of the query, else
    /// of the entry.
    pub peaks: Vec<ExplainedPeak>,
}

/// A pair of peaks, or a peak without a partner.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ExplainedPeak {
    /// The peak of the query.
    pub query: Option<SeenPeak>,
    /// The peak of the entry.
    pub entry: Option<SeenPeak>,
    /// What makes the two a pair.
    pub pairing: Option<Pairing>,
}

/// A prepared peak.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SeenPeak {
    /// m/z in Th.
    pub mz: f32,
    /// Intensity as share of the highest, 0 to 1.
    pub intensity: f32,
}

/// What makes two peaks a pair.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Pairing {
    /// Why they are the same.
    pub matched_as: MatchedAs,
    /// What was added to the query's m/z before comparing, in Da.
    pub shift: f64,
    /// How far they are apart then, query minus entry, in Da.
    pub error_da: f64,
    /// The same in ppm of the entry's m/z.
    pub error_ppm: f64,
    /// What the pair adds to the similarity.
    pub contribution: f64,
}

impl Searcher<'_> {
    /// Explains the score of `query` and the entry `row`, which need not be a candidate.
    ///
    /// # Errors
    /// Why the query cannot be compared.
    ///
    /// # Panics
    /// Where the library has no such row.
    pub fn explain(&self, query: &Spectrum, row: u32) -> Result<Explanation, LeftOut> {
        let library = self.library();
        let owned = OwnedView::new(&prepare(query, library.preparation())?);
        let query = owned.view();
        let precursor = library.entries().precursor(row);
        let entry = library.peaks().view(row, precursor);
        let both_precursors = query.precursor.is_some() && precursor.is_some();
        let similarity = choose(self.settings(), both_precursors);
        let tolerance = self.settings().fragment_tolerance;
        let mut scratch = Scratch::default();
        let score = similarity.score(query, entry, tolerance, &mut scratch);
        let (of_query, of_entry) = (seen(query), seen(entry));
        let mut partnered = (vec![false; of_query.len()], vec![false; of_entry.len()]);
        let mut peaks = Vec::new();
        for contribution in similarity.explain(query, entry, tolerance, &mut scratch) {
            let pair = contribution.pair;
            let (q, e) = (pair.query as usize, pair.reference as usize);
            (partnered.0[q], partnered.1[e]) = (true, true);
            let (error_da, error_ppm) = contribution.error(query, entry);
            peaks.push(ExplainedPeak {
                query: Some(of_query[q]),
                entry: Some(of_entry[e]),
                pairing: Some(Pairing {
                    matched_as: contribution.matched_as,
                    shift: contribution.shift,
                    error_da,
                    error_ppm,
                    contribution: contribution.amount,
                }),
            });
        }
        let alone = |peaks: &[SeenPeak], partnered: &[bool]| -> Vec<SeenPeak> {
            let alone = peaks
                .iter()
                .zip(partnered)
                .filter(|(_, partnered)| !**partnered);
            alone.map(|(peak, _)| *peak).collect()
        };
        peaks.extend(
            alone(&of_query, &partnered.0)
                .into_iter()
                .map(|peak| ExplainedPeak {
                    query: Some(peak),
                    entry: None,
                    pairing: None,
                }),
        );
        peaks.extend(
            alone(&of_entry, &partnered.1)
                .into_iter()
                .map(|peak| ExplainedPeak {
                    query: None,
                    entry: Some(peak),
                    pairing: None,
                }),
        );
        let at = |peak: &ExplainedPeak| peak.query.or(peak.entry).map_or(0.0, |seen| seen.mz);
        // Stable: a pair matched twice stays in the order of its views.
        peaks.sort_by(|a, b| at(a).total_cmp(&at(b)));
        Ok(Explanation {
            entry: row,
            score_name: similarity.name(),
            score,
            peaks,
        })
    }
}

fn seen(view: View<'_>) -> Vec<SeenPeak> {
    let highest = view.intensity.iter().copied().fold(0.0, f32::max);
    let peaks = view.mz.iter().zip(view.intensity);
    peaks
        .map(|(&mz, &intensity)| SeenPeak {
            mz,
            intensity: intensity / highest,
        })
        .collect()
}
