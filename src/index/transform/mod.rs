//! What happens to rows before they are indexed: fewer coordinates, or others.
//!
//! All are learned once, kept with the index, and applied to its rows and to every query alike.
//! [`LinearMap`] is what PCA and OPQ come to; [`Permutation`] moves coordinates about.

mod eigen;
mod linear;
mod moments;
mod opq;
mod pca;
mod permutation;
mod procrustes;

pub use linear::{LinearMap, LinearMapParts};
pub use opq::{Opq, OpqSettings};
pub use pca::{Keep, Pca, PcaError, PcaSettings};
pub use permutation::Permutation;
