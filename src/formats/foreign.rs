//! Names of the formats that are not read, by their first bytes, and what to do about each.

use super::number::parse_whole;
use memchr::memmem;
use std::path::Path;

/// What a file looks like and what its owner can do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Foreign {
    pub(super) looks_like: &'static str,
    pub(super) advice: &'static str,
}

const CONVERT_RUN: &str = "convert it to mzML, for instance with ProteoWizard's msconvert";
const CONVERT_LIBRARY: &str = "export the library as MSP from the program that wrote it";
const UNPACK: &str = "unpack it first, or compress it with gzip instead";
const CHECK: &str = "check that this is the file you meant";

const fn run(looks_like: &'static str) -> Foreign {
    Foreign {
        looks_like,
        advice: CONVERT_RUN,
    }
}

const fn archive(looks_like: &'static str) -> Foreign {
    Foreign {
        looks_like,
        advice: UNPACK,
    }
}

/// An archive within an archive.
pub(super) const ZIP_IN_ZIP: Foreign = archive("a zip archive within an archive");

/// Files that vendors' run folders hold, and whose they are.
const VENDOR_FOLDERS: &[(&str, Foreign)] = &[
    ("analysis.tdf", run("a Bruker timsTOF run (.d)")),
    ("analysis.tsf", run("a Bruker timsTOF run (.d)")),
    ("analysis.baf", run("a Bruker run (.d)")),
    ("AcqData", run("an Agilent run (.d)")),
    ("_FUNC001.DAT", run("a Waters run (.raw)")),
];

/// Whether a folder is one run of a vendor's program.
pub(super) fn is_vendor_folder(path: &Path) -> bool {
    vendor(path).is_some()
}

fn vendor(path: &Path) -> Option<Foreign> {
    let found = VENDOR_FOLDERS
        .iter()
        .find(|(name, _)| path.join(name).exists());
    found.map(|(_, foreign)| *foreign)
}

/// A folder where a file is expected.
pub(super) fn folder(path: &Path) -> Foreign {
    vendor(path).unwrap_or(Foreign {
        looks_like: "a folder",
        advice: "name the files in it",
    })
}

/// Content that none of the names fits.
pub(super) const UNKNOWN_TEXT: Foreign = Foreign {
    looks_like: "some other text",
    advice: "an MGF file has a line BEGIN IONS, an MSP file starts with a line such as Name: value, \
             a table of fragments has columns such as PrecursorMz, ProductMz and LibraryIntensity",
};

/// imzML that stands alone: packed, or read from a pipe.
pub(super) const IMZML: Foreign = Foreign {
    looks_like: "imzML without the second file that holds its arrays",
    advice: "name the file itself, not packed, with its .ibd file beside it",
};

const HDF5: Foreign = Foreign {
    looks_like: "an HDF5 file without mzML in it, perhaps a mzseek library or mz5",
    advice: "name a library where a library is expected; mz5 is converted to mzML with msconvert",
};

const PARQUET: Foreign = Foreign {
    looks_like: "a Parquet file",
    advice: "a library has columns such as Precursor.Mz, Product.Mz, Relative.Intensity and \
             Modified.Sequence, as DIA-NN names them",
};

/// What a container is if it turns out to hold nothing that is read.
pub(super) fn packed(head: &[u8]) -> Option<Foreign> {
    let signatures = [(&b"\x89HDF\r\n\x1a\n"[..], HDF5), (b"PAR1", PARQUET)];
    let found = signatures
        .into_iter()
        .find(|(magic, _)| head.starts_with(magic));
    found.map(|(_, foreign)| foreign)
}

const UNKNOWN_BINARY: Foreign = Foreign {
    looks_like: "binary data",
    advice: CONVERT_RUN,
};

/// First bytes that tell a format.
const SIGNATURES: &[(&[u8], Foreign)] = &[
    (
        b"SQLite format 3\0",
        Foreign {
            looks_like: "an SQLite database (BiblioSpec, EncyclopeDIA or Bruker TDF)",
            advice: "export a library as MSP, convert a Bruker run to mzML with msconvert",
        },
    ),
    (
        b"\x01\xa1F\0i\0n\0n\0i\0g\0a\0n\0",
        run("a Thermo RAW file"),
    ),
    (
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
        run("a SCIEX WIFF or another OLE file"),
    ),
    (b"BZh", archive("bzip2 inside another compression")),
    (b"\xfd7zXZ\0", archive("an xz archive")),
    (
        b"\x28\xb5\x2f\xfd",
        archive("zstd inside another compression"),
    ),
    (b"7z\xbc\xaf\x27\x1c", archive("a 7z archive")),
    (b"\x1f\x8b", archive("gzip inside another compression")),
    (
        b"\x93NUMPY",
        Foreign {
            looks_like: "a NumPy array",
            advice: CHECK,
        },
    ),
    (
        b"\xff\xfe",
        Foreign {
            looks_like: "UTF-16 text",
            advice: "save it as UTF-8",
        },
    ),
    (
        b"\xfe\xff",
        Foreign {
            looks_like: "UTF-16 text",
            advice: "save it as UTF-8",
        },
    ),
];

/// Binary formats without a signature.
fn binary(head: &[u8]) -> Foreign {
    let start = &head[..head.len().min(256)];
    let version = start.first_chunk().map(|&bytes| i32::from_le_bytes(bytes));
    if memmem::find(start, b".splib\n").is_some() {
        Foreign {
            looks_like: "a SpectraST binary library (.splib)",
            advice: "name the .sptxt file that SpectraST writes beside it",
        }
    } else if version.is_some_and(|version| (-32..0).contains(&version)) {
        Foreign {
            looks_like: "a binary library of DIA-NN (.speclib)",
            advice: "let DIA-NN write the library as .tsv",
        }
    } else {
        UNKNOWN_BINARY
    }
}

/// Whether every line looked at is two or three numbers.
fn is_peak_table(head: &[u8]) -> bool {
    let mut lines = head.split(|&b| b == b'\n').map(<[u8]>::trim_ascii).take(8);
    lines.all(|line| {
        let mut cells = line
            .split(u8::is_ascii_whitespace)
            .filter(|cell| !cell.is_empty());
        cells.all(|cell| parse_whole(cell).is_some())
    })
}

/// Names what none of the readers is for; `head` starts at the first character that counts.
pub(super) fn name(head: &[u8]) -> Foreign {
    if let Some((_, foreign)) = SIGNATURES.iter().find(|(magic, _)| head.starts_with(magic)) {
        return *foreign;
    }
    if head.contains(&0) {
        return binary(head);
    }
    let has = |text: &[u8]| {
        head.windows(text.len())
            .any(|w| w.eq_ignore_ascii_case(text))
    };
    match head.first() {
        Some(b'<') if has(b"<mzData") => run("mzData"),
        Some(b'<') if has(b"<html") => Foreign {
            looks_like: "a web page",
            advice: CHECK,
        },
        Some(b'<') => Foreign {
            looks_like: "XML, but neither mzML nor mzXML",
            advice: CHECK,
        },
        Some(b'{' | b'[') => Foreign {
            looks_like: "JSON, but not of GNPS, MoNA, mzmine or mzSpecLib",
            advice: CONVERT_LIBRARY,
        },
        Some(b'H') if head.starts_with(b"H\t") => run("an MS2 file"),
        Some(b'0'..=b'9') if is_peak_table(head) => run("a bare peak list (DTA or PKL)"),
        _ => UNKNOWN_TEXT,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn containers_are_told_by_their_signature() {
        let named = |head: &[u8]| packed(head).map(|foreign| foreign.looks_like);
        assert!(named(b"\x89HDF\r\n\x1a\n....").is_some_and(|name| name.contains("HDF5")));
        assert!(named(b"PAR1").is_some_and(|name| name.contains("Parquet")));
        assert_eq!(named(b"PK"), None);
    }

    #[test]
    fn each_is_named() {
        for (head, expected) in [
            (&b"BZh91AY"[..], "bzip2"),
            (b"551.3136\t2\n84.0819\t8.0\n", "DTA"),
            (b"<?xml version=\"1.0\"?>\n<note>", "XML"),
            (b"{\"peaks\": []}", "JSON"),
            (b"a\0b", "binary"),
            (b"one two three", "other text"),
        ] {
            assert!(
                name(head).looks_like.contains(expected),
                "{expected}: {:?}",
                name(head)
            );
        }
    }
}
