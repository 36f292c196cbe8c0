//! How good clusters are: sizes, and where it is known what spectra are, errors and completeness.

use std::collections::HashMap;
use std::fmt;

/// Measures of one clustering. Shares are of the spectra they speak of, 0 to 1, NaN of none.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Quality {
    /// Spectra clustered or alone.
    pub n_spectra: usize,
    /// Clusters, those of one spectrum included.
    pub n_clusters: usize,
    /// Clusters of two spectra or more.
    pub n_shared: usize,
    /// Spectra of the largest cluster.
    pub largest: usize,
    /// Spectra in clusters of two or more.
    pub n_clustered: usize,
    /// Spectra of known identity.
    pub n_identified: usize,
    /// Of the clustered and identified, the share that is not what most of its cluster is.
    pub incorrect: f64,
    /// `1 - H(cluster | identity) / H(cluster)` over identified spectra, those alone included
    /// (Rosenberg & Hirschberg 2007, EMNLP-CoNLL, 410): 1 when each identity is in one cluster.
    pub completeness: f64,
}

impl Quality {
    /// Measures `labels`, one per spectrum, against what each spectrum is.
    pub fn new<I: AsRef<str>>(labels: &[u32], identities: &[Option<I>]) -> Self {
        let mut size: HashMap<u32, usize> = HashMap::new();
        for &label in labels {
            *size.entry(label).or_default() += 1;
        }
        let shared = || size.values().copied().filter(|&n| n > 1);
        let mut joint: HashMap<(u32, &str), usize> = HashMap::new();
        let mut by_identity: HashMap<&str, usize> = HashMap::new();
        let mut by_cluster: HashMap<u32, (usize, usize)> = HashMap::new();
        for (&label, identity) in labels.iter().zip(identities) {
            if let Some(identity) = identity {
                *joint.entry((label, identity.as_ref())).or_default() += 1;
                *by_identity.entry(identity.as_ref()).or_default() += 1;
                by_cluster.entry(label).or_default().0 += 1;
            }
        }
        for (&(label, _), &n) in &joint {
            let most = &mut by_cluster.entry(label).or_default().1;
            *most = n.max(*most);
        }
        let clustered = by_cluster.iter().filter(|(label, _)| size[label] > 1);
        let (known, right) =
            clustered.fold((0, 0), |sum, (_, &(n, most))| (sum.0 + n, sum.1 + most));
        let n_identified: usize = by_identity.values().sum();
        Self {
            n_spectra: labels.len(),
            n_clusters: size.len(),
            n_shared: shared().count(),
            largest: size.values().copied().max().unwrap_or(0),
            n_clustered: shared().sum(),
            n_identified,
            incorrect: (known - right) as f64 / known as f64,
            completeness: completeness(n_identified, &joint, &by_identity, &by_cluster),
        }
    }

    /// Share of the spectra that are in clusters of two or more.
    pub fn clustered(&self) -> f64 {
        self.n_clustered as f64 / self.n_spectra as f64
    }
}

fn completeness(
    n: usize,
    joint: &HashMap<(u32, &str), usize>,
    by_identity: &HashMap<&str, usize>,
    by_cluster: &HashMap<u32, (usize, usize)>,
) -> f64 {
    if n == 0 {
        return f64::NAN;
    }
    // Sums over a hash map would have the order of the day; numbers are sorted first.
    let sum = |mut counts: Vec<(usize, usize)>| -> f64 {
        counts.sort_unstable();
        let term = |&(part, whole): &(usize, usize)| {
            part as f64 / n as f64 * (part as f64 / whole as f64).ln()
        };
        -counts.iter().map(term).sum::<f64>()
    };
    let given_identity = sum(joint
        .iter()
        .map(|(&(_, i), &n)| (n, by_identity[i]))
        .collect());
    let of_clusters = sum(by_cluster.values().map(|&(part, _)| (part, n)).collect());
    if of_clusters == 0.0 {
        1.0
    } else {
        1.0 - given_identity / of_clusters
    }
}

impl fmt::Display for Quality {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "{} spectra in {} clusters: {} of two or more, the largest of {}",
            self.n_spectra, self.n_clusters, self.n_shared, self.largest
        )?;
        if self.n_spectra > 0 {
            writeln!(f, "clustered {:.2} %", 100.0 * self.clustered())?;
        }
        if self.n_identified > 0 {
            write!(f, "{} identified", self.n_identified)?;
            if self.incorrect.is_finite() {
                write!(f, ", incorrectly clustered {:.2} %", 100.0 * self.incorrect)?;
            }
            writeln!(f, ", completeness {:.4}", self.completeness)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn quality(labels: &[u32], names: &[&str]) -> Quality {
        let identities: Vec<Option<&str>> = names
            .iter()
            .map(|n| (!n.is_empty()).then_some(*n))
            .collect();
        Quality::new(labels, &identities)
    }

    #[test]
    fn shares_by_hand() {
        let found = quality(&[0, 0, 0, 3, 3, 5], &["a", "a", "b", "b", "", "a"]);
        assert_eq!((found.n_clusters, found.n_shared, found.largest), (3, 2, 3));
        assert_eq!((found.n_clustered, found.n_identified), (5, 5));
        assert_eq!(found.incorrect, 0.25, "one b among four known members");
    }

    #[test]
    fn completeness_is_that_of_scikit_learn() {
        // sklearn.metrics.completeness_score([0, 0, 1, 1, 0], [0, 0, 0, 1, 2]), scikit-learn 1.3.2
        let scikit_learn = 0.306_337_147_174_169_43;
        let found = quality(&[0, 0, 0, 1, 2], &["a", "a", "b", "b", "a"]);
        assert!(
            (found.completeness - scikit_learn).abs() < 1e-9,
            "{found:?}"
        );
        assert_eq!(quality(&[0, 0, 2], &["a", "a", "b"]).completeness, 1.0);
        assert_eq!(quality(&[0, 0, 0], &["a", "b", "c"]).completeness, 1.0);
    }

    #[test]
    fn nothing_known_is_nothing_said() {
        let found = quality(&[0, 1], &["", ""]);
        assert!(found.incorrect.is_nan() && found.completeness.is_nan());
        assert_eq!(quality(&[], &[]).n_clusters, 0);
        assert!(!found.to_string().contains("NaN"), "{found}");
    }
}
