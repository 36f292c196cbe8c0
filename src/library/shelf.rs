//! The shelf: reference libraries that come with the program, computed from published chemistry.
//!
//! Their spectra lie in `libraries/`, with their sources and the generator that makes them.

/// A bundled reference library.
#[derive(Debug, Clone, Copy)]
pub struct Bundled {
    /// What it is called.
    pub name: &'static str,
    /// What it holds, in a line.
    pub title: &'static str,
    /// The profile its spectra suit.
    pub profile: &'static str,
    /// Its spectra as gzip-compressed MSP.
    pub spectra: &'static [u8],
    /// Where they come from, as TOML.
    pub about: &'static str,
}

/// All bundled libraries.
pub const SHELF: [Bundled; 2] = [
    Bundled {
        name: "lipids",
        title: "lipids of animal samples at the level of their chains",
        profile: "small-molecule",
        spectra: include_bytes!("../../libraries/lipids/spectra.msp.gz"),
        about: include_str!("../../libraries/lipids/library.toml"),
    },
    Bundled {
        name: "contaminants",
        title: "tryptic peptides of proteins that get into every sample",
        profile: "peptide",
        spectra: include_bytes!("../../libraries/contaminants/spectra.msp.gz"),
        about: include_str!("../../libraries/contaminants/library.toml"),
    },
];

/// Demonstration queries, drawn from the bundled libraries with noise, as gzip-compressed MGF.
pub const DEMO_QUERIES: &[u8] = include_bytes!("../../libraries/demo/queries.mgf.gz");
/// What they are.
pub const DEMO_TRUTH: &str = include_str!("../../libraries/demo/truth.csv");
