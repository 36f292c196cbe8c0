//! Everything the bundled libraries are made of: from published masses and rules to file bytes.
//!
//! Pure: no clock, no network, no file is read at run time, and the arithmetic is limited to what
//! IEEE 754 rounds the same way everywhere (no `exp`, `ln` or `powf`), so the same source gives
//! the same bytes on every machine. Modules from the bottom up: `formula`, `entry`; `residues`,
//! `proteins`, `digest`, `peptide`, `profile`, `propensity`, `fragments`, `contaminants`; `lipids`;
//! `compare`, `noise`, `demo`; `msp`.

pub(crate) mod compare;
pub(crate) mod contaminants;
pub(crate) mod demo;
pub(crate) mod digest;
pub(crate) mod entry;
pub(crate) mod formula;
pub(crate) mod fragments;
pub(crate) mod lipids;
pub(crate) mod msp;
pub(crate) mod noise;
pub(crate) mod peptide;
pub(crate) mod profile;
pub(crate) mod propensity;
pub(crate) mod proteins;
pub(crate) mod residues;

use entry::Entry;

/// One file of the shelf: path below `libraries/` and content.
pub(crate) struct Product {
    pub(crate) path: &'static str,
    pub(crate) bytes: Vec<u8>,
}

/// All files, in a fixed order.
pub(crate) fn products() -> Vec<Product> {
    let contaminants = contaminants::library();
    let lipids = lipids::library();
    let demo = demo::Demo::draw(&contaminants, &lipids);
    let mut products = Vec::new();
    products.extend(library_files(
        [
            "contaminants/spectra.msp.gz",
            "contaminants/library.toml",
            include_str!("../data/contaminants.toml"),
        ],
        &contaminants,
    ));
    products.extend(library_files(
        [
            "lipids/spectra.msp.gz",
            "lipids/library.toml",
            include_str!("../data/lipids.toml"),
        ],
        &lipids,
    ));
    products.push(Product {
        path: "demo/queries.mgf.gz",
        bytes: msp::gzip(&demo.mgf()),
    });
    products.push(Product {
        path: "demo/truth.csv",
        bytes: demo.truth_csv().into_bytes(),
    });
    products
}

/// The spectra and the description beside them; `description` is completed with what is counted.
fn library_files(
    [spectra_path, toml_path, description]: [&'static str; 3],
    entries: &[Entry],
) -> [Product; 2] {
    let spectra = msp::gzip(&msp::text(entries));
    let n_peaks: usize = entries.iter().map(|e| e.peaks.len()).sum();
    let toml = format!(
        "{description}\n[spectra]\nfile = \"spectra.msp.gz\"\nformat = \"NIST-style MSP, gzip\"\n\
         count = {}\npeaks = {n_peaks}\nbytes = {}\nblake3 = \"{}\"\n",
        entries.len(),
        spectra.len(),
        blake3::hash(&spectra).to_hex()
    );
    [
        Product {
            path: spectra_path,
            bytes: spectra,
        },
        Product {
            path: toml_path,
            bytes: toml.into_bytes(),
        },
    ]
}
