//! The best k of a stream of scored rows, the same whatever order they come in.
//!
//! Candidates are kept as sortable integers in a buffer of about 2k; when it is full, the k best
//! are selected and the rest dropped. That costs a comparison for a candidate below the floor and
//! amortised constant time for one above it, where a heap would pay log k.

/// A row and how well it answers the query.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Neighbour {
    /// Position in the matrix the index was trained on.
    pub row: u32,
    /// Higher is better; see [`super::Metric`].
    pub score: f32,
}

/// Holds the best `k` candidates, ordered by score (descending), then by row (ascending).
///
/// A row pushed twice is held twice. A score that is not a number is no candidate.
#[derive(Debug, Clone)]
pub struct TopK {
    k: usize,
    keys: Vec<u64>,
    floor: f32,
}

/// Room beyond k before the buffer is cut back, so that small k do not cut at every push. More
/// would leave the floor low for longer, and every candidate above it has its price.
const MIN_SPARE: usize = 16;

/// The least score above 0.
const LEAST_ABOVE_ZERO: f32 = f32::from_bits(1);

/// Candidates for which room is made at once; for more it grows.
const RESERVED: usize = 256;

impl TopK {
    /// Nothing yet, and room for `k`. Memory grows with what is pushed, not with `k`.
    pub fn new(k: usize) -> Self {
        Self {
            k,
            keys: Vec::new(),
            floor: f32::NEG_INFINITY,
        }
    }

    /// The same for candidates that score above 0 alone.
    pub(super) fn above_zero(k: usize) -> Self {
        Self {
            floor: LEAST_ABOVE_ZERO,
            ..Self::new(k)
        }
    }

    /// How many candidates it can hold in the end.
    pub fn k(&self) -> usize {
        self.k
    }

    /// A score below this can no longer enter.
    #[inline]
    pub fn floor(&self) -> f32 {
        self.floor
    }

    /// Raises the floor as far as what was pushed allows, which a push does now and then only.
    pub(super) fn raise_floor(&mut self) {
        self.cut();
    }

    /// Whether `k` candidates have been found.
    pub fn is_full(&self) -> bool {
        self.keys.len() >= self.k
    }

    /// Offers a candidate.
    #[inline]
    pub fn push(&mut self, row: u32, score: f32) {
        // At the floor a lower row may still win; NaN fails the comparison and stays out.
        if score >= self.floor {
            self.admit(row, score);
        }
    }

    fn admit(&mut self, row: u32, score: f32) {
        if self.k == 0 {
            return;
        }
        if self.keys.capacity() == 0 {
            self.keys.reserve(self.k.min(RESERVED) * 2 + MIN_SPARE);
        }
        self.keys.push(sort_key(row, score));
        if self.keys.len()
            >= self
                .k
                .saturating_mul(2)
                .max(self.k.saturating_add(MIN_SPARE))
        {
            self.cut();
        }
    }

    fn cut(&mut self) {
        if self.keys.len() <= self.k || self.k == 0 {
            return;
        }
        let (_, last, _) = self
            .keys
            .select_nth_unstable_by(self.k - 1, |a, b| b.cmp(a));
        self.floor = neighbour(*last).score;
        self.keys.truncate(self.k);
    }

    /// The best candidates, best first: `k` of them, or all there were.
    pub fn into_sorted(mut self) -> Vec<Neighbour> {
        self.sorted_keys();
        self.keys.into_iter().map(neighbour).collect()
    }

    /// The keys of the best candidates, best first.
    pub(super) fn sorted_keys(&mut self) -> &[u64] {
        self.cut();
        self.keys.sort_unstable_by(|a, b| b.cmp(a));
        &self.keys
    }

    /// Nothing yet, and room for `k`, in the memory there is.
    pub(super) fn restart(&mut self, k: usize) {
        self.k = k;
        self.keys.clear();
        self.floor = f32::NEG_INFINITY;
    }
}

/// Score and position as one integer: the greater, the higher the score, then the lower the row.
pub(super) fn sort_key(row: u32, score: f32) -> u64 {
    // Adding 0 turns -0 into +0, so that the two tie. Flipping the sign bit of positive floats,
    // and all bits of negative ones, makes their integer order the order of the numbers.
    let bits = (score + 0.0).to_bits();
    let ordered = if bits >> 31 == 0 {
        bits | 1 << 31
    } else {
        !bits
    };
    u64::from(ordered) << 32 | u64::from(!row)
}

/// The position a key was made from.
pub(super) fn key_row(key: u64) -> u32 {
    !(key as u32)
}

/// The score a key was made from.
pub(super) fn key_score(key: u64) -> f32 {
    neighbour(key).score
}

fn neighbour(key: u64) -> Neighbour {
    let ordered = (key >> 32) as u32;
    let bits = if ordered >> 31 == 1 {
        ordered & !(1 << 31)
    } else {
        !ordered
    };
    Neighbour {
        row: key_row(key),
        score: f32::from_bits(bits),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn best(k: usize, candidates: &[(u32, f32)]) -> Vec<Neighbour> {
        let mut top = TopK::new(k);
        for &(row, score) in candidates {
            top.push(row, score);
        }
        top.into_sorted()
    }

    fn naive(k: usize, candidates: &[(u32, f32)]) -> Vec<Neighbour> {
        let mut all: Vec<Neighbour> = candidates
            .iter()
            .map(|&(row, score)| Neighbour { row, score })
            .collect();
        all.sort_by(|a, b| b.score.total_cmp(&a.score).then(a.row.cmp(&b.row)));
        all.truncate(k);
        all
    }

    /// Few distinct scores, so that ties are the rule.
    fn candidates() -> impl Strategy<Value = Vec<(u32, f32)>> {
        prop::collection::vec((0_u32..1000, -3_i8..4), 0..400).prop_map(|pairs| {
            pairs
                .into_iter()
                .map(|(row, score)| (row, f32::from(score) / 2.0))
                .collect()
        })
    }

    proptest! {
        #[test]
        fn equals_sorting_everything(candidates in candidates(), k in 0_usize..300) {
            prop_assert_eq!(best(k, &candidates), naive(k, &candidates));
        }

        #[test]
        fn push_order_does_not_matter(candidates in candidates(), k in 0_usize..20) {
            let mut backwards = candidates.clone();
            backwards.reverse();
            prop_assert_eq!(best(k, &candidates), best(k, &backwards));
        }

        #[test]
        fn keys_keep_order_and_value(row in any::<u32>(), a in any::<f32>(), b in any::<f32>()) {
            prop_assume!(!a.is_nan() && !b.is_nan());
            prop_assert_eq!(neighbour(sort_key(row, a)), Neighbour { row, score: a });
            prop_assert_eq!(sort_key(row, a) > sort_key(row, b), a > b);
        }
    }

    #[test]
    fn nan_is_no_candidate() {
        assert_eq!(best(3, &[(0, f32::NAN), (1, 1.0)]).len(), 1);
    }

    #[test]
    fn an_endless_k_keeps_everything() {
        assert_eq!(best(usize::MAX, &[(7, 1.0), (3, 1.0)])[0].row, 3);
    }
}
