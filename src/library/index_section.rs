//! The index in the file: which kind to build, and its arrays under `index/`.

use super::container::Container;
use super::sink::ArraySink;
use super::{LibraryError, SettingsError};
use crate::index::{
    AnyIndex, CodeBits, CodeParts, Factory, Flat, FlatParts, IvfFlat, IvfFlatParts, IvfPq,
    IvfPqParts, IvfSparse, IvfSparseParts, LinearMap, LinearMapParts, ListParts, Mapped, Metric,
    PartsError, Pq, PqParts, RefineKind, RefineParts, RefineValues, Refined, RowShape, Rows,
    Sparse, SparseIndexParts, SparseParts, UnknownFactory, VectorIndex, Wish,
};
use crate::memory::Slab;
use std::num::NonZeroU32;

/// Reads what the user asks for: `auto`, `pq`, `ivfpq` or factory words.
pub(super) fn parse_kind(text: &str) -> Result<Wish, SettingsError> {
    text.parse()
        .map_err(|e: UnknownFactory| SettingsError::Range {
            key: "index.kind",
            message: e.to_string(),
        })
}

/// Length of vectors that are kept as they are, four bytes a place: longer ones gained less than a
/// point.
const DENSE_DIM: usize = 512;
/// Length of vectors kept in codes, which are as short for long ones. With 512 places they find a
/// point less, with 2048 no more.
const CODED_DIM: usize = 1024;
/// Length of vectors kept as postings, where it costs a few bytes: with 8192 places for each of two
/// views, few bins share one.
const SPARSE_DIM: usize = 16_384;

/// The length of the vectors where it is left to us.
pub(super) fn choose_dim(kind: &str) -> Result<usize, SettingsError> {
    Ok(match parse_kind(kind)? {
        Wish::Auto => SPARSE_DIM,
        Wish::Pq | Wish::IvfPq => CODED_DIM,
        // Maps and second looks take vectors as they are.
        Wish::Exactly(factory) if factory.map.is_some() || factory.refine.is_some() => DENSE_DIM,
        Wish::Exactly(factory) => match factory.rows {
            Rows::Sparse => SPARSE_DIM,
            Rows::Pq { .. } => CODED_DIM,
            Rows::Flat => DENSE_DIM,
        },
    })
}

/// The index to build for `n_rows` vectors of `dim` numbers; those of spectra are sparse.
pub(super) fn choose(kind: &str, n_rows: usize, dim: usize) -> Result<Factory, SettingsError> {
    Ok(parse_kind(kind)?.settle(RowShape {
        n_rows,
        dim,
        sparse: true,
    }))
}

/// Writes the arrays of any index.
pub(crate) fn write(index: &AnyIndex, sink: &mut impl ArraySink) -> Result<(), LibraryError> {
    match index {
        AnyIndex::Flat(flat) => {
            let parts = flat.parts();
            sink.put("index/vectors", &parts.rows)?;
            write_norms(&parts.norms, sink)
        }
        AnyIndex::Sparse(sparse) => write_postings(&sparse.parts().rows, sink),
        AnyIndex::Pq(pq) => write_codes(&pq.parts().codes, sink),
        AnyIndex::IvfFlat(ivf) => {
            let parts = ivf.parts();
            write_lists(&parts.lists, sink)?;
            sink.put("index/vectors", &parts.vectors)?;
            write_norms(&parts.norms, sink)
        }
        AnyIndex::IvfSparse(ivf) => {
            let parts = ivf.parts();
            write_lists(&parts.lists, sink)?;
            write_postings(&parts.rows, sink)
        }
        AnyIndex::IvfPq(ivf) => {
            let parts = ivf.parts();
            write_lists(&parts.lists, sink)?;
            write_codes(&parts.codes, sink)
        }
        AnyIndex::Mapped(index) => {
            let parts = index.map().parts();
            sink.put("index/map_offset", &parts.offset)?;
            sink.put("index/map_directions", &parts.directions)?;
            write(index.index(), sink)
        }
        AnyIndex::Refined(index) => {
            write(index.first(), sink)?;
            write_refined(index.rows().parts(), sink)
        }
    }
}

fn write_refined(rows: &RefineParts, sink: &mut impl ArraySink) -> Result<(), LibraryError> {
    match &rows.values {
        RefineValues::Flat(values) => sink.put("index/refine_values", values),
        RefineValues::F16(values) => sink.put("index/refine_values", values),
        RefineValues::Sq8(values) => sink.put("index/refine_values", values),
    }?;
    sink.put("index/refine_least", &rows.least)?;
    sink.put("index/refine_steps", &rows.steps)
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
    })
}

fn write_lists(lists: &ListParts, sink: &mut impl ArraySink) -> Result<(), LibraryError> {
    sink.put("index/centroids", &lists.centroids)?;
    sink.put("index/list_offsets", &lists.offsets)?;
    sink.put("index/list_rows", &lists.rows)
}

fn write_codes(codes: &CodeParts, sink: &mut impl ArraySink) -> Result<(), LibraryError> {
    sink.put("index/codebooks", &codes.codebooks)?;
    if !codes.order.is_empty() {
        sink.put(CODE_ORDER, &codes.order)?;
    }
    sink.put("index/codes", &codes.codes)?;
    write_norms(&codes.norms, sink)
}

/// Only L2 has norms.
fn write_norms(norms: &[f32], sink: &mut impl ArraySink) -> Result<(), LibraryError> {
    if norms.is_empty() {
        return Ok(());
    }
    sink.put(NORMS, norms)
}

fn write_postings(rows: &SparseParts, sink: &mut impl ArraySink) -> Result<(), LibraryError> {
    sink.put("index/posting_scales", &rows.scales)?;
    sink.put("index/posting_starts", &rows.starts)?;
    sink.put("index/posting_offsets", &rows.offsets)?;
    sink.put("index/postings", &rows.postings)?;
    write_norms(&rows.norms, sink)
}

/// What must be known of vectors beside their arrays.
#[derive(Debug, Clone, Copy)]
pub(crate) struct IndexShape {
    /// How they are compared.
    pub(crate) metric: Metric,
    /// How many there are.
    pub(crate) n_rows: usize,
    /// Numbers per vector.
    pub(crate) dim: usize,
}

/// Reads the index the `factory` word names, over vectors of this shape.
pub(crate) fn read(
    container: &Container,
    factory: &str,
    shape: IndexShape,
) -> Result<AnyIndex, LibraryError> {
    let factory: Factory = factory
        .parse()
        .map_err(|_| container.damaged("settings", "index kind is unknown"))?;
    let damaged = |e: PartsError| container.damaged("index", &e.to_string());
    let index = match factory.map {
        None => read_rows(container, factory, shape)?.map_err(damaged)?,
        Some(kind) => {
            let parts = LinearMapParts {
                offset: container.slab("index/map_offset")?,
                directions: container.slab("index/map_directions")?,
            };
            let map = LinearMap::from_parts(parts).map_err(damaged)?;
            let dim = map.dim_out();
            let index = read_rows(container, factory, IndexShape { dim, ..shape })?;
            let mapped = Mapped::new(kind, map, index.map_err(damaged)?).map_err(damaged)?;
            AnyIndex::Mapped(Box::new(mapped))
        }
    };
    if index.dim() != shape.dim {
        return Err(container.damaged("index", "its rows have another length than they should"));
    }
    Ok(match factory.refine {
        None => index,
        Some(kind) => {
            let rows = read_refined(container, kind)?;
            let refined = Refined::from_parts(index, rows).map_err(damaged)?;
            AnyIndex::Refined(Box::new(refined))
        }
    })
}

/// Squared lengths of vectors.
const NORMS: &str = "index/norms";

/// The order of the coordinates of codes, where it is not their own.
const CODE_ORDER: &str = "index/code_order";

/// L2 needs norms, the inner product has none, nor has an index over nothing.
fn read_norms(container: &Container, metric: Metric) -> Result<Slab<f32>, LibraryError> {
    if metric == Metric::L2 && has(container, NORMS) {
        container.slab(NORMS)
    } else {
        Ok(Vec::new().into())
    }
}

fn has(container: &Container, name: &str) -> bool {
    container.sections().any(|section| section.name == name)
}

/// What could be read, and whether it is an index.
type Read = Result<Result<AnyIndex, PartsError>, LibraryError>;

fn read_rows(container: &Container, factory: Factory, shape: IndexShape) -> Read {
    if factory.n_list.is_some() {
        read_in_lists(container, factory.rows, shape)
    } else {
        read_alone(container, factory.rows, shape)
    }
}

fn read_alone(container: &Container, rows: Rows, shape: IndexShape) -> Read {
    let IndexShape {
        metric,
        n_rows,
        dim,
    } = shape;
    Ok(match rows {
        Rows::Flat => {
            let rows = container.slab("index/vectors")?;
            let norms = read_norms(container, metric)?;
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
            rows: read_postings(container, metric)?,
        })
        .map(AnyIndex::Sparse),
        Rows::Pq { n_sub, bits } => {
            let codes = read_codes(container, (n_sub, bits), metric)?;
            Pq::from_parts(PqParts { metric, dim, codes }).map(AnyIndex::Pq)
        }
    })
}

fn read_in_lists(container: &Container, rows: Rows, shape: IndexShape) -> Read {
    let (metric, dim, lists) = (shape.metric, shape.dim, read_lists(container)?);
    Ok(match rows {
        Rows::Flat => IvfFlat::from_parts(IvfFlatParts {
            metric,
            dim,
            lists,
            vectors: container.slab("index/vectors")?,
            norms: read_norms(container, metric)?,
        })
        .map(AnyIndex::IvfFlat),
        Rows::Sparse => IvfSparse::from_parts(IvfSparseParts {
            metric,
            dim,
            lists,
            rows: read_postings(container, metric)?,
        })
        .map(AnyIndex::IvfSparse),
        Rows::Pq { n_sub, bits } => IvfPq::from_parts(IvfPqParts {
            metric,
            dim,
            lists,
            codes: read_codes(container, (n_sub, bits), metric)?,
        })
        .map(AnyIndex::IvfPq),
    })
}

fn read_postings(container: &Container, metric: Metric) -> Result<SparseParts, LibraryError> {
    Ok(SparseParts {
        scales: container.slab("index/posting_scales")?,
        starts: container.slab("index/posting_starts")?,
        offsets: container.slab("index/posting_offsets")?,
        postings: container.slab("index/postings")?,
        norms: read_norms(container, metric)?,
    })
}

fn read_lists(container: &Container) -> Result<ListParts, LibraryError> {
    Ok(ListParts {
        centroids: container.slab("index/centroids")?,
        offsets: container.slab("index/list_offsets")?,
        rows: container.slab("index/list_rows")?,
    })
}

fn read_codes(
    container: &Container,
    (n_sub, bits): (NonZeroU32, CodeBits),
    metric: Metric,
) -> Result<CodeParts, LibraryError> {
    Ok(CodeParts {
        n_sub: n_sub.get() as usize,
        bits,
        codebooks: container.slab("index/codebooks")?,
        order: if has(container, CODE_ORDER) {
            container.slab(CODE_ORDER)?
        } else {
            Vec::new().into()
        },
        codes: container.slab("index/codes")?,
        norms: read_norms(container, metric)?,
    })
}
