//! Whether numbers are small enough: looked at once for each row of a set, so without a branch for each.

/// Numbers looked at before one of them is looked for.
const AT_ONCE: usize = 4096;

/// Bits of a number without its sign. They order as magnitudes do, with what is not a number last.
const MAGNITUDE: u32 = 0x7fff_ffff;

/// The position of the first of `values` that is not a number, or of a magnitude above `most`.
pub(crate) fn first_beyond(values: &[f32], most: f32) -> Option<usize> {
    let magnitude = |value: &f32| value.to_bits() & MAGNITUDE;
    let most = most.to_bits();
    let mut chunks = values.chunks(AT_ONCE).enumerate();
    let (chunk_idx, chunk) = chunks.find(|(_, chunk)| {
        let greatest = chunk.iter().map(magnitude).fold(0, u32::max);
        greatest > most
    })?;
    let at = chunk.iter().position(|value| magnitude(value) > most)?;
    Some(chunk_idx * AT_ONCE + at)
}

/// The position of the first of `values` that is infinite or not a number.
pub(crate) fn first_not_finite(values: &[f32]) -> Option<usize> {
    first_beyond(values, f32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_is_no_number_is_beyond_everything() {
        assert_eq!(first_not_finite(&[]), None);
        assert_eq!(first_not_finite(&[0.0, -0.0, f32::MAX, f32::MIN]), None);
        for bad in [f32::NAN, -f32::NAN, f32::INFINITY, f32::NEG_INFINITY] {
            let mut values = vec![1.0; 3 * AT_ONCE];
            values[AT_ONCE + 7] = bad;
            values[2 * AT_ONCE] = bad;
            assert_eq!(first_not_finite(&values), Some(AT_ONCE + 7));
            assert_eq!(first_beyond(&[bad], f32::MAX), Some(0));
        }
    }

    proptest! {
        #[test]
        fn it_is_the_first(values in prop::collection::vec(prop_oneof![-3.0_f32..3.0, any::<f32>()], 0..40), most in 0.0_f32..4.0) {
            let beyond = |value: &f32| value.is_nan() || value.abs() > most;
            prop_assert_eq!(first_beyond(&values, most), values.iter().position(beyond));
            let infinite = |value: &f32| !value.is_finite();
            prop_assert_eq!(first_not_finite(&values), values.iter().position(infinite));
        }
    }
}
