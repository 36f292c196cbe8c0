//! Does `mzseek vectors` read what it says it reads, and answer as a naive scan does?

mod bench;
mod cluster;
mod files;
mod kit;
mod pca;
mod search;
mod similarity;
