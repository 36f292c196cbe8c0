//! From sums of steps to scores of rows, or to what these are at most.
//!
//! Codes of eight bits: the sums bound the scores from above. Codes of four bits: what the sums say
//! is the score.

use super::code_store::{CodeQuery, CodeScan};
use super::lookup::Scale;
use super::packing::CodeBits;
use crate::index::kernels::scan::{Codes, Sums, WIDTH, sum_codes};
use crate::index::kernels::{Level, widened};
use crate::index::metric::Metric;

/// Twice what rounding can do, relative to the size of what is summed, in bounds and in scores.
const ROUNDING: f32 = 1e-5;

/// How one query scores the rows of one list.
#[derive(Debug, Clone, Copy)]
pub(super) struct Scorer<'a> {
    query: &'a CodeQuery,
    metric: Metric,
    bits: CodeBits,
    parts: Parts,
}

/// What is summed together.
#[derive(Debug, Clone, Copy)]
enum Parts {
    All(Part),
    Halves([Part; 2]),
}

/// The product of the query with the centre of the list, and what sums of steps say beside it.
#[derive(Debug, Clone, Copy)]
struct Part {
    centre_product: f32,
    line: Line,
}

/// A score, or what it is at most: `base + step * sum - keep_of_norm * norm`, cut at `most`.
#[derive(Debug, Clone, Copy)]
struct Line {
    base: f32,
    step: f32,
    keep_of_norm: f32,
    most: f32,
}

impl<'a> Scorer<'a> {
    pub(super) fn new(
        query: &'a CodeQuery,
        metric: Metric,
        bits: CodeBits,
        list: &CodeScan<'_>,
    ) -> Self {
        let table = &query.table;
        let part = |scale, centre_product| Part {
            centre_product,
            line: line((metric, bits), scale, centre_product, query.norm),
        };
        let parts = match query.halves() {
            None => Parts::All(part(table.scale(), list.centre_product)),
            Some([first, second]) => {
                let [of_first, of_second] = table.scales_of_halves();
                Parts::Halves([
                    part(of_first, product(first, list.centre)),
                    part(of_second, product(second, list.centre)),
                ])
            }
        };
        Self {
            query,
            metric,
            bits,
            parts,
        }
    }

    /// Writes what sums of steps say of rows with these codes and norms.
    pub(super) fn score(
        &self,
        codes: Codes<'_>,
        norms: &[f32],
        sums: &mut [Sums; 2],
        scores: &mut [f32],
    ) {
        let (level, table) = (Level::detected(), &self.query.table);
        let [first, second] = sums;
        match self.parts {
            Parts::All(part) => {
                sum_codes(level, codes, table.steps(), first);
                score(level, first, norms, part.line, scores);
            }
            Parts::Halves(halves) => {
                let [steps, others] = table.steps_of_halves();
                sum_codes(level, codes, steps, first);
                let behind = Codes {
                    first: steps.n_bytes(),
                    ..codes
                };
                sum_codes(level, behind, others, second);
                let lines = halves.map(|half| half.line);
                multiply(level, (first, second), lines, scores);
            }
        }
    }

    /// The score of one of the rows of a list, whose codes of eight bits these are.
    pub(super) fn exact(&self, codes: Codes<'_>, norms: &[f32], row: usize) -> f32 {
        let table = &self.query.table;
        let (block, lane) = (row / WIDTH * WIDTH, row % WIDTH);
        let width = WIDTH.min(codes.n_rows - block);
        let code = &codes.bytes[block * codes.n_bytes + lane..];
        match self.parts {
            Parts::All(part) => {
                let mut score = [table.sum(code, width) + part.centre_product];
                let norm = norms.get(row..=row).unwrap_or(&[]);
                self.metric.finish(&mut score, norm, self.query.norm);
                score[0]
            }
            Parts::Halves([first, second]) => {
                let sums = table.sums_of_halves(code, width);
                (sums[0] + first.centre_product).max(0.0)
                    * (sums[1] + second.centre_product).max(0.0)
            }
        }
    }

    /// Whether what sums say is the score.
    pub(super) fn is_exact(&self) -> bool {
        self.bits == CodeBits::Four
    }
}

fn product(half: &[(u32, f32)], centre: &[f32]) -> f32 {
    // Rows without lists are coded as they are.
    let at = |coordinate: u32| centre.get(coordinate as usize).unwrap_or(&0.0);
    half.iter().map(|&(d, x)| x * at(d)).sum()
}

/// What a sum of steps says of a score; `query_norm` is what L2 takes from it.
fn line(
    (metric, bits): (Metric, CodeBits),
    Scale {
        base,
        step,
        slack,
        size,
    }: Scale,
    centre_product: f32,
    query_norm: f32,
) -> Line {
    let (factor, constant) = match metric {
        Metric::InnerProduct => (1.0, 0.0),
        Metric::L2 => (2.0, query_norm),
    };
    let base = factor * (base + centre_product) - constant;
    let step = factor * step;
    match bits {
        // No score is above 0 under L2.
        CodeBits::Four => Line {
            base,
            step,
            keep_of_norm: 1.0,
            most: match metric {
                Metric::InnerProduct => f32::INFINITY,
                Metric::L2 => 0.0,
            },
        },
        // A bound may be above 0: a row at distance 0 must be seen.
        CodeBits::Eight => {
            let size = factor * (size + centre_product.abs()) + constant;
            Line {
                base: base + factor * slack + ROUNDING * size,
                step,
                keep_of_norm: 1.0 - ROUNDING,
                most: f32::INFINITY,
            }
        }
    }
}

widened! {
    /// Writes what these sums of bytes and these norms say of the scores of rows.
    fn score(
        sums: &[u16],
        norms: &[f32],
        line: Line,
        scores: &mut [f32],
    ) -> () = scores_of
}

widened! {
    /// Writes the products of what these sums say of both halves, each 0 where it is negative.
    fn multiply(
        sums: (&[u16], &[u16]),
        lines: [Line; 2],
        scores: &mut [f32],
    ) -> () = products_of
}

#[expect(clippy::inline_always, reason = "it is compiled anew for each level")]
#[inline(always)]
fn scores_of(sums: &[u16], norms: &[f32], line: Line, scores: &mut [f32]) {
    if norms.is_empty() {
        for (score, sum) in scores.iter_mut().zip(sums) {
            *score = line.base + line.step * f32::from(*sum);
        }
    } else {
        for ((score, sum), norm) in scores.iter_mut().zip(sums).zip(norms) {
            let above = line.base + line.step * f32::from(*sum) - line.keep_of_norm * norm;
            *score = if above > line.most { line.most } else { above };
        }
    }
}

#[expect(clippy::inline_always, reason = "it is compiled anew for each level")]
#[inline(always)]
fn products_of(sums: (&[u16], &[u16]), lines: [Line; 2], scores: &mut [f32]) {
    let above_0 = |line: Line, sum: u16| {
        let score = line.base + line.step * f32::from(sum);
        if score > 0.0 { score } else { 0.0 }
    };
    for ((score, first), second) in scores.iter_mut().zip(sums.0).zip(sums.1) {
        *score = above_0(lines[0], *first) * above_0(lines[1], *second);
    }
}
