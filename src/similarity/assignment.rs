//! Who gets whom when a peak could be paired with several.

use super::align::Pair;

/// How rival pairs are settled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Assignment {
    /// The pair with the largest product of weights first, of equal ones the first found (Stein &
    /// Scott 1994). Fast, and nearly always the best.
    Greedy,
    /// The set of pairs with the largest sum of products (Kuhn 1955, Munkres 1957).
    Exact,
}

/// Keeps of `pairs` a set in which every peak stands once, in falling order of products.
pub(super) fn assign(
    query: &[f32],
    reference: &[f32],
    how: Assignment,
    pairs: &mut Vec<Pair>,
    (used_query, used_reference): (&mut Vec<bool>, &mut Vec<bool>),
) {
    let product =
        |p: &Pair| f64::from(query[p.query as usize]) * f64::from(reference[p.reference as usize]);
    // Stable: among equal products the first found comes first.
    pairs.sort_by(|a, b| product(b).total_cmp(&product(a)));
    if how == Assignment::Exact {
        keep_best_sum(pairs, &product);
        return;
    }
    used_query.clear();
    used_query.resize(query.len(), false);
    used_reference.clear();
    used_reference.resize(reference.len(), false);
    pairs.retain(|p| {
        let (q, r) = (p.query as usize, p.reference as usize);
        let free = !used_query[q] && !used_reference[r];
        used_query[q] |= free;
        used_reference[r] |= free;
        free
    });
}

/// Keeps the pairs of a maximum-weight matching.
///
/// The Hungarian method with potentials, O(rows^2 columns) on the matrix of competing peaks; a
/// peak left alone is paired with nothing at no gain.
fn keep_best_sum(pairs: &mut Vec<Pair>, product: &impl Fn(&Pair) -> f64) {
    let mut rows: Vec<u32> = pairs.iter().map(|p| p.query).collect();
    let mut columns: Vec<u32> = pairs.iter().map(|p| p.reference).collect();
    for positions in [&mut rows, &mut columns] {
        positions.sort_unstable();
        positions.dedup();
    }
    // One column per row stands for "nothing".
    let width = columns.len() + rows.len();
    let mut gain = vec![0.0_f64; rows.len() * width];
    let place = |pair: &Pair| {
        let row = rows.partition_point(|&r| r < pair.query);
        let column = columns.partition_point(|&c| c < pair.reference);
        row * width + column
    };
    for pair in pairs.iter() {
        gain[place(pair)] = product(pair);
    }
    let column_of = best_columns(rows.len(), width, &gain);
    let mut taken = vec![false; rows.len()];
    pairs.retain(|pair| {
        let at = place(pair);
        let row = at / width;
        // A pair found under two shifts stands twice; one of them is kept.
        let kept = column_of[row] == at % width && !taken[row];
        taken[row] |= kept;
        kept
    });
}

/// The column of each row in the assignment of largest total gain; `n_columns >= n_rows`.
fn best_columns(n_rows: usize, n_columns: usize, gain: &[f64]) -> Vec<usize> {
    // Row and column 0 are sentinels; cost is negative gain.
    let (mut row_potential, mut column_potential) =
        (vec![0.0; n_rows + 1], vec![0.0; n_columns + 1]);
    let mut row_of = vec![0_usize; n_columns + 1];
    for row in 1..=n_rows {
        row_of[0] = row;
        let mut column = 0;
        let mut least = vec![f64::INFINITY; n_columns + 1];
        let mut came_from = vec![0_usize; n_columns + 1];
        let mut visited = vec![false; n_columns + 1];
        while row_of[column] != 0 {
            visited[column] = true;
            let current = row_of[column];
            let (mut step, mut next) = (f64::INFINITY, 0);
            for other in (1..=n_columns).filter(|&c| !visited[c]) {
                let cost = -gain[(current - 1) * n_columns + other - 1]
                    - row_potential[current]
                    - column_potential[other];
                if cost < least[other] {
                    (least[other], came_from[other]) = (cost, column);
                }
                if least[other] < step {
                    (step, next) = (least[other], other);
                }
            }
            for c in 0..=n_columns {
                if visited[c] {
                    row_potential[row_of[c]] += step;
                    column_potential[c] -= step;
                } else {
                    least[c] -= step;
                }
            }
            column = next;
        }
        while column != 0 {
            row_of[column] = row_of[came_from[column]];
            column = came_from[column];
        }
    }
    let mut column_of = vec![usize::MAX; n_rows];
    for (column, &row) in row_of
        .iter()
        .enumerate()
        .skip(1)
        .filter(|(_, row)| **row > 0)
    {
        column_of[row - 1] = column - 1;
    }
    column_of
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn settled(query: &[f32], reference: &[f32], how: Assignment) -> (Vec<Pair>, f64) {
        let all = (0..query.len() as u32)
            .flat_map(|q| (0..reference.len() as u32).map(move |r| (q, r)))
            // Not every pair is within reach.
            .filter(|(q, r)| (q * 7 + r * 3) % 4 != 0);
        let mut pairs: Vec<Pair> = all
            .map(|(query, reference)| Pair { query, reference })
            .collect();
        assign(
            query,
            reference,
            how,
            &mut pairs,
            (&mut Vec::new(), &mut Vec::new()),
        );
        let total = pairs
            .iter()
            .map(|p| f64::from(query[p.query as usize] * reference[p.reference as usize]))
            .sum();
        (pairs, total)
    }

    /// The largest total by trying everything.
    fn best_total(query: &[f32], reference: &[f32], from: usize, used: u32) -> f64 {
        if from == query.len() {
            return 0.0;
        }
        let mut best = best_total(query, reference, from + 1, used);
        for r in 0..reference.len() {
            if !(from * 7 + r * 3).is_multiple_of(4) && used >> r & 1 == 0 {
                let gain = f64::from(query[from] * reference[r]);
                best = best.max(gain + best_total(query, reference, from + 1, used | 1 << r));
            }
        }
        best
    }

    proptest! {
        #[test]
        fn exact_is_the_best_of_all_and_never_below_greedy(
            query in prop::collection::vec(1.0_f32..10.0, 1..6),
            reference in prop::collection::vec(1.0_f32..10.0, 1..6),
        ) {
            let (_, greedy) = settled(&query, &reference, Assignment::Greedy);
            let (pairs, exact) = settled(&query, &reference, Assignment::Exact);
            prop_assert!((exact - best_total(&query, &reference, 0, 0)).abs() < 1e-4);
            prop_assert!(exact >= greedy - 1e-4);
            let mut seen: Vec<u32> = pairs.iter().map(|p| p.reference).collect();
            seen.sort_unstable();
            seen.dedup();
            prop_assert_eq!(seen.len(), pairs.len());
        }
    }
}
