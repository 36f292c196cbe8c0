//! Where a bin goes in the vector. Part of the file format: a change makes old libraries useless.

/// The place, below `dim`, of bin `bin` of view `view`.
///
/// The mixing is the finaliser of SplitMix64 (Steele, Lea & Flood 2014), which spreads neighbouring
/// bins over the whole vector; the high half of the product maps it to `dim` without a division.
pub(super) fn place(view: u64, bin: i64, dim: usize) -> usize {
    let mut z = (bin as u64) ^ (view << 56);
    z = z.wrapping_add(0x9E37_79B9_7F4A_7C15);
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^= z >> 31;
    ((u128::from(z) * dim as u128) >> 64) as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The first outputs of SplitMix64 seeded with 0 and 1, as published with Vigna's reference.
    #[test]
    fn mixing_is_splitmix64() {
        let whole = |bin| place(0, bin, usize::MAX) as u64;
        assert_eq!(whole(0), 0xE220_A839_7B1D_CDAF - 1);
        assert_eq!(whole(1), 0x910A_2DEC_8902_5CC1 - 1);
    }

    #[test]
    fn places_are_even_and_views_differ() {
        let mut counts = [0_u32; 64];
        for bin in 0..64_000 {
            counts[place(0, bin, 64)] += 1;
        }
        assert!(
            counts.iter().all(|&c| (850..1150).contains(&c)),
            "{counts:?}"
        );
        let same = (0..1000)
            .filter(|&b| place(0, b, 1024) == place(1, b, 1024))
            .count();
        assert!(same < 10, "{same} of 1000 bins share a place in both views");
    }
}
