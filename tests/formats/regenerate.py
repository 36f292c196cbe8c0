#!/usr/bin/env python3
"""Writes golden.json: what other readers find in the collection of files in every format.

usage: tests/formats/regenerate.py DATA/formats    (Python 3.11 with the packages of requirements.txt)

Per file: which program read it, and per spectrum [position in the file, precursor m/z, charge without
sign, peaks of intensity above 0, sum of m/z, sum of intensity, sum of m/z times intensity]. What the
program does not say is null and not compared, and so are the points of profile scans (centroids.py
finds their peaks). Full scans of runs are left out. The test is
`cargo test --test it formats_golden`; it also writes the table of docs/formats.md.
"""
import bz2
import csv
import gzip
import json
import logging
import os
import sys
import warnings
from importlib.metadata import version

warnings.filterwarnings("ignore")
logging.disable(logging.WARNING)

from matchms.importing import load_from_json, load_from_msp  # noqa: E402
from mzspeclib import SpectrumLibrary  # noqa: E402
from pyteomics import mgf, mzml, mzmlb, mzxml  # noqa: E402

HERE = os.path.dirname(os.path.abspath(__file__))


def row(index, precursor, charge, peaks):
    peaks = [(float(mz), float(intensity)) for mz, intensity in peaks if intensity > 0]
    charge = abs(int(charge)) if charge else None
    sums = [sum(mz for mz, _ in peaks), sum(i for _, i in peaks), sum(mz * i for mz, i in peaks)]
    return [index, float(precursor) if precursor else None, charge, len(peaks)] + [float(f"{s:.9g}") for s in sums]


def opened(path):
    opener = {".gz": gzip.open, ".bz2": bz2.open}.get(os.path.splitext(path)[1], open)
    return opener(path, "rb")


def by_mgf(path):
    with open(path, "rb") as file:
        text = file.read().decode("utf-8-sig").replace("\r\n", "\n").replace("\r", "\n")
    with mgf.MGF(__import__("io").StringIO(text), convert_arrays=1, read_charges=False) as reader:
        for index, spectrum in enumerate(reader):
            params = spectrum["params"]
            charges = params.get("charge") or []
            charge = charges[0] if len(charges) == 1 else None
            yield row(index, params["pepmass"][0], charge, zip(spectrum["m/z array"], spectrum["intensity array"]))


def by_mzml(path):
    with opened(path) as file, mzml.MzML(file) as reader:
        yield from of_mzml(reader)


def by_mzmlb(path):
    with mzmlb.MzMLb(path) as reader:
        yield from of_mzml(reader)


def of_mzml(reader):
    for index, spectrum in enumerate(reader):
        if spectrum.get("ms level", 1) < 2:
            continue
        ion = spectrum["precursorList"]["precursor"][0].get("selectedIonList", {"selectedIon": [{}]})["selectedIon"][0]
        peaks = zip(spectrum.get("m/z array", []), spectrum.get("intensity array", []))
        if "profile spectrum" in spectrum:
            yield row(index, ion.get("selected ion m/z"), ion.get("charge state"), [])[:3] + 4 * [None]
            continue
        yield row(index, ion.get("selected ion m/z"), ion.get("charge state"), peaks)


def by_mzxml(path):
    with mzxml.MzXML(path) as reader:
        for index, spectrum in enumerate(reader):
            if spectrum["msLevel"] < 2:
                continue
            ion = spectrum["precursorMz"][0]
            peaks = zip(spectrum.get("m/z array", []), spectrum.get("intensity array", []))
            yield row(index, ion["precursorMz"], ion.get("precursorCharge"), peaks)


def by_matchms(load):
    def rows(path):
        for index, spectrum in enumerate(load(path)):
            charge = spectrum.get("charge")
            yield row(index, spectrum.get("precursor_mz"), charge, zip(spectrum.peaks.mz, spectrum.peaks.intensities))
    return rows


def by_mzspeclib(path):
    index = -1
    for entry in SpectrumLibrary(filename=path).read():
        index += 1
        if type(entry).__name__ != "Spectrum":
            continue
        selected = [a.value for a in entry.attributes if a.key == "MS:1000744|selected ion m/z"]
        precursor = selected[0] if selected else entry.precursor_mz
        yield row(index, precursor, entry.precursor_charge, ((p[0], p[1]) for p in entry.peak_list or []))


def by_json(path):
    """MoNA and mzmine, by their own words."""
    with open(path, encoding="utf-8") as file:
        text = file.read().strip()
    for index, record in enumerate(json.loads(text) if text.startswith("[") else [json.loads(text)]):
        if "signals" in record:
            yield row(index, record["precursor_mz"], record["charge"], record["signals"])
        else:
            precursor = next((m["value"] for m in record["metaData"] if m["name"] == "precursor m/z"), None)
            yield row(index, precursor, None, (map(float, pair.split(":")) for pair in record["spectrum"].split()))


def by_massbank(path):
    """One record, by the rules of the MassBank record format."""
    precursor, level, peaks, in_peaks = None, "MS2", [], False
    with open(path, encoding="utf-8") as file:
        for line in file:
            if line.startswith("MS$FOCUSED_ION: PRECURSOR_M/Z"):
                precursor = line.split()[-1]
            elif line.startswith("AC$MASS_SPECTROMETRY: MS_TYPE"):
                level = line.split()[-1]
            elif line.startswith("AC$MASS_SPECTROMETRY: IONIZATION EI"):
                level = "MS2"
            elif line.startswith("PK$PEAK"):
                in_peaks = True
            elif in_peaks and line.startswith(" "):
                peaks.append([float(cell) for cell in line.split()[:2]])
    if level != "MS":
        yield row(0, precursor, None, peaks)


def by_csv(path):
    """Rows of one precursor joined."""
    groups = {}
    with open(path, newline="") as file:
        for line in csv.DictReader(file, delimiter="\t"):
            get = lambda *names: next(line[name] for name in names if name in line)  # noqa: E731
            key = (get("ModifiedPeptide"), get("PrecursorCharge"))
            group = groups.setdefault(key, (get("PrecursorMz"), key[1], []))
            group[2].append((float(get("ProductMz", "FragmentMz")), float(get("LibraryIntensity", "RelativeIntensity"))))
    for index, (precursor, charge, peaks) in enumerate(groups.values()):
        yield row(index, precursor, charge, peaks)


PYTEOMICS, MATCHMS, MZSPECLIB = (f"{name} {version(name)}" for name in ("pyteomics", "matchms", "mzspeclib"))
PYTHON = "Python's json and csv"
READERS = {
    "mgf": (PYTEOMICS, by_mgf),
    "mzml": (PYTEOMICS, by_mzml),
    "mzmlb": (PYTEOMICS, by_mzmlb),
    "mzxml": (PYTEOMICS, by_mzxml),
    "msp": (MATCHMS, by_matchms(load_from_msp)),
    "sptxt": (MZSPECLIB, by_mzspeclib),
    "mzspeclib": (MZSPECLIB, by_mzspeclib),
    "json": (PYTHON, by_json),
    "massbank": (PYTHON, by_massbank),
    "tsv": (PYTHON, by_csv),
}
BY_FILE = {
    "json/gnps_spectra.json": (MATCHMS, by_matchms(load_from_json)),
    "msp/ms2pip.msp": (MZSPECLIB, by_mzspeclib),
    "msp/pdeep.msp": (MZSPECLIB, by_mzspeclib),
}


def main(root):
    golden = {}
    for folder, by_folder in READERS.items():
        for name in sorted(os.listdir(os.path.join(root, folder))):
            file = f"{folder}/{name}"
            program, read = BY_FILE.get(file, by_folder)
            try:
                golden[file] = {"reader": program, "spectra": list(read(os.path.join(root, file)))}
            except Exception as error:  # what a program refuses is told, and looked at by hand
                golden[file] = {"reader": program, "refused": f"{type(error).__name__}: {error}".split(", line")[0].replace(root, "")[:120]}
                print(file, golden[file]["refused"], file=sys.stderr)
    with open(os.path.join(HERE, "golden.json"), "w") as file:
        lines = []
        for name, found in golden.items():
            rows = found.get("spectra")
            head = json.dumps({key: value for key, value in found.items() if key != "spectra"})
            if rows is not None:
                body = ",\n   ".join(json.dumps(r) for r in rows)
                head = head[:-1] + f', "spectra": [\n   {body}]}}'
            lines.append(f" {json.dumps(name)}: {head}")
        file.write("{\n" + ",\n".join(lines) + "\n}\n")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    main(sys.argv[1].rstrip("/"))
