//! The curve of speed against recall, as SVG: up and to the right is better.

use super::Row;
use std::fmt::Write;

const WIDTH: f64 = 760.0;
const HEIGHT: f64 = 480.0;
const LEFT: f64 = 80.0;
const RIGHT: f64 = 220.0;
const TOP: f64 = 40.0;
const BOTTOM: f64 = 60.0;

/// Colours that the colour-blind tell apart (Okabe & Ito 2008).
const COLOURS: [&str; 7] = [
    "#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000",
];

/// Draws a curve for each index, number of threads and depth of the second look; points are numbers
/// of lists.
pub fn svg(rows: &[Row], k: usize) -> String {
    let axes = Axes::around(rows);
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {HEIGHT}\" \
         font-family=\"sans-serif\" font-size=\"12\">\n\
         <rect width=\"{WIDTH}\" height=\"{HEIGHT}\" fill=\"white\"/>\n"
    );
    axes.draw(&mut out, k);
    for (at, (name, points)) in curves(rows).iter().enumerate() {
        let colour = COLOURS[at % COLOURS.len()];
        let places: Vec<(f64, f64)> = points
            .iter()
            .map(|row| (axes.x(row.recall.k_at_k), axes.y(row.qps_wall)))
            .collect();
        let line: Vec<String> = places
            .iter()
            .map(|(x, y)| format!("{x:.1},{y:.1}"))
            .collect();
        put(
            &mut out,
            &format!(
                "<polyline points=\"{}\" fill=\"none\" stroke=\"{colour}\" stroke-width=\"2\"/>",
                line.join(" ")
            ),
        );
        for (row, (x, y)) in points.iter().zip(&places) {
            let label = row
                .n_probe
                .map(|n| format!(", n_probe {n}"))
                .unwrap_or_default();
            put(
                &mut out,
                &format!(
                    "<circle cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"4\" fill=\"{colour}\"><title>{}{label}: \
                 recall {:.4}, {:.0} queries per second</title></circle>",
                    escape(name),
                    row.recall.k_at_k,
                    row.qps_wall
                ),
            );
        }
        let (x, y) = (WIDTH - RIGHT + 20.0, TOP + 10.0 + 20.0 * at as f64);
        put(
            &mut out,
            &format!("<circle cx=\"{x}\" cy=\"{y}\" r=\"4\" fill=\"{colour}\"/>"),
        );
        let (x, y) = (x + 10.0, y + 4.0);
        put(
            &mut out,
            &format!("<text x=\"{x}\" y=\"{y}\">{}</text>", escape(name)),
        );
    }
    out.push_str("</svg>\n");
    out
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
        let name = format!("{}{threads}{depth}", row.index);
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

    fn draw(&self, out: &mut String, k: usize) {
        let (right, bottom) = (WIDTH - RIGHT, HEIGHT - BOTTOM);
        let n_steps = ((1.0 - self.recall_from) * 10.0).round().max(1.0) as usize;
        for step in 0..=n_steps {
            let recall = self.recall_from + step as f64 / 10.0;
            let x = self.x(recall);
            grid(out, (x, TOP), (x, bottom));
            put(
                out,
                &format!(
                    "<text x=\"{x:.1}\" y=\"{:.1}\" text-anchor=\"middle\">{recall:.1}</text>",
                    bottom + 18.0
                ),
            );
        }
        for decade in self.decades.0..=self.decades.1 {
            let y = self.y(10.0_f64.powi(decade));
            grid(out, (LEFT, y), (right, y));
            put(
                out,
                &format!(
                    "<text x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"end\">{}</text>",
                    LEFT - 8.0,
                    y + 4.0,
                    10.0_f64.powi(decade)
                ),
            );
        }
        let middle = f64::midpoint(LEFT, right);
        put(
            out,
            &format!(
                "<text x=\"{middle:.1}\" y=\"{:.1}\" text-anchor=\"middle\">recall, {k} of {k}</text>",
                HEIGHT - 16.0
            ),
        );
        put(
            out,
            &format!(
                "<text x=\"20\" y=\"{0:.1}\" text-anchor=\"middle\" \
             transform=\"rotate(-90 20 {0:.1})\">queries per second</text>",
                f64::midpoint(TOP, bottom)
            ),
        );
    }
}

fn grid(out: &mut String, from: (f64, f64), to: (f64, f64)) {
    put(
        out,
        &format!(
            "<line x1=\"{:.1}\" y1=\"{:.1}\" x2=\"{:.1}\" y2=\"{:.1}\" stroke=\"#dddddd\"/>",
            from.0, from.1, to.0, to.1
        ),
    );
}

fn put(out: &mut String, line: &str) {
    // Text takes whatever is written to it.
    let _ = writeln!(out, "{line}");
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}
