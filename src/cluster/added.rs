//! Pairs of entries that are alike, one of them just added: as [`links`](super::links()) finds them,
//! but only those, and in entries that stand in several orders.

use super::LinkSettings;
use super::links::{Link, WHOLE_WINDOW, Windows, n_within, nearest_within, windows};
use crate::domain::{Mz, Precursor};
use crate::index::{RowOrder, VectorIndex};
use crate::similarity::View;
use crate::similarity::align::Scratch;
use rayon::prelude::*;
use std::collections::{HashMap, HashSet};

/// Entries that stand in one order and one index.
#[derive(Clone, Copy)]
pub struct Stretch<'a> {
    /// Entry row of the first.
    pub first_row: u32,
    /// Their rows, from 0, by precursor m/z.
    pub order: &'a RowOrder,
    /// The index over their vectors, by position in `order`.
    pub index: &'a dyn VectorIndex,
}

impl std::fmt::Debug for Stretch<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Stretch")
            .field("first_row", &self.first_row)
            .finish_non_exhaustive()
    }
}

/// What is linked.
#[derive(Clone, Copy)]
pub struct AddedEntries<'a> {
    /// Entry rows that were added.
    pub rows: &'a [u32],
    /// All entries, those added included.
    pub stretches: &'a [Stretch<'a>],
    /// Peaks by entry row.
    pub peaks: &'a (dyn Fn(u32) -> View<'a> + Sync),
    /// The isolated ion by entry row, where its m/z is known.
    pub precursor: &'a (dyn Fn(u32) -> Option<Precursor> + Sync),
    /// 1, -1 or 0 for unknown, by entry row.
    pub polarity: &'a (dyn Fn(u32) -> i8 + Sync),
    /// Entry rows that may be linked; others stay alone.
    pub linkable: &'a (dyn Fn(u32) -> bool + Sync),
    /// The unit vector of an added entry.
    pub vector: &'a (dyn Fn(u32) -> Vec<f32> + Sync),
}

impl std::fmt::Debug for AddedEntries<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("AddedEntries")
            .field("rows", &self.rows)
            .finish_non_exhaustive()
    }
}

/// The pairs found alike, in order of the added entries; two that were both added may be told twice.
pub fn links_of_added(entries: &AddedEntries<'_>, how: LinkSettings) -> Vec<Link> {
    let found: Vec<Vec<Link>> = entries
        .rows
        .par_iter()
        .map_init(Scratch::default, |scratch, &row| {
            links_of(entries, how, row, scratch)
        })
        .collect();
    found.into_iter().flatten().collect()
}

/// Of `links`, the best of each added row; of equal ones that with the lowest row. So added rows
/// join clusters, and no two clusters that were apart become one: where a cluster is more than a
/// chain of links, one entry that is like two of them does not make them alike.
pub fn best_of_added(links: &[Link], added: &[u32]) -> Vec<Link> {
    let mut best: HashMap<u32, Link> = HashMap::new();
    let is_added: HashSet<u32> = added.iter().copied().collect();
    for link in links {
        for row in [link.a, link.b]
            .into_iter()
            .filter(|row| is_added.contains(row))
        {
            let other = |link: &Link| if link.a == row { link.b } else { link.a };
            let kept = best.entry(row).or_insert(*link);
            let order = kept.similarity.total_cmp(&link.similarity);
            if order.then(other(link).cmp(&other(kept))).is_lt() {
                *kept = *link;
            }
        }
    }
    added
        .iter()
        .filter_map(|row| best.get(row).copied())
        .collect()
}

fn links_of(
    entries: &AddedEntries<'_>,
    how: LinkSettings,
    row: u32,
    scratch: &mut Scratch,
) -> Vec<Link> {
    if !(entries.linkable)(row) {
        return Vec::new();
    }
    let precursor = (entries.precursor)(row).map(|p| p.mz);
    let sign = (entries.polarity)(row);
    let mut near: Vec<u32> = Vec::new();
    for stretch in entries.stretches {
        let windows = windows_around(stretch.order, sign, precursor, how);
        let entry = |position: u32| stretch.first_row + stretch.order.row(position);
        if n_within(&windows) <= WHOLE_WINDOW {
            near.extend(windows.into_iter().flatten().map(entry));
        } else {
            near.extend(nearest(entries, stretch, windows, row).map(entry));
        }
    }
    let view = (entries.peaks)(row);
    let charge = |row: u32| (entries.precursor)(row).and_then(|p| p.charge);
    near.retain(|&other| {
        let charges = charge(row).zip(charge(other));
        let contrary = sign * (entries.polarity)(other) < 0 || charges.is_some_and(|(a, b)| a != b);
        let apart = !within(precursor, (entries.precursor)(other).map(|p| p.mz), how);
        other != row && !contrary && !apart && (entries.linkable)(other)
    });
    let mut found = Vec::new();
    for other in near {
        let reference = (entries.peaks)(other);
        let similarity = how
            .score
            .score(view, reference, how.fragment, scratch)
            .similarity;
        if similarity >= how.threshold {
            found.push(Link {
                a: row.min(other),
                b: row.max(other),
                similarity,
            });
        }
    }
    found
}

/// Whether two precursors may be of one thing. A tolerance in ppm is one of the lower.
fn within(a: Option<Mz>, b: Option<Mz>, how: LinkSettings) -> bool {
    match (a, b) {
        (Some(a), Some(b)) => {
            let (low, high) = if a.value() <= b.value() {
                (a, b)
            } else {
                (b, a)
            };
            high.value() <= how.precursor.window(low).1
        }
        (None, None) => true,
        _ => false,
    }
}

/// Positions that hold all entries [`within`] tolerance, and a few more.
fn windows_around(order: &RowOrder, sign: i8, precursor: Option<Mz>, how: LinkSettings) -> Windows {
    let window = precursor.map(|mz| {
        let (low, high) = how.precursor.window(mz);
        // Seen from a lower precursor, the tolerance in ppm is as much narrower as that is lower.
        let spare = (high - low) * 0.01;
        (low - spare, high + spare)
    });
    windows(order, sign, window)
}

/// The positions in `windows` nearest to `row`.
fn nearest(
    entries: &AddedEntries<'_>,
    stretch: &Stretch<'_>,
    windows: Windows,
    row: u32,
) -> impl Iterator<Item = u32> {
    let keep = |position: u32| {
        let other = stretch.first_row + stretch.order.row(position);
        other != row && (entries.linkable)(other)
    };
    let vector = (entries.vector)(row);
    nearest_within(stretch.index, &vector, windows, &keep)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_added_entry_joins_what_it_is_most_like_and_bridges_nothing() {
        let link = |a, b, similarity| Link { a, b, similarity };
        // 10 and 11 are added; 1 and 2 are of clusters that are apart.
        let links = [
            link(1, 10, 0.92),
            link(2, 10, 0.95),
            link(2, 11, 0.91),
            link(10, 11, 0.93),
        ];
        let kept = best_of_added(&links, &[10, 11]);
        assert_eq!(kept, [link(2, 10, 0.95), link(10, 11, 0.93)]);
        let tied = [link(2, 10, 0.9), link(1, 10, 0.9)];
        assert_eq!(best_of_added(&tied, &[10]), [link(1, 10, 0.9)]);
    }
}
