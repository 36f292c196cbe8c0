//! The curve of true share against q-value, as SVG: on the diagonal is what was promised.

use super::FdrCheck;
use crate::plot::colours::{BLACK, BLUE, SKY};
use crate::plot::{Element, Scale, Svg};

const SIDE: f64 = 420.0;
const MARGIN: f64 = 60.0;
/// Largest share shown.
const END: f64 = 0.2;
/// Places at which the curve is drawn.
const STEPS: u32 = 100;

/// Draws the curve, its band and the diagonal.
pub(super) fn svg(check: &FdrCheck) -> String {
    let whole = MARGIN + SIDE;
    let across = Scale {
        from: 0.0,
        to: END,
        start: MARGIN,
        end: whole,
    };
    let upwards = Scale {
        start: whole,
        end: MARGIN,
        ..across
    };
    let place = |level: f64, share: f64| (across.place(level), upwards.place(share.min(END)));
    let (mut curve, mut band, mut lower) = (Vec::new(), Vec::new(), Vec::new());
    for step in 1..=STEPS {
        let level = f64::from(step) / f64::from(STEPS) * END;
        let accepted = check.at(level);
        if accepted.n > 0 {
            curve.push(place(level, accepted.proportion));
            band.push(place(level, accepted.band.1));
            lower.push(place(level, accepted.band.0));
        }
    }
    band.extend(lower.into_iter().rev());
    let mut svg = Svg::new(
        whole + MARGIN,
        whole + MARGIN,
        "share of accepted matches that is wrong against q-value",
    );
    svg.push(
        Element::polygon(band)
            .set("fill", SKY)
            .set("fill-opacity", 0.25),
    );
    let line = Element::polyline(curve).set("stroke", BLUE);
    svg.push(line.at("stroke-width", 2.0));
    let diagonal = Element::line((MARGIN, whole), (whole, MARGIN)).set("stroke", BLACK);
    svg.push(diagonal.set("stroke-dasharray", 4));
    let axes = [(MARGIN, MARGIN), (MARGIN, whole), (whole, whole)];
    svg.push(Element::polyline(axes).set("stroke", BLACK));
    for tick in 0..=4 {
        let share = f64::from(tick) / 4.0 * END;
        let (x, y) = place(share, share);
        let label = format!("{:.0} %", share * 100.0);
        svg.push(Element::text((x, whole + 18.0), &label).set("text-anchor", "middle"));
        svg.push(Element::text((MARGIN - 6.0, y + 4.0), &label).set("text-anchor", "end"));
    }
    let name = Element::text((MARGIN + SIDE / 2.0, whole + 40.0), "q-value");
    svg.push(name.set("text-anchor", "middle"));
    let title = "share of accepted matches that is wrong; shaded: where 95 % of such runs lie";
    svg.push(Element::text((MARGIN, MARGIN - 20.0), title).at("font-size", 11.0));
    svg.finish()
}
