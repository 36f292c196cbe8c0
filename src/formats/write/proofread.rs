//! Records are read again before they are written out.

use super::{Membership, SpectrumWriter, Written};
use crate::domain::Spectrum;
use crate::formats::{self, Record};
use rayon::prelude::*;
use std::io::{self, Cursor, Write};
use std::path::Path;

/// How a record is put into words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Wording {
    /// As other programs write it.
    Plain,
    /// No field in a line of its own word: none can be taken for anything else.
    Guarded,
}

/// Words of one format.
pub(super) trait Dialect: Sync {
    /// What stands before the records.
    fn header(&self) -> String;

    /// Appends the record of `spectrum`, the one of `number` in the file, from 1.
    fn record(&self, spectrum: &Spectrum, number: u64, wording: Wording, out: &mut String);

    /// What is written of `spectrum`, which is in a cluster.
    fn in_cluster(&mut self, spectrum: Spectrum, number: u64, cluster: &Membership) -> Spectrum;

    /// What stands behind the records.
    fn footer(&self) -> String;
}

/// A spectrum that a format cannot hold as it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unfaithful {
    /// What it is called.
    pub id: String,
    /// What comes back otherwise.
    pub what: &'static str,
}

/// Spectra read again at once.
const BLOCK: usize = 256;

/// Spectra told of by name.
const MOST_NAMED: usize = 10;

/// Writes records of a dialect, each of which was read again.
pub(super) struct Proofread<'a, D> {
    dialect: D,
    out: Box<dyn Write + 'a>,
    held: Vec<Spectrum>,
    written: Written,
}

impl<'a, D: Dialect> Proofread<'a, D> {
    pub(super) fn begin(dialect: D, mut out: Box<dyn Write + 'a>) -> io::Result<Self> {
        out.write_all(dialect.header().as_bytes())?;
        Ok(Self {
            dialect,
            out,
            held: Vec::with_capacity(BLOCK),
            written: Written::default(),
        })
    }

    fn flush(&mut self) -> io::Result<()> {
        let held = std::mem::take(&mut self.held);
        let first = self.written.n_spectra + 1;
        let dialect = &self.dialect;
        let word = |(at, spectrum): (usize, &Spectrum), wording| {
            let mut text = String::new();
            dialect.record(spectrum, first + at as u64, wording, &mut text);
            text
        };
        let mut texts: Vec<String> = held
            .par_iter()
            .enumerate()
            .map(|one| word(one, Wording::Plain))
            .collect();
        let back = read_again(dialect, &texts.concat());
        let is_whole = back.len() == held.len();
        let same = |(one, back): (&Spectrum, &Spectrum)| difference(one, back).is_none();
        let mut unfaithful: Vec<Unfaithful> = Vec::new();
        if !is_whole || !held.iter().zip(&back).all(same) {
            // One record may have spoilt the next: each is looked at by itself.
            let worded: Vec<(String, Option<&'static str>)> = held
                .par_iter()
                .enumerate()
                .zip(texts)
                .map(|(one, plain)| {
                    if comes_back(dialect, one.1, &plain).is_none() {
                        return (plain, None);
                    }
                    let guarded = word(one, Wording::Guarded);
                    let fault = comes_back(dialect, one.1, &guarded);
                    (guarded, fault)
                })
                .collect();
            for (spectrum, (_, fault)) in held.iter().zip(&worded) {
                unfaithful.extend(fault.map(|what| Unfaithful {
                    id: spectrum.id.clone(),
                    what,
                }));
            }
            texts = worded.into_iter().map(|(text, _)| text).collect();
        }
        for text in &texts {
            self.out.write_all(text.as_bytes())?;
        }
        self.written.n_spectra += held.len() as u64;
        self.written.n_unfaithful += unfaithful.len() as u64;
        let room = MOST_NAMED - self.written.unfaithful.len();
        self.written
            .unfaithful
            .extend(unfaithful.into_iter().take(room));
        Ok(())
    }
}

/// What comes back otherwise of `spectrum`, worded as `text`.
fn comes_back(dialect: &impl Dialect, spectrum: &Spectrum, text: &str) -> Option<&'static str> {
    match read_again(dialect, text).as_slice() {
        [back] => difference(spectrum, back),
        _ => Some("the whole record"),
    }
}

fn read_again(dialect: &impl Dialect, text: &str) -> Vec<Spectrum> {
    let bytes = (dialect.header() + text).into_bytes();
    let n = bytes.len() as u64;
    let Ok(records) = formats::read(Path::new("export"), Cursor::new(bytes), n) else {
        return Vec::new();
    };
    let spectra = records.filter_map(|record| match record {
        Ok(Record::Spectrum(spectrum)) => Some(*spectrum),
        Ok(Record::OtherScan { .. }) | Err(_) => None,
    });
    spectra.collect()
}

impl<D: Dialect> SpectrumWriter for Proofread<'_, D> {
    fn write(&mut self, spectrum: Spectrum, cluster: Option<Membership>) -> io::Result<()> {
        let number = self.written.n_spectra + self.held.len() as u64 + 1;
        let spectrum = match &cluster {
            Some(cluster) => self.dialect.in_cluster(spectrum, number, cluster),
            None => spectrum,
        };
        self.held.push(spectrum);
        if self.held.len() == BLOCK {
            self.flush()?;
        }
        Ok(())
    }

    fn end(mut self: Box<Self>) -> io::Result<Written> {
        self.flush()?;
        self.out.write_all(self.dialect.footer().as_bytes())?;
        self.out.flush()?;
        Ok(self.written)
    }
}

/// In what two spectra differ, their places apart; `None` where they are the same.
pub fn difference(a: &Spectrum, b: &Spectrum) -> Option<&'static str> {
    let parts = [
        ("the id", a.id == b.id),
        ("the precursor", a.precursor == b.precursor),
        ("how it was measured", a.measurement == b.measurement),
        ("what it is of", a.compound == b.compound),
        ("a further field", a.fields == b.fields),
        ("the peaks", a.peaks == b.peaks),
    ];
    parts
        .into_iter()
        .find(|(_, same)| !same)
        .map(|(what, _)| what)
}
