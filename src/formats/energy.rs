//! Collision energies: one way of writing each of the common ones.

/// Writes `15 eV`, `35 % (nominal)` for whatever says the same; any other text stays as it is.
///
/// `V` is taken for eV: the ion's charge decides, and sources do not mean the difference. `NCE` and
/// `%` are the normalised energy of Thermo instruments. A bare number has no unit, and a name of a
/// method behind a number (`35HCD`) says nothing of the unit either.
pub(super) fn normal(text: &str) -> String {
    let lower = text.to_ascii_lowercase();
    let number_end = lower
        .find(|c: char| !(c.is_ascii_digit() || c == '.'))
        .unwrap_or(lower.len());
    let (number, unit) = lower.split_at(number_end);
    let unit: String = unit.chars().filter(|c| !" ()_.".contains(*c)).collect();
    let unit = match unit.as_str() {
        "ev" | "v" | "electronvolt" | "electronvolts" | "volt" | "volts" => " eV",
        "nce" | "%" | "%nominal" | "%nce" | "nce%" | "%normalized" | "%normalised" | "nominal" => {
            " % (nominal)"
        }
        _ => return text.to_owned(),
    };
    match number.parse::<f64>() {
        Ok(number) => format!("{number}{unit}"),
        Err(_) => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_are_written_one_way() {
        for (text, expected) in [
            ("15 eV", "15 eV"),
            ("15eV", "15 eV"),
            ("15.0 V", "15 eV"),
            ("46eV", "46 eV"),
            ("10(NCE)", "10 % (nominal)"),
            ("35 NCE", "35 % (nominal)"),
            ("35%", "35 % (nominal)"),
            ("60 % (nominal)", "60 % (nominal)"),
            ("40", "40"),
            ("35HCD", "35HCD"),
            ("Ramp 21.1-31.6 eV", "Ramp 21.1-31.6 eV"),
            ("20, 30 eV", "20, 30 eV"),
            ("", ""),
            ("eV", "eV"),
        ] {
            assert_eq!(normal(text), expected, "{text}");
            assert_eq!(normal(&normal(text)), expected, "{text}");
        }
    }
}
