//! Vectors as a dataset of an HDF5 file: mapped where it lies in one piece, else read in blocks.

use super::body::{Body, Mapped, map};
use super::element::Element;
use crate::vectors::VectorsError;
use hdf5::types::{FloatSize, IntSize, TypeDescriptor};
use std::path::Path;

/// Deflate, the strongest filter there is everywhere, packs up to 1032 bytes into one. A dataset
/// that claims more than this many times what it stores has lost parts.
const MAX_PACKING: u64 = 1100;

/// Groups below this depth are not looked through for datasets to suggest.
const MAX_DEPTH: usize = 8;

/// Opens `dataset` of the file at `path`. Gives rows, dimension and where they are.
pub(super) fn open(
    name: &str,
    path: &Path,
    dataset: Option<&str>,
) -> Result<(usize, usize, Body), VectorsError> {
    let structure = |fault: String| VectorsError::Structure {
        name: name.to_owned(),
        fault,
    };
    // hdf5's own message for a missing file is a stack of calls.
    let file_len = fs_err::metadata(path)?.len();
    let file =
        hdf5::File::open(path).map_err(|e| structure(format!("cannot be read as HDF5: {e}")))?;
    let suggestion = || match matrices(&file, MAX_DEPTH).as_slice() {
        [] => "it holds no two-dimensional dataset".to_owned(),
        found => format!("name one of these: {}", found.join(", ")),
    };
    let Some(dataset) = dataset else {
        let text = format!("which dataset? write FILE.h5:dataset; {}", suggestion());
        return Err(structure(text));
    };
    let dataset = file
        .dataset(dataset)
        .map_err(|_| structure(format!("has no dataset {dataset:?}; {}", suggestion())))?;
    let [n_rows, dim] = dataset.shape()[..] else {
        let found = format!("{:?}", dataset.shape());
        return Err(VectorsError::Shape {
            name: name.to_owned(),
            found,
        });
    };
    let kind = dataset
        .dtype()
        .and_then(|t| Ok((t.to_descriptor()?, t.byte_order())));
    let (descriptor, order) = kind.map_err(|e| structure(e.to_string()))?;
    let Some(element) = element_of(&descriptor) else {
        let found = descriptor.to_string();
        return Err(VectorsError::ElementType {
            name: name.to_owned(),
            found,
        });
    };
    let bytes = (n_rows as u64)
        .saturating_mul(dim as u64)
        .saturating_mul(element.size() as u64);
    if bytes > dataset.storage_size().saturating_mul(MAX_PACKING) {
        return Err(VectorsError::Truncated {
            name: name.to_owned(),
            expected: bytes,
            found: dataset.storage_size(),
        });
    }
    let is_little = order == hdf5::datatype::ByteOrder::LittleEndian || element.size() == 1;
    let body = match dataset.offset() {
        Some(start) if !dataset.is_chunked() && is_little => {
            let end = start.saturating_add(bytes);
            if end > file_len {
                let (expected, found) = (end, file_len);
                return Err(VectorsError::Truncated {
                    name: name.to_owned(),
                    expected,
                    found,
                });
            }
            Body::Mapped(Mapped {
                map: map(path)?,
                start: start as usize,
                stride: dim * element.size(),
                element,
            })
        }
        _ => Body::Dataset(dataset),
    };
    Ok((n_rows, dim, body))
}

#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "whatever kinds HDF5 gains, they are no numbers of ours until they stand here"
)]
fn element_of(descriptor: &TypeDescriptor) -> Option<Element> {
    Some(match descriptor {
        TypeDescriptor::Float(FloatSize::U4) => Element::F32,
        TypeDescriptor::Float(FloatSize::U8) => Element::F64,
        TypeDescriptor::Integer(IntSize::U1) => Element::I8,
        TypeDescriptor::Integer(IntSize::U2) => Element::I16,
        TypeDescriptor::Integer(IntSize::U4) => Element::I32,
        TypeDescriptor::Integer(IntSize::U8) => Element::I64,
        TypeDescriptor::Unsigned(IntSize::U1) => Element::U8,
        TypeDescriptor::Unsigned(IntSize::U2) => Element::U16,
        TypeDescriptor::Unsigned(IntSize::U4) => Element::U32,
        TypeDescriptor::Unsigned(IntSize::U8) => Element::U64,
        _ => return None,
    })
}

/// Names of two-dimensional datasets in `group`, as they would be written after the colon.
fn matrices(group: &hdf5::Group, depth: usize) -> Vec<String> {
    let mut found: Vec<String> = group
        .datasets()
        .unwrap_or_default()
        .iter()
        .filter(|dataset| dataset.ndim() == 2)
        .map(|dataset| dataset.name().trim_start_matches('/').to_owned())
        .collect();
    if depth > 0 {
        for inner in group.groups().unwrap_or_default() {
            found.extend(matrices(&inner, depth - 1));
        }
    }
    found
}
