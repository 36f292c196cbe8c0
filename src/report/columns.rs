//! The columns of the report, each declared once: name, meaning, type and how it is read off a row.

use super::row::{Row, delta_ppm, probability};
use super::value::Value;
use crate::domain::Seconds;
use crate::library::EntryText;
use crate::search::Match;
use std::borrow::Cow;

/// A column of the report.
#[derive(Debug, Clone, Copy)]
pub struct Column {
    /// Name in the header.
    pub name: &'static str,
    /// What it holds, with unit.
    pub meaning: &'static str,
    /// Its type and how it is read.
    pub cell: Cell,
}

/// Type of a column and how its cell is read off a row; what is absent is `None` or empty text.
#[derive(Debug, Clone, Copy)]
pub enum Cell {
    /// Text.
    Text(for<'a> fn(&Row<'a>) -> Cow<'a, str>),
    /// A whole number.
    Whole(fn(&Row<'_>) -> Option<i64>),
    /// A number, written with this many decimals where text is written.
    Number(u8, fn(&Row<'_>) -> Option<f64>),
}

impl Column {
    /// The cell of this column.
    pub fn value<'a>(&self, row: &Row<'a>) -> Value<'a> {
        match self.cell {
            Cell::Text(read) => Value::text(read(row)),
            Cell::Whole(read) => read(row).map_or(Value::Absent, Value::Whole),
            Cell::Number(decimals, read) => {
                read(row).map_or(Value::Absent, |value| Value::Number { value, decimals })
            }
        }
    }
}

const fn text(
    name: &'static str,
    meaning: &'static str,
    read: for<'a> fn(&Row<'a>) -> Cow<'a, str>,
) -> Column {
    Column {
        name,
        meaning,
        cell: Cell::Text(read),
    }
}

const fn whole(
    name: &'static str,
    meaning: &'static str,
    read: fn(&Row<'_>) -> Option<i64>,
) -> Column {
    Column {
        name,
        meaning,
        cell: Cell::Whole(read),
    }
}

const fn number(
    name: &'static str,
    meaning: &'static str,
    decimals: u8,
    read: fn(&Row<'_>) -> Option<f64>,
) -> Column {
    Column {
        name,
        meaning,
        cell: Cell::Number(decimals, read),
    }
}

/// All columns, in order.
pub const COLUMNS: &[Column] = &[
    text("query_file", "file of the query, as given", |row| {
        row.query.origin.file.to_string_lossy()
    }),
    text("query_id", "title or native id of the query", |row| {
        Cow::Borrowed(&row.query.id)
    }),
    whole(
        "query_index",
        "position of the query among all spectra of its file, from 0",
        |row| i64::try_from(row.query.origin.index).ok(),
    ),
    number(
        "query_precursor_mz",
        "precursor m/z of the query",
        5,
        |row| row.query.precursor.map(|p| p.mz.value()),
    ),
    whole("query_charge", "charge of the query with sign", |row| {
        Some(row.query.precursor?.charge?.state().into())
    }),
    number(
        "query_rt",
        "retention time of the query in seconds",
        2,
        |row| row.query.measurement.retention_time.map(Seconds::value),
    ),
    whole(
        "rank",
        "1 for the best match; empty for a query without one",
        |row| i64::try_from(row.ranked?.0).ok(),
    ),
    whole(
        "cluster_id",
        "number of the cluster in its library",
        |row| {
            let number = |m: &Match| m.cluster - row.library.member(m.entry).clusters.start;
            row.matched().map(|m| number(m).into())
        },
    ),
    whole("cluster_size", "entries in the cluster", |row| {
        let members = |m: &Match| row.library.clusters().members(m.cluster).len();
        row.matched().map(|m| members(m) as i64)
    }),
    number(
        "cluster_purity",
        "share of its identified entries that have its identity",
        4,
        |row| {
            row.library
                .clusters()
                .purity(row.matched()?.cluster)
                .map(f64::from)
        },
    ),
    number(
        "similarity",
        "score of the best hit in the cluster, 0 to 1",
        6,
        |row| row.matched().map(|m| m.score.similarity.into()),
    ),
    text("score_name", "name of that score", |row| {
        Cow::Borrowed(row.matched().map_or("", |m| m.score_name))
    }),
    whole(
        "matched_peaks",
        "query peaks with a partner in the entry",
        |row| row.matched().map(|m| m.score.matched_peaks.into()),
    ),
    number(
        "matched_intensity",
        "their share of the query's intensity, 0 to 1",
        4,
        |row| row.matched().map(|m| m.score.matched_intensity.into()),
    ),
    number(
        "precursor_delta_da",
        "query precursor minus entry precursor in Da",
        5,
        |row| row.matched()?.precursor_delta,
    ),
    number(
        "precursor_delta_ppm",
        "the same in ppm of the entry precursor",
        3,
        delta_ppm,
    ),
    number(
        "mass_shift",
        "mass of the query minus mass of the entry in Da, for ions of equal charge",
        5,
        |row| row.matched()?.mass_shift,
    ),
    text(
        "mass_shift_name",
        "known changes of that mass, with their sign",
        |row| Cow::Owned(row.shift_name()),
    ),
    number(
        "q_value",
        "false discovery rate at which the first match is accepted, 1 where a decoy scored higher; empty \
         without decoys and for further matches",
        6,
        |row| row.q_value().map(|q| q.value),
    ),
    text("fdr_method", "how that rate was estimated", |row| {
        Cow::Borrowed(row.q_value().map_or("", |q| q.method.word()))
    }),
    number(
        "probability",
        "probability that the first match is right where every second compound is in the library; \
         empty for further matches and where the library could not teach it",
        4,
        probability,
    ),
    number(
        "delta_next",
        "similarity minus that of the next hit of another compound; empty without one",
        6,
        |row| row.matched()?.ambiguity.delta_next.map(f64::from),
    ),
    whole(
        "ambiguity_group",
        "number of the group of matches that the query does not separate, from 1",
        |row| row.matched().map(|m| m.ambiguity.group.into()),
    ),
    whole(
        "ambiguity_size",
        "different compounds in that group",
        |row| row.matched().map(|m| m.ambiguity.compounds.into()),
    ),
    text("library", "name of the library", |row| {
        let library = row.library;
        let name = row.matched().map(|m| &library.member(m.entry).name);
        name.map_or(Cow::Borrowed(""), |name| Cow::Borrowed(name))
    }),
    text("entry_id", "accession of the best hit", |row| {
        row.text(EntryText::Id)
    }),
    whole(
        "entry_index",
        "position of the best hit in its library, from 0",
        |row| {
            let position = |m: &Match| m.entry - row.library.member(m.entry).rows.start;
            row.matched().map(|m| position(m).into())
        },
    ),
    text("name", "compound name", |row| row.text(EntryText::Name)),
    text("formula", "molecular formula", |row| {
        row.text(EntryText::Formula)
    }),
    text("adduct", "adduct of the entry", |row| {
        row.text(EntryText::Adduct)
    }),
    text("inchikey", "InChIKey", |row| row.text(EntryText::InchiKey)),
    text("smiles", "SMILES", |row| row.text(EntryText::Smiles)),
    text("peptide", "peptidoform", |row| row.text(EntryText::Peptide)),
    number(
        "entry_precursor_mz",
        "precursor m/z of the entry",
        5,
        |row| row.library.entries().precursor_mz(row.matched()?.entry),
    ),
    whole("entry_charge", "charge of the entry with sign", |row| {
        Some(
            row.library
                .entries()
                .charge(row.matched()?.entry)?
                .state()
                .into(),
        )
    }),
    text("collision_energy", "collision energy of the entry", |row| {
        row.text(EntryText::CollisionEnergy)
    }),
    text("instrument", "instrument of the entry", |row| {
        row.text(EntryText::Instrument)
    }),
    text(
        "plan",
        "how candidates were picked, or why there is no match",
        |row| Cow::Borrowed(row.answer.plan.word()),
    ),
    whole(
        "n_candidates",
        "entries scored exactly for this query",
        |row| i64::try_from(row.answer.n_candidates).ok(),
    ),
];

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
}
