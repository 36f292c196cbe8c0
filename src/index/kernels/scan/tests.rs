//! Every level sums what a plain reading of the block layout sums.

use super::*;
use crate::index::random::Random;

fn check(table: Table<'_>, n_summed: usize, pick: impl Fn(usize, u8) -> u32) {
    let mut random = Random::new(1, 0);
    // All bytes of a row, or those in the midst of others.
    for (first, n_bytes) in [(0, n_summed), (2, n_summed + 3)] {
        for n_rows in [1, 15, 16, 17, 31, 32, 33, 63, 64, 65, 128, 200, 255, 256] {
            let bytes: Vec<u8> = (0..n_rows * n_bytes)
                .map(|_| random.below(256) as u8)
                .collect();
            let codes = Codes {
                bytes: &bytes,
                n_rows,
                n_bytes,
                first,
            };
            for level in Level::all() {
                let mut sums = [7; WIDTH * MAX_BLOCKS];
                sum_codes(level, codes, table, &mut sums);
                for (row, sum) in sums[..n_rows].iter().enumerate() {
                    let start = row / WIDTH * WIDTH;
                    let width = WIDTH.min(n_rows - start);
                    let code = |byte| bytes[start * n_bytes + byte * width + row - start];
                    let picked = (0..n_summed).map(|byte| pick(byte, code(first + byte)));
                    let expected: u32 = picked.sum();
                    assert_eq!(
                        u32::from(*sum),
                        expected,
                        "{level:?} {first} {n_bytes} {n_rows} {row}"
                    );
                }
            }
        }
    }
}

#[test]
fn every_level_sums_what_whole_bytes_pick() {
    let mut random = Random::new(2, 0);
    for n_bytes in [1, 3, 32, 257] {
        let rows: Vec<TableRow> = (0..n_bytes)
            .map(|_| std::array::from_fn(|_| random.below(256) as u8))
            .collect();
        check(Table::Bytes(&rows), n_bytes, |byte, code| {
            u32::from(rows[byte][usize::from(code)])
        });
    }
}

#[test]
fn every_level_sums_what_halves_of_bytes_pick() {
    let mut random = Random::new(3, 0);
    let most = usize::from(MOST_OF_HALF) + 1;
    for n_bytes in [1, 2, 3, 32, 257] {
        let mut rows: Vec<HalfRow> = (0..2 * n_bytes)
            .map(|_| std::array::from_fn(|_| random.below(most) as u8))
            .collect();
        rows[0] = [MOST_OF_HALF; 16];
        rows[1] = [MOST_OF_HALF; 16];
        check(Table::Halves(&rows), n_bytes, |byte, code| {
            let [low, high] = [rows[2 * byte], rows[2 * byte + 1]];
            u32::from(low[usize::from(code & 15)]) + u32::from(high[usize::from(code >> 4)])
        });
    }
}
