//! mzXML, read tag by tag: a `<scan>` holds its peaks as one array, and scans may lie in one another.
//!
//! The index at the end is not used, so a wrong or missing one does no harm. Peaks are decoded only
//! where a scan is an MS/MS spectrum, never more of them than it declares.

use super::centroid::centroids;
use super::coded::{base64, inflate};
use super::draft::Draft;
use super::input::Input;
use super::key::{Key, Statement};
use super::limits::MAX_PEAKS;
use super::peak_line::checked;
use super::source::{Damaged, Source};
use super::tags::{Tags, attribute, is_start, number};
use super::text::{decode, snippet};
use super::{Fault, Record};
use crate::domain::{Origin, Peak, Seconds};
use std::collections::HashMap;
use std::io;
use std::path::Path;
use std::sync::Arc;

/// The lowest level of the scans that are searched.
const MS_MS: u8 = 2;

/// Reads the scans of one mzXML file.
pub(super) struct MzXmlReader {
    file: Arc<Path>,
    tags: Tags,
    n_records: usize,
    /// Model by `msInstrumentID`; the first one under an empty id as well.
    instruments: HashMap<String, String>,
    /// The instrument whose description is being read.
    instrument_id: String,
    /// Whether the file says of itself as a whole that it is centroided.
    is_centroided: Option<bool>,
    declared: Option<u64>,
    run_ended: bool,
}

/// A scan while it is read.
struct Scan {
    line: u64,
    draft: Draft,
    is_profile: bool,
    n_peaks: Option<u64>,
    n_precursors: usize,
    instrument_id: String,
    coding: Coding,
    coded: Vec<u8>,
}

/// How peaks are written: pairs of m/z and intensity, most significant byte first.
#[derive(Clone, Copy, Default)]
struct Coding {
    is_double: bool,
    is_zlib: bool,
    is_known: bool,
}

impl MzXmlReader {
    pub(super) fn new(input: Input) -> Self {
        Self {
            file: input.file,
            tags: Tags::new(input.bytes),
            n_records: 0,
            instruments: HashMap::new(),
            instrument_id: String::new(),
            is_centroided: None,
            declared: None,
            run_ended: false,
        }
    }

    /// Takes in what stands outside scans.
    fn take_outside(&mut self) {
        let tag = self.tags.tag();
        if is_start(tag, b"<msRun") {
            self.declared = attribute(tag, b"scanCount").and_then(number);
        } else if is_start(tag, b"<msInstrument") {
            let id = attribute(tag, b"msInstrumentID").or_else(|| attribute(tag, b"id"));
            self.instrument_id = id.map(decode).unwrap_or_default();
        } else if is_start(tag, b"<msModel") {
            let model = attribute(tag, b"value").map(plain_text).unwrap_or_default();
            let first = self.instruments.entry(String::new());
            first.or_insert_with(|| model.clone());
            let id = std::mem::take(&mut self.instrument_id);
            self.instruments.insert(id, model);
        } else if is_start(tag, b"<dataProcessing") && self.is_centroided.is_none() {
            self.is_centroided = attribute(tag, b"centroided").map(is_true);
        } else if is_start(tag, b"</msRun") {
            self.run_ended = true;
        }
    }

    fn begin(&self) -> Scan {
        let tag = self.tags.tag();
        let text = |name: &[u8]| attribute(tag, name).map(snippet).unwrap_or_default();
        let mut draft = Draft::default();
        draft.title = format!("scan={}", text(b"num"));
        draft.ms_level = text(b"msLevel").parse().ok();
        draft.polarity = text(b"polarity").parse().ok();
        draft.retention_time = duration(&text(b"retentionTime"));
        if let Some(energy) = attribute(tag, b"collisionEnergy") {
            draft.take(Key::CollisionEnergy, 0, energy);
        }
        let is_centroided = attribute(tag, b"centroided").map(is_true);
        Scan {
            line: self.tags.line(),
            draft,
            is_profile: is_centroided.or(self.is_centroided) == Some(false),
            n_peaks: attribute(tag, b"peaksCount").and_then(number),
            n_precursors: 0,
            instrument_id: text(b"msInstrumentID"),
            coding: Coding::default(),
            coded: Vec::new(),
        }
    }

    fn finish(&mut self, scan: Scan) -> Result<Record, Damaged> {
        let origin = Origin {
            file: Arc::clone(&self.file),
            index: self.n_records,
        };
        let line = scan.line;
        let model = self.instruments.get(&scan.instrument_id);
        let instrument = model.cloned().unwrap_or_default();
        scan.finish(instrument, origin).map_err(|fault| Damaged {
            line: Some(line),
            fault,
        })
    }

    /// Says once, after the last scan, that there should be more.
    fn missing(&mut self) -> Option<Damaged> {
        let read = self.n_records as u64;
        let declared = self
            .declared
            .take_if(|declared| *declared > read && read > 0)?;
        let fault = Fault::MissingSpectra { declared, read };
        Some(Damaged { line: None, fault })
    }
}

impl Scan {
    /// Takes in a tag within the scan, or the text before it.
    fn take(&mut self, tags: &Tags) {
        let tag = tags.tag();
        let line = tags.line();
        if is_start(tag, b"<precursorMz") {
            // Of several precursors the first counts.
            self.n_precursors += 1;
            if self.n_precursors > 1 {
                return;
            }
            if let Some(charge) = attribute(tag, b"precursorCharge") {
                self.draft.read_charge(line, charge);
            }
            for name in ["activationMethod", "precursorIntensity", "precursorScanNum"] {
                let value = attribute(tag, name.as_bytes()).map(decode);
                self.draft.fields.push(name, &value.unwrap_or_default());
            }
        } else if is_start(tag, b"</precursorMz") {
            if self.n_precursors == 1 {
                self.draft.read_precursor(line, tags.text());
            } else {
                self.draft.fields.push("precursorMz", &decode(tags.text()));
            }
        } else if is_start(tag, b"<peaks") {
            self.coding = Coding::of(tag);
        } else if is_start(tag, b"</peaks") {
            if tags.is_too_large() {
                self.draft.fault(line, Fault::TooManyPeaks);
            } else {
                self.coded = tags.text().to_vec();
            }
        } else if is_start(tag, b"<nameValue")
            && let (Some(name), Some(value)) = (attribute(tag, b"name"), attribute(tag, b"value"))
        {
            let value = plain_text(value);
            let stated = Statement {
                key: Key::Other,
                name,
                value: value.as_bytes(),
            };
            self.draft.state(stated, line);
        }
    }

    fn finish(mut self, instrument: String, origin: Origin) -> Result<Record, Fault> {
        let level = self.draft.ms_level;
        let level = level.unwrap_or(if self.draft.precursor_mz.is_some() {
            MS_MS
        } else {
            0
        });
        if level < MS_MS {
            return Ok(Record::OtherScan { ms_level: level });
        }
        if !self.draft.is_faulty() {
            let peaks = self.peaks()?;
            self.draft.peaks = if self.is_profile {
                centroids(peaks)?
            } else {
                peaks
            };
        }
        self.draft.instrument = instrument;
        self.draft.finish(origin).map_err(|(_, fault)| fault)
    }

    fn peaks(&self) -> Result<Vec<Peak>, Fault> {
        let declared = self.n_peaks.unwrap_or(0);
        // A scan without peaks is often given a pair of zeros.
        if declared == 0 {
            return Ok(Vec::new());
        }
        let n_peaks = usize::try_from(declared).unwrap_or(usize::MAX);
        if n_peaks > MAX_PEAKS {
            return Err(Fault::TooManyPeaks);
        }
        let peaks = self.coding.pairs(&self.coded, n_peaks);
        let peaks = peaks.map_err(|reason| Fault::Array {
            array: "peak",
            reason,
        })?;
        let read = peaks.len() as u64;
        if read != declared {
            return Err(Fault::PeakCount { declared, read });
        }
        peaks
            .into_iter()
            .map(|(mz, intensity)| checked(mz, intensity))
            .collect()
    }
}

impl Coding {
    fn of(tag: &[u8]) -> Self {
        let word = |name: &[u8]| attribute(tag, name).map(snippet).unwrap_or_default();
        let content = word(b"contentType") + &word(b"pairOrder");
        let compression = word(b"compressionType");
        Self {
            is_double: word(b"precision") == "64",
            is_zlib: compression == "zlib",
            is_known: matches!(content.as_str(), "" | "m/z-int")
                && matches!(compression.as_str(), "" | "none" | "zlib"),
        }
    }

    /// Decodes at most `n_peaks` pairs.
    fn pairs(self, coded: &[u8], n_peaks: usize) -> Result<Vec<(f64, f64)>, String> {
        if !self.is_known {
            return Err("not pairs of m/z and intensity, plain or zlib".to_owned());
        }
        let width = if self.is_double { 8 } else { 4 };
        let limit = n_peaks * 2 * width;
        let mut bytes = base64(coded)?;
        if self.is_zlib {
            bytes = inflate(&bytes, limit)?;
        }
        if bytes.len() > limit {
            return Err(format!("more than the {limit} bytes declared"));
        }
        if bytes.len() % (2 * width) != 0 {
            return Err(format!(
                "{} bytes are no whole number of pairs",
                bytes.len()
            ));
        }
        let double = |b: &[u8; 8]| f64::from_be_bytes(*b);
        let single = |b: &[u8; 4]| f64::from(f32::from_be_bytes(*b));
        let numbers: Vec<f64> = if self.is_double {
            bytes.as_chunks().0.iter().map(double).collect()
        } else {
            bytes.as_chunks().0.iter().map(single).collect()
        };
        let (pairs, _) = numbers.as_chunks::<2>();
        Ok(pairs
            .iter()
            .map(|&[mz, intensity]| (mz, intensity))
            .collect())
    }
}

impl Source for MzXmlReader {
    fn format(&self) -> &'static str {
        "mzXML"
    }

    fn next_record(&mut self) -> io::Result<Option<Result<Record, Damaged>>> {
        let mut scan: Option<Scan> = None;
        while !self.run_ended || scan.is_some() {
            if !self.tags.next()? {
                let Some(scan) = scan else { return Ok(None) };
                self.n_records += 1;
                return Ok(Some(Err(Damaged {
                    line: Some(scan.line),
                    fault: Fault::CutRecord,
                })));
            }
            let tag = self.tags.tag();
            let starts = is_start(tag, b"<scan");
            let ends = is_start(tag, b"</scan") || is_start(tag, b"</msRun");
            if let Some(whole) = scan.take_if(|_| starts || ends) {
                // What is stated of a scan stands before the scans in it.
                if starts || is_start(tag, b"</msRun") {
                    self.tags.put_back();
                }
                let record = self.finish(whole);
                self.n_records += 1;
                return Ok(Some(record));
            }
            if starts {
                scan = Some(self.begin());
            } else if let Some(scan) = &mut scan {
                scan.take(&self.tags);
            } else {
                self.take_outside();
            }
        }
        // A cut gzip shows only at its end.
        self.tags.drain()?;
        Ok(self.missing().map(Err))
    }

    fn cut(&self) -> Option<String> {
        let text = |declared| match declared {
            Some(n) => format!(
                "cut before the end of the run: {} of {n} scans",
                self.n_records
            ),
            None => "cut before the end of the run".to_owned(),
        };
        (!self.run_ended).then(|| text(self.declared))
    }
}

fn is_true(value: &[u8]) -> bool {
    matches!(value, b"1" | b"true")
}

/// An attribute's value with its entities resolved.
fn plain_text(value: &[u8]) -> String {
    let text = decode(value);
    [
        ("&lt;", "<"),
        ("&gt;", ">"),
        ("&quot;", "\""),
        ("&apos;", "'"),
        ("&amp;", "&"),
    ]
    .into_iter()
    .fold(text, |text, (entity, letter)| text.replace(entity, letter))
}

/// Reads a duration of XML Schema, as `PT1H2M3.5S`.
fn duration(text: &str) -> Option<Seconds> {
    let (sign, text) = match text.strip_prefix('-') {
        Some(text) => (-1.0, text),
        None => (1.0, text),
    };
    let mut rest = text.strip_prefix("PT")?;
    let mut seconds = 0.0;
    while let Some(end) = rest.find(|c: char| c.is_ascii_alphabetic() && !"eE".contains(c)) {
        let number: f64 = rest[..end].parse().ok()?;
        seconds += number
            * match rest.as_bytes()[end] {
                b'H' => 3600.0,
                b'M' => 60.0,
                b'S' => 1.0,
                _ => return None,
            };
        rest = &rest[end + 1..];
    }
    (rest.is_empty() && text.len() > 2).then(|| Seconds::new(sign * seconds).ok())?
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_seconds() {
        for (text, seconds) in [
            ("PT64.1451S", Some(64.1451)),
            ("PT2M1S", Some(121.0)),
            ("PT1H61S", Some(3661.0)),
            ("-PT1S", Some(-1.0)),
            ("PT", None),
            ("60", None),
            ("PT5", None),
            ("PT5X", None),
            ("", None),
        ] {
            assert_eq!(duration(text).map(Seconds::value), seconds, "{text}");
        }
    }

    #[test]
    fn entities_are_letters() {
        assert_eq!(plain_text(b"A &amp;lt; &quot;B&quot;"), "A &lt; \"B\"");
    }
}
