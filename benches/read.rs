//! How many MB/s do the readers parse, on one core, from uncompressed files?

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use mzseek::formats;
use std::fmt::Write;
use std::hint::black_box;

const N_SPECTRA: u64 = 5000;
const N_PEAKS: u64 = 150;

/// A fixed sequence of numbers from 0 to 1 without any pattern that matters (`SplitMix64`).
struct Noise(u64);

impl Noise {
    fn next(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) >> 11) as f64 / (1_u64 << 53) as f64
    }
}

fn peaks(text: &mut String, noise: &mut Noise) {
    let mut mz = 50.0;
    for _ in 0..N_PEAKS {
        mz += 10.0 * noise.next();
        let intensity = 1e5 * noise.next();
        writeln!(text, "{mz:.5} {intensity:.2}").expect("writing to a string");
    }
}

fn mgf() -> String {
    let mut noise = Noise(1);
    let mut text = String::new();
    for i in 0..N_SPECTRA {
        write!(
            text,
            "BEGIN IONS\nTITLE=run.{i}.{i}.2\nPEPMASS=500.25 1000\nCHARGE=2+\nRTINSECONDS={i}.5\n"
        )
        .expect("writing to a string");
        peaks(&mut text, &mut noise);
        text.push_str("END IONS\n\n");
    }
    text
}

fn msp() -> String {
    let mut noise = Noise(2);
    let mut text = String::new();
    for i in 0..N_SPECTRA {
        write!(
            text,
            "Name: compound {i}\nDB#: A{i}\nPrecursorMZ: 500.25\nPrecursor_type: [M+H]+\nIon_mode: POSITIVE\n\
             Formula: C10H15N\nInChIKey: DHHVAGZRUROJKS-UHFFFAOYSA-N\nComments: \"contributor=x\" \"license=CC0\"\nNum Peaks: {N_PEAKS}\n"
        )
        .expect("writing to a string");
        peaks(&mut text, &mut noise);
        text.push('\n');
    }
    text
}

fn read(c: &mut Criterion) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let mut group = c.benchmark_group("read");
    group.sample_size(10);
    for (name, text) in [("mgf", mgf()), ("msp", msp())] {
        let path = folder.path().join(name);
        fs_err::write(&path, &text).expect("a temporary file");
        group.throughput(Throughput::BytesDecimal(text.len() as u64));
        group.bench_function(name, |b| {
            b.iter(|| {
                let reader = formats::open(&path).expect("a spectrum file");
                let mut n = 0;
                for item in reader {
                    black_box(item.expect("a spectrum"));
                    n += 1;
                }
                assert_eq!(n, N_SPECTRA);
            });
        });
    }
    group.finish();
}

criterion_group!(benches, read);
criterion_main!(benches);
