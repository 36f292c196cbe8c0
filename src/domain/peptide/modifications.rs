//! Masses of modifications by name.

/// Unimod number, name and monoisotopic mass in Da of what peptide libraries hold.
const KNOWN: &[(u32, &str, f64)] = &[
    (1, "Acetyl", 42.010_565),
    (2, "Amidated", -0.984_016),
    (3, "Biotin", 226.077_598),
    (4, "Carbamidomethyl", 57.021_464),
    (5, "Carbamyl", 43.005_814),
    (6, "Carboxymethyl", 58.005_479),
    (7, "Deamidated", 0.984_016),
    (21, "Phospho", 79.966_331),
    (23, "Dehydrated", -18.010_565),
    (24, "Propionamide", 71.037_114),
    (26, "Pyro-carbamidomethyl", 39.994_915),
    (27, "Glu->pyro-Glu", -18.010_565),
    (28, "Gln->pyro-Glu", -17.026_549),
    (30, "Cation:Na", 21.981_943),
    (34, "Methyl", 14.015_650),
    (35, "Oxidation", 15.994_915),
    (36, "Dimethyl", 28.031_300),
    (37, "Trimethyl", 42.046_950),
    (39, "Methylthio", 45.987_721),
    (40, "Sulfo", 79.956_815),
    (41, "Hex", 162.052_824),
    (43, "HexNAc", 203.079_373),
    (45, "Myristoyl", 210.198_366),
    (47, "Palmitoyl", 238.229_666),
    (58, "Propionyl", 56.026_215),
    (64, "Succinyl", 100.016_044),
    (105, "ICAT-C", 227.126_991),
    (106, "ICAT-C:13C(9)", 236.157_185),
    (121, "GG", 114.042_927),
    (122, "Formyl", 27.994_915),
    (188, "Label:13C(6)", 6.020_129),
    (214, "iTRAQ4plex", 144.102_063),
    (259, "Label:13C(6)15N(2)", 8.014_199),
    (267, "Label:13C(6)15N(4)", 10.008_269),
    (312, "Cysteinyl", 119.004_099),
    (354, "Nitro", 44.985_078),
    (385, "Ammonia-loss", -17.026_549),
    (425, "Dioxidation", 31.989_829),
    (730, "iTRAQ8plex", 304.205_360),
    (737, "TMT6plex", 229.162_932),
    (2016, "TMTpro", 304.207_146),
];

/// Mass in Da that `name` adds to what carries it, whose own mass is `own`: a Unimod name or
/// number, a signed mass, or a mass without sign that includes `own`, as `SpectraST` writes.
pub(super) fn modification_mass(name: &str, own: f64) -> Option<f64> {
    if name.starts_with(['+', '-']) {
        return name.parse().ok().filter(|mass: &f64| mass.is_finite());
    }
    if let Ok(total) = name.parse::<f64>() {
        return (total.is_finite() && total > 0.0).then(|| of_total(total, own));
    }
    let by_name = |name: &str| {
        let found = KNOWN
            .iter()
            .find(|known| known.1.eq_ignore_ascii_case(name));
        found.map(|known| known.2)
    };
    // Some programs say who found it and on what: `Common Fixed:Carbamidomethyl on C`.
    let bare = name.split(" on ").next().unwrap_or(name);
    by_name(bare).or_else(|| {
        let (origin, name) = bare.split_once(':')?;
        match name.parse::<u32>() {
            Ok(number) if ["U", "UNIMOD"].contains(&origin) => {
                let found = KNOWN.iter().find(|known| known.0 == number);
                found.map(|known| known.2)
            }
            _ => by_name(name),
        }
    })
}

/// A total is written rounded: of the known masses that round to it the first is meant.
fn of_total(total: f64, own: f64) -> f64 {
    let known = KNOWN
        .iter()
        .map(|known| known.2)
        .find(|mass| (own + mass - total).abs() <= 0.55);
    known.unwrap_or(total - own)
}
