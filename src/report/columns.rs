//! The columns of the report, each declared once: name, meaning and how a cell is written.
//!
//! What is absent is empty, never 0.

use crate::domain::{Seconds, Spectrum, shift_name};
use crate::library::{EntryText, Library};
use crate::search::fdr::QValue;
use crate::search::{Answer, Match};
use std::fmt::Write;

/// What a row is about: a query, its answer, and one match or none.
#[derive(Debug, Clone, Copy)]
pub struct Row<'a> {
    /// The library searched.
    pub library: &'a Library,
    /// The query.
    pub query: &'a Spectrum,
    /// Its answer.
    pub answer: &'a Answer,
    /// Rank from 1 and match; none for a query without one.
    pub ranked: Option<(usize, &'a Match)>,
}

/// A column of the report.
#[derive(Debug, Clone, Copy)]
pub struct Column {
    /// Name in the header.
    pub name: &'static str,
    /// What it holds, with unit.
    pub meaning: &'static str,
    /// Appends the cell to the text.
    pub write: fn(&Row<'_>, &mut String),
}

const fn column(
    name: &'static str,
    meaning: &'static str,
    write: fn(&Row<'_>, &mut String),
) -> Column {
    Column {
        name,
        meaning,
        write,
    }
}

/// All columns, in order.
pub const COLUMNS: &[Column] = &[
    column("query_file", "file of the query, as given", |row, cell| {
        cell.push_str(&row.query.origin.file.to_string_lossy());
    }),
    column(
        "query_id",
        "title or native id of the query",
        |row, cell| {
            cell.push_str(&row.query.id);
        },
    ),
    column(
        "query_index",
        "position of the query among all spectra of its file, from 0",
        |row, cell| {
            put(cell, Some(row.query.origin.index));
        },
    ),
    column(
        "query_precursor_mz",
        "precursor m/z of the query",
        |row, cell| {
            fixed(cell, row.query.precursor.map(|p| p.mz.value()), 5);
        },
    ),
    column(
        "query_charge",
        "charge of the query with sign",
        |row, cell| {
            put(cell, row.query.precursor.and_then(|p| p.charge));
        },
    ),
    column(
        "query_rt",
        "retention time of the query in seconds",
        |row, cell| {
            fixed(
                cell,
                row.query.measurement.retention_time.map(Seconds::value),
                2,
            );
        },
    ),
    column(
        "rank",
        "1 for the best match; empty for a query without one",
        |row, cell| {
            put(cell, row.ranked.map(|(rank, _)| rank));
        },
    ),
    column(
        "cluster_id",
        "number of the cluster in its library",
        |row, cell| {
            put(cell, row.matched().map(|m| m.cluster));
        },
    ),
    column("cluster_size", "entries in the cluster", |row, cell| {
        put(
            cell,
            row.matched()
                .map(|m| row.library.clusters().members(m.cluster).len()),
        );
    }),
    column(
        "cluster_purity",
        "share of its identified entries that have its identity",
        |row, cell| {
            let purity = |m: &Match| row.library.clusters().purity(m.cluster);
            fixed(cell, row.matched().and_then(purity).map(f64::from), 4);
        },
    ),
    column(
        "similarity",
        "score of the best hit in the cluster, 0 to 1",
        |row, cell| {
            fixed(
                cell,
                row.matched().map(|m| f64::from(m.score.similarity)),
                6,
            );
        },
    ),
    column("score_name", "name of that score", |row, cell| {
        put(cell, row.matched().map(|m| m.score_name));
    }),
    column(
        "matched_peaks",
        "query peaks with a partner in the entry",
        |row, cell| {
            put(cell, row.matched().map(|m| m.score.matched_peaks));
        },
    ),
    column(
        "matched_intensity",
        "their share of the query's intensity, 0 to 1",
        |row, cell| {
            fixed(
                cell,
                row.matched().map(|m| f64::from(m.score.matched_intensity)),
                4,
            );
        },
    ),
    column(
        "precursor_delta_da",
        "query precursor minus entry precursor in Da",
        |row, cell| {
            fixed(cell, row.matched().and_then(|m| m.precursor_delta), 5);
        },
    ),
    column(
        "precursor_delta_ppm",
        "the same in ppm of the entry precursor",
        |row, cell| {
            fixed(cell, row.delta_ppm(), 3);
        },
    ),
    column(
        "mass_shift",
        "mass of the query minus mass of the entry in Da, for ions of equal charge",
        |row, cell| {
            fixed(cell, row.matched().and_then(|m| m.mass_shift), 5);
        },
    ),
    column(
        "mass_shift_name",
        "known changes of that mass, with their sign",
        |row, cell| {
            cell.push_str(&row.shift_name());
        },
    ),
    column(
        "q_value",
        "false discovery rate at which the first match is accepted, 1 where a decoy scored higher; empty \
         without decoys and for further matches",
        |row, cell| {
            fixed(cell, row.q_value().map(|q| q.value), 6);
        },
    ),
    column("fdr_method", "how that rate was estimated", |row, cell| {
        put(cell, row.q_value().map(|q| q.method.word()));
    }),
    column(
        "probability",
        "probability that the first match is right where every second compound is in the library; \
         empty for further matches and where the library could not teach it",
        |row, cell| {
            fixed(cell, row.probability(), 4);
        },
    ),
    column(
        "delta_next",
        "similarity minus that of the next hit of another compound; empty without one",
        |row, cell| {
            let delta = |m: &Match| m.ambiguity.delta_next;
            fixed(cell, row.matched().and_then(delta).map(f64::from), 6);
        },
    ),
    column(
        "ambiguity_group",
        "number of the group of matches that the query does not separate, from 1",
        |row, cell| {
            put(cell, row.matched().map(|m| m.ambiguity.group));
        },
    ),
    column(
        "ambiguity_size",
        "different compounds in that group",
        |row, cell| {
            put(cell, row.matched().map(|m| m.ambiguity.compounds));
        },
    ),
    column("library", "name of the library", |row, cell| {
        put(cell, row.matched().map(|_| row.library.name()));
    }),
    column("entry_id", "accession of the best hit", |row, cell| {
        row.text(cell, EntryText::Id);
    }),
    column(
        "entry_index",
        "position of the best hit in its library, from 0",
        |row, cell| {
            put(cell, row.matched().map(|m| m.entry));
        },
    ),
    column("name", "compound name", |row, cell| {
        row.text(cell, EntryText::Name);
    }),
    column("formula", "molecular formula", |row, cell| {
        row.text(cell, EntryText::Formula);
    }),
    column("adduct", "adduct of the entry", |row, cell| {
        row.text(cell, EntryText::Adduct);
    }),
    column("inchikey", "InChIKey", |row, cell| {
        row.text(cell, EntryText::InchiKey);
    }),
    column("smiles", "SMILES", |row, cell| {
        row.text(cell, EntryText::Smiles);
    }),
    column("peptide", "peptidoform", |row, cell| {
        row.text(cell, EntryText::Peptide);
    }),
    column(
        "entry_precursor_mz",
        "precursor m/z of the entry",
        |row, cell| {
            let mz = |m: &Match| row.library.entries().precursor_mz(m.entry);
            fixed(cell, row.matched().and_then(mz), 5);
        },
    ),
    column(
        "entry_charge",
        "charge of the entry with sign",
        |row, cell| {
            put(
                cell,
                row.matched()
                    .and_then(|m| row.library.entries().charge(m.entry)),
            );
        },
    ),
    column(
        "collision_energy",
        "collision energy of the entry",
        |row, cell| {
            row.text(cell, EntryText::CollisionEnergy);
        },
    ),
    column("instrument", "instrument of the entry", |row, cell| {
        row.text(cell, EntryText::Instrument);
    }),
    column(
        "plan",
        "how candidates were picked, or why there is no match",
        |row, cell| {
            cell.push_str(row.answer.plan.word());
        },
    ),
    column(
        "n_candidates",
        "entries scored exactly for this query",
        |row, cell| {
            put(cell, Some(row.answer.n_candidates));
        },
    ),
];

/// How well a mass difference must agree with a known one to be given its name: the accuracy of
/// current instruments, of both precursors.
const SHIFT_PPM: f64 = 10.0;
const SHIFT_DA: f64 = 0.002;

impl<'a> Row<'a> {
    fn matched(&self) -> Option<&'a Match> {
        self.ranked.map(|(_, matched)| matched)
    }

    fn text(&self, cell: &mut String, text: EntryText) {
        if let Some(matched) = self.matched() {
            cell.push_str(&self.library.entries().text(text, matched.entry));
        }
    }

    fn q_value(&self) -> Option<QValue> {
        let (rank, _) = self.ranked?;
        self.answer.q_value.filter(|_| rank == 1)
    }

    fn probability(&self) -> Option<f64> {
        let (rank, _) = self.ranked?;
        self.answer.probability.filter(|_| rank == 1)
    }

    fn shift_name(&self) -> String {
        let shift = self.matched().and_then(|m| Some((m, m.mass_shift?)));
        let Some((matched, shift)) = shift else {
            return String::new();
        };
        let entry_mz = self.library.entries().precursor_mz(matched.entry);
        let tolerance = (entry_mz.unwrap_or_default() * SHIFT_PPM * 1.0e-6).max(SHIFT_DA);
        shift_name(shift, tolerance)
    }

    fn delta_ppm(&self) -> Option<f64> {
        let matched = self.matched()?;
        let entry_mz = self.library.entries().precursor_mz(matched.entry)?;
        Some(matched.precursor_delta? / entry_mz * 1.0e6)
    }
}

fn put(cell: &mut String, value: Option<impl std::fmt::Display>) {
    if let Some(value) = value {
        // Writing to a String does not fail.
        let _ = write!(cell, "{value}");
    }
}

fn fixed(cell: &mut String, value: Option<f64>, decimals: usize) {
    // Adding 0 makes of -0 plain 0; a number that rounds to -0 is written without its sign.
    let scale = 10_f64.powi(decimals as i32);
    let tidy = |v: f64| if (v * scale).abs() < 0.5 { 0.0 } else { v };
    if let Some(value) = value {
        let _ = write!(cell, "{:.decimals$}", tidy(value));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_the_published_ones() {
        let names: Vec<&str> = COLUMNS.iter().map(|c| c.name).collect();
        assert_eq!(
            names.join(", "),
            "query_file, query_id, query_index, query_precursor_mz, query_charge, query_rt, rank, \
             cluster_id, cluster_size, cluster_purity, similarity, score_name, matched_peaks, \
             matched_intensity, precursor_delta_da, precursor_delta_ppm, mass_shift, \
             mass_shift_name, q_value, fdr_method, probability, delta_next, ambiguity_group, ambiguity_size, \
             library, entry_id, entry_index, name, formula, adduct, inchikey, smiles, peptide, \
             entry_precursor_mz, entry_charge, collision_energy, instrument, plan, n_candidates"
        );
    }

    #[test]
    fn numbers_have_fixed_decimals_and_no_negative_zero() {
        let text = |value| {
            let mut cell = String::new();
            fixed(&mut cell, value, 3);
            cell
        };
        assert_eq!(text(Some(1.0)), "1.000");
        assert_eq!(text(Some(-0.0004)), "0.000");
        assert_eq!(text(Some(-0.0006)), "-0.001");
        assert_eq!(text(None), "");
    }
}
