//! The picture: bars of cluster sizes on the left, the map on the right.

use super::{LibraryMap, MapPoint};
use crate::library::EntryText;
use crate::plot::colours::{BLUE, GREY, RAMP};
use crate::plot::{Element, Scale, Svg, ticks};

const WIDTH: f64 = 1000.0;
const HEIGHT: f64 = 560.0;
const TOP: f64 = 56.0;
const BOTTOM: f64 = 52.0;
/// Left and right ends of the bars and of the map.
const BARS: (f64, f64) = (64.0, 380.0);
const MAP: (f64, f64) = (452.0, 988.0);
/// Radius of a cluster of one entry; areas grow with the number of members.
const RADIUS: f64 = 1.6;
const MOST_RADIUS: f64 = 14.0;

pub(super) fn svg(map: &LibraryMap<'_>) -> String {
    let name = map.library.name();
    let mut svg = Svg::new(WIDTH, HEIGHT, &format!("Clusters of {name}"));
    let n_entries: usize = map.sizes.iter().sum();
    let title = format!(
        "{name}: {n_entries} spectra in {} clusters",
        map.sizes.len()
    );
    svg.push(
        Element::text((BARS.0, 24.0), title)
            .ink()
            .at("font-size", 16.0),
    );
    sizes(map, &mut svg);
    points(map, &mut svg);
    svg.finish()
}

/// The lower and upper end of class `n` of sizes: 1, 2, 3 to 4, 5 to 8 and so on.
fn class(n: u32) -> (usize, usize) {
    if n == 0 {
        (1, 1)
    } else {
        ((1 << (n - 1)) + 1, 1 << n)
    }
}

/// The class that `size` is in.
fn class_of(size: usize) -> u32 {
    size.max(1).next_power_of_two().ilog2()
}

/// A bar per class of sizes, as high as the share of spectra in such clusters.
fn sizes(map: &LibraryMap<'_>, svg: &mut Svg) {
    let largest = map.sizes.iter().copied().max().unwrap_or(1);
    let n_classes = class_of(largest) + 1;
    let (mut clusters, mut spectra) = (vec![0; n_classes as usize], vec![0; n_classes as usize]);
    for &size in &map.sizes {
        clusters[class_of(size) as usize] += 1;
        spectra[class_of(size) as usize] += size;
    }
    let total = spectra.iter().sum::<usize>().max(1) as f64;
    let percent = |n: usize| n as f64 / total * 100.0;
    let most = spectra.iter().map(|&n| percent(n)).fold(1.0, f64::max);
    let upwards = Scale {
        from: 0.0,
        to: most,
        start: HEIGHT - BOTTOM,
        end: TOP,
    };
    for share in ticks(0.0, most, 6) {
        let y = upwards.place(share);
        svg.push(Element::grid((BARS.0, y), (BARS.1, y)));
        let label = Element::text((BARS.0 - 6.0, y + 4.0), format!("{share:.0} %"));
        svg.push(label.ink().set("text-anchor", "end"));
    }
    let step = (BARS.1 - BARS.0) / f64::from(n_classes);
    for n in 0..n_classes {
        let (n_clusters, n_spectra) = (clusters[n as usize], spectra[n as usize]);
        let left = BARS.0 + step * f64::from(n);
        let (low, high) = class(n);
        let range = if low == high {
            low.to_string()
        } else {
            format!("{low}-{high}")
        };
        let top = upwards.place(percent(n_spectra));
        if n_spectra > 0 {
            let told = format!("{n_clusters} clusters of {range}: {n_spectra} spectra");
            let bar = Element::new("rect").set("class", "bar").set("fill", BLUE);
            let bar = bar
                .at("x", left + 1.0)
                .at("y", top)
                .at("width", step - 2.0)
                .at("height", HEIGHT - BOTTOM - top);
            svg.push(bar.with(Element::new("title").holding(told)));
        }
        let label = Element::text((left + step / 2.0, HEIGHT - BOTTOM + 14.0), range);
        let label = label
            .ink()
            .set("text-anchor", "middle")
            .at("font-size", 9.0);
        svg.push(label);
    }
    svg.push(Element::axis(
        (BARS.0, HEIGHT - BOTTOM),
        (BARS.1, HEIGHT - BOTTOM),
    ));
    let below = (f64::midpoint(BARS.0, BARS.1), HEIGHT - 14.0);
    let label = Element::text(below, "spectra in the cluster");
    svg.push(label.ink().set("text-anchor", "middle"));
    svg.push(Element::text((BARS.0, TOP - 12.0), "share of all spectra").ink());
}

/// A disc per cluster, the largest below the others.
fn points(map: &LibraryMap<'_>, svg: &mut Svg) {
    let (low, high) = (HEIGHT - BOTTOM, TOP);
    let across = scale(map.points.iter().map(|p| p.place.0), MAP);
    let upwards = scale(map.points.iter().map(|p| p.place.1), (low, high));
    let entries = map.library.entries();
    let medoid = |point: &MapPoint| map.library.clusters().medoid(point.cluster);
    let mz: Vec<Option<f64>> = map
        .points
        .iter()
        .map(|point| entries.precursor_mz(medoid(point)))
        .collect();
    let borders = borders(mz.iter().copied().flatten().collect());
    for (point, &mz) in map.points.iter().zip(&mz) {
        let place = (
            across.place(point.place.0.into()),
            upwards.place(point.place.1.into()),
        );
        let radius = (RADIUS * (point.size as f64).sqrt()).min(MOST_RADIUS);
        let colour = mz.map_or(GREY, |mz| RAMP[borders.partition_point(|&b| b <= mz)]);
        let named = entries.text(EntryText::Name, medoid(point));
        let at = mz.map_or_else(String::new, |mz| format!(", m/z {mz:.4}"));
        let told = format!(
            "cluster {}: {named}{at}, {} spectra",
            point.cluster, point.size
        );
        let disc = Element::circle(place, radius).set("fill", colour);
        let disc = disc.set("fill-opacity", "0.7");
        svg.push(disc.with(Element::new("title").holding(told)));
    }
    svg.push(Element::axis((MAP.0, low), (MAP.1, low)));
    svg.push(Element::axis((MAP.0, low), (MAP.0, high)));
    let told = format!(
        "first two principal components of the medoids: {:.1} % of their variance",
        map.explained * 100.0
    );
    let below = (f64::midpoint(MAP.0, MAP.1), HEIGHT - 14.0);
    svg.push(
        Element::text(below, told)
            .ink()
            .set("text-anchor", "middle"),
    );
    let which = if map.points.len() < map.sizes.len() {
        format!("the {} largest clusters", map.points.len())
    } else {
        "all clusters".to_owned()
    };
    svg.push(Element::text((MAP.0, TOP - 28.0), which).ink());
    legend(svg, &borders);
}

/// What the colours stand for.
fn legend(svg: &mut Svg, borders: &[f64]) {
    let mut x = MAP.0 + 4.0;
    for (n, colour) in RAMP.iter().take(borders.len() + 1).enumerate() {
        let text = match (n.checked_sub(1).map(|n| borders[n]), borders.get(n)) {
            (None, Some(to)) => format!("precursor below {to:.0}"),
            (Some(from), Some(to)) => format!("{from:.0}-{to:.0}"),
            (Some(from), None) => format!("from {from:.0}"),
            (None, None) => "with precursor".to_owned(),
        };
        svg.push(Element::circle((x, TOP - 16.0), 5.0).set("fill", *colour));
        let width = text.len() as f64 * 6.8 + 24.0;
        svg.push(Element::text((x + 9.0, TOP - 12.0), text).ink());
        x += width;
    }
}

/// Borders between as many classes of equal number as there are colours, where values differ.
fn borders(mut values: Vec<f64>) -> Vec<f64> {
    values.sort_by(f64::total_cmp);
    let n = RAMP.len();
    let mut borders: Vec<f64> = (1..n)
        .filter_map(|k| values.get(values.len() * k / n).map(|mz| mz.round()))
        .collect();
    borders.dedup();
    borders
}

/// A scale that holds `values` with a little room.
fn scale(values: impl Iterator<Item = f32>, (start, end): (f64, f64)) -> Scale {
    let range = values.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), v| {
        (low.min(v.into()), high.max(v.into()))
    });
    let (low, high) = if range.0 < range.1 {
        range
    } else {
        // One place, or none: in the middle.
        let at = if range.0.is_finite() { range.0 } else { 0.0 };
        (at - 1.0, at + 1.0)
    };
    let room = (high - low) * 0.03;
    Scale {
        from: low - room,
        to: high + room,
        start,
        end,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn classes_of_sizes_cover_every_size_once() {
        for size in 1..2000 {
            let (low, high) = class(class_of(size));
            assert!(low <= size && size <= high, "{size} in {low}-{high}");
        }
        assert_eq!((class(0), class(1), class(2)), ((1, 1), (2, 2), (3, 4)));
    }

    #[test]
    fn borders_part_the_values_evenly() {
        let values: Vec<f64> = (0..100).map(f64::from).collect();
        assert_eq!(borders(values), [20.0, 40.0, 60.0, 80.0]);
        assert_eq!(borders(vec![300.0; 9]), [300.0]);
        assert!(borders(Vec::new()).is_empty());
    }

    #[test]
    fn one_place_stands_in_the_middle() {
        let scale = scale([0.5_f32].into_iter(), (0.0, 10.0));
        assert_eq!(scale.place(0.5), 5.0);
    }
}
