//! Look-ups with NEON: 16 codes at a time, in tables of 16 bytes.

use super::{Codes, HalfRow, Sums, WIDTH};
use std::arch::aarch64::{
    uint8x16_t, vaddq_u8, vaddw_high_u8, vaddw_u8, vandq_u8, vdupq_n_u8, vdupq_n_u16, vget_low_u8,
    vqtbl1q_u8, vshrq_n_u8,
};

/// Rows whose codes fill a register.
const LANES: usize = 16;

/// A value is at most 127, so that two of them are a byte.
#[target_feature(enable = "neon")]
pub(super) fn sum_halves(codes: Codes<'_>, table: &[[HalfRow; 2]], sums: &mut Sums) {
    for (block, sums) in codes.blocks().zip(sums[..codes.n_rows].chunks_mut(WIDTH)) {
        let width = sums.len();
        let mut totals = [[vdupq_n_u16(0); 2]; WIDTH / LANES];
        let wanted = &block[codes.first * width..];
        for (codes, [low, high]) in wanted.chunks_exact(width).zip(table) {
            for (codes, totals) in codes.chunks(LANES).zip(&mut totals) {
                let codes: [u8; LANES] = codes.try_into().unwrap_or_else(|_| {
                    let mut padded = [0; LANES];
                    padded[..codes.len()].copy_from_slice(codes);
                    padded
                });
                let codes = register(codes);
                let low = vqtbl1q_u8(register(*low), vandq_u8(codes, vdupq_n_u8(15)));
                let high = vqtbl1q_u8(register(*high), vshrq_n_u8::<4>(codes));
                let bytes = vaddq_u8(low, high);
                totals[0] = vaddw_u8(totals[0], vget_low_u8(bytes));
                totals[1] = vaddw_high_u8(totals[1], bytes);
            }
        }
        for (sums, totals) in sums.chunks_mut(LANES).zip(totals) {
            let totals: [u16; LANES] = bytemuck::cast(totals);
            sums.copy_from_slice(&totals[..sums.len()]);
        }
    }
}

#[inline]
fn register(bytes: [u8; LANES]) -> uint8x16_t {
    bytemuck::cast(bytes)
}
