//! Sums of the table bytes that codes pick, for blocks of rows: what a search of coded rows does
//! most.
//!
//! A block holds the codes of up to [`WIDTH`] rows, byte by byte: first the first bytes of all its
//! rows, then the second. What a byte adds is looked up whole, in 256 values, or half by half, in
//! 16 each. Sums are kept in 16 bits, those of odd and even rows apart, as in the fast scan of
//! faiss.
//!
//! Whole bytes: the 256 values are four registers; a permute over two of them looks up 7 bits of
//! 64 codes at once, and the top bit chooses between two such look-ups ("Quicker ADC", André,
//! Kermarrec & Le Scouarnec 2019, with AVX-512 VBMI). Halves: one shuffle looks up as many as a
//! register holds ("Cache locality is not enough", André, Kermarrec & Le Scouarnec 2015).

use super::Level;

#[cfg(target_arch = "x86_64")]
mod avx2;
#[cfg(target_arch = "aarch64")]
mod neon;
#[cfg(test)]
mod tests;
#[cfg(target_arch = "x86_64")]
mod vbmi;

/// Rows per block.
pub(in crate::index) const WIDTH: usize = 64;

/// Blocks summed by one call at most, so that a table row is loaded once for all.
pub(in crate::index) const MAX_BLOCKS: usize = 4;

/// Sums of the rows of one call.
pub(in crate::index) type Sums = [u16; WIDTH * MAX_BLOCKS];

/// What each value of a byte adds.
pub(in crate::index) type TableRow = [u8; 256];

/// What each value of half a byte adds.
pub(in crate::index) type HalfRow = [u8; 16];

/// The most that half a byte may add: what a whole byte adds must be a byte again.
pub(in crate::index) const MOST_OF_HALF: u8 = u8::MAX / 2;

/// What the bytes of a code add, first byte first.
#[derive(Debug, Clone, Copy)]
pub(in crate::index) enum Table<'a> {
    /// Looked up whole.
    Bytes(&'a [TableRow]),
    /// Looked up in halves, the low one of each byte first; no value is above [`MOST_OF_HALF`].
    Halves(&'a [HalfRow]),
}

impl<'a> Table<'a> {
    /// Bytes of a code that it is asked for.
    pub(in crate::index) fn n_bytes(self) -> usize {
        match self {
            Self::Bytes(rows) => rows.len(),
            Self::Halves(rows) => rows.len() / 2,
        }
    }

    /// What the first `n_bytes` add, and what the others do.
    pub(in crate::index) fn split_at(self, n_bytes: usize) -> [Table<'a>; 2] {
        match self {
            Self::Bytes(rows) => {
                let (first, others) = rows.split_at(n_bytes);
                [first, others].map(Self::Bytes)
            }
            Self::Halves(rows) => {
                let (first, others) = rows.split_at(2 * n_bytes);
                [first, others].map(Self::Halves)
            }
        }
    }
}

/// Codes of some rows: whole blocks, and at the end perhaps a narrower one.
#[derive(Debug, Clone, Copy)]
pub(in crate::index) struct Codes<'a> {
    /// The blocks.
    pub(in crate::index) bytes: &'a [u8],
    /// How many rows they are of.
    pub(in crate::index) n_rows: usize,
    /// Bytes of each row.
    pub(in crate::index) n_bytes: usize,
    /// The first of them that is summed; the table says how many are.
    pub(in crate::index) first: usize,
}

impl<'a> Codes<'a> {
    /// The blocks in turn.
    fn blocks(self) -> impl Iterator<Item = &'a [u8]> {
        self.bytes.chunks((WIDTH * self.n_bytes).max(1))
    }
}

/// Writes the sums of these rows. Sums beyond 16 bits wrap.
///
/// # Panics
/// If there are not as many bytes as said, or rows lack bytes of the table: the caller's mistake.
pub(in crate::index) fn sum_codes(
    level: Level,
    codes: Codes<'_>,
    table: Table<'_>,
    sums: &mut Sums,
) {
    let (n_rows, n_bytes) = (codes.n_rows, codes.n_bytes);
    assert_eq!(codes.bytes.len(), n_rows * n_bytes, "bytes of each row");
    assert!(codes.first + table.n_bytes() <= n_bytes, "bytes to sum");
    match (level, table) {
        #[cfg(target_arch = "x86_64")]
        #[expect(unsafe_code, reason = "a function for a detected processor")]
        // SAFETY: this level exists only where it was detected.
        (Level::Vbmi, Table::Bytes(rows)) => unsafe { vbmi::sum_bytes(codes, rows, sums) },
        #[cfg(target_arch = "x86_64")]
        #[expect(unsafe_code, reason = "a function for a detected processor")]
        // SAFETY: as above.
        (Level::Vbmi, Table::Halves(rows)) => unsafe {
            vbmi::sum_halves(codes, rows.as_chunks().0, sums);
        },
        #[cfg(target_arch = "x86_64")]
        #[expect(unsafe_code, reason = "a function for a detected processor")]
        // SAFETY: as above.
        (Level::Avx2, Table::Bytes(rows)) => unsafe { avx2::sum_bytes(codes, rows, sums) },
        #[cfg(target_arch = "x86_64")]
        #[expect(unsafe_code, reason = "a function for a detected processor")]
        // SAFETY: as above.
        (Level::Avx2, Table::Halves(rows)) => unsafe {
            avx2::sum_halves(codes, rows.as_chunks().0, sums);
        },
        #[cfg(target_arch = "aarch64")]
        #[expect(unsafe_code, reason = "a function for a detected processor")]
        // SAFETY: every processor of this architecture has these instructions.
        (Level::Neon, Table::Halves(rows)) => unsafe {
            neon::sum_halves(codes, rows.as_chunks().0, sums);
        },
        (_, Table::Bytes(rows)) => plain(codes, rows, sums, |row, code| {
            u16::from(row[usize::from(code)])
        }),
        (_, Table::Halves(rows)) => {
            plain(
                codes,
                rows.as_chunks().0,
                sums,
                |[low, high]: &[HalfRow; 2], code| {
                    u16::from(low[usize::from(code % 16)]) + u16::from(high[usize::from(code / 16)])
                },
            );
        }
    }
}

fn plain<R>(codes: Codes<'_>, table: &[R], sums: &mut Sums, pick: impl Fn(&R, u8) -> u16) {
    for (block, sums) in codes.blocks().zip(sums[..codes.n_rows].chunks_mut(WIDTH)) {
        sums.fill(0);
        let wanted = &block[codes.first * sums.len()..];
        for (codes, row) in wanted.chunks_exact(sums.len()).zip(table) {
            for (sum, &code) in sums.iter_mut().zip(codes) {
                *sum = sum.wrapping_add(pick(row, code));
            }
        }
    }
}
