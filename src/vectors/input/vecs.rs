//! `.fvecs`, `.bvecs` and `.ivecs`: each row its dimension as a 32-bit integer, then its numbers.

use super::body::{Mapped, map};
use super::element::Element;
use crate::vectors::VectorsError;
use std::path::Path;

/// Bytes of the dimension before each row.
const PREFIX: usize = 4;

/// Maps the file and checks the dimension of every row. Gives rows and dimension.
pub(super) fn open(
    name: &str,
    path: &Path,
    element: Element,
) -> Result<(usize, usize, Mapped), VectorsError> {
    let map = map(path)?;
    let len = map.len();
    let dim_at = |at: usize| {
        map.get(at..)
            .and_then(<[u8]>::first_chunk)
            .map(|b| i32::from_le_bytes(*b))
    };
    let truncated = |expected: usize| VectorsError::Truncated {
        name: name.to_owned(),
        expected: expected as u64,
        found: len as u64,
    };
    let dim = match dim_at(0) {
        Some(dim) if dim > 0 => dim as usize,
        Some(dim) => {
            return Err(VectorsError::Structure {
                name: name.to_owned(),
                fault: format!("its first row claims {dim} numbers"),
            });
        }
        None => return Err(truncated(PREFIX)),
    };
    let stride = PREFIX + dim * element.size();
    let mut row = 0;
    while row * stride < len {
        match dim_at(row * stride) {
            Some(found) if found as usize != dim => {
                return Err(VectorsError::MixedDimensions {
                    name: name.to_owned(),
                    row,
                    found: found as usize,
                    expected: dim,
                });
            }
            Some(_) if (row + 1) * stride <= len => row += 1,
            _ => return Err(truncated((row + 1) * stride)),
        }
    }
    let mapped = Mapped {
        map,
        start: PREFIX,
        stride,
        element,
    };
    Ok((row, dim, mapped))
}
