//! The words that MGF and MSP dialects use for the same things.

/// Longest key that is looked up, in bytes.
const MAX_KEY_BYTES: usize = 64;

/// What a line states. Spelling differs between dialects in case, `_`, `-` and blanks only, or in
/// the words listed at [`Key::of`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Key {
    Title,
    Accession,
    Scans,
    Name,
    PrecursorMz,
    PepMass,
    Charge,
    Adduct,
    Polarity,
    Formula,
    HashedInchi,
    Smiles,
    Peptide,
    CollisionEnergy,
    Instrument,
    InstrumentType,
    Ionization,
    RtInSeconds,
    RetentionTime,
    RetentionIndex,
    MsLevel,
    Comment,
    NumPeaks,
    /// A field whose own key would be taken for something else: `KEY=VALUE`.
    Field,
    /// Anything else: kept as it is, never an error.
    Other,
}

/// One line that states something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Statement<'a> {
    pub(super) key: Key,
    /// The key as it is written.
    pub(super) name: &'a [u8],
    pub(super) value: &'a [u8],
}

impl<'a> Statement<'a> {
    /// A statement of a key that stands apart from its value.
    pub(super) fn new(name: &'a [u8], value: &'a [u8]) -> Self {
        Self {
            key: Key::of(name),
            name,
            value,
        }
    }
}

impl Key {
    /// Splits `line` at its first `mark` where a key stands before that.
    pub(super) fn split_at(line: &[u8], mark: u8) -> Option<Statement<'_>> {
        let head = &line[..line.len().min(MAX_KEY_BYTES + 1)];
        let at = head.iter().position(|&b| b == mark)?;
        let key = line[..at].trim_ascii();
        let is_key = key
            .first()
            .is_some_and(|b| b.is_ascii_alphabetic() || *b == b'_')
            && key
                .iter()
                .all(|b| b.is_ascii_alphanumeric() || b" _-#./[]()".contains(b));
        is_key.then(|| Statement::new(key, line[at + 1..].trim_ascii()))
    }

    /// Splits an MSP line, `key: value`.
    pub(super) fn split(line: &[u8]) -> Option<Statement<'_>> {
        Self::split_at(line, b':')
    }

    /// Looks a key up.
    pub(super) fn of(key: &[u8]) -> Self {
        let mut plain = [0; MAX_KEY_BYTES];
        let mut length = 0;
        for &byte in key
            .iter()
            .filter(|b| b.is_ascii_alphanumeric() || **b == b'#')
        {
            let Some(slot) = plain.get_mut(length) else {
                return Self::Other;
            };
            *slot = byte.to_ascii_lowercase();
            length += 1;
        }
        match &plain[..length] {
            b"title" => Self::Title,
            b"db#" | b"libid" | b"accession" | b"spectrumid" | b"libraryid" | b"usi" => {
                Self::Accession
            }
            b"scans" | b"scan" => Self::Scans,
            b"name" | b"compoundname" | b"chname" => Self::Name,
            b"precursormz" | b"parent" | b"parentmass" | b"mzprecursor" => Self::PrecursorMz,
            b"pepmass" => Self::PepMass,
            b"charge" | b"precursorcharge" => Self::Charge,
            b"precursortype" | b"adduct" | b"iontype" | b"adducttype" => Self::Adduct,
            b"ionmode" | b"polarity" | b"ionizationmode" | b"msmode" => Self::Polarity,
            b"formula" | b"molecularformula" | b"chemicalformula" => Self::Formula,
            b"inchikey" | b"inchiaux" => Self::HashedInchi,
            b"smiles" => Self::Smiles,
            b"seq" | b"sequence" | b"peptide" | b"proforma" => Self::Peptide,
            b"collisionenergy" | b"collisionenergies" | b"ce" | b"hcd" => Self::CollisionEnergy,
            b"instrument" | b"sourceinstrument" => Self::Instrument,
            b"instrumenttype" => Self::InstrumentType,
            b"ionization" | b"ionizationmethod" | b"ionsource" => Self::Ionization,
            b"rtinseconds" => Self::RtInSeconds,
            b"retentiontime" | b"rt" => Self::RetentionTime,
            b"retentionindex" | b"ri" | b"kovatsretentionindex" => Self::RetentionIndex,
            b"mslevel" | b"msorder" | b"mstype" | b"spectrumtype" => Self::MsLevel,
            b"comment" | b"comments" => Self::Comment,
            b"numpeaks" | b"numpeak" | b"numberofpeaks" => Self::NumPeaks,
            b"mzseekfield" => Self::Field,
            _ => Self::Other,
        }
    }
}

/// A family of formats with words of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Words {
    Msp,
    Mgf,
}

impl Key {
    /// The word that is written for it: the one most programs read.
    pub(super) fn word(self, words: Words) -> &'static str {
        let (msp, mgf) = match self {
            Self::Title => ("Title", "TITLE"),
            Self::Accession => ("DB#", "SPECTRUMID"),
            Self::Scans => ("Scans", "SCANS"),
            Self::Name => ("Name", "NAME"),
            Self::PrecursorMz | Self::PepMass => ("PrecursorMZ", "PEPMASS"),
            Self::Charge => ("Charge", "CHARGE"),
            Self::Adduct => ("Precursor_type", "ADDUCT"),
            Self::Polarity => ("Ion_mode", "IONMODE"),
            Self::Formula => ("Formula", "FORMULA"),
            Self::HashedInchi => ("InChIKey", "INCHIKEY"),
            Self::Smiles => ("SMILES", "SMILES"),
            Self::Peptide => ("Peptide", "SEQ"),
            Self::CollisionEnergy => ("Collision_energy", "COLLISION_ENERGY"),
            Self::Instrument => ("Instrument", "INSTRUMENT"),
            Self::InstrumentType => ("Instrument_type", "INSTRUMENT_TYPE"),
            Self::Ionization => ("Ionization", "IONIZATION"),
            // Minutes where no unit is given is a habit, not a rule: seconds are not mistaken.
            Self::RtInSeconds | Self::RetentionTime => ("RTINSECONDS", "RTINSECONDS"),
            Self::RetentionIndex => ("Retention_index", "RETENTION_INDEX"),
            Self::MsLevel => ("MS_level", "MSLEVEL"),
            Self::Comment => ("Comment", "COMMENT"),
            Self::NumPeaks => ("Num Peaks", "NUM_PEAKS"),
            Self::Field | Self::Other => ("mzseek_field", "MZSEEK_FIELD"),
        };
        match words {
            Words::Msp => msp,
            Words::Mgf => mgf,
        }
    }

    /// What has a place in a record but none in a spectrum, in the order it is kept in behind all
    /// other fields, with the key it is kept under.
    pub(super) const KEPT: [(Self, &str); 6] = [
        (Self::Accession, "Accession"),
        (Self::Scans, "Scans"),
        (Self::InstrumentType, "Instrument_type"),
        (Self::Ionization, "Ionization"),
        (Self::MsLevel, "MS_level"),
        (Self::Charge, "Charge"),
    ];
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dialects_agree() {
        for line in [
            "PrecursorMZ: 1.5",
            "PRECURSORMZ:1.5",
            "precursor_mz : 1.5",
            "Precursor m/z: 1.5",
        ] {
            let found = Key::split(line.as_bytes()).unwrap();
            assert_eq!(
                (found.key, found.value),
                (Key::PrecursorMz, &b"1.5"[..]),
                "{line}"
            );
        }
        let found = Key::split(b"NAME: a: b; c").unwrap();
        assert_eq!((found.key, found.name), (Key::Name, &b"NAME"[..]));
        assert_eq!(found.value, b"a: b; c");
        assert_eq!(Key::of(b"DB#"), Key::Accession);
        assert_eq!(Key::of(b"Splash"), Key::Other);
    }

    #[test]
    fn written_words_are_read() {
        use Key::*;
        for key in [
            Title,
            Accession,
            Scans,
            Name,
            Charge,
            Adduct,
            Polarity,
            Formula,
            HashedInchi,
            Smiles,
            Peptide,
            CollisionEnergy,
            Instrument,
            InstrumentType,
            Ionization,
            RtInSeconds,
            RetentionIndex,
            MsLevel,
            Comment,
            NumPeaks,
            Field,
        ] {
            for words in [Words::Msp, Words::Mgf] {
                assert_eq!(Key::of(key.word(words).as_bytes()), key);
            }
        }
        assert_eq!(
            Key::of(PrecursorMz.word(Words::Msp).as_bytes()),
            PrecursorMz
        );
        assert_eq!(Key::of(PrecursorMz.word(Words::Mgf).as_bytes()), PepMass);
        for (key, kept) in Key::KEPT {
            assert_eq!(Key::of(kept.as_bytes()), key);
        }
    }

    #[test]
    fn peaks_are_no_keys() {
        for line in ["70:10 76:35", "100.5 20 \"a: b\"", "", ":", "no key here"] {
            assert_eq!(Key::split(line.as_bytes()), None, "{line}");
        }
        assert_eq!(Key::of(&[b'x'; 1000]), Key::Other);
    }
}
