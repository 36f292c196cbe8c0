//! mzTab-M 2.0: a small molecule and a feature per identified query, an evidence per match.

use super::evidence::{Evidence, Run};
use super::{Lines, engine, fixed, user_param, whole};
use crate::library::EntryText;

/// The whole file.
pub(super) fn text(run: &Run) -> String {
    let mut lines = Lines::default();
    metadata(run, &mut lines);
    let queries: Vec<&[Evidence]> = run
        .found
        .chunk_by(|a, b| (a.file, a.index) == (b.file, b.index))
        .collect();
    if !queries.is_empty() {
        molecules(run, &queries, &mut lines);
        features(run, &queries, &mut lines);
        evidence(run, &mut lines);
    }
    lines.0
}

fn metadata(run: &Run, lines: &mut Lines) {
    lines.metadata("mzTab-version", "2.0.0-M");
    lines.metadata("mzTab-ID", "mzseek");
    lines.metadata(
        "title",
        "spectra identified by a search in spectral libraries",
    );
    lines.metadata("software[1]", engine());
    let none = user_param("no quantification", "");
    lines.metadata("quantification_method", &none);
    for (idx, file) in run.files.iter().enumerate() {
        let key = format!("ms_run[{}]", idx + 1);
        lines.metadata(&format!("{key}-location"), file.uri());
        if let Some(format) = file.format() {
            lines.metadata(&format!("{key}-format"), format);
            let by_index = "[MS, MS:1000774, multiple peak list nativeID format, ]";
            lines.metadata(&format!("{key}-id_format"), by_index);
        }
        let mut terms: Vec<&str> = file
            .polarities
            .iter()
            .map(|sign| match sign {
                1 => "[MS, MS:1000130, positive scan, ]",
                _ => "[MS, MS:1000129, negative scan, ]",
            })
            .collect();
        if terms.is_empty() {
            terms.push("[MS, MS:1000465, scan polarity, unknown]");
        }
        for (at, term) in terms.iter().enumerate() {
            lines.metadata(&format!("{key}-scan_polarity[{}]", at + 1), term);
        }
    }
    for n in 1..=run.files.len() {
        lines.metadata(&format!("assay[{n}]"), format!("assay {n}"));
        lines.metadata(&format!("assay[{n}]-ms_run_ref"), format!("ms_run[{n}]"));
    }
    let assays: Vec<String> = (1..=run.files.len())
        .map(|n| format!("assay[{n}]"))
        .collect();
    lines.metadata("study_variable[1]", "undefined");
    lines.metadata("study_variable[1]-assay_refs", assays.join("| "));
    lines.metadata("study_variable[1]-description", "all files of the run");
    lines.metadata("cv[1]-label", "MS");
    lines.metadata("cv[1]-full_name", "PSI-MS controlled vocabulary");
    lines.metadata("cv[1]-version", "4.1.193");
    lines.metadata("cv[1]-uri", "https://purl.obolibrary.org/obo/ms.obo");
    for (idx, library) in run.libraries.iter().enumerate() {
        let key = format!("database[{}]", idx + 1);
        lines.metadata(&key, user_param(library, ""));
        lines.metadata(&format!("{key}-prefix"), prefix(library));
        lines.metadata(&format!("{key}-version"), "Unknown");
        lines.metadata(&format!("{key}-uri"), "");
    }
    if run.libraries.is_empty() {
        lines.metadata("database[1]", user_param("no database", "null"));
        for (key, value) in [("prefix", ""), ("version", "Unknown"), ("uri", "")] {
            lines.metadata(&format!("database[1]-{key}"), value);
        }
    }
    lines.metadata("small_molecule-quantification_unit", &none);
    lines.metadata("small_molecule_feature-quantification_unit", &none);
    let levels = "[MS, MS:1002896, compound identification confidence level, ]";
    lines.metadata("small_molecule-identification_reliability", levels);
    for (idx, score) in run.scores.iter().enumerate() {
        let key = format!("id_confidence_measure[{}]", idx + 1);
        lines.metadata(&key, user_param(&format!("mzseek:{score}"), ""));
    }
    if run.scores.is_empty() {
        lines.metadata("id_confidence_measure[1]", user_param("mzseek", ""));
    }
}

/// A row per query: what it may be, which are all matches it does not separate from the best.
fn molecules(run: &Run, queries: &[&[Evidence]], lines: &mut Lines) {
    lines.gap();
    let fixed_columns = "SMH SML_ID SMF_ID_REFS database_identifier chemical_formula smiles inchi \
                         chemical_name uri theoretical_neutral_mass adduct_ions reliability \
                         best_id_confidence_measure best_id_confidence_value";
    let mut header: Vec<String> = fixed_columns
        .split_whitespace()
        .map(str::to_owned)
        .collect();
    header.extend((1..=run.files.len()).map(|n| format!("abundance_assay[{n}]")));
    header.push("abundance_study_variable[1]".to_owned());
    header.push("abundance_variation_study_variable[1]".to_owned());
    header.push("opt_global_inchikey".to_owned());
    lines.push(header);
    for (idx, found) in queries.iter().enumerate() {
        let number = (idx + 1).to_string();
        let best = &found[0];
        let alike: Vec<&Evidence> = found.iter().filter(|f| f.group == best.group).collect();
        let list = |text: EntryText| joined(alike.iter().map(|f| f.text(text).to_owned()));
        let unknown = joined(alike.iter().map(|_| String::new()));
        let mut cells = vec!["SML".to_owned(), number.clone(), number];
        cells.push(joined(alike.iter().map(|f| identifier(run, f))));
        cells.extend([list(EntryText::Formula), list(EntryText::Smiles)]);
        cells.extend([unknown.clone(), joined(alike.iter().map(|f| name(f)))]);
        cells.extend([unknown.clone(), unknown]);
        let mut adducts: Vec<String> = alike.iter().map(|f| adduct(f)).collect();
        adducts.retain(|adduct| !adduct.is_empty());
        adducts.dedup();
        // Matched to spectra of a library, not to a standard measured alongside: level 2
        // (Sumner et al. 2007).
        cells.extend([adducts.join("|"), "2".to_owned()]);
        let measure = format!("mzseek:{}", run.scores[best.score]);
        cells.push(user_param(&measure, ""));
        cells.push(format!("{:.6}", best.similarity));
        cells.resize(cells.len() + run.files.len() + 2, String::new());
        cells.push(list(EntryText::InchiKey));
        lines.push(cells);
    }
}

fn features(run: &Run, queries: &[&[Evidence]], lines: &mut Lines) {
    lines.gap();
    let fixed_columns = "SFH SMF_ID SME_ID_REFS SME_ID_REF_ambiguity_code adduct_ion isotopomer \
                         exp_mass_to_charge charge retention_time_in_seconds \
                         retention_time_in_seconds_start retention_time_in_seconds_end";
    let mut header: Vec<String> = fixed_columns
        .split_whitespace()
        .map(str::to_owned)
        .collect();
    header.extend((1..=run.files.len()).map(|n| format!("abundance_assay[{n}]")));
    lines.push(header);
    let mut first = 1;
    for (idx, found) in queries.iter().enumerate() {
        let refs = (first..first + found.len()).map(|n| n.to_string());
        first += found.len();
        let refs: Vec<String> = refs.collect();
        // 1: the evidences are different molecules of one spectrum.
        let code = if found.len() > 1 { "1" } else { "" };
        let best = &found[0];
        let mut cells = vec!["SMF".to_owned(), (idx + 1).to_string(), refs.join("|")];
        cells.extend([code.to_owned(), adduct(best), String::new()]);
        cells.extend([fixed(best.query_mz, 5), whole(best.charge)]);
        cells.push(fixed(best.retention_time, 2));
        cells.resize(cells.len() + 2 + run.files.len(), String::new());
        lines.push(cells);
    }
}

fn evidence(run: &Run, lines: &mut Lines) {
    lines.gap();
    let before = "SEH SME_ID evidence_input_id database_identifier chemical_formula smiles inchi \
                  chemical_name uri derivatized_form adduct_ion exp_mass_to_charge charge \
                  theoretical_mass_to_charge spectra_ref identification_method ms_level";
    let mut header: Vec<String> = before.split_whitespace().map(str::to_owned).collect();
    header.extend((1..=run.scores.len()).map(|n| format!("id_confidence_measure[{n}]")));
    let after = ["rank", "opt_global_matched_peaks", "opt_global_inchikey"];
    header.extend(after.map(str::to_owned));
    lines.push(header);
    for (idx, found) in run.found.iter().enumerate() {
        let text = |text| found.text(text).to_owned();
        let none = String::new;
        let mut cells = vec!["SME".to_owned(), (idx + 1).to_string(), found.spectra_ref()];
        cells.extend([identifier(run, found), text(EntryText::Formula)]);
        cells.extend([text(EntryText::Smiles), none(), name(found)]);
        cells.extend([none(), none(), adduct(found)]);
        cells.extend([fixed(found.query_mz, 5), whole(found.charge)]);
        cells.extend([fixed(found.entry_mz, 5), found.spectra_ref(), engine()]);
        cells.push("[MS, MS:1000511, ms level, 2]".to_owned());
        cells.extend(found.scores(run.scores.len()));
        cells.extend([found.rank.to_string(), found.matched_peaks.to_string()]);
        cells.push(text(EntryText::InchiKey));
        lines.push(cells);
    }
}

/// A list; its separator cannot stand in its elements.
fn joined(elements: impl Iterator<Item = String>) -> String {
    let written = elements.map(|text| match text.trim() {
        "" => "null".to_owned(),
        text => text.replace('|', "/"),
    });
    written.collect::<Vec<_>>().join("|")
}

fn name(found: &Evidence) -> String {
    let known = [EntryText::Name, EntryText::Peptide].map(|text| found.text(text));
    let name = known.iter().find(|text| !text.is_empty());
    name.map_or_else(String::new, ToString::to_string)
}

/// A prefix of identifiers: no colon, no space.
fn prefix(library: &str) -> String {
    library.replace([':', ' ', '|', '\t'], "_")
}

fn identifier(run: &Run, found: &Evidence) -> String {
    match found.text(EntryText::Id) {
        "" => String::new(),
        id => format!("{}:{id}", prefix(&run.libraries[found.library])),
    }
}

fn adduct(found: &Evidence) -> String {
    adduct_of(found.text(EntryText::Adduct)).unwrap_or_default()
}

/// An adduct as mzTab-M has it, `[M+H]1+`: the number of charges is always written. `None` for text
/// that is no adduct.
fn adduct_of(text: &str) -> Option<String> {
    let (ion, charge) = text.trim().rsplit_once(']')?;
    let ion = ion.strip_prefix('[')?;
    let molecule = ion.trim_start_matches(|c: char| c.is_ascii_digit());
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '+' | '-');
    let sign = charge.chars().find(|c| matches!(c, '+' | '-'))?;
    let digits: String = charge.chars().filter(char::is_ascii_digit).collect();
    let repeated = charge.chars().filter(|c| *c == sign).count();
    let whole = charge.chars().all(|c| c == sign || c.is_ascii_digit());
    let n_charges = if digits.is_empty() {
        repeated.to_string()
    } else {
        digits
    };
    (molecule.starts_with('M') && molecule.chars().all(plain) && whole)
        .then(|| format!("[{ion}]{n_charges}{sign}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn adducts_state_their_charge() {
        for (text, expected) in [
            ("[M+H]+", Some("[M+H]1+")),
            ("[M+2H]2+", Some("[M+2H]2+")),
            ("[M+2H]++", Some("[M+2H]2+")),
            ("[2M-H]-", Some("[2M-H]1-")),
            ("[M+HCOO]-", Some("[M+HCOO]1-")),
            ("M+H", None),
            ("[M+H]", None),
            ("", None),
        ] {
            assert_eq!(adduct_of(text).as_deref(), expected, "{text}");
        }
    }

    #[test]
    fn lists_keep_their_number_of_elements() {
        let elements = ["a|b", "", " c "].map(str::to_owned);
        assert_eq!(joined(elements.into_iter()), "a/b|null|c");
    }
}
