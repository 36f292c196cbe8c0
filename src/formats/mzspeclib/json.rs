//! The JSON form of mzSpecLib.
//!
//! The sets of attributes that spectra share may stand behind the spectra, so the file is read
//! twice: the sets first, then one spectrum after another. What comes is put into a file of our own
//! for that, since it may be compressed or standard input.

use super::attributes::{About, Attribute, Entry, Sets};
use crate::domain::Origin;
use crate::formats::input::Input;
use crate::formats::json::values::{self, Found, Values};
use crate::formats::limits::MAX_PEAKS;
use crate::formats::peak_line::checked;
use crate::formats::source::{Damaged, Source};
use crate::formats::text::snippet;
use crate::formats::{Fault, ReadError, Record};
use serde_json::Value;
use std::fs::File;
use std::io::{self, Seek};
use std::path::Path;
use std::sync::Arc;

/// Reads the spectra of one mzSpecLib JSON file.
pub(in crate::formats) struct MzSpecLibJsonReader {
    file: Arc<Path>,
    values: Values,
    sets: Sets,
    record: Vec<u8>,
    n_records: usize,
    /// The stream stands in the list of spectra.
    in_list: bool,
    is_cut: bool,
}

impl MzSpecLibJsonReader {
    pub(in crate::formats) fn open(input: Input) -> Result<Self, ReadError> {
        let (file, spool) = input.spooled()?;
        let failed = |source| ReadError::Stream {
            file: Arc::clone(&file),
            records: 0,
            source,
        };
        let second = spool.try_clone().map_err(failed)?;
        let sets = read_sets(spool).map_err(failed)?;
        let mut reader = Self {
            values: rewound(second).map_err(failed)?,
            file: Arc::clone(&file),
            sets,
            record: Vec::new(),
            n_records: 0,
            in_list: false,
            is_cut: false,
        };
        reader.in_list = find_spectra(&mut reader.values).map_err(failed)?;
        Ok(reader)
    }

    fn parse(&self, line: u64) -> Result<Record, Fault> {
        let spectrum = values::parse(&self.record)?;
        let origin = Origin {
            file: Arc::clone(&self.file),
            index: self.n_records,
        };
        let draft = entry(&spectrum, line).conclude(&self.sets, line);
        draft.finish(origin).map_err(|(_, fault)| fault)
    }
}

impl Source for MzSpecLibJsonReader {
    fn format(&self) -> &'static str {
        "mzSpecLib"
    }

    fn next_record(&mut self) -> io::Result<Option<Result<Record, Damaged>>> {
        while self.in_list {
            match self.values.peek()? {
                None => {
                    self.is_cut = true;
                    return Ok(None);
                }
                Some(b']') => self.in_list = false,
                Some(b',') => self.values.skip(),
                Some(_) => {
                    let line = self.values.line();
                    let outcome = match self.values.value(&mut self.record)? {
                        Found::Whole => self.parse(line),
                        Found::TooLarge => Err(Fault::RecordTooLarge),
                        Found::Cut => Err(Fault::CutRecord),
                        Found::Stray(byte) => Err(Fault::Json(snippet(&[byte]))),
                    };
                    self.n_records += 1;
                    return Ok(Some(outcome.map_err(|fault| (line, fault).into())));
                }
            }
        }
        Ok(None)
    }

    fn cut(&self) -> Option<String> {
        self.is_cut
            .then(|| "cut before the end of the list of spectra".to_owned())
    }
}

fn rewound(mut file: File) -> io::Result<Values> {
    file.rewind()?;
    Ok(Values::new(Box::new(file)))
}

/// Goes to the next key of the outermost object and gives it, up to the value.
fn next_key(values: &mut Values, text: &mut Vec<u8>) -> io::Result<Option<String>> {
    while let Some(byte) = values.peek()? {
        if byte != b'"' {
            values.skip();
            if byte == b'}' {
                return Ok(None);
            }
            continue;
        }
        values.value(text)?;
        let key = serde_json::from_slice(text).unwrap_or_default();
        if values.peek()? == Some(b':') {
            values.skip();
        }
        return Ok(Some(key));
    }
    Ok(None)
}

fn find_spectra(values: &mut Values) -> io::Result<bool> {
    let mut text = Vec::new();
    while let Some(key) = next_key(values, &mut text)? {
        if key == "spectra" && values.peek()? == Some(b'[') {
            values.skip();
            return Ok(true);
        }
        skip_value(values, &mut text)?;
    }
    Ok(false)
}

/// Leaves out a value; of a list one item after another, since it may be of any length.
fn skip_value(values: &mut Values, text: &mut Vec<u8>) -> io::Result<()> {
    if values.peek()? != Some(b'[') {
        return values.value(text).map(drop);
    }
    values.skip();
    while let Some(byte) = values.peek()? {
        match byte {
            b']' => {
                values.skip();
                return Ok(());
            }
            b',' => values.skip(),
            _ => {
                values.value(text)?;
            }
        }
    }
    Ok(())
}

fn read_sets(file: File) -> io::Result<Sets> {
    let mut values = rewound(file)?;
    let mut sets = Sets::default();
    let mut text = Vec::new();
    while let Some(key) = next_key(&mut values, &mut text)? {
        let about = match key.as_str() {
            "spectrum_attribute_sets" => About::Spectrum,
            "analyte_attribute_sets" => About::Analyte,
            "interpretation_attribute_sets" => About::Interpretation,
            _ => {
                skip_value(&mut values, &mut text)?;
                continue;
            }
        };
        values.value(&mut text)?;
        let by_name: Value = serde_json::from_slice(&text).unwrap_or_default();
        for (name, list) in by_name.as_object().into_iter().flatten() {
            sets.insert(about, name, attributes(Some(list)));
        }
    }
    Ok(sets)
}

fn entry(spectrum: &Value, line: u64) -> Entry {
    let mut entry = Entry {
        spectrum: attributes(spectrum.get("attributes")),
        ..Entry::default()
    };
    let of_each = |key: &str| -> Vec<Vec<Attribute>> {
        let by_number = spectrum.get(key).and_then(Value::as_object);
        let each = by_number.into_iter().flat_map(|object| object.values());
        each.map(|item| attributes(item.get("attributes")))
            .collect()
    };
    entry.analytes = of_each("analytes");
    entry.interpretations = of_each("interpretations");
    if let Err(fault) = read_peaks(&mut entry, spectrum) {
        entry.draft.fault(line, fault);
    }
    entry
}

fn read_peaks(entry: &mut Entry, spectrum: &Value) -> Result<(), Fault> {
    let list = |key: &str| {
        spectrum
            .get(key)
            .and_then(Value::as_array)
            .map_or(&[][..], Vec::as_slice)
    };
    let (mz, intensity) = (list("mzs"), list("intensities"));
    if mz.len() != intensity.len() {
        let text = format!("{} m/z and {} intensities", mz.len(), intensity.len());
        return Err(Fault::Json(text));
    }
    if mz.len() > MAX_PEAKS {
        return Err(Fault::TooManyPeaks);
    }
    for (mz, intensity) in mz.iter().zip(intensity) {
        let (Some(mz_value), Some(intensity_value)) = (mz.as_f64(), intensity.as_f64()) else {
            return Err(Fault::PeakLine(snippet(
                format!("{mz} {intensity}").as_bytes(),
            )));
        };
        entry.draft.peaks.push(checked(mz_value, intensity_value)?);
    }
    Ok(())
}

fn attributes(list: Option<&Value>) -> Vec<Attribute> {
    let items = list.and_then(Value::as_array).into_iter().flatten();
    items
        .map(|item| {
            let text = |key: &str| match item.get(key) {
                None | Some(Value::Null) => String::new(),
                Some(Value::String(text)) => text.clone(),
                Some(other) => other.to_string(),
            };
            Attribute {
                group: text("cv_param_group"),
                accession: text("accession"),
                name: text("name"),
                value: text("value"),
                value_accession: text("value_accession"),
            }
        })
        .collect()
}
