//! Tryptic digestion of one chain.

/// What is kept.
const MIN_LENGTH: usize = 7;
const MAX_LENGTH: usize = 30;
const MAX_MISSED: usize = 1;

/// A piece of a chain.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Piece<'a> {
    /// Its residues.
    pub(crate) sequence: &'a str,
    /// Sites inside it where trypsin could have cut.
    pub(crate) n_missed: usize,
}

/// Cuts after K and R but not before P (Keil's rule; B. Keil, Specificity of Proteolysis, 1992),
/// with at most one missed site, 7 to 30 residues, in the order of the chain.
pub(crate) fn trypsin(chain: &str) -> Vec<Piece<'_>> {
    let residues = chain.as_bytes();
    let mut cuts = vec![0];
    cuts.extend((1..residues.len()).filter(|&i| {
        let after_base = matches!(residues[i - 1], b'K' | b'R');
        after_base && residues[i] != b'P'
    }));
    cuts.push(residues.len());
    let mut pieces = Vec::new();
    for start_idx in 0..cuts.len() - 1 {
        for n_missed in 0..=MAX_MISSED {
            let Some(&end) = cuts.get(start_idx + 1 + n_missed) else {
                break;
            };
            let sequence = &chain[cuts[start_idx]..end];
            if (MIN_LENGTH..=MAX_LENGTH).contains(&sequence.len()) {
                pieces.push(Piece { sequence, n_missed });
            }
        }
    }
    pieces
}
