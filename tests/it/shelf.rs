//! Are the bundled libraries what their generator writes, and is that chemistry right?

#[path = "../../libraries/generator/recipe/mod.rs"]
mod recipe;

use recipe::compare::cosine;
use recipe::contaminants;
use recipe::demo::{Demo, Kind};
use recipe::entry::Entry;
use recipe::formula::Formula;
use recipe::lipids::{self, Acyl, Adduct};
use recipe::peptide::Peptidoform;
use std::collections::HashSet;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

static CONTAMINANTS: LazyLock<Vec<Entry>> = LazyLock::new(contaminants::library);
static LIPIDS: LazyLock<Vec<Entry>> = LazyLock::new(lipids::library);

const MAX_BYTES: u64 = 3_000_000;

fn shelf() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("libraries")
}

fn unzipped(bytes: &[u8]) -> Vec<u8> {
    let mut text = Vec::new();
    flate2::read::GzDecoder::new(bytes)
        .read_to_end(&mut text)
        .unwrap();
    text
}

fn lipid(name: &str, adduct: Adduct) -> &'static Entry {
    LIPIDS
        .iter()
        .find(|e| e.name == name && e.adduct == adduct.text())
        .unwrap_or_else(|| panic!("no {name} as {}", adduct.text()))
}

fn peptide(name: &str) -> &'static Entry {
    CONTAMINANTS
        .iter()
        .find(|e| e.name == name)
        .unwrap_or_else(|| panic!("no {name}"))
}

#[track_caller]
fn assert_near(found: f64, expected: f64) {
    assert!(
        (found - expected).abs() < 6e-4,
        "found {found}, expected {expected}"
    );
}

#[track_caller]
fn assert_peaks(entry: &Entry, expected: &[f64]) {
    for mz in expected {
        assert!(
            entry.peaks.iter().any(|p| (p.0 - mz).abs() < 6e-4),
            "{} {} has no peak at {mz}: {:?}",
            entry.name,
            entry.adduct,
            entry.peaks
        );
    }
}

#[test]
fn the_generator_writes_the_committed_files() {
    for product in recipe::products() {
        let committed = fs_err::read(shelf().join(product.path)).unwrap();
        let is_gzip = Path::new(product.path).extension() == Some("gz".as_ref());
        // The text is the contract; when only the compressed bytes differ, flate2 has changed.
        assert!(
            !is_gzip || unzipped(&committed) == unzipped(&product.bytes),
            "{}: run `cargo run --example generate-libraries`",
            product.path
        );
        assert!(
            committed == product.bytes,
            "{}: same text, other bytes: regenerate",
            product.path
        );
    }
}

#[test]
fn descriptions_match_their_spectra() {
    for (name, entries) in [("contaminants", &*CONTAMINANTS), ("lipids", &*LIPIDS)] {
        let folder = shelf().join(name);
        let text = fs_err::read_to_string(folder.join("library.toml")).unwrap();
        let toml: toml::Table = text.parse().unwrap();
        for key in [
            "title",
            "source",
            "method",
            "licence",
            "limits",
            "citations",
        ] {
            assert!(toml.contains_key(key), "{name}: no {key}");
        }
        let spectra = toml["spectra"].as_table().unwrap();
        let bytes = fs_err::read(folder.join(spectra["file"].as_str().unwrap())).unwrap();
        assert_eq!(
            spectra["blake3"].as_str(),
            Some(&*blake3::hash(&bytes).to_hex())
        );
        let records = String::from_utf8(unzipped(&bytes)).unwrap();
        let n_records = records.lines().filter(|l| l.starts_with("Name: ")).count();
        assert_eq!(spectra["count"].as_integer(), i64::try_from(n_records).ok());
        assert_eq!(entries.len(), n_records);
    }
}

#[test]
fn the_shelf_is_small() {
    let bytes: u64 = recipe::products()
        .iter()
        .map(|p| fs_err::metadata(shelf().join(p.path)).unwrap().len())
        .sum();
    assert!(bytes < MAX_BYTES, "{bytes} bytes");
    assert!(CONTAMINANTS.len() > 2000 && LIPIDS.len() > 1500);
}

#[test]
fn sequences_have_the_published_length_and_mass() {
    let proteins = recipe::proteins::all();
    assert_eq!(proteins.len(), 27);
    for protein in &proteins {
        assert!(protein.is_as_published(), "{}", protein.entry_name);
    }
    // Mature chains: residues and average mass as published, no disulfide bond, no phosphate.
    for (accession, length, mass) in [
        ("P02769", 583, 66433.0),
        ("P00698", 129, 14313.1),
        ("P02754", 162, 18281.0),
        ("P68082", 153, 16951.4),
        ("P02662", 199, 22974.7),
    ] {
        let protein = proteins.iter().find(|p| p.accession == accession).unwrap();
        let chain = protein.mature();
        assert_eq!(chain.len(), length, "{accession}");
        let found = chain
            .bytes()
            .map(|letter| recipe::residues::Residue::of(letter).formula())
            .fold(Formula::of("H2O"), |sum, residue| sum + residue)
            .average_mass();
        assert!((found - mass).abs() < 1.0, "{accession}: {found}");
    }
}

#[test]
fn trypsin_cuts_after_bases_but_not_before_proline() {
    let pieces = recipe::digest::trypsin("AAAAAAKPAAAAAAARBBBBBBBKCCC");
    let found: Vec<(&str, usize)> = pieces.iter().map(|p| (p.sequence, p.n_missed)).collect();
    assert_eq!(
        found,
        [
            ("AAAAAAKPAAAAAAAR", 0),
            ("AAAAAAKPAAAAAAARBBBBBBBK", 1),
            ("BBBBBBBK", 0),
            ("BBBBBBBKCCC", 1),
        ]
    );
}

#[test]
fn formulas_have_the_masses_of_the_tables() {
    assert_near(Formula::of("H2O").mass(), 18.010_565);
    assert_near(Formula::of("C6H12O6").mass(), 180.063_388);
    assert_near(Formula::of("C5H15NO4P").mz(1), 184.073_32);
    assert_near(Formula::of("C18H33O2").mz(-1), 281.248_60);
    assert_eq!(Formula::of("-H2O+NH3"), Formula::of("HN-O"));
    assert_eq!(Formula::of("NaC2O4H5P").to_string(), "C2H5NaO4P");
}

#[test]
fn fragments_of_a_textbook_peptide() {
    // PEPTIDE: b2 = P + E + proton = 97.05276 + 129.04259 + 1.00728, y1 = E + water + proton.
    let entry = contaminants::spectrum(&Peptidoform::plain("PEPTIDE"), 2);
    assert_near(entry.precursor_mz, 400.687_26);
    assert_peaks(
        &entry,
        &[
            227.1026, 324.1554, 425.2031, 538.2871, 653.3141, // b2 to b6
            148.0604, 263.0874, 376.1714, 477.2191, 574.2719, 703.3145, // y1 to y6
            199.1077, // a2
        ],
    );
    // Oxidised methionine weighs 147.0354 in the chain; y2 of ..MK is 147.0354 + 147.1128.
    let oxidised = Peptidoform::oxidised("AAAAAMK").next().unwrap();
    let entry = contaminants::spectrum(&oxidised, 1);
    assert_eq!(entry.name, "AAAAAM[Oxidation]K/1");
    assert_peaks(&entry, &[294.1482, 230.1499]);
}

#[test]
fn peptides_that_every_proteomics_lab_knows() {
    for (name, mz) in [
        ("LVNELTEFAK/2", 582.3190),
        ("HLVDEPQNLIK/2", 653.3617),
        ("YICDNQDTISSK/2", 722.3247),
        ("VATVSLPR/2", 421.7584),
        ("LGEHNIDVLEGNEQFINAAK/2", 1106.0557),
        ("TLLEGEESR/2", 517.2622),
        ("SLDLDSIIAEVK/2", 651.8612),
        ("FFVAPFPEVFGK/2", 692.8686),
    ] {
        assert_near(peptide(name).precursor_mz, mz);
    }
    assert!(peptide("YICDNQDTISSK/2").comments[0].1 == "YIC[Carbamidomethyl]DNQDTISSK");
}

#[test]
fn phospholipids_show_their_head_groups_and_chains() {
    let pc = lipid("PC 16:0_18:1", Adduct::Proton);
    assert_eq!(pc.formula.to_string(), "C42H82NO8P");
    assert_near(pc.precursor_mz, 760.5851);
    assert_peaks(pc, &[184.0733, 104.1070, 86.0964, 124.9998, 496.3398]);
    let pc = lipid("PC 16:0_18:1", Adduct::Formate);
    assert_near(pc.precursor_mz, 804.5760);
    assert_peaks(pc, &[744.5549, 255.2330, 281.2486, 168.0431, 224.0693]);
    assert_peaks(
        lipid("PC 16:0_18:1", Adduct::Sodium),
        &[723.4935, 599.5010, 577.5190, 146.9818],
    );
    let pe = lipid("PE 16:0_18:1", Adduct::Proton);
    assert_near(pe.precursor_mz, 718.5381);
    assert_peaks(pe, &[718.5381 - 141.0191]);
    assert_peaks(
        lipid("PE 18:0_20:4", Adduct::Deprotonated),
        &[283.2643, 303.2330, 196.0380, 140.0118, 152.9958, 480.3096],
    );
    let ps = lipid("PS 18:0_18:1", Adduct::Deprotonated);
    assert_near(ps.precursor_mz, 788.5447);
    assert_peaks(ps, &[701.5127, 283.2643, 281.2486, 152.9958]);
    let pi = lipid("PI 18:0_20:4", Adduct::Deprotonated);
    assert_near(pi.precursor_mz, 885.5499);
    assert_peaks(pi, &[241.0119, 223.0013, 283.2643, 303.2330, 297.0381]);
    assert_peaks(
        lipid("PG 16:0_18:1", Adduct::Deprotonated),
        &[255.2330, 281.2486, 152.9958, 171.0064, 227.0326],
    );
    assert_near(lipid("LPC 16:0", Adduct::Proton).precursor_mz, 496.3398);
    assert_peaks(lipid("LPC 16:0", Adduct::Proton), &[184.0733, 104.1070]);
}

#[test]
fn sphingolipids_and_glycerides_show_base_and_chains() {
    let sm = lipid("SM 18:1;O2/16:0", Adduct::Proton);
    assert_near(sm.precursor_mz, 703.5748);
    assert_peaks(sm, &[184.0733, 264.2686]);
    let cer = lipid("Cer 18:1;O2/16:0", Adduct::Proton);
    assert_near(cer.precursor_mz, 538.5194);
    assert_peaks(cer, &[264.2686, 282.2791, 252.2686, 520.5088, 256.2635]);
    assert_peaks(
        lipid("Cer 18:1;O2/16:0", Adduct::Deprotonated),
        &[280.2646, 254.2489, 237.2224, 263.2380],
    );
    let tg = lipid("TG 16:0_18:1_18:1", Adduct::Ammonium);
    assert_near(tg.precursor_mz, 876.8015);
    assert_peaks(tg, &[603.5347, 577.5190, 313.2737, 339.2894, 239.2369]);
    let dg = lipid("DG 16:0_18:1", Adduct::Ammonium);
    assert_near(dg.precursor_mz, 612.5561);
    assert_peaks(dg, &[577.5190, 313.2737, 339.2894]);
}

#[test]
fn acyl_anions_have_their_known_masses() {
    for ((carbons, double_bonds), mz) in [
        ((16, 0), 255.2330),
        ((18, 0), 283.2643),
        ((18, 1), 281.2486),
        ((18, 2), 279.2330),
        ((20, 4), 303.2330),
        ((22, 6), 327.2330),
    ] {
        let acid = Acyl {
            carbons,
            double_bonds,
        }
        .acid();
        assert_near((acid - Formula::of("H")).mz(-1), mz);
    }
}

#[test]
fn precursors_agree_with_formula_and_adduct() {
    // The adduct's mass as users know it, not as the generator computes it.
    let shift = |adduct: &str| match adduct {
        "[M+H]+" => 1.007_276,
        "[M+2H]2+" => 2.014_553,
        "[M+3H]3+" => 3.021_829,
        "[M+Na]+" => 22.989_218,
        "[M+NH4]+" => 18.033_826,
        "[M-H]-" => -1.007_276,
        "[M+HCOO]-" => 44.998_201,
        "[M+CH3COO]-" => 59.013_851,
        other => panic!("adduct {other}"),
    };
    for entry in CONTAMINANTS.iter().chain(&*LIPIDS) {
        let whole = entry.precursor_mz * f64::from(entry.charge.abs());
        let expected = entry.formula.mass() + shift(&entry.adduct);
        assert!((whole - expected).abs() < 1e-4, "{}", entry.name);
        assert_eq!(entry.charge < 0, entry.adduct.ends_with('-'));
    }
}

#[test]
fn every_spectrum_can_be_searched() {
    for entry in CONTAMINANTS.iter().chain(&*LIPIDS) {
        let what = format!("{} {}", entry.name, entry.adduct);
        let highest = entry.precursor_mz * f64::from(entry.charge.abs()) + 1.0;
        assert!(entry.peaks.iter().all(|p| p.0 < highest), "{what}");
        assert!(entry.peaks.is_sorted_by(|a, b| a.0 < b.0), "{what}");
        let base = entry.peaks.iter().map(|p| p.1).fold(0.0, f64::max);
        assert!((base - 1000.0).abs() < 1e-9, "{what}");
        // What is left after the precursor, weak peaks and close neighbours have gone.
        let mut last = f64::MIN;
        let mut usable = entry.peaks.clone();
        usable.retain(|p| {
            let strong = p.1 >= 10.0 && (p.0 - entry.precursor_mz).abs() > 1.6;
            let apart = p.0 - last > 0.05;
            if strong && apart {
                last = p.0;
            }
            strong && apart
        });
        assert!(usable.len() >= 3, "{what}: {usable:?}");
    }
}

#[test]
fn peptide_spectra_are_rich() {
    for entry in &*CONTAMINANTS {
        let span = entry.peaks.last().unwrap().0 - entry.peaks[0].0;
        assert!(
            entry.peaks.len() >= 10 && span >= 250.0,
            "{}: {} peaks over {span}",
            entry.name,
            entry.peaks.len()
        );
    }
}

#[test]
fn entries_are_told_apart() {
    let mut seen = HashSet::new();
    for entry in CONTAMINANTS.iter().chain(&*LIPIDS) {
        assert!(seen.insert((&entry.name, &entry.adduct)), "{}", entry.name);
        assert!(!entry.name.contains(','), "truth.csv is not quoted");
    }
}

#[test]
fn demo_queries_have_one_right_answer() {
    let demo = Demo::draw(&CONTAMINANTS, &LIPIDS);
    let n_absent = demo.0.iter().filter(|q| q.kind == Kind::Absent).count();
    assert_eq!((demo.0.len(), n_absent), (60, 6));
    assert!(demo.0.iter().any(|q| q.kind == Kind::Chimeric));
    for query in &demo.0 {
        let close = |entry: &&Entry| {
            let ppm = (entry.precursor_mz / query.precursor_mz - 1.0).abs() * 1e6;
            ppm <= 10.0 && entry.charge == query.charge
        };
        let best = CONTAMINANTS
            .iter()
            .chain(&*LIPIDS)
            .filter(close)
            .map(|entry| (cosine(&entry.peaks, &query.peaks), &entry.name))
            .max_by(|a, b| a.0.total_cmp(&b.0));
        if query.kind == Kind::Absent {
            let score = best.map_or(0.0, |b| b.0);
            assert!(score < 0.5, "{} finds {best:?}", query.name);
        } else {
            let (score, name) = best.expect("the true entry is within 10 ppm");
            assert!(
                *name == query.name && score > 0.6,
                "{}: {best:?}",
                query.name
            );
        }
    }
}
