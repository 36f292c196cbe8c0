//! Colours that the colour-blind tell apart (Okabe & Ito 2008).

/// Blue: what is found.
pub const BLUE: &str = "#0072B2";
/// Vermilion: what is found elsewhere, or a warning.
pub const VERMILION: &str = "#D55E00";
/// Light blue: areas.
pub const SKY: &str = "#56B4E9";
/// Grey of what is only there.
pub const GREY: &str = "#8a8a8a";
/// Grey of grid lines.
pub const LIGHT: &str = "#dddddd";
/// Axes and text.
pub const BLACK: &str = "#000000";

/// From low to high, light to dark, told apart in grey too (viridis).
pub const RAMP: [&str; 5] = ["#fde725", "#5ec962", "#21918c", "#3b528b", "#440154"];

/// One after another, for curves.
pub const SERIES: [&str; 7] = [BLUE, VERMILION, "#009E73", "#CC79A7", "#E69F00", SKY, BLACK];
