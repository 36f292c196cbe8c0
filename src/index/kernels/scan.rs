//! Sums of the table bytes that codes pick, for blocks of rows: what a search of coded rows does
//! most.
//!
//! A block holds the codes of up to [`WIDTH`] rows, sub-space by sub-space: first the codes of all
//! its rows for the first sub-space, then for the second. The 256 bytes of a table row are four
//! registers; a permute over two of them looks up 7 bits of 64 codes at once, and the top bit
//! chooses between two such look-ups ("Quicker ADC", André, Kermarrec & Le Scouarnec 2019, with
//! AVX-512 VBMI). Byte sums are kept in 16 bits, odd and even rows apart, as in the fast scan of
//! faiss.

use super::Level;

/// Rows per block.
pub(in crate::index) const WIDTH: usize = 64;

/// Blocks summed by one call at most, so that a table row is loaded once for all.
pub(in crate::index) const MAX_BLOCKS: usize = 4;

/// The bytes of one sub-space, by code.
pub(in crate::index) type TableRow = [u8; 256];

/// Writes the sums of the rows of `codes`, whole blocks and at the end perhaps a narrower one.
///
/// # Panics
/// If `codes` is not `table.len()` bytes for each of `sums`: the caller's mistake.
pub(in crate::index) fn sum_bytes(
    level: Level,
    codes: &[u8],
    table: &[TableRow],
    sums: &mut [u16; WIDTH * MAX_BLOCKS],
    n_rows: usize,
) {
    assert_eq!(codes.len(), n_rows * table.len(), "one code for each row");
    match level {
        #[cfg(target_arch = "x86_64")]
        #[expect(unsafe_code, reason = "a function for a detected processor")]
        // SAFETY: this level exists only where it was detected.
        Level::Vbmi => unsafe { vbmi::sum(codes, table, sums, n_rows) },
        #[cfg(target_arch = "x86_64")]
        Level::Avx2 => plain(codes, table, sums, n_rows),
        Level::Plain => plain(codes, table, sums, n_rows),
    }
}

fn plain(codes: &[u8], table: &[TableRow], sums: &mut [u16; WIDTH * MAX_BLOCKS], n_rows: usize) {
    let blocks = codes.chunks(WIDTH * table.len().max(1));
    for (codes, sums) in blocks.zip(sums[..n_rows].chunks_mut(WIDTH)) {
        sums.fill(0);
        for (codes, row) in codes.chunks_exact(sums.len()).zip(table) {
            for (sum, code) in sums.iter_mut().zip(codes) {
                *sum += u16::from(row[usize::from(*code)]);
            }
        }
    }
}

#[cfg(target_arch = "x86_64")]
mod vbmi {
    use super::{MAX_BLOCKS, TableRow, WIDTH};
    use std::arch::x86_64::{
        __m512i, _MM_HINT_T0, _mm_prefetch, _mm512_add_epi16, _mm512_loadu_si512,
        _mm512_mask_blend_epi8, _mm512_maskz_loadu_epi8, _mm512_movepi8_mask,
        _mm512_permutex2var_epi8, _mm512_permutex2var_epi16, _mm512_set_epi16,
        _mm512_setzero_si512, _mm512_slli_epi16, _mm512_srli_epi16, _mm512_storeu_si512,
        _mm512_sub_epi16,
    };

    #[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512vbmi")]
    pub(super) fn sum(
        codes: &[u8],
        table: &[TableRow],
        sums: &mut [u16; WIDTH * MAX_BLOCKS],
        n_rows: usize,
    ) {
        let n_whole = n_rows / WIDTH;
        match n_whole {
            0 => {}
            1 => whole::<1>(codes, table, sums),
            2 => whole::<2>(codes, table, sums),
            3 => whole::<3>(codes, table, sums),
            _ => whole::<MAX_BLOCKS>(codes, table, sums),
        }
        if !n_rows.is_multiple_of(WIDTH) {
            let sums = &mut sums[n_whole * WIDTH..][..WIDTH];
            let codes = &codes[n_whole * WIDTH * table.len()..];
            narrow(codes, table, n_rows % WIDTH, sums);
        }
    }

    #[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512vbmi")]
    fn whole<const N: usize>(
        codes: &[u8],
        table: &[TableRow],
        sums: &mut [u16; WIDTH * MAX_BLOCKS],
    ) {
        let mut totals = [Totals::none(); N];
        let block_len = WIDTH * table.len();
        for (sub, row) in table.iter().enumerate() {
            let row = Row::load(row);
            for (block, totals) in totals.iter_mut().enumerate() {
                let at = block * block_len + sub * WIDTH;
                ahead(codes, at + N * block_len);
                let codes = &codes[at..];
                totals.add(row.look_up(load(codes.first_chunk().expect("a whole block"))));
            }
        }
        for (totals, sums) in totals.iter().zip(sums.chunks_exact_mut(WIDTH)) {
            totals.store(sums.try_into().expect("a sum for each row"));
        }
    }

    #[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512vbmi")]
    fn narrow(codes: &[u8], table: &[TableRow], n_rows: usize, sums: &mut [u16]) {
        let mut totals = Totals::none();
        for (codes, row) in codes.chunks_exact(n_rows).zip(table) {
            totals.add(Row::load(row).look_up(load_some(codes)));
        }
        totals.store(sums.try_into().expect("a sum for each row"));
    }

    /// A row of the table in registers.
    #[derive(Clone, Copy)]
    struct Row([__m512i; 4]);

    impl Row {
        #[target_feature(enable = "avx512f,avx512bw")]
        #[inline]
        fn load(row: &TableRow) -> Self {
            let (quarters, _) = row.as_chunks::<WIDTH>();
            Self([0, 1, 2, 3].map(|quarter: usize| load(&quarters[quarter])))
        }

        #[target_feature(enable = "avx512f,avx512bw,avx512vbmi")]
        #[inline]
        fn look_up(&self, codes: __m512i) -> __m512i {
            let [a, b, c, d] = self.0;
            let low = _mm512_permutex2var_epi8(a, codes, b);
            let high = _mm512_permutex2var_epi8(c, codes, d);
            _mm512_mask_blend_epi8(_mm512_movepi8_mask(codes), low, high)
        }
    }

    /// 64 sums: those of even and odd rows mixed, and those of odd rows.
    #[derive(Clone, Copy)]
    struct Totals {
        mixed: __m512i,
        odd: __m512i,
    }

    impl Totals {
        #[target_feature(enable = "avx512f")]
        #[inline]
        fn none() -> Self {
            let zero = _mm512_setzero_si512();
            Self {
                mixed: zero,
                odd: zero,
            }
        }

        #[target_feature(enable = "avx512f,avx512bw")]
        #[inline]
        fn add(&mut self, bytes: __m512i) {
            self.mixed = _mm512_add_epi16(self.mixed, bytes);
            self.odd = _mm512_add_epi16(self.odd, _mm512_srli_epi16::<8>(bytes));
        }

        /// Each 16-bit word of `mixed` has summed `even + 256 odd`, modulo 2^16.
        #[target_feature(enable = "avx512f,avx512bw")]
        #[inline]
        fn store(&self, sums: &mut [u16; WIDTH]) {
            let even = _mm512_sub_epi16(self.mixed, _mm512_slli_epi16::<8>(self.odd));
            // Words 0 to 31 are taken from `even`, 32 to 63 from `odd`.
            let first = _mm512_set_epi16(
                47, 15, 46, 14, 45, 13, 44, 12, 43, 11, 42, 10, 41, 9, 40, 8, 39, 7, 38, 6, 37, 5,
                36, 4, 35, 3, 34, 2, 33, 1, 32, 0,
            );
            let last = _mm512_set_epi16(
                63, 31, 62, 30, 61, 29, 60, 28, 59, 27, 58, 26, 57, 25, 56, 24, 55, 23, 54, 22, 53,
                21, 52, 20, 51, 19, 50, 18, 49, 17, 48, 16,
            );
            let (halves, _) = sums.as_chunks_mut::<32>();
            store(
                &mut halves[0],
                _mm512_permutex2var_epi16(even, first, self.odd),
            );
            store(
                &mut halves[1],
                _mm512_permutex2var_epi16(even, last, self.odd),
            );
        }
    }

    /// Asks memory for the codes of the next call: blocks lie too far apart for the processor to
    /// see by itself where reading goes on.
    #[inline]
    #[expect(unsafe_code, reason = "a hint takes a pointer")]
    fn ahead(codes: &[u8], at: usize) {
        // SAFETY: a prefetch reads nothing, whatever it points to; SSE is part of x86-64.
        unsafe { _mm_prefetch::<_MM_HINT_T0>(codes.as_ptr().cast::<i8>().wrapping_add(at)) };
    }

    #[target_feature(enable = "avx512f")]
    #[inline]
    #[expect(unsafe_code, reason = "the load takes a pointer")]
    fn load(bytes: &[u8; 64]) -> __m512i {
        // SAFETY: 64 bytes are there, and the load asks for no alignment.
        unsafe { _mm512_loadu_si512(bytes.as_ptr().cast()) }
    }

    /// Up to 64 bytes; the others are 0.
    #[target_feature(enable = "avx512f,avx512bw")]
    #[inline]
    #[expect(unsafe_code, reason = "the load takes a pointer")]
    fn load_some(bytes: &[u8]) -> __m512i {
        let mask = u64::MAX >> (64 - bytes.len().clamp(1, 64));
        // SAFETY: the mask lets through no byte beyond the slice, which is never empty here, and
        // bytes that it does not let through are not touched.
        unsafe { _mm512_maskz_loadu_epi8(mask, bytes.as_ptr().cast()) }
    }

    #[target_feature(enable = "avx512f")]
    #[inline]
    #[expect(unsafe_code, reason = "the store takes a pointer")]
    fn store(words: &mut [u16; 32], value: __m512i) {
        // SAFETY: 64 bytes are there, and the store asks for no alignment.
        unsafe { _mm512_storeu_si512(words.as_mut_ptr().cast(), value) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::index::random::Random;

    #[test]
    fn every_level_sums_what_the_codes_pick() {
        let mut random = Random::new(1, 0);
        for n_sub in [1, 3, 32, 257] {
            let table: Vec<TableRow> = (0..n_sub)
                .map(|_| std::array::from_fn(|_| random.below(256) as u8))
                .collect();
            for n_rows in [1, 63, 64, 65, 128, 200, 255, 256] {
                let codes: Vec<u8> = (0..n_rows * n_sub)
                    .map(|_| random.below(256) as u8)
                    .collect();
                for level in Level::all() {
                    let mut sums = [7; WIDTH * MAX_BLOCKS];
                    sum_bytes(level, &codes, &table, &mut sums, n_rows);
                    for row in 0..n_rows {
                        let start = row / WIDTH * WIDTH;
                        let width = WIDTH.min(n_rows - start);
                        let expected: u32 = (0..n_sub)
                            .map(|sub| codes[start * n_sub + sub * width + row - start])
                            .zip(&table)
                            .map(|(code, row)| u32::from(row[usize::from(code)]))
                            .sum();
                        assert_eq!(u32::from(sums[row]), expected, "{level:?} {n_sub} {row}");
                    }
                }
            }
        }
    }
}
