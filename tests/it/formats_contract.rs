//! Does every reader keep the contract? One item per record, in order; damage stays in its record.

use crate::formats_samples::{Sample, all, base64};
use mzseek::domain::{Charge, Seconds};
use mzseek::formats::{self, ReadError, Record};
use std::io::Write;

/// Writes `bytes` to a file whose name says nothing, and reads that.
fn read(bytes: &[u8]) -> Result<Vec<Result<Record, ReadError>>, ReadError> {
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(bytes).unwrap();
    formats::open(file.path()).map(Iterator::collect)
}

/// The items of a file, spectra by id and faults by category and line.
fn told(bytes: &[u8]) -> Vec<String> {
    let items = match read(bytes) {
        Ok(items) => items,
        Err(error) => vec![Err(error)],
    };
    let tell = |item: &Result<Record, ReadError>| match item {
        Ok(Record::Spectrum(s)) => {
            // mzXML has numbers and no names.
            let id = s.id.trim_start_matches("scan=");
            format!("{} {id} {}", s.origin.index, s.peaks.len())
        }
        Ok(Record::OtherScan { ms_level }) => format!("MS{ms_level}"),
        Err(ReadError::Record {
            record,
            line,
            fault,
            ..
        }) => {
            format!(
                "record {record} line {}: {}",
                line.unwrap_or(0),
                fault.kind()
            )
        }
        Err(error) => format!("fatal: {}", error.kind()),
    };
    items.iter().map(tell).collect()
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut coder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    coder.write_all(bytes).unwrap();
    coder.finish().unwrap()
}

/// The three spectra every sample holds.
const THREE: [&str; 3] = ["0 a 2", "1 b 3", "2 a 1"];

#[test]
fn all_records_come_in_order_though_ids_repeat() {
    for sample in all() {
        assert_eq!(told(sample.text.as_bytes()), THREE, "{}", sample.format);
    }
}

#[test]
fn formats_agree_on_what_they_state() {
    for sample in all() {
        let first = match read(sample.text.as_bytes()).unwrap().swap_remove(0) {
            Ok(Record::Spectrum(spectrum)) => *spectrum,
            other => panic!("{}: {other:?}", sample.format),
        };
        let precursor = first
            .precursor
            .map(|p| (p.mz.value(), p.charge.map(Charge::state)));
        assert_eq!(precursor, Some((500.25, Some(-2))), "{}", sample.format);
        let time = first.measurement.retention_time.map(Seconds::value);
        assert_eq!(time, Some(90.0), "{}", sample.format);
        let peaks: Vec<_> = first
            .peaks
            .as_slice()
            .iter()
            .map(|p| (p.mz, p.intensity))
            .collect();
        assert_eq!(peaks, [(100.5, 10.0), (200.5, 20.0)], "{}", sample.format);
    }
}

#[test]
fn line_ends_bom_gzip_and_no_final_newline_change_nothing() {
    for sample in all() {
        let text = &sample.text;
        let variants = [
            text.replace('\n', "\r\n").into_bytes(),
            text.trim_end().as_bytes().to_vec(),
            [b"\xef\xbb\xbf", text.as_bytes()].concat(),
            gzip(text.as_bytes()),
            gzip(text.replace('\n', "\r\n").as_bytes()),
        ];
        for (idx, bytes) in variants.iter().enumerate() {
            assert_eq!(told(bytes), THREE, "{} variant {idx}", sample.format);
        }
        if !sample.text.starts_with('<') {
            assert_eq!(
                told(text.replace('\n', "\r").as_bytes()),
                THREE,
                "{} CR",
                sample.format
            );
        }
    }
}

#[test]
fn a_bad_record_gives_an_error_with_its_line_and_the_next_is_read() {
    for Sample {
        format,
        text,
        damages,
    } in all()
    {
        for (from, to, kind) in damages {
            assert_eq!(
                text.matches(from).count(),
                1,
                "{format}: {from:?} marks one place"
            );
            let bytes = text.replacen(from, to, 1);
            let items = told(bytes.as_bytes());
            assert_eq!(items.len(), 3, "{format} {to:?}: {items:?}");
            assert_eq!(
                (&*items[0], &*items[2]),
                (THREE[0], THREE[2]),
                "{format} {to:?}"
            );
            assert!(
                items[1].starts_with("record 2 line "),
                "{format} {to:?}: {items:?}"
            );
            assert!(items[1].ends_with(kind), "{format} {to:?}: {items:?}");
            assert!(!items[1].contains("line 0"), "{format} {to:?}: {items:?}");
        }
    }
}

#[test]
fn one_gzip_member_after_another_is_one_file() {
    for sample in all() {
        let (head, tail) = sample.text.as_bytes().split_at(sample.text.len() / 2);
        let both = [gzip(head), gzip(tail)].concat();
        assert_eq!(told(&both), THREE, "{}", sample.format);
    }
}

#[test]
fn a_cut_gzip_is_fatal() {
    for sample in all() {
        let whole = gzip(sample.text.as_bytes());
        for cut in [whole.len() / 2, whole.len() - 9, whole.len() - 1] {
            let items = told(&whole[..cut]);
            let last = items.last().unwrap();
            assert!(
                last.starts_with("fatal"),
                "{} at {cut}: {items:?}",
                sample.format
            );
        }
    }
}

/// Whether a text cut here is whole as far as anyone can tell.
fn looks_whole(sample: &Sample, cut: usize) -> bool {
    let (before, behind) = sample.text.split_at(cut);
    let next_line = behind.split_once('\n').map_or("", |(_, next)| next);
    match sample.format {
        // No block is open.
        "BEGIN IONS" => before.rfind("END IONS") > before.rfind("BEGIN IONS"),
        // The last number of a record may have been longer.
        "Name" | "<Spectrum=" => {
            next_line.is_empty()
                || next_line.starts_with('\n')
                || before.ends_with("\n\n")
                || behind.starts_with('\n')
        }
        "ACCESSION" => before.trim_end().ends_with("//"),
        "<scan " => before.contains("</msRun"),
        "{\"spectrum_id\"" => before.contains("\n]"),
        _ => before.contains("</spectrumList"),
    }
}

#[test]
fn a_cut_file_is_reported_wherever_it_is_cut() {
    for sample in all() {
        let start = sample.text.find(sample.format).unwrap();
        for cut in start + 1..sample.text.len() {
            let items = told(&sample.text.as_bytes()[..cut]);
            let reported = items
                .iter()
                .any(|i| i.contains("line") || i.contains("fatal"));
            assert!(
                reported || looks_whole(&sample, cut),
                "{} at {cut}: {items:?}",
                sample.format
            );
        }
    }
}

#[test]
fn empty_files_and_files_without_spectra_say_so() {
    for bytes in [&b""[..], b"\n \r\n", &gzip(b"")] {
        assert_eq!(told(bytes), ["fatal: empty file"]);
    }
    let no_spectra = "<mzML><run><spectrumList count=\"0\"></spectrumList></run></mzML>";
    assert_eq!(told(no_spectra.as_bytes()), ["fatal: no spectra"]);
    assert_eq!(told(b"<mzML><run></run></mzML>"), ["fatal: no spectra"]);
    assert_eq!(told(b"just some words"), ["fatal: not a spectrum file"]);
    let missing = formats::open("no/such/file.mgf".as_ref()).err().unwrap();
    assert_eq!(missing.kind(), "cannot be opened");
    let folder = tempfile::tempdir().unwrap();
    let error = formats::open(folder.path()).err().unwrap();
    assert!(error.to_string().contains("a folder"), "{error}");
}

#[test]
fn an_overlong_line_costs_one_record() {
    let long = "x".repeat(formats::MAX_LINE_BYTES + 10);
    // What is cut at brackets knows no lines.
    for sample in all()
        .into_iter()
        .filter(|s| !s.text.starts_with(['<', '[']))
    {
        let at = sample.text.match_indices("200.5").nth(1).unwrap().0;
        let text = format!("{}{long}\n{}", &sample.text[..at], &sample.text[at..]);
        let items = told(text.as_bytes());
        assert_eq!(items.len(), 3, "{items:?}");
        assert!(items[1].ends_with("line too long"), "{items:?}");
        assert_eq!(items[2], THREE[2]);
    }
}

/// The mzML sample with the m/z array of `b` replaced by one compressed with zlib.
fn with_zlib_mz(array: &[u8]) -> String {
    let mut coder = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::best());
    coder.write_all(array).unwrap();
    let coded = base64(&coder.finish().unwrap());
    let text = all()[2].text.clone();
    let (before, behind) = text.split_once("<binary id=\"b\">").unwrap();
    let (_, behind) = behind.split_once('<').unwrap();
    let (before, name) = before.rsplit_once("MS:1000576").unwrap();
    format!("{before}MS:1000574{name}<binary id=\"b\">{coded}<{behind}")
}

#[test]
fn zlib_arrays_are_read_and_bombs_are_refused() {
    let mz: Vec<u8> = [100.5_f64, 200.5, 300.5]
        .iter()
        .flat_map(|mz| mz.to_le_bytes())
        .collect();
    assert_eq!(told(with_zlib_mz(&mz).as_bytes()), THREE);
    let items = told(with_zlib_mz(&vec![0; 1 << 26]).as_bytes());
    assert_eq!((&*items[0], &*items[2]), (THREE[0], THREE[2]));
    assert!(items[1].ends_with("damaged array"), "{items:?}");
}
