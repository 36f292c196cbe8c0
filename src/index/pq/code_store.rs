//! Codes with their codebook: rows in a few bytes each, scored through a look-up table.

use super::codebook::Codebook;
use super::lookup::LookupTable;
use super::packing::CodeBits;
use super::scores::Scorer;
use crate::index::filter::Offer;
use crate::index::kernels::prefetch;
use crate::index::kernels::scan::{Codes, MAX_BLOCKS, Sums, WIDTH};
use crate::index::matrix::squared_norm;
use crate::index::metric::Metric;
use crate::index::parts::{PartsError, check_n_rows, check_norms, count_rows};
use crate::index::points::Points;
use crate::index::row_store::norms_at;
use crate::index::sparse_rows::SparseView;
use crate::index::vector_index::Products;
use crate::memory::Slab;
use std::ops::Range;

/// The arrays of product-quantised rows.
#[derive(Debug, Clone)]
pub struct CodeParts {
    /// Sub-spaces.
    pub n_sub: usize,
    /// Bits for each of them.
    pub bits: CodeBits,
    /// Codewords, laid out as [`Codebook`] says.
    pub codebooks: Slab<f32>,
    /// The coordinate at each place of the codebook, as [`Codebook`] says; empty where places are
    /// coordinates.
    pub order: Slab<u32>,
    /// Bytes as [`CodeBits`] says, as many for each row. The rows of a list stand in blocks of 64,
    /// the last of them perhaps narrower; a block holds the first bytes of its rows, then their
    /// second, and so on.
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
    pub(super) table: LookupTable,
    pub(super) norm: f32,
    /// The coordinates that are not 0, and how many of them are of the first half, where halves are
    /// to be multiplied.
    set: Vec<(u32, f32)>,
    first_half: Option<usize>,
}

/// Bytes for tables of eight bits, each value of which has a float and a byte.
const TABLES: usize = 1 << 18;

/// Rows summed at a time.
const SUMMED: usize = WIDTH * MAX_BLOCKS;

/// Rows scored before any is offered: most lists whole, and their scores are still in the
/// first-level cache.
const OFFERED: usize = 8 * SUMMED;

/// Sums of bytes of some rows, and their scores, or what bounds these.
#[derive(Debug, Clone)]
pub struct CodeSums {
    sums: [Sums; 2],
    scores: Vec<f32>,
}

impl Default for CodeSums {
    fn default() -> Self {
        Self {
            sums: [[0; SUMMED]; 2],
            scores: vec![0.0; OFFERED],
        }
    }
}

/// Some rows of one list.
#[derive(Debug, Clone)]
pub(in crate::index) struct CodeScan<'a> {
    /// The positions of the list.
    pub(in crate::index) all: Range<usize>,
    /// Those to score.
    pub(in crate::index) wanted: Range<usize>,
    /// The product of the query with the list's centre.
    pub(in crate::index) centre_product: f32,
    /// The list's centre, if rows are coded by how they differ from one.
    pub(in crate::index) centre: &'a [f32],
}

impl CodeQuery {
    /// The coordinates of each half that are not 0, where halves are to be multiplied.
    pub(super) fn halves(&self) -> Option<[&[(u32, f32)]; 2]> {
        let (first, second) = self.set.split_at(self.first_half?);
        Some([first, second])
    }
}

impl CodeStore {
    /// Rows whose codes were just [packed](Codebook::pack); `norms` as in [`CodeParts`].
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
        let codebook =
            Codebook::checked(dim, (parts.n_sub, parts.bits), parts.codebooks, parts.order)?;
        let n_rows = count_rows("codes", parts.codes.len(), codebook.n_bytes())?;
        check_n_rows(n_rows)?;
        let n_codewords = codebook.n_codewords();
        if n_codewords == 0 && n_rows > 0 {
            return Err(PartsError::Codewords(0));
        }
        let beyond = |&byte: &u8| {
            let mut codes = parts.bits.unpack(std::iter::once(byte));
            codes.any(|code| usize::from(code) >= n_codewords)
        };
        // With all codewords there is no code without one, and nothing to read.
        if n_codewords < parts.bits.max_codewords()
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
            bits: self.codebook.bits(),
            codebooks: self.codebook.values().clone(),
            order: self.codebook.order().clone(),
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

    /// The codes of the row at `position` of the list at `all`, and perhaps one more.
    pub(in crate::index) fn code(
        &self,
        all: &Range<usize>,
        position: usize,
    ) -> impl Iterator<Item = u8> + '_ {
        let n_bytes = self.codebook.n_bytes();
        let start = all.start + (position - all.start) / WIDTH * WIDTH;
        let width = WIDTH.min(all.end - start);
        let block = &self.codes[start * n_bytes..][..width * n_bytes];
        let bytes = block[position - start..].iter().step_by(width).copied();
        self.codebook.bits().unpack(bytes)
    }

    pub(in crate::index) fn len(&self) -> usize {
        self.codes.len() / self.codebook.n_bytes()
    }

    /// Queries whose tables stay in the second-level cache: those of bytes are many kilobytes each.
    pub(in crate::index) fn shared_queries(&self) -> usize {
        match self.codebook.bits() {
            CodeBits::Four => 1024,
            CodeBits::Eight => (TABLES / (self.codebook.n_sub() * 256 * 5)).max(2),
        }
    }

    /// Asks memory for the first codes at `wanted`.
    pub(in crate::index) fn fetch(&self, wanted: &Range<usize>) {
        let n_bytes = self.codebook.n_bytes();
        let end = wanted.end.min(wanted.start + SUMMED);
        prefetch(&self.codes[wanted.start * n_bytes..end * n_bytes]);
    }

    pub(in crate::index) fn prepare(&self, query: &[f32], prepared: &mut CodeQuery) {
        self.codebook.look_up(query, &mut prepared.table);
        prepared.norm = squared_norm(query);
        prepared.first_half = None;
    }

    /// Whether products of halves can be had: see [`Products`].
    pub(in crate::index) fn tells_halves(&self) -> bool {
        self.metric == Metric::InnerProduct && self.codebook.n_sub_of_half().is_some()
    }

    /// The same for a query without its zeros; by halves only where these are told apart.
    pub(in crate::index) fn prepare_sparse(
        &self,
        queries: SparseView<'_>,
        query: usize,
        products: Products,
        prepared: &mut CodeQuery,
    ) {
        self.prepare(&Points::Sparse(queries).whole_row(query), prepared);
        if products == Products::OfHalves {
            let (coordinates, values) = queries.row(query);
            let half = (queries.dim() / 2) as u32;
            let set = coordinates.iter().copied().zip(values.iter().copied());
            prepared.set.clear();
            prepared.set.extend(set);
            prepared.first_half = Some(coordinates.partition_point(|&at| at < half));
        }
    }

    /// Offers the wanted rows of a list, whose codes say how they differ from its centre.
    ///
    /// q.x = q.c + q.(x - c), and the table holds the second term for every list alike, so one
    /// table serves them all under either metric; the term |x|^2 of L2 is stored with the row.
    /// (IVFADC, Jégou et al. 2011, section IV, builds a table per visited list instead.)
    ///
    /// By halves this holds of each of them.
    ///
    /// Codes of eight bits: sums of bytes bound the scores from above; only rows whose bound reaches
    /// the floor are scored, and so offered with their exact sum. Codes of four bits: what the sum
    /// of bytes says is offered as the score.
    pub(in crate::index) fn scan(
        &self,
        query: &CodeQuery,
        list: &CodeScan<'_>,
        scratch: &mut CodeSums,
        offer: &mut Offer<'_>,
    ) {
        let (n_bytes, n_all) = (self.codebook.n_bytes(), list.all.len());
        let scorer = Scorer::new(query, self.metric, self.codebook.bits(), list);
        // Where the arrays lie is asked once: that may be a mapped file.
        let all = Codes {
            bytes: &self.codes[list.all.start * n_bytes..list.all.end * n_bytes],
            n_rows: n_all,
            n_bytes,
            first: 0,
        };
        let all_norms = norms_at(&self.norms, self.metric, list.all.clone());
        let wanted = list.wanted.start - list.all.start..list.wanted.end - list.all.start;
        for start in (wanted.start / WIDTH * WIDTH..wanted.end).step_by(OFFERED) {
            let end = (start + OFFERED).min(wanted.end);
            for from in (start..end).step_by(SUMMED) {
                let to = (from + SUMMED).min(n_all);
                let codes = Codes {
                    bytes: &all.bytes[from * n_bytes..to * n_bytes],
                    n_rows: to - from,
                    ..all
                };
                let norms = all_norms.get(from..to).unwrap_or(&[]);
                let scores = &mut scratch.scores[from - start..to - start];
                scorer.score(codes, norms, &mut scratch.sums, scores);
            }
            let first = wanted.start.max(start);
            let scores = &scratch.scores[first - start..end - start];
            let first_position = list.all.start + first;
            if scorer.is_exact() {
                offer.scores(first_position, scores);
            } else {
                offer.bounds(first_position, scores, |position| {
                    scorer.exact(all, all_norms, position - list.all.start)
                });
            }
        }
    }
}
