//! mzTab 1.0: peptides in the PSM section, other molecules in the section of small molecules.

use super::evidence::{Evidence, Run};
use super::{Lines, engine, fixed, user_param, whole};
use crate::domain::{Peptidoform, Residue};
use crate::library::EntryText;

/// The whole file, `Summary` of an `Identification`.
pub(super) fn text(run: &Run) -> String {
    let mut lines = Lines::default();
    let (peptides, molecules): (Vec<&Evidence>, Vec<&Evidence>) = run
        .found
        .iter()
        .partition(|found| !found.text(EntryText::Peptide).is_empty());
    lines.metadata("mzTab-version", "1.0.0");
    lines.metadata("mzTab-mode", "Summary");
    lines.metadata("mzTab-type", "Identification");
    lines.metadata(
        "description",
        "spectra identified by a search in spectral libraries",
    );
    lines.metadata("software[1]", engine());
    for (section, found) in [("psm", &peptides), ("smallmolecule", &molecules)] {
        let scores = run.scores.iter().enumerate();
        for (idx, score) in scores.filter(|_| !found.is_empty()) {
            let key = format!("{section}_search_engine_score[{}]", idx + 1);
            lines.metadata(&key, user_param(&format!("mzseek:{score}"), ""));
        }
    }
    let none = "[MS, MS:1002453, No fixed modifications searched, ]";
    lines.metadata("fixed_mod[1]", none);
    let none = "[MS, MS:1002454, No variable modifications searched, ]";
    lines.metadata("variable_mod[1]", none);
    for (idx, file) in run.files.iter().enumerate() {
        let key = format!("ms_run[{}]", idx + 1);
        if let Some(format) = file.format() {
            lines.metadata(&format!("{key}-format"), format);
            let by_index = "[MS, MS:1000774, multiple peak list nativeID format, ]";
            lines.metadata(&format!("{key}-id_format"), by_index);
        }
        lines.metadata(&format!("{key}-location"), file.uri());
    }
    if run.files.is_empty() {
        lines.metadata("ms_run[1]-location", "");
    }
    if !peptides.is_empty() {
        psm_section(run, &peptides, &mut lines);
    }
    if !molecules.is_empty() {
        molecule_section(run, &molecules, &mut lines);
    }
    lines.0
}

fn psm_section(run: &Run, found: &[&Evidence], lines: &mut Lines) {
    lines.gap();
    let before = "PSH sequence PSM_ID accession unique database database_version search_engine";
    let after = "modifications retention_time charge exp_mass_to_charge calc_mass_to_charge \
                 spectra_ref pre post start end opt_global_rank opt_global_matched_peaks \
                 opt_global_q_value opt_global_library_id";
    let mut header = words(before);
    header.extend((1..=run.scores.len()).map(|n| format!("search_engine_score[{n}]")));
    header.extend(words(after));
    lines.push(header);
    for (idx, found) in found.iter().enumerate() {
        let (sequence, modifications) = sequence(found.text(EntryText::Peptide));
        let none = String::new;
        let mut cells = vec!["PSM".to_owned(), sequence, (idx + 1).to_string()];
        cells.extend([
            none(),
            none(),
            run.libraries[found.library].clone(),
            none(),
            engine(),
        ]);
        cells.extend(found.scores(run.scores.len()));
        cells.extend([modifications, fixed(found.retention_time, 2)]);
        cells.extend([
            whole(found.charge),
            fixed(found.query_mz, 5),
            fixed(found.entry_mz, 5),
        ]);
        cells.extend([found.spectra_ref(), none(), none(), none(), none()]);
        cells.extend(optional(found));
        lines.push(cells);
    }
}

fn molecule_section(run: &Run, found: &[&Evidence], lines: &mut Lines) {
    lines.gap();
    let before = "SMH identifier chemical_formula smiles inchi_key description exp_mass_to_charge \
                  calc_mass_to_charge charge retention_time taxid species database \
                  database_version spectra_ref search_engine";
    let after = "modifications opt_global_rank opt_global_matched_peaks opt_global_q_value \
                 opt_global_library_id opt_global_adduct";
    let mut header = words(before);
    header.extend((1..=run.scores.len()).map(|n| format!("best_search_engine_score[{n}]")));
    header.extend(words(after));
    lines.push(header);
    for found in found {
        let text = |text| found.text(text).to_owned();
        let none = String::new;
        let mut cells = vec![
            "SML".to_owned(),
            text(EntryText::Id),
            text(EntryText::Formula),
        ];
        cells.extend([EntryText::Smiles, EntryText::InchiKey, EntryText::Name].map(text));
        cells.extend([
            fixed(found.query_mz, 5),
            fixed(found.entry_mz, 5),
            whole(found.charge),
            fixed(found.retention_time, 2),
        ]);
        cells.extend([none(), none(), run.libraries[found.library].clone(), none()]);
        cells.extend([found.spectra_ref(), engine()]);
        cells.extend(found.scores(run.scores.len()));
        cells.push(none());
        cells.extend(optional(found));
        cells.push(text(EntryText::Adduct));
        lines.push(cells);
    }
}

fn optional(found: &Evidence) -> [String; 4] {
    [
        found.rank.to_string(),
        found.matched_peaks.to_string(),
        fixed(found.q_value, 6),
        found.text(EntryText::Id).to_owned(),
    ]
}

fn words(text: &str) -> Vec<String> {
    text.split_whitespace().map(str::to_owned).collect()
}

/// The residues of a peptidoform, and its modifications as `position-CHEMMOD:mass`, 0 being the
/// N-terminus. Where masses are not known, only the residues.
fn sequence(peptide: &str) -> (String, String) {
    let Ok(form) = peptide.parse::<Peptidoform>() else {
        let mut depth = 0;
        let outside = peptide.chars().filter(|c| {
            depth +=
                i32::from(matches!(c, '[' | '(' | '{')) - i32::from(matches!(c, ']' | ')' | '}'));
            depth == 0 && c.is_ascii_uppercase()
        });
        return (outside.collect(), String::new());
    };
    let letters: String = form.residues().iter().map(Residue::letter).collect();
    let n = form.residues().len();
    let (n_term, c_term) = form.terminal_shifts();
    let within = form.residues().iter().enumerate().map(|(at, residue)| {
        let bare = residue.letter().to_string().parse::<Peptidoform>();
        let bare = bare.map_or(residue.mass(), |bare| bare.residues()[0].mass());
        (at + 1, residue.mass() - bare)
    });
    let all = [(0, n_term)]
        .into_iter()
        .chain(within)
        .chain([(n + 1, c_term)]);
    let modified = all.filter(|(_, mass)| mass.abs() > 1.0e-6);
    let written: Vec<String> = modified
        .map(|(at, mass)| format!("{at}-CHEMMOD:{mass:+.4}"))
        .collect();
    (letters, written.join(","))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn modifications_stand_at_their_residue() {
        let (letters, modifications) = sequence("[Acetyl]-AC[Carbamidomethyl]DM[Oxidation]K");
        assert_eq!(letters, "ACDMK");
        assert_eq!(
            modifications,
            "0-CHEMMOD:+42.0106,2-CHEMMOD:+57.0215,4-CHEMMOD:+15.9949"
        );
        assert_eq!(sequence("PEPTIDE"), ("PEPTIDE".into(), String::new()));
        assert_eq!(sequence("PEPT[Nobody knows]IDE").0, "PEPTIDE");
    }
}
