//! Rows of a second look with rows added, in the numbers that were chosen for those held.

use super::rows::{RefineParts, RefineValues, RefinedRows};
use crate::index::adding::AddError;
use crate::index::kernels::products::float_to_half;
use crate::index::metric::Metric;
use ndarray::ArrayView2;

/// The greatest half-precision number.
const GREATEST_HALF: f32 = 65_504.0;

impl RefinedRows {
    /// The rows held, with `rows` added, and how many added values lie outside what bytes can say
    /// and are kept as the nearest they can.
    pub(in crate::index) fn grown(
        &self,
        metric: Metric,
        rows: ArrayView2<'_, f32>,
    ) -> Result<(Self, usize), AddError> {
        let (held, dim) = (self.parts(), rows.ncols());
        let mut n_clamped = 0;
        let at = |position: usize| (position / dim, position % dim);
        let values = match &held.values {
            RefineValues::Flat(values) => {
                RefineValues::Flat(extended(values, rows.iter().copied()))
            }
            RefineValues::F16(values) => {
                let beyond = (rows.iter().enumerate())
                    .find(|(position, x)| (*x / held.steps[at(*position).1]).abs() > GREATEST_HALF);
                if let Some((position, &value)) = beyond {
                    let (row, coordinate) = at(position);
                    return Err(AddError::Beyond {
                        row,
                        coordinate,
                        value,
                    });
                }
                let halves = (rows.iter().enumerate())
                    .map(|(position, x)| float_to_half(x / held.steps[at(position).1]));
                RefineValues::F16(extended(values, halves))
            }
            RefineValues::Sq8(values) => {
                let bytes = rows.iter().enumerate().map(|(position, x)| {
                    let coordinate = at(position).1;
                    let steps = (x - held.least[coordinate]) / held.steps[coordinate];
                    n_clamped += usize::from(!(-0.5..255.5).contains(&steps));
                    steps.round() as u8
                });
                RefineValues::Sq8(extended(values, bytes))
            }
        };
        let grown = Self::checked(
            metric,
            dim,
            RefineParts {
                values,
                ..held.clone()
            },
        )?;
        Ok((grown, n_clamped))
    }
}

fn extended<T: Copy + Send + Sync>(
    held: &[T],
    added: impl Iterator<Item = T>,
) -> crate::memory::Slab<T> {
    let all: Vec<T> = held.iter().copied().chain(added).collect();
    all.into()
}
