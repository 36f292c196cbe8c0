//! An evaluation as a picture: how well first matches tell answerable queries from absent ones, and
//! whether probabilities hold.

use super::{Evaluation, RankedBy};
use crate::plot::colours::{BLACK, BLUE, SKY};
use crate::plot::{Element, Scale, Svg};
use crate::report::roc::curve;

const SIDE: f64 = 320.0;
const MARGIN: f64 = 60.0;
const WIDTH: f64 = 2.0 * (SIDE + MARGIN) + MARGIN;
const HEIGHT: f64 = SIDE + 2.0 * MARGIN;

impl Evaluation {
    /// Draws both, side by side; a square stays empty where there is nothing to draw.
    pub fn svg(&self) -> String {
        let mut svg = Svg::new(WIDTH, HEIGHT, "how well matches tell right from wrong");
        let ranks = Square::new(MARGIN);
        ranks.frame(
            &mut svg,
            "share of absent queries matched",
            "share of answerable queries",
        );
        let drawn = [
            (RankedBy::Probability, BLUE, "probability"),
            (RankedBy::Score, SKY, "score"),
        ];
        let mut line = 0.0;
        for (by, colour, name) in drawn {
            if let (Some(area), Some((answerable, absent))) =
                (self.area_under_curve(by), self.numbers(by))
            {
                let points = curve(&answerable, &absent)
                    .into_iter()
                    .map(|p| ranks.place(p));
                let drawn = Element::polyline(points).set("stroke", colour);
                svg.push(drawn.at("stroke-width", 2.0));
                line += 16.0;
                let place = (
                    ranks.place((0.45, 0.0)).0,
                    ranks.place((0.0, 0.25)).1 + line,
                );
                svg.push(
                    Element::text(place, format!("by {name}: area {area:.3}")).set("fill", colour),
                );
            }
        }
        let shares = Square::new(2.0 * MARGIN + SIDE);
        shares.frame(
            &mut svg,
            "probability",
            "share of first matches that is right",
        );
        if let Some(reliability) = self.reliability() {
            let bins = reliability.bins().iter().filter(|bin| bin.n > 0.0);
            let points: Vec<(f64, f64)> = bins
                .clone()
                .map(|bin| shares.place((bin.predicted, bin.observed)))
                .collect();
            let all: f64 = bins.clone().map(|bin| bin.n).sum();
            let line = Element::polyline(points.iter().copied()).set("stroke", BLUE);
            svg.push(line.at("stroke-width", 2.0));
            for (point, bin) in points.iter().zip(bins) {
                // The area of a disc is the share of its matches.
                let radius = 2.0 + 14.0 * (bin.n / all).sqrt();
                let disc = Element::circle(*point, radius).set("fill", BLUE);
                svg.push(disc.set("fill-opacity", 0.35));
            }
            let error = format!("calibration error {:.3}", reliability.error());
            svg.push(Element::text(shares.place((0.45, 0.08)), error));
        }
        svg.finish()
    }
}

/// A square from (0, 0) to (1, 1).
struct Square {
    across: Scale,
    upwards: Scale,
}

impl Square {
    fn new(left: f64) -> Self {
        let (from, to) = (0.0, 1.0);
        Self {
            across: Scale {
                from,
                to,
                start: left,
                end: left + SIDE,
            },
            upwards: Scale {
                from,
                to,
                start: MARGIN + SIDE,
                end: MARGIN,
            },
        }
    }

    fn place(&self, (x, y): (f64, f64)) -> (f64, f64) {
        (self.across.place(x), self.upwards.place(y))
    }

    /// Axes with their names, and the diagonal.
    fn frame(&self, svg: &mut Svg, across: &str, upwards: &str) {
        let corners = [(0.0, 1.0), (0.0, 0.0), (1.0, 0.0)].map(|corner| self.place(corner));
        svg.push(Element::polyline(corners).set("stroke", BLACK));
        let diagonal = Element::line(self.place((0.0, 0.0)), self.place((1.0, 1.0)));
        svg.push(diagonal.set("stroke", BLACK).set("stroke-dasharray", 4));
        for tick in 0..=4 {
            let share = f64::from(tick) / 4.0;
            let (x, y) = self.place((share, share));
            let label = format!("{share}");
            let below = Element::text((x, self.upwards.start + 18.0), &label);
            svg.push(below.set("text-anchor", "middle"));
            let beside = Element::text((self.across.start - 6.0, y + 4.0), &label);
            svg.push(beside.set("text-anchor", "end"));
        }
        let middle = self.place((0.5, 0.0)).0;
        let name = Element::text((middle, self.upwards.start + 40.0), across);
        svg.push(name.set("text-anchor", "middle"));
        let above = (self.across.start - 30.0, self.upwards.end - 16.0);
        svg.push(Element::text(above, upwards));
    }
}
