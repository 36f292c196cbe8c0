//! Look-ups with AVX2: 32 codes at a time, in tables of 16 bytes.

use super::{Codes, HalfRow, Sums, TableRow, WIDTH};
use std::arch::x86_64::{
    __m128i, __m256i, _mm256_add_epi8, _mm256_add_epi16, _mm256_adds_epu8, _mm256_and_si256,
    _mm256_broadcastsi128_si256, _mm256_or_si256, _mm256_set1_epi8, _mm256_setzero_si256,
    _mm256_shuffle_epi8, _mm256_slli_epi16, _mm256_srli_epi16, _mm256_sub_epi16,
    _mm256_unpackhi_epi16, _mm256_unpacklo_epi16, _mm256_xor_si256,
};

/// Rows whose codes fill a register.
const LANES: usize = 32;

/// A table of 256 values is 16 of 16: each is asked for all codes and answers for its own.
#[target_feature(enable = "avx2")]
pub(super) fn sum_bytes(codes: Codes<'_>, table: &[TableRow], sums: &mut Sums) {
    let look_up = |row: &TableRow, codes| {
        let (parts, _) = row.as_chunks::<16>();
        let mut found = _mm256_setzero_si256();
        for (high, part) in parts.iter().enumerate() {
            // Codes of this part become 112 to 127, of which a shuffle uses the low half; all
            // others get their top bit set, for which a shuffle gives 0.
            let own = _mm256_xor_si256(codes, _mm256_set1_epi8((high << 4) as i8));
            let own = _mm256_adds_epu8(own, _mm256_set1_epi8(0x70));
            found = _mm256_or_si256(found, pick(part, own));
        }
        found
    };
    sum(codes, table, sums, look_up);
}

/// A value is at most 127, so that two of them are a byte.
#[target_feature(enable = "avx2")]
pub(super) fn sum_halves(codes: Codes<'_>, table: &[[HalfRow; 2]], sums: &mut Sums) {
    let look_up = |[low, high]: &[HalfRow; 2], codes| {
        let half = _mm256_set1_epi8(15);
        let low = pick(low, _mm256_and_si256(codes, half));
        let codes = _mm256_srli_epi16::<4>(codes);
        _mm256_add_epi8(low, pick(high, _mm256_and_si256(codes, half)))
    };
    sum(codes, table, sums, look_up);
}

#[target_feature(enable = "avx2")]
#[inline]
fn pick(row: &[u8; 16], codes: __m256i) -> __m256i {
    let row: __m128i = bytemuck::cast(*row);
    _mm256_shuffle_epi8(_mm256_broadcastsi128_si256(row), codes)
}

/// `look_up` finds what 32 codes pick from a row of the table.
#[target_feature(enable = "avx2")]
#[inline]
fn sum<T>(
    codes: Codes<'_>,
    table: &[T],
    sums: &mut Sums,
    look_up: impl Fn(&T, __m256i) -> __m256i,
) {
    for (block, sums) in codes.blocks().zip(sums[..codes.n_rows].chunks_mut(WIDTH)) {
        let width = sums.len();
        let mut totals = [Totals::none(); WIDTH / LANES];
        let wanted = &block[codes.first * width..];
        for (codes, row) in wanted.chunks_exact(width).zip(table) {
            for (codes, totals) in codes.chunks(LANES).zip(&mut totals) {
                let codes: [u8; LANES] = codes.try_into().unwrap_or_else(|_| {
                    let mut padded = [0; LANES];
                    padded[..codes.len()].copy_from_slice(codes);
                    padded
                });
                totals.add(look_up(row, bytemuck::cast(codes)));
            }
        }
        for (sums, totals) in sums.chunks_mut(LANES).zip(&totals) {
            sums.copy_from_slice(&totals.sums()[..sums.len()]);
        }
    }
}

/// 32 sums: those of even and odd rows mixed, and those of odd rows.
#[derive(Clone, Copy)]
struct Totals {
    mixed: __m256i,
    odd: __m256i,
}

impl Totals {
    #[target_feature(enable = "avx2")]
    #[inline]
    fn none() -> Self {
        Self {
            mixed: _mm256_setzero_si256(),
            odd: _mm256_setzero_si256(),
        }
    }

    #[target_feature(enable = "avx2")]
    #[inline]
    fn add(&mut self, bytes: __m256i) {
        self.mixed = _mm256_add_epi16(self.mixed, bytes);
        self.odd = _mm256_add_epi16(self.odd, _mm256_srli_epi16::<8>(bytes));
    }

    /// Each 16-bit word of `mixed` has summed `even + 256 odd`, modulo 2^16.
    #[target_feature(enable = "avx2")]
    #[inline]
    fn sums(&self) -> [u16; LANES] {
        let even = _mm256_sub_epi16(self.mixed, _mm256_slli_epi16::<8>(self.odd));
        // Interleaving works within 128 bits: rows 0 to 7 and 16 to 23, then 8 to 15 and 24 to 31.
        let first: [[u16; 8]; 2] = bytemuck::cast(_mm256_unpacklo_epi16(even, self.odd));
        let last: [[u16; 8]; 2] = bytemuck::cast(_mm256_unpackhi_epi16(even, self.odd));
        bytemuck::cast([first[0], last[0], first[1], last[1]])
    }
}
