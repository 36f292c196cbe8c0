//! The kinds of number a file of vectors may hold, and their conversion to single precision.

/// A little-endian number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Element {
    F16,
    F32,
    F64,
    I8,
    U8,
    I16,
    U16,
    I32,
    U32,
    I64,
    U64,
}

impl Element {
    /// From the type text of a `.npy` header, for instance `<f4`. Big-endian kinds are none.
    pub(super) fn from_npy(descr: &str) -> Option<Self> {
        Some(match descr {
            "<f2" => Self::F16,
            "<f4" => Self::F32,
            "<f8" => Self::F64,
            "|i1" | "<i1" => Self::I8,
            "|u1" | "<u1" => Self::U8,
            "<i2" => Self::I16,
            "<u2" => Self::U16,
            "<i4" => Self::I32,
            "<u4" => Self::U32,
            "<i8" => Self::I64,
            "<u8" => Self::U64,
            _ => return None,
        })
    }

    /// Bytes per number.
    pub(super) fn size(self) -> usize {
        match self {
            Self::I8 | Self::U8 => 1,
            Self::F16 | Self::I16 | Self::U16 => 2,
            Self::F32 | Self::I32 | Self::U32 => 4,
            Self::F64 | Self::I64 | Self::U64 => 8,
        }
    }

    /// Converts `into.len()` numbers from the start of `bytes`.
    pub(super) fn to_f32(self, bytes: &[u8], into: &mut [f32]) {
        macro_rules! convert {
            ($type:ty) => {
                convert(bytes, into, |b| <$type>::from_le_bytes(b) as f32)
            };
        }
        match self {
            Self::F16 => convert(bytes, into, |b| half_to_f32(u16::from_le_bytes(b))),
            Self::F32 => convert(bytes, into, f32::from_le_bytes),
            Self::F64 => convert!(f64),
            Self::I8 => convert!(i8),
            Self::U8 => convert!(u8),
            Self::I16 => convert!(i16),
            Self::U16 => convert!(u16),
            Self::I32 => convert!(i32),
            Self::U32 => convert!(u32),
            Self::I64 => convert!(i64),
            Self::U64 => convert!(u64),
        }
    }

    /// The whole number at the start of `bytes`; none where numbers are not whole.
    pub(super) fn to_integer(self, bytes: &[u8]) -> Option<i128> {
        macro_rules! convert {
            ($type:ty) => {
                bytes
                    .first_chunk()
                    .map(|number| i128::from(<$type>::from_le_bytes(*number)))
            };
        }
        match self {
            Self::F16 | Self::F32 | Self::F64 => None,
            Self::I8 => convert!(i8),
            Self::U8 => convert!(u8),
            Self::I16 => convert!(i16),
            Self::U16 => convert!(u16),
            Self::I32 => convert!(i32),
            Self::U32 => convert!(u32),
            Self::I64 => convert!(i64),
            Self::U64 => convert!(u64),
        }
    }
}

/// Fills `into` with numbers of `N` bytes each.
fn convert<const N: usize>(bytes: &[u8], into: &mut [f32], number: impl Fn([u8; N]) -> f32) {
    let (numbers, _) = bytes.as_chunks::<N>();
    for (into, bytes) in into.iter_mut().zip(numbers) {
        *into = number(*bytes);
    }
}

/// IEEE 754 half precision; every value has an exact single-precision one.
fn half_to_f32(half: u16) -> f32 {
    let sign = if half >> 15 == 0 { 1.0 } else { -1.0 };
    let exponent = i32::from(half >> 10 & 0x1f);
    let fraction = f32::from(half & 0x3ff);
    sign * match exponent {
        0 => fraction * 2.0_f32.powi(-24),
        31 if fraction == 0.0 => f32::INFINITY,
        31 => f32::NAN,
        _ => (1024.0 + fraction) * 2.0_f32.powi(exponent - 25),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn half_precision_is_exact() {
        let cases = [
            (0x3c00, 1.0),
            (0xc000, -2.0),
            (0x3555, 0.333_251_95),
            (0x0001, 5.960_464_5e-8),
            (0x7bff, 65504.0),
            (0x7c00, f32::INFINITY),
        ];
        for (half, expected) in cases {
            assert_eq!(half_to_f32(half), expected, "{half:#x}");
        }
        assert!(half_to_f32(0x7e00).is_nan());
    }

    #[test]
    fn kinds_convert() {
        let mut out = [0.0; 2];
        Element::F64.to_f32(
            &[1.5_f64.to_le_bytes(), (-3.0_f64).to_le_bytes()].concat(),
            &mut out,
        );
        assert_eq!(out, [1.5, -3.0]);
        Element::I8.to_f32(&[0xff, 7], &mut out);
        assert_eq!(out, [-1.0, 7.0]);
        assert_eq!(Element::I64.to_integer(&(-1_i64).to_le_bytes()), Some(-1));
        assert_eq!(Element::F32.to_integer(&[0; 4]), None);
    }
}
