#!/usr/bin/env python3
"""Flash entropy search (ms_entropy) as its makers use it, on one thread; `flash_entropy.py` runs it.

usage: flash_worker.py build LIBRARY.msp[.gz] INDEX_DIR
       flash_worker.py search INDEX_DIR QUERIES.mgf[.gz] (open|identity) HITS.csv
Prints one line of JSON with the CPU seconds of the work alone. Settings are those of mzseek's `small-molecule`
profile, which are those of ms_entropy: peaks above the precursor less 1.6 Da removed, noise below
1 %, merging at 0.05 Da, fragments within 0.02 Da; identity within 10 ppm.
"""
import csv
import gzip
import json
import os
import pickle
import sys
import time

import numpy as np
from ms_entropy import FlashEntropySearch

CLEANING = {"precursor_ions_removal_da": 1.6, "noise_threshold": 0.01, "min_ms2_difference_in_da": 0.05}
FRAGMENT_DA, PRECURSOR_PPM, TOP = 0.02, 10e-6, 10


def lines(path):
    opened = gzip.open(path, "rt", encoding="utf-8", errors="replace") if path.endswith(".gz") else open(path, encoding="utf-8", errors="replace")
    with opened as file:
        for line in file:
            yield line.strip()


def array(numbers):
    return np.array(numbers, dtype=np.float32).reshape(-1, 2)


def read_msp(path):
    known, numbers, left = {}, [], 0
    for line in lines(path):
        if left:
            numbers += line.split()[:2]
            left -= 1
            if not left:
                yield {"precursor_mz": float(known.get("precursormz") or 0), "peaks": array(numbers),
                       "id": known.get("db#") or known.get("name", ""), "inchikey": known.get("inchikey", "")}
                known, numbers = {}, []
        elif ":" in line:
            key, value = line.split(":", 1)
            known[key.strip().lower()] = value.strip()
            if key.strip().lower() == "num peaks":
                left = int(value)


def read_mgf(path):
    known, numbers = {}, []
    for line in lines(path):
        if line == "END IONS":
            yield {"id": known.get("TITLE", ""), "precursor_mz": float(known.get("PEPMASS", "0").split()[0]), "peaks": array(numbers)}
            known, numbers = {}, []
        elif line[:1].isdigit():
            numbers += line.split()[:2]
        elif "=" in line:
            key, value = line.split("=", 1)
            known[key] = value


def build(library, folder):
    spectra = list(read_msp(library))
    started = time.process_time()
    search = FlashEntropySearch(max_ms2_tolerance_in_da=0.024)
    ordered = search.build_index(spectra, max_indexed_mz=1500.0, clean_spectra=True, **CLEANING)
    work = time.process_time() - started
    os.makedirs(folder, exist_ok=True)
    search.entropy_search.write(folder)
    search.precursor_mz_array.tofile(os.path.join(folder, "precursors.f32"))
    with open(os.path.join(folder, "names.pickle"), "wb") as out:
        pickle.dump([(entry["id"], entry["inchikey"]) for entry in ordered], out)
    return {"work_cpu": work}


def search(folder, queries, mode, hits):
    with open(os.path.join(folder, "names.pickle"), "rb") as names:
        names = pickle.load(names)
    index = FlashEntropySearch(max_ms2_tolerance_in_da=0.024)
    index.entropy_search.read(folder)
    index.precursor_mz_array = np.fromfile(os.path.join(folder, "precursors.f32"), dtype=np.float32)
    work, found = 0.0, []
    for query in read_mgf(queries):
        started = time.process_time()
        scores = index.search(method=mode, precursor_mz=query["precursor_mz"], peaks=query["peaks"],
                              ms1_tolerance_in_da=query["precursor_mz"] * PRECURSOR_PPM, ms2_tolerance_in_da=FRAGMENT_DA, **CLEANING)
        scores = np.asarray(scores[f"{mode}_search"])
        best = np.argpartition(-scores, TOP - 1)[:TOP] if len(scores) > TOP else np.arange(len(scores))
        best = best[np.argsort(-scores[best], kind="stable")]
        work += time.process_time() - started
        found.append((query["id"], [(int(entry), float(scores[entry])) for entry in best if scores[entry] > 0]))
    with open(hits, "w", newline="", encoding="utf-8") as out:
        table = csv.writer(out)
        table.writerow(["query_id", "rank", "similarity", "entry_id", "inchikey"])
        for query, entries in found:
            if not entries:
                table.writerow([query, "", "", "", ""])
            for rank, (entry, similarity) in enumerate(entries, 1):
                table.writerow([query, rank, f"{similarity:.6f}", *names[entry]])
    return {"work_cpu": work}


if __name__ == "__main__":
    print(json.dumps({"build": build, "search": search}[sys.argv[1]](*sys.argv[2:])))
