//! How the codes of a row go into bytes, and those of many rows into blocks.

use crate::index::kernels::scan::WIDTH;

/// Bits per sub-space, and so how many codewords each has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CodeBits {
    /// 16 codewords; a byte holds two sub-spaces, the first of them in its low half. The last high
    /// half of an odd number is 0.
    Four,
    /// 256 codewords; a byte each.
    Eight,
}

impl CodeBits {
    /// Codewords that can be told apart.
    pub(in crate::index) fn max_codewords(self) -> usize {
        match self {
            Self::Four => 16,
            Self::Eight => 256,
        }
    }

    /// Bytes of a row of `n_sub` codes.
    pub(in crate::index) fn n_bytes(self, n_sub: usize) -> usize {
        match self {
            Self::Four => n_sub.div_ceil(2),
            Self::Eight => n_sub,
        }
    }

    /// The codes in the bytes of a row: one more than there are sub-spaces where halves are left.
    pub(super) fn unpack(self, bytes: impl Iterator<Item = u8>) -> impl Iterator<Item = u8> {
        bytes.flat_map(move |byte| {
            let (codes, n) = match self {
                Self::Four => ([byte & 15, byte >> 4], 2),
                Self::Eight => ([byte, 0], 1),
            };
            codes.into_iter().take(n)
        })
    }

    /// Appends codes, which are given row by row, a byte each, as packed bytes in blocks: the rows
    /// of each list that starts at one of `list_offsets` stand in blocks of [`WIDTH`], the last
    /// perhaps narrower, and a block holds the first bytes of all its rows, then the second, and so
    /// on.
    pub(super) fn pack(
        self,
        codes: &[u8],
        n_sub: usize,
        list_offsets: &[u64],
        blocked: &mut Vec<u8>,
    ) {
        for list in list_offsets.windows(2) {
            let list = &codes[list[0] as usize * n_sub..list[1] as usize * n_sub];
            for block in list.chunks(WIDTH * n_sub) {
                let rows = || block.chunks_exact(n_sub);
                match self {
                    Self::Eight => {
                        for sub in 0..n_sub {
                            blocked.extend(rows().map(|row| row[sub]));
                        }
                    }
                    Self::Four => {
                        for sub in (0..n_sub).step_by(2) {
                            let high = |row: &[u8]| row.get(sub + 1).map_or(0, |code| code << 4);
                            blocked.extend(rows().map(|row| row[sub] | high(row)));
                        }
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::ops::Range;

    #[test]
    fn blocks_hold_the_codes_of_their_rows_by_sub_space() {
        // 70 rows of two bytes in lists of 66 and 4: blocks of 64, 2 and 4 rows.
        let codes: Vec<u8> = (0..70).flat_map(|row| [row, 100 + row]).collect();
        let mut blocked = Vec::new();
        CodeBits::Eight.pack(&codes, 2, &[0, 66, 66, 70], &mut blocked);
        let expected = |rows: Range<u8>| rows.clone().chain(rows.map(|row| 100 + row));
        let expected: Vec<u8> = (expected(0..64).chain(expected(64..66)))
            .chain(expected(66..70))
            .collect();
        assert_eq!(blocked, expected);
    }

    #[test]
    fn halves_are_packed_two_by_two_and_unpacked_again() {
        let mut blocked = vec![9];
        CodeBits::Four.pack(&[1, 2, 3, 4, 5, 6], 3, &[0, 2], &mut blocked);
        assert_eq!(blocked, [9, 0x21, 0x54, 0x03, 0x06]);
        let row = CodeBits::Four.unpack([0x21, 0x03].into_iter());
        assert_eq!(row.collect::<Vec<u8>>(), [1, 2, 3, 0]);
    }
}
