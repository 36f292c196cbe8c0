//! Which columns a report has: all of ours, those that other programs' reports have, or those named.

use super::columns::{COLUMNS, Cell, Column};
use super::row::Row;
use crate::domain::{Charge, Polarity, Seconds, first_block};
use crate::library::EntryText;
use std::borrow::Cow;
use std::str::FromStr;

/// Columns in order.
#[derive(Debug, Clone)]
pub struct ColumnSet(Vec<Column>);

/// Names of the columns of a GNPS library search, for what we know of them.
const GNPS: &[Column] = &[
    renamed("SpectrumID", "entry_id"),
    renamed("Compound_Name", "name"),
    renamed("Instrument", "instrument"),
    renamed("Adduct", "adduct"),
    renamed("Precursor_MZ", "entry_precursor_mz"),
    renamed("Charge", "entry_charge"),
    renamed("Smiles", "smiles"),
    made(
        "IonMode",
        "ion mode of the query",
        Cell::Text(|row| Cow::Borrowed(ion_mode(row))),
    ),
    made(
        "#Scan#",
        "scan number of the query where its id states one, else its position from 1",
        Cell::Whole(|row| Some(scan(row))),
    ),
    renamed("SpectrumFile", "query_file"),
    renamed("LibraryName", "library"),
    renamed("MQScore", "similarity"),
    renamed("RT_Query", "query_rt"),
    renamed("MZErrorPPM", "precursor_delta_ppm"),
    renamed("SharedPeaks", "matched_peaks"),
    renamed("MassDiff", "precursor_delta_da"),
    renamed("LibMZ", "entry_precursor_mz"),
    renamed("SpecMZ", "query_precursor_mz"),
    renamed("SpecCharge", "query_charge"),
    made(
        "FileScanUniqueID",
        "file and scan of the query",
        Cell::Text(|row| {
            let file = row.query.origin.file.to_string_lossy();
            Cow::Owned(format!("{file}{}", scan(row)))
        }),
    ),
    renamed("molecular_formula", "formula"),
    renamed("InChIKey", "inchikey"),
    made(
        "InChIKey-Planar",
        "first block of the InChIKey",
        Cell::Text(|row| {
            let key = row.text(EntryText::InchiKey);
            Cow::Owned(first_block(&key).unwrap_or_default().to_owned())
        }),
    ),
];

/// Names of the columns of spectral library matches in a feature list of mzmine, for what we know
/// of them. As there, retention times are in minutes.
const MZMINE: &[Column] = &[
    made(
        "id",
        "position of the query from 1",
        Cell::Whole(|row| i64::try_from(row.query.origin.index + 1).ok()),
    ),
    made(
        "rt",
        "retention time of the query in minutes",
        Cell::Number(4, |row| {
            let time = row.query.measurement.retention_time;
            time.map(Seconds::value).map(|seconds| seconds / 60.0)
        }),
    ),
    renamed("mz", "query_precursor_mz"),
    renamed("charge", "query_charge"),
    renamed("spectral_db_matches:compound_name", "name"),
    renamed("spectral_db_matches:similarity_score", "similarity"),
    renamed("spectral_db_matches:n_matching_signals", "matched_peaks"),
    renamed(
        "spectral_db_matches:explained_intensity_percent",
        "matched_intensity",
    ),
    renamed("spectral_db_matches:ion_adduct", "adduct"),
    renamed("spectral_db_matches:mol_formula", "formula"),
    renamed("spectral_db_matches:smiles", "smiles"),
    renamed("spectral_db_matches:inchi_key", "inchikey"),
    renamed("spectral_db_matches:precursor_mz", "entry_precursor_mz"),
    renamed("spectral_db_matches:mz_diff", "precursor_delta_da"),
    renamed("spectral_db_matches:mz_diff_ppm", "precursor_delta_ppm"),
    renamed("spectral_db_matches:database", "library"),
    renamed("spectral_db_matches:entry_id", "entry_id"),
];

/// The column `ours` under another name. Fails to compile where there is no such column.
const fn renamed(name: &'static str, ours: &str) -> Column {
    let mut at = 0;
    while at < COLUMNS.len() {
        if equal(COLUMNS[at].name.as_bytes(), ours.as_bytes()) {
            return Column {
                name,
                meaning: COLUMNS[at].meaning,
                cell: COLUMNS[at].cell,
            };
        }
        at += 1;
    }
    panic!("there is no such column");
}

const fn made(name: &'static str, meaning: &'static str, cell: Cell) -> Column {
    Column {
        name,
        meaning,
        cell,
    }
}

const fn equal(a: &[u8], b: &[u8]) -> bool {
    if a.len() != b.len() {
        return false;
    }
    let mut at = 0;
    while at < a.len() {
        if a[at] != b[at] {
            return false;
        }
        at += 1;
    }
    true
}

/// The number after `scan=` in a native id or title, else the position from 1.
fn scan(row: &Row<'_>) -> i64 {
    let stated = row.query.id.split("scan=").nth(1).and_then(|rest| {
        let end = rest.find(|c: char| !c.is_ascii_digit());
        rest[..end.unwrap_or(rest.len())].parse().ok()
    });
    stated.unwrap_or(row.query.origin.index as i64 + 1)
}

fn ion_mode(row: &Row<'_>) -> &'static str {
    let of_charge = || {
        row.query
            .precursor
            .and_then(|p| p.charge)
            .map(Charge::polarity)
    };
    match row.query.measurement.polarity.or_else(of_charge) {
        Some(Polarity::Positive) => "Positive",
        Some(Polarity::Negative) => "Negative",
        None => "",
    }
}

impl ColumnSet {
    /// The columns.
    pub fn columns(&self) -> &[Column] {
        &self.0
    }
}

impl Default for ColumnSet {
    /// All of ours.
    fn default() -> Self {
        Self(COLUMNS.to_vec())
    }
}

impl FromStr for ColumnSet {
    type Err = String;

    /// Reads `all`, `gnps`, `mzmine`, or names of our columns with commas between.
    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "all" => return Ok(Self::default()),
            "gnps" => return Ok(Self(GNPS.to_vec())),
            "mzmine" => return Ok(Self(MZMINE.to_vec())),
            _ => {}
        }
        let mut columns: Vec<Column> = Vec::new();
        for name in text.split(',').map(str::trim) {
            let found = COLUMNS.iter().find(|column| column.name == name);
            let column = found.ok_or_else(|| {
                let all: Vec<&str> = COLUMNS.iter().map(|c| c.name).collect();
                let all = all.join(", ");
                format!("{name:?} is neither all, gnps, mzmine nor one of: {all}")
            })?;
            if columns.iter().any(|known| known.name == name) {
                return Err(format!("{name:?} is named twice"));
            }
            columns.push(*column);
        }
        Ok(Self(columns))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn names_of_a_set_are_distinct() {
        for set in ["all", "gnps", "mzmine"] {
            let set: ColumnSet = set.parse().unwrap();
            let names: HashSet<&str> = set.columns().iter().map(|c| c.name).collect();
            assert_eq!(names.len(), set.columns().len());
        }
    }

    #[test]
    fn columns_can_be_named() {
        let set: ColumnSet = "query_id, name".parse().unwrap();
        let names: Vec<&str> = set.columns().iter().map(|c| c.name).collect();
        assert_eq!(names, ["query_id", "name"]);
        for bad in ["", "query_id,", "nmae", "name,name"] {
            assert!(bad.parse::<ColumnSet>().is_err(), "{bad}");
        }
    }
}
