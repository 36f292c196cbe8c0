//! Binary arrays of mzML: base64, zlib and numbers, never more of them than the element declares.

use super::numpress;
use super::prediction;
use crate::domain::Peak;
use crate::formats::Fault;
use crate::formats::coded::{base64, inflate};
use crate::formats::limits::MAX_PEAKS;
use crate::formats::peak_line::checked;
use mzdata::spectrum::bindata::{
    ArrayType, BinaryArrayMap, BinaryCompressionType, BinaryDataArrayType, DataArray,
};

/// Widest number of an array.
const MAX_NUMBER_BYTES: usize = 8;

/// What numpress adds at most to the numbers themselves.
const NUMPRESS_HEAD_BYTES: usize = 64;

/// The peaks of a spectrum that declares `n_points`.
pub(super) fn peaks(arrays: &BinaryArrayMap, n_points: usize) -> Result<Vec<Peak>, Fault> {
    if n_points > MAX_PEAKS {
        return Err(Fault::TooManyPeaks);
    }
    let mz = numbers(arrays, &ArrayType::MZArray, "m/z", n_points)?;
    let intensity = numbers(arrays, &ArrayType::IntensityArray, "intensity", n_points)?;
    for read in [mz.len(), intensity.len()] {
        if read != n_points {
            let (declared, read) = (n_points as u64, read as u64);
            return Err(Fault::PeakCount { declared, read });
        }
    }
    mz.into_iter()
        .zip(intensity)
        .map(|(mz, intensity)| checked(mz, intensity))
        .collect()
}

fn numbers(
    arrays: &BinaryArrayMap,
    kind: &ArrayType,
    name: &'static str,
    n_points: usize,
) -> Result<Vec<f64>, Fault> {
    match arrays.get(kind) {
        Some(array) => decode(array, n_points).map_err(|reason| Fault::Array {
            array: name,
            reason,
        }),
        None if n_points == 0 => Ok(Vec::new()),
        None => Err(Fault::Array {
            array: name,
            reason: "missing".to_owned(),
        }),
    }
}

#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "what is not decoded here is refused, whatever the crate adds"
)]
fn decode(array: &DataArray, n_points: usize) -> Result<Vec<f64>, String> {
    use BinaryCompressionType as Compression;
    let coded = base64(&array.data)?;
    if coded.is_empty() {
        return Ok(Vec::new());
    }
    let limit = n_points * MAX_NUMBER_BYTES;
    let numpress_limit = limit + NUMPRESS_HEAD_BYTES;
    match array.compression {
        Compression::NoCompression => plain(&coded, array.dtype),
        Compression::Zlib => plain(&inflate(&coded, limit)?, array.dtype),
        Compression::DeltaPrediction => plain(&coded, array.dtype).map(prediction::delta),
        Compression::LinearPrediction => plain(&coded, array.dtype).map(prediction::linear),
        Compression::NumpressLinear => numpress::linear(&coded, n_points),
        Compression::NumpressPIC => numpress::pic(&coded, n_points),
        Compression::NumpressSLOF => numpress::slof(&coded, n_points),
        Compression::NumpressLinearZlib => {
            numpress::linear(&inflate(&coded, numpress_limit)?, n_points)
        }
        Compression::NumpressPICZlib => numpress::pic(&inflate(&coded, numpress_limit)?, n_points),
        Compression::NumpressSLOFZlib => {
            numpress::slof(&inflate(&coded, numpress_limit)?, n_points)
        }
        other => Err(format!(
            "coded as {other:?}, which is not supported; use zlib"
        )),
    }
}

fn plain(bytes: &[u8], dtype: BinaryDataArrayType) -> Result<Vec<f64>, String> {
    fn each<const N: usize>(
        bytes: &[u8],
        value: impl Fn([u8; N]) -> f64,
    ) -> Result<Vec<f64>, String> {
        let (whole, rest) = bytes.as_chunks::<N>();
        if rest.is_empty() {
            Ok(whole.iter().map(|&b| value(b)).collect())
        } else {
            Err(format!(
                "{} bytes are no whole number of {N}-byte values",
                bytes.len()
            ))
        }
    }
    match dtype {
        BinaryDataArrayType::Float64 => each(bytes, f64::from_le_bytes),
        BinaryDataArrayType::Float32 => each(bytes, |b| f64::from(f32::from_le_bytes(b))),
        BinaryDataArrayType::Int32 => each(bytes, |b| f64::from(i32::from_le_bytes(b))),
        BinaryDataArrayType::Int64 => each(bytes, |b| i64::from_le_bytes(b) as f64),
        BinaryDataArrayType::Unknown | BinaryDataArrayType::ASCII => {
            Err("says nothing of its numbers' type".to_owned())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_of_every_width() {
        let of = |dtype, bytes: &[u8]| plain(bytes, dtype);
        assert_eq!(
            of(BinaryDataArrayType::Float64, &1.5_f64.to_le_bytes()),
            Ok(vec![1.5])
        );
        assert_eq!(
            of(BinaryDataArrayType::Float32, &1.5_f32.to_le_bytes()),
            Ok(vec![1.5])
        );
        assert_eq!(
            of(BinaryDataArrayType::Int32, &7_i32.to_le_bytes()),
            Ok(vec![7.0])
        );
        assert_eq!(
            of(BinaryDataArrayType::Int64, &7_i64.to_le_bytes()),
            Ok(vec![7.0])
        );
        assert!(of(BinaryDataArrayType::Float64, &[0; 7]).is_err());
    }
}
