//! No damage to a library goes unseen: it is an error that names the part, or it changes nothing.
//!
//! A byte is changed in every array, and bytes over the whole file. What lies in no array is
//! HDF5's own: its structures, each with a checksum, and padding. HDF5 is the one that reads the
//! structures, so those cases run in processes that can be ended, should it loop.

use crate::kit::{Folder, Run};
use crate::molecules::{mgf, molecules, msp, spectra};
use mzseek::library::{FORMAT_VERSION, Library, LibraryError, verify};
use mzseek::search::{Answer, SearchSettings, Searcher};
use std::ops::Range;
use std::path::Path;
use std::time::Duration;

/// A distance between damaged bytes that visits all kinds of structure.
const STRIDE: usize = 97;

/// Bytes of the mark and the checksum at the end of a file.
const SEAL: usize = 40;

/// Time after which a search in a library of some entries is taken to hang.
const PATIENCE: Duration = Duration::from_secs(10);

pub(crate) fn folder() -> Folder {
    let library = molecules(40);
    let flags = ["--dim", "64", "--index", "IVF4,PQ8"];
    Folder::with_library(&msp(&library), &mgf(&library[..5]), &flags)
}

/// The arrays that are not empty, with their places in the file.
pub(crate) fn arrays(path: &Path) -> Vec<(String, Range<usize>)> {
    let h5 = hdf5::File::open(path).unwrap();
    let contents = h5.dataset("checksums/contents").unwrap();
    let text = String::from_utf8(contents.read_raw::<u8>().unwrap()).unwrap();
    let names = text.lines().map(|line| line.rsplit("  ").next().unwrap());
    names
        .chain(["checksums/contents"])
        .filter_map(|name| {
            let dataset = h5.dataset(name).unwrap();
            let start = dataset.offset()? as usize;
            Some((
                name.to_owned(),
                start..start + dataset.storage_size() as usize,
            ))
        })
        .collect()
}

/// Answers through the index and by window.
pub(crate) fn answers(path: &Path) -> Result<Vec<Answer>, LibraryError> {
    let mut answers = answers_within("open", path)?;
    answers.extend(answers_within("10ppm", path)?);
    Ok(answers)
}

fn answers_within(window: &str, path: &Path) -> Result<Vec<Answer>, LibraryError> {
    let library = Library::open(path)?;
    let settings = SearchSettings {
        precursor: window.parse().unwrap(),
        ..SearchSettings::new(library.settings().fragment_tolerance()?)
    };
    let answers = Searcher::new(&library, settings).search(&spectra(&molecules(5)));
    library.sound()?;
    Ok(answers)
}

pub(crate) fn flipped(whole: &[u8], at: usize) -> Vec<u8> {
    let mut bytes = whole.to_vec();
    bytes[at] ^= 0x55;
    bytes
}

#[test]
fn every_array_is_covered_by_its_checksum() {
    let folder = folder();
    let whole = folder.read("lib.h5");
    let arrays = arrays(&folder.path("lib.h5"));
    assert!(arrays.len() > 25, "{arrays:?}");
    for (name, place) in arrays {
        for at in [
            place.start,
            usize::midpoint(place.start, place.end),
            place.end - 1,
        ] {
            let path = folder.write("flip.h5", flipped(&whole, at));
            let part = match name.as_str() {
                // The checksum over the table of contents does not tell where in it.
                "checksums/contents" => "checksum",
                name => name,
            };
            for error in [verify(&path).unwrap_err(), answers(&path).unwrap_err()] {
                let LibraryError::Damaged { part: named, .. } = &error else {
                    panic!("{name}, byte {at}: {error}");
                };
                assert_eq!(named, part, "byte {at}");
            }
        }
        let verify = folder.run(&["verify", "flip.h5"]).exits(1);
        let part = name.replace("checksums/contents", "checksum");
        verify.says(&format!("flip.h5: damaged library: {part}: "));
    }
}

/// Asserts that the damaged `flip.h5` is refused, or else answers as the sound library does.
#[track_caller]
pub(crate) fn refused_or_harmless(folder: &Folder, what: &str, sound: &str) -> bool {
    let ended = |run: &Run| {
        assert!(
            run.code.is_some(),
            "{what}: hangs or crashes: {}",
            run.words
        );
        assert!(!run.stderr.contains("panicked"), "{what}: {}", run.stderr);
    };
    let verified = folder.run_for(PATIENCE, &["verify", "flip.h5"]);
    ended(&verified);
    assert_eq!(verified.code, Some(1), "{what}: {}", verified.stderr);
    let search = [
        "search",
        "flip.h5",
        "queries.mgf",
        "--precursor-tol",
        "open",
    ];
    let searched = folder.run_for(PATIENCE, &search);
    ended(&searched);
    if searched.code == Some(0) {
        let answer = searched.stdout.replace(",flip,", ",lib,");
        assert!(answer == sound, "{what}: another answer");
        return false;
    }
    assert_eq!(searched.code, Some(1), "{what}: {}", searched.stderr);
    let named = "mzseek: flip.h5: ";
    assert!(
        searched.stderr.contains(named),
        "{what}: {}",
        searched.stderr
    );
    true
}

#[test]
fn a_flip_anywhere_is_refused_or_harmless() {
    let folder = folder();
    let whole = folder.read("lib.h5");
    let path = folder.path("lib.h5");
    let (arrays, sound) = (arrays(&path), answers(&path).unwrap());
    let search = ["search", "lib.h5", "queries.mgf", "--precursor-tol", "open"];
    let report = folder.run(&search).exits(0).stdout;
    let (mut n_refused, mut n_harmless) = (0, 0);
    for at in (0..whole.len()).step_by(STRIDE) {
        let path = folder.write("flip.h5", flipped(&whole, at));
        let what = format!("byte {at}");
        let refused = if arrays.iter().any(|(_, place)| place.contains(&at)) {
            let verified = verify(&path).is_ok();
            let answer = answers(&path);
            assert_eq!(verified, answer.is_ok(), "{what}");
            assert!(answer.as_ref().map_or(true, |a| *a == sound), "{what}");
            answer.is_err()
        } else {
            refused_or_harmless(&folder, &what, &report)
        };
        *(if refused {
            &mut n_refused
        } else {
            &mut n_harmless
        }) += 1;
    }
    assert!(n_refused > 300, "only {n_refused} of {n_harmless} more");
}

#[test]
fn a_cut_anywhere_is_refused() {
    let folder = folder();
    let whole = folder.read("lib.h5");
    for len in (0..whole.len())
        .step_by(7 * STRIDE)
        .chain([whole.len() - 1])
    {
        folder.write("flip.h5", &whole[..len]);
        assert!(
            refused_or_harmless(&folder, &format!("cut to {len}"), ""),
            "cut to {len}"
        );
    }
}

#[test]
fn bytes_behind_the_end_are_seen() {
    let folder = folder();
    let mut bytes = folder.read("lib.h5");
    bytes.extend_from_slice(b"something appended");
    let path = folder.write("flip.h5", bytes);
    for error in [verify(&path).unwrap_err(), answers(&path).unwrap_err()] {
        assert!(error.to_string().contains("end of the file"), "{error}");
    }
}

/// Opened without reading all of it: a search reads some blocks of peaks, and finds what is damaged in
/// these.
#[test]
fn damage_in_a_large_library_is_seen_or_changes_nothing() {
    let library = molecules(3000);
    let flags = ["--index", "sparse"];
    let folder = Folder::with_library(&msp(&library), &mgf(&library[..1]), &flags);
    let path = folder.path("lib.h5");
    let asked = || answers_within("10ppm", &path);
    let (arrays, sound) = (arrays(&path), asked().unwrap());
    let mut n_unseen = 0;
    for (name, place) in &arrays {
        let middle = usize::midpoint(place.start, place.end);
        // The last byte of a number holds its sign and exponent, or makes it enormous.
        let last = (middle / 8 * 8 + 7).min(place.end - 1);
        for (at, mask) in [(middle, 0x01), (last, 0x7f)] {
            change_in_place(&path, at, mask);
            let seen = match asked() {
                Ok(answers) => {
                    assert!(answers == sound, "{name}: another answer");
                    false
                }
                Err(LibraryError::Damaged { .. }) => true,
                Err(error) => panic!("{name}: {error}"),
            };
            n_unseen += u32::from(!seen);
            let told = verify(&path).unwrap_err().to_string();
            let part = name.replace("checksums/contents", "checksum");
            assert!(told.contains(&format!(" {part}: ")), "{name}: {told}");
            change_in_place(&path, at, mask);
        }
    }
    assert!(
        n_unseen > 0,
        "is the library still opened without being read?"
    );
    verify(&path).unwrap();
}

fn change_in_place(path: &Path, at: usize, mask: u8) {
    use std::io::{Read, Seek, SeekFrom, Write};
    let mut options = fs_err::OpenOptions::new();
    let mut file = options.read(true).write(true).open(path).unwrap();
    let mut byte = [0];
    file.seek(SeekFrom::Start(at as u64)).unwrap();
    file.read_exact(&mut byte).unwrap();
    file.seek(SeekFrom::Start(at as u64)).unwrap();
    file.write_all(&[byte[0] ^ mask]).unwrap();
}

#[test]
fn a_change_made_with_hdf5_is_seen() {
    let folder = folder();
    let whole = folder.read("lib.h5");
    let change = |how: &dyn Fn(&hdf5::File)| {
        let work = tempfile::NamedTempFile::new_in(folder.path("")).unwrap();
        fs_err::write(work.path(), &whole).unwrap();
        let h5 = hdf5::File::open_rw(work.path()).unwrap();
        how(&h5);
        h5.close().unwrap();
        // A copy: programs that other tests started meanwhile hold on to the lock of the original.
        let mut bytes = fs_err::read(work.path()).unwrap();
        // HDF5 writes over it, or leaves it where it is.
        let end = bytes.len() - SEAL;
        if bytes[end..].starts_with(b"mzs-tree") {
            let n_bytes = bytes[end - 8..end].try_into().unwrap();
            bytes.truncate(u64::from_le_bytes(n_bytes) as usize);
        }
        // As format 3 has it, which needs no digests.
        let seal = blake3::hash(&bytes);
        bytes.extend_from_slice(b"mzs-seal");
        bytes.extend_from_slice(seal.as_bytes());
        let path = folder.write("flip.h5", bytes);
        let error = Library::open(&path).unwrap_err().to_string();
        assert_eq!(verify(&path).unwrap_err().to_string(), error);
        error
    };
    let version = change(&|h5| {
        let version = h5.attr("format_version").unwrap();
        version.write_scalar(&(FORMAT_VERSION + 1)).unwrap();
    });
    let expected = format!(
        "library format {}, this program reads 1 to {FORMAT_VERSION}",
        FORMAT_VERSION + 1
    );
    assert!(version.contains(&expected), "{version}");
    let number = change(&|h5| {
        let numbers = h5.dataset("peaks/mz").unwrap();
        let mut all = numbers.read_raw::<f32>().unwrap();
        all[3] += 1.0;
        numbers.write_raw(&all).unwrap();
    });
    assert!(number.contains("peaks/mz"), "{number}");
    let gone = change(&|h5| h5.unlink("clusters/medoid").unwrap());
    assert!(gone.contains("clusters/medoid"), "{gone}");
    let chunked = change(&|h5| {
        let old = h5.dataset("peaks/mz").unwrap().read_raw::<f32>().unwrap();
        h5.unlink("peaks/mz").unwrap();
        let builder = h5.new_dataset_builder().chunk(16).with_data(&old);
        builder.create("peaks/mz").unwrap();
    });
    assert!(chunked.contains("stored in chunks"), "{chunked}");
    let other_type = change(&|h5| {
        let old = h5.dataset("peaks/mz").unwrap().read_raw::<f64>().unwrap();
        h5.unlink("peaks/mz").unwrap();
        let builder = h5.new_dataset_builder().with_data(&old);
        builder.create("peaks/mz").unwrap();
    });
    assert!(other_type.contains("expected f32"), "{other_type}");
}

#[test]
fn a_locked_library_is_not_called_damaged() {
    let folder = folder();
    // No lock of this file is held by a program that another test started.
    folder.write("locked.h5", folder.read("lib.h5"));
    let h5 = hdf5::File::open_rw(folder.path("locked.h5")).unwrap();
    let run = folder.run(&["verify", "locked.h5"]).exits(1);
    run.says("mzseek: locked.h5: the file is locked: another program");
    h5.close().unwrap();
}
