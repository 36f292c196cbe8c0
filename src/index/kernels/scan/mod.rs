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

/// Writes the sums of the rows of `codes`, whole blocks and at the end perhaps a narrower one.
/// Sums beyond 16 bits wrap.
///
/// # Panics
/// If `codes` is not a byte for each of the table's and each of `n_rows`: the caller's mistake.
pub(in crate::index) fn sum_codes(
    level: Level,
    codes: &[u8],
    table: Table<'_>,
    sums: &mut Sums,
    n_rows: usize,
) {
    let n_bytes = match table {
        Table::Bytes(rows) => rows.len(),
        Table::Halves(rows) => rows.len() / 2,
    };
    assert_eq!(codes.len(), n_rows * n_bytes, "one code for each row");
    match (level, table) {
        #[cfg(target_arch = "x86_64")]
        #[expect(unsafe_code, reason = "a function for a detected processor")]
        // SAFETY: this level exists only where it was detected.
        (Level::Vbmi, Table::Bytes(rows)) => unsafe { vbmi::sum_bytes(codes, rows, sums, n_rows) },
        #[cfg(target_arch = "x86_64")]
        #[expect(unsafe_code, reason = "a function for a detected processor")]
        // SAFETY: as above.
        (Level::Vbmi, Table::Halves(rows)) => unsafe {
            vbmi::sum_halves(codes, rows.as_chunks().0, sums, n_rows);
        },
        #[cfg(target_arch = "x86_64")]
        #[expect(unsafe_code, reason = "a function for a detected processor")]
        // SAFETY: as above.
        (Level::Avx2, Table::Bytes(rows)) => unsafe { avx2::sum_bytes(codes, rows, sums, n_rows) },
        #[cfg(target_arch = "x86_64")]
        #[expect(unsafe_code, reason = "a function for a detected processor")]
        // SAFETY: as above.
        (Level::Avx2, Table::Halves(rows)) => unsafe {
            avx2::sum_halves(codes, rows.as_chunks().0, sums, n_rows);
        },
        #[cfg(target_arch = "aarch64")]
        #[expect(unsafe_code, reason = "a function for a detected processor")]
        // SAFETY: every processor of this architecture has these instructions.
        (Level::Neon, Table::Halves(rows)) => unsafe {
            neon::sum_halves(codes, rows.as_chunks().0, sums, n_rows);
        },
        (_, Table::Bytes(rows)) => plain(codes, rows, sums, n_rows, |row, code| {
            u16::from(row[usize::from(code)])
        }),
        (_, Table::Halves(rows)) => {
            plain(
                codes,
                rows.as_chunks().0,
                sums,
                n_rows,
                |[low, high]: &[HalfRow; 2], code| {
                    u16::from(low[usize::from(code % 16)]) + u16::from(high[usize::from(code / 16)])
                },
            );
        }
    }
}

fn plain<R>(
    codes: &[u8],
    table: &[R],
    sums: &mut Sums,
    n_rows: usize,
    pick: impl Fn(&R, u8) -> u16,
) {
    let blocks = codes.chunks((WIDTH * table.len()).max(1));
    for (codes, sums) in blocks.zip(sums[..n_rows].chunks_mut(WIDTH)) {
        sums.fill(0);
        for (codes, row) in codes.chunks_exact(sums.len()).zip(table) {
            for (sum, &code) in sums.iter_mut().zip(codes) {
                *sum = sum.wrapping_add(pick(row, code));
            }
        }
    }
}
