//! PNG of an SVG, the same bytes on every machine: the only font is the one in here.

use resvg::tiny_skia::{Pixmap, Transform};
use resvg::usvg::{Options, Tree};
use std::sync::Arc;

/// `DejaVu` Sans 2.37, of it Latin, Greek, scripts and signs; licence in LICENSE-FONT.
const SANS: &[u8] = include_bytes!("fonts/sans.ttf");
/// Its oblique, of it what `m/z` needs.
const OBLIQUE: &[u8] = include_bytes!("fonts/sans-oblique.ttf");
/// Pixels per unit of the drawing, for screens of today and for print.
const SCALE: f32 = 2.0;

/// A picture that cannot be made.
#[derive(Debug, thiserror::Error)]
pub enum PngError {
    /// The text is not SVG.
    #[error("the drawing is no SVG: {0}")]
    Svg(#[from] Box<resvg::usvg::Error>),
    /// No such picture can be held or packed.
    #[error("the drawing is too large for a PNG")]
    Size,
}

/// Draws `svg` at two pixels per unit.
///
/// # Errors
/// Text that is no SVG, or a drawing of no size or of too large a one.
pub fn png(svg: &str) -> Result<Vec<u8>, PngError> {
    let mut options = Options::default();
    let fonts = Arc::make_mut(&mut options.fontdb);
    fonts.load_font_data(SANS.to_vec());
    fonts.load_font_data(OBLIQUE.to_vec());
    for set in [
        resvg::usvg::fontdb::Database::set_sans_serif_family,
        resvg::usvg::fontdb::Database::set_serif_family,
    ] {
        set(fonts, "DejaVu Sans");
    }
    let tree = Tree::from_str(svg, &options).map_err(Box::new)?;
    let size = tree.size();
    let (width, height) = (size.width() * SCALE, size.height() * SCALE);
    let mut pixels =
        Pixmap::new(width.ceil() as u32, height.ceil() as u32).ok_or(PngError::Size)?;
    resvg::render(
        &tree,
        Transform::from_scale(SCALE, SCALE),
        &mut pixels.as_mut(),
    );
    pixels.encode_png().map_err(|_| PngError::Size)
}
