//! Are labels, centres, neighbours and merged groups what they are said to be?

use super::kit::{Kit, Rows, records, whole_rows};

/// Three clumps of 40 rows along the axes, the last two so close that they touch.
fn clumps() -> Rows {
    let noise = whole_rows(120, 4, 9);
    let heart = |at: usize| match at / 40 {
        0 => [1.0, 0.0, 0.0, 0.0],
        1 => [0.0, 1.0, 0.1, 0.0],
        _ => [0.0, 1.0, -0.1, 0.0],
    };
    let row = |(at, noise): (usize, &Vec<f32>)| {
        let heart = heart(at).into_iter();
        heart
            .zip(noise)
            .map(|(x, n)| x + (n - 50.0) / 2000.0)
            .collect()
    };
    noise.iter().enumerate().map(row).collect()
}

fn integers(kit: &Kit, dataset: &str) -> Vec<u32> {
    let file = hdf5::File::open(kit.path("out.h5")).unwrap();
    file.dataset(dataset).unwrap().read_raw().unwrap()
}

#[test]
fn kmeans_finds_clumps_and_both_files_agree() {
    let kit = Kit::new();
    kit.npy("base.npy", &clumps());
    kit.ok("cluster base.npy --k 3 -o out.h5 --csv out.csv");
    let labels = integers(&kit, "labels");
    for clump in 0..3 {
        assert!(
            labels[clump * 40..(clump + 1) * 40]
                .iter()
                .all(|l| *l == labels[clump * 40])
        );
    }
    assert_eq!(integers(&kit, "sizes"), [40, 40, 40]);
    let file = hdf5::File::open(kit.path("out.h5")).unwrap();
    assert_eq!(file.dataset("centres").unwrap().shape(), [3, 4]);
    let csv = records(&kit.text("out.csv"));
    assert_eq!(csv[0], ["row", "cluster", "medoid", "group"]);
    for (row, label) in labels.iter().enumerate() {
        assert_eq!(csv[row + 1], [&row.to_string(), &label.to_string(), "", ""]);
    }
}

#[test]
fn neighbours_are_those_of_a_naive_scan_and_merging_joins_what_touches() {
    let (kit, rows) = (Kit::new(), clumps());
    kit.npy("base.npy", &rows);
    kit.ok("cluster base.npy --k 3 --neighbours --threshold 0.999 --merge -o out.h5 --csv out.csv");
    let labels = integers(&kit, "labels");
    let (a, b) = (
        integers(&kit, "neighbours/a"),
        integers(&kit, "neighbours/b"),
    );
    let cosine = |a: &[f32], b: &[f32]| {
        let dot = |a: &[f32], b: &[f32]| -> f64 {
            a.iter()
                .zip(b)
                .map(|(&a, &b)| f64::from(a) * f64::from(b))
                .sum()
        };
        dot(a, b) / (dot(a, a) * dot(b, b)).sqrt()
    };
    let mut expected = Vec::new();
    for i in 0..rows.len() {
        for j in i + 1..rows.len() {
            if labels[i] == labels[j] && cosine(&rows[i], &rows[j]) >= 0.999 {
                expected.push((i as u32, j as u32));
            }
        }
    }
    assert!(!expected.is_empty());
    assert_eq!(a.into_iter().zip(b).collect::<Vec<_>>(), expected);
    // At this threshold nothing is near enough across a border; lower, the last two clumps are.
    assert_eq!(integers(&kit, "groups"), [0, 1, 2]);
    kit.ok("cluster base.npy --k 3 --merge --threshold 0.98 -o out.h5");
    let groups = integers(&kit, "groups");
    let group = |row: usize| groups[labels[row] as usize];
    assert!(
        group(40) == group(80) && group(0) != group(40),
        "{groups:?}"
    );
}

#[test]
fn a_hierarchy_finds_clumps_and_tells_its_splits() {
    let kit = Kit::new();
    kit.npy("base.npy", &clumps());
    kit.ok("cluster base.npy --k 3 --method hierarchical -o out.h5");
    let labels = integers(&kit, "labels");
    for clump in 0..3 {
        assert!(
            labels[clump * 40..(clump + 1) * 40]
                .iter()
                .all(|l| *l == labels[clump * 40])
        );
    }
    assert_eq!(integers(&kit, "splits/child"), [1, 2]);
    // What touches is told apart last.
    assert_eq!(
        integers(&kit, "splits/parent")[1],
        labels[40].min(labels[80])
    );
}

#[test]
fn medoids_are_the_same_from_vectors_and_from_stored_similarities() {
    let kit = Kit::new();
    kit.npy("base.npy", &clumps());
    kit.ok("similarity base.npy -o sim.npy");
    kit.ok("similarity base.npy -o sim.h5");
    let ways = ["", "--similarity sim.npy", "--similarity sim.h5:similarity"];
    let medoids = ways.map(|way| {
        kit.ok(&format!(
            "cluster base.npy --k 3 --method kmedoids {way} -o out.h5 --csv out.csv"
        ));
        let (labels, medoids) = (integers(&kit, "labels"), integers(&kit, "medoids"));
        let clumps: Vec<u32> = medoids.iter().map(|row| row / 40).collect();
        assert_eq!(clumps, [0, 1, 2], "one medoid in each clump");
        for (row, label) in labels.iter().enumerate() {
            assert_eq!(medoids[*label as usize] / 40, row as u32 / 40);
        }
        let first = &records(&kit.text("out.csv"))[1];
        assert_eq!(first[2], medoids[labels[0] as usize].to_string());
        medoids
    });
    assert_eq!(medoids[1], medoids[2]);
}

#[test]
fn similarities_that_do_not_fit_are_refused() {
    let kit = Kit::new();
    kit.npy("base.npy", &whole_rows(30, 4, 1));
    kit.npy("wide.npy", &whole_rows(30, 31, 1));
    let mut sim = whole_rows(30, 30, 1);
    sim[11][12] = f32::NAN;
    kit.npy("nan.npy", &sim);
    let way = "cluster base.npy --k 3 --method kmedoids -o out.h5 --similarity";
    kit.fails(
        &format!("{way} wide.npy"),
        1,
        &["wide.npy", "30 x 31", "30 x 30"],
    );
    kit.fails(
        &format!("{way} nan.npy"),
        1,
        &["nan.npy", "row 11 holds NaN at coordinate 12"],
    );
    kit.fails(
        "cluster base.npy --k 3 -o out.h5 --similarity nan.npy",
        2,
        &["kmedoids"],
    );
    assert!(!kit.path("out.h5").exists());
}

#[test]
fn threads_do_not_change_the_clusters() {
    let kit = Kit::new();
    kit.npy("base.npy", &whole_rows(900, 6, 1));
    let bytes = |threads: usize| {
        kit.ok(&format!(
            "cluster base.npy --k 20 --merge -o out.h5 --threads {threads}"
        ));
        fs_err::read(kit.path("out.h5")).unwrap()
    };
    assert!(bytes(1) == bytes(2));
}

#[test]
fn what_cannot_be_clustered_is_refused() {
    let kit = Kit::new();
    kit.npy("base.npy", &whole_rows(30, 4, 1));
    kit.fails(
        "cluster base.npy --k 31 -o out.h5",
        2,
        &["--k 31 is larger than the set", "30"],
    );
    kit.fails("cluster base.npy --k 0 -o out.h5", 2, &[]);
    kit.fails("cluster base.npy --k 3", 2, &["--output"]);
    kit.fails(
        "cluster base.npy --k 3 --threshold 1.5 -o out.h5",
        2,
        &["a cosine above 0"],
    );
    assert!(!kit.path("out.h5").exists());
}
