//! The same three spectra in each format, and ways to damage the second of them.

use std::fmt::Write;

/// One small file.
pub(crate) struct Sample {
    /// A word that stands in the text where its first record begins.
    pub(crate) format: &'static str,
    /// Three spectra: `a` with two peaks, `b` with three, and another `a` with one.
    pub(crate) text: String,
    /// What to replace in the text, with what, and the category of fault that must come of it.
    pub(crate) damages: &'static [(&'static str, &'static str, &'static str)],
}

pub(crate) fn all() -> [Sample; 3] {
    [mgf(), msp(), mzml()]
}

fn mgf() -> Sample {
    let text = "\
# three spectra
COM=made up
CHARGE=2-
BEGIN IONS
TITLE=a
PEPMASS=500.25 1000
RTINSECONDS=85-95
100.5 10
200.5 20 1+

END IONS

BEGIN IONS
TITLE=b
PEPMASS=600.25
CHARGE=1-
UNKNOWN=kept out of the way
100.5\t10
200.5\t21
300.5,30
END IONS
BEGIN IONS
TITLE=a
PEPMASS=700.25
100.5 10
END IONS
";
    Sample {
        format: "BEGIN IONS",
        text: text.to_owned(),
        damages: &[
            ("200.5\t21", "200.5", "bad peak line"),
            ("200.5\t21", "words", "bad peak line"),
            ("200.5\t21", "-200.5 21", "invalid m/z"),
            ("200.5\t21", "nan 21", "invalid m/z"),
            ("200.5\t21", "0 21", "invalid m/z"),
            ("200.5\t21", "200.5 nan", "invalid intensity"),
            ("200.5\t21", "200.5 -21", "invalid intensity"),
            ("200.5\t21", "200,5 21,5", "bad peak line"),
            ("PEPMASS=600.25", "PEPMASS=abc", "invalid precursor"),
            ("PEPMASS=600.25", "PEPMASS=-1", "invalid precursor"),
            ("CHARGE=1-", "CHARGE=lots", "invalid charge"),
            ("300.5,30\nEND IONS", "300.5,30", "broken record boundary"),
        ],
    }
}

fn msp() -> Sample {
    let text = "\
Name: first
DB#: a
PrecursorMZ: 500.25
Precursor_type: [M-2H]2-
Ion_mode: NEGATIVE
RetentionTime: 1.5
Num Peaks: 2
100.5 10
200.5 20

Name: second
DB#: b
PrecursorMZ: 600.25
Charge: 1
Comments: \"author=A, B\" Parent=1
Unknown: kept out of the way
Num Peaks: 3
200.5\t21\t\"y1/0.1\"
100.5 10; 300.5 30

Name: third
DB#: a
PrecursorMZ: 700.25
Num peaks: 1
100.5 10
";
    Sample {
        format: "Name",
        text: text.to_owned(),
        damages: &[
            ("Num Peaks: 3", "Num Peaks: 4", "wrong peak count"),
            ("Num Peaks: 3", "Num Peaks: 2", "wrong peak count"),
            (
                "Num Peaks: 3",
                "Num Peaks: 99999999999999999999",
                "wrong peak count",
            ),
            ("Num Peaks: 3", "Num Peaks: many", "wrong peak count"),
            ("Num Peaks: 3\n", "", "wrong peak count"),
            ("200.5\t21", "200.5\tx", "bad peak line"),
            ("200.5\t21", "words", "bad peak line"),
            ("200.5\t21", "-200.5 21", "invalid m/z"),
            ("200.5\t21", "0 21", "invalid m/z"),
            ("200.5\t21", "200.5 -21", "invalid intensity"),
            (
                "PrecursorMZ: 600.25",
                "PrecursorMZ: abc",
                "invalid precursor",
            ),
            ("Charge: 1", "Charge: lots", "invalid charge"),
        ],
    }
}

fn mzml() -> Sample {
    let mut text = String::from(
        "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<mzML version=\"1.1.0\">\n<run id=\"r\">\n<spectrumList count=\"3\">\n",
    );
    spectrum(&mut text, ("a", 500.25, 2), &[(100.5, 10.0), (200.5, 20.0)]);
    spectrum(
        &mut text,
        ("b", 600.25, 1),
        &[(100.5, 10.0), (200.5, 21.0), (300.5, 30.0)],
    );
    spectrum(&mut text, ("a", 700.25, 1), &[(100.5, 10.0)]);
    text.push_str("</spectrumList>\n</run>\n</mzML>\n");
    Sample {
        format: "<spectrum ",
        text,
        damages: &[
            ("value=\"600.25\"", "value=\"abc\"", "damaged element"),
            ("value=\"600.25\"", "value=\"-1\"", "invalid precursor"),
            (
                "id=\"b\" defaultArrayLength=\"3\"",
                "id=\"b\" defaultArrayLength=\"2\"",
                "wrong peak count",
            ),
            (
                "id=\"b\" defaultArrayLength=\"3\"",
                "id=\"b\" defaultArrayLength=\"99999999\"",
                "too many peaks",
            ),
            (
                "id=\"b\" defaultArrayLength=\"3\"",
                "id=\"b\"",
                "damaged element",
            ),
            (
                "<spectrum index=\"600\"",
                "<spectrum index=\"x\"",
                "damaged element",
            ),
            (
                "value=\"600.25\"/></selectedIon>",
                "value=\"600.25\"/>",
                "damaged element",
            ),
            (
                "<cvParam cvRef=\"MS\" accession=\"MS:1000127\" name=\"centroid spectrum\" value=\"b\"/>",
                "<cvParam cvRef=\"MS\" accession=\"MS:1000128\" name=\"profile spectrum\" value=\"\"/>",
                "profile spectrum",
            ),
            (
                "<binary id=\"b\">AAAA",
                "<binary id=\"b\">AA*A",
                "damaged array",
            ),
            (
                "<binary id=\"b\">AAAA",
                "<binary id=\"b\">AAA",
                "damaged array",
            ),
        ],
    }
}

/// Writes one negative MS2 spectrum with 64-bit m/z and 32-bit intensities, uncompressed.
fn spectrum(text: &mut String, (id, precursor, charge): (&str, f64, u8), peaks: &[(f64, f32)]) {
    let mz: Vec<u8> = peaks.iter().flat_map(|p| p.0.to_le_bytes()).collect();
    let intensity: Vec<u8> = peaks.iter().flat_map(|p| p.1.to_le_bytes()).collect();
    let cv = |accession: u32, name: &str, value: &str| {
        format!(
            "<cvParam cvRef=\"MS\" accession=\"MS:{accession}\" name=\"{name}\" value=\"{value}\"/>"
        )
    };
    writeln!(
        text,
        "<spectrum index=\"{index}\" id=\"{id}\" defaultArrayLength=\"{n}\">\n{level}{negative}{centroid}\n\
         <scanList count=\"1\"><scan><cvParam cvRef=\"MS\" accession=\"MS:1000016\" name=\"scan start time\" value=\"1.5\" unitCvRef=\"UO\" unitAccession=\"UO:0000031\" unitName=\"minute\"/></scan></scanList>\n\
         <precursorList count=\"1\"><precursor><selectedIonList count=\"1\"><selectedIon>{charge}{mz_param}</selectedIon></selectedIonList></precursor></precursorList>\n\
         <binaryDataArrayList count=\"2\">\n<binaryDataArray>{f64}{plain}{mz_name}<binary id=\"{id}\">{mz}</binary></binaryDataArray>\n\
         <binaryDataArray>{f32}{plain}{intensity_name}<binary>{intensity}</binary></binaryDataArray>\n</binaryDataArrayList>\n</spectrum>",
        index = precursor.trunc(),
        n = peaks.len(),
        level = cv(1_000_511, "ms level", "2"),
        negative = cv(1_000_129, "negative scan", ""),
        centroid = cv(1_000_127, "centroid spectrum", if id == "b" { "b" } else { "" }),
        charge = cv(1_000_041, "charge state", &charge.to_string()),
        mz_param = cv(1_000_744, "selected ion m/z", &precursor.to_string()),
        f64 = cv(1_000_523, "64-bit float", ""),
        f32 = cv(1_000_521, "32-bit float", ""),
        plain = cv(1_000_576, "no compression", ""),
        mz_name = cv(1_000_514, "m/z array", ""),
        mz = base64(&mz),
        intensity_name = cv(1_000_515, "intensity array", ""),
        intensity = base64(&intensity),
    )
    .unwrap();
}

pub(crate) fn base64(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::new();
    for three in bytes.chunks(3) {
        let word = three
            .iter()
            .fold(0_u32, |word, &b| word << 8 | u32::from(b))
            << (8 * (3 - three.len()));
        for place in 0..4 {
            let letter = LETTERS[(word >> (18 - 6 * place) & 63) as usize];
            text.push(if place <= three.len() {
                char::from(letter)
            } else {
                '='
            });
        }
    }
    text
}
