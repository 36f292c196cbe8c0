//! Points listed by their label: the members of each cluster, in ascending order.

/// A counting sort of `0..n` by label.
#[derive(Debug)]
pub(in crate::index) struct Groups {
    /// Where each group starts in `members`, and the end of the last.
    pub(in crate::index) offsets: Vec<u64>,
    /// Points of group 0, of group 1, and so on.
    pub(in crate::index) members: Vec<u32>,
}

impl Groups {
    /// Groups points by `labels`, all of which must be below `n_groups`.
    pub(in crate::index) fn new(labels: &[u32], n_groups: usize) -> Self {
        let mut offsets = vec![0_u64; n_groups + 1];
        for &label in labels {
            offsets[label as usize + 1] += 1;
        }
        for group in 0..n_groups {
            offsets[group + 1] += offsets[group];
        }
        let mut next = offsets.clone();
        let mut members = vec![0; labels.len()];
        for (point, &label) in labels.iter().enumerate() {
            let slot = &mut next[label as usize];
            members[*slot as usize] = point as u32;
            *slot += 1;
        }
        Self { offsets, members }
    }

    /// The members of one group.
    pub(in crate::index) fn of(&self, group: usize) -> &[u32] {
        &self.members[self.offsets[group] as usize..self.offsets[group + 1] as usize]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn members_ascend_within_their_group() {
        let groups = Groups::new(&[2, 0, 2, 0, 0], 4);
        assert_eq!(groups.offsets, [0, 3, 3, 5, 5]);
        assert_eq!(groups.of(0), [1, 3, 4]);
        assert_eq!(groups.of(1), [0_u32; 0]);
        assert_eq!(groups.of(2), [0, 2]);
    }
}
