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
        range: None,
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
        range: None,
    }
    .layout();
    assert_eq!(layout.up[1].y, TOP + HEADROOM);
    assert_eq!(layout.down[0].y, HEIGHT - BOTTOM - HEADROOM);
    let half = f64::midpoint(layout.base, TOP + HEADROOM);
    assert!((layout.up[0].y - half).abs() < 1e-9);
}

#[test]
fn a_part_is_drawn_with_what_is_in_it() {
    let whole = MirrorPlot {
        title: "",
        subtitle: "",
        query: MirrorSide {
            name: "query",
            peaks: &QUERY,
            precursor_mz: Some(300.0),
        },
        library: MirrorSide {
            name: "library",
            peaks: &LIBRARY,
            precursor_mz: None,
        },
        pairs: &PAIRS,
        range: None,
    };
    let svg = |range| MirrorPlot { range, ..whole }.svg();
    assert!(svg(None).contains(" data-from=\"92\" data-to=\"308\""));
    // The peaks without a partner have their m/z too.
    assert!(svg(None).contains(">150.0000</text>") && svg(None).contains(">180.0000</text>"));
    let part = svg(Some((99.9, 100.4)));
    assert!(
        part.contains(" data-from=\"99.9\" data-to=\"100.4\""),
        "{part}"
    );
    assert!(
        part.contains(">100.05</text>"),
        "ticks in steps of 0.05: {part}"
    );
    assert!(part.contains(">100.0002</text>"), "{part}");
    for outside in ["150.0000", "180.0000", "214.0157", "5 4"] {
        assert!(!part.contains(outside), "{outside}: {part}");
    }
    // In any order, and never of no width.
    assert_eq!(svg(Some((100.4, 99.9))), part);
    assert!(!svg(Some((100.0, 100.0))).contains("NaN"));
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
        range: None,
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
            range: None,
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
