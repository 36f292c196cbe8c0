//! The exact score of every candidate, best first.

use super::answer::{Ambiguity, Match};
use super::settings::{ScoreChoice, SearchSettings};
use crate::domain::{Charge, Precursor, PrecursorWindow};
use crate::library::Library;
use crate::prepare::PreparedSpectrum;
use crate::similarity::align::Scratch;
use crate::similarity::{Cosine, OwnedView, Similarity, SpectralEntropy, TwoViewEntropy};

/// Entries whose peaks are on their way from memory while another is scored.
const AHEAD: usize = 4;

/// Scores the entries at `rows` and sorts them: by score, then by absolute precursor
/// difference, then by row. Entries below the least score or matched peaks are left out.
pub(super) fn rank(
    library: &Library,
    query: &PreparedSpectrum,
    rows: &[u32],
    settings: &SearchSettings,
    scratch: &mut Scratch,
) -> Vec<Match> {
    let owned = OwnedView::new(query).with_table(settings.fragment_tolerance);
    let view = owned.view();
    let mut hits: Vec<Match> = rows
        .iter()
        .enumerate()
        .filter_map(|(at, &entry)| {
            if let Some(&next) = rows.get(at + AHEAD) {
                library.peaks().prefetch(next);
            }
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
                mass_shift: both.and_then(|(query, entry)| mass_shift(query, entry)),
                ambiguity: Ambiguity::default(),
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

/// The score of a pair, by whether both have a precursor.
pub(super) fn choose(settings: &SearchSettings, both_precursors: bool) -> &'static dyn Similarity {
    match (settings.score, settings.precursor) {
        (ScoreChoice::Exactly(score), _) => score,
        (ScoreChoice::Auto, PrecursorWindow::Open) if both_precursors => &TwoViewEntropy,
        (ScoreChoice::Auto, PrecursorWindow::Range(_)) => &Cosine::MODIFIED,
        (ScoreChoice::Auto, _) => &SpectralEntropy { weighted: true },
    }
}

/// Difference of the neutral masses: m/z times charge, where ions of equal charge lost or gained
/// the same number of protons.
fn mass_shift(query: Precursor, entry: Precursor) -> Option<f64> {
    let charge = query.charge.or(entry.charge).map_or(1, Charge::state);
    let agree = query.charge.is_none() || entry.charge.is_none() || query.charge == entry.charge;
    let apart = query.mz.value() - entry.mz.value();
    agree.then(|| apart * f64::from(charge.unsigned_abs()))
}
