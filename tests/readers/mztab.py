"""Is a file valid mzTab 1.0 or mzTab-M 2.0?

usage: mztab.py FILE N_MATCHES; prints `ok` or says what is wrong.

Checks what the specifications ask for (mzTab 1.0.0, sections 5 and 6; mzTab-M 2.0.0, section 6):
mandatory metadata and columns and their order, types of cells, parameters, references between
sections; and that pyteomics reads the file and sees as many matches.
"""

import re
import sys

from pyteomics import mztab

path, n_matches = sys.argv[1], int(sys.argv[2])
lines = [line.split("\t") for line in open(path, encoding="utf-8").read().split("\n")]
assert lines[-1] == [""], "ends with a line end"
lines = [cells for cells in lines[:-1] if cells != [""]]

metadata = {}
tables = {}
HEADERS = {"PSH": "PSM", "SMH": "SML", "SFH": "SMF", "SEH": "SME"}
for cells in lines:
    assert all(cell != "" and cell == cell.strip() for cell in cells), f"empty cell: {cells}"
    prefix = cells[0]
    if prefix == "MTD":
        assert not tables, "metadata come first"
        assert len(cells) == 3, cells
        assert cells[1] not in metadata, f"{cells[1]} twice"
        metadata[cells[1]] = cells[2]
    elif prefix in HEADERS:
        assert HEADERS[prefix] not in tables, f"{prefix} twice"
        assert len(set(cells)) == len(cells), f"columns twice: {cells}"
        tables[HEADERS[prefix]] = (cells[1:], [])
    else:
        header, rows = tables[prefix]
        assert len(cells) == len(header) + 1, f"{len(cells)} cells, {len(header) + 1} columns"
        rows.append(dict(zip(header, cells[1:])))

PARAM = re.compile(r'^\[[^,\[\]]*, ?[^,\[\]]*, ?("[^"]*"|[^,\[\]"]*), ?("[^"]*"|[^,\[\]"]*)\]$')
for key, value in metadata.items():
    if value.startswith("["):
        assert PARAM.match(value), f"{key}: {value}"
version = metadata["mzTab-version"]
n_runs = sum(bool(re.fullmatch(r"ms_run\[\d+\]-location", key)) for key in metadata)
assert n_runs > 0
for n in range(1, n_runs + 1):
    location = metadata[f"ms_run[{n}]-location"]
    assert location == "null" or re.match(r"^[a-z]+://\S+$", location), location


def ordered(section, names):
    header = tables[section][0]
    places = [header.index(name) for name in names]
    assert places == sorted(places), f"{section}: {names}"


def typed(section, kind, names):
    for row in tables[section][1]:
        for name in names:
            if row[name] != "null":
                kind(row[name])


def reference(cell):
    found = re.fullmatch(r"ms_run\[(\d+)\]:index=\d+", cell)
    assert found and 1 <= int(found[1]) <= n_runs, cell


def unique(section, name):
    cells = [row[name] for row in tables[section][1]]
    assert len(set(cells)) == len(cells), name
    return set(cells)


if version == "1.0.0":
    assert metadata["mzTab-mode"] in ("Summary", "Complete")
    assert metadata["mzTab-type"] in ("Identification", "Quantification")
    for key in ("description", "fixed_mod[1]", "variable_mod[1]"):
        assert key in metadata, key
    if "PSM" in tables:
        assert "psm_search_engine_score[1]" in metadata
        ordered("PSM", """sequence PSM_ID accession unique database database_version search_engine
            search_engine_score[1] modifications retention_time charge exp_mass_to_charge
            calc_mass_to_charge spectra_ref pre post start end""".split())
        typed("PSM", int, ["PSM_ID", "charge", "start", "end"])
        typed("PSM", float, ["retention_time", "exp_mass_to_charge", "calc_mass_to_charge"])
        for row in tables["PSM"][1]:
            assert re.fullmatch("[A-Z]+", row["sequence"]), row["sequence"]
            reference(row["spectra_ref"])
            change = r"\d+-(CHEMMOD:[+-][\d.]+|UNIMOD:\d+)"
            assert row["modifications"] == "null" or re.fullmatch(
                f"{change}(,{change})*", row["modifications"]
            ), row["modifications"]
    if "SML" in tables:
        assert "smallmolecule_search_engine_score[1]" in metadata
        ordered("SML", """identifier chemical_formula smiles inchi_key description
            exp_mass_to_charge calc_mass_to_charge charge retention_time taxid species database
            database_version spectra_ref search_engine best_search_engine_score[1]
            modifications""".split())
        typed("SML", int, ["charge", "taxid"])
        typed("SML", float, ["exp_mass_to_charge", "calc_mass_to_charge", "retention_time"])
        for row in tables["SML"][1]:
            reference(row["spectra_ref"])
    found = sum(len(rows) for _, rows in tables.values())
else:
    assert version == "2.0.0-M", version
    for key in """mzTab-ID software[1] quantification_method study_variable[1]
            study_variable[1]-assay_refs study_variable[1]-description cv[1]-label cv[1]-full_name
            cv[1]-version cv[1]-uri database[1] database[1]-prefix database[1]-version
            database[1]-uri small_molecule-quantification_unit
            small_molecule_feature-quantification_unit id_confidence_measure[1]""".split():
        assert key in metadata, key
    assert all(PARAM.match(metadata[key]) for key in ("software[1]", "quantification_method"))
    for n in range(1, n_runs + 1):
        assert PARAM.match(metadata[f"ms_run[{n}]-scan_polarity[1]"])
        assert metadata[f"assay[{n}]-ms_run_ref"] == f"ms_run[{n}]"
    found = 0
    if n_matches > 0:
        assays = [f"abundance_assay[{n}]" for n in range(1, n_runs + 1)]
        ordered("SML", """SML_ID SMF_ID_REFS database_identifier chemical_formula smiles inchi
            chemical_name uri theoretical_neutral_mass adduct_ions reliability
            best_id_confidence_measure best_id_confidence_value""".split() + assays
            + ["abundance_study_variable[1]", "abundance_variation_study_variable[1]"])
        ordered("SMF", """SMF_ID SME_ID_REFS SME_ID_REF_ambiguity_code adduct_ion isotopomer
            exp_mass_to_charge charge retention_time_in_seconds retention_time_in_seconds_start
            retention_time_in_seconds_end""".split() + assays)
        ordered("SME", """SME_ID evidence_input_id database_identifier chemical_formula smiles inchi
            chemical_name uri derivatized_form adduct_ion exp_mass_to_charge charge
            theoretical_mass_to_charge spectra_ref identification_method ms_level
            id_confidence_measure[1] rank""".split())
        typed("SML", float, ["best_id_confidence_value"])
        typed("SMF", int, ["charge", "SME_ID_REF_ambiguity_code"])
        typed("SMF", float, ["exp_mass_to_charge", "retention_time_in_seconds"])
        typed("SME", int, ["charge", "rank"])
        typed("SME", float, ["exp_mass_to_charge", "theoretical_mass_to_charge"])
        ADDUCT = re.compile(r"^\[\d*M([+-][\w]*)*\]\d+[+-]$")
        features, evidence = unique("SMF", "SMF_ID"), unique("SME", "SME_ID")
        unique("SML", "SML_ID")
        used = []
        for row in tables["SML"][1]:
            assert set(row["SMF_ID_REFS"].split("|")) <= features
            lists = ["database_identifier", "chemical_formula", "smiles", "inchi", "chemical_name",
                     "uri", "theoretical_neutral_mass"]
            assert len({len(row[name].split("|")) for name in lists}) == 1, row
            assert row["adduct_ions"] == "null" or all(
                ADDUCT.match(one) for one in row["adduct_ions"].split("|")), row["adduct_ions"]
            assert PARAM.match(row["best_id_confidence_measure"])
            assert row["reliability"] in "1234"
        for row in tables["SMF"][1]:
            refs = row["SME_ID_REFS"].split("|")
            used += refs
            assert set(refs) <= evidence
            assert (len(refs) > 1) == (row["SME_ID_REF_ambiguity_code"] in ("1", "2")), row
            assert row["adduct_ion"] == "null" or ADDUCT.match(row["adduct_ion"]), row["adduct_ion"]
        assert sorted(used) == sorted(evidence), "every evidence belongs to one feature"
        for row in tables["SME"][1]:
            reference(row["spectra_ref"])
            assert PARAM.match(row["identification_method"]) and PARAM.match(row["ms_level"])
            assert int(row["rank"]) >= 1
        found = len(tables["SME"][1])

assert found == n_matches, f"{found} rows, {n_matches} matches"
read = mztab.MzTab(path)
assert read.metadata["mzTab-version"] == version
if version == "1.0.0":
    seen = len(read.spectrum_match_table) + len(read.small_molecule_table)
else:
    seen = len(read.small_molecule_evidence_table)
assert seen == n_matches, f"pyteomics reads {seen} matches of {n_matches}"
print("ok", version, n_matches)
