//! Does `mzseek vectors` read what it says it reads, and answer as a naive scan does?

mod adding;
mod bench;
mod calibration;
mod cluster;
mod files;
mod kit;
mod pca;
mod search;
mod similarity;
