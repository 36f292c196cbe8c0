//! Pictures: mirror plots of two spectra, the pieces other plots are drawn with, and PNG of any of them.
//!
//! Everything is drawn as SVG, a text; PNG is made of that text. Nothing here knows of libraries or
//! scores: whoever asks for a picture says what stands in it. Elements carry a class and the colour a
//! page without a style sheet shows, so that a page may draw them light or dark.

mod axis;
pub mod colours;
mod histogram;
mod labels;
mod mirror;
mod png;
mod svg;

pub use axis::{Scale, nice_step, ticks};
pub use histogram::Histogram;
pub use mirror::{MirrorPair, MirrorPlot, MirrorSide};
pub use png::{PngError, png};
pub use svg::{Element, Svg};
