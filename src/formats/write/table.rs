//! A CSV row per spectrum.

use super::{Membership, SpectrumWriter, Written};
use crate::domain::{Seconds, Spectrum};
use std::io::{self, Write};

const COLUMNS: [&str; 17] = [
    "id",
    "name",
    "precursor_mz",
    "charge",
    "polarity",
    "adduct",
    "formula",
    "inchikey",
    "smiles",
    "peptide",
    "collision_energy",
    "instrument",
    "retention_time",
    "retention_index",
    "n_peaks",
    "peaks",
    "fields",
];

const CLUSTER_COLUMNS: [&str; 4] = [
    "cluster_id",
    "cluster_size",
    "is_representative",
    "cluster_purity",
];

/// Writes rows; the first decides whether there are columns of clusters.
pub(super) struct Table<'a> {
    csv: csv::Writer<Box<dyn Write + 'a>>,
    with_clusters: Option<bool>,
    written: Written,
}

impl<'a> Table<'a> {
    pub(super) fn begin(out: Box<dyn Write + 'a>) -> Self {
        Self {
            csv: csv::Writer::from_writer(out),
            with_clusters: None,
            written: Written::default(),
        }
    }

    fn header(&mut self, with_clusters: bool) -> io::Result<bool> {
        if let Some(known) = self.with_clusters {
            return Ok(known);
        }
        let more: &[&str] = if with_clusters { &CLUSTER_COLUMNS } else { &[] };
        self.csv.write_record(COLUMNS.iter().chain(more))?;
        self.with_clusters = Some(with_clusters);
        Ok(with_clusters)
    }
}

impl SpectrumWriter for Table<'_> {
    fn write(&mut self, spectrum: Spectrum, cluster: Option<Membership>) -> io::Result<()> {
        let with_clusters = self.header(cluster.is_some())?;
        let (measured, compound) = (&spectrum.measurement, &spectrum.compound);
        let number = |value: Option<f64>| value.map_or(String::new(), |v| v.to_string());
        let precursor = spectrum.precursor;
        let charge = precursor.and_then(|p| p.charge);
        let fields: Vec<(&str, &str)> = spectrum.fields.iter().collect();
        let fields = if fields.is_empty() {
            String::new()
        } else {
            // Lists of texts are always JSON.
            serde_json::to_string(&fields).map_err(io::Error::other)?
        };
        let peaks = spectrum.peaks.as_slice().iter();
        let peaks: Vec<String> = peaks.map(|p| format!("{}:{}", p.mz, p.intensity)).collect();
        let mut row = vec![
            spectrum.id.clone(),
            compound.name.clone(),
            number(precursor.map(|p| p.mz.value())),
            charge.map_or(String::new(), |charge| charge.to_string()),
            measured.polarity.map_or(String::new(), |p| p.to_string()),
            compound.adduct.clone(),
            compound.formula.clone(),
            compound.inchikey.clone(),
            compound.smiles.clone(),
            compound.peptide.clone(),
            measured.collision_energy.clone(),
            measured.instrument.clone(),
            number(measured.retention_time.map(Seconds::value)),
            number(measured.retention_index),
            peaks.len().to_string(),
            peaks.join(" "),
            fields,
        ];
        if with_clusters {
            row.extend(cluster.map_or_else(
                || vec![String::new(); CLUSTER_COLUMNS.len()],
                |cluster| {
                    vec![
                        cluster.cluster.to_string(),
                        cluster.size.to_string(),
                        cluster.is_representative.to_string(),
                        cluster.purity.map_or(String::new(), |p| p.to_string()),
                    ]
                },
            ));
        }
        self.csv.write_record(&row)?;
        self.written.n_spectra += 1;
        Ok(())
    }

    fn end(mut self: Box<Self>) -> io::Result<Written> {
        self.header(false)?;
        self.csv.flush()?;
        Ok(self.written)
    }
}
