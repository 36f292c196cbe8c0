//! What can be wrong with the arrays an index is put together from, and the checks that find it.
//!
//! Every check a scan relies on is made here, once, so that the scan needs none. All are single
//! passes, and none allocates more than a bit per row.

use super::beyond::first_not_finite;

/// Why parts are not an index.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PartsError {
    /// Rows without coordinates.
    #[error("the dimension is 0")]
    NoDimension,
    /// Row numbers are `u32`.
    #[error("{0} rows are more than an index can number")]
    TooManyRows(usize),
    /// An array does not have the length the others call for.
    #[error("{part} hold {found} values where {expected} are expected")]
    Length {
        /// The array.
        part: &'static str,
        /// Its length.
        found: usize,
        /// The length that fits the other parts.
        expected: usize,
    },
    /// An array is not a whole number of rows.
    #[error("{part} hold {found} values, not a multiple of {row}")]
    Ragged {
        /// The array.
        part: &'static str,
        /// Its length.
        found: usize,
        /// The length of one of its rows.
        row: usize,
    },
    /// A number that is not finite.
    #[error("{part} hold a value that is not finite at position {at}")]
    NotFinite {
        /// The array.
        part: &'static str,
        /// Where.
        at: usize,
    },
    /// List offsets do not rise from 0 to the number of rows.
    #[error("the offsets of list {list} do not fit between 0 and the number of rows")]
    Offsets {
        /// The first list that does not fit.
        list: usize,
    },
    /// A list names a row that is not there.
    #[error("position {at} of the lists names row {row} of {n_rows}")]
    RowOutOfRange {
        /// Where.
        at: usize,
        /// The row named.
        row: u32,
        /// How many there are.
        n_rows: usize,
    },
    /// The rows of a list do not ascend.
    #[error("row {row} at position {at} of the lists does not follow a lower one")]
    RowOrder {
        /// Where.
        at: usize,
        /// The row named.
        row: u32,
    },
    /// A row stands in two lists, and so another in none.
    #[error("row {row} stands in two lists")]
    RowTwice {
        /// The row.
        row: u32,
    },
    /// The number of sub-spaces does not suit the dimension.
    #[error("{n_sub} sub-spaces do not fit {dim} coordinates")]
    SubSpaces {
        /// Sub-spaces asked for.
        n_sub: usize,
        /// Coordinates there are.
        dim: usize,
    },
    /// An order of coordinates that does not name each once.
    #[error("the order of the coordinates does not name each of them once")]
    CoordinateOrder,
    /// A codebook with more entries than a byte can name, or none for rows that need one.
    #[error("{0} codewords per sub-space are not a number from 1 to 256")]
    Codewords(usize),
    /// Directions that do not have unit length, or are not at right angles to one another.
    #[error("direction {direction} is not of unit length and at right angles to the others")]
    NotOrthonormal {
        /// The first such direction.
        direction: usize,
    },
    /// A reordering that does not name each coordinate once.
    #[error("coordinate {coordinate} at position {at} of the order is out of range or named twice")]
    Coordinate {
        /// Where.
        at: usize,
        /// The coordinate named.
        coordinate: u32,
    },
    /// Postings that do not tile their array, or that name rows out of order or beyond the block.
    #[error("the postings of block {block} do not fit together")]
    Postings {
        /// The first block that does not fit.
        block: usize,
    },
    /// A code without a codeword.
    #[error("code {code} at position {at} is beyond the {n_codewords} codewords")]
    Code {
        /// Where.
        at: usize,
        /// The code.
        code: u8,
        /// Codewords per sub-space.
        n_codewords: usize,
    },
}

/// Row numbers must fit `u32` with room for an exclusive end.
pub(super) fn check_n_rows(n_rows: usize) -> Result<(), PartsError> {
    if n_rows > u32::MAX as usize {
        return Err(PartsError::TooManyRows(n_rows));
    }
    Ok(())
}

pub(super) fn check_len(
    part: &'static str,
    found: usize,
    expected: usize,
) -> Result<(), PartsError> {
    if found != expected {
        return Err(PartsError::Length {
            part,
            found,
            expected,
        });
    }
    Ok(())
}

/// The number of rows of `row` values in an array of `found` values.
pub(super) fn count_rows(
    part: &'static str,
    found: usize,
    row: usize,
) -> Result<usize, PartsError> {
    if row == 0 || !found.is_multiple_of(row) {
        return Err(PartsError::Ragged { part, found, row });
    }
    Ok(found / row)
}

pub(super) fn check_finite(part: &'static str, values: &[f32]) -> Result<(), PartsError> {
    match first_not_finite(values) {
        Some(at) => Err(PartsError::NotFinite { part, at }),
        None => Ok(()),
    }
}

/// Squared norms: one per row where the metric calls for them, and all finite.
pub(super) fn check_norms(norms: &[f32], expected: usize) -> Result<(), PartsError> {
    check_len("norms", norms.len(), expected)?;
    check_finite("norms", norms)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_say_what_was_found_and_expected() {
        let error = check_len("codes", 3, 8).unwrap_err();
        assert_eq!(
            error.to_string(),
            "codes hold 3 values where 8 are expected"
        );
        assert!(count_rows("centroids", 7, 2).is_err());
        assert_eq!(count_rows("centroids", 0, 2), Ok(0));
        assert!(check_finite("norms", &[1.0, f32::NAN]).is_err());
    }
}
