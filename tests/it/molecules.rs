//! Made-up molecules: as many as wanted, always the same, all different.

use mzseek::domain::{
    Charge, Compound, Fields, Measurement, Mz, Origin, Peak, PeakList, Precursor, Spectrum,
};
use std::fmt::Write;
use std::path::Path;

/// A reference spectrum before it has a format.
#[derive(Clone)]
pub(crate) struct Molecule {
    pub(crate) name: String,
    pub(crate) precursor_mz: Option<f64>,
    /// With sign; 0 where unknown.
    pub(crate) charge: i8,
    pub(crate) peaks: Vec<(f64, f32)>,
}

/// Numbers in 0..1 that look random (SplitMix64).
pub(crate) struct Numbers(pub(crate) u64);

impl Numbers {
    pub(crate) fn next(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((mixed ^ (mixed >> 31)) >> 11) as f64 / (1_u64 << 53) as f64
    }
}

/// `n` molecules. Their fragments come from few places, so that different ones share some.
pub(crate) fn molecules(n: usize) -> Vec<Molecule> {
    (0..n)
        .map(|idx| {
            let mut numbers = Numbers(idx as u64 + 1);
            let precursor_mz = 250.0 + (numbers.next() * 250.0 * 1e4).round() / 1e4;
            let n_peaks = 6 + (numbers.next() * 9.0) as usize;
            let mut peaks: Vec<(f64, f32)> = (0..n_peaks)
                .map(|_| {
                    let mz = 50.0 + (numbers.next() * 60.0).floor() * 3.0125;
                    (mz, (10.0 + numbers.next() * 990.0).round() as f32)
                })
                .collect();
            peaks.sort_by(|a, b| a.0.total_cmp(&b.0));
            peaks.dedup_by_key(|peak| peak.0);
            Molecule {
                name: format!("molecule {idx}"),
                precursor_mz: Some(precursor_mz),
                charge: 1,
                peaks,
            }
        })
        .collect()
}

impl Molecule {
    /// The same measured again: intensities and m/z a little off.
    pub(crate) fn measured_again(&self, seed: u64) -> Self {
        let mut numbers = Numbers(seed ^ 0xabcd_ef01);
        let mut again = self.clone();
        for (mz, intensity) in &mut again.peaks {
            *mz += (numbers.next() - 0.5) * 0.004;
            *intensity = (*intensity * (0.7 + numbers.next() as f32 * 0.6)).round();
        }
        again
    }

    /// What a reader would make of it, as record `index` of `refs.msp`.
    pub(crate) fn spectrum(&self, index: usize) -> Spectrum {
        let peak = |&(mz, intensity): &(f64, f32)| Peak { mz, intensity };
        Spectrum {
            origin: Origin {
                file: Path::new("refs.msp").into(),
                index,
            },
            id: self.name.clone(),
            precursor: self.precursor_mz.map(|mz| Precursor {
                mz: Mz::new(mz).unwrap(),
                charge: Charge::new(self.charge).ok(),
            }),
            measurement: Measurement::default(),
            compound: Compound {
                name: self.name.clone(),
                ..Compound::default()
            },
            fields: Fields::default(),
            peaks: PeakList::new(self.peaks.iter().map(peak).collect()).unwrap(),
        }
    }
}

/// The molecules as spectra, numbered in order.
pub(crate) fn spectra(molecules: &[Molecule]) -> Vec<Spectrum> {
    let number = |(index, molecule): (usize, &Molecule)| molecule.spectrum(index);
    molecules.iter().enumerate().map(number).collect()
}

/// The molecules as MSP.
pub(crate) fn msp(molecules: &[Molecule]) -> String {
    let mut text = String::new();
    for molecule in molecules {
        writeln!(text, "Name: {}", molecule.name).unwrap();
        if let Some(mz) = molecule.precursor_mz {
            writeln!(text, "PrecursorMZ: {mz}\nCharge: {}", molecule.charge).unwrap();
        }
        writeln!(text, "Num Peaks: {}", molecule.peaks.len()).unwrap();
        for (mz, intensity) in &molecule.peaks {
            writeln!(text, "{mz} {intensity}").unwrap();
        }
        text.push('\n');
    }
    text
}

/// The molecules as MGF.
pub(crate) fn mgf(molecules: &[Molecule]) -> String {
    let mut text = String::new();
    for molecule in molecules {
        writeln!(text, "BEGIN IONS\nTITLE={}", molecule.name).unwrap();
        if let Some(mz) = molecule.precursor_mz {
            writeln!(text, "PEPMASS={mz}\nCHARGE={}", molecule.charge).unwrap();
        }
        for (mz, intensity) in &molecule.peaks {
            writeln!(text, "{mz} {intensity}").unwrap();
        }
        text.push_str("END IONS\n\n");
    }
    text
}
