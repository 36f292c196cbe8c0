//! What a library knows of each entry beside its peaks, in columns.

use super::{TextColumn, TextColumnBuilder};
use crate::domain::{Charge, Mz, Polarity, Precursor, Seconds, Spectrum, first_block};
use crate::memory::{Column, Slab, Workspace, WorkspaceError};
use std::borrow::Cow;
use std::hash::{DefaultHasher, Hasher};

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
    /// What else the file states: [`Fields`](crate::domain::Fields) as text.
    Fields,
}

impl EntryText {
    /// All of them.
    pub const ALL: [Self; 10] = [
        Self::Id,
        Self::Name,
        Self::Formula,
        Self::Adduct,
        Self::InchiKey,
        Self::Smiles,
        Self::Peptide,
        Self::CollisionEnergy,
        Self::Instrument,
        Self::Fields,
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
            Self::Fields => "fields",
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
            Self::Fields => spectrum.fields.as_text(),
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
    /// Bits by entry, see [`DECOY`]; empty where no entry has any.
    flags: Slab<u8>,
}

/// Flag of an entry that is a certainly wrong answer, there to count how often such an answer wins.
const DECOY: u8 = 1;

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
            flags: Vec::new().into(),
        })
        .ok_or("columns differ in length")
    }

    /// The same with flags.
    ///
    /// # Errors
    /// Flags of another number of entries, a flag that means nothing, or a decoy before a target.
    pub fn with_flags(mut self, flags: Slab<u8>) -> Result<Self, &'static str> {
        if flags.len() != self.len() {
            return Err("columns differ in length");
        }
        if flags.iter().any(|flag| flag & !DECOY != 0) {
            return Err("a flag is not known");
        }
        if !flags.is_sorted() {
            return Err("a decoy stands before a target");
        }
        self.flags = flags;
        Ok(self)
    }

    /// Flags by entry; empty where no entry has any.
    pub fn flags(&self) -> &[u8] {
        &self.flags
    }

    /// Whether `row` is a decoy: never an answer.
    pub fn is_decoy(&self, row: u32) -> bool {
        self.flags
            .get(row as usize)
            .is_some_and(|flag| flag & DECOY != 0)
    }

    /// Number of decoys. They are the last rows.
    pub fn n_decoys(&self) -> usize {
        self.flags.len() - self.flags.partition_point(|flag| flag & DECOY == 0)
    }

    /// Number of entries that may be an answer. They are the first rows.
    pub fn n_targets(&self) -> usize {
        self.len() - self.n_decoys()
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
        precursor(self.precursor_mz[row as usize], self.charge[row as usize])
    }

    /// Charge of `row`, where known.
    pub fn charge(&self, row: u32) -> Option<Charge> {
        Charge::new(self.charge[row as usize]).ok()
    }

    /// Polarity of `row` as 1, -1 or 0 for unknown.
    pub fn polarity_sign(&self, row: u32) -> i8 {
        self.polarity[row as usize]
    }

    /// The isolated ion and the polarity of `row`, where known.
    pub fn ion(&self, row: u32) -> (Option<Precursor>, Option<Polarity>) {
        (
            self.precursor(row),
            Polarity::of_sign(self.polarity_sign(row)),
        )
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

    /// Asks memory for the texts of `row` that a report tells, which will be read in a while.
    pub fn prefetch_texts(&self, row: u32) {
        for text in EntryText::ALL {
            if text != EntryText::Fields {
                self.texts[text as usize].prefetch(row);
            }
        }
    }

    /// What `row` is a spectrum of, in a form that is equal for equal things: the first InChIKey
    /// block, else the peptidoform with its charge, else the name in lower case. `None` where the
    /// library says nothing of it, and for decoys.
    pub fn identity(&self, row: u32) -> Option<String> {
        let text = |text| self.text(text, row);
        (!self.is_decoy(row)).then(|| identity(text, self.charge[row as usize]))?
    }

    /// A number that is equal for equal identities, in any library. Different ones share it once in
    /// 2^64 pairs; it needs no memory of its own where there is an `InChIKey`.
    pub fn identity_number(&self, row: u32) -> Option<u64> {
        let number = |identity: &str| {
            let mut hasher = DefaultHasher::new();
            hasher.write(identity.as_bytes());
            hasher.finish()
        };
        if self.is_decoy(row) {
            return None;
        }
        match first_block(&self.text(EntryText::InchiKey, row)) {
            Some(block) => Some(number(block)),
            None => self.identity(row).as_deref().map(number),
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

/// The ion of m/z `mz`, NaN where unknown, and `charge`, 0 where unknown.
fn precursor(mz: f64, charge: i8) -> Option<Precursor> {
    Some(Precursor {
        mz: Mz::new(mz).ok()?,
        charge: Charge::new(charge).ok(),
    })
}

/// Appends the value at `row`, which was settled, once more.
fn again<T: bytemuck::Pod>(column: &mut Column<T>, row: usize) {
    column.push(column.settled()[row]);
}

/// What a spectrum that is in no library is annotated as, told as [`EntryColumns::identity`] tells it.
pub fn identity_of(spectrum: &Spectrum) -> Option<String> {
    let compound = &spectrum.compound;
    let text = |text| {
        Cow::Borrowed(if text == EntryText::InchiKey {
            compound.inchikey.as_str()
        } else if text == EntryText::Peptide {
            compound.peptide.as_str()
        } else {
            compound.name.as_str()
        })
    };
    let charge = spectrum.precursor.and_then(|p| p.charge);
    identity(text, charge.map_or(0, Charge::state))
}

fn identity<'a>(text: impl Fn(EntryText) -> Cow<'a, str>, charge: i8) -> Option<String> {
    // One text after another: a search asks this of every hit, and the first mostly tells.
    if let Some(block) = first_block(&text(EntryText::InchiKey)) {
        return Some(block.to_owned());
    }
    let peptide = text(EntryText::Peptide);
    if !peptide.is_empty() {
        return Some(format!("{peptide}/{charge}"));
    }
    let name = text(EntryText::Name);
    (!name.is_empty()).then(|| name.to_lowercase())
}

/// 1 positive, -1 negative, 0 unknown.
pub fn polarity_sign(polarity: Option<Polarity>) -> i8 {
    polarity.map_or(0, Polarity::sign)
}

/// Grows [`EntryColumns`] one spectrum at a time.
#[derive(Debug, Default)]
pub struct EntryColumnsBuilder {
    precursor_mz: Column<f64>,
    charge: Column<i8>,
    polarity: Column<i8>,
    retention_time: Column<f64>,
    retention_index: Column<f64>,
    texts: [TextColumnBuilder; EntryText::ALL.len()],
    flags: Column<u8>,
    any_flag: bool,
}

impl EntryColumnsBuilder {
    /// No entries yet.
    pub fn within(workspace: &Workspace) -> Self {
        Self {
            precursor_mz: workspace.column(),
            charge: workspace.column(),
            polarity: workspace.column(),
            retention_time: workspace.column(),
            retention_index: workspace.column(),
            texts: std::array::from_fn(|_| TextColumnBuilder::within(workspace)),
            flags: workspace.column(),
            any_flag: false,
        }
    }

    /// Number of entries so far.
    pub fn len(&self) -> usize {
        self.flags.len()
    }

    /// Whether there is no entry yet.
    pub fn is_empty(&self) -> bool {
        self.flags.is_empty()
    }

    /// Makes the entries so far readable.
    ///
    /// # Errors
    /// If they could not be kept.
    pub fn settle(&mut self) -> Result<(), WorkspaceError> {
        self.precursor_mz.settle()?;
        self.charge.settle()?;
        self.polarity.settle()?;
        self.retention_time.settle()?;
        self.retention_index.settle()?;
        for column in &mut self.texts {
            column.settle()?;
        }
        self.flags.settle()
    }

    fn flag(&mut self, flag: u8) {
        self.any_flag |= flag != 0;
        self.flags.push(flag);
    }

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
        self.flag(0);
    }

    /// Appends what `entries` know of `row`.
    pub fn push_from(&mut self, entries: &EntryColumns, row: u32) {
        let at = row as usize;
        self.precursor_mz.push(entries.precursor_mz[at]);
        self.charge.push(entries.charge[at]);
        self.polarity.push(entries.polarity[at]);
        self.retention_time.push(entries.retention.time[at]);
        self.retention_index.push(entries.retention.index[at]);
        for (column, text) in self.texts.iter_mut().zip(&entries.texts) {
            column.push(&text.get(row));
        }
        self.flag(entries.flags.get(at).copied().unwrap_or(0));
    }

    /// Appends a decoy of the entry `target`, which was settled: it has that entry's metadata, so that filters treat
    /// both alike, but its own id and the sequence `peptide`.
    pub fn push_decoy(&mut self, target: u32, peptide: &str) {
        let row = target as usize;
        again(&mut self.precursor_mz, row);
        again(&mut self.charge, row);
        again(&mut self.polarity, row);
        again(&mut self.retention_time, row);
        again(&mut self.retention_index, row);
        for (column, text) in self.texts.iter_mut().zip(EntryText::ALL) {
            let own = match text {
                EntryText::Id => format!("DECOY_{}", column.get(target)),
                EntryText::Peptide => peptide.to_owned(),
                // They tell of the measured spectrum.
                EntryText::Fields => String::new(),
                EntryText::Name
                | EntryText::Formula
                | EntryText::Adduct
                | EntryText::InchiKey
                | EntryText::Smiles
                | EntryText::CollisionEnergy
                | EntryText::Instrument => column.get(target).to_owned(),
            };
            column.push(&own);
        }
        self.flag(DECOY);
    }

    /// A text of `row`, which was settled; empty where unknown.
    pub fn text(&self, text: EntryText, row: u32) -> &str {
        self.texts[text as usize].get(row)
    }

    /// What `row`, which was settled, is, as [`EntryColumns::identity`] says it.
    pub fn identity(&self, row: u32) -> Option<String> {
        identity(
            |text| Cow::Borrowed(self.text(text, row)),
            self.charge.settled()[row as usize],
        )
    }

    /// The isolated ion and the polarity of `row`, which was settled, where known.
    pub fn ion(&self, row: u32) -> (Option<Precursor>, Option<Polarity>) {
        let row = row as usize;
        let precursor = precursor(self.precursor_mz.settled()[row], self.charge.settled()[row]);
        (precursor, Polarity::of_sign(self.polarity.settled()[row]))
    }

    /// The columns.
    ///
    /// # Errors
    /// If entries could not be kept.
    pub fn finish(self) -> Result<EntryColumns, WorkspaceError> {
        let texts = self.texts.into_iter().map(TextColumnBuilder::finish);
        Ok(EntryColumns {
            flags: if self.any_flag {
                self.flags.finish()?
            } else {
                Vec::new().into()
            },
            precursor_mz: self.precursor_mz.finish()?,
            charge: self.charge.finish()?,
            polarity: self.polarity.finish()?,
            retention: RetentionColumns {
                time: self.retention_time.finish()?,
                index: self.retention_index.finish()?,
            },
            texts: texts.collect::<Result<_, _>>()?,
        })
    }
}
