//! Linked spectra in pieces that are small enough to compare whole.
//!
//! Links join rows strongest first, as in single linkage (Kruskal 1956), but for joins that would
//! make a piece too large: those are left to the borders between pieces.

use super::components::root as components_root;
use super::{Link, components};
use rayon::prelude::*;

/// Labels each of `0..n` with the lowest row of its piece; no piece has more than `most` rows.
pub fn pieces(n: usize, links: &[Link], most: u32) -> Vec<u32> {
    let whole = components(n, links);
    let mut size = vec![0_u32; n];
    for &label in &whole {
        size[label as usize] += 1;
    }
    let overlong = |row: u32| size[whole[row as usize] as usize] > most;
    let mut labels = whole.clone();
    let mut inner: Vec<Link> = links.iter().copied().filter(|l| overlong(l.a)).collect();
    if inner.is_empty() {
        return labels;
    }
    inner.par_sort_unstable_by(|x, y| {
        y.similarity
            .total_cmp(&x.similarity)
            .then_with(|| (x.a, x.b).cmp(&(y.a, y.b)))
    });
    let mut forest = Forest::new(n);
    for link in inner {
        forest.join(link.a, link.b, most);
    }
    for row in (0..n as u32).filter(|&row| overlong(row)) {
        labels[row as usize] = forest.root(row);
    }
    labels
}

/// Union-find with sizes, where the lowest row is the root.
struct Forest {
    parent: Vec<u32>,
    size: Vec<u32>,
}

impl Forest {
    fn new(n: usize) -> Self {
        Self {
            parent: (0..n as u32).collect(),
            size: vec![1; n],
        }
    }

    fn root(&mut self, row: u32) -> u32 {
        components_root(&mut self.parent, row)
    }

    fn join(&mut self, a: u32, b: u32, most: u32) {
        let (a, b) = (self.root(a), self.root(b));
        let (low, high) = (a.min(b), a.max(b));
        let size = self.size[low as usize] + self.size[high as usize];
        if low != high && size <= most {
            self.parent[high as usize] = low;
            self.size[low as usize] = size;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn link(a: u32, b: u32, similarity: f32) -> Link {
        Link { a, b, similarity }
    }

    #[test]
    fn the_weakest_joins_are_left_out_where_a_piece_would_be_too_large() {
        let chain = [
            link(0, 1, 0.9),
            link(1, 2, 0.7),
            link(2, 3, 0.95),
            link(5, 6, 0.1),
        ];
        assert_eq!(pieces(7, &chain, 9), [0, 0, 0, 0, 4, 5, 5]);
        assert_eq!(pieces(7, &chain, 3), [0, 0, 2, 2, 4, 5, 5]);
        assert_eq!(pieces(7, &chain, 1), [0, 1, 2, 3, 4, 5, 6]);
    }
}
