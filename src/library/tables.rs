//! Entries and peaks of all segments of a library, by row of the library.

use super::{EntryColumns, EntryText};
use crate::domain::{Charge, Precursor};
use crate::similarity::{PeakColumns, View};
use std::borrow::Cow;

/// Where each segment starts, and the end of the last.
#[derive(Debug)]
struct Starts(Vec<u32>);

impl Starts {
    fn of(lengths: impl Iterator<Item = usize>) -> Self {
        let mut starts = vec![0];
        let mut end = 0;
        for length in lengths {
            end += length as u32;
            starts.push(end);
        }
        Self(starts)
    }

    /// The segment of `row`, and its row there.
    fn locate(&self, row: u32) -> (usize, u32) {
        if self.0.len() == 2 {
            return (0, row);
        }
        let segment = self.0.partition_point(|&start| start <= row) - 1;
        (segment, row - self.0[segment])
    }

    fn n_rows(&self) -> usize {
        self.0.last().map_or(0, |&end| end as usize)
    }
}

/// What a library knows of its entries beside their peaks.
#[derive(Debug)]
pub struct EntryTable {
    starts: Starts,
    segments: Vec<EntryColumns>,
}

impl EntryTable {
    pub(super) fn new(segments: Vec<EntryColumns>) -> Self {
        Self {
            starts: Starts::of(segments.iter().map(EntryColumns::len)),
            segments,
        }
    }

    fn at(&self, row: u32) -> (&EntryColumns, u32) {
        let (segment, row) = self.starts.locate(row);
        (&self.segments[segment], row)
    }

    /// The columns of each segment.
    pub fn segments(&self) -> &[EntryColumns] {
        &self.segments
    }

    /// The columns that hold `row`, and its row there.
    pub fn locate(&self, row: u32) -> (&EntryColumns, u32) {
        self.at(row)
    }

    /// Number of entries.
    pub fn len(&self) -> usize {
        self.starts.n_rows()
    }

    /// Whether there is no entry.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Number of decoys.
    pub fn n_decoys(&self) -> usize {
        self.segments.iter().map(EntryColumns::n_decoys).sum()
    }

    /// Number of entries that may be an answer.
    pub fn n_targets(&self) -> usize {
        self.len() - self.n_decoys()
    }

    /// Rows of the entries that may be an answer.
    pub fn targets(&self) -> impl Iterator<Item = u32> + '_ {
        let starts = self.starts.0.iter();
        (starts.zip(&self.segments)).flat_map(|(&start, s)| start..start + s.n_targets() as u32)
    }

    /// Whether `row` is a decoy: never an answer.
    pub fn is_decoy(&self, row: u32) -> bool {
        let (entries, row) = self.at(row);
        entries.is_decoy(row)
    }

    /// Precursor m/z of `row`, where known.
    pub fn precursor_mz(&self, row: u32) -> Option<f64> {
        let (entries, row) = self.at(row);
        entries.precursor_mz(row)
    }

    /// The isolated ion of `row`, where its m/z is known.
    pub fn precursor(&self, row: u32) -> Option<Precursor> {
        let (entries, row) = self.at(row);
        entries.precursor(row)
    }

    /// Charge of `row`, where known.
    pub fn charge(&self, row: u32) -> Option<Charge> {
        let (entries, row) = self.at(row);
        entries.charge(row)
    }

    /// Polarity of `row` as 1, -1 or 0 for unknown.
    pub fn polarity_sign(&self, row: u32) -> i8 {
        let (entries, row) = self.at(row);
        entries.polarity_sign(row)
    }

    /// Retention time of `row` in seconds, where known.
    pub fn retention_time(&self, row: u32) -> Option<f64> {
        let (entries, row) = self.at(row);
        entries.retention_time(row)
    }

    /// Retention index of `row`, where known.
    pub fn retention_index(&self, row: u32) -> Option<f64> {
        let (entries, row) = self.at(row);
        entries.retention_index(row)
    }

    /// A text of `row`; empty where unknown.
    pub fn text(&self, text: EntryText, row: u32) -> Cow<'_, str> {
        let (entries, row) = self.at(row);
        entries.text(text, row)
    }

    /// Asks memory for the texts of `row` that a report tells, which will be read in a while.
    pub fn prefetch_texts(&self, row: u32) {
        let (entries, row) = self.at(row);
        entries.prefetch_texts(row);
    }

    /// What `row` is a spectrum of: see [`EntryColumns::identity`].
    pub fn identity(&self, row: u32) -> Option<String> {
        let (entries, row) = self.at(row);
        entries.identity(row)
    }

    /// The same as a number: see [`EntryColumns::identity_number`].
    pub fn identity_number(&self, row: u32) -> Option<u64> {
        let (entries, row) = self.at(row);
        entries.identity_number(row)
    }
}

/// The peaks of a library's entries.
#[derive(Debug)]
pub struct PeakTable {
    starts: Starts,
    segments: Vec<PeakColumns>,
}

impl PeakTable {
    pub(super) fn new(segments: Vec<PeakColumns>) -> Self {
        Self {
            starts: Starts::of(segments.iter().map(PeakColumns::len)),
            segments,
        }
    }

    /// The columns of each segment.
    pub fn segments(&self) -> &[PeakColumns] {
        &self.segments
    }

    /// Number of spectra.
    pub fn len(&self) -> usize {
        self.starts.n_rows()
    }

    /// Whether there is no spectrum.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Number of peaks of all spectra.
    pub fn n_peaks(&self) -> usize {
        self.segments.iter().map(PeakColumns::n_peaks).sum()
    }

    /// The peaks of `row`; its precursor is kept elsewhere and passed through.
    pub fn view(&self, row: u32, precursor: Option<Precursor>) -> View<'_> {
        let (segment, row) = self.starts.locate(row);
        self.segments[segment].view(row, precursor)
    }

    /// Asks memory for the peaks of `row`, which will be compared in a while.
    pub fn prefetch(&self, row: u32) {
        let (segment, row) = self.starts.locate(row);
        self.segments[segment].prefetch(row);
    }
}
