//! Pictures as files: SVG, or PNG where the name asks for it.

use super::output;
use crate::failure::Failure;
use crate::plot::png;
use std::path::{Path, PathBuf};

/// The name of a picture, which says what it is.
pub(super) fn parse(text: &str) -> Result<PathBuf, String> {
    let path = PathBuf::from(text);
    let known = is_png(&path) || has_extension(&path, "svg");
    known
        .then_some(path)
        .ok_or_else(|| "name it .svg or .png".to_owned())
}

fn has_extension(path: &Path, extension: &str) -> bool {
    path.extension()
        .is_some_and(|found| found.eq_ignore_ascii_case(extension))
}

fn is_png(path: &Path) -> bool {
    has_extension(path, "png")
}

/// Writes `svg` whole or not at all.
pub(super) fn write(path: &Path, svg: &str) -> Result<(), Failure> {
    let bytes = if is_png(path) {
        png(svg)?
    } else {
        svg.as_bytes().to_vec()
    };
    output::put(path, &bytes)
}
