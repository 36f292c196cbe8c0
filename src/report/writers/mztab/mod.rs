//! mzTab: tables of identifications with metadata before them, in two dialects.
//!
//! Both sections and metadata depend on the whole run, so matches are held until its end: some 500
//! bytes each. What is absent is `null`.

mod evidence;
mod identifications;
mod metabolomics;

use super::{ReportError, RowByRow};
use crate::report::row::Row;
use evidence::Run;
use std::io::Write;

/// Separation of cells.
const TAB: &str = "\t";

/// A dialect: the whole text of a run.
type Dialect = fn(&Run) -> String;

/// mzTab 1.0 (Griss et al. 2014).
#[derive(Debug)]
pub(super) struct MzTab;

/// mzTab-M 2.0 (Hoffmann et al. 2019).
#[derive(Debug)]
pub(super) struct MzTabM;

impl MzTab {
    pub(super) fn begin<W: Write>(out: W) -> Held<W> {
        Held::new(out, identifications::text)
    }
}

impl MzTabM {
    pub(super) fn begin<W: Write>(out: W) -> Held<W> {
        Held::new(out, metabolomics::text)
    }
}

/// A run, held until its end.
pub(super) struct Held<W: Write> {
    out: W,
    run: Run,
    dialect: Dialect,
}

impl<W: Write> Held<W> {
    fn new(out: W, dialect: Dialect) -> Self {
        Self {
            out,
            run: Run::default(),
            dialect,
        }
    }
}

impl<W: Write> RowByRow for Held<W> {
    fn row(&mut self, row: &Row<'_>) -> Result<(), ReportError> {
        self.run.add(row);
        Ok(())
    }

    fn end(mut self: Box<Self>) -> Result<(), ReportError> {
        let text = (self.dialect)(&self.run);
        self.out.write_all(text.as_bytes())?;
        Ok(self.out.flush()?)
    }
}

impl<W: Write> std::fmt::Debug for Held<W> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Held").finish_non_exhaustive()
    }
}

/// The text of a run, line by line.
#[derive(Debug, Default)]
struct Lines(String);

impl Lines {
    /// A line of cells; what breaks a table is taken out of them.
    fn push<T: AsRef<str>>(&mut self, cells: impl IntoIterator<Item = T>) {
        for (idx, cell) in cells.into_iter().enumerate() {
            if idx > 0 {
                self.0.push_str(TAB);
            }
            let clean = |c: char| if c.is_control() { ' ' } else { c };
            let cell = cell.as_ref().trim();
            self.0.extend(
                if cell.is_empty() { "null" } else { cell }
                    .chars()
                    .map(clean),
            );
        }
        self.0.push('\n');
    }

    fn metadata(&mut self, key: &str, value: impl AsRef<str>) {
        self.push(["MTD", key, value.as_ref()]);
    }

    /// Tables are set apart by empty lines.
    fn gap(&mut self) {
        self.0.push('\n');
    }
}

/// A parameter without a place in a vocabulary; commas within it are quoted.
fn user_param(name: &str, value: &str) -> String {
    let quoted = |text: &str| {
        if text.contains([',', '[', ']']) {
            format!("\"{}\"", text.replace('"', "'"))
        } else {
            text.to_owned()
        }
    };
    format!("[, , {}, {}]", quoted(name), quoted(value))
}

/// Who identified.
fn engine() -> String {
    user_param("mzseek", env!("CARGO_PKG_VERSION"))
}

fn whole(number: Option<i64>) -> String {
    number.map_or_else(String::new, |n| n.to_string())
}

fn fixed(number: Option<f64>, decimals: usize) -> String {
    number.map_or_else(String::new, |n| format!("{n:.decimals$}"))
}
