//! How large anything read from a file may be.
//!
//! A file decides nothing about memory by what it declares: each of these is checked before room
//! is made.

/// Bytes looked at to tell what a file is.
pub(super) const HEAD_BYTES: usize = 128 * 1024;

/// Bytes of one line of text. Records that put all their peaks on one line stay well below.
pub const MAX_LINE_BYTES: usize = 4 * 1024 * 1024;

/// Peaks of one record. Profile scans of the largest instruments hold some hundred thousand.
pub const MAX_PEAKS: usize = 2_000_000;

/// Peaks a record gets room for on the strength of its own declaration; beyond it, room grows
/// with what is really read.
pub(super) const DECLARED_PEAKS_TRUSTED: usize = 4096;

/// Bytes of one `<spectrum>` element of mzML: [`MAX_PEAKS`] in two 64-bit arrays, in base64.
pub const MAX_ELEMENT_BYTES: usize = 64 * 1024 * 1024;

/// Bytes of what stands before the spectra of an mzML file.
pub(super) const MAX_HEADER_BYTES: usize = 64 * 1024 * 1024;

/// Characters of damaged text that an error message repeats.
pub(super) const SNIPPET_CHARS: usize = 60;
