//! The mirror plot of a query and one of its matches.

use crate::domain::{Spectrum, Tolerance};
use crate::library::{EntryText, Library};
use crate::plot::{MirrorPair, MirrorPlot, MirrorSide};
use crate::prepare::{LeftOut, prepare};
use crate::search::Match;
use crate::similarity::align::Scratch;
use crate::similarity::{MatchedAs, OwnedView, Similarity, View, score_named};
use std::fmt::Write;

/// Draws `query` above the entry of `matched`, as SVG: the peaks that were compared, which are those
/// that cleaning left.
///
/// # Errors
/// Why the query cannot be compared; then it has no match either.
pub fn mirror_plot(
    library: &Library,
    query: &Spectrum,
    matched: &Match,
    tolerance: Tolerance,
) -> Result<String, LeftOut> {
    let prepared = prepare(query, library.preparation())?;
    let owned = OwnedView::new(&prepared);
    let reference = library
        .peaks()
        .view(matched.entry, library.entries().precursor(matched.entry));
    let pairs = score_named(matched.score_name)
        .map(|score| pairs(score, owned.view(), reference, tolerance))
        .unwrap_or_default();
    // The query's own m/z, which the view has rounded.
    let exact: Vec<(f64, f32)> = prepared.peaks().map(|p| (p.mz, p.intensity)).collect();
    let of_library = peaks(reference);
    let plot = MirrorPlot {
        title: &title(library, query, matched),
        subtitle: &subtitle(matched),
        query: MirrorSide {
            name: "query",
            peaks: &exact,
            precursor_mz: query.precursor.map(|p| p.mz.value()),
        },
        library: MirrorSide {
            name: &library.member(matched.entry).name,
            peaks: &of_library,
            precursor_mz: library.entries().precursor_mz(matched.entry),
        },
        pairs: &pairs,
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

fn title(library: &Library, query: &Spectrum, matched: &Match) -> String {
    let text = |text| library.entries().text(text, matched.entry);
    let known = [EntryText::Name, EntryText::Peptide, EntryText::Id].map(text);
    let name = known.iter().find(|text| !text.is_empty());
    let name = name.map_or_else(|| format!("entry {}", matched.entry), ToString::to_string);
    let adduct = text(EntryText::Adduct);
    let query = if query.id.is_empty() {
        format!("spectrum {}", query.origin.index)
    } else {
        query.id.clone()
    };
    format!("{query}: {name} {adduct}").trim_end().to_owned()
}

fn subtitle(matched: &Match) -> String {
    let score = &matched.score;
    let mut text = format!(
        "{} {:.4}, {} matched peaks with {:.0} % of the intensity",
        matched.score_name.replace('_', " "),
        score.similarity,
        score.matched_peaks,
        score.matched_intensity * 100.0
    );
    if let Some(delta) = matched.precursor_delta {
        // Writing to a String does not fail.
        let _ = write!(text, ", precursor {delta:+.4} Th");
    }
    text
}
