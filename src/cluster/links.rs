//! Pairs of entries that are alike: close precursors, one polarity, similar peaks.
//!
//! Entries stand in precursor order, so those within tolerance of one are a window of positions. A
//! small window is compared whole; from a large one the index picks the nearest vectors, so that
//! ten thousand spectra of one precursor cost ten thousand searches and not fifty million scores.

use crate::domain::{Mz, Tolerance};
use crate::index::{Effort, Filter, Points, RowOrder, SparseView, TopK, VectorIndex};
use crate::similarity::align::Scratch;
use crate::similarity::{PeakColumns, Similarity, SpectralEntropy};
use rayon::prelude::*;
use std::ops::Range;

/// Two entries found alike.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Link {
    /// Entry row.
    pub a: u32,
    /// Entry row.
    pub b: u32,
    /// Their spectral entropy similarity.
    pub similarity: f32,
}

/// What is linked.
#[derive(Clone, Copy)]
pub struct Entries<'a> {
    /// Peaks by entry row.
    pub peaks: &'a PeakColumns,
    /// 1, -1 or 0 for unknown, by entry row.
    pub polarity: &'a [i8],
    /// Entry rows by precursor m/z.
    pub order: &'a RowOrder,
    /// Unit vectors by position in `order`.
    pub vectors: SparseView<'a>,
    /// The index over `vectors`.
    pub index: &'a dyn VectorIndex,
    /// Entry rows that may be linked; others stay alone.
    pub linkable: &'a (dyn Fn(u32) -> bool + Sync),
}

/// When two entries are alike.
#[derive(Debug, Clone, Copy)]
pub struct LinkSettings {
    /// Least similarity.
    pub threshold: f32,
    /// How far apart the precursors may lie.
    pub precursor: Tolerance,
    /// How far apart two fragments may lie.
    pub fragment: Tolerance,
}

pub(super) const ENTROPY: SpectralEntropy = SpectralEntropy { weighted: true };
/// Windows of up to this many entries are compared whole.
pub(super) const WHOLE_WINDOW: u32 = 256;
/// Nearest vectors compared in a larger window.
pub(super) const NEIGHBOURS: usize = 64;
/// Inverted lists visited for them.
pub(super) const EFFORT: Effort = Effort { n_probe: 8 };

impl std::fmt::Debug for Entries<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Entries")
            .field("order", &self.order)
            .finish_non_exhaustive()
    }
}

/// All pairs found alike, each once, in order of position.
pub fn links(entries: &Entries<'_>, how: LinkSettings) -> Vec<Link> {
    let n = entries.order.len() as u32;
    let of_position: Vec<Vec<Link>> = (0..n)
        .into_par_iter()
        .map_init(<(Scratch, Vec<f32>)>::default, |scratch, position| {
            links_of(entries, how, position, scratch)
        })
        .collect();
    of_position.into_iter().flatten().collect()
}

fn links_of(
    entries: &Entries<'_>,
    how: LinkSettings,
    position: u32,
    (scratch, vector): &mut (Scratch, Vec<f32>),
) -> Vec<Link> {
    let a = entries.order.row(position);
    let mut found = Vec::new();
    if !(entries.linkable)(a) {
        return found;
    }
    let view = entries.peaks.view(a, None);
    let mut compare = |other: u32| {
        let b = entries.order.row(other);
        let signs = (entries.polarity[a as usize], entries.polarity[b as usize]);
        let contrary = signs.0 != signs.1 && signs.0 != 0 && signs.1 != 0;
        if contrary || !(entries.linkable)(b) {
            return;
        }
        let other = entries.peaks.view(b, None);
        let similarity = ENTROPY.score(view, other, how.fragment, scratch).similarity;
        if similarity >= how.threshold {
            found.push(Link {
                a: a.min(b),
                b: a.max(b),
                similarity,
            });
        }
    };
    let window = window_around(entries.order, position, how.precursor);
    if window.len() as u32 <= WHOLE_WINDOW {
        // The lower position of a pair compares it.
        (position + 1..window.end).for_each(&mut compare);
    } else {
        nearest(entries, position, window, vector)
            .into_iter()
            .for_each(&mut compare);
    }
    found
}

/// Positions whose precursor lies within tolerance; those without precursor are one window.
fn window_around(order: &RowOrder, position: u32, tolerance: Tolerance) -> Range<u32> {
    let key = order.parts().1[position as usize];
    match Mz::new(key) {
        Ok(mz) => {
            let (low, high) = tolerance.window(mz);
            order.window(low, high)
        }
        Err(_) => order.without_key(),
    }
}

/// The rows in `window` nearest to that at `position`; `vector` is scratch space.
fn nearest(
    entries: &Entries<'_>,
    position: u32,
    window: Range<u32>,
    vector: &mut Vec<f32>,
) -> Vec<u32> {
    vector.resize(entries.vectors.dim(), 0.0);
    Points::Sparse(entries.vectors).write(position as usize, vector);
    let mut best = TopK::new(NEIGHBOURS + 1);
    let keep = |position: u32| (entries.linkable)(entries.order.row(position));
    let filter = Filter {
        rows: window,
        keep: Some(&keep),
    };
    entries.index.search(vector, EFFORT, &filter, &mut best);
    best.into_sorted()
        .into_iter()
        .map(|n| n.row)
        .filter(|&row| row != position)
        .collect()
}
