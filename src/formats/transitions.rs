//! Libraries as tables, one row per fragment: DIA-NN, `OpenSWATH`, `EasyPQP`, Spectronaut, Prosit.
//!
//! Rows of one precursor follow one another; a new precursor begins where the group, or else the
//! peptide and its charge, changes.

use super::draft::Draft;
use super::input::Input;
use super::key::{Key, Statement};
use super::lines::{Line, Lines};
use super::source::{Damaged, Source};
use super::text::{decode, snippet};
use super::{Fault, Record};
use crate::domain::Origin;
use std::io;
use std::path::Path;
use std::sync::Arc;

/// What a column holds. Columns of other names are kept with the precursor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Column {
    Group,
    PrecursorMz,
    Charge,
    ModifiedPeptide,
    Peptide,
    FragmentMz,
    Intensity,
    RetentionIndex,
    CollisionEnergy,
    Decoy,
    /// Differs from fragment to fragment: annotations, which spectra do not hold.
    OfFragment,
    /// The same for all fragments of a precursor, and nothing we know.
    Other,
}

impl Column {
    /// Names as the programs write them, without case and without `_`, `.`, blanks.
    fn of(name: &[u8]) -> Self {
        let plain: String = decode(name)
            .chars()
            .filter(char::is_ascii_alphanumeric)
            .map(|c| c.to_ascii_lowercase())
            .collect();
        match plain.as_str() {
            "transitiongroupid" | "precursorid" => Self::Group,
            "precursormz" | "q1" => Self::PrecursorMz,
            "precursorcharge" => Self::Charge,
            "modifiedpeptidesequence"
            | "fullunimodpeptidename"
            | "modifiedpeptide"
            | "modifiedsequence" => Self::ModifiedPeptide,
            "peptidesequence" | "strippedpeptide" | "strippedsequence" | "sequence" => {
                Self::Peptide
            }
            "productmz" | "fragmentmz" | "q3" => Self::FragmentMz,
            "libraryintensity" | "relativeintensity" | "relativefragmentintensity" => {
                Self::Intensity
            }
            "trrecalibrated" | "irt" | "normalizedretentiontime" | "rt" => Self::RetentionIndex,
            "collisionenergy" | "ce" => Self::CollisionEnergy,
            "decoy" | "isdecoy" => Self::Decoy,
            "transitionname"
            | "transitionid"
            | "annotation"
            | "excludefromassay"
            | "excludefromquant"
            | "quantifyingtransition"
            | "identifyingtransition"
            | "detectingtransition"
            | "productcharge"
            | "productmztheoretical" => Self::OfFragment,
            name if name.starts_with("fragment") => Self::OfFragment,
            _ => Self::Other,
        }
    }
}

/// The columns of a line of names, if it is that of a library: `None` where a needed one is missing.
pub(super) fn columns(header: &[u8], separator: u8) -> Option<Vec<Column>> {
    let columns: Vec<Column> = cells(header, separator).map(Column::of).collect();
    let has = |column| columns.contains(&column);
    let is_library = has(Column::PrecursorMz)
        && has(Column::FragmentMz)
        && has(Column::Intensity)
        && (has(Column::ModifiedPeptide) || has(Column::Peptide));
    is_library.then_some(columns)
}

/// The byte between the cells of a line of names.
pub(super) fn separator(header: &[u8]) -> u8 {
    let count = |mark: u8| memchr::memchr_iter(mark, header).count();
    b"\t,;"
        .iter()
        .copied()
        .rev()
        .max_by_key(|&mark| count(mark))
        .unwrap_or(b'\t')
}

/// Cells of a line; quotes around a cell are left out.
fn cells(line: &[u8], separator: u8) -> impl Iterator<Item = &[u8]> {
    let mut rest = Some(line);
    std::iter::from_fn(move || {
        let line = rest?;
        let quoted = line.strip_prefix(b"\"").and_then(|inner| {
            let end = memchr::memchr(b'"', inner)?;
            let behind = &inner[end + 1..];
            (behind.is_empty() || behind[0] == separator).then_some((&inner[..end], behind))
        });
        let (cell, behind) = quoted.unwrap_or_else(|| {
            let end = memchr::memchr(separator, line).unwrap_or(line.len());
            line.split_at(end)
        });
        rest = behind.get(1..);
        Some(cell.trim_ascii())
    })
}

/// Reads the precursors of one table.
pub(super) struct TransitionReader {
    file: Arc<Path>,
    lines: Lines,
    separator: u8,
    columns: Vec<Column>,
    /// Names of the columns, as written.
    names: Vec<Vec<u8>>,
    n_records: usize,
    /// The first row of the next precursor.
    next: Option<(u64, Vec<u8>)>,
}

impl TransitionReader {
    pub(super) fn new(input: Input) -> Self {
        Self {
            file: input.file,
            lines: Lines::new(input.bytes, input.line_end),
            separator: b'\t',
            columns: Vec::new(),
            names: Vec::new(),
            n_records: 0,
            next: None,
        }
    }

    fn read_header(&mut self) -> io::Result<()> {
        while let Some((_, line)) = self.lines.next()? {
            if let Line::Text(header) = line
                && !header.is_empty()
            {
                self.separator = separator(header);
                self.columns = columns(header, self.separator).unwrap_or_default();
                self.names = cells(header, self.separator).map(<[u8]>::to_vec).collect();
                break;
            }
        }
        Ok(())
    }

    /// The first row of the next precursor.
    fn first_row(&mut self, draft: &mut Draft) -> io::Result<Option<(u64, Vec<u8>)>> {
        if let Some(row) = self.next.take() {
            return Ok(Some(row));
        }
        while let Some((number, line)) = self.lines.next()? {
            match line {
                Line::TooLong => draft.fault(number, Fault::LineTooLong),
                Line::Text(text) if text.trim_ascii().is_empty() => {}
                Line::Text(text) => return Ok(Some((number, text.to_vec()))),
            }
        }
        Ok(None)
    }

    /// What tells precursors apart.
    fn identity(&self, row: &[u8]) -> Vec<Vec<u8>> {
        let of = |wanted: &[Column]| -> Vec<Vec<u8>> {
            self.columns
                .iter()
                .zip(cells(row, self.separator))
                .filter(|(column, _)| wanted.contains(column))
                .map(|(_, cell)| cell.to_vec())
                .collect()
        };
        let group = of(&[Column::Group]);
        if group.is_empty() {
            of(&[Column::ModifiedPeptide, Column::Peptide, Column::Charge])
        } else {
            group
        }
    }

    /// Takes in what is stated of the precursor.
    fn take_precursor(&self, draft: &mut Draft, line: u64, row: &[u8]) {
        let mut peptide = String::new();
        for ((column, name), cell) in self.columns.iter().zip(&self.names).zip(self.cells(row)) {
            let key = match column {
                Column::PrecursorMz => Key::PrecursorMz,
                Column::Charge => Key::Charge,
                Column::RetentionIndex => Key::RetentionIndex,
                Column::CollisionEnergy => Key::CollisionEnergy,
                Column::ModifiedPeptide => {
                    peptide = proforma(&decode(cell));
                    continue;
                }
                Column::Peptide => {
                    if peptide.is_empty() {
                        peptide = decode(cell);
                    }
                    continue;
                }
                Column::Decoy => {
                    if matches!(cell, b"1" | b"true" | b"TRUE" | b"True") {
                        draft.fault(line, Fault::Decoy);
                    }
                    continue;
                }
                Column::FragmentMz | Column::Intensity | Column::OfFragment => continue,
                Column::Group | Column::Other => Key::Other,
            };
            if key == Key::Other || !draft.take(key, line, cell) {
                let stated = Statement {
                    key: Key::Other,
                    name,
                    value: cell,
                };
                draft.state(stated, line);
            }
        }
        let charge = draft.stated_charge().map(|charge| format!("/{charge}"));
        draft.compound.name = format!("{peptide}{}", charge.unwrap_or_default());
        draft.compound.peptide = peptide;
    }

    fn take_fragment(&self, draft: &mut Draft, line: u64, row: &[u8]) {
        let of = |wanted| {
            let at = self.columns.iter().position(|column| *column == wanted)?;
            self.cells(row).nth(at)
        };
        let mz = of(Column::FragmentMz).unwrap_or_default();
        let intensity = of(Column::Intensity).unwrap_or_default();
        // Spectronaut of some countries writes decimal commas.
        let point = |cell: &[u8]| decode(cell).replace(',', ".");
        let pair = format!("{} {}", point(mz), point(intensity));
        draft.read_peak(line, pair.as_bytes());
    }

    fn cells<'a>(&self, row: &'a [u8]) -> impl Iterator<Item = &'a [u8]> {
        cells(row, self.separator)
    }

    fn read_group(&mut self, draft: &mut Draft, line: u64, first: &[u8]) -> io::Result<()> {
        let identity = self.identity(first);
        self.take_row(draft, line, first, true);
        while let Some((number, line)) = self.lines.next()? {
            let Line::Text(text) = line else {
                draft.fault(number, Fault::LineTooLong);
                continue;
            };
            if text.trim_ascii().is_empty() {
                continue;
            }
            let row = text.to_vec();
            if self.identity(&row) != identity {
                self.next = Some((number, row));
                break;
            }
            self.take_row(draft, number, &row, false);
        }
        Ok(())
    }

    fn take_row(&self, draft: &mut Draft, line: u64, row: &[u8], is_first: bool) {
        let n_cells = self.cells(row).count();
        // Empty cells at the end may have been cut off with the line's blanks.
        if n_cells > self.columns.len() || self.cells(row).nth(self.last_needed()).is_none() {
            draft.fault(line, Fault::Row(snippet(row)));
        }
        if is_first && !draft.is_faulty() {
            self.take_precursor(draft, line, row);
        }
        if !draft.is_faulty() {
            self.take_fragment(draft, line, row);
        }
    }

    fn last_needed(&self) -> usize {
        let needed = [Column::PrecursorMz, Column::FragmentMz, Column::Intensity];
        let last = self
            .columns
            .iter()
            .rposition(|column| needed.contains(column));
        last.unwrap_or(0)
    }
}

impl Source for TransitionReader {
    fn format(&self) -> &'static str {
        "a table of fragments"
    }

    fn next_record(&mut self) -> io::Result<Option<Result<Record, Damaged>>> {
        if self.columns.is_empty() {
            self.read_header()?;
        }
        let mut draft = Draft::default();
        let Some((line, first)) = self.first_row(&mut draft)? else {
            return Ok(None);
        };
        self.read_group(&mut draft, line, &first)?;
        let origin = Origin {
            file: Arc::clone(&self.file),
            index: self.n_records,
        };
        self.n_records += 1;
        Ok(Some(draft.finish(origin).map_err(Damaged::from)))
    }
}

/// A modified sequence in the notation of these programs as ProForma: `_[Acetyl (Protein
/// N-term)]AC[Carbamidomethyl (C)]K_`, `.(UniMod:1)AC(UniMod:4)K`, `AC[+57.02]K`.
fn proforma(text: &str) -> String {
    let bare = text.trim_matches(['_', '.']);
    let mut peptide = String::with_capacity(bare.len() + 8);
    let mut rest = bare;
    while let Some(first) = rest.chars().next() {
        let close = match first {
            '(' => ')',
            '[' => ']',
            _ => {
                peptide.push(first);
                rest = &rest[first.len_utf8()..];
                continue;
            }
        };
        let Some(end) = matching(rest, first, close) else {
            // No notation we know: it stays as it is.
            return bare.to_owned();
        };
        let name = rest[1..end].split(" (").next().unwrap_or_default();
        let name = match name.split_once(':') {
            Some((cv, number)) if cv.eq_ignore_ascii_case("unimod") => format!("UNIMOD:{number}"),
            _ => name.to_owned(),
        };
        let is_n_term = peptide.is_empty();
        peptide.extend(["[", &name, "]"]);
        rest = &rest[end + 1..];
        if is_n_term && !rest.starts_with('-') {
            peptide.push('-');
        }
    }
    peptide
}

/// Position of the bracket that closes the one `text` begins with.
fn matching(text: &str, open: char, close: char) -> Option<usize> {
    let mut depth = 0_u32;
    for (at, letter) in text.char_indices() {
        depth += u32::from(letter == open);
        if letter == close {
            depth -= 1;
            if depth == 0 {
                return Some(at);
            }
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sequences_become_proforma() {
        for (text, expected) in [
            ("_AQIPILR_", "AQIPILR"),
            ("_C[Carbamidomethyl (C)]K_", "C[Carbamidomethyl]K"),
            ("_[Acetyl (Protein N-term)]AK_", "[Acetyl]-AK"),
            ("(UniMod:1)AC(UniMod:4)K", "[UNIMOD:1]-AC[UNIMOD:4]K"),
            (".(UniMod:1)AK", "[UNIMOD:1]-AK"),
            ("AC[+57.02]K", "AC[+57.02]K"),
            ("AC[K", "AC[K"),
        ] {
            assert_eq!(proforma(text), expected, "{text}");
        }
    }

    #[test]
    fn cells_may_be_quoted() {
        let all: Vec<&[u8]> = cells(b"a,\"b, c\",,d", b',').collect();
        assert_eq!(all, [&b"a"[..], b"b, c", b"", b"d"]);
        assert_eq!(separator(b"a;b;c,d"), b';');
    }
}
