//! Agglomerative clustering of a few spectra, cut at a similarity.
//!
//! Nearest-neighbour chains (Murtagh 1983) find the merges of complete and average linkage in n^2
//! steps: under both, two clusters that are nearest to each other stay so whatever else is merged.
//! Rows may stand for several spectra, which count in an average.

/// What the similarity of two clusters is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Linkage {
    /// That of their least similar members.
    Complete,
    /// The mean over all pairs of members.
    Average,
}

/// Labels rows with the lowest row of their cluster: clusters are merged while the most similar two
/// have at least `threshold`.
///
/// `similarity` is the symmetric matrix between `weights.len()` rows, which is written over.
pub fn cut(similarity: &mut [f32], weights: &[u32], linkage: Linkage, threshold: f32) -> Vec<u32> {
    let n = weights.len();
    debug_assert_eq!(similarity.len(), n * n, "a square matrix");
    let mut labels: Vec<u32> = (0..n as u32).collect();
    let mut weight: Vec<f32> = weights.iter().map(|&w| w as f32).collect();
    // Clusters that may still merge, by the row that holds their similarities.
    let mut open: Vec<usize> = (0..n).collect();
    let mut chain: Vec<usize> = Vec::new();
    let close = |open: &mut Vec<usize>, row: usize| {
        if let Ok(at) = open.binary_search(&row) {
            open.remove(at);
        }
    };
    while let Some(&start) = open.first() {
        if chain.is_empty() {
            chain.push(start);
        }
        let top = chain[chain.len() - 1];
        let before = chain.len().checked_sub(2).map(|at| chain[at]);
        // The one before wins a tie, so that a chain ends; else the lowest row.
        let mut best = before.map(|row| (row, similarity[top * n + row]));
        for &row in open.iter().filter(|&&row| row != top) {
            let value = similarity[top * n + row];
            if best.is_none_or(|(_, most)| value > most) {
                best = Some((row, value));
            }
        }
        match best {
            Some((row, value)) if value >= threshold => {
                if before != Some(row) {
                    chain.push(row);
                    continue;
                }
                chain.truncate(chain.len() - 2);
                let (kept, gone) = (top.min(row), top.max(row));
                merge(similarity, &weight, (kept, gone), &open, linkage);
                weight[kept] += weight[gone];
                labels[gone] = kept as u32;
                close(&mut open, gone);
            }
            _ => {
                // Nothing reaches it now, and no merge of others will bring it nearer.
                chain.pop();
                close(&mut open, top);
            }
        }
    }
    for row in 0..n {
        // A label never points up, so those below are settled.
        labels[row] = labels[labels[row] as usize];
    }
    labels
}

/// Similarities of the union of two clusters with all others (Lance & Williams 1967).
fn merge(
    similarity: &mut [f32],
    weight: &[f32],
    (kept, gone): (usize, usize),
    open: &[usize],
    linkage: Linkage,
) {
    let n = weight.len();
    let total = weight[kept] + weight[gone];
    for &row in open.iter().filter(|&&row| row != kept && row != gone) {
        let (a, b) = (similarity[kept * n + row], similarity[gone * n + row]);
        let value = match linkage {
            Linkage::Complete => a.min(b),
            Linkage::Average => (weight[kept] * a + weight[gone] * b) / total,
        };
        similarity[kept * n + row] = value;
        similarity[row * n + kept] = value;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// A matrix of 1 on the diagonal from the values above it, row by row.
    fn matrix(n: usize, upper: &[f32]) -> Vec<f32> {
        let mut values = upper.iter();
        let mut full = vec![1.0; n * n];
        for a in 0..n {
            for b in a + 1..n {
                let value = *values.next().unwrap();
                full[a * n + b] = value;
                full[b * n + a] = value;
            }
        }
        full
    }

    #[test]
    fn complete_and_average_linkage_by_hand() {
        // 0-1 .9, 1-2 .8, 0-2 .5: the mean of 2 with {0, 1} is .65.
        let of = |weights: &[u32], linkage, threshold| {
            cut(
                &mut matrix(3, &[0.9, 0.5, 0.8]),
                weights,
                linkage,
                threshold,
            )
        };
        assert_eq!(of(&[1, 1, 1], Linkage::Complete, 0.6), [0, 0, 2]);
        assert_eq!(of(&[1, 1, 1], Linkage::Complete, 0.5), [0, 0, 0]);
        assert_eq!(of(&[1, 1, 1], Linkage::Average, 0.64), [0, 0, 0]);
        assert_eq!(of(&[1, 1, 1], Linkage::Average, 0.66), [0, 0, 2]);
        // Three copies of row 0: the mean is (3 x .5 + .8) / 4 = .575.
        assert_eq!(of(&[3, 1, 1], Linkage::Average, 0.6), [0, 0, 2]);
        assert_eq!(of(&[3, 1, 1], Linkage::Average, 0.57), [0, 0, 0]);
        assert!(cut(&mut [], &[], Linkage::Average, 0.5).is_empty());
        assert_eq!(cut(&mut [1.0], &[7], Linkage::Complete, 0.5), [0]);
    }

    /// The textbook's way: merge the most similar two clusters until none reaches the threshold.
    fn plain(full: &[f32], n: usize, linkage: Linkage, threshold: f32) -> Vec<u32> {
        let mut clusters: Vec<Vec<usize>> = (0..n).map(|row| vec![row]).collect();
        let value = |a: &[usize], b: &[usize]| {
            let pairs = a
                .iter()
                .flat_map(|&x| b.iter().map(move |&y| full[x * n + y]));
            match linkage {
                Linkage::Complete => pairs.fold(f32::INFINITY, f32::min),
                Linkage::Average => pairs.sum::<f32>() / (a.len() * b.len()) as f32,
            }
        };
        loop {
            let mut best = (threshold, None);
            for a in 0..clusters.len() {
                for b in a + 1..clusters.len() {
                    let found = value(&clusters[a], &clusters[b]);
                    if found >= best.0 && (best.1.is_none() || found > best.0) {
                        best = (found, Some((a, b)));
                    }
                }
            }
            let Some((a, b)) = best.1 else { break };
            let gone = clusters.remove(b);
            clusters[a].extend(gone);
        }
        let mut labels = vec![0; n];
        for cluster in clusters {
            let low = *cluster.iter().min().unwrap();
            for row in cluster {
                labels[row] = low as u32;
            }
        }
        labels
    }

    proptest! {
        #[test]
        fn chains_find_what_the_textbook_finds(
            (n, order) in (1_usize..9).prop_flat_map(|n| (Just(n), Just((0..n * (n - 1) / 2).collect::<Vec<_>>()).prop_shuffle())),
            threshold in 0.0_f32..1.0,
        ) {
            // Every value once, so that no tie has two right answers.
            let upper: Vec<f32> = order.iter().map(|&at| (at as f32 + 0.37) / (order.len() as f32 + 1.0)).collect();
            let full = matrix(n, &upper);
            for linkage in [Linkage::Complete, Linkage::Average] {
                let found = cut(&mut full.clone(), &vec![1; n], linkage, threshold);
                prop_assert_eq!(found, plain(&full, n, linkage, threshold));
            }
        }
    }
}
