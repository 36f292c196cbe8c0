//! Pairs of spectra that are alike: close precursors, one charge and polarity, similar peaks.
//!
//! Spectra stand in precursor order, by polarity where that is known, so those within tolerance of one
//! are a window of positions, or one for each polarity that does not contradict its own. A
//! small window is compared whole; from a large one the index picks the nearest vectors, so that
//! ten thousand spectra of one precursor cost ten thousand searches and not fifty million scores.

use super::spectra::{LinkSettings, Spectra};
use crate::domain::{Mz, Tolerance};
use crate::index::{Effort, Filter, Points, RowOrder, SparseView, TopK, VectorIndex};
use crate::similarity::align::Scratch;
use rayon::prelude::*;
use std::ops::Range;

/// Two spectra found alike.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Link {
    /// The lower row.
    pub a: u32,
    /// The higher row.
    pub b: u32,
    /// Similarity of their peaks.
    pub similarity: f32,
}

/// What is linked.
#[derive(Clone, Copy)]
pub struct Entries<'a> {
    /// Peaks and precursors by row.
    pub spectra: Spectra<'a>,
    /// Rows by precursor m/z.
    pub order: &'a RowOrder,
    /// Where windows too large to compare whole are searched; without it all are compared whole.
    pub nearest: Option<Nearest<'a>>,
    /// Rows that may be linked; others stay alone.
    pub linkable: &'a (dyn Fn(u32) -> bool + Sync),
    /// Rows whose links are looked for: a pair is found if either of it is one.
    pub wanted: &'a (dyn Fn(u32) -> bool + Sync),
}

/// Vectors and what finds the nearest of them.
#[derive(Clone, Copy)]
pub struct Nearest<'a> {
    /// Unit vectors by position in the order of entries.
    pub vectors: SparseView<'a>,
    /// The index over `vectors`.
    pub index: &'a dyn VectorIndex,
}

impl std::fmt::Debug for Nearest<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Nearest").finish_non_exhaustive()
    }
}

/// Windows of up to this many spectra are compared whole.
pub(super) const WHOLE_WINDOW: usize = 256;
/// Nearest vectors compared in a larger window.
const NEIGHBOURS: usize = 64;
/// Inverted lists visited for them: the spectrum's own and those nearest to it, so that neighbours
/// across the borders of lists are found.
const EFFORT: Effort = Effort::visiting(8);

impl std::fmt::Debug for Entries<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Entries")
            .field("order", &self.order)
            .finish_non_exhaustive()
    }
}

/// Spectra whose links are found before they are put behind one another.
const LINKED_AT_ONCE: usize = 1 << 14;

/// All pairs found alike, each once, by row.
pub fn links(entries: &Entries<'_>, how: LinkSettings) -> Vec<Link> {
    let positions: Vec<u32> = (0..entries.order.len() as u32)
        .filter(|&position| (entries.linkable)(entries.order.row(position)))
        .collect();
    let mut found = Vec::new();
    let wanted = |&position: &u32| (entries.wanted)(entries.order.row(position));
    let looked_at: Vec<u32> = positions.iter().copied().filter(wanted).collect();
    for block in looked_at.chunks(LINKED_AT_ONCE) {
        let of_position: Vec<Vec<Link>> = block
            .par_iter()
            .map_init(<(Scratch, Vec<f32>)>::default, |scratch, &position| {
                links_of(entries, &positions, how, position, scratch)
            })
            .collect();
        found.extend(of_position.into_iter().flatten());
    }
    // In a large window each of two may find the other.
    link_order(&mut found);
    found
}

/// Sorts links by row and leaves one of each pair.
pub(super) fn link_order(links: &mut Vec<Link>) {
    links.par_sort_unstable_by_key(|link| (link.a, link.b));
    links.dedup_by_key(|link| (link.a, link.b));
}

fn links_of(
    entries: &Entries<'_>,
    linkable: &[u32],
    how: LinkSettings,
    position: u32,
    (scratch, vector): &mut (Scratch, Vec<f32>),
) -> Vec<Link> {
    let a = entries.order.row(position);
    let mut found = Vec::new();
    let mut compare = |other: u32| {
        let b = entries.order.row(other);
        let similarity = entries.spectra.similarity(a, b, how, scratch);
        if similarity >= how.threshold {
            found.push(Link {
                a: a.min(b),
                b: a.max(b),
                similarity,
            });
        }
    };
    let around = Around::new(entries, linkable, how.precursor, position);
    match entries.nearest.filter(|_| !around.is_whole()) {
        Some(vectors) => nearest(entries, vectors, position, around.windows, vector)
            .into_iter()
            .for_each(&mut compare),
        // The lower position of a pair compares it, but for one that is not wanted, and one whose own
        // window is searched, which may have passed this one by.
        None => (around.linkable.iter())
            .flat_map(|places| &linkable[places.clone()])
            .copied()
            .filter(|&other| {
                let searched = || {
                    entries.nearest.is_some()
                        && !Around::new(entries, linkable, how.precursor, other).is_whole()
                };
                let compares = || (entries.wanted)(entries.order.row(other)) && !searched();
                other > position || (other < position && !compares())
            })
            .for_each(compare),
    }
    found
}

/// What lies within tolerance of a position.
struct Around {
    /// Positions.
    windows: Windows,
    /// The parts of the linkable positions that lie in them.
    linkable: [Range<usize>; 3],
}

/// A window of positions for each polarity at most; the rest are empty.
pub(super) type Windows = [Range<u32>; 3];

impl Around {
    fn new(entries: &Entries<'_>, linkable: &[u32], tolerance: Tolerance, position: u32) -> Self {
        let windows = windows_around(entries.order, position, tolerance);
        let place = |position: u32| linkable.partition_point(|&p| p < position);
        Self {
            linkable: windows.each_ref().map(|w| {
                if w.is_empty() {
                    0..0
                } else {
                    place(w.start)..place(w.end)
                }
            }),
            windows,
        }
    }

    fn is_whole(&self) -> bool {
        self.linkable.iter().map(Range::len).sum::<usize>() <= WHOLE_WINDOW
    }
}

/// How many positions windows hold together.
pub(super) fn n_within(windows: &Windows) -> usize {
    windows.iter().map(Range::len).sum()
}

/// The length of the longest window, where any is too long to be compared whole.
pub(super) fn widest_crowded(order: &RowOrder, tolerance: Tolerance) -> Option<usize> {
    (0..order.len() as u32)
        .into_par_iter()
        .map(|position| n_within(&windows_around(order, position, tolerance)))
        .max()
        .filter(|&widest| widest > WHOLE_WINDOW)
}

/// Positions whose precursor lies within tolerance; those without precursor are one window.
fn windows_around(order: &RowOrder, position: u32, tolerance: Tolerance) -> Windows {
    let (key, sign) = (order.parts().1[position as usize], order.sign(position));
    let window = Mz::new(key).ok().map(|mz| tolerance.window(mz));
    windows(order, sign, window)
}

/// Positions of a precursor from the lowest to the highest of `window`, or without a precursor where
/// there is none, and of a polarity that does not contradict `sign`.
pub(super) fn windows(order: &RowOrder, sign: i8, window: Option<(f64, f64)>) -> Windows {
    match window {
        Some((low, high)) => {
            let mut found = order.windows(sign, low, high);
            std::array::from_fn(|_| found.next().unwrap_or_default())
        }
        None => [order.without_key(sign), 0..0, 0..0],
    }
}

/// The rows in `windows` nearest to that at `position`; `vector` is scratch space.
fn nearest(
    entries: &Entries<'_>,
    Nearest { vectors, index }: Nearest<'_>,
    position: u32,
    windows: Windows,
    vector: &mut Vec<f32>,
) -> Vec<u32> {
    vector.resize(vectors.dim(), 0.0);
    Points::Sparse(vectors).write(position as usize, vector);
    let keep = |position: u32| (entries.linkable)(entries.order.row(position));
    nearest_within(index, vector, windows, &keep)
        .filter(|&row| row != position)
        .collect()
}

/// The positions in `windows` nearest to `vector`, of those that `keep` accepts: [`NEIGHBOURS`], and one
/// that may be the vector's own.
pub(super) fn nearest_within(
    index: &dyn VectorIndex,
    vector: &[f32],
    windows: Windows,
    keep: &(dyn Fn(u32) -> bool + Sync),
) -> impl Iterator<Item = u32> + use<> {
    let mut best = TopK::new(NEIGHBOURS + 1);
    for rows in windows.into_iter().filter(|rows| !rows.is_empty()) {
        let keep = Some(keep);
        index.search(vector, EFFORT, &Filter { rows, keep }, &mut best);
    }
    best.into_sorted().into_iter().map(|n| n.row)
}
