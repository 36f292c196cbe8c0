//! A histogram: how many values lie where.

use super::axis::{Scale, nice_step, ticks};
use super::colours::BLUE;
use super::svg::{Element, Short, Svg};

/// What is counted and how it is told.
#[derive(Debug, Clone, Copy)]
pub struct Histogram<'a> {
    /// What the values are, with unit.
    pub name: &'a str,
    /// Finite values; others are passed over.
    pub values: &'a [f64],
    /// Ends of the axis; values beyond them are counted in the bar at the end. From the values where
    /// not given.
    pub range: Option<(f64, f64)>,
}

const WIDTH: f64 = 480.0;
const HEIGHT: f64 = 240.0;
const LEFT: f64 = 48.0;
const RIGHT: f64 = 12.0;
const TOP: f64 = 14.0;
const BOTTOM: f64 = 44.0;
/// Bars, about.
const BARS: usize = 24;

impl Histogram<'_> {
    /// Draws it, 480 wide and 240 high.
    pub fn svg(&self) -> String {
        let (from, step, counts) = self.counts();
        let to = from + step * counts.len() as f64;
        let most = counts.iter().copied().max().unwrap_or(0).max(1);
        let across = Scale {
            from,
            to,
            start: LEFT,
            end: WIDTH - RIGHT,
        };
        let upwards = Scale {
            from: 0.0,
            to: most as f64,
            start: HEIGHT - BOTTOM,
            end: TOP,
        };
        let mut svg = Svg::new(WIDTH, HEIGHT, self.name);
        for count in ticks(0.0, most as f64, 4)
            .into_iter()
            .filter(|c| c.fract() == 0.0)
        {
            let y = upwards.place(count);
            svg.push(Element::grid((LEFT, y), (WIDTH - RIGHT, y)));
            let label = ink(Element::text((LEFT - 6.0, y + 4.0), Short(count)));
            svg.push(label.set("text-anchor", "end"));
        }
        for (idx, count) in counts.iter().enumerate().filter(|(_, count)| **count > 0) {
            let (low, high) = (from + step * idx as f64, from + step * (idx + 1) as f64);
            let (left, top) = (across.place(low), upwards.place(*count as f64));
            let bar = Element::new("rect").set("class", "bar").set("fill", BLUE);
            let bar = bar
                .at("x", left + 0.5)
                .at("y", top)
                .at("width", across.place(high) - left - 1.0)
                .at("height", HEIGHT - BOTTOM - top);
            let told = format!("{}: {count}", self.between(low, high, (from, to)));
            svg.push(bar.with(Element::new("title").holding(told)));
        }
        let bottom = HEIGHT - BOTTOM;
        svg.push(Element::axis((LEFT, bottom), (WIDTH - RIGHT, bottom)));
        for value in ticks(from, to, 8) {
            // A step such as 0.1 has no exact sums.
            let label = format!("{}", (value * 1.0e6).round() / 1.0e6 + 0.0);
            let label = ink(Element::text((across.place(value), bottom + 16.0), label));
            svg.push(label.set("text-anchor", "middle"));
        }
        let middle = f64::midpoint(LEFT, WIDTH - RIGHT);
        let name = ink(Element::text((middle, HEIGHT - 8.0), self.name));
        svg.push(name.set("text-anchor", "middle"));
        svg.finish()
    }

    /// Where the first bar begins, how wide each is, and how many values are in it.
    fn counts(&self) -> (f64, f64, Vec<usize>) {
        let finite = self.values.iter().copied().filter(|v| v.is_finite());
        let (low, high) = self.range.unwrap_or_else(|| {
            finite.clone().fold((0.0_f64, 0.0_f64), |(low, high), v| {
                (low.min(v), high.max(v))
            })
        });
        let (low, high) = if low < high {
            (low, high)
        } else {
            (low, low + 1.0)
        };
        let step = nice_step(high - low, BARS);
        // A rounding of the quotient must not make a bar of nothing.
        let first = (low / step + 1.0e-9).floor();
        let n_bars = ((high / step - 1.0e-9).ceil() - first).max(1.0) as usize;
        let mut counts = vec![0; n_bars];
        for value in finite {
            let bar = (value / step - first + 1.0e-9).floor();
            counts[(bar.max(0.0) as usize).min(n_bars - 1)] += 1;
        }
        (first * step, step, counts)
    }

    fn between(&self, low: f64, high: f64, (from, to): (f64, f64)) -> String {
        let tidy = |v: f64| (v * 1.0e6).round() / 1.0e6 + 0.0;
        match self.range {
            Some(_) if low <= from => format!("below {}", tidy(high)),
            Some(_) if high >= to => format!("from {}", tidy(low)),
            _ => format!("{} to {}", tidy(low), tidy(high)),
        }
    }
}

fn ink(text: Element) -> Element {
    text.ink().at("font-size", 11.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn values_are_counted_where_they_lie() {
        let values = [0.0, 0.04, 0.05, 0.5, 1.0, f64::NAN];
        let histogram = Histogram {
            name: "score",
            values: &values,
            range: Some((0.0, 1.0)),
        };
        let (from, step, counts) = histogram.counts();
        assert_eq!((from, step, counts.len()), (0.0, 0.05, 20));
        assert_eq!((counts[0], counts[1], counts[10], counts[19]), (2, 1, 1, 1));
    }

    proptest! {
        #[test]
        fn every_value_is_in_one_bar(values in prop::collection::vec(-1e4_f64..1e4, 0..50)) {
            for range in [None, Some((-10.0, 10.0))] {
                let histogram = Histogram { name: "x", values: &values, range };
                let (_, step, counts) = histogram.counts();
                prop_assert_eq!(counts.iter().sum::<usize>(), values.len());
                prop_assert!(step > 0.0 && counts.len() <= 2 * BARS);
                prop_assert!(!histogram.svg().contains("NaN"));
            }
        }
    }
}
