//! `verify --repair` makes again what follows from entries and peaks, and nothing else.

use crate::damage::{arrays, flipped, folder};
use crate::kit::{Folder, contents};
use crate::molecules::{molecules, msp};

fn is_source(name: &str) -> bool {
    name.starts_with("entries/") || ["peaks/offsets", "peaks/mz", "peaks/intensity"].contains(&name)
}

#[test]
fn what_is_derived_is_made_again() {
    let folder = folder();
    let whole = folder.read("lib.h5");
    let sound = contents(&folder.path("lib.h5"));
    let (mut n_repaired, mut n_refused) = (0, 0);
    for (name, place) in arrays(&folder.path("lib.h5")) {
        if ["lineage/record", "checksums/contents"].contains(&name.as_str()) {
            continue;
        }
        let damaged = flipped(&whole, usize::midpoint(place.start, place.end));
        let path = folder.write("lib2.h5", &damaged);
        let repair = folder.run(&["verify", "lib2.h5", "--repair"]);
        if is_source(&name) {
            repair.exits(1).says(&format!("damaged library: {name}: "));
            assert!(folder.read("lib2.h5") == damaged, "{name}");
            n_refused += 1;
        } else {
            repair
                .exits(0)
                .says(&format!("damaged library: {name}: "))
                .says("sound");
            assert_eq!(contents(&path), sound, "{name}");
            folder.run(&["verify", "lib2.h5"]).exits(0);
            n_repaired += 1;
        }
    }
    assert!(
        n_repaired > 10 && n_refused > 10,
        "{n_repaired}, {n_refused}"
    );
    let history = folder.run(&["info", "lib.h5", "--history"]).exits(0);
    assert!(!history.stdout.contains("repair"));
    // A sound one is left as it is.
    folder
        .run(&["verify", "lib.h5", "--repair"])
        .exits(0)
        .says("sound");
    assert!(folder.read("lib.h5") == whole);
    let left = ["lib.h5", "lib2.h5", "queries.mgf", "refs.msp"];
    assert_eq!(folder.names(), left);
}

#[test]
fn a_library_with_a_base_becomes_one_file() {
    let all = molecules(60);
    let folder = Folder::with_library(&msp(&all), "", &["--dim", "64"]);
    let built = contents(&folder.path("lib.h5"));
    folder.write("a.msp", msp(&all[..50]));
    folder.write("b.msp", msp(&all[50..]));
    folder
        .run(&["build", "a.msp", "-o", "two.h5", "--dim", "64"])
        .exits(0);
    folder.run(&["add", "two.h5", "b.msp"]).exits(0);
    let base = folder
        .names()
        .into_iter()
        .find(|name| name.contains(".base-"));
    let base = base.unwrap();
    let index = arrays(&folder.path(&base)).into_iter();
    let (_, place) = index
        .into_iter()
        .find(|(name, _)| name == "index/postings")
        .unwrap();
    let damaged = flipped(&folder.read(&base), place.start + 3);
    folder.write(&base, damaged);
    folder
        .run(&["verify", "two.h5"])
        .exits(1)
        .says("index/postings");
    folder
        .run(&["verify", "two.h5", "--repair"])
        .exits(0)
        .says("version 3");
    assert_eq!(contents(&folder.path("two.h5")), built);
    assert!(!folder.names().contains(&base));
}
