//! What the JSON of GNPS, `MoNA` and mzmine says, put into a draft.

use crate::formats::Fault;
use crate::formats::draft::Draft;
use crate::formats::key::Statement;
use crate::formats::limits::MAX_PEAKS;
use crate::formats::peak_line::checked;
use crate::formats::text::snippet;
use serde_json::{Map, Value};

/// Reads one record that begins on `line`.
pub(super) fn read(value: &Value, line: u64) -> Draft {
    let mut draft = Draft::default();
    if let Value::Object(object) = value {
        read_object(&mut draft, object, line);
    } else {
        draft.fault(line, Fault::Json(format!("{} is no record", shown(value))));
    }
    draft
}

fn read_object(draft: &mut Draft, object: &Map<String, Value>, line: u64) {
    let mut has_peaks = false;
    for (key, value) in object {
        match (key.as_str(), value) {
            ("peaks_json" | "peaks" | "signals" | "spectrum", Value::String(text)) => {
                has_peaks = true;
                read_peak_text(draft, text, line);
            }
            ("peaks_json" | "peaks" | "signals", Value::Array(pairs)) => {
                has_peaks = true;
                read_pairs(draft, pairs, line);
            }
            ("metaData", Value::Array(list)) => read_meta_data(draft, list, line),
            ("compound", Value::Array(list)) => read_compounds(draft, list, line),
            ("id", Value::String(id)) => state(draft, "accession", id, line),
            // The words GNPS has for what it derives from the structure.
            ("InChIKey_smiles" | "InChIKey_inchi", Value::String(text)) => {
                state(draft, "inchikey", text, line);
            }
            ("Formula_smiles" | "Formula_inchi", Value::String(text)) => {
                state(draft, "formula", text, line);
            }
            (_, Value::Null) => {}
            (key, Value::String(text)) => state(draft, key, text, line),
            (key, other) => {
                let is_empty = matches!(other, Value::Array(list) if list.is_empty());
                if !is_empty {
                    state(draft, key, &other.to_string(), line);
                }
            }
        }
    }
    if !has_peaks && !draft.is_faulty() {
        let text = "the record has no peaks (peaks_json, peaks, signals or spectrum)";
        draft.fault(line, Fault::Json(text.to_owned()));
    }
}

fn state(draft: &mut Draft, key: &str, value: &str, line: u64) {
    draft.state(Statement::new(key.as_bytes(), value.as_bytes()), line);
}

/// `MoNA` lists names and values; what it computes itself comes after what was submitted.
fn read_meta_data(draft: &mut Draft, list: &[Value], line: u64) {
    for item in list {
        let text = |key: &str| item.get(key).map(plain).unwrap_or_default();
        // A list of m/z of every adduct there is.
        if text("category") == "theoretical adduct" {
            continue;
        }
        let value = [text("value"), text("unit")].join(" ");
        state(draft, &text("name"), value.trim(), line);
    }
}

fn read_compounds(draft: &mut Draft, list: &[Value], line: u64) {
    for compound in list {
        for name in compound
            .get("names")
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
        {
            let name = name.get("name").map(plain).unwrap_or_default();
            state(draft, "name", &name, line);
        }
        for key in ["inchiKey", "inchi"] {
            let value = compound.get(key).map(plain).unwrap_or_default();
            state(draft, key, &value, line);
        }
        let meta_data = compound.get("metaData").and_then(Value::as_array);
        read_meta_data(draft, meta_data.map_or(&[], Vec::as_slice), line);
    }
}

/// Peaks as text: JSON in a string (GNPS), or `mz:intensity` with blanks between (`MoNA`).
fn read_peak_text(draft: &mut Draft, text: &str, line: u64) {
    if text.trim_start().starts_with('[') {
        match serde_json::from_str::<Vec<Value>>(text) {
            Ok(pairs) => read_pairs(draft, &pairs, line),
            Err(error) => draft.fault(line, Fault::Json(snippet(error.to_string().as_bytes()))),
        }
        return;
    }
    for pair in text.split_ascii_whitespace() {
        if draft.read_peak(line, pair.as_bytes()).is_none() {
            return;
        }
    }
}

fn read_pairs(draft: &mut Draft, pairs: &[Value], line: u64) {
    if pairs.len() > MAX_PEAKS {
        draft.fault(line, Fault::TooManyPeaks);
        return;
    }
    for pair in pairs {
        let number = |at: usize| {
            let value = pair.get(at)?;
            value
                .as_f64()
                .or_else(|| value.as_str()?.trim().parse().ok())
        };
        let peak = match (number(0), number(1)) {
            (Some(mz), Some(intensity)) => checked(mz, intensity),
            _ => Err(Fault::PeakLine(shown(pair))),
        };
        match peak {
            Ok(peak) => draft.peaks.push(peak),
            Err(fault) => return draft.fault(line, fault),
        }
    }
}

/// A value as text without quotes.
fn plain(value: &Value) -> String {
    if value.is_null() {
        return String::new();
    }
    value
        .as_str()
        .map_or_else(|| value.to_string(), str::to_owned)
}

fn shown(value: &Value) -> String {
    snippet(value.to_string().as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn peaks(json: &str) -> Vec<(f64, f32)> {
        let value = serde_json::from_str(json).unwrap();
        let draft = read(&value, 1);
        assert!(!draft.is_faulty(), "{json}");
        draft.peaks.iter().map(|p| (p.mz, p.intensity)).collect()
    }

    #[test]
    fn peaks_in_every_shape() {
        let expected = [(100.5, 1.0), (200.5, 2.0)];
        for json in [
            r#"{"peaks_json": "[[100.5,1],[200.5,2]]"}"#,
            r#"{"peaks": [[100.5,1],[200.5,2]]}"#,
            r#"{"signals": [["100.5",1.0],[200.5,2,"note"]]}"#,
            r#"{"spectrum": "100.5:1 200.5:2"}"#,
        ] {
            assert_eq!(peaks(json), expected, "{json}");
        }
        for bad in [
            "{}",
            "3",
            r#"{"peaks": [[1]]}"#,
            r#"{"peaks": [[-1, 5]]}"#,
            r#"{"peaks_json": "[[1"}"#,
            r#"{"spectrum": "1:x"}"#,
        ] {
            let value = serde_json::from_str(bad).unwrap();
            assert!(read(&value, 1).is_faulty(), "{bad}");
        }
    }
}
