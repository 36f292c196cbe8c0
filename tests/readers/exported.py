#!/usr/bin/env python3
"""Do other programs find in exported files what the CSV of the same export says?

usage: tests/readers/exported.py BASE    (BASE.csv beside BASE.mgf, BASE.msp and BASE.mzspeclib.txt)

Compared per spectrum: every m/z and every intensity, the precursor, the charge. pyteomics reads MGF;
matchms reads MGF and MSP and mzspeclib reads mzSpecLib, where they are installed.
"""
import csv
import importlib.util
import logging
import os
import sys
import warnings
from importlib.metadata import version

warnings.filterwarnings("ignore")
logging.disable(logging.WARNING)
csv.field_size_limit(2**31 - 1)


def expected(base):
    with open(base + ".csv", encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            peaks = [tuple(map(float, peak.split(":"))) for peak in row["peaks"].split()]
            precursor = float(row["precursor_mz"]) if row["precursor_mz"] else None
            yield precursor, int(row["charge"]) if row["charge"] else None, peaks


def by_pyteomics(base):
    from pyteomics import mgf

    with mgf.MGF(base + ".mgf", convert_arrays=1, read_charges=False) as reader:
        for spectrum in reader:
            params = spectrum["params"]
            peaks = zip(spectrum["m/z array"], spectrum["intensity array"])
            yield params.get("pepmass", [None])[0], (params.get("charge") or [None])[0], peaks


def by_matchms(extension):
    def read(base):
        from matchms.importing import load_from_mgf, load_from_msp

        load = {".mgf": load_from_mgf, ".msp": load_from_msp}[extension]
        for spectrum in load(base + extension):
            peaks = zip(spectrum.peaks.mz, spectrum.peaks.intensities)
            yield spectrum.get("precursor_mz"), spectrum.get("charge"), peaks

    return read


def by_mzspeclib(base):
    from mzspeclib import SpectrumLibrary

    for entry in SpectrumLibrary(filename=base + ".mzspeclib.txt").read():
        if type(entry).__name__ == "Spectrum":
            mz = [a.value for a in entry.attributes if a.key == "MS:1000744|selected ion m/z"]
            yield mz[0] if mz else None, entry.precursor_charge, ((p[0], p[1]) for p in entry.peak_list)


READERS = [
    ("pyteomics", ".mgf", by_pyteomics),
    ("matchms", ".mgf", by_matchms(".mgf")),
    ("matchms", ".msp", by_matchms(".msp")),
    ("mzspeclib", ".mzspeclib.txt", by_mzspeclib),
]


def same(ours, theirs):
    (mz, charge, peaks), (their_mz, their_charge, their_peaks) = ours, theirs
    their_peaks = [(float(a), float(b)) for a, b in their_peaks]
    # What is not stated is whatever a reader makes of it.
    return (
        peaks == their_peaks
        and (mz is None or mz == their_mz)
        and (charge is None or charge == int(their_charge))
    )


def main(base):
    wanted = list(expected(base))
    assert wanted, "nothing was exported"
    for module, extension, read in READERS:
        if importlib.util.find_spec(module) is None or not os.path.exists(base + extension):
            continue
        found = list(read(base))
        wrong = [at for at, pair in enumerate(zip(wanted, found)) if not same(*pair)]
        print(f"{module} {version(module)} {extension}: {len(found)} of {len(wanted)} spectra, {len(wrong)} differ")
        if len(found) != len(wanted) or wrong:
            sys.exit(f"{module} {extension}: {len(found)} of {len(wanted)} spectra; different: {wrong[:10]}")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    main(sys.argv[1])
