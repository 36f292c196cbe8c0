//! Codes with their codebook: rows in `n_sub` bytes each, scored through a look-up table.

use super::codebook::Codebook;
use super::lookup::LookupTable;
use crate::index::filter::Offer;
use crate::index::kernels::scan::{MAX_BLOCKS, WIDTH, sum_bytes};
use crate::index::kernels::threshold::next_at_least;
use crate::index::kernels::{Level, widened};
use crate::index::matrix::squared_norm;
use crate::index::metric::Metric;
use crate::index::parts::{PartsError, check_n_rows, check_norms, count_rows};
use crate::index::row_store::norms_at;
use crate::index::slab::Slab;
use std::ops::Range;

/// The arrays of product-quantised rows.
#[derive(Debug, Clone)]
pub struct CodeParts {
    /// Sub-spaces, and so bytes per row.
    pub n_sub: usize,
    /// Codewords, laid out as [`Codebook`] says.
    pub codebooks: Slab<f32>,
    /// `n_sub` bytes for each row. The rows of a list stand in blocks of 64, the last of them
    /// perhaps narrower; a block holds the codes of its rows for the first sub-space, then those
    /// for the second, and so on.
    pub codes: Slab<u8>,
    /// |decoded row|^2 for each row under L2; empty for the inner product.
    pub norms: Slab<f32>,
}

/// Rows as codes.
#[derive(Debug, Clone)]
pub struct CodeStore {
    metric: Metric,
    codebook: Codebook,
    codes: Slab<u8>,
    norms: Slab<f32>,
}

/// What is computed once per query.
#[derive(Debug, Clone, Default)]
pub struct CodeQuery {
    table: LookupTable,
    norm: f32,
}

/// Rows scanned at a time.
const SCAN_ROWS: usize = WIDTH * MAX_BLOCKS;

/// Sums of bytes of some rows, and the bounds of their scores.
#[derive(Debug, Clone)]
pub struct CodeSums {
    sums: [u16; SCAN_ROWS],
    bounds: [f32; SCAN_ROWS],
}

impl Default for CodeSums {
    fn default() -> Self {
        Self {
            sums: [0; SCAN_ROWS],
            bounds: [0.0; SCAN_ROWS],
        }
    }
}

/// Some rows of one list.
#[derive(Debug, Clone)]
pub(in crate::index) struct CodeScan {
    /// The positions of the list.
    pub(in crate::index) all: Range<usize>,
    /// Those to score.
    pub(in crate::index) wanted: Range<usize>,
    /// The product of the query with the list's centre.
    pub(in crate::index) centre_product: f32,
}

/// Twice what rounding can do, relative to the size of what is summed, in bounds and in scores.
const ROUNDING: f32 = 1e-5;

/// Row-by-row codes into the blocks that [`CodeParts`] describes.
fn in_blocks(codes: &[u8], n_sub: usize, list_offsets: &[u64]) -> Vec<u8> {
    let mut blocked = Vec::with_capacity(codes.len());
    for list in list_offsets.windows(2) {
        let list = &codes[list[0] as usize * n_sub..list[1] as usize * n_sub];
        for block in list.chunks(WIDTH * n_sub) {
            for sub in 0..n_sub {
                blocked.extend(block.iter().skip(sub).step_by(n_sub));
            }
        }
    }
    blocked
}

impl CodeStore {
    /// Rows just encoded, one after another, in lists that start at `list_offsets`; `norms` as in
    /// [`CodeParts`].
    pub(in crate::index) fn new(
        metric: Metric,
        codebook: Codebook,
        (codes, list_offsets): (&[u8], &[u64]),
        norms: Vec<f32>,
    ) -> Self {
        let codes = in_blocks(codes, codebook.n_sub(), list_offsets);
        Self {
            metric,
            codebook,
            codes: codes.into(),
            norms: norms.into(),
        }
    }

    pub(in crate::index) fn from_parts(
        metric: Metric,
        dim: usize,
        parts: CodeParts,
    ) -> Result<Self, PartsError> {
        let codebook = Codebook::checked(dim, parts.n_sub, parts.codebooks)?;
        let n_rows = count_rows("codes", parts.codes.len(), parts.n_sub)?;
        check_n_rows(n_rows)?;
        let n_codewords = codebook.n_codewords();
        if n_codewords == 0 && n_rows > 0 {
            return Err(PartsError::Codewords(0));
        }
        let beyond = |&code: &u8| usize::from(code) >= n_codewords;
        // With all 256 codewords there is no code without one, and nothing to read.
        if u8::try_from(n_codewords).is_ok()
            && let Some(at) = parts.codes.iter().position(beyond)
        {
            return Err(PartsError::Code {
                at,
                code: parts.codes[at],
                n_codewords,
            });
        }
        check_norms(&parts.norms, metric.n_norms(n_rows))?;
        Ok(Self {
            metric,
            codebook,
            codes: parts.codes,
            norms: parts.norms,
        })
    }

    pub(in crate::index) fn parts(&self) -> CodeParts {
        CodeParts {
            n_sub: self.codebook.n_sub(),
            codebooks: self.codebook.values().clone(),
            codes: self.codes.clone(),
            norms: self.norms.clone(),
        }
    }

    pub(in crate::index) fn metric(&self) -> Metric {
        self.metric
    }

    pub(in crate::index) fn codebook(&self) -> &Codebook {
        &self.codebook
    }

    /// The code of the row at `position` of the list at `all`: every so many bytes of a slice.
    fn spread_code(&self, all: &Range<usize>, position: usize) -> (&[u8], usize) {
        let n_sub = self.codebook.n_sub();
        let start = all.start + (position - all.start) / WIDTH * WIDTH;
        let width = WIDTH.min(all.end - start);
        let block = &self.codes[start * n_sub..][..width * n_sub];
        (&block[position - start..], width)
    }

    /// The code of the row at `position` of the list at `all`.
    pub(in crate::index) fn code(
        &self,
        all: &Range<usize>,
        position: usize,
    ) -> impl Iterator<Item = u8> + '_ {
        let (codes, stride) = self.spread_code(all, position);
        codes.iter().step_by(stride).copied()
    }

    pub(in crate::index) fn len(&self) -> usize {
        self.codes.len() / self.codebook.n_sub()
    }

    pub(in crate::index) fn prepare(&self, query: &[f32], prepared: &mut CodeQuery) {
        self.codebook.look_up(query, &mut prepared.table);
        prepared.norm = squared_norm(query);
    }

    /// Offers the wanted rows of a list, whose codes say how they differ from its centre.
    ///
    /// q.x = q.c + q.(x - c), and the table holds the second term for every list alike, so one
    /// table serves them all under either metric; the term |x|^2 of L2 is stored with the row.
    /// (IVFADC, Jégou et al. 2011, section IV, builds a table per visited list instead.)
    ///
    /// Sums of bytes bound the scores from above; only rows whose bound reaches the floor are
    /// scored, and so offered with their exact sum.
    pub(in crate::index) fn scan(
        &self,
        query: &CodeQuery,
        list: &CodeScan,
        scratch: &mut CodeSums,
        offer: &mut Offer<'_>,
    ) {
        let (level, n_sub) = (Level::detected(), self.codebook.n_sub());
        let limit = self.limit(query, list.centre_product);
        let skipped = (list.wanted.start - list.all.start) / WIDTH * WIDTH;
        for start in (list.all.start + skipped..list.wanted.end).step_by(SCAN_ROWS) {
            let block = start..(start + SCAN_ROWS).min(list.all.end);
            let n_rows = block.len();
            let codes = &self.codes[block.start * n_sub..block.end * n_sub];
            sum_bytes(level, codes, query.table.bytes(), &mut scratch.sums, n_rows);
            let norms = norms_at(&self.norms, self.metric, block.clone());
            bound(
                level,
                &scratch.sums[..n_rows],
                norms,
                limit,
                &mut scratch.bounds,
            );
            let end = block.end.min(list.wanted.end);
            let bounds = &scratch.bounds[..end - start];
            let first = list.wanted.start.max(start) - start;
            let mut at = next_at_least(level, bounds, first, offer.floor());
            while at < bounds.len() {
                let position = start + at;
                let (codes, stride) = self.spread_code(&list.all, position);
                let sum = query.table.sum(codes, stride);
                let mut score = [sum + list.centre_product];
                let norm = norms_at(&self.norms, self.metric, position..position + 1);
                self.metric.finish(&mut score, norm, query.norm);
                offer.one(position, score[0]);
                at = next_at_least(level, bounds, at + 1, offer.floor());
            }
        }
    }

    /// How the sum of a row's bytes bounds its score.
    fn limit(&self, query: &CodeQuery, centre_product: f32) -> Limit {
        let table = query.table.bound();
        let (factor, constant) = match self.metric {
            Metric::InnerProduct => (1.0, 0.0),
            Metric::L2 => (2.0, query.norm),
        };
        let size = factor * (table.size + centre_product.abs()) + constant;
        Limit {
            step: factor * table.step,
            base: factor * (table.base + centre_product) - constant + ROUNDING * size,
        }
    }
}

/// A score is at most `base + step * sum`, less the norm.
#[derive(Debug, Clone, Copy)]
struct Limit {
    step: f32,
    base: f32,
}

widened! {
    /// Writes the greatest scores that rows with these sums of bytes and these norms may have.
    fn bound(
        sums: &[u16],
        norms: &[f32],
        limit: Limit,
        bounds: &mut [f32; SCAN_ROWS],
    ) -> () = upper_bounds
}

#[expect(clippy::inline_always, reason = "it is compiled anew for each level")]
#[inline(always)]
fn upper_bounds(sums: &[u16], norms: &[f32], limit: Limit, bounds: &mut [f32; SCAN_ROWS]) {
    for (bound, sum) in bounds.iter_mut().zip(sums) {
        *bound = limit.base + limit.step * f32::from(*sum);
    }
    for (bound, norm) in bounds.iter_mut().zip(norms) {
        // Under L2 no score is above 0, but a bound may be: a row at distance 0 must be seen.
        *bound -= norm - ROUNDING * norm.abs();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_hold_the_codes_of_their_rows_by_sub_space() {
        // 70 rows of two bytes in lists of 66 and 4: blocks of 64, 2 and 4 rows.
        let codes: Vec<u8> = (0..70).flat_map(|row| [row, 100 + row]).collect();
        let blocked = in_blocks(&codes, 2, &[0, 66, 66, 70]);
        let expected = |rows: Range<u8>| rows.clone().chain(rows.map(|row| 100 + row));
        let expected: Vec<u8> = expected(0..64)
            .chain(expected(64..66))
            .chain(expected(66..70))
            .collect();
        assert_eq!(blocked, expected);
    }
}
