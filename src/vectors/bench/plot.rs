//! The curve of speed against recall, as SVG: up and to the right is better.

use super::Row;
use crate::plot::colours::{LIGHT, SERIES};
use crate::plot::{Element, Svg};

const WIDTH: f64 = 760.0;
const HEIGHT: f64 = 480.0;
const LEFT: f64 = 80.0;
const RIGHT: f64 = 220.0;
const TOP: f64 = 40.0;
const BOTTOM: f64 = 60.0;

/// Draws a curve for each index, number of threads and depth of the second look; points are numbers
/// of lists, or shares below which coordinates are left out where there are no lists.
pub fn svg(rows: &[Row], k: usize) -> String {
    let axes = Axes::around(rows);
    let mut svg = Svg::new(WIDTH, HEIGHT, "queries per second against recall");
    axes.draw(&mut svg, k);
    for (at, (name, points)) in curves(rows).iter().enumerate() {
        let colour = SERIES[at % SERIES.len()];
        let places = points
            .iter()
            .map(|row| (axes.x(row.recall.k_at_k), axes.y(row.qps_wall)));
        let line = Element::polyline(places.clone()).set("stroke", colour);
        svg.push(line.at("stroke-width", 2.0));
        for (row, place) in points.iter().zip(places) {
            let label = match row.n_probe {
                Some(n_probe) => format!(", n_probe {n_probe}"),
                None => row.skipping(),
            };
            let told = format!(
                "{name}{label}: recall {:.4}, {:.0} queries per second",
                row.recall.k_at_k, row.qps_wall
            );
            let point = Element::circle(place, 4.0).set("fill", colour);
            svg.push(point.with(Element::new("title").holding(told)));
        }
        let (x, y) = (WIDTH - RIGHT + 20.0, TOP + 10.0 + 20.0 * at as f64);
        svg.push(Element::circle((x, y), 4.0).set("fill", colour));
        svg.push(Element::text((x + 10.0, y + 4.0), name));
    }
    svg.finish()
}

/// Rows of one index on one number of threads, by recall.
fn curves(rows: &[Row]) -> Vec<(String, Vec<&Row>)> {
    let many = rows.iter().any(|row| row.threads != rows[0].threads);
    let first_depth = rows.iter().find_map(|row| row.per_hit);
    let depths = rows
        .iter()
        .any(|row| row.per_hit.is_some() && row.per_hit != first_depth);
    let mut curves: Vec<(String, Vec<&Row>)> = Vec::new();
    for row in rows {
        let threads = if many {
            format!(", {} threads", row.threads)
        } else {
            String::new()
        };
        let depth = match row.per_hit {
            Some(per_hit) if depths => format!(", depth {per_hit}"),
            _ => String::new(),
        };
        let skipping = row.n_probe.map(|_| row.skipping()).unwrap_or_default();
        let name = format!("{}{threads}{depth}{skipping}", row.index);
        match curves.iter_mut().find(|(known, _)| *known == name) {
            Some((_, points)) => points.push(row),
            None => curves.push((name, vec![row])),
        }
    }
    for (_, points) in &mut curves {
        points.sort_by(|a, b| a.recall.k_at_k.total_cmp(&b.recall.k_at_k));
    }
    curves
}

/// Recall to the right, the logarithm of queries per second upwards.
struct Axes {
    recall_from: f64,
    decades: (i32, i32),
}

impl Axes {
    fn around(rows: &[Row]) -> Self {
        let least = rows.iter().map(|row| row.recall.k_at_k).fold(1.0, f64::min);
        let decade = |row: &Row| row.qps_wall.max(1e-3).log10();
        let low = rows.iter().map(decade).fold(f64::INFINITY, f64::min);
        let high = rows.iter().map(decade).fold(f64::NEG_INFINITY, f64::max);
        let (low, high) = if rows.is_empty() {
            (0.0, 1.0)
        } else {
            (low, high)
        };
        let low = low.floor() as i32;
        Self {
            recall_from: ((least * 10.0).floor() / 10.0).min(0.9),
            decades: (low, (high.ceil() as i32).max(low + 1)),
        }
    }

    fn x(&self, recall: f64) -> f64 {
        let share = (recall - self.recall_from) / (1.0 - self.recall_from);
        LEFT + share * (WIDTH - LEFT - RIGHT)
    }

    fn y(&self, qps: f64) -> f64 {
        let (low, high) = self.decades;
        let share = (qps.max(1e-3).log10() - f64::from(low)) / f64::from(high - low);
        HEIGHT - BOTTOM - share * (HEIGHT - TOP - BOTTOM)
    }

    fn draw(&self, svg: &mut Svg, k: usize) {
        let (right, bottom) = (WIDTH - RIGHT, HEIGHT - BOTTOM);
        let n_steps = ((1.0 - self.recall_from) * 10.0).round().max(1.0) as usize;
        let grid = |from, to| Element::line(from, to).set("stroke", LIGHT);
        for step in 0..=n_steps {
            let recall = self.recall_from + step as f64 / 10.0;
            let x = self.x(recall);
            svg.push(grid((x, TOP), (x, bottom)));
            let label = Element::text((x, bottom + 18.0), format!("{recall:.1}"));
            svg.push(label.set("text-anchor", "middle"));
        }
        for decade in self.decades.0..=self.decades.1 {
            let y = self.y(10.0_f64.powi(decade));
            svg.push(grid((LEFT, y), (right, y)));
            let label = Element::text((LEFT - 8.0, y + 4.0), 10.0_f64.powi(decade));
            svg.push(label.set("text-anchor", "end"));
        }
        let name = format!("recall, {k} of {k}");
        let name = Element::text((f64::midpoint(LEFT, right), HEIGHT - 16.0), name);
        svg.push(name.set("text-anchor", "middle"));
        let middle = f64::midpoint(TOP, bottom);
        let name = Element::text((20.0, middle), "queries per second");
        svg.push(
            name.set("text-anchor", "middle")
                .set("transform", format!("rotate(-90 20 {middle:.1})")),
        );
    }
}
