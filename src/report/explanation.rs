//! An explanation of a score as text, CSV or JSON.

use super::Table;
use crate::domain::Spectrum;
use crate::library::{EntryText, Library};
use crate::search::{ExplainedPeak, Explanation, SeenPeak};
use serde::Serialize;
use std::io::{self, Write};

/// An explanation with what it is about.
#[derive(Debug, Serialize)]
pub struct ExplanationReport {
    query_id: String,
    query_precursor_mz: Option<f64>,
    library: String,
    entry_id: String,
    entry_index: u32,
    name: String,
    entry_precursor_mz: Option<f64>,
    score_name: &'static str,
    similarity: f32,
    matched_peaks: u32,
    matched_intensity: f32,
    peaks: Vec<PeakRow>,
}

/// One pair, or one peak without a partner. Field names are the columns of the CSV.
#[derive(Debug, Serialize)]
struct PeakRow {
    matched_as: Option<&'static str>,
    query_mz: Option<f64>,
    entry_mz: Option<f64>,
    shift_da: Option<f64>,
    error_da: Option<f64>,
    error_ppm: Option<f64>,
    query_intensity: Option<f64>,
    entry_intensity: Option<f64>,
    contribution: Option<f64>,
}

/// Rounded to `decimals`, so that digits beyond what was measured are not shown.
fn rounded(value: f64, decimals: i32) -> f64 {
    let scale = 10_f64.powi(decimals);
    // Adding 0 makes of -0 plain 0.
    (value * scale).round() / scale + 0.0
}

impl PeakRow {
    fn new(peak: &ExplainedPeak) -> Self {
        let mz = |seen: Option<SeenPeak>| seen.map(|s| rounded(f64::from(s.mz), 5));
        let intensity = |seen: Option<SeenPeak>| seen.map(|s| rounded(f64::from(s.intensity), 5));
        let pairing = peak.pairing;
        Self {
            matched_as: pairing.map(|p| p.matched_as.word()),
            query_mz: mz(peak.query),
            entry_mz: mz(peak.entry),
            shift_da: pairing.map(|p| rounded(p.shift, 5)),
            error_da: pairing.map(|p| rounded(p.error_da, 5)),
            error_ppm: pairing.map(|p| rounded(p.error_ppm, 3)),
            query_intensity: intensity(peak.query),
            entry_intensity: intensity(peak.entry),
            contribution: pairing.map(|p| rounded(p.contribution, 9)),
        }
    }
}

impl ExplanationReport {
    /// What `explanation` says of `query` and an entry of `library`.
    pub fn new(library: &Library, query: &Spectrum, explanation: &Explanation) -> Self {
        let entry = explanation.entry;
        let text = |text| library.entries().text(text, entry).into_owned();
        Self {
            query_id: query.id.clone(),
            query_precursor_mz: query.precursor.map(|p| p.mz.value()),
            library: library.name(),
            entry_id: text(EntryText::Id),
            entry_index: entry,
            name: text(EntryText::Name),
            entry_precursor_mz: library.entries().precursor_mz(entry),
            score_name: explanation.score_name,
            similarity: explanation.score.similarity,
            matched_peaks: explanation.score.matched_peaks,
            matched_intensity: explanation.score.matched_intensity,
            peaks: explanation.peaks.iter().map(PeakRow::new).collect(),
        }
    }

    /// For people: pairs by what they add, then the peaks without a partner.
    pub fn text(&self) -> String {
        let precursor = |mz: Option<f64>| mz.map_or("unknown".to_owned(), |mz| format!("{mz:.5}"));
        let mut pairs: Vec<&PeakRow> = self
            .peaks
            .iter()
            .filter(|p| p.matched_as.is_some())
            .collect();
        pairs.sort_by(|a, b| {
            b.contribution
                .partial_cmp(&a.contribution)
                .unwrap_or(std::cmp::Ordering::Equal)
        });
        let mut table = Table::new(&[
            "query m/z",
            "entry m/z",
            "as ",
            "shift Da",
            "error ppm",
            "query %",
            "entry %",
            "adds",
        ]);
        let number = |value: Option<f64>, decimals: usize, scale: f64| {
            value.map_or(String::new(), |v| format!("{:.decimals$}", v * scale))
        };
        let others = self.peaks.iter().filter(|p| p.matched_as.is_none());
        for peak in pairs.into_iter().chain(others) {
            let shift = peak.shift_da.filter(|shift| *shift != 0.0);
            table.row(vec![
                number(peak.query_mz, 4, 1.0),
                number(peak.entry_mz, 4, 1.0),
                peak.matched_as.unwrap_or_default().to_owned(),
                number(shift, 4, 1.0),
                number(peak.error_ppm, 1, 1.0),
                number(peak.query_intensity, 1, 100.0),
                number(peak.entry_intensity, 1, 100.0),
                number(peak.contribution, 6, 1.0),
            ]);
        }
        let sum: f64 = self.peaks.iter().filter_map(|peak| peak.contribution).sum();
        format!(
            "query   {} (precursor {})\nentry   {} {} (precursor {}), {} number {}\n\
             score   {} {:.6}, {} matched peaks with {:.1} % of the query's intensity\n\n{table}\nsum {sum:.6}\n",
            self.query_id,
            precursor(self.query_precursor_mz),
            self.entry_id,
            self.name,
            precursor(self.entry_precursor_mz),
            self.library,
            self.entry_index,
            self.score_name,
            self.similarity,
            self.matched_peaks,
            self.matched_intensity * 100.0,
        )
    }

    /// As CSV, a row for each pair and for each peak without a partner.
    ///
    /// # Errors
    /// What could not be written.
    pub fn write_csv(&self, out: &mut dyn Write) -> Result<(), csv::Error> {
        let mut csv = csv::Writer::from_writer(out);
        for peak in &self.peaks {
            csv.serialize(peak)?;
        }
        csv.flush()?;
        Ok(())
    }

    /// As one JSON object.
    ///
    /// # Errors
    /// What could not be written.
    pub fn write_json(&self, out: &mut dyn Write) -> io::Result<()> {
        serde_json::to_writer_pretty(&mut *out, self)?;
        out.write_all(b"\n")
    }
}
