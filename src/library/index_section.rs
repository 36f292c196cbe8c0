//! The index in the file: which kind to build, and its arrays under `index/`.

use super::container::Container;
use super::writer::Writer;
use super::{LibraryError, SettingsError};
use crate::index::{
    AnyIndex, CodeParts, Factory, Flat, FlatParts, IvfFlat, IvfFlatParts, IvfPq, IvfPqParts,
    IvfSparse, IvfSparseParts, ListParts, Metric, PartsError, Pq, PqParts, RefineKind, RefineParts,
    RefineValues, Refined, Rows, Slab, Sparse, SparseIndexParts, SparseParts,
};
use std::num::NonZeroU32;

/// What the user may ask for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// Whatever suits the number of entries.
    Auto,
    /// Product quantisation alone, size chosen.
    Pq,
    /// Inverted lists with product quantisation, sizes chosen.
    IvfPq,
    /// Exactly this.
    Exactly(Factory),
}

/// Reads `auto`, `flat`, `pq`, `ivfpq` or a factory word.
pub(super) fn parse_kind(text: &str) -> Result<Kind, SettingsError> {
    match text.to_ascii_lowercase().as_str() {
        "auto" => Ok(Kind::Auto),
        "pq" => Ok(Kind::Pq),
        "ivfpq" => Ok(Kind::IvfPq),
        _ => text
            .parse()
            .map(Kind::Exactly)
            .map_err(|e| SettingsError::Range {
                key: "index.kind",
                message: format!("{e}; or auto, pq, ivfpq to have the sizes chosen"),
            }),
    }
}

/// The index to build for `n` vectors of `dim` numbers.
pub(super) fn choose(kind: &str, n: usize, dim: usize) -> Result<Factory, SettingsError> {
    Ok(match parse_kind(kind)? {
        Kind::Exactly(factory) => factory,
        Kind::Auto => Factory::auto(n, dim),
        Kind::Pq => Factory::auto_pq(dim),
        Kind::IvfPq => Factory::auto_ivf_pq(n, dim),
    })
}

pub(super) fn write(index: &AnyIndex, writer: &mut Writer) -> Result<(), LibraryError> {
    match index {
        AnyIndex::Flat(flat) => writer.put("index/vectors", &flat.parts().rows),
        AnyIndex::Sparse(sparse) => write_postings(&sparse.parts().rows, writer),
        AnyIndex::Pq(pq) => write_codes(&pq.parts().codes, writer),
        AnyIndex::IvfFlat(ivf) => {
            let parts = ivf.parts();
            write_lists(&parts.lists, writer)?;
            writer.put("index/vectors", &parts.vectors)
        }
        AnyIndex::IvfSparse(ivf) => {
            let parts = ivf.parts();
            write_lists(&parts.lists, writer)?;
            write_postings(&parts.rows, writer)
        }
        AnyIndex::IvfPq(ivf) => {
            let parts = ivf.parts();
            write_lists(&parts.lists, writer)?;
            write_codes(&parts.codes, writer)
        }
        AnyIndex::Refined(index) => {
            write(index.first(), writer)?;
            write_refined(index.rows().parts(), writer)
        }
    }
}

fn write_refined(rows: &RefineParts, writer: &mut Writer) -> Result<(), LibraryError> {
    match &rows.values {
        RefineValues::Flat(values) => writer.put("index/refine_values", values),
        RefineValues::F16(values) => writer.put("index/refine_values", values),
        RefineValues::Sq8(values) => writer.put("index/refine_values", values),
    }?;
    writer.put("index/refine_least", &rows.least)?;
    writer.put("index/refine_steps", &rows.steps)
}

fn read_refined(container: &Container, kind: RefineKind) -> Result<RefineParts, LibraryError> {
    let name = "index/refine_values";
    Ok(RefineParts {
        values: match kind {
            RefineKind::Flat => RefineValues::Flat(container.slab(name)?),
            RefineKind::F16 => RefineValues::F16(container.slab(name)?),
            RefineKind::Sq8 => RefineValues::Sq8(container.slab(name)?),
        },
        least: container.slab("index/refine_least")?,
        steps: container.slab("index/refine_steps")?,
        norms: no_norms(),
    })
}

fn write_lists(lists: &ListParts, writer: &mut Writer) -> Result<(), LibraryError> {
    writer.put("index/centroids", &lists.centroids)?;
    writer.put("index/list_offsets", &lists.offsets)?;
    writer.put("index/list_rows", &lists.rows)
}

fn write_codes(codes: &CodeParts, writer: &mut Writer) -> Result<(), LibraryError> {
    writer.put("index/codebooks", &codes.codebooks)?;
    writer.put("index/codes", &codes.codes)
}

fn write_postings(rows: &SparseParts, writer: &mut Writer) -> Result<(), LibraryError> {
    writer.put("index/posting_scales", &rows.scales)?;
    writer.put("index/posting_starts", &rows.starts)?;
    writer.put("index/posting_offsets", &rows.offsets)?;
    writer.put("index/postings", &rows.postings)
}

/// Reads the index the `factory` word names, over `n_rows` vectors of `dim` numbers.
pub(super) fn read(
    container: &Container,
    factory: &str,
    n_rows: usize,
    dim: usize,
) -> Result<AnyIndex, LibraryError> {
    let factory: Factory = factory
        .parse()
        .map_err(|_| container.damaged("settings", "index kind is unknown"))?;
    let index = if factory.n_list.is_some() {
        read_in_lists(container, factory.rows, dim)?
    } else {
        read_alone(container, factory.rows, n_rows, dim)?
    };
    let damaged = |e: PartsError| container.damaged("index", &e.to_string());
    let index = index.map_err(damaged)?;
    Ok(match factory.refine {
        None => index,
        Some(kind) => {
            let rows = read_refined(container, kind)?;
            let refined = Refined::from_parts(index, rows).map_err(damaged)?;
            AnyIndex::Refined(Box::new(refined))
        }
    })
}

/// Vectors here are compared by the inner product, which needs no norms.
const METRIC: Metric = Metric::InnerProduct;

fn no_norms() -> Slab<f32> {
    Vec::new().into()
}

/// What could be read, and whether it is an index.
type Read = Result<Result<AnyIndex, PartsError>, LibraryError>;

fn read_alone(container: &Container, rows: Rows, n_rows: usize, dim: usize) -> Read {
    let metric = METRIC;
    Ok(match rows {
        Rows::Flat => {
            let rows = container.slab("index/vectors")?;
            let norms = no_norms();
            Flat::from_parts(FlatParts {
                metric,
                dim,
                rows,
                norms,
            })
            .map(AnyIndex::Flat)
        }
        Rows::Sparse => Sparse::from_parts(SparseIndexParts {
            metric,
            dim,
            n_rows,
            rows: read_postings(container)?,
        })
        .map(AnyIndex::Sparse),
        Rows::Pq { n_sub } => {
            let codes = read_codes(container, n_sub)?;
            Pq::from_parts(PqParts { metric, dim, codes }).map(AnyIndex::Pq)
        }
    })
}

fn read_in_lists(container: &Container, rows: Rows, dim: usize) -> Read {
    let (metric, lists) = (METRIC, read_lists(container)?);
    Ok(match rows {
        Rows::Flat => IvfFlat::from_parts(IvfFlatParts {
            metric,
            dim,
            lists,
            vectors: container.slab("index/vectors")?,
            norms: no_norms(),
        })
        .map(AnyIndex::IvfFlat),
        Rows::Sparse => IvfSparse::from_parts(IvfSparseParts {
            metric,
            dim,
            lists,
            rows: read_postings(container)?,
        })
        .map(AnyIndex::IvfSparse),
        Rows::Pq { n_sub } => IvfPq::from_parts(IvfPqParts {
            metric,
            dim,
            lists,
            codes: read_codes(container, n_sub)?,
        })
        .map(AnyIndex::IvfPq),
    })
}

fn read_postings(container: &Container) -> Result<SparseParts, LibraryError> {
    Ok(SparseParts {
        scales: container.slab("index/posting_scales")?,
        starts: container.slab("index/posting_starts")?,
        offsets: container.slab("index/posting_offsets")?,
        postings: container.slab("index/postings")?,
        norms: no_norms(),
    })
}

fn read_lists(container: &Container) -> Result<ListParts, LibraryError> {
    Ok(ListParts {
        centroids: container.slab("index/centroids")?,
        offsets: container.slab("index/list_offsets")?,
        rows: container.slab("index/list_rows")?,
    })
}

fn read_codes(container: &Container, n_sub: NonZeroU32) -> Result<CodeParts, LibraryError> {
    Ok(CodeParts {
        n_sub: n_sub.get() as usize,
        codebooks: container.slab("index/codebooks")?,
        codes: container.slab("index/codes")?,
        norms: no_norms(),
    })
}
