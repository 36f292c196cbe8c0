//! Look-ups with AVX-512: 64 codes at a time, in tables of 256 bytes or of 16.

use super::{Codes, HalfRow, MAX_BLOCKS, Sums, TableRow, WIDTH};
use std::arch::x86_64::{
    __m512i, _MM_HINT_T1, _mm_prefetch, _mm512_add_epi8, _mm512_add_epi16, _mm512_broadcast_i32x4,
    _mm512_loadu_si512, _mm512_mask_blend_epi8, _mm512_maskz_loadu_epi8, _mm512_movepi8_mask,
    _mm512_permutex2var_epi8, _mm512_permutex2var_epi16, _mm512_permutexvar_epi8, _mm512_set_epi16,
    _mm512_setzero_si512, _mm512_slli_epi16, _mm512_srli_epi16, _mm512_storeu_si512,
    _mm512_sub_epi16,
};

#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512vbmi")]
pub(super) fn sum_bytes(codes: Codes<'_>, table: &[TableRow], sums: &mut Sums) {
    let look_up = |row: &ByteRow, codes| row.look_up(codes);
    sum(codes, table, sums, (|row| ByteRow::load(row), look_up));
}

#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512vbmi")]
pub(super) fn sum_halves(codes: Codes<'_>, table: &[[HalfRow; 2]], sums: &mut Sums) {
    let look_up = |row: &HalfRows, codes| row.look_up(codes);
    sum(codes, table, sums, (|row| HalfRows::load(row), look_up));
}

/// `load` puts a row of the table in registers, `look_up` finds what 64 codes pick from it.
#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512vbmi")]
#[inline]
fn sum<T, R>(
    codes: Codes<'_>,
    table: &[T],
    sums: &mut Sums,
    (load, look_up): (
        impl Fn(&T) -> R + Copy,
        impl Fn(&R, __m512i) -> __m512i + Copy,
    ),
) {
    let (n_rows, n_whole) = (codes.n_rows, codes.n_rows / WIDTH);
    match n_whole {
        0 => {}
        1 => whole::<1, T, R>(codes, table, sums, load, look_up),
        2 => whole::<2, T, R>(codes, table, sums, load, look_up),
        3 => whole::<3, T, R>(codes, table, sums, load, look_up),
        _ => whole::<MAX_BLOCKS, T, R>(codes, table, sums, load, look_up),
    }
    if !n_rows.is_multiple_of(WIDTH) {
        let sums = &mut sums[n_whole * WIDTH..][..WIDTH];
        let width = n_rows % WIDTH;
        let wanted = &codes.bytes[n_whole * WIDTH * codes.n_bytes + codes.first * width..];
        let mut totals = Totals::none();
        for (codes, row) in wanted.chunks_exact(width).zip(table) {
            totals.add(look_up(&load(row), load_some(codes)));
        }
        totals.store(sums.try_into().expect("a sum for each row"));
    }
}

#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512vbmi")]
#[inline]
fn whole<const N: usize, T, R>(
    codes: Codes<'_>,
    table: &[T],
    sums: &mut Sums,
    load_row: impl Fn(&T) -> R,
    look_up: impl Fn(&R, __m512i) -> __m512i,
) {
    let mut totals = [Totals::none(); N];
    let block_len = WIDTH * codes.n_bytes;
    let wanted = &codes.bytes[codes.first * WIDTH..];
    for (byte, row) in table.iter().enumerate() {
        let row = load_row(row);
        for (block, totals) in totals.iter_mut().enumerate() {
            let at = block * block_len + byte * WIDTH;
            ahead(wanted, at + N * block_len);
            let codes = &wanted[at..];
            totals.add(look_up(
                &row,
                load(codes.first_chunk().expect("a whole block")),
            ));
        }
    }
    for (totals, sums) in totals.iter().zip(sums.as_chunks_mut::<WIDTH>().0) {
        totals.store(sums);
    }
}

/// A row of 256 values in registers.
#[derive(Clone, Copy)]
struct ByteRow([__m512i; 4]);

impl ByteRow {
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

/// Two rows of 16 values, each four times over: a permute by six bits then is one by four, whatever
/// the other two are.
#[derive(Clone, Copy)]
struct HalfRows {
    low: __m512i,
    high: __m512i,
}

impl HalfRows {
    #[target_feature(enable = "avx512f")]
    #[inline]
    fn load([low, high]: &[HalfRow; 2]) -> Self {
        let [low, high] = [low, high].map(|row| _mm512_broadcast_i32x4(bytemuck::cast(*row)));
        Self { low, high }
    }

    /// A value is at most 127, so that two of them are a byte.
    #[target_feature(enable = "avx512f,avx512bw,avx512vbmi")]
    #[inline]
    fn look_up(&self, codes: __m512i) -> __m512i {
        let low = _mm512_permutexvar_epi8(codes, self.low);
        let high = _mm512_permutexvar_epi8(_mm512_srli_epi16::<4>(codes), self.high);
        _mm512_add_epi8(low, high)
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
            47, 15, 46, 14, 45, 13, 44, 12, 43, 11, 42, 10, 41, 9, 40, 8, 39, 7, 38, 6, 37, 5, 36,
            4, 35, 3, 34, 2, 33, 1, 32, 0,
        );
        let last = _mm512_set_epi16(
            63, 31, 62, 30, 61, 29, 60, 28, 59, 27, 58, 26, 57, 25, 56, 24, 55, 23, 54, 22, 53, 21,
            52, 20, 51, 19, 50, 18, 49, 17, 48, 16,
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
    unsafe { _mm_prefetch::<_MM_HINT_T1>(codes.as_ptr().cast::<i8>().wrapping_add(at)) };
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
