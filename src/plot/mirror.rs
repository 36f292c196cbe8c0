//! The mirror plot: a query's peaks upwards, a library spectrum's downwards, what matches in colour.

use super::axis::{Scale, ticks};
use super::colours::{BLACK, BLUE, GREY, LIGHT, VERMILION};
use super::labels::{Area, Room, shortened, width_of};
use super::svg::{Element, Short, Svg};
use std::fmt::Write;

/// Two spectra, which of their peaks match, and what stands above them.
#[derive(Debug, Clone, Copy)]
pub struct MirrorPlot<'a> {
    /// First line: what is compared.
    pub title: &'a str,
    /// Second line: how alike it is.
    pub subtitle: &'a str,
    /// Drawn upwards.
    pub query: MirrorSide<'a>,
    /// Drawn downwards.
    pub library: MirrorSide<'a>,
    /// Peaks that match.
    pub pairs: &'a [MirrorPair],
}

/// One spectrum of the two.
#[derive(Debug, Clone, Copy)]
pub struct MirrorSide<'a> {
    /// What the side is called.
    pub name: &'a str,
    /// m/z in Th, finite and above 0, and intensity in any unit.
    pub peaks: &'a [(f64, f32)],
    /// m/z of the isolated ion in Th, where known.
    pub precursor_mz: Option<f64>,
}

/// A query peak and its library peak, by position.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct MirrorPair {
    /// Position of the query peak.
    pub query: usize,
    /// Position of the library peak.
    pub library: usize,
    /// m/z by which the library peak is expected above the query peak, in Th: 0 where the same
    /// fragment is, another for peaks that moved with the precursor.
    pub shift: f64,
}

impl MirrorPair {
    fn is_shifted(&self) -> bool {
        self.shift != 0.0
    }
}

const WIDTH: f64 = 800.0;
const HEIGHT: f64 = 480.0;
const LEFT: f64 = 64.0;
const RIGHT: f64 = 16.0;
const TOP: f64 = 62.0;
const BOTTOM: f64 = 48.0;
/// Room above the highest peak of each side, for its label.
const HEADROOM: f64 = 30.0;
const LABEL: f64 = 9.5;
const TITLE: f64 = 14.0;

/// A peak on the picture.
#[derive(Debug, Clone, Copy)]
struct Stick {
    x: f64,
    /// Its end; the other is on the base line.
    y: f64,
}

/// Where things stand.
struct Layout {
    mz: Scale,
    base: f64,
    up: Vec<Stick>,
    down: Vec<Stick>,
}

impl MirrorPlot<'_> {
    /// Draws it, 800 wide and 480 high.
    ///
    /// Pairs of positions that there are not, and peaks without intensity, are passed over.
    pub fn svg(&self) -> String {
        let layout = self.layout();
        let mut svg = Svg::new(WIDTH, HEIGHT, &format!("{}; {}", self.title, self.subtitle));
        for (text, y, size) in [(self.title, 20.0, TITLE), (self.subtitle, 39.0, 12.0)] {
            let text = shortened(text, size, WIDTH - LEFT - RIGHT);
            svg.push(ink(Element::text((LEFT, y), text)).at("font-size", size));
        }
        layout.axes(&mut svg);
        for (side, up) in [(&self.query, true), (&self.library, false)] {
            layout.side(&mut svg, side, up);
        }
        self.peaks(&layout, &mut svg);
        self.labels(&layout, &mut svg);
        self.legend(&mut svg);
        svg.finish()
    }

    /// Pairs whose positions exist.
    fn pairs(&self) -> impl Iterator<Item = &MirrorPair> {
        let (query, library) = (self.query.peaks.len(), self.library.peaks.len());
        self.pairs
            .iter()
            .filter(move |p| p.query < query && p.library < library)
    }

    fn layout(&self) -> Layout {
        let sides = [&self.query, &self.library];
        let all = sides.iter().flat_map(|side| {
            let peaks = side.peaks.iter().map(|(mz, _)| *mz);
            peaks.chain(side.precursor_mz)
        });
        let (low, high) = all.fold((f64::INFINITY, 0.0), |(low, high): (f64, f64), mz| {
            (low.min(mz), high.max(mz))
        });
        let (low, high) = if low <= high {
            (low, high)
        } else {
            (0.0, 100.0)
        };
        let margin = ((high - low) * 0.04).max(5.0);
        let mz = Scale {
            from: (low - margin).max(0.0),
            to: high + margin,
            start: LEFT,
            end: WIDTH - RIGHT,
        };
        let base = f64::midpoint(TOP, HEIGHT - BOTTOM);
        let sticks = |side: &MirrorSide<'_>, end: f64| {
            let highest = side.peaks.iter().map(|(_, i)| *i).fold(0.0, f32::max);
            let share = |i: f32| f64::from(i / highest.max(f32::MIN_POSITIVE));
            let stick = |(at, intensity): &(f64, f32)| Stick {
                x: mz.place(*at),
                y: base + share(*intensity) * (end - base),
            };
            side.peaks.iter().map(stick).collect()
        };
        Layout {
            mz,
            base,
            up: sticks(&self.query, TOP + HEADROOM),
            down: sticks(&self.library, HEIGHT - BOTTOM - HEADROOM),
        }
    }

    fn peaks(&self, layout: &Layout, svg: &mut Svg) {
        let (mut up, mut down) = (layout.up.clone(), layout.down.clone());
        for pair in self.pairs() {
            // Drawn below, in colour.
            up[pair.query].y = layout.base;
            down[pair.library].y = layout.base;
        }
        let mut path = String::new();
        for stick in up.iter().chain(&down).filter(|s| s.y != layout.base) {
            // Writing to a String does not fail.
            let (x, y) = (Short(stick.x), Short(stick.y));
            let _ = write!(path, "M{x} {}V{y}", Short(layout.base));
        }
        if !path.is_empty() {
            let lines = Element::new("path")
                .set("class", "unmatched")
                .set("d", path);
            svg.push(lines.set("stroke", GREY).set("fill", "none"));
        }
        for pair in self.pairs() {
            let (query, library) = (layout.up[pair.query], layout.down[pair.library]);
            let (class, colour) = look(pair);
            let mut group = Element::new("g").set("class", class);
            group = group.set("stroke", colour).at("stroke-width", 1.6);
            for stick in [query, library] {
                group = group.with(Element::line((stick.x, layout.base), (stick.x, stick.y)));
            }
            if pair.is_shifted() {
                // From one to the other, and a disc on the end of each.
                let joint = Element::line((query.x, query.y), (library.x, library.y));
                group = group.with(joint.set("stroke-dasharray", "2 3").at("stroke-width", 0.7));
                for stick in [query, library] {
                    group =
                        group.with(Element::circle((stick.x, stick.y), 2.5).set("fill", colour));
                }
            }
            svg.push(group);
        }
    }

    /// m/z and error in ppm beside the query peaks of pairs, m/z beside their library peaks; those
    /// of the most intense peaks first, others where there is room.
    fn labels(&self, layout: &Layout, svg: &mut Svg) {
        let mut up = layout.room(&self.query, &layout.up, true);
        let mut down = layout.room(&self.library, &layout.down, false);
        let mut pairs: Vec<&MirrorPair> = self.pairs().collect();
        pairs.sort_by(|a, b| {
            let height = |p: &MirrorPair| layout.up[p.query].y;
            height(a).total_cmp(&height(b)).then(a.query.cmp(&b.query))
        });
        for pair in pairs {
            let (of_query, of_library) = (
                self.query.peaks[pair.query].0,
                self.library.peaks[pair.library].0,
            );
            let error = (of_query + pair.shift - of_library) / of_library * 1.0e6;
            let mut lines = vec![
                format!("{of_query:.4}"),
                format!("{} ppm", signed(error, 1)),
            ];
            if pair.is_shifted() {
                lines[1] = format!("{} Th, {}", signed(-pair.shift, 3), lines[1]);
            }
            layout.label(svg, (&mut up, layout.up[pair.query]), &lines, pair);
            let lines = [format!("{of_library:.4}")];
            layout.label(svg, (&mut down, layout.down[pair.library]), &lines, pair);
        }
    }

    fn legend(&self, svg: &mut Svg) {
        let shifted = self.pairs().filter(|p| p.is_shifted()).count();
        let same = self.pairs().count() - shifted;
        let mut entries = vec![("matched", BLUE, format!("{same} matched"))];
        if shifted > 0 {
            let text = format!("{shifted} matched, shifted with the precursor");
            entries.push(("shifted", VERMILION, text));
        }
        entries.push(("unmatched", GREY, "not matched".to_owned()));
        let mut x = LEFT;
        for (class, colour, text) in entries {
            let y = HEIGHT - 8.0;
            let sample = Element::line((x, y - 4.0), (x + 14.0, y - 4.0));
            svg.push(
                sample
                    .set("class", class)
                    .set("stroke", colour)
                    .at("stroke-width", 2.0),
            );
            let words = ink(Element::text((x + 19.0, y), &text)).at("font-size", 11.0);
            svg.push(words);
            x += 19.0 + width_of(&text, 11.0) + 10.0;
        }
    }
}

impl Layout {
    /// What labels must not cover: the name of the side and its sticks.
    fn room(&self, side: &MirrorSide<'_>, sticks: &[Stick], up: bool) -> Room {
        let mut room = Room::default();
        let y = side_name_y(up);
        room.take(Area {
            left: WIDTH - RIGHT - 4.0 - width_of(side.name, 11.0),
            right: WIDTH - RIGHT,
            top: y - 11.0,
            bottom: y + 3.0,
        });
        for stick in sticks {
            room.take(Area {
                left: stick.x - 0.5,
                right: stick.x + 0.5,
                top: if up { stick.y } else { self.base },
                bottom: if up { self.base } else { stick.y },
            });
        }
        room
    }

    /// Writes `lines` beyond the end of a stick, or beside it, where there is room.
    fn label(
        &self,
        svg: &mut Svg,
        (room, stick): (&mut Room, Stick),
        lines: &[String],
        pair: &MirrorPair,
    ) {
        let width = lines.iter().map(|l| width_of(l, LABEL)).fold(0.0, f64::max);
        let height = lines.len() as f64 * (LABEL + 1.5);
        let beyond = if stick.y < self.base {
            stick.y - height - 2.0
        } else {
            stick.y + 2.0
        };
        let beside = if stick.y < self.base {
            stick.y.min(self.base - height)
        } else {
            (stick.y - height).max(self.base)
        };
        let places = [
            (stick.x - width / 2.0, beyond),
            (stick.x - 2.0, beyond),
            (stick.x - width + 2.0, beyond),
            (stick.x + 3.0, beside),
            (stick.x - width - 3.0, beside),
        ];
        let areas = places
            .into_iter()
            .map(|(left, top)| Area {
                left,
                right: left + width,
                top,
                bottom: top + height,
            })
            .filter(|area| area.left >= LEFT && area.right <= WIDTH - RIGHT);
        let Some(area) = room.find(areas) else { return };
        let (class, colour) = look(pair);
        for (idx, line) in lines.iter().enumerate() {
            let y = area.top + (idx + 1) as f64 * (LABEL + 1.5) - 2.5;
            let place = (f64::midpoint(area.left, area.right), y);
            let text = Element::text(place, line).set("class", format!("{class} label"));
            svg.push(
                text.at("font-size", LABEL)
                    .set("text-anchor", "middle")
                    .set("fill", colour),
            );
        }
    }

    fn axes(&self, svg: &mut Svg) {
        let bottom = HEIGHT - BOTTOM;
        for share in [-1.0, -0.5, 0.0, 0.5, 1.0_f64] {
            let reach = if share < 0.0 {
                bottom - HEADROOM
            } else {
                TOP + HEADROOM
            };
            let y = self.base + share.abs() * (reach - self.base);
            if share != 0.0 {
                svg.push(grid((LEFT, y), (WIDTH - RIGHT, y)));
            }
            let text = Element::text((LEFT - 7.0, y + 4.0), (share.abs() * 100.0).round());
            svg.push(ink(text).set("text-anchor", "end").at("font-size", 11.0));
        }
        for mz in ticks(self.mz.from, self.mz.to, 10) {
            let x = self.mz.place(mz);
            svg.push(axis((x, bottom), (x, bottom + 4.0)));
            let text = Element::text((x, bottom + 16.0), Short(mz));
            svg.push(ink(text).set("text-anchor", "middle").at("font-size", 11.0));
        }
        svg.push(axis((LEFT, TOP), (LEFT, bottom)));
        svg.push(axis((LEFT, bottom), (WIDTH - RIGHT, bottom)));
        svg.push(axis((LEFT, self.base), (WIDTH - RIGHT, self.base)));
        let name = Element::text((WIDTH - RIGHT, bottom + 32.0), "");
        let name = name.with(
            Element::new("tspan")
                .set("font-style", "italic")
                .holding("m/z"),
        );
        svg.push(ink(name).set("text-anchor", "end"));
        let name = Element::text((16.0, self.base), "relative intensity (%)");
        let turned = format!("rotate(-90 16 {})", Short(self.base));
        svg.push(
            ink(name)
                .set("text-anchor", "middle")
                .set("transform", turned),
        );
    }

    /// The name of a side and where its precursor is.
    fn side(&self, svg: &mut Svg, side: &MirrorSide<'_>, up: bool) {
        let bottom = HEIGHT - BOTTOM;
        let place = (WIDTH - RIGHT - 4.0, side_name_y(up));
        let name = ink(Element::text(place, side.name));
        svg.push(name.set("text-anchor", "end").at("font-size", 11.0));
        if let Some(mz) = side.precursor_mz {
            let x = self.mz.place(mz);
            let end = if up { TOP } else { bottom };
            let line = grid((x, self.base), (x, end)).set("stroke-dasharray", "5 4");
            svg.push(line.at("stroke-width", 1.5));
        }
    }
}

/// How high the name of a side stands.
fn side_name_y(up: bool) -> f64 {
    if up {
        TOP + 10.0
    } else {
        HEIGHT - BOTTOM - 6.0
    }
}

/// Class and colour of a pair.
fn look(pair: &MirrorPair) -> (&'static str, &'static str) {
    if pair.is_shifted() {
        ("shifted", VERMILION)
    } else {
        ("matched", BLUE)
    }
}

fn ink(text: Element) -> Element {
    text.set("class", "ink").set("fill", BLACK)
}

fn axis(from: (f64, f64), to: (f64, f64)) -> Element {
    Element::line(from, to)
        .set("class", "axis")
        .set("stroke", BLACK)
}

fn grid(from: (f64, f64), to: (f64, f64)) -> Element {
    Element::line(from, to)
        .set("class", "grid")
        .set("stroke", LIGHT)
}

/// With a sign, a true minus, and nothing but zeros where it rounds to zero.
fn signed(value: f64, decimals: usize) -> String {
    let text = format!("{:.decimals$}", value.abs());
    if text.bytes().all(|b| matches!(b, b'0' | b'.')) {
        return text;
    }
    format!("{}{text}", if value < 0.0 { '−' } else { '+' })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const QUERY: [(f64, f32); 3] = [(100.0002, 5.0), (150.0, 10.0), (214.0157, 8.0)];
    const LIBRARY: [(f64, f32); 3] = [(100.0, 4.0), (180.0, 1.0), (200.0, 2.0)];

    fn plot(pairs: &[MirrorPair]) -> String {
        MirrorPlot {
            title: "q1 and <Caffeine>",
            subtitle: "modified_cosine 0.9",
            query: MirrorSide {
                name: "query",
                peaks: &QUERY,
                precursor_mz: Some(300.0157),
            },
            library: MirrorSide {
                name: "library",
                peaks: &LIBRARY,
                precursor_mz: Some(286.0),
            },
            pairs,
        }
        .svg()
    }

    const PAIRS: [MirrorPair; 2] = [
        MirrorPair {
            query: 0,
            library: 0,
            shift: 0.0,
        },
        MirrorPair {
            query: 2,
            library: 2,
            shift: -14.0157,
        },
    ];

    #[test]
    fn matches_are_coloured_and_labelled_and_shifts_marked() {
        let svg = plot(&PAIRS);
        // 0.0002 of 100 is 2 ppm.
        for expected in [
            ">100.0002</text>",
            ">+2.0 ppm</text>",
            ">+14.016 Th, 0.0 ppm</text>",
            ">1 matched</text>",
            ">1 matched, shifted with the precursor</text>",
            "q1 and &lt;Caffeine&gt;",
            ">m/z</tspan>",
            "<g class=\"matched\" stroke=\"#0072B2\"",
            "<g class=\"shifted\" stroke=\"#D55E00\"",
        ] {
            assert!(svg.contains(expected), "{expected}: {svg}");
        }
        // The base peak of each side reaches the mark of 100 %, the others their share of it.
        let layout = MirrorPlot {
            title: "",
            subtitle: "",
            query: MirrorSide {
                name: "",
                peaks: &QUERY,
                precursor_mz: None,
            },
            library: MirrorSide {
                name: "",
                peaks: &LIBRARY,
                precursor_mz: None,
            },
            pairs: &[],
        }
        .layout();
        assert_eq!(layout.up[1].y, TOP + HEADROOM);
        assert_eq!(layout.down[0].y, HEIGHT - BOTTOM - HEADROOM);
        let half = f64::midpoint(layout.base, TOP + HEADROOM);
        assert!((layout.up[0].y - half).abs() < 1e-9);
    }

    #[test]
    fn nothing_to_draw_is_still_a_picture() {
        let side = MirrorSide {
            name: "",
            peaks: &[],
            precursor_mz: None,
        };
        let svg = MirrorPlot {
            title: "",
            subtitle: "",
            query: side,
            library: side,
            pairs: &PAIRS,
        }
        .svg();
        assert!(
            svg.contains(">0 matched</text>") && !svg.contains("NaN"),
            "{svg}"
        );
        assert!(super::super::png(&svg).is_ok());
    }

    #[test]
    fn png_has_the_size_of_the_drawing_and_the_same_bytes_each_time() {
        let svg = plot(&PAIRS);
        let png = super::super::png(&svg).unwrap();
        assert_eq!(&png[..8], b"\x89PNG\r\n\x1a\n");
        let number = |at: usize| u32::from_be_bytes(png[at..at + 4].try_into().unwrap());
        assert_eq!((number(16), number(20)), (1600, 960));
        assert_eq!(super::super::png(&svg).unwrap(), png);
        assert!(super::super::png("no svg").is_err());
    }

    proptest! {
        #[test]
        fn any_peaks_are_drawn_within_the_picture(
            query in prop::collection::vec((10.0_f64..2000.0, 1e-6_f32..1e9), 0..30),
            library in prop::collection::vec((10.0_f64..2000.0, 1e-6_f32..1e9), 0..30),
            raw in prop::collection::vec((0_usize..40, 0_usize..40, -1_i8..2), 0..20),
        ) {
            let pairs: Vec<MirrorPair> = raw
                .iter()
                .map(|&(query, library, shift)| MirrorPair { query, library, shift: shift.into() })
                .collect();
            let side = |peaks| MirrorSide { name: "side", peaks, precursor_mz: Some(500.0) };
            let plot = MirrorPlot {
                title: "t",
                subtitle: "s",
                query: side(&query),
                library: side(&library),
                pairs: &pairs,
            };
            let layout = plot.layout();
            for stick in layout.up.iter().chain(&layout.down) {
                prop_assert!((LEFT..=WIDTH - RIGHT).contains(&stick.x));
                prop_assert!((TOP..=HEIGHT - BOTTOM).contains(&stick.y));
            }
            let svg = plot.svg();
            prop_assert!(!svg.contains("NaN") && !svg.contains("inf"));
            prop_assert_eq!(svg.matches("<g class=").count(), plot.pairs().count());
        }
    }

    #[test]
    fn signs_are_true_ones() {
        assert_eq!(signed(-1.26, 1), "−1.3");
        assert_eq!(signed(0.04, 1), "0.0");
    }
}
