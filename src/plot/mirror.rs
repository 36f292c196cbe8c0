//! The mirror plot: a query's peaks upwards, a library spectrum's downwards, what matches in colour.

use super::axis::{Scale, nice_step, ticks};
use super::colours::{BLUE, GREY, VERMILION};
use super::labels::{Area, Room, shortened, width_of};
use super::svg::{Element, Short, Svg};
use std::collections::HashSet;
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
    /// From which m/z to which is drawn, in Th; all where none.
    pub range: Option<(f64, f64)>,
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
/// Least part of m/z that is drawn, in Th.
const NARROWEST: f64 = 0.1;
/// Peaks without a partner that are labelled on each side, the most intense, and their least height.
const LABELLED_ALONE: usize = 8;
const LEAST_LABELLED: f64 = 0.1;

/// A peak on the picture.
#[derive(Debug, Clone, Copy)]
struct Stick {
    x: f64,
    /// Its end; the other is on the base line.
    y: f64,
}

impl Stick {
    fn is_seen(&self) -> bool {
        is_within(self.x)
    }
}

/// Whether `x` lies between the ends of the m/z axis.
fn is_within(x: f64) -> bool {
    (LEFT..=WIDTH - RIGHT).contains(&x)
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
            svg.push(Element::text((LEFT, y), text).ink().at("font-size", size));
        }
        svg.push(layout.field());
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
        let whole = ((low - margin).max(0.0), high + margin);
        let (from, to) = self.range.map_or(whole, |(a, b)| (a.min(b), a.max(b)));
        let short = (NARROWEST - (to - from)).max(0.0) / 2.0;
        let mz = Scale {
            from: from - short,
            to: to + short,
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
        let seen = |s: &&Stick| s.y != layout.base && s.is_seen();
        for stick in up.iter().chain(&down).filter(seen) {
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
            let seen = [query, library].into_iter().filter(Stick::is_seen);
            let (class, colour) = look(pair);
            let mut group = Element::new("g").set("class", class);
            group = group.set("stroke", colour).at("stroke-width", 1.6);
            for stick in seen.clone() {
                group = group.with(Element::line((stick.x, layout.base), (stick.x, stick.y)));
            }
            if pair.is_shifted() {
                // From one to the other, and a disc on the end of each.
                if query.is_seen() && library.is_seen() {
                    let joint = Element::line((query.x, query.y), (library.x, library.y));
                    let joint = joint.set("stroke-dasharray", "2 3");
                    group = group.with(joint.at("stroke-width", 0.7));
                }
                for stick in seen {
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
            layout.label(svg, (&mut up, layout.up[pair.query]), &lines, look(pair));
            let lines = [format!("{of_library:.4}")];
            layout.label(
                svg,
                (&mut down, layout.down[pair.library]),
                &lines,
                look(pair),
            );
        }
        let paired = |of: fn(&MirrorPair) -> usize| self.pairs().map(of).collect::<HashSet<_>>();
        let alone = [
            (&self.query, &layout.up, &mut up, paired(|p| p.query)),
            (
                &self.library,
                &layout.down,
                &mut down,
                paired(|p| p.library),
            ),
        ];
        for (side, sticks, room, paired) in alone {
            let reach = |at: usize| (sticks[at].y - layout.base).abs();
            let highest = (0..sticks.len()).map(reach).fold(0.0, f64::max);
            let seen = |at: &usize| sticks[*at].is_seen() && !paired.contains(at);
            let high = |at: &usize| reach(*at) >= LEAST_LABELLED * highest;
            let mut strong: Vec<usize> = (0..sticks.len()).filter(seen).filter(high).collect();
            strong.sort_by(|&a, &b| reach(b).total_cmp(&reach(a)).then(a.cmp(&b)));
            for at in strong.into_iter().take(LABELLED_ALONE) {
                let lines = [format!("{:.4}", side.peaks[at].0)];
                layout.label(svg, (room, sticks[at]), &lines, ("unmatched", GREY));
            }
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
            let words = Element::text((x + 19.0, y), &text)
                .ink()
                .at("font-size", 11.0);
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
        for stick in sticks.iter().filter(|stick| stick.is_seen()) {
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
        (class, colour): (&str, &str),
    ) {
        if !stick.is_seen() {
            return;
        }
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

    /// Where peaks are drawn, with the m/z of its edges for pages that zoom.
    fn field(&self) -> Element {
        let field = Element::new("rect").set("class", "field").at("x", LEFT);
        let field = field.at("y", TOP).at("width", WIDTH - RIGHT - LEFT);
        let field = field
            .at("height", HEIGHT - BOTTOM - TOP)
            .set("fill", "none");
        field
            .set("data-from", self.mz.from)
            .set("data-to", self.mz.to)
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
                svg.push(Element::grid((LEFT, y), (WIDTH - RIGHT, y)));
            }
            let text = Element::text((LEFT - 7.0, y + 4.0), (share.abs() * 100.0).round());
            svg.push(text.ink().set("text-anchor", "end").at("font-size", 11.0));
        }
        let step = nice_step(self.mz.to - self.mz.from, 10);
        let decimals = (-step.log10().floor()).clamp(0.0, 9.0) as usize;
        for mz in ticks(self.mz.from, self.mz.to, 10) {
            let x = self.mz.place(mz);
            svg.push(Element::axis((x, bottom), (x, bottom + 4.0)));
            let text = Element::text((x, bottom + 16.0), format_args!("{mz:.decimals$}"));
            svg.push(
                text.ink()
                    .set("text-anchor", "middle")
                    .at("font-size", 11.0),
            );
        }
        svg.push(Element::axis((LEFT, TOP), (LEFT, bottom)));
        svg.push(Element::axis((LEFT, bottom), (WIDTH - RIGHT, bottom)));
        svg.push(Element::axis((LEFT, self.base), (WIDTH - RIGHT, self.base)));
        let name = Element::text((WIDTH - RIGHT, bottom + 32.0), "");
        let name = name.with(
            Element::new("tspan")
                .set("font-style", "italic")
                .holding("m/z"),
        );
        svg.push(name.ink().set("text-anchor", "end"));
        let name = Element::text((16.0, self.base), "relative intensity (%)");
        let turned = format!("rotate(-90 16 {})", Short(self.base));
        svg.push(
            name.ink()
                .set("text-anchor", "middle")
                .set("transform", turned),
        );
    }

    /// The name of a side and where its precursor is.
    fn side(&self, svg: &mut Svg, side: &MirrorSide<'_>, up: bool) {
        let bottom = HEIGHT - BOTTOM;
        let place = (WIDTH - RIGHT - 4.0, side_name_y(up));
        let name = Element::text(place, side.name).ink();
        svg.push(name.set("text-anchor", "end").at("font-size", 11.0));
        let place = side.precursor_mz.map(|mz| self.mz.place(mz));
        if let Some(x) = place.filter(|&x| is_within(x)) {
            let end = if up { TOP } else { bottom };
            let line = Element::grid((x, self.base), (x, end)).set("stroke-dasharray", "5 4");
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

/// With a sign, a true minus, and nothing but zeros where it rounds to zero.
fn signed(value: f64, decimals: usize) -> String {
    let text = format!("{:.decimals$}", value.abs());
    if text.bytes().all(|b| matches!(b, b'0' | b'.')) {
        return text;
    }
    format!("{}{text}", if value < 0.0 { '−' } else { '+' })
}

#[cfg(test)]
mod tests;
