//! The report as a page: one file, without anything from elsewhere, that opens from disk.
//!
//! A table of queries to sort and filter, the mirror plot and all matches of each, histograms of
//! scores and mass errors, and what the run was made with.

use super::provenance::Provenance;
use super::row::{Row, delta_ppm};
use super::{COLUMNS, Column, mirror_plot};
use crate::domain::{Spectrum, Tolerance};
use crate::library::Library;
use crate::plot::Histogram;
use crate::search::Answer;
use askama::Template;

/// Queries with a plot: each takes some 5 kB. The rest has its row, and `mzseek plot`.
const MOST_PLOTS: usize = 2000;
/// Mass errors shown, in ppm.
const PPM_SHOWN: f64 = 20.0;

/// A page in the making.
#[derive(Debug)]
pub struct HtmlReport {
    queries: Vec<QueryRow>,
    n_plots: usize,
    scores: Vec<f64>,
    errors_ppm: Vec<f64>,
}

/// A query as the table shows it.
#[derive(Debug)]
struct QueryRow {
    /// Cells of the table, in the order of [`SHOWN`].
    cells: Vec<String>,
    /// Its matches, each with the cells of [`OF_MATCHES`].
    matches: Vec<Vec<String>>,
    plot: Option<String>,
}

/// A column of the table: ours, what people read above it, and how it is set.
#[derive(Debug)]
struct Shown {
    name: &'static str,
    title: &'static str,
    class: &'static str,
}

const fn shown(name: &'static str, title: &'static str, class: &'static str) -> Shown {
    Shown { name, title, class }
}

/// Columns of the table; those of class `wide` are left out of narrow windows.
const SHOWN: [Shown; 11] = [
    shown("query_id", "Query", "text"),
    shown("query_precursor_mz", "m/z", "number wide"),
    shown("query_rt", "RT (s)", "number wide"),
    shown("name", "Best match", "text"),
    shown("adduct", "Adduct", "text wide"),
    shown("formula", "Formula", "text wide"),
    shown("similarity", "Score", "number"),
    shown("matched_peaks", "Peaks", "number wide"),
    shown("precursor_delta_ppm", "ppm", "number wide"),
    shown("q_value", "q-value", "number wide"),
    shown("plan", "Plan", "text wide"),
];

/// Columns of the table of a query's matches.
const OF_MATCHES: [Shown; 9] = [
    shown("rank", "Rank", "number"),
    shown("name", "Name", "text"),
    shown("adduct", "Adduct", "text"),
    shown("similarity", "Score", "number"),
    shown("matched_peaks", "Peaks", "number"),
    shown("precursor_delta_ppm", "ppm", "number"),
    shown("mass_shift_name", "Shift", "text"),
    shown("cluster_size", "Cluster", "number"),
    shown("entry_id", "Entry", "text"),
];

#[derive(Template)]
#[template(path = "report.html")]
struct Page<'a> {
    told: &'a Provenance,
    shown: &'static [Shown],
    of_matches: &'static [Shown],
    queries: &'a [QueryRow],
    n_without_plot: usize,
    scores: String,
    errors: String,
}

impl HtmlReport {
    /// A page without queries.
    pub fn begin() -> Self {
        Self {
            queries: Vec::new(),
            n_plots: 0,
            scores: Vec::new(),
            errors_ppm: Vec::new(),
        }
    }

    /// Appends a query. `tolerance` is that of fragments, for the plot.
    pub fn answer(
        &mut self,
        library: &Library,
        query: &Spectrum,
        answer: &Answer,
        tolerance: Tolerance,
    ) {
        let rows: Vec<Row<'_>> = Row::of(library, query, answer).collect();
        let Some(first) = rows.first() else { return };
        let best = answer.matches.first();
        if let Some(best) = best {
            self.scores.push(best.score.similarity.into());
            self.errors_ppm.extend(delta_ppm(first));
        }
        let plot = best
            .filter(|_| self.n_plots < MOST_PLOTS)
            .and_then(|best| mirror_plot(library, query, best.into(), tolerance, None).ok());
        self.n_plots += usize::from(plot.is_some());
        let matches = rows.iter().filter(|row| row.ranked.is_some());
        self.queries.push(QueryRow {
            cells: cells(&SHOWN, first),
            matches: matches.map(|row| cells(&OF_MATCHES, row)).collect(),
            plot,
        });
    }

    /// The whole page.
    ///
    /// # Errors
    /// None that is known of: the template writes text into text.
    pub fn page(&self, told: &Provenance) -> Result<String, askama::Error> {
        let scores = Histogram {
            name: "score of the best match",
            values: &self.scores,
            range: Some((0.0, 1.0)),
        };
        let within = |error: &f64| error.abs() <= PPM_SHOWN;
        let errors: Vec<f64> = self.errors_ppm.iter().copied().filter(within).collect();
        let beyond = self.errors_ppm.len() - errors.len();
        let name = if beyond == 0 {
            "precursor error of the best match (ppm)".to_owned()
        } else {
            format!("precursor error of the best match (ppm); {beyond} are beyond")
        };
        let errors = Histogram {
            name: &name,
            values: &errors,
            range: None,
        };
        let matched = self.queries.iter().filter(|q| !q.matches.is_empty());
        Page {
            told,
            shown: &SHOWN,
            of_matches: &OF_MATCHES,
            queries: &self.queries,
            n_without_plot: matched.count() - self.n_plots,
            scores: scores.svg(),
            errors: errors.svg(),
        }
        .render()
    }
}

/// The cells of `row` in the columns `shown`.
fn cells(shown: &[Shown], row: &Row<'_>) -> Vec<String> {
    let column = |name: &str| -> Option<&Column> { COLUMNS.iter().find(|c| c.name == name) };
    let cell = |shown: &Shown| column(shown.name).map(|c| c.value(row).to_string());
    shown
        .iter()
        .map(|shown| cell(shown).unwrap_or_default())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_column_shown_is_one_of_ours() {
        for shown in SHOWN.iter().chain(&OF_MATCHES) {
            assert!(
                COLUMNS.iter().any(|c| c.name == shown.name),
                "{}",
                shown.name
            );
        }
    }
}
