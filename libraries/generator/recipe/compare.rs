//! How alike two computed spectra are, only as far as choosing fair demo queries needs it.

/// Peaks this close are the same.
const FRAGMENT_DA: f64 = 0.02;

/// Cosine of square-rooted intensities over peaks matched greedily in m/z order, 0 to 1.
pub(crate) fn cosine(a: &[(f64, f64)], b: &[(f64, f64)]) -> f64 {
    let total = |peaks: &[(f64, f64)]| peaks.iter().map(|p| p.1).sum::<f64>();
    let (mut i, mut j, mut shared) = (0, 0, 0.0);
    while i < a.len() && j < b.len() {
        let gap = a[i].0 - b[j].0;
        if gap.abs() <= FRAGMENT_DA {
            shared += (a[i].1 * b[j].1).sqrt();
            i += 1;
            j += 1;
        } else if gap < 0.0 {
            i += 1;
        } else {
            j += 1;
        }
    }
    let norm = (total(a) * total(b)).sqrt();
    if norm > 0.0 { shared / norm } else { 0.0 }
}
