//! The table of findings: a row per finding, and one per repair.

use crate::check::Finding;
use crate::domain::Spectrum;
use crate::failure::Failure;
use std::fmt;
use std::io::Write;
use std::path::{Path, PathBuf};

const COLUMNS: [&str; 8] = [
    "file", "record", "line", "id", "rule", "severity", "what", "advice",
];

/// What stands for a rule and a severity in the row of a repair.
const REPAIRED: [&str; 2] = ["repaired", "done"];

/// Where a record stands.
#[derive(Debug, Clone, Copy)]
pub(in crate::cli) struct Place<'a> {
    pub(in crate::cli) file: &'a Path,
    /// From 1, as messages count.
    pub(in crate::cli) record: usize,
    /// Where the fault has one.
    pub(in crate::cli) line: Option<u64>,
    pub(in crate::cli) id: &'a str,
}

impl<'a> Place<'a> {
    pub(in crate::cli) fn of(spectrum: &'a Spectrum) -> Self {
        Self {
            file: &spectrum.origin.file,
            record: spectrum.origin.index + 1,
            line: None,
            id: &spectrum.id,
        }
    }
}

impl fmt::Display for Place<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}, record {}", self.file.display(), self.record)
    }
}

/// A table in the making.
pub(in crate::cli) struct FindingTable<'a, W: Write> {
    path: &'a Path,
    csv: csv::Writer<W>,
}

impl<'a, W: Write> FindingTable<'a, W> {
    /// Writes the header; errors name `path`.
    pub(in crate::cli) fn begin(path: &'a Path, out: W) -> Result<Self, Failure> {
        let mut csv = csv::Writer::from_writer(out);
        csv.write_record(COLUMNS)
            .map_err(|e| Failure::csv(path, e))?;
        Ok(Self { path, csv })
    }

    pub(in crate::cli) fn findings(
        &mut self,
        place: &Place<'_>,
        findings: &[Finding],
    ) -> Result<(), Failure> {
        for Finding { rule, detail } in findings {
            let severity = rule.severity().to_string();
            self.row(place, [rule.word(), &severity, detail, rule.advice()])?;
        }
        Ok(())
    }

    pub(in crate::cli) fn repairs(
        &mut self,
        place: &Place<'_>,
        repairs: &[String],
    ) -> Result<(), Failure> {
        let [rule, severity] = REPAIRED;
        for what in repairs {
            self.row(place, [rule, severity, what, ""])?;
        }
        Ok(())
    }

    fn row(&mut self, place: &Place<'_>, cells: [&str; 4]) -> Result<(), Failure> {
        let file = place.file.to_string_lossy();
        let record = place.record.to_string();
        let line = place.line.map_or(String::new(), |line| line.to_string());
        let [rule, severity, what, advice] = cells;
        let row = [
            &*file, &record, &line, place.id, rule, severity, what, advice,
        ];
        let written = self.csv.write_record(row);
        written.map_err(|e| Failure::csv(self.path, e))
    }

    /// Writes what is held back, and gives back what was written to.
    pub(in crate::cli) fn end(self) -> Result<W, Failure> {
        let Self { path, csv } = self;
        let out = csv.into_inner();
        out.map_err(|e| Failure::write(path, e.into_error()))
    }
}

/// The table that lies beside `output`.
pub(in crate::cli) fn beside(output: &Path) -> PathBuf {
    let mut name = output.as_os_str().to_owned();
    name.push(".findings.csv");
    name.into()
}
