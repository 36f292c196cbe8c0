//! What a library knows of each entry beside its peaks, in columns.

use super::{TextColumn, TextColumnBuilder};
use crate::domain::{Charge, Mz, Polarity, Precursor, Seconds, Spectrum, first_block};
use crate::index::Slab;
use std::borrow::Cow;

/// The text columns of an entry, in the order they are stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EntryText {
    /// Accession or title.
    Id,
    /// Compound name.
    Name,
    /// Molecular formula.
    Formula,
    /// Adduct.
    Adduct,
    /// InChIKey.
    InchiKey,
    /// SMILES.
    Smiles,
    /// Peptidoform.
    Peptide,
    /// Collision energy with unit.
    CollisionEnergy,
    /// Instrument.
    Instrument,
}

impl EntryText {
    /// All of them.
    pub const ALL: [Self; 9] = [
        Self::Id,
        Self::Name,
        Self::Formula,
        Self::Adduct,
        Self::InchiKey,
        Self::Smiles,
        Self::Peptide,
        Self::CollisionEnergy,
        Self::Instrument,
    ];

    /// Name of the column in the file.
    pub fn column(self) -> &'static str {
        match self {
            Self::Id => "id",
            Self::Name => "name",
            Self::Formula => "formula",
            Self::Adduct => "adduct",
            Self::InchiKey => "inchikey",
            Self::Smiles => "smiles",
            Self::Peptide => "peptide",
            Self::CollisionEnergy => "collision_energy",
            Self::Instrument => "instrument",
        }
    }

    fn of(self, spectrum: &Spectrum) -> &str {
        match self {
            Self::Id => &spectrum.id,
            Self::Name => &spectrum.compound.name,
            Self::Formula => &spectrum.compound.formula,
            Self::Adduct => &spectrum.compound.adduct,
            Self::InchiKey => &spectrum.compound.inchikey,
            Self::Smiles => &spectrum.compound.smiles,
            Self::Peptide => &spectrum.compound.peptide,
            Self::CollisionEnergy => &spectrum.measurement.collision_energy,
            Self::Instrument => &spectrum.measurement.instrument,
        }
    }
}

/// When each entry left the column; NaN where unknown.
#[derive(Debug, Clone)]
pub struct RetentionColumns {
    /// Retention time in seconds.
    pub time: Slab<f64>,
    /// Retention index.
    pub index: Slab<f64>,
}

/// One row per entry.
#[derive(Debug, Clone)]
pub struct EntryColumns {
    /// m/z in Th; NaN where unknown.
    precursor_mz: Slab<f64>,
    /// Signed charge; 0 where unknown.
    charge: Slab<i8>,
    /// 1 positive, -1 negative, 0 unknown.
    polarity: Slab<i8>,
    /// In seconds, and without unit; NaN where unknown.
    retention: RetentionColumns,
    texts: Vec<TextColumn>,
}

impl EntryColumns {
    /// Puts columns together; `texts` in the order of [`EntryText::ALL`].
    ///
    /// # Errors
    /// Columns of different length.
    pub fn from_parts(
        precursor_mz: Slab<f64>,
        charge: Slab<i8>,
        polarity: Slab<i8>,
        retention: RetentionColumns,
        texts: Vec<TextColumn>,
    ) -> Result<Self, &'static str> {
        let n = precursor_mz.len();
        let even = charge.len() == n
            && polarity.len() == n
            && retention.time.len() == n
            && retention.index.len() == n
            && texts.len() == EntryText::ALL.len()
            && texts.iter().all(|t| t.len() == n);
        even.then_some(Self {
            precursor_mz,
            charge,
            polarity,
            retention,
            texts,
        })
        .ok_or("columns differ in length")
    }

    /// Number of entries.
    pub fn len(&self) -> usize {
        self.precursor_mz.len()
    }

    /// Whether there is no entry.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Precursor m/z of `row`, where known.
    pub fn precursor_mz(&self, row: u32) -> Option<f64> {
        Some(self.precursor_mz[row as usize]).filter(|mz| mz.is_finite())
    }

    /// The isolated ion of `row`, where its m/z is known.
    pub fn precursor(&self, row: u32) -> Option<Precursor> {
        let mz = Mz::new(self.precursor_mz[row as usize]).ok()?;
        Some(Precursor {
            mz,
            charge: self.charge(row),
        })
    }

    /// Charge of `row`, where known.
    pub fn charge(&self, row: u32) -> Option<Charge> {
        Charge::new(self.charge[row as usize]).ok()
    }

    /// Polarity of `row` as 1, -1 or 0 for unknown.
    pub fn polarity_sign(&self, row: u32) -> i8 {
        self.polarity[row as usize]
    }

    /// Retention time of `row` in seconds, where known.
    pub fn retention_time(&self, row: u32) -> Option<f64> {
        Some(self.retention.time[row as usize]).filter(|time| time.is_finite())
    }

    /// Retention index of `row`, where known.
    pub fn retention_index(&self, row: u32) -> Option<f64> {
        Some(self.retention.index[row as usize]).filter(|index| index.is_finite())
    }

    /// Both retention columns, for writing.
    pub fn retention(&self) -> &RetentionColumns {
        &self.retention
    }

    /// A text of `row`; empty where unknown.
    pub fn text(&self, text: EntryText, row: u32) -> Cow<'_, str> {
        self.texts[text as usize].get(row)
    }

    /// What `row` is a spectrum of, in a form that is equal for equal things: the first InChIKey
    /// block, else the peptidoform with its charge, else the name in lower case. `None` where the
    /// library says nothing of it.
    pub fn identity(&self, row: u32) -> Option<String> {
        let inchikey = self.text(EntryText::InchiKey, row);
        let peptide = self.text(EntryText::Peptide, row);
        let name = self.text(EntryText::Name, row);
        if let Some(block) = first_block(&inchikey) {
            Some(block.to_owned())
        } else if !peptide.is_empty() {
            Some(format!("{peptide}/{}", self.charge[row as usize]))
        } else if !name.is_empty() {
            Some(name.to_lowercase())
        } else {
            None
        }
    }

    /// `(precursor_mz, charge, polarity, texts)`, for writing.
    pub fn parts(&self) -> (&[f64], &[i8], &[i8], &[TextColumn]) {
        (
            &self.precursor_mz,
            &self.charge,
            &self.polarity,
            &self.texts,
        )
    }
}

/// 1 positive, -1 negative, 0 unknown.
pub fn polarity_sign(polarity: Option<Polarity>) -> i8 {
    match polarity {
        Some(Polarity::Positive) => 1,
        Some(Polarity::Negative) => -1,
        None => 0,
    }
}

/// Grows [`EntryColumns`] one spectrum at a time.
#[derive(Debug, Default)]
pub struct EntryColumnsBuilder {
    precursor_mz: Vec<f64>,
    charge: Vec<i8>,
    polarity: Vec<i8>,
    retention_time: Vec<f64>,
    retention_index: Vec<f64>,
    texts: [TextColumnBuilder; EntryText::ALL.len()],
}

impl EntryColumnsBuilder {
    /// Appends what is known of `spectrum` beside its peaks.
    pub fn push(&mut self, spectrum: &Spectrum) {
        let precursor = spectrum.precursor;
        self.precursor_mz
            .push(precursor.map_or(f64::NAN, |p| p.mz.value()));
        self.charge
            .push(precursor.and_then(|p| p.charge).map_or(0, Charge::state));
        self.polarity.push(polarity_sign(spectrum.polarity()));
        let measured = &spectrum.measurement;
        self.retention_time
            .push(measured.retention_time.map_or(f64::NAN, Seconds::value));
        self.retention_index
            .push(measured.retention_index.unwrap_or(f64::NAN));
        for (column, text) in self.texts.iter_mut().zip(EntryText::ALL) {
            column.push(text.of(spectrum));
        }
    }

    /// The columns.
    pub fn finish(self) -> EntryColumns {
        EntryColumns {
            precursor_mz: self.precursor_mz.into(),
            charge: self.charge.into(),
            polarity: self.polarity.into(),
            retention: RetentionColumns {
                time: self.retention_time.into(),
                index: self.retention_index.into(),
            },
            texts: self
                .texts
                .into_iter()
                .map(TextColumnBuilder::finish)
                .collect(),
        }
    }
}
