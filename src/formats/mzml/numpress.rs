//! MS-Numpress decoders (Teleman et al. 2014, Mol. Cell. Proteomics 13, 1537): linear, PIC, SLOF.
//!
//! `mzdata` lacks PIC and decodes without a limit; none here gives more than `limit` values.

const CUT: &str = "numpress data is cut";
const TOO_MANY: &str = "numpress data holds more values than declared";

/// Linear prediction: each value from the two before it, plus a difference. For m/z.
pub(super) fn linear(bytes: &[u8], limit: usize) -> Result<Vec<f64>, String> {
    let (scale, rest) = fixed_point(bytes)?;
    let mut values = Vec::new();
    let (mut before, mut last) = (0_i64, 0_i64);
    let mut rest = rest;
    for _ in 0..2 {
        if rest.is_empty() {
            return Ok(values);
        }
        let (head, behind) = rest.split_first_chunk::<4>().ok_or(CUT)?;
        (before, last) = (last, i64::from(u32::from_le_bytes(*head)));
        rest = behind;
        push(&mut values, last as f64 / scale, limit)?;
    }
    let mut halves = HalfBytes::new(rest);
    while let Some(difference) = halves.next_int()? {
        let next = last
            .checked_mul(2)
            .and_then(|twice| twice.checked_sub(before))
            .and_then(|ahead| ahead.checked_add(i64::from(difference)))
            .ok_or("numpress values overflow")?;
        (before, last) = (last, next);
        push(&mut values, next as f64 / scale, limit)?;
    }
    Ok(values)
}

/// Positive integers, packed. For ion counts.
pub(super) fn pic(bytes: &[u8], limit: usize) -> Result<Vec<f64>, String> {
    let mut values = Vec::new();
    let mut halves = HalfBytes::new(bytes);
    while let Some(value) = halves.next_int()? {
        push(&mut values, f64::from(value.cast_unsigned()), limit)?;
    }
    Ok(values)
}

/// Logarithms as 16-bit numbers. For intensities.
pub(super) fn slof(bytes: &[u8], limit: usize) -> Result<Vec<f64>, String> {
    let (scale, rest) = fixed_point(bytes)?;
    let (pairs, odd) = rest.as_chunks::<2>();
    if !odd.is_empty() {
        return Err(CUT.to_owned());
    }
    let mut values = Vec::new();
    for pair in pairs {
        let logarithm = f64::from(u16::from_le_bytes(*pair)) / scale;
        push(&mut values, logarithm.exp() - 1.0, limit)?;
    }
    Ok(values)
}

/// The scale all values were multiplied with: an `f64` with its highest byte first.
fn fixed_point(bytes: &[u8]) -> Result<(f64, &[u8]), String> {
    let (head, rest) = bytes.split_first_chunk::<8>().ok_or(CUT)?;
    let scale = f64::from_be_bytes(*head);
    if scale.is_finite() && scale > 0.0 {
        Ok((scale, rest))
    } else {
        Err(format!("numpress scale {scale} is not above 0"))
    }
}

fn push(values: &mut Vec<f64>, value: f64, limit: usize) -> Result<(), String> {
    if values.len() == limit {
        return Err(TOO_MANY.to_owned());
    }
    values.push(value);
    Ok(())
}

/// Integers in half bytes: one says how many leading halves are all zeros (0 to 8) or all ones
/// (9 to 15, less 8), the others follow from the lowest.
struct HalfBytes<'a> {
    bytes: &'a [u8],
    /// Position in half bytes.
    at: usize,
}

impl<'a> HalfBytes<'a> {
    fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, at: 0 }
    }

    fn next(&mut self) -> Option<u32> {
        let byte = *self.bytes.get(self.at / 2)?;
        let half = if self.at.is_multiple_of(2) {
            byte >> 4
        } else {
            byte & 0xf
        };
        self.at += 1;
        Some(u32::from(half))
    }

    fn next_int(&mut self) -> Result<Option<i32>, String> {
        let is_last_half = self.at + 1 == 2 * self.bytes.len();
        let Some(head) = self.next() else {
            return Ok(None);
        };
        // A lone 0 cannot start a number, since 8 halves would have to follow: it fills the byte.
        if is_last_half && head == 0 {
            return Ok(None);
        }
        let (n_filled, fill) = if head <= 8 {
            (head, 0)
        } else {
            (head - 8, u32::MAX)
        };
        let mut value = match n_filled {
            0 => 0,
            n => fill & (u32::MAX << (32 - 4 * n)),
        };
        for place in 0..8 - n_filled {
            value |= self.next().ok_or(CUT)? << (4 * place);
        }
        Ok(Some(value.cast_signed()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packed_integers_are_read() {
        // 0 is the half 8; 1 is 7, 1; 0x12 is 6, 2, 1; the last half fills the byte.
        assert_eq!(pic(&[0x87, 0x16, 0x21], 9), Ok(vec![0.0, 1.0, 18.0]));
        assert_eq!(pic(&[0x80], 9), Ok(vec![0.0]));
        assert_eq!(pic(&[0x71, 0x82], 9), Err(CUT.to_owned()));
        assert_eq!(pic(&[0x88; 4], 3), Err(TOO_MANY.to_owned()));
    }

    #[test]
    fn linear_continues_the_line() {
        // Scale 10; 100 and 110, then differences 0 and -1 (half 15, then 15): 120, 129.
        let mut bytes = 10.0_f64.to_be_bytes().to_vec();
        bytes.extend_from_slice(&1000_u32.to_le_bytes());
        bytes.extend_from_slice(&1100_u32.to_le_bytes());
        bytes.extend_from_slice(&[0x8f, 0xf0]);
        assert_eq!(linear(&bytes, 9), Ok(vec![100.0, 110.0, 120.0, 129.9]));
        assert!(linear(&bytes[..14], 9).is_err());
        assert_eq!(linear(&bytes[..12], 9), Ok(vec![100.0]));
    }

    #[test]
    fn slof_is_a_logarithm() {
        let mut bytes = 1000.0_f64.to_be_bytes().to_vec();
        bytes.extend_from_slice(&0_u16.to_le_bytes());
        bytes.extend_from_slice(&2398_u16.to_le_bytes());
        let values = slof(&bytes, 9).unwrap();
        assert_eq!(values.first(), Some(&0.0));
        assert!((values[1] - 10.0).abs() < 0.01);
        assert!(slof(&[0; 10], 9).is_err());
    }
}
