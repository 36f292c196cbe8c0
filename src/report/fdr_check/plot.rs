//! The curve of true share against q-value, as SVG: on the diagonal is what was promised.

use super::FdrCheck;
use std::fmt::Write;

const SIDE: f64 = 420.0;
const MARGIN: f64 = 60.0;
/// Largest share shown.
const END: f64 = 0.2;
/// Places at which the curve is drawn.
const STEPS: u32 = 100;

/// Draws the curve, its band and the diagonal.
pub(super) fn svg(check: &FdrCheck) -> String {
    let x = |share: f64| MARGIN + share / END * SIDE;
    let y = |share: f64| MARGIN + SIDE - share.min(END) / END * SIDE;
    let points = (1..=STEPS)
        .map(|step| f64::from(step) / f64::from(STEPS) * END)
        .map(|level| (level, check.at(level)))
        .filter(|(_, accepted)| accepted.n > 0);
    let (mut curve, mut upper, mut lower) = (String::new(), String::new(), Vec::new());
    for (level, accepted) in points {
        // Writing to a String does not fail.
        let _ = write!(curve, "{:.1},{:.1} ", x(level), y(accepted.proportion));
        let _ = write!(upper, "{:.1},{:.1} ", x(level), y(accepted.band.1));
        lower.push(format!("{:.1},{:.1} ", x(level), y(accepted.band.0)));
    }
    lower.reverse();
    let whole = MARGIN + SIDE;
    let size = whole + MARGIN;
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {size} {size}\" \
         font-family=\"sans-serif\" font-size=\"12\">\n\
         <rect width=\"{size}\" height=\"{size}\" fill=\"white\"/>\n\
         <polygon points=\"{upper}{}\" fill=\"#56B4E9\" fill-opacity=\"0.25\"/>\n\
         <polyline points=\"{curve}\" fill=\"none\" stroke=\"#0072B2\" stroke-width=\"2\"/>\n\
         <path d=\"M{MARGIN},{whole} L{whole},{MARGIN}\" stroke=\"#000000\" \
         stroke-dasharray=\"4\"/>\n\
         <path d=\"M{MARGIN},{MARGIN} V{whole} H{whole}\" fill=\"none\" stroke=\"#000000\"/>\n",
        lower.concat()
    );
    for tick in 0..=4 {
        let share = f64::from(tick) / 4.0 * END;
        let label = format!("{:.0} %", share * 100.0);
        let _ = writeln!(
            out,
            "<text x=\"{:.1}\" y=\"{}\" text-anchor=\"middle\">{label}</text>\n\
             <text x=\"{}\" y=\"{:.1}\" text-anchor=\"end\">{label}</text>",
            x(share),
            whole + 18.0,
            MARGIN - 6.0,
            y(share) + 4.0
        );
    }
    let middle = MARGIN + SIDE / 2.0;
    let _ = writeln!(
        out,
        "<text x=\"{middle}\" y=\"{}\" text-anchor=\"middle\">q-value</text>\n\
         <text x=\"{MARGIN}\" y=\"{}\">share of accepted matches that is wrong; shaded: where 95 % of \
         such runs lie</text>\n</svg>",
        whole + 40.0,
        MARGIN - 20.0
    );
    out
}
