//! Does every score give what its formula and other programs give?
//!
//! `tests/conformance/golden.json` holds pairs of spectra with the score each should have, by the
//! published formula in plain Python and by `ms_entropy` and `matchms`; `regenerate.py` beside it
//! writes it. `docs/conformance.md` tells the result; `MZSEEK_GOLDEN=rewrite cargo test conformance`
//! writes it anew.

use mzseek::domain::{
    Charge, Compound, Da, Fields, Measurement, Mz, Origin, Peak, PeakList, Precursor, Spectrum,
    Tolerance,
};
use mzseek::prepare::{Merging, PrecursorRemoval, Preparation, prepare};
use mzseek::similarity::align::Scratch;
use mzseek::similarity::{OwnedView, SCORES, Score, Similarity};
use serde_json::Value;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

/// How close a score has to be.
const CLOSE: f64 = 1e-5;

fn file(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(name)
}

fn golden() -> Value {
    let text = fs_err::read_to_string(file("tests/conformance/golden.json")).unwrap();
    serde_json::from_str(&text).unwrap()
}

fn pairs(golden: &Value) -> &[Value] {
    golden["pairs"].as_array().unwrap()
}

/// The peaks as they are: cleaning is not what is tested here.
fn view(made: &Value) -> OwnedView {
    let number = |text: &Value| text.as_str().unwrap().parse::<f64>().unwrap();
    let peak = |peak: &Value| Peak {
        mz: number(&peak[0]),
        intensity: peak[1].as_f64().unwrap() as f32,
    };
    let precursor = made["precursor"].as_str().map(|_| Precursor {
        mz: Mz::new(number(&made["precursor"])).unwrap(),
        charge: made["charge"]
            .as_i64()
            .map(|z| Charge::new(z.try_into().unwrap()).unwrap()),
    });
    let spectrum = Spectrum {
        origin: Origin {
            file: Path::new("golden.json").into(),
            index: 0,
        },
        id: String::new(),
        precursor,
        measurement: Measurement::default(),
        compound: Compound::default(),
        fields: Fields::default(),
        peaks: PeakList::new(made["peaks"].as_array().unwrap().iter().map(peak).collect()).unwrap(),
    };
    let as_is = Preparation {
        mz_range: None,
        precursor: PrecursorRemoval::Off,
        merging: Merging::Off,
        noise: 0.0,
        max_peaks: usize::MAX,
        min_peaks: 1,
        min_span: Da::new(0.0).unwrap(),
    };
    OwnedView::new(&prepare(&spectrum, &as_is).unwrap())
}

fn score(how: &dyn Similarity, pair: &Value) -> Score {
    let tolerance: Tolerance = pair["tolerance"].as_str().unwrap().parse().unwrap();
    let (query, reference) = (view(&pair["query"]), view(&pair["reference"]));
    how.score(
        query.view(),
        reference.view(),
        tolerance,
        &mut Scratch::default(),
    )
}

#[test]
fn every_score_is_what_its_formula_says() {
    let golden = golden();
    assert!(pairs(&golden).len() >= 60, "{}", pairs(&golden).len());
    let mut wrong = String::new();
    for pair in pairs(&golden) {
        for how in SCORES {
            let expected = &pair["scores"][how.name()];
            let found = score(*how, pair);
            let similarity = expected["similarity"].as_f64().unwrap();
            let matched = expected["matched_peaks"].as_u64().unwrap();
            if (f64::from(found.similarity) - similarity).abs() > CLOSE
                || u64::from(found.matched_peaks) != matched
            {
                let (name, pair) = (how.name(), &pair["name"]);
                writeln!(
                    wrong,
                    "{name} of {pair}: {found:?}, not {similarity} of {matched} peaks"
                )
                .unwrap();
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

#[test]
fn other_programs_agree_but_where_a_reason_is_given() {
    let golden = golden();
    let mut wrong = String::new();
    for pair in pairs(&golden) {
        for how in SCORES {
            let expected = &pair["scores"][how.name()];
            let Some(peer) = expected["peer"].as_f64() else {
                continue;
            };
            let found = f64::from(score(*how, pair).similarity);
            let agrees = (found - peer).abs() <= CLOSE;
            let excused = expected["differs"].is_string();
            if agrees == excused {
                let (name, pair) = (how.name(), &pair["name"]);
                writeln!(wrong, "{name} of {pair}: {found}, the program says {peer}").unwrap();
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

#[test]
fn the_page_about_it_is_current() {
    let page = file("docs/conformance.md");
    let expected = page_about(&golden());
    if std::env::var("MZSEEK_GOLDEN").is_ok_and(|value| value == "rewrite") {
        fs_err::write(&page, &expected).unwrap();
    }
    let kept = fs_err::read_to_string(&page).unwrap();
    assert!(
        kept == expected,
        "docs/conformance.md is not what golden.json says: MZSEEK_GOLDEN=rewrite cargo test conformance"
    );
}

fn page_about(golden: &Value) -> String {
    let pairs = pairs(golden);
    let tool = |name: &str| golden["tools"][name].as_str().unwrap();
    let mut page = format!(
        "# Scores beside their formulas and other programs

Written from `tests/conformance/golden.json` by `MZSEEK_GOLDEN=rewrite cargo test conformance`; every
test run compares all of it. {} pairs of spectra, {} made by hand for one trap each and {} by rule,
are scored

- by the published formula in plain Python (`tests/conformance/formulas.py`: no code of mzseek or of
  others, m/z compared as decimals), and
- by `ms_entropy` {} and `matchms` {} where they have the score and can take the pair.

mzseek has to be within 1e-5 of both, with as many matched peaks as the formula; where a program
differs for a reason, the reason stands below. `tests/conformance/regenerate.py` computes the values
anew.

| score | by formula: pairs within 1e-5 | program | pairs it can take | within 1e-5 | differ |
|---|---|---|---|---|---|
",
        pairs.len(),
        pairs.iter().filter(|pair| !is_by_rule(pair)).count(),
        pairs.iter().filter(|pair| is_by_rule(pair)).count(),
        tool("ms_entropy"),
        tool("matchms"),
    );
    scores(golden, &mut page);
    differences(golden, &mut page);
    pairs_by_hand(golden, &mut page);
    page
}

/// One row per score.
fn scores(golden: &Value, page: &mut String) {
    let pairs = pairs(golden);
    for how in SCORES {
        let name = how.name();
        let of_score = || pairs.iter().map(|pair| &pair["scores"][name]);
        let n_taken = of_score().filter(|s| s["peer"].is_number()).count();
        let n_differ = of_score().filter(|s| s["differs"].is_string()).count();
        let cells = match golden["peers"][name].as_str() {
            Some(peer) => format!("{peer} | {n_taken} | {} | {n_differ}", n_taken - n_differ),
            None => "none has it | | |".to_owned(),
        };
        writeln!(
            page,
            "| `{}` | {} | {cells} |",
            name.replace('_', "-"),
            pairs.len()
        )
        .unwrap();
    }
}

/// One row per score and pair where a program has another value.
fn differences(golden: &Value, page: &mut String) {
    page.push_str(
        "
`ms_entropy` asks for peaks further apart than twice the tolerance; Flash search also for Da,
precursors, and peaks below them. `matchms` has no ppm. Without a precursor the modified cosine is
the cosine here, and there is no score there.

## Where a program differs

| score | pair | mzseek | program | why |
|---|---|---|---|---|
",
    );
    for how in SCORES {
        for pair in pairs(golden) {
            let scores = &pair["scores"][how.name()];
            let Some(why) = scores["differs"].as_str() else {
                continue;
            };
            let number = |key: &str| scores[key].as_f64().unwrap();
            writeln!(
                page,
                "| `{}` | {} | {:.6} | {:.6} | {why} |",
                how.name().replace('_', "-"),
                pair["name"].as_str().unwrap(),
                number("similarity"),
                number("peer"),
            )
            .unwrap();
        }
    }
}

fn pairs_by_hand(golden: &Value, page: &mut String) {
    page.push_str(
        "
## The pairs made by hand

| pair | what it tries | tolerance | entropy | cosine | modified cosine | neutral-loss cosine |
|---|---|---|---|---|---|---|
",
    );
    for pair in pairs(golden).iter().filter(|pair| !is_by_rule(pair)) {
        let text = |key: &str| pair[key].as_str().unwrap();
        let of = |name: &str| pair["scores"][name]["similarity"].as_f64().unwrap();
        writeln!(
            page,
            "| {} | {} | {} | {:.6} | {:.6} | {:.6} | {:.6} |",
            text("name"),
            text("what"),
            text("tolerance"),
            of("entropy"),
            of("cosine"),
            of("modified_cosine"),
            of("neutral_loss_cosine"),
        )
        .unwrap();
    }
}

fn is_by_rule(pair: &Value) -> bool {
    pair["name"].as_str().unwrap().starts_with("made ")
}
