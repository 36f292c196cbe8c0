//! Codes with their codebook: rows in `n_sub` bytes each, scored through a look-up table.

use super::codebook::Codebook;
use super::lookup::LookupTable;
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
    /// `n_sub` bytes for each row, one row after another.
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

impl CodeStore {
    /// Rows just encoded; `norms` as in [`CodeParts`].
    pub(in crate::index) fn new(
        metric: Metric,
        codebook: Codebook,
        codes: Vec<u8>,
        norms: Vec<f32>,
    ) -> Self {
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

    /// The code of the row at `position`.
    pub(in crate::index) fn code(&self, position: usize) -> &[u8] {
        let n_sub = self.codebook.n_sub();
        &self.codes[position * n_sub..][..n_sub]
    }

    pub(in crate::index) fn len(&self) -> usize {
        self.codes.len() / self.codebook.n_sub()
    }

    pub(in crate::index) fn prepare(&self, query: &[f32], prepared: &mut CodeQuery) {
        self.codebook.look_up(query, &mut prepared.table);
        prepared.norm = squared_norm(query);
    }

    /// Scores the rows at `positions`, whose codes say how they differ from a centre whose product
    /// with the query is `centre_product`.
    ///
    /// q.x = q.c + q.(x - c), and the table holds the second term for every list alike, so one
    /// table serves them all under either metric; the term |x|^2 of L2 is stored with the row.
    /// (IVFADC, Jégou et al. 2011, section IV, builds a table per visited list instead.)
    pub(in crate::index) fn score(
        &self,
        prepared: &CodeQuery,
        centre_product: f32,
        positions: Range<usize>,
        scores: &mut [f32],
    ) {
        let n_sub = self.codebook.n_sub();
        let codes = &self.codes[positions.start * n_sub..positions.end * n_sub];
        prepared.table.sum_rows(codes, scores);
        for score in scores.iter_mut() {
            *score += centre_product;
        }
        let norms = norms_at(&self.norms, self.metric, positions);
        self.metric.finish(scores, norms, prepared.norm);
    }
}
