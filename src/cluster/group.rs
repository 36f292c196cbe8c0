//! From links to clusters, by the method asked for.

use super::borders::merge_across;
use super::dbscan::dbscan;
use super::linkage::{Linkage, cut};
use super::medoid_cover::medoid_cover;
use super::pieces::pieces;
use super::spectra::{LinkSettings, Spectra};
use super::{Link, by_lowest_row, components};
use crate::similarity::align::Scratch;
use rayon::prelude::*;

/// What makes linked spectra one cluster.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Grouping {
    /// Any chain of links.
    Components,
    /// Linked spectra in dense places; a core and what is linked with it are so many at least.
    Dbscan {
        /// Fewest spectra around a core, itself included.
        min_spectra: u32,
    },
    /// Clusters are merged while the most similar two reach the threshold.
    Linkage(Linkage),
    /// Spectra that reach the threshold with the medoid they are nearest to.
    Medoids,
}

/// Clusters of rows, each labelled with its lowest row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Groups {
    /// The cluster of each row.
    pub labels: Vec<u32>,
    /// The same before clusters that touch across the borders of pieces were merged.
    pub within_pieces: Vec<u32>,
}

/// Labels of a piece, from the similarities of every two of its rows, their weights and a threshold.
type CutPiece = fn(&mut [f32], &[u32], f32) -> Vec<u32>;

/// Rows that are compared each with each. What is linked beyond is cut where links are weakest,
/// and what was cut apart is merged again where it is alike.
const MOST_COMPARED: u32 = 256;

/// Groups the rows of `spectra`, which stand for `weights` spectra each, by their `links`.
pub fn group(
    spectra: Spectra<'_>,
    weights: &[u32],
    links: &[Link],
    (how, grouping): (LinkSettings, Grouping),
) -> Groups {
    let whole = |labels: Vec<u32>| Groups {
        within_pieces: labels.clone(),
        labels,
    };
    let (linkage, inside): (Linkage, CutPiece) = match grouping {
        Grouping::Components => return whole(components(weights.len(), links)),
        Grouping::Dbscan { min_spectra } => return whole(dbscan(links, weights, min_spectra)),
        Grouping::Linkage(Linkage::Complete) => {
            (Linkage::Complete, |matrix, weights, threshold| {
                cut(matrix, weights, Linkage::Complete, threshold)
            })
        }
        Grouping::Linkage(Linkage::Average) => (Linkage::Average, |matrix, weights, threshold| {
            cut(matrix, weights, Linkage::Average, threshold)
        }),
        Grouping::Medoids => (Linkage::Average, medoid_cover),
    };
    let pieces = pieces(weights.len(), links, MOST_COMPARED);
    let of_piece = rows_of(&pieces);
    let found: Vec<Vec<u32>> = of_piece
        .par_iter()
        .map_init(<(Scratch, Vec<f32>)>::default, |(scratch, matrix), rows| {
            compare_all(spectra, rows, how, (scratch, matrix));
            let weights: Vec<u32> = rows.iter().map(|&row| weights[row as usize]).collect();
            inside(matrix, &weights, how.threshold)
        })
        .collect();
    let mut labels: Vec<u32> = (0..weights.len() as u32).collect();
    for (rows, found) in of_piece.iter().zip(found) {
        for (&row, label) in rows.iter().zip(found) {
            labels[row as usize] = rows[label as usize];
        }
    }
    let within_pieces = by_lowest_row(&labels);
    let both = (within_pieces.as_slice(), pieces.as_slice());
    let labels = merge_across(spectra, both, links, weights, (how, linkage));
    Groups {
        labels,
        within_pieces,
    }
}

/// The rows of each piece of more than one, ascending.
fn rows_of(pieces: &[u32]) -> Vec<Vec<u32>> {
    let mut rows: Vec<u32> = (0..pieces.len() as u32).collect();
    rows.sort_by_key(|&row| pieces[row as usize]);
    rows.chunk_by(|&a, &b| pieces[a as usize] == pieces[b as usize])
        .filter(|rows| rows.len() > 1)
        .map(<[u32]>::to_vec)
        .collect()
}

/// Fills `matrix` with the similarities of every two of `rows`.
fn compare_all(
    spectra: Spectra<'_>,
    rows: &[u32],
    how: LinkSettings,
    (scratch, matrix): (&mut Scratch, &mut Vec<f32>),
) {
    let n = rows.len();
    matrix.clear();
    matrix.resize(n * n, 1.0);
    for (i, &a) in rows.iter().enumerate() {
        for (j, &b) in rows.iter().enumerate().skip(i + 1) {
            let value = spectra.similarity(a, b, how, scratch);
            matrix[i * n + j] = value;
            matrix[j * n + i] = value;
        }
    }
}
