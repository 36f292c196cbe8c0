//! Are inputs found and unpacked, whatever a user names? Every record has one fate, told at the end.

use crate::formats_samples::all;
use crate::kit::Folder;
use mzseek::formats::{self, ReadError, Record};
use std::io::Write;

const GOOD_MSP: &str = "Name: good\nPrecursorMZ: 300.1\nNum Peaks: 2\n100.1 10\n150.2 20\n\n";
const BAD_MSP: &str = "Name: bad\nPrecursorMZ: 300.1\nNum Peaks: 2\n100.1 10\n150.2 x\n\n";
const GOOD_MGF: &str = "BEGIN IONS\nTITLE=good\nPEPMASS=300.1\n100.1 10\n150.2 20\nEND IONS\n";

/// A zip archive of `members`, packed or stored by turns.
fn zip(members: &[(&str, &[u8])]) -> Vec<u8> {
    let mut writer = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (number, (name, bytes)) in members.iter().enumerate() {
        let method = [
            zip::CompressionMethod::Deflated,
            zip::CompressionMethod::Stored,
        ][number % 2];
        let options = zip::write::SimpleFileOptions::default().compression_method(method);
        writer.start_file(*name, options).unwrap();
        writer.write_all(bytes).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

fn told(path: &std::path::Path) -> Vec<String> {
    let tell = |item: Result<Record, ReadError>| match item {
        Ok(Record::Spectrum(s)) => {
            let file = s.origin.file.file_name().unwrap().to_string_lossy();
            format!("{file} {} {}", s.origin.index, s.id)
        }
        Ok(Record::OtherScan { .. }) => "scan".to_owned(),
        Err(error) => format!(
            "{}: {}",
            if error.is_fatal() { "fatal" } else { "skipped" },
            error.kind()
        ),
    };
    formats::open(path).unwrap().map(tell).collect()
}

#[test]
fn compressions_change_nothing() {
    let folder = Folder::new();
    for sample in all() {
        let text = sample.text.as_bytes();
        let mut bzip2 = bzip2::write::BzEncoder::new(Vec::new(), bzip2::Compression::fast());
        bzip2.write_all(text).unwrap();
        let (head, tail) = text.split_at(text.len() / 3);
        let two_frames = [
            zstd::stream::encode_all(head, 1).unwrap(),
            zstd::stream::encode_all(tail, 1).unwrap(),
        ];
        let plain = told(&folder.write("file", text));
        assert_eq!(plain.len(), 3);
        assert_eq!(told(&folder.write("file", bzip2.finish().unwrap())), plain);
        assert_eq!(told(&folder.write("file", two_frames.concat())), plain);
    }
}

#[test]
fn the_members_of_an_archive_are_read_one_after_another() {
    let folder = Folder::new();
    let mut gz = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    gz.write_all(GOOD_MSP.as_bytes()).unwrap();
    let archive = zip(&[
        ("README.md", b"Some words about the library.\n"),
        ("records/a.msp", [GOOD_MSP, BAD_MSP].concat().as_bytes()),
        ("__MACOSX/records/._a.msp", b"\0\0"),
        ("records/b.msp.gz", &gz.finish().unwrap()),
        ("c.mgf", all()[0].text.as_bytes()),
    ]);
    let path = folder.write("all.zip", &archive);
    assert_eq!(
        told(&path),
        [
            "skipped: not a spectrum file",
            "a.msp 0 good",
            "skipped: bad peak line",
            "b.msp.gz 0 good",
            "c.mgf 0 a",
            "c.mgf 1 b",
            "c.mgf 2 a",
        ]
    );
    // A byte of packed data is changed: the checksum, or the packing, tells.
    let at = archive.windows(4).position(|w| w == b"PK\x01\x02").unwrap() - 20;
    let mut damaged = archive.clone();
    damaged[at] ^= 0x20;
    let items = told(&folder.write("damaged.zip", &damaged));
    assert_eq!(items.last().unwrap(), "fatal: reading failed", "{items:?}");
    let nothing = zip(&[("README.md", b"words")]);
    let items = told(&folder.write("nothing.zip", &nothing));
    assert_eq!(items.last().unwrap(), "fatal: no spectra", "{items:?}");
    assert!(formats::open(&folder.write("cut.zip", &archive[..archive.len() / 2])).is_err());
}

#[test]
fn folders_patterns_and_archives_make_a_library() {
    let folder = Folder::new();
    fs_err::create_dir(folder.path("in")).unwrap();
    for name in ["in/a.msp", "in/b.msp", "c.msp"] {
        folder.write(name, GOOD_MSP);
    }
    folder.write("in/notes.txt", "words\n");
    folder.write("z.zip", zip(&[("d.msp", GOOD_MSP.as_bytes())]));
    folder
        .run(&["build", "in", "*.msp", "z.zip", "-o", "lib.h5"])
        .exits(3)
        .says("4 entries")
        .says("skipped 1: not a spectrum file")
        .says("notes.txt");
    folder
        .run(&["build", "*.none", "-o", "lib.h5"])
        .exits(1)
        .says("*.none");
}

#[test]
fn standard_input_is_an_input() {
    let folder = Folder::new();
    for bytes in [
        GOOD_MSP.as_bytes().to_vec(),
        zip(&[("a.msp", GOOD_MSP.as_bytes())]),
    ] {
        let output = assert_cmd::Command::cargo_bin("mzseek")
            .unwrap()
            .current_dir(folder.path("."))
            .args(["build", "-", "-o", "lib.h5"])
            .write_stdin(bytes)
            .output()
            .unwrap();
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert!(
            output.status.success() && stderr.contains("1 entries"),
            "{stderr}"
        );
    }
}

#[test]
fn strict_takes_no_skip() {
    let folder = Folder::new();
    folder.write("refs.msp", [GOOD_MSP, BAD_MSP].concat());
    folder
        .run(&["build", "refs.msp", "-o", "lib.h5", "--strict"])
        .exits(1)
        .says("refs.msp, record 2, line 11")
        .says("--strict");
    assert!(!folder.names().contains(&"lib.h5".to_owned()));
    folder.run(&["build", "refs.msp", "-o", "lib.h5"]).exits(3);
    folder.write("queries.msp", [GOOD_MSP, BAD_MSP].concat());
    let search = ["search", "lib.h5", "queries.msp", "-o", "report.csv"];
    folder.run(&search).exits(3);
    folder.run(&[&search[..], &["--strict"]].concat()).exits(1);
}

#[test]
fn what_nobody_understands_is_kept() {
    let folder = Folder::new();
    let text = "Name: a\nSynon: b\nSynon: c\nInstrument_type: QTOF\nInstrument: X\nCollision_energy: 20eV\n\
                Precursor_type: M+H\nIon_mode: P\nPrecursorMZ: 300.1\nCharge: 1\nComment: x=1 \"y=2\"\n\
                Num Peaks: 1\n100.1 10\n";
    let path = folder.write("a.msp", text);
    let Some(Ok(Record::Spectrum(spectrum))) = formats::open(&path).unwrap().next() else {
        panic!("no spectrum");
    };
    let fields: Vec<_> = spectrum.fields.iter().collect();
    let expected = [
        ("Synon", "b"),
        ("Synon", "c"),
        ("Comment", "x=1 \"y=2\""),
        ("Instrument_type", "QTOF"),
    ];
    assert_eq!(fields, expected);
    assert_eq!(spectrum.compound.adduct, "[M+H]+");
    assert_eq!(spectrum.measurement.collision_energy, "20 eV");
}

#[test]
fn bytes_that_were_sent_are_read_within_their_bound() {
    let packed = zip(&[
        ("a.msp", GOOD_MSP.as_bytes()),
        ("b.msp", GOOD_MSP.as_bytes()),
    ]);
    let folder = Folder::new();
    // Only a label: what lies there is not looked at.
    let label = folder.write("elsewhere.zip", zip(&[("c.mgf", all()[0].text.as_bytes())]));
    let read = |max_bytes| {
        let bytes = std::io::Cursor::new(packed.clone());
        let records = formats::read(&label, bytes, max_bytes)?;
        records.collect::<Result<Vec<_>, _>>()
    };
    let enough = packed.len().max(2 * GOOD_MSP.len()) as u64;
    let all = read(enough).unwrap();
    let ids = all.iter().map(|record| match record {
        Record::Spectrum(spectrum) => spectrum.id.as_str(),
        Record::OtherScan { .. } => "scan",
    });
    assert_eq!(ids.collect::<Vec<_>>(), ["good", "good"]);
    let bomb = zip(&[("a.msp", GOOD_MSP.repeat(1000).as_bytes())]);
    assert!(bomb.len() < 10_000);
    let records = formats::read(&label, std::io::Cursor::new(bomb), 10_000).unwrap();
    let last = records.last().unwrap().unwrap_err();
    assert!(
        matches!(&last, ReadError::Stream { source, .. }
            if source.kind() == std::io::ErrorKind::FileTooLarge),
        "{last}"
    );
}

#[test]
fn a_report_tells_which_files_were_read() {
    let folder = Folder::with_library(GOOD_MSP, GOOD_MGF, &[]);
    fs_err::create_dir(folder.path("in")).unwrap();
    folder.write("in/a.mgf", GOOD_MGF);
    folder.write("in/notes.txt", "words\n");
    folder
        .run(&["search", "lib.h5", "in", "-o", "report.csv"])
        .exits(3);
    let told: serde_json::Value = serde_json::from_slice(&folder.read("report.csv.json")).unwrap();
    assert_eq!(told["inputs"].as_array().unwrap().len(), 1);
    assert_eq!(told["inputs"][0]["path"], "in/a.mgf");
    folder.run(&["again", "report.csv.json"]).exits(0);
    let output = assert_cmd::Command::cargo_bin("mzseek")
        .unwrap()
        .current_dir(folder.path("."))
        .args(["search", "lib.h5", "-", "-o", "once.csv"])
        .write_stdin(GOOD_MGF)
        .output()
        .unwrap();
    assert!(output.status.success());
    folder
        .run(&["again", "once.csv.json"])
        .exits(1)
        .says("standard input");
}
