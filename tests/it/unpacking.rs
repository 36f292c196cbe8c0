//! Are containers read as what they hold, by a process that ends whatever they are?

use crate::formats_data::{Tally, read};
use crate::formats_samples::all;
use mzseek::domain::{Charge, Spectrum};
use mzseek::formats::ReadError;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

fn mzml() -> String {
    let samples = all();
    let sample = samples.into_iter().find(|s| s.format == "<spectrum ");
    sample.unwrap().text
}

/// Takes each array out of `mzml`, from `<binary` to its end tag: `put` gives what stands there instead.
fn without_arrays(mzml: &str, mut put: impl FnMut(&str, &[u8]) -> String) -> String {
    let (mut text, mut rest) = (String::new(), mzml);
    while let Some(at) = rest
        .find("<binary ")
        .into_iter()
        .chain(rest.find("<binary>"))
        .min()
    {
        let (before, from) = rest.split_at(at);
        let (array, behind) = from.split_once("</binary>").unwrap();
        let coded = array.split_once('>').unwrap().1;
        let bytes = base64_simd::STANDARD.decode_to_vec(coded).unwrap();
        let kind = if before.ends_with("\"m/z array\" value=\"\"/>") {
            "mz"
        } else {
            "intensity"
        };
        text += before;
        text += &put(kind, &bytes);
        rest = behind;
    }
    text + rest
}

fn term(accession: &str, value: impl std::fmt::Display) -> String {
    format!("<cvParam cvRef=\"MS\" accession=\"{accession}\" name=\"x\" value=\"{value}\"/>")
}

/// Writes the sample as mzMLb; `change` may damage the text first.
fn write_mzmlb(path: &Path, change: impl Fn(String) -> String) {
    // HDF5 locks what it opens, and a process that another test starts may still hold the lock of the last
    // file of this name for a moment.
    if path.exists() {
        fs_err::remove_file(path).unwrap();
    }
    let (mut mz, mut intensity) = (Vec::new(), Vec::new());
    let text = without_arrays(&mzml(), |kind, bytes| {
        let (offset, n) = if kind == "mz" {
            let offset = mz.len();
            mz.extend(
                bytes
                    .as_chunks::<8>()
                    .0
                    .iter()
                    .map(|&b| f64::from_le_bytes(b)),
            );
            (offset, bytes.len() / 8)
        } else {
            let offset = intensity.len();
            intensity.extend(
                bytes
                    .as_chunks::<4>()
                    .0
                    .iter()
                    .map(|&b| f32::from_le_bytes(b)),
            );
            (offset, bytes.len() / 4)
        };
        // As psims writes it: HDF5 compresses, and the terms say zlib all the same.
        term("MS:1000574", "")
            + &term("MS:1002841", kind)
            + &term("MS:1002842", offset)
            + &term("MS:1002843", n)
            + "<binary/>"
    });
    // Letters beyond ASCII are negative where bytes are signed.
    let text = text.replace("id=\"b\"", "id=\"é\"");
    // psims declares one spectrum more than there are: the places of the index, with the end.
    let text = change(text.replace("<spectrumList count=\"3\">", "<spectrumList count=\"4\">"));
    let file = hdf5::File::create(path).unwrap();
    let bytes: Vec<i8> = text.bytes().map(u8::cast_signed).collect();
    let put = |builder: hdf5::DatasetBuilder| builder.deflate(4).chunk(3);
    put(file.new_dataset_builder())
        .with_data(&bytes)
        .create("mzML")
        .unwrap();
    file.new_dataset_builder()
        .with_data(&[0_i64; 4])
        .create("mzML_spectrumIndex")
        .unwrap();
    put(file.new_dataset_builder())
        .with_data(&mz)
        .create("mz")
        .unwrap();
    put(file.new_dataset_builder())
        .with_data(&intensity)
        .create("intensity")
        .unwrap();
}

/// m/z of the precursor, and the peaks.
type Numbers = (Option<f64>, Vec<(f64, f32)>);

fn numbers(spectra: &[Spectrum]) -> Vec<Numbers> {
    let peaks = |s: &Spectrum| {
        s.peaks
            .as_slice()
            .iter()
            .map(|p| (p.mz, p.intensity))
            .collect()
    };
    let of = |s: &Spectrum| (s.precursor.map(|p| p.mz.value()), peaks(s));
    spectra.iter().map(of).collect()
}

fn plain(folder: &Path) -> Tally {
    let path = folder.join("plain.mzML");
    fs_err::write(&path, mzml()).unwrap();
    read(&path)
}

fn fatal(path: &Path) -> String {
    read(path).fatal.unwrap().to_string()
}

#[test]
fn mzmlb_is_read_as_the_mzml_it_holds() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("run.mzMLb");
    write_mzmlb(&path, |text| text);
    let (ours, twin) = (read(&path), plain(folder.path()));
    assert!(
        ours.fatal.is_none() && ours.skipped.is_empty(),
        "{:?} {:?}",
        ours.fatal,
        ours.skipped
    );
    assert_eq!(ours.spectra.len(), 3);
    assert_eq!(numbers(&ours.spectra), numbers(&twin.spectra));
    assert_eq!(ours.spectra[1].id, "é");
    // Packed, it is put into a file of its own.
    let packed = folder.path().join("run.gz");
    let mut coder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    std::io::Write::write_all(&mut coder, &fs_err::read(&path).unwrap()).unwrap();
    fs_err::write(&packed, coder.finish().unwrap()).unwrap();
    assert_eq!(numbers(&read(&packed).spectra), numbers(&twin.spectra));
}

#[test]
fn damaged_mzmlb_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("run.mzMLb");
    for (old, new, told) in [
        (
            "MS:1002842\" name=\"x\" value=\"2\"",
            "MS:1002842\" name=\"x\" value=\"5\"",
            "3 values from 5 are wanted",
        ),
        ("value=\"intensity\"", "value=\"none\"", "none"),
        (
            "MS:1002843\" name=\"x\" value=\"3\"",
            "MS:1002843\" name=\"x\" value=\"many\"",
            "\"many\"",
        ),
    ] {
        write_mzmlb(&path, |text| {
            assert!(text.contains(old));
            text.replace(old, new)
        });
        let text = fatal(&path);
        assert!(text.contains(told) && text.contains("run.mzMLb"), "{text}");
    }
    // Any byte may be another: it is read, or told, and never waited for.
    write_mzmlb(&path, |text| text);
    let whole = fs_err::read(&path).unwrap();
    let started = Instant::now();
    for at in (8..whole.len()).step_by(whole.len() / 60) {
        let mut bytes = whole.clone();
        bytes[at] ^= 0xff;
        fs_err::write(&path, bytes).unwrap();
        let tally = read(&path);
        let fatal = tally
            .fatal
            .as_ref()
            .map(ReadError::to_string)
            .unwrap_or_default();
        assert!(
            fatal.is_empty() || fatal.len() < 1000 && fatal.contains("run.mzMLb"),
            "{fatal}"
        );
    }
    fs_err::write(&path, &whole[..whole.len() / 2]).unwrap();
    assert!(
        fatal(&path).contains("HDF5 cannot read it"),
        "{}",
        fatal(&path)
    );
    assert!(started.elapsed() < Duration::from_secs(120));
}

#[test]
fn imzml_is_read_with_its_second_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("image.imzML");
    let mut arrays: Vec<u8> = (0..16).collect();
    let text = without_arrays(&mzml(), |_, bytes| {
        let offset = arrays.len();
        arrays.extend_from_slice(bytes);
        term("IMS:1000102", offset) + &term("IMS:1000104", bytes.len()) + "<binary/>"
    });
    let uuid = term("IMS:1000080", "{00010203-0405-0607-0809-0A0B0C0D0E0F}");
    let text = text.replace(
        "<run id",
        &format!("<fileDescription>{uuid}</fileDescription>\n<run id"),
    );
    fs_err::write(&path, &text).unwrap();
    assert!(fatal(&path).contains("image.ibd"), "{}", fatal(&path));
    let second = folder.path().join("image.ibd");
    fs_err::write(&second, &arrays).unwrap();
    let ours = read(&path);
    assert!(
        ours.fatal.is_none() && ours.skipped.is_empty(),
        "{:?} {:?}",
        ours.fatal,
        ours.skipped
    );
    assert_eq!(
        numbers(&ours.spectra),
        numbers(&plain(folder.path()).spectra)
    );
    fs_err::write(&second, &arrays[..arrays.len() - 1]).unwrap();
    assert!(fatal(&path).contains("which has"), "{}", fatal(&path));
    arrays[0] = 9;
    fs_err::write(&second, &arrays).unwrap();
    assert!(fatal(&path).contains("UUID"), "{}", fatal(&path));
}

/// A container that is never opened: a pipe that nobody writes into.
#[cfg(unix)]
fn stuck(folder: &Path) -> std::path::PathBuf {
    let path = folder.join("stuck.mzMLb");
    assert!(
        Command::new("mkfifo")
            .arg(&path)
            .status()
            .unwrap()
            .success()
    );
    path
}

#[cfg(unix)]
fn unpack(path: &Path, flags: &[&str]) -> std::process::Child {
    Command::new(env!("CARGO_BIN_EXE_mzseek"))
        .arg("unpack")
        .args(flags)
        .arg(path)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap()
}

#[cfg(unix)]
#[test]
fn what_is_stuck_ends_by_itself() {
    let folder = tempfile::tempdir().unwrap();
    let started = Instant::now();
    let mut process = unpack(&stuck(folder.path()), &["--patience", "1"]);
    // Held open, as by a parent that waits.
    let stdin = process.stdin.take();
    let output = process.wait_with_output().unwrap();
    drop(stdin);
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(
        !output.status.success() && said.contains("nothing came out of it for 1 s"),
        "{said}"
    );
    assert!(started.elapsed() < Duration::from_secs(30));
}

#[cfg(unix)]
#[test]
fn what_nobody_waits_for_ends_by_itself() {
    let folder = tempfile::tempdir().unwrap();
    let mut process = unpack(&stuck(folder.path()), &[]);
    std::thread::sleep(Duration::from_millis(300));
    assert!(process.try_wait().unwrap().is_none());
    // As when the parent is killed.
    drop(process.stdin.take());
    let started = Instant::now();
    while process.try_wait().unwrap().is_none() {
        assert!(started.elapsed() < Duration::from_secs(30));
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// The columns that are needed, and some that DIA-NN writes beside them.
const DIA_NN: &str = "message schema {
    REQUIRED BYTE_ARRAY Precursor.Id (UTF8);
    REQUIRED BYTE_ARRAY Modified.Sequence (UTF8);
    REQUIRED INT64 Precursor.Charge;
    REQUIRED INT64 Decoy;
    REQUIRED FLOAT RT;
    OPTIONAL BYTE_ARRAY Genes (UTF8);
    REQUIRED FLOAT Precursor.Mz;
    REQUIRED FLOAT Product.Mz;
    REQUIRED FLOAT Relative.Intensity;
    REQUIRED BYTE_ARRAY Fragment.Type (UTF8);
}";

/// Writes a library table as DIA-NN does: text, 64-bit and 32-bit numbers.
fn write_parquet(path: &Path, left_out: &str) {
    use parquet::data_type::{ByteArrayType, FloatType, Int64Type};
    use parquet::file::writer::SerializedFileWriter;
    let lines: Vec<&str> = DIA_NN
        .lines()
        .filter(|l| left_out.is_empty() || !l.contains(left_out))
        .collect();
    let schema = parquet::schema::parser::parse_message_type(&lines.join("\n")).unwrap();
    let names: Vec<String> = schema
        .get_fields()
        .iter()
        .map(|f| f.name().to_owned())
        .collect();
    let file = fs_err::File::create(path).unwrap().into_parts().0;
    let mut writer =
        SerializedFileWriter::new(file, schema.into(), std::sync::Arc::default()).unwrap();
    let mut group = writer.next_row_group().unwrap();
    for name in names {
        let mut column = group.next_column().unwrap().unwrap();
        let text = |values: [&str; 3]| values.map(parquet::data_type::ByteArray::from);
        let texts = match name.as_str() {
            "Precursor.Id" => text(["AC(UniMod:4)K2", "AC(UniMod:4)K2", "PEK3"]),
            "Modified.Sequence" => text(["AC(UniMod:4)K", "AC(UniMod:4)K", "PEK"]),
            _ => text(["y", "b", "y"]),
        };
        let floats = match name.as_str() {
            "Precursor.Mz" => [182.25, 182.25, 125.1],
            "Product.Mz" => [147.1128, 232.0751, 276.1554],
            "RT" => [-3.5, -3.5, 12.0],
            _ => [1.0, 0.25, 1.0_f32],
        };
        let whole = if name == "Decoy" {
            [0, 0, 1]
        } else {
            [2, 2, 3]
        };
        match name.as_str() {
            "Precursor.Charge" | "Decoy" => column
                .typed::<Int64Type>()
                .write_batch(&whole, None, None)
                .unwrap(),
            "Genes" => column
                .typed::<ByteArrayType>()
                .write_batch(
                    &["G\t1"].map(parquet::data_type::ByteArray::from),
                    Some(&[1, 0, 0]),
                    None,
                )
                .unwrap(),
            "RT" | "Precursor.Mz" | "Product.Mz" | "Relative.Intensity" => column
                .typed::<FloatType>()
                .write_batch(&floats, None, None)
                .unwrap(),
            _ => column
                .typed::<ByteArrayType>()
                .write_batch(&texts, None, None)
                .unwrap(),
        };
        column.close().unwrap();
    }
    group.close().unwrap();
    writer.close().unwrap();
}

#[test]
fn parquet_libraries_are_read_like_their_tables() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("lib.parquet");
    write_parquet(&path, "");
    let tally = read(&path);
    assert!(tally.fatal.is_none(), "{:?}", tally.fatal);
    let kinds: Vec<&str> = tally.skipped.iter().map(ReadError::kind).collect();
    assert_eq!((tally.spectra.len(), kinds), (1, vec!["decoy"]));
    let spectrum = &tally.spectra[0];
    assert_eq!(spectrum.compound.peptide, "AC[UNIMOD:4]K");
    assert_eq!(spectrum.measurement.retention_index, Some(-3.5));
    let precursor = spectrum.precursor.unwrap();
    assert_eq!(
        (precursor.mz.value(), precursor.charge.map(Charge::state)),
        (182.25, Some(2))
    );
    let peaks: Vec<(f64, f32)> = spectrum
        .peaks
        .as_slice()
        .iter()
        .map(|p| (p.mz, p.intensity))
        .collect();
    // The numbers that are stored in 32 bits, as they are.
    assert_eq!(
        peaks,
        [
            (f64::from(147.1128_f32), 1.0),
            (f64::from(232.0751_f32), 0.25)
        ]
    );
    let genes = spectrum.fields.iter().find(|(name, _)| *name == "Genes");
    assert_eq!(genes.map(|(_, value)| value), Some("G 1"));
    write_parquet(&path, "Product.Mz");
    let text = fatal(&path);
    assert!(
        text.contains("a Parquet file") && text.contains("Product.Mz"),
        "{text}"
    );
    let mut bytes = fs_err::read(&path).unwrap();
    bytes.truncate(bytes.len() / 2);
    fs_err::write(&path, bytes).unwrap();
    assert!(
        fatal(&path).contains("cannot be read as Parquet"),
        "{}",
        fatal(&path)
    );
}
