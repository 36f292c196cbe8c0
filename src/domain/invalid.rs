//! What makes a value unusable, in words a person can act on.

/// A value that cannot be what it claims to be.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum Invalid {
    /// An m/z that is not a finite number above 0.
    #[error("m/z {0} is not a finite number above 0")]
    Mz(f64),
    /// A mass difference or width that is not finite, or negative where it must not be.
    #[error("{0} Da is not a finite number of at least 0")]
    Da(f64),
    /// A relative width that is not finite or negative.
    #[error("{0} ppm is not a finite number of at least 0")]
    Ppm(f64),
    /// A time that is not finite.
    #[error("{0} s is not a finite time")]
    Seconds(f64),
    /// An intensity that is NaN, infinite or negative.
    #[error("intensity {0} is not a finite number of at least 0")]
    Intensity(f64),
    /// A charge of 0, or one no spectrometer reports.
    #[error("charge {0:?} is not a number from 1 to 100 with an optional sign")]
    Charge(String),
    /// Text that is no tolerance.
    #[error("{0:?} is not a tolerance: write a number and a unit, as in 10ppm or 0.02Da")]
    Tolerance(String),
    /// Text or numbers that are no range of masses.
    #[error("{0:?} is not a range of masses: write the lower and the upper end, as in -20..300Da")]
    MassRange(String),
    /// Text that is no polarity.
    #[error("{0:?} is not a polarity: write positive or negative")]
    Polarity(String),
}
