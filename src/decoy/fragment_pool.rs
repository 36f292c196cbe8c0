//! Decoys without knowledge of structure, from fragments that occur together.

use crate::domain::{Mz, Peak, Precursor, Tolerance};
use crate::index::Random;
use crate::prepare::PreparedSpectrum;
use std::fmt;
use std::sync::OnceLock;

/// Draws per peak of the target before any fragment of the library will do.
const TRIES_PER_PEAK: usize = 20;

/// What a spectrum gives to decoys of others.
#[derive(Debug, Clone, Copy)]
pub struct Fragments<'a> {
    /// The isolated ion, where known.
    pub precursor: Option<Precursor>,
    /// m/z of the peaks in Th.
    pub mz: &'a [f32],
    /// Intensities, one per peak.
    pub intensity: &'a [f32],
}

/// The fragments of all spectra of a library, by m/z.
pub struct FragmentPool<'a> {
    n_spectra: u32,
    spectrum: &'a (dyn Fn(u32) -> Fragments<'a> + Sync),
    tolerance: Tolerance,
    /// m/z of every fragment and of every precursor, ascending, with the row of its spectrum; made
    /// when the first decoy is.
    occurrences: OnceLock<Vec<(f64, u32)>>,
}

impl fmt::Debug for FragmentPool<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FragmentPool")
            .field("n_spectra", &self.n_spectra)
            .finish_non_exhaustive()
    }
}

impl<'a> FragmentPool<'a> {
    /// The fragments of `spectrum(0)` to `spectrum(n_spectra - 1)`, which count as the same within
    /// `tolerance`.
    pub fn new(
        n_spectra: u32,
        spectrum: &'a (dyn Fn(u32) -> Fragments<'a> + Sync),
        tolerance: Tolerance,
    ) -> Self {
        Self {
            n_spectra,
            spectrum,
            tolerance,
            occurrences: OnceLock::new(),
        }
    }

    fn occurrences(&self) -> Vec<(f64, u32)> {
        let mut occurrences: Vec<(f64, u32)> = Vec::new();
        for row in 0..self.n_spectra {
            let Fragments { precursor, mz, .. } = (self.spectrum)(row);
            let all = mz.iter().map(|&mz| f64::from(mz));
            let all = all.chain(precursor.map(|p| p.mz.value()));
            occurrences.extend(all.map(|mz| (mz, row)));
        }
        occurrences.sort_unstable_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
        occurrences
    }

    /// As many peaks as `target` has, ascending in m/z, all below the precursor where its charge
    /// is 1 or unknown.
    ///
    /// Starting from the precursor, a fragment already drawn is taken, then a spectrum of the
    /// library that has it too and `may_give`, then a fragment of that spectrum, with its
    /// intensity: the spectrum-based method of Scheubert et al. 2017, drawing one at a time.
    /// Where nothing can be reached that way, any spectrum gives.
    pub(crate) fn decoy(
        &self,
        target: &PreparedSpectrum,
        may_give: impl Fn(u32) -> bool,
        random: &mut Random,
    ) -> Vec<Peak> {
        let wanted = target.mz().len();
        let limit = highest(target.precursor());
        let mut drawn: Vec<Peak> = Vec::with_capacity(wanted);
        let mut known: Vec<f64> = Vec::with_capacity(wanted + 1);
        known.extend(target.precursor().map(|p| p.mz.value()));
        for tries in 0..2 * TRIES_PER_PEAK * wanted {
            if drawn.len() == wanted {
                break;
            }
            let anywhere = known.is_empty() || tries > TRIES_PER_PEAK * wanted;
            let row = if anywhere {
                random.below(self.n_spectra as usize) as u32
            } else {
                let fragment = known[random.below(known.len())];
                let sharing = self.sharing(fragment);
                if sharing.is_empty() {
                    continue;
                }
                sharing[random.below(sharing.len())].1
            };
            let source = (self.spectrum)(row);
            let at = random.below(source.mz.len());
            let mz = f64::from(source.mz[at]);
            let near = |other: &f64| (other - mz).abs() <= self.tolerance.half_width(mz);
            if mz >= limit || known.iter().any(near) || !may_give(row) {
                continue;
            }
            known.push(mz);
            drawn.push(Peak {
                mz,
                intensity: source.intensity[at],
            });
        }
        drawn.sort_by(|a, b| a.mz.total_cmp(&b.mz));
        drawn
    }

    fn sharing(&self, mz: f64) -> &[(f64, u32)] {
        let half = self.tolerance.half_width(mz);
        let occurrences = self.occurrences.get_or_init(|| self.occurrences());
        let start = occurrences.partition_point(|o| o.0 < mz - half);
        let end = occurrences.partition_point(|o| o.0 <= mz + half);
        &occurrences[start..end]
    }
}

/// Fragments of singly charged ions lie below the precursor.
fn highest(precursor: Option<Precursor>) -> f64 {
    match precursor {
        Some(p) if p.charge.is_none_or(|c| c.state().abs() == 1) => Mz::value(p.mz),
        _ => f64::INFINITY,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::prepare::sample;

    /// Peaks in the precision of a library.
    fn columns(spectra: &[PreparedSpectrum]) -> Vec<Vec<f32>> {
        let mz = |s: &PreparedSpectrum| s.mz().iter().map(|&mz| mz as f32).collect();
        spectra.iter().map(mz).collect()
    }

    #[test]
    fn decoys_are_made_of_linked_fragments_below_the_precursor() {
        // Two families that share no fragment, and no precursor.
        let family = |precursor: f64, mz: [f64; 4]| {
            let peaks: Vec<(f64, f32)> = mz.iter().map(|&mz| (mz, mz as f32)).collect();
            sample::prepared(Some(precursor), &peaks)
        };
        let spectra = [
            family(300.0, [50.0, 60.0, 70.0, 80.0]),
            family(300.0, [50.0, 90.0, 110.0, 120.0]),
            family(300.0, [90.0, 130.0, 140.0, 150.0]),
            family(800.0, [200.0, 210.0, 220.0, 230.0]),
        ];
        let mz = columns(&spectra);
        let fragments = |row: u32| Fragments {
            precursor: spectra[row as usize].precursor(),
            mz: &mz[row as usize],
            intensity: spectra[row as usize].intensity(),
        };
        let pool = FragmentPool::new(4, &fragments, "0.02Da".parse().unwrap());
        for stream in 0..50 {
            let decoy = pool.decoy(&spectra[0], |row| row != 0, &mut Random::new(1, stream));
            assert_eq!(decoy.len(), 4);
            assert!(decoy.is_sorted_by(|a, b| a.mz < b.mz));
            assert!(decoy.iter().all(|peak| peak.mz < 200.0), "{decoy:?}");
            assert!(
                decoy
                    .iter()
                    .all(|peak| ![60.0, 70.0, 80.0].contains(&peak.mz))
            );
        }
    }

    #[test]
    fn a_pool_of_one_gives_what_there_is() {
        let spectra = [sample::prepared(Some(300.0), &[(50.0, 1.0), (60.0, 1.0)])];
        let mz = columns(&spectra);
        let fragments = |_| Fragments {
            precursor: spectra[0].precursor(),
            mz: &mz[0],
            intensity: spectra[0].intensity(),
        };
        let pool = FragmentPool::new(1, &fragments, "0.02Da".parse().unwrap());
        assert_eq!(
            pool.decoy(&spectra[0], |_| true, &mut Random::new(1, 0))
                .len(),
            2
        );
        assert!(
            pool.decoy(&spectra[0], |_| false, &mut Random::new(1, 0))
                .is_empty()
        );
    }
}
