//! Inverted lists: rows grouped around coarse centres, of which a search visits the nearest few.
//!
//! [`Ivf`] finds and walks the lists; how rows are kept inside them is a codec's business: whole
//! ([`IvfFlat`]), as postings ([`IvfSparse`]) or as product-quantised residuals ([`IvfPq`]; IVFADC,
//! Jégou et al. 2011).

mod batch;
mod coarse;
mod codec;
mod grow;
mod inverted;
mod kinds;
mod lists;
mod look;
mod visit;

pub(super) use coarse::Coarse;
pub use inverted::Ivf;
pub use kinds::{IvfFlat, IvfFlatParts, IvfPq, IvfPqParts, IvfSparse, IvfSparseParts};
pub use lists::ListParts;
pub(super) use lists::Lists;
