//! The mirror plot of a query and one of its matches.

use crate::domain::{Spectrum, Tolerance};
use crate::library::{EntryText, Library};
use crate::plot::{MirrorPair, MirrorPlot, MirrorSide};
use crate::prepare::{LeftOut, prepare};
use crate::search::{Explanation, Match};
use crate::similarity::align::Scratch;
use crate::similarity::{MatchedAs, OwnedView, Score, Similarity, View, score_named};
use std::fmt::Write;

/// A query beside an entry, as far as a drawing says it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Compared {
    /// Row of the entry.
    pub entry: u32,
    /// Name of the score.
    pub score_name: &'static str,
    /// The score.
    pub score: Score,
    /// Query precursor minus entry precursor in Th, where both are known.
    pub precursor_delta: Option<f64>,
}

impl From<&Match> for Compared {
    fn from(matched: &Match) -> Self {
        Self {
            entry: matched.entry,
            score_name: matched.score_name,
            score: matched.score,
            precursor_delta: matched.precursor_delta,
        }
    }
}

impl Compared {
    /// What `explained` says of `query` and an entry of `library`.
    pub fn explained(library: &Library, query: &Spectrum, explained: &Explanation) -> Self {
        let of_query = query.precursor.map(|precursor| precursor.mz.value());
        let of_entry = library.entries().precursor_mz(explained.entry);
        Self {
            entry: explained.entry,
            score_name: explained.score_name,
            score: explained.score,
            precursor_delta: of_query.zip(of_entry).map(|(query, entry)| query - entry),
        }
    }
}

/// Draws `query` above the entry it is compared with, as SVG: the peaks that were compared, which are
/// those that cleaning left; all of them, or those from one m/z (Th) to another.
///
/// # Errors
/// Why the query cannot be compared; then it has no match either.
pub fn mirror_plot(
    library: &Library,
    query: &Spectrum,
    compared: Compared,
    tolerance: Tolerance,
    range: Option<(f64, f64)>,
) -> Result<String, LeftOut> {
    let prepared = prepare(query, library.preparation())?;
    let owned = OwnedView::new(&prepared);
    let precursor = library.entries().precursor(compared.entry);
    let reference = library.peaks().view(compared.entry, precursor);
    let pairs = score_named(compared.score_name)
        .map(|score| pairs(score, owned.view(), reference, tolerance))
        .unwrap_or_default();
    // The query's own m/z, which the view has rounded.
    let exact: Vec<(f64, f32)> = prepared.peaks().map(|p| (p.mz, p.intensity)).collect();
    let of_library = peaks(reference);
    let plot = MirrorPlot {
        title: &title(library, query, compared.entry),
        subtitle: &subtitle(&compared),
        query: MirrorSide {
            name: "query",
            peaks: &exact,
            precursor_mz: query.precursor.map(|p| p.mz.value()),
        },
        library: MirrorSide {
            name: &library.member(compared.entry).name,
            peaks: &of_library,
            precursor_mz: library.entries().precursor_mz(compared.entry),
        },
        pairs: &pairs,
        range,
    };
    Ok(plot.svg())
}

/// The pairs that the score rests on, ascending in the query, each once: as the fragment where it is
/// there for its loss as well.
fn pairs(
    score: &dyn Similarity,
    query: View<'_>,
    reference: View<'_>,
    tolerance: Tolerance,
) -> Vec<MirrorPair> {
    let unmoved = reference
        .precursor
        .map_or(0.0, |p| tolerance.half_width(p.mz.value()));
    let found = score.explain(query, reference, tolerance, &mut Scratch::default());
    let mut pairs: Vec<MirrorPair> = found
        .iter()
        .map(|part| MirrorPair {
            query: part.pair.query as usize,
            library: part.pair.reference as usize,
            shift: match part.matched_as {
                // Of a query with the precursor of the entry, the same loss is the same fragment.
                MatchedAs::Loss | MatchedAs::Shifted if part.shift.abs() > unmoved => part.shift,
                MatchedAs::Fragment | MatchedAs::Loss | MatchedAs::Shifted => 0.0,
            },
        })
        .collect();
    let moved = |pair: &MirrorPair| pair.shift.abs();
    pairs.sort_by(|a, b| {
        let peaks = (a.query, a.library).cmp(&(b.query, b.library));
        peaks.then(moved(a).total_cmp(&moved(b)))
    });
    pairs.dedup_by_key(|pair| (pair.query, pair.library));
    pairs
}

fn peaks(view: View<'_>) -> Vec<(f64, f32)> {
    let both = view.mz.iter().zip(view.intensity);
    both.map(|(&mz, &share)| (f64::from(mz), share)).collect()
}

fn title(library: &Library, query: &Spectrum, entry: u32) -> String {
    let text = |text| library.entries().text(text, entry);
    let known = [EntryText::Name, EntryText::Peptide, EntryText::Id].map(text);
    let name = known.iter().find(|text| !text.is_empty());
    let name = name.map_or_else(|| format!("entry {entry}"), ToString::to_string);
    let adduct = text(EntryText::Adduct);
    let query = if query.id.is_empty() {
        format!("spectrum {}", query.origin.index)
    } else {
        query.id.clone()
    };
    format!("{query}: {name} {adduct}").trim_end().to_owned()
}

fn subtitle(compared: &Compared) -> String {
    let score = &compared.score;
    let mut text = format!(
        "{} {:.4}, {} matched peaks with {:.0} % of the intensity",
        compared.score_name.replace('_', " "),
        score.similarity,
        score.matched_peaks,
        score.matched_intensity * 100.0
    );
    if let Some(delta) = compared.precursor_delta {
        // Writing to a String does not fail.
        let _ = write!(text, ", precursor {delta:+.4} Th");
    }
    text
}
