//! What a reference spectrum is a spectrum of.

/// Identity of a reference compound or peptide, as its library states it; empty text is unknown.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Compound {
    /// Name as the library gives it.
    pub name: String,
    /// Molecular formula, for instance `C10H15N`.
    pub formula: String,
    /// InChIKey, whole where known.
    pub inchikey: String,
    /// SMILES.
    pub smiles: String,
    /// Adduct, for instance `[M+H]+`.
    pub adduct: String,
    /// Peptidoform, for instance `KFWGK` or ProForma text.
    pub peptide: String,
}

/// The first block of an InChIKey (14 letters): the skeleton without stereochemistry or isotopes.
///
/// `None` where `inchikey` does not start with 14 upper-case letters that end there or at a `-`.
pub fn first_block(inchikey: &str) -> Option<&str> {
    let block = inchikey.split('-').next().unwrap_or_default();
    (block.len() == 14 && block.bytes().all(|b| b.is_ascii_uppercase())).then_some(block)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn first_block_is_the_skeleton() {
        assert_eq!(
            first_block("DHHVAGZRUROJKS-UHFFFAOYSA-N"),
            Some("DHHVAGZRUROJKS")
        );
        assert_eq!(first_block("DHHVAGZRUROJKS"), Some("DHHVAGZRUROJKS"));
        for bad in ["", "N/A", "dhhvagzrurojks", "DHHVAGZRUROJKSX-A-N"] {
            assert_eq!(first_block(bad), None, "{bad}");
        }
    }
}
