use super::*;
use crate::domain::{
    Charge, Compound, Fields, Measurement, Mz, Origin, PeakList, Polarity, Precursor, Seconds,
    Spectrum,
};
use crate::library::EntryColumnsBuilder;
use proptest::prelude::*;
use std::path::Path;

/// Caffeine with everything stated, then an entry that states nothing.
fn entries() -> EntryColumns {
    let mut spectrum = Spectrum {
        origin: Origin {
            file: Path::new("a.msp").into(),
            index: 0,
        },
        id: "MB-1".into(),
        precursor: Some(Precursor {
            mz: Mz::new(195.0877).unwrap(),
            charge: Charge::new(1).ok(),
        }),
        measurement: Measurement {
            polarity: Some(Polarity::Positive),
            retention_time: Seconds::new(312.5).ok(),
            retention_index: Some(1840.0),
            collision_energy: "35 % (nominal)".into(),
            instrument: "LTQ Orbitrap XL".into(),
        },
        compound: Compound {
            name: "Caffeine".into(),
            formula: "C8H10N4O2".into(),
            adduct: "[M+H]+".into(),
            ..Compound::default()
        },
        fields: Fields::default(),
        peaks: PeakList::default(),
    };
    let mut builder = EntryColumnsBuilder::default();
    builder.push(&spectrum);
    spectrum = Spectrum {
        id: String::new(),
        precursor: None,
        measurement: Measurement::default(),
        compound: Compound::default(),
        ..spectrum
    };
    builder.push(&spectrum);
    builder.finish().unwrap()
}

fn holds(text: &str, row: u32) -> bool {
    let condition: Condition = text.parse().unwrap_or_else(|e| panic!("{text}: {e}"));
    condition.holds(&entries(), "shelf", row)
}

#[test]
fn every_column_and_operator_works() {
    for text in [
        "precursor_mz = 195.0877",
        "precursor_mz between 195 and 196",
        "charge = 1",
        "charge in (1, 2)",
        "charge != -1",
        "polarity = '+'",
        "POLARITY = 'Positive'",
        "polarity != 'neg'",
        "adduct = '[M+H]+'",
        "instrument contains 'orbitrap'",
        "collision_energy between 20 and 40",
        "collision_energy = 35",
        "collision_energy contains 'nominal'",
        "formula = \"C8H10N4O2\"",
        "name = 'caffeine'",
        "name in ('theobromine', 'caffeine')",
        "id = 'mb-1'",
        "library = 'shelf'",
        "retention_time >= 312.5 and retention_time <= 312.5",
        "retention_index > 1.8e3 AND retention_index < 1850",
        "smiles is unknown and name is known",
        "not (charge = 2)",
        "not charge = 2",
        "charge = 2 or charge = 1 and polarity = '+'",
        "(charge = 1 or charge = 2) and not polarity = '-'",
    ] {
        assert!(holds(text, 0), "{text}");
    }
    for text in [
        "precursor_mz > 196",
        "formula = 'c8h10n4o2'",
        "adduct = '[m+h]+'",
        "charge = 2 or charge = 3",
        "charge = 1 and polarity = '-'",
        "not (charge = 1)",
    ] {
        assert!(!holds(text, 0), "{text}");
    }
}

#[test]
fn what_is_unknown_meets_no_comparison() {
    for text in [
        "charge = 1",
        "charge != 1",
        "precursor_mz < 1e9",
        "name contains ''",
        "polarity != '+'",
        "collision_energy = 0",
    ] {
        assert!(!holds(text, 1), "{text}");
    }
    assert!(holds("not charge = 1", 1));
    assert!(holds("charge is unknown and retention_time is unknown", 1));
}

#[test]
fn slips_are_told() {
    let told = |text: &str| text.parse::<Condition>().unwrap_err().to_string();
    assert!(
        told("polarty = '+'")
            .starts_with("there is no column \"polarty\"; columns are precursor_mz, charge,")
    );
    assert_eq!(told("charge = 'two'"), "charge takes a number, not 'two'");
    assert_eq!(told("name = 3"), "name takes text in quotes, not 3");
    assert_eq!(
        told("polarity = 'up'"),
        "polarity takes '+' or '-', not 'up'"
    );
    assert_eq!(told("polarity < '+'"), "polarity takes = and !=, not '+'");
    assert_eq!(
        told("name < 'a'"),
        "name takes =, !=, in and contains, not 'a'"
    );
    // Each bracket once, though a slip at the end makes all that is open fail.
    let brackets = "name = 'a' or charge < 1 and (".repeat(32);
    assert!(told(&brackets).starts_with("at character "));
    let syntax = told("charge = 1 and");
    assert!(syntax.starts_with("at character 15: expected "), "{syntax}");
    assert!(syntax.contains("a column"), "{syntax}");
    assert!(told("").starts_with("at character 1: expected"));
    assert!(told("charge = 1 charge = 2").starts_with("at character 12"));
    assert!(told(&"(".repeat(50)).contains("open brackets"));
    assert!(told(&"not ".repeat(1000)).contains("characters"));
    assert!(holds(&format!("{} charge = 1", "not ".repeat(400)), 0));
}

proptest! {
    #[test]
    fn no_text_breaks_it(text in "[ ()='\"<>!a-z_0-9.,-]{0,80}") {
        if let Ok(condition) = text.parse::<Condition>() {
            let _ = condition.holds(&entries(), "shelf", 0);
        }
    }

    #[test]
    fn bounds_are_numbers(limit in 0.0_f64..1000.0) {
        prop_assert_eq!(holds(&format!("precursor_mz < {limit}"), 0), 195.0877 < limit);
        prop_assert_eq!(holds(&format!("not precursor_mz >= {limit}"), 0), 195.0877 < limit);
    }
}
