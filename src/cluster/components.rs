//! Connected components by union-find with path halving (Tarjan & van Leeuwen 1984).

use super::Link;

/// Labels each of `0..n` with the lowest row it is connected with through `links`.
pub fn components(n: usize, links: &[Link]) -> Vec<u32> {
    let mut parent: Vec<u32> = (0..n as u32).collect();
    for link in links {
        let (a, b) = (root(&mut parent, link.a), root(&mut parent, link.b));
        // The lower root stays, so that labels do not depend on the order of links.
        parent[a.max(b) as usize] = a.min(b);
    }
    (0..n as u32).map(|row| root(&mut parent, row)).collect()
}

pub(super) fn root(parent: &mut [u32], mut row: u32) -> u32 {
    while parent[row as usize] != row {
        let above = parent[parent[row as usize] as usize];
        parent[row as usize] = above;
        row = above;
    }
    row
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn link((a, b): (u32, u32)) -> Link {
        Link {
            a,
            b,
            similarity: 1.0,
        }
    }

    #[test]
    fn chains_join_and_labels_are_the_lowest_row() {
        let links = [(4, 3), (3, 1), (0, 5)].map(link);
        assert_eq!(components(6, &links), [0, 1, 2, 1, 1, 0]);
    }

    proptest! {
        #[test]
        fn order_of_links_does_not_matter(pairs in prop::collection::vec((0_u32..30, 0_u32..30), 0..40)) {
            let forth: Vec<Link> = pairs.iter().copied().map(link).collect();
            let back: Vec<Link> = pairs.iter().rev().map(|&(a, b)| link((b, a))).collect();
            let labels = components(30, &forth);
            prop_assert_eq!(&labels, &components(30, &back));
            for (a, b) in pairs {
                prop_assert_eq!(labels[a as usize], labels[b as usize]);
            }
        }
    }
}
