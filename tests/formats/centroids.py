#!/usr/bin/env python3
"""Writes centroids.json: the peaks that OpenMS finds in profile MS/MS scans.

usage: tests/formats/centroids.py DATA/formats    (Python 3.11 with pyopenms 3.5)

Per file and position of the scan: m/z and intensity of each peak of at least 1 % of the highest, by
PeakPickerHiRes as it is set by default. The test is `cargo test --test it formats_golden`.
"""
import json
import os
import sys

import pyopenms

HERE = os.path.dirname(os.path.abspath(__file__))
FILES = ["mzml/three_test_scans.mzML"]


def main(root):
    found = {}
    for file in FILES:
        run = pyopenms.MSExperiment()
        pyopenms.MzMLFile().load(os.path.join(root, file), run)
        for index, scan in enumerate(run):
            if scan.getMSLevel() < 2:
                continue
            picked = pyopenms.MSSpectrum()
            pyopenms.PeakPickerHiRes().pick(scan, picked)
            mz, intensity = picked.get_peaks()
            least = 0.01 * max(intensity)
            peaks = [[round(float(m), 6), float(f"{i:.6g}")] for m, i in zip(mz, intensity) if i >= least]
            found.setdefault(file, {})[str(index)] = peaks
    with open(os.path.join(HERE, "centroids.json"), "w") as out:
        json.dump(found, out, indent=0, separators=(",", ":"))
        out.write("\n")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    main(sys.argv[1])
