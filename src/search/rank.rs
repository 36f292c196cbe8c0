//! The exact score of every candidate, best first.

use super::answer::Match;
use super::settings::{ScoreChoice, SearchSettings};
use crate::domain::PrecursorWindow;
use crate::library::Library;
use crate::prepare::PreparedSpectrum;
use crate::similarity::align::Scratch;
use crate::similarity::{OwnedView, Similarity, SpectralEntropy, TwoViewEntropy};

/// Scores the entries at `positions` and sorts them: by score, then by absolute precursor
/// difference, then by row. Entries below the least score or matched peaks are left out.
pub(super) fn rank(
    library: &Library,
    query: &PreparedSpectrum,
    positions: &[u32],
    settings: &SearchSettings,
    scratch: &mut Scratch,
) -> Vec<Match> {
    let owned = OwnedView::new(query);
    let view = owned.view();
    let mut hits: Vec<Match> = positions
        .iter()
        .filter_map(|&position| {
            let entry = library.order().row(position);
            let precursor = library.entries().precursor(entry);
            let reference = library.peaks().view(entry, precursor);
            let both = view.precursor.zip(precursor);
            let similarity = choose(settings, both.is_some());
            let score = similarity.score(view, reference, settings.fragment_tolerance, scratch);
            let enough = score.similarity > 0.0
                && score.similarity >= settings.min_score
                && score.matched_peaks >= settings.min_matched;
            enough.then(|| Match {
                entry,
                cluster: library.clusters().cluster_of(entry),
                score,
                score_name: similarity.name(),
                precursor_delta: both.map(|(query, entry)| query.mz.value() - entry.mz.value()),
            })
        })
        .collect();
    hits.sort_unstable_by(|a, b| {
        let distance = |m: &Match| m.precursor_delta.map_or(f64::INFINITY, f64::abs);
        b.score
            .similarity
            .total_cmp(&a.score.similarity)
            .then_with(|| distance(a).total_cmp(&distance(b)))
            .then(a.entry.cmp(&b.entry))
    });
    hits
}

fn choose(settings: &SearchSettings, both_precursors: bool) -> &'static dyn Similarity {
    match (settings.score, settings.precursor) {
        (ScoreChoice::Exactly(score), _) => score,
        (ScoreChoice::Auto, PrecursorWindow::Open) if both_precursors => &TwoViewEntropy,
        (ScoreChoice::Auto, _) => &SpectralEntropy { weighted: true },
    }
}
