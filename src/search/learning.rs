//! Learns from a library how likely a first match is right.
//!
//! Entries whose compound has several are searched as queries, twice: without themselves, when the
//! right answer is there; and without any entry of their compound, when it is not. So half of the
//! cases are of compounds that are not in the library, and a probability means: in a run where
//! every second compound is. Where more of them are, first matches are right more often than told.

use super::answer::Match;
use super::groups::best_of_groups;
use super::searcher::Searcher;
use super::settings::{GroupBy, ScoreChoice, SearchSettings};
use crate::confidence::{Case, Evidence, Mode, Model};
use crate::domain::{Ppm, PrecursorWindow, Spectrum, Tolerance};
use crate::index::Random;
use crate::library::{Library, LibraryError};
use std::collections::BTreeMap;

/// Compounds that are searched, at most: twice as many cases, and probabilities are good to a few
/// hundredths.
const COMPOUNDS: usize = 1000;
/// The window of the identity searches that are learned from.
const WINDOW_PPM: f64 = 10.0;
/// What was learned in that window holds for windows half and twice as wide.
const NEAR_WINDOW_PPM: std::ops::RangeInclusive<f64> = 5.0..=20.0;
/// A tolerance in Da is taken in ppm at this m/z, the middle of what is measured.
const MIDDLE_MZ: f64 = 500.0;

/// The kind of search that `settings` ask for, if it is one that probabilities are learned for.
pub(super) fn mode(library: &Library, settings: &SearchSettings) -> Option<Mode> {
    let usual_tolerance = library.settings().fragment_tolerance().ok();
    let is_usual = matches!(settings.score, ScoreChoice::Auto)
        && usual_tolerance == Some(settings.fragment_tolerance);
    let mode = match settings.precursor {
        PrecursorWindow::Open => Some(Mode::Open),
        PrecursorWindow::Within(width) => {
            let ppm = width.half_width(MIDDLE_MZ) / MIDDLE_MZ * 1.0e6;
            // A width in ppm may come back a last digit off.
            let is_near = NEAR_WINDOW_PPM.contains(&((ppm * 1.0e6).round() / 1.0e6));
            is_near.then_some(Mode::Identity)
        }
        PrecursorWindow::Range(_) => None,
    };
    mode.filter(|_| is_usual)
}

/// What is seen of a first match.
pub(super) fn evidence(library: &Library, first: &Match) -> Evidence {
    let entry_mz = library.entries().precursor_mz(first.entry);
    Evidence {
        similarity: first.score.similarity,
        matched_peaks: first.score.matched_peaks,
        matched_intensity: first.score.matched_intensity,
        delta_next: first.ambiguity.delta_next,
        precursor_delta: first.precursor_delta,
        precursor_delta_ppm: first
            .precursor_delta
            .zip(entry_mz)
            .map(|(delta, mz)| delta / mz * 1.0e6),
    }
}

/// Learns a model for each [`Mode`] that `library` can teach: it must have some fifty compounds
/// with several entries, and no decoys, which tell more.
///
/// # Errors
/// Settings of the library that cannot be read.
pub fn learn(library: &Library) -> Result<Vec<Model>, LibraryError> {
    if library.entries().n_decoys() > 0 {
        return Ok(Vec::new());
    }
    let sample = sample(library);
    let queries: Vec<Spectrum> = sample
        .iter()
        .map(|held| library.spectrum(held.row))
        .collect();
    let usual = SearchSettings {
        top_k: 1,
        group_by: GroupBy::Entry,
        ..SearchSettings::new(library.settings().fragment_tolerance()?)
    };
    let mut models = Vec::new();
    for mode in Mode::ALL {
        let precursor = match mode {
            Mode::Identity => match Ppm::new(WINDOW_PPM) {
                Ok(width) => PrecursorWindow::Within(Tolerance::Ppm(width)),
                Err(_) => continue,
            },
            Mode::Open => PrecursorWindow::Open,
        };
        let searcher = Searcher::new(
            library,
            SearchSettings {
                precursor,
                ..usual.clone()
            },
        );
        let mut cases = Vec::new();
        for (held, hits) in sample.iter().zip(searcher.hits(&queries)) {
            if let Ok(hits) = hits {
                cases.extend(held.cases(&searcher, &hits));
            }
        }
        models.extend(Model::learn(mode, &cases));
    }
    Ok(models)
}

/// An entry that is searched, and all entries of its compound, ascending.
struct HeldOut {
    row: u32,
    compound: Vec<u32>,
}

impl HeldOut {
    /// The first match without the entry, and the one without its compound, as far as there are.
    fn cases(&self, searcher: &Searcher<'_>, hits: &[Match]) -> impl Iterator<Item = Case> {
        let of_compound = |hit: &Match| self.compound.binary_search(&hit.entry).is_ok();
        let others = hits.iter().filter(|hit| hit.entry != self.row);
        let without_entry: Vec<Match> = others.copied().collect();
        let foreign = hits.iter().filter(|hit| !of_compound(hit));
        let without_compound: Vec<Match> = foreign.copied().collect();
        let case = |hits: &[Match]| {
            let matches = best_of_groups(searcher.library(), hits, searcher.settings());
            let first = matches.first()?;
            Some(Case {
                evidence: evidence(searcher.library(), first),
                right: of_compound(first),
            })
        };
        [case(&without_entry), case(&without_compound)]
            .into_iter()
            .flatten()
    }
}

/// One entry each of compounds that have several, drawn by the seed of the library.
fn sample(library: &Library) -> Vec<HeldOut> {
    let mut compounds: BTreeMap<String, Vec<u32>> = BTreeMap::new();
    for row in 0..library.entries().len() as u32 {
        if let Some(identity) = library.entries().identity(row) {
            compounds.entry(identity).or_default().push(row);
        }
    }
    let mut compounds: Vec<Vec<u32>> = compounds
        .into_values()
        .filter(|rows| rows.len() > 1)
        .collect();
    let mut random = Random::new(library.settings().seed, SAMPLE_STREAM);
    random.shuffle(&mut compounds);
    compounds.truncate(COMPOUNDS);
    let held_out = |compound: Vec<u32>| HeldOut {
        row: compound[random.below(compound.len())],
        compound,
    };
    compounds.into_iter().map(held_out).collect()
}

/// Stream of the seed that draws the sample.
const SAMPLE_STREAM: u64 = 0x5eed_1ea2;
