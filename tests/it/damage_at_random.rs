//! `verify` finds every changed byte and every cut, wherever it is.
//!
//! A run tries some hundred; `MZSEEK_FLIPS=10000 MZSEEK_CUTS=1000` makes it that many.

use crate::damage::{answers, arrays, flipped, folder, refused_or_harmless};
use crate::kit::{times, told};
use crate::molecules::Numbers;
use mzseek::library::verify;

#[test]
fn every_flip_and_every_cut_is_found() {
    let folder = folder();
    let whole = folder.read("lib.h5");
    let path = folder.path("lib.h5");
    let (arrays, sound) = (arrays(&path), answers(&path).unwrap());
    let search = ["search", "lib.h5", "queries.mgf", "--precursor-tol", "open"];
    let report = folder.run(&search).exits(0).stdout;
    let mut numbers = Numbers(8);
    let (n_flips, n_cuts) = (times("MZSEEK_FLIPS", 200), times("MZSEEK_CUTS", 20));
    let (mut n_in_arrays, mut n_refused) = (0, 0);
    for _ in 0..n_flips {
        let at = (numbers.next() * whole.len() as f64) as usize;
        let flip = folder.write("flip.h5", flipped(&whole, at));
        let what = format!("byte {at}");
        // HDF5 reads what lies in no array: in a process that can be ended, should it loop.
        if arrays.iter().any(|(_, place)| place.contains(&at)) {
            n_in_arrays += 1;
            assert!(verify(&flip).is_err(), "{what}");
            match answers(&flip) {
                Ok(answer) => assert!(answer == sound, "{what}: another answer"),
                Err(_) => n_refused += 1,
            }
        } else {
            n_refused += usize::from(refused_or_harmless(&folder, &what, &report));
        }
    }
    for _ in 0..n_cuts {
        let len = (numbers.next() * whole.len() as f64) as usize;
        folder.write("flip.h5", &whole[..len]);
        let what = format!("cut to {len}");
        assert!(refused_or_harmless(&folder, &what, ""), "{what}");
    }
    told(&format!(
        "{} bytes, {n_flips} flips: {n_in_arrays} in arrays; verify found all, opening refused \
         {n_refused}, the others changed no answer; {n_cuts} cuts: all refused",
        whole.len()
    ));
    assert!(n_in_arrays > n_flips / 10 && n_refused > n_in_arrays);
}
