//! Can damage make a reader panic, hang, or give more records than the file has lines?

use crate::formats_samples::all;
use mzseek::formats;
use proptest::prelude::*;
use std::io::Write;

#[derive(Debug, Clone)]
enum Damage {
    Flip {
        at: prop::sample::Index,
        to: u8,
    },
    Cut(prop::sample::Index),
    Repeat {
        from: prop::sample::Index,
        n_bytes: usize,
    },
}

fn damage() -> impl Strategy<Value = Damage> {
    let index = any::<prop::sample::Index>;
    prop_oneof![
        6 => (index(), any::<u8>()).prop_map(|(at, to)| Damage::Flip { at, to }),
        1 => index().prop_map(Damage::Cut),
        2 => (index(), 1_usize..400).prop_map(|(from, n_bytes)| Damage::Repeat { from, n_bytes }),
    ]
}

fn apply(bytes: &mut Vec<u8>, damage: &Damage) {
    if bytes.is_empty() {
        return;
    }
    match damage {
        Damage::Flip { at, to } => {
            let at = at.index(bytes.len());
            bytes[at] = *to;
        }
        Damage::Cut(at) => bytes.truncate(at.index(bytes.len())),
        Damage::Repeat { from, n_bytes } => {
            let from = from.index(bytes.len());
            let part = bytes[from..bytes.len().min(from + n_bytes)].to_vec();
            bytes.splice(from..from, part);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn damage_never_panics(damages in prop::collection::vec(damage(), 1..6), gzipped: bool) {
        for sample in all() {
            let mut bytes = sample.text.into_bytes();
            let n_bytes = bytes.len();
            if gzipped {
                let mut coder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
                coder.write_all(&bytes).unwrap();
                bytes = coder.finish().unwrap();
            }
            for one in &damages {
                apply(&mut bytes, one);
            }
            let mut file = tempfile::NamedTempFile::new().unwrap();
            file.write_all(&bytes).unwrap();
            let Ok(reader) = formats::open(file.path()) else { continue };
            let mut fatal = false;
            for (n, item) in reader.enumerate() {
                prop_assert!(!fatal, "an item after a fatal error");
                prop_assert!(n < 4 * n_bytes);
                fatal = item.is_err_and(|e| e.is_fatal());
            }
        }
    }
}
