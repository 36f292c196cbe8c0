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

pub(crate) fn all() -> [Sample; 7] {
    [
        mgf(),
        msp(),
        mzml(),
        mzxml(),
        massbank(),
        json(),
        mzspeclib(),
    ]
}

fn mzxml() -> Sample {
    let mut text = String::from("<?xml version=\"1.0\"?>\n<mzXML>\n<msRun scanCount=\"3\">\n");
    let mut scan = |id: &str, precursor: f64, charge: u8, peaks: &[(f64, f64)]| {
        let pairs = peaks.iter().flat_map(|&(mz, intensity)| [mz, intensity]);
        let bytes: Vec<u8> = pairs.flat_map(f64::to_be_bytes).collect();
        writeln!(
            text,
            "<scan num=\"{id}\" msLevel=\"2\" peaksCount=\"{}\" polarity=\"-\" centroided=\"{}\" retentionTime=\"PT1M30S\">\n\
             <precursorMz precursorCharge=\"{charge}\">{precursor}</precursorMz>\n\
             <peaks precision=\"64\" byteOrder=\"network\" contentType=\"m/z-int\" id=\"{id}\">{}</peaks>\n</scan>",
            peaks.len(),
            if id == "b" { "true" } else { "1" },
            base64(&bytes),
        )
        .unwrap();
    };
    scan("a", 500.25, 2, &[(100.5, 10.0), (200.5, 20.0)]);
    scan(
        "b",
        600.25,
        1,
        &[(100.5, 10.0), (200.5, 21.0), (300.5, 30.0)],
    );
    scan("a", 700.25, 1, &[(100.5, 10.0)]);
    text.push_str("</msRun>\n</mzXML>\n");
    Sample {
        format: "<scan ",
        text,
        damages: &[
            (">600.25<", ">abc<", "invalid precursor"),
            ("peaksCount=\"3\"", "peaksCount=\"4\"", "wrong peak count"),
            ("peaksCount=\"3\"", "peaksCount=\"2\"", "damaged array"),
            (
                "peaksCount=\"3\"",
                "peaksCount=\"99999999\"",
                "too many peaks",
            ),
            (
                "centroided=\"true\"",
                "centroided=\"0\"",
                "profile spectrum",
            ),
            ("id=\"b\">QFkg", "id=\"b\">QF*g", "damaged array"),
            ("id=\"b\">QFkg", "id=\"b\">QFk", "damaged array"),
            ("id=\"b\">QFkg", "id=\"b\">wFkg", "invalid m/z"),
        ],
    }
}

fn massbank() -> Sample {
    let record = |id: &str, facts: &str, peaks: &[&str]| {
        format!(
            "ACCESSION: {id}\nRECORD_TITLE: made up\nCH$NAME: x\n{facts}PK$NUM_PEAK: {}\nPK$PEAK: m/z int. rel.int.\n  {}\n//\n",
            peaks.len(),
            peaks.join("\n  ")
        )
    };
    let first = "AC$MASS_SPECTROMETRY: ION_MODE NEGATIVE\nAC$CHROMATOGRAPHY: RETENTION_TIME 90.0 s\n\
                 MS$FOCUSED_ION: PRECURSOR_M/Z 500.25\nMS$FOCUSED_ION: PRECURSOR_TYPE [M-2H]2-\n";
    let text = [
        record("a", first, &["100.5 10 1", "200.5 20 999"]),
        record(
            "b",
            "MS$FOCUSED_ION: PRECURSOR_M/Z 600.25\nPK$ANNOTATION: m/z ion\n  100.5 C2\n",
            &["100.5 10 1", "200.5 21 999", "300.5 30 9"],
        ),
        record(
            "a",
            "MS$FOCUSED_ION: PRECURSOR_M/Z 700.25\n",
            &["100.5 10 1"],
        ),
    ];
    Sample {
        format: "ACCESSION",
        text: text.concat(),
        damages: &[
            ("PK$NUM_PEAK: 3", "PK$NUM_PEAK: 4", "wrong peak count"),
            ("PK$NUM_PEAK: 3", "PK$NUM_PEAK: many", "wrong peak count"),
            ("200.5 21", "200.5 x", "bad peak line"),
            ("  200.5 21", "words", "bad peak line"),
            ("200.5 21", "0 21", "invalid m/z"),
            ("200.5 21", "200.5 -21", "invalid intensity"),
            ("M/Z 600.25", "M/Z abc", "invalid precursor"),
        ],
    }
}

fn json() -> Sample {
    let text = "\
[
{\"spectrum_id\": \"a\", \"Precursor_MZ\": \"500.25\", \"Charge\": 2, \"Ion_Mode\": \"Negative\", \"rt\": 1.5,
 \"peaks_json\": \"[[100.5,10],[200.5,20]]\"},
{\"spectrum_id\": \"b\", \"Precursor_MZ\": \"600.25\", \"Charge\": \"1\", \"note\": \"} ] \\\" {\",
 \"peaks_json\": \"[[300.5,30],[200.5,21],[100.5,10]]\"},
{\"spectrum_id\": \"a\", \"Precursor_MZ\": 700.25, \"peaks\": [[100.5, 10]]}
]
";
    Sample {
        format: "{\"spectrum_id\"",
        text: text.to_owned(),
        damages: &[
            ("[200.5,21]", "[200.5]", "bad peak line"),
            ("[200.5,21]", "[200.5,null]", "bad peak line"),
            ("[200.5,21]", "[200.5,21", "damaged record"),
            ("[200.5,21]", "[0,21]", "invalid m/z"),
            ("[200.5,21]", "[200.5,-21]", "invalid intensity"),
            ("\"600.25\"", "\"abc\"", "invalid precursor"),
            (
                "\"Charge\": \"1\"",
                "\"Charge\": \"lots\"",
                "invalid charge",
            ),
            ("\"Charge\": \"1\"", "\"Charge\" \"1\"", "damaged record"),
        ],
    }
}

fn mzspeclib() -> Sample {
    let text = "\
<mzSpecLib>
MS:1003186|library format version=1.0
<AttributeSet Spectrum=all>
MS:1000465|scan polarity=MS:1000129|negative scan

<Spectrum=1>
MS:1003061|library spectrum name=a
MS:1000744|selected ion m/z=500.25
MS:1000041|charge state=2
[1]MS:1000894|retention time=1.5
[1]UO:0000000|unit=UO:0000031|minute
MS:1003059|number of peaks=2
<Analyte=1>
MS:1000866|molecular formula=C6H6
<Peaks>
100.5\t10\t?
200.5\t20\t?

<Spectrum=2>
MS:1003061|library spectrum name=b
MS:1000744|selected ion m/z=600.25
MS:1000041|charge state=1
MS:1003059|number of peaks=3
<Peaks>
100.5\t10
200.5\t21
300.5\t30

<Spectrum=3>
MS:1003061|library spectrum name=a
MS:1000744|selected ion m/z=700.25
MS:1003059|number of peaks=1
<Peaks>
100.5\t10
";
    Sample {
        format: "<Spectrum=",
        text: text.to_owned(),
        damages: &[
            ("200.5\t21", "200.5\tx", "bad peak line"),
            ("200.5\t21", "words", "bad peak line"),
            ("200.5\t21", "0\t21", "invalid m/z"),
            ("m/z=600.25", "m/z=abc", "invalid precursor"),
            ("charge state=1", "charge state=lots", "invalid charge"),
            ("number of peaks=3", "number of peaks=4", "wrong peak count"),
            ("MS:1003059|number of peaks=3", "words", "damaged record"),
        ],
    }
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
