//! SVG as text: elements with attributes, numbers short, everything escaped.

use super::colours::{BLACK, LIGHT};
use std::fmt::{self, Display, Write};

/// A picture in the making.
#[derive(Debug, Clone)]
pub struct Svg {
    text: String,
}

/// Families asked for: the one PNG is drawn with, then what browsers have.
const FONTS: &str = "DejaVu Sans, Verdana, Arial, sans-serif";

impl Svg {
    /// An empty picture of `width` by `height` on white. `name` is what a screen reader says of it.
    pub fn new(width: f64, height: f64, name: &str) -> Self {
        let root = Element::new("svg")
            .set("xmlns", "http://www.w3.org/2000/svg")
            .set("viewBox", format!("0 0 {} {}", Short(width), Short(height)))
            .set("role", "img")
            .set("font-family", FONTS)
            .at("font-size", 12.0);
        let mut svg = Self {
            text: root.open() + ">\n",
        };
        // Writing to a String does not fail.
        let _ = writeln!(svg.text, "<title>{}</title>", escape(name));
        let back = Element::new("rect").set("class", "back");
        svg.push(
            back.at("width", width)
                .at("height", height)
                .set("fill", "#ffffff"),
        );
        svg
    }

    /// Draws `element` over what is there.
    pub fn push(&mut self, element: Element) {
        self.text.push_str(&element.close());
        self.text.push('\n');
    }

    /// The picture.
    pub fn finish(mut self) -> String {
        self.text.push_str("</svg>\n");
        self.text
    }
}

/// One element: attributes in the order they were given, then what it holds.
#[derive(Debug, Clone)]
pub struct Element {
    name: &'static str,
    attributes: String,
    content: String,
}

impl Element {
    /// An element without attributes.
    pub fn new(name: &'static str) -> Self {
        Self {
            name,
            attributes: String::new(),
            content: String::new(),
        }
    }

    /// A straight line.
    pub fn line((x1, y1): (f64, f64), (x2, y2): (f64, f64)) -> Self {
        let line = Self::new("line").at("x1", x1).at("y1", y1);
        line.at("x2", x2).at("y2", y2)
    }

    /// A disc.
    pub fn circle((x, y): (f64, f64), radius: f64) -> Self {
        Self::new("circle").at("cx", x).at("cy", y).at("r", radius)
    }

    /// A line through `points`.
    pub fn polyline(points: impl IntoIterator<Item = (f64, f64)>) -> Self {
        Self::new("polyline")
            .set("points", places(points))
            .set("fill", "none")
    }

    /// An area with `points` as corners.
    pub fn polygon(points: impl IntoIterator<Item = (f64, f64)>) -> Self {
        Self::new("polygon").set("points", places(points))
    }

    /// Text that starts at a place; `text-anchor` moves it.
    pub fn text((x, y): (f64, f64), text: impl Display) -> Self {
        Self::new("text").at("x", x).at("y", y).holding(text)
    }

    /// A line of an axis.
    pub fn axis(from: (f64, f64), to: (f64, f64)) -> Self {
        Self::line(from, to)
            .set("class", "axis")
            .set("stroke", BLACK)
    }

    /// A line to read values by.
    pub fn grid(from: (f64, f64), to: (f64, f64)) -> Self {
        Self::line(from, to)
            .set("class", "grid")
            .set("stroke", LIGHT)
    }

    /// In the colour of text.
    #[must_use]
    pub fn ink(self) -> Self {
        self.set("class", "ink").set("fill", BLACK)
    }

    /// Sets an attribute.
    #[must_use]
    pub fn set(mut self, name: &str, value: impl Display) -> Self {
        // Writing to a String does not fail.
        let _ = write!(
            self.attributes,
            " {name}=\"{}\"",
            escape(&value.to_string())
        );
        self
    }

    /// Sets an attribute to a length.
    #[must_use]
    pub fn at(self, name: &str, value: f64) -> Self {
        self.set(name, Short(value))
    }

    /// Appends text to what the element holds.
    #[must_use]
    pub fn holding(mut self, text: impl Display) -> Self {
        self.content.push_str(&escape(&text.to_string()));
        self
    }

    /// Appends an element to what the element holds.
    #[must_use]
    pub fn with(mut self, element: Self) -> Self {
        self.content.push_str(&element.close());
        self
    }

    fn open(&self) -> String {
        format!("<{}{}", self.name, self.attributes)
    }

    fn close(self) -> String {
        if self.content.is_empty() {
            return self.open() + "/>";
        }
        format!("{}>{}</{}>", self.open(), self.content, self.name)
    }
}

fn places(points: impl IntoIterator<Item = (f64, f64)>) -> String {
    let places = points
        .into_iter()
        .map(|(x, y)| format!("{},{}", Short(x), Short(y)));
    places.collect::<Vec<_>>().join(" ")
}

/// A length with one decimal, none where it is 0: finer than a pixel of any screen.
pub(super) struct Short(pub(super) f64);

impl Display for Short {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Adding 0 makes of -0 plain 0.
        let tenths = (self.0 * 10.0).round() + 0.0;
        write!(f, "{}", tenths / 10.0)
    }
}

/// `text` with what means something in XML written so that it does not, and without characters
/// that XML does not allow.
fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\u{fffe}' | '\u{ffff}' => {}
            c if c.is_control() => out.push(' '),
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_from_files_cannot_break_out() {
        let mut svg = Svg::new(10.0, 20.0, "a<b>\u{1}");
        svg.push(Element::text((1.0, 2.04), "\"x\" & y").set("id", "\"><script>"));
        assert_eq!(
            svg.finish(),
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 10 20\" role=\"img\" \
             font-family=\"DejaVu Sans, Verdana, Arial, sans-serif\" font-size=\"12\">\n\
             <title>a&lt;b&gt; </title>\n\
             <rect class=\"back\" width=\"10\" height=\"20\" fill=\"#ffffff\"/>\n\
             <text x=\"1\" y=\"2\" id=\"&quot;&gt;&lt;script&gt;\">&quot;x&quot; &amp; y</text>\n</svg>\n"
        );
    }

    #[test]
    fn lengths_are_short() {
        let text = |value| Short(value).to_string();
        assert_eq!(text(1.0), "1");
        assert_eq!(text(-0.01), "0");
        assert_eq!(text(2.34), "2.3");
    }
}
