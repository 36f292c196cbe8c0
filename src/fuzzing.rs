//! What fuzz targets call; only there where they are built (`--cfg fuzzing`).

use crate::formats::{self, ReadError, SpectrumReader};
use std::io::Cursor;
use std::path::Path;

/// Reads `bytes` to their end as what `format` names (a target's name), whatever they look like.
///
/// # Panics
/// Where what is read breaks a promise of the readers.
pub fn read_as(format: &str, bytes: &[u8]) {
    let reader = formats::read_as(format, Path::new("fuzz"), bytes.to_vec());
    to_the_end(reader, bytes.len(), |index, n| index == n);
}

/// Reads `bytes` to their end as what they look like, `max_bytes` of them once they are unpacked.
///
/// # Panics
/// Where what is read breaks a promise of the readers.
pub fn read_any(bytes: &[u8], max_bytes: u64) {
    let sent = Cursor::new(bytes.to_vec());
    let reader = formats::read(Path::new("fuzz"), sent, max_bytes);
    let most = usize::try_from(max_bytes).unwrap_or(usize::MAX);
    // The files of an archive are numbered each from 0.
    to_the_end(reader, most, |index, n| index <= n);
}

/// Reads `bytes` as a request for a search: a line of the content type, one of the parameters, and
/// the body; and the file in it, `max_bytes` of it once it is unpacked.
///
/// # Panics
/// As [`read_any`].
pub fn read_request(bytes: &[u8], max_bytes: u64) {
    if let Some(file) = crate::serve::read_request(bytes) {
        read_any(&file, max_bytes);
    }
}

/// `numbered` says whether a spectrum may have an index as the n-th item.
fn to_the_end(
    reader: Result<Box<dyn SpectrumReader>, ReadError>,
    n_bytes: usize,
    numbered: impl Fn(usize, usize) -> bool,
) {
    let Ok(reader) = reader else { return };
    let mut fatal = false;
    for (n, item) in reader.enumerate() {
        assert!(!fatal, "an item after a fatal error");
        assert!(n <= n_bytes, "more records than bytes");
        match item {
            Err(error) => {
                fatal = error.is_fatal();
                assert!(error.to_string().len() < 10_000, "an endless message");
            }
            Ok(formats::Record::Spectrum(spectrum)) => {
                let index = spectrum.origin.index;
                assert!(numbered(index, n), "record {n} is numbered {index}");
            }
            Ok(formats::Record::OtherScan { .. }) => {}
        }
    }
}
