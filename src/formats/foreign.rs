//! Names of the formats that we do not read, by their first bytes, and what to do about each.

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

const fn library(looks_like: &'static str) -> Foreign {
    Foreign {
        looks_like,
        advice: CONVERT_LIBRARY,
    }
}

const fn packed(looks_like: &'static str) -> Foreign {
    Foreign {
        looks_like,
        advice: UNPACK,
    }
}

/// A folder where a file is expected.
pub(super) const FOLDER: Foreign = Foreign {
    looks_like: "a folder",
    advice: "name the files in it; a vendor's run folder (.d, .raw) is converted to mzML with msconvert",
};

/// Content that none of the names fits.
pub(super) const UNKNOWN_TEXT: Foreign = Foreign {
    looks_like: "some other text",
    advice: "an MGF file has a line BEGIN IONS, an MSP file starts with a line such as Name: value",
};

/// imzML keeps its arrays in a second file.
pub(super) const IMZML: Foreign = run("imzML");

const UNKNOWN_BINARY: Foreign = Foreign {
    looks_like: "binary data",
    advice: CONVERT_RUN,
};

/// First bytes that tell a format.
const SIGNATURES: &[(&[u8], Foreign)] = &[
    (
        b"\x89HDF\r\n\x1a\n",
        Foreign {
            looks_like: "an HDF5 file, perhaps a mzseek library",
            advice: "name it where a library is expected; mzMLb and mz5 are converted to mzML with msconvert",
        },
    ),
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
    (b"BZh", packed("a bzip2 archive")),
    (b"PK\x03\x04", packed("a zip archive")),
    (b"\xfd7zXZ\0", packed("an xz archive")),
    (b"\x28\xb5\x2f\xfd", packed("a zstd archive")),
    (b"7z\xbc\xaf\x27\x1c", packed("a 7z archive")),
    (b"\x1f\x8b", packed("gzip inside gzip")),
    (
        b"PAR1",
        Foreign {
            looks_like: "a Parquet file",
            advice: CHECK,
        },
    ),
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

/// Names what is neither mzML nor MGF nor MSP; `head` starts at the first character that counts.
pub(super) fn name(head: &[u8]) -> Foreign {
    if let Some((_, foreign)) = SIGNATURES.iter().find(|(magic, _)| head.starts_with(magic)) {
        return *foreign;
    }
    if head.contains(&0) {
        return UNKNOWN_BINARY;
    }
    let has = |text: &[u8]| {
        head.windows(text.len())
            .any(|w| w.eq_ignore_ascii_case(text))
    };
    match head.first() {
        Some(b'<') if has(b"<mzXML") || has(b"<msRun") => run("mzXML"),
        Some(b'<') if has(b"<mzData") => run("mzData"),
        Some(b'<') if has(b"<mzSpecLib") => library("an mzSpecLib text file"),
        Some(b'<') if has(b"<html") => Foreign {
            looks_like: "a web page",
            advice: CHECK,
        },
        Some(b'<') => Foreign {
            looks_like: "XML, but not mzML",
            advice: CHECK,
        },
        Some(b'{' | b'[') => library("JSON"),
        Some(b'H') if head.starts_with(b"H\t") => run("an MS2 file"),
        _ if has(b"RECORD_TITLE:") => library("a MassBank record"),
        _ => UNKNOWN_TEXT,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_is_named() {
        for (head, expected) in [
            (&b"\x89HDF\r\n\x1a\n...."[..], "HDF5"),
            (b"BZh91AY", "bzip2"),
            (b"<?xml version=\"1.0\"?>\n<mzXML>", "mzXML"),
            (b"<?xml version=\"1.0\"?>\n<note>", "XML"),
            (b"{\"peaks\": []}", "JSON"),
            (b"ACCESSION: A1\nRECORD_TITLE: b\n", "MassBank record"),
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
