//! DBSCAN (Ester et al. 1996) over a graph of similar spectra.

use super::{Link, components};

/// Labels each row with the lowest row of its cluster.
///
/// A row is a core when it and the rows it is linked with stand for at least `min_spectra` spectra
/// (`weights`); linked cores are one cluster. Another row joins its most similar core, of equal ones the
/// lowest, or stays alone.
pub fn dbscan(links: &[Link], weights: &[u32], min_spectra: u32) -> Vec<u32> {
    let n = weights.len();
    let mut around: Vec<u64> = weights.iter().map(|&w| u64::from(w)).collect();
    for link in links {
        around[link.a as usize] += u64::from(weights[link.b as usize]);
        around[link.b as usize] += u64::from(weights[link.a as usize]);
    }
    let is_core = |row: u32| around[row as usize] >= u64::from(min_spectra);
    let cores: Vec<Link> = links
        .iter()
        .copied()
        .filter(|link| is_core(link.a) && is_core(link.b))
        .collect();
    let of_core = components(n, &cores);
    let mut nearest: Vec<Option<(f32, u32)>> = vec![None; n];
    for link in links {
        for (row, core) in [(link.a, link.b), (link.b, link.a)] {
            let better = |(value, known): (f32, u32)| {
                link.similarity > value || (link.similarity == value && core < known)
            };
            if is_core(core) && !is_core(row) && nearest[row as usize].is_none_or(better) {
                nearest[row as usize] = Some((link.similarity, core));
            }
        }
    }
    let joined: Vec<u32> = (0..n as u32)
        .map(|row| {
            nearest[row as usize].map_or(of_core[row as usize], |(_, c)| of_core[c as usize])
        })
        .collect();
    super::by_lowest_row(&joined)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn link(a: u32, b: u32, similarity: f32) -> Link {
        Link { a, b, similarity }
    }

    #[test]
    fn cores_join_and_borders_go_to_the_nearest() {
        // 1, 2 and 3 are cores of three; 0 and 4 hang on one core each; 5-6 are too few.
        let links = [
            link(0, 1, 0.9),
            link(1, 2, 0.8),
            link(2, 3, 0.8),
            link(3, 4, 0.9),
            link(5, 6, 0.9),
        ];
        assert_eq!(dbscan(&links, &[1; 7], 3), [0, 0, 0, 0, 0, 5, 6]);
        assert_eq!(dbscan(&links, &[1; 7], 2), [0, 0, 0, 0, 0, 5, 5]);
        assert_eq!(
            dbscan(&links, &[1, 1, 1, 1, 1, 2, 1], 3)[6],
            5,
            "copies count"
        );
    }

    #[test]
    fn a_border_between_two_clusters_takes_the_more_similar() {
        // 0-1-2 and 4-5-6 are dense; 3 is linked with one of each.
        let links = [
            link(0, 1, 0.9),
            link(0, 2, 0.9),
            link(1, 2, 0.9),
            link(2, 3, 0.6),
            link(3, 4, 0.7),
            link(4, 5, 0.9),
            link(4, 6, 0.9),
            link(5, 6, 0.9),
        ];
        assert_eq!(
            dbscan(&links, &[1; 7], 4),
            [0, 1, 0, 3, 3, 3, 3].map(|l| if l == 1 { 0 } else { l })
        );
    }
}
