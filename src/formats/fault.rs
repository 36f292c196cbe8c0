//! What can be wrong with one record, while the next one can still be read.

use super::limits::{MAX_ELEMENT_BYTES, MAX_LINE_BYTES, MAX_PEAKS};

/// Why a record was left out.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// A line among the peaks that holds no peak.
    #[error("expected a peak (m/z and intensity), found {0:?}")]
    PeakLine(String),
    /// An m/z that is not a finite number above 0 (or above all instruments).
    #[error("m/z {0} is not a finite number above 0")]
    Mz(String),
    /// A negative, `NaN` or infinite intensity.
    #[error("intensity {0} is not a finite number of at least 0")]
    Intensity(String),
    /// The record declares one number of peaks and holds another.
    #[error("{declared} peaks declared, {read} found")]
    PeakCount {
        /// As declared.
        declared: u64,
        /// As counted.
        read: u64,
    },
    /// A declared number of peaks that is no number.
    #[error("expected a number of peaks, found {0:?}")]
    PeakCountText(String),
    /// An MSP record without `Num Peaks`.
    #[error("the record has no Num Peaks line")]
    NoPeakCount,
    /// More peaks than any spectrum has.
    #[error("more than {MAX_PEAKS} peaks")]
    TooManyPeaks,
    /// A line longer than any format needs.
    #[error("a line of more than {MAX_LINE_BYTES} bytes")]
    LineTooLong,
    /// A precursor m/z that is no positive number.
    #[error("expected a precursor m/z, found {0:?}")]
    Precursor(String),
    /// A charge that is no charge.
    #[error("expected a charge such as 2+, found {0:?}")]
    Charge(String),
    /// An MGF record that the next one interrupts.
    #[error("the next BEGIN IONS comes before END IONS")]
    NoEnd,
    /// Peaks or an `END IONS` outside any MGF record.
    #[error("outside BEGIN IONS and END IONS: {0:?}")]
    NoBegin(String),
    /// A record that ends with the file.
    #[error("the file ends in the middle of the record")]
    CutRecord,
    /// A profile spectrum where peaks are needed.
    #[error(
        "profile spectrum without a peak of three points: centroid it, for instance with msconvert --filter peakPicking"
    )]
    Profile,
    /// JSON that cannot be read, or says nothing of a spectrum.
    #[error("damaged record: {0}")]
    Json(String),
    /// A record larger than any spectrum needs.
    #[error("a record of more than {MAX_ELEMENT_BYTES} bytes")]
    RecordTooLarge,
    /// An entry of mzSpecLib without a section of peaks.
    #[error("the entry has no <Peaks> section")]
    NoPeaks,
    /// A line of mzSpecLib that is no attribute.
    #[error("expected an attribute such as MS:1000041|charge state=2, found {0:?}")]
    Attribute(String),
    /// A row of a table with too few or too many cells.
    #[error("the row does not fit the column names: {0:?}")]
    Row(String),
    /// An entry made to be wrong.
    #[error("a decoy; libraries get decoys of their own with build --decoys")]
    Decoy,
    /// XML or values of a `<spectrum>` element that cannot be read.
    #[error("damaged spectrum element: {0}")]
    Element(String),
    /// A file that ends properly but holds fewer spectra than it declares.
    #[error("the file declares {declared} spectra and holds {read}")]
    MissingSpectra {
        /// As declared.
        declared: u64,
        /// As counted.
        read: u64,
    },
    /// A binary array that cannot be decoded.
    #[error("{array} array: {reason}")]
    Array {
        /// Which array.
        array: &'static str,
        /// What is wrong with it.
        reason: String,
    },
}

impl Fault {
    /// The category, for counting skipped records by reason.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::PeakLine(_) => "bad peak line",
            Self::Mz(_) => "invalid m/z",
            Self::Intensity(_) => "invalid intensity",
            Self::PeakCount { .. } | Self::PeakCountText(_) | Self::NoPeakCount => {
                "wrong peak count"
            }
            Self::TooManyPeaks => "too many peaks",
            Self::LineTooLong => "line too long",
            Self::Precursor(_) => "invalid precursor",
            Self::Charge(_) => "invalid charge",
            Self::NoEnd | Self::NoBegin(_) => "broken record boundary",
            Self::CutRecord | Self::NoPeaks => "cut record",
            Self::Profile => "profile spectrum",
            Self::Json(_) | Self::Attribute(_) | Self::Row(_) => "damaged record",
            Self::RecordTooLarge => "record too large",
            Self::Decoy => "decoy",
            Self::Element(_) => "damaged element",
            Self::MissingSpectra { .. } => "missing spectra",
            Self::Array { .. } => "damaged array",
        }
    }
}
