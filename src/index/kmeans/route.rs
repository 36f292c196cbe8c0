//! Which of thousands of centres each point belongs to, asked in two levels.
//!
//! The centres are grouped around their own k-means centres; a point is compared with all groups,
//! and with the members of the few nearest. It costs about a tenth of comparing with every centre
//! and finds another one than the nearest for some points in a hundred, more where many groups lie
//! equally near; such points then lie almost as near to it. Where that matters,
//! [`assign()`](super::assign()) compares with all.

use super::Lloyd;
use super::assign::{Nearest, Products, assign, assign_points, label_tiles};
use super::capped::Capped;
use super::group::Groups;
use crate::index::matrix::tile_rows;
use crate::index::metric::Metric;
use crate::index::points::{Points, are_sparse, sparse_or_whole};
use crate::index::random::Random;
use crate::index::rounded::RoundedCentres;
use ndarray::{Array2, ArrayView2, Axis};

/// Below this many centres comparing with all of them is as fast.
const ROUTED_FROM: usize = 512;

/// The same for sparse points, whose comparing is cheap already.
const SPARSE_ROUTED_FROM: usize = 2048;

/// The same where centres are rounded to bytes: to compare with all costs no more than to route,
/// which misses some of the nearest.
const ROUNDED_ROUTED_FROM: usize = 8193;

/// Groups whose members a point is compared with.
const N_PROBE: usize = 6;

/// Iterations that group the centres; they are few, so these cost nothing.
const GROUP_ITERATIONS: usize = 10;

/// Points that pass the groups together: enough that each group meets a few hundred.
const TILE: usize = 4096;

/// One point in this many, those farthest from the centre found, is compared with all centres.
const ASK_ALL: usize = 16;

/// The stream of chance that groups centres.
const ROUTE_STREAM: u64 = 1 << 40;

/// The centre each point is near and how close it is, as [`assign`] gives them; where there are
/// thousands of centres, of almost all points the nearest.
///
/// # Panics
/// If there are points but no centres, or if their dimensions differ.
pub fn assign_routed<'a>(
    points: impl Into<Points<'a>>,
    centres: ArrayView2<'_, f32>,
    metric: Metric,
) -> (Vec<u32>, Vec<f32>) {
    let points = points.into();
    let sparse = are_sparse(points);
    if !pays(centres, sparse) {
        return assign(points, centres, metric);
    }
    route(points, centres, metric, sparse)
}

/// The same in two levels, whatever the number of centres.
pub(super) fn route(
    points: Points<'_>,
    centres: ArrayView2<'_, f32>,
    metric: Metric,
    sparse: bool,
) -> (Vec<u32>, Vec<f32>) {
    let plan = Plan::new(centres, metric);
    let router = plan.router(centres, metric, sparse);
    label_tiles(points.len(), TILE, |tile, scratch, found| {
        let tile = points.slice(tile);
        router.visit(sparse_or_whole(tile, sparse).view(), scratch, found);
    })
}

/// The same for points that were gathered before.
pub(super) fn assign_points_routed(
    points: Points<'_>,
    centres: ArrayView2<'_, f32>,
    metric: Metric,
) -> (Vec<u32>, Vec<f32>) {
    if !pays(centres, points.is_sparse()) {
        return assign_points(points, centres, metric);
    }
    let plan = Plan::new(centres, metric);
    let router = plan.router(centres, metric, points.is_sparse());
    label_tiles(points.len(), TILE, |tile, scratch, found| {
        router.visit(points.slice(tile), scratch, found);
    })
}

fn pays(centres: ArrayView2<'_, f32>, sparse: bool) -> bool {
    let (n, dim) = centres.dim();
    n >= if sparse {
        SPARSE_ROUTED_FROM
    } else if RoundedCentres::pays(n, dim) {
        ROUNDED_ROUTED_FROM
    } else {
        ROUTED_FROM
    }
}

/// Centres in groups of neighbours.
struct Plan {
    /// The centre of each group.
    tops: Array2<f32>,
    /// Which centres each group holds.
    groups: Groups,
    /// Those centres, group by group.
    members: Vec<Array2<f32>>,
}

impl Plan {
    fn new(centres: ArrayView2<'_, f32>, metric: Metric) -> Self {
        let plan = Lloyd {
            n_centres: (centres.nrows() as f64).sqrt() as usize,
            metric,
            max_iterations: GROUP_ITERATIONS,
        };
        let mut random = Random::new(0, ROUTE_STREAM);
        let Capped { tops, groups } = Capped::new(Points::Dense(centres), plan, &mut random);
        let members = (0..tops.nrows())
            .map(|group| {
                let held: Vec<usize> = groups.of(group).iter().map(|&c| c as usize).collect();
                centres.select(Axis(0), &held)
            })
            .collect();
        Self {
            tops,
            groups,
            members,
        }
    }

    fn router<'a>(
        &'a self,
        centres: ArrayView2<'a, f32>,
        metric: Metric,
        sparse: bool,
    ) -> Router<'a> {
        let nearest = |centres| Nearest::for_points(centres, metric, sparse);
        Router {
            all: nearest(centres),
            top: nearest(self.tops.view()),
            members: self
                .members
                .iter()
                .map(|part| nearest(part.view()))
                .collect(),
            groups: &self.groups,
            n_probe: N_PROBE.min(self.tops.nrows()),
        }
    }
}

/// A [`Plan`] made ready for comparing.
struct Router<'a> {
    all: Nearest<'a>,
    top: Nearest<'a>,
    members: Vec<Nearest<'a>>,
    groups: &'a Groups,
    n_probe: usize,
}

/// Memory of one tile, reused by the next.
#[derive(Default)]
struct Scratch {
    products: Products,
    /// Rows that one group is asked about.
    gathered: Vec<f32>,
    /// Groups to probe, `n_probe` for each point.
    probes: Vec<u32>,
    best: Vec<(f32, u32)>,
}

impl Router<'_> {
    /// Calls `found(row, centre, closeness)` for each row of a tile of points, in order.
    fn visit(
        &self,
        points: Points<'_>,
        scratch: &mut Scratch,
        found: &mut dyn FnMut(usize, u32, f32),
    ) {
        let Scratch {
            products,
            gathered,
            probes,
            best,
        } = scratch;
        probes.clear();
        (self.top).visit_lists(points, products, self.n_probe, probes);
        best.clear();
        best.resize(points.len(), (f32::NEG_INFINITY, u32::MAX));
        let asked = Groups::new(probes, self.members.len());
        for (group, nearest) in self.members.iter().enumerate() {
            let held = self.groups.of(group);
            let rows: Vec<u32> = asked
                .of(group)
                .iter()
                .map(|&ask| ask / self.n_probe as u32)
                .collect();
            if held.is_empty() || rows.is_empty() {
                continue;
            }
            let picked = points.pick(&rows, std::mem::take(gathered));
            nearest.visit_points(picked.view(), products, |row, member, closeness| {
                let best = &mut best[rows[row] as usize];
                let centre = held[member as usize];
                if closeness > best.0 || (closeness == best.0 && centre < best.1) {
                    *best = (closeness, centre);
                }
            });
            *gathered = picked.into_memory();
        }
        self.ask_all(points, scratch);
        for (row, &(closeness, centre)) in scratch.best.iter().enumerate() {
            found(row, centre, closeness);
        }
    }
    /// Compares the points that lie farthest from what was found with every centre: those whose
    /// groups were the wrong ones are among them.
    fn ask_all(&self, points: Points<'_>, scratch: &mut Scratch) {
        let mut by_distance: Vec<(f32, u32)> = (scratch.best.iter().enumerate())
            .map(|(row, &(closeness, _))| (2.0 * closeness - points.square(row), row as u32))
            .collect();
        let n_asked = by_distance.len() / ASK_ALL;
        if n_asked == 0 {
            return;
        }
        by_distance.select_nth_unstable_by(n_asked, |a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
        let mut rows: Vec<u32> = by_distance[..n_asked].iter().map(|&(_, row)| row).collect();
        rows.sort_unstable();
        let picked = points.pick(&rows, std::mem::take(&mut scratch.gathered));
        let tile = tile_rows(self.all.n_centres());
        for first in (0..n_asked).step_by(tile) {
            let range = first..n_asked.min(first + tile);
            let part = picked.view().slice(range);
            self.all
                .visit_points(part, &mut scratch.products, |row, centre, closeness| {
                    scratch.best[rows[first + row] as usize] = (closeness, centre);
                });
        }
        scratch.gathered = picked.into_memory();
    }
}
