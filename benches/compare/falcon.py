#!/usr/bin/env python3
"""mzseek cluster beside falcon: spectra clustered, errors and completeness, time and memory, in one run.

usage: benches/compare/falcon.py [--data DIR] [--sets massbank,peptides] [--eps 0.1,0.01] [--keep DIR] [--out FILE.md]

Both programs cluster the same annotated spectra with the same tolerances on two threads: the reference
spectra of the MassBank development set (10 ppm, 0.02 Da; the first block of the InChIKey says what a
spectrum is) and the reference and query spectra of the peptide set (20 ppm, 0.05 Da; sequence,
modifications and charge, I and L taken as one, and so labels its sources disagree about). Each is run over a range of its threshold. Incorrect is
the share of clustered spectra that are not what most of their cluster are; completeness is that of
Rosenberg & Hirschberg 2007 with every spectrum alone as its own cluster; both are computed here, by one
function for both programs. A table tells what each clusters where its share of incorrectly clustered
spectra comes to 1 % and to 2 %, interpolated between neighbouring thresholds, and where no threshold
comes so low, the lowest it reaches. Time and peak memory are of one whole run at the threshold given
(children included), falcon's at its default.

falcon-ms 0.1.3 runs in target/falcon with the releases of its time: newer ones of spectrum_utils and numpy
took away what it calls. Needs the release program (cargo build --release).
"""
import argparse
import collections
import csv
import gzip
import math
import os
import re
import shutil
import subprocess
import sys
import tempfile

from environment import ROOT, python_with

PROGRAM = os.path.join(ROOT, "target", "release", "mzseek")
PACKAGES = ["falcon-ms==0.1.3", "spectrum-utils==0.3.5", "numpy==1.23.5", "pandas<2.1", "pyarrow<15", "scikit-learn<1.4",
            "scipy<1.12", "fastcluster<1.3", "faiss-cpu<1.8", "matplotlib<3.8", "numba<0.59", "pyteomics<5"]
TWO_THREADS = {name: "2" for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "NUMBA_NUM_THREADS", "LOKY_MAX_CPU_COUNT")}
FALCON_EPS = [0.1, 0.003, 0.01, 0.03, 0.05, 0.15, 0.2, 0.3]
THRESHOLDS = [0.5, 0.55, 0.6, 0.65, 0.7, 0.75, 0.8, 0.85, 0.9, 0.92, 0.94, 0.96, 0.98, 0.99]
# Both take what a small molecule has: no least mass and hardly a least number of peaks.
SETS = {
    "massbank": {"tolerances": ("10", "ppm", "0.02"), "profile": "small-molecule",
                 "falcon": ["--min_peaks", "1", "--min_mz_range", "0", "--min_mz", "0"]},
    "peptides": {"tolerances": ("20", "ppm", "0.05"), "profile": "peptide", "falcon": []},
}


def read_msp(path):
    """Header with lower-case keys and peak lines of each record."""
    header, peaks, left = {}, [], 0
    with gzip.open(path, "rt", encoding="utf-8") as file:
        for line in map(str.strip, file):
            if left:
                peaks.append(" ".join(line.split()[:2]))
                left -= 1
                if not left:
                    yield header, peaks
                    header, peaks = {}, []
            elif ":" in line:
                key, value = line.split(":", 1)
                header[key.lower()] = value.strip()
                if key.lower() == "num peaks":
                    left = int(value)


def massbank(folder):
    """Title, precursor, charge, peaks and identity of each spectrum."""
    for header, peaks in read_msp(os.path.join(folder, "massbank", "library.msp.gz")):
        adduct = re.search(r"\](\d*)[+-]$", header.get("precursor_type", ""))
        charge = int(adduct.group(1) or 1) if adduct else 1
        sign = "+" if header["ion_mode"].upper().startswith("P") else "-"
        yield header["db#"], header["precursormz"], f"{charge}{sign}", peaks, header["inchikey"][:14]


def peptides(folder):
    """The same; what a query is comes from the truth."""
    def what(sequence, mods, charge):
        return f"{sequence.replace('I', 'L')}|{mods if mods not in ('', '0') else ''}|{charge}"

    for header, peaks in read_msp(os.path.join(folder, "peptides", "library.msp.gz")):
        sequence, rest = header["name"].split("/", 1)
        charge = rest.split("_")[0]
        mods = re.search(r"Mods=(\S+)", header["comment"]).group(1)
        mods = re.sub(r"^\d+", "", mods)
        yield header["libid"], header["precursormz"], f"{charge}+", peaks, what(sequence, mods, charge)
    with open(os.path.join(folder, "peptides", "queries_truth.csv"), encoding="utf-8", newline="") as file:
        truth = {row["query_id"]: row for row in csv.DictReader(file)}
    with gzip.open(os.path.join(folder, "peptides", "queries.mgf.gz"), "rt", encoding="utf-8") as file:
        for record in file.read().split("BEGIN IONS\n")[1:]:
            lines = record.split("END IONS")[0].strip().splitlines()
            keys = dict(line.split("=", 1) for line in lines if "=" in line)
            row = truth[keys["TITLE"]]
            mods = re.sub(r"^\d+", "", row["mods"])
            peaks = [" ".join(line.split()[:2]) for line in lines if "=" not in line]
            charge = row["charge"]
            yield keys["TITLE"], keys["PEPMASS"].split()[0], f"{charge}+", peaks, what(row["peptide"], mods, charge)


def lookalikes(folder, identities):
    """One name for identities that the sources of the set disagree about (its README counts either as right)."""
    name = {}

    def root(identity):
        while identity in name:
            identity = name[identity]
        return identity

    with open(os.path.join(folder, "peptides", "queries_truth.csv"), encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            for other in filter(None, row["lookalike_library_ids"].split(";")):
                a, b = sorted((root(identities[row["query_id"]]), root(identities[other])))
                if a != b:
                    name[b] = a
    return {identity: root(identity) for identity in name}


def write_set(name, data, folder):
    """The spectra as MGF and their truth; identities in order."""
    mgf, truth = os.path.join(folder, f"{name}.mgf"), os.path.join(folder, f"{name}.truth.csv")
    identities = []
    records = list({"massbank": massbank, "peptides": peptides}[name](data))
    same = lookalikes(data, {record[0]: record[4] for record in records}) if name == "peptides" else {}
    with open(mgf, "w", encoding="utf-8") as spectra, open(truth, "w", encoding="utf-8", newline="") as table:
        rows = csv.writer(table)
        rows.writerow(["id", "identity"])
        for title, precursor, charge, peaks, identity in records:
            identity = same.get(identity, identity)
            peaks = sorted(peaks, key=lambda line: float(line.split()[0]))
            spectra.write(f"BEGIN IONS\nTITLE={title}\nPEPMASS={precursor}\nCHARGE={charge}\n")
            spectra.write("\n".join(peaks) + "\nEND IONS\n\n")
            rows.writerow([title, identity])
            identities.append(identity)
    return mgf, truth, identities


def run(words, log):
    """CPU and wall seconds and peak memory in MB of a process and its children."""
    time_words = [sys.executable, "-c", """
import resource, subprocess, sys, time
start = time.monotonic()
code = subprocess.run(sys.argv[1:], stdout=sys.stderr).returncode
used = resource.getrusage(resource.RUSAGE_CHILDREN)
print(used.ru_utime + used.ru_stime, time.monotonic() - start, used.ru_maxrss / 1024)
sys.exit(code)
""", *words]
    with open(log, "w", encoding="utf-8") as said:
        done = subprocess.run(time_words, stdout=subprocess.PIPE, stderr=said, text=True, env={**os.environ, **TWO_THREADS})
    with open(log, encoding="utf-8") as said:
        # How falcon says that no two spectra were alike.
        nothing = "No valid spectra found for clustering" in said.read()
    if done.returncode not in (0, 3) and not nothing:
        sys.exit(f"{' '.join(words)} failed; what it said is in {log}")
    return [float(value) for value in done.stdout.split()]


def quality(labels, identities):
    """Share clustered, share incorrect of those, completeness. A label of None is a spectrum alone."""
    labels = [(at,) if label is None else label for at, label in enumerate(labels)]
    n, size = len(labels), collections.Counter(labels)
    joint, of_identity = collections.Counter(zip(labels, identities)), collections.Counter(identities)
    most = collections.Counter()
    for (label, _), count in joint.items():
        most[label] = max(most[label], count)
    clustered = sum(count for count in size.values() if count > 1)
    right = sum(most[label] for label, count in size.items() if count > 1)
    entropy = -sum(count / n * math.log(count / n) for count in size.values())
    given = -sum(count / n * math.log(count / of_identity[identity]) for (_, identity), count in joint.items())
    return clustered / n, 1 - right / max(clustered, 1), 1 - given / entropy


def falcon(python, mgf, config, eps, folder):
    ppm, unit, fragment = config["tolerances"]
    out = os.path.join(folder, "falcon_out")
    work = os.path.join(folder, "falcon_work")
    words = [os.path.join(os.path.dirname(python), "falcon"), mgf, out, "--work_dir", work, "--precursor_tol", ppm, unit,
             "--fragment_tol", fragment, "--eps", str(eps), *config["falcon"]]
    if os.path.exists(f"{out}.csv"):
        os.remove(f"{out}.csv")
    used = run(words, os.path.join(folder, "falcon.log"))
    if not os.path.exists(f"{out}.csv"):
        return used, {}
    with open(f"{out}.csv", encoding="utf-8") as file:
        rows = csv.DictReader(line for line in file if not line.startswith("#"))
        return used, {int(row["identifier"].rsplit(":", 1)[1]): int(row["cluster"]) for row in rows if row["cluster"] != "-1"}


def mzseek(mgf, config, words, folder):
    ppm, unit, fragment = config["tolerances"]
    out = os.path.join(folder, "mzseek.csv")
    used = run([PROGRAM, "cluster", mgf, "-o", out, "--profile", config["profile"], "--precursor-tol", ppm + unit,
                "--fragment-tol", f"{fragment}Da", "--threads", "2", *words], os.path.join(folder, "mzseek.log"))
    with open(out, encoding="utf-8", newline="") as file:
        return used, {at: int(row["cluster"]) for at, row in enumerate(csv.DictReader(file)) if row["cluster"]}


def at_share(points, share):
    """Clustered and completeness where incorrect comes to `share`, between neighbouring points of the curve; the most
    clustered where it does so more than once."""
    points = sorted(points)
    best = None
    for low, high in zip(points, points[1:]):
        if min(low[1], high[1]) <= share <= max(low[1], high[1]) and high[1] != low[1]:
            part = (share - low[1]) / (high[1] - low[1])
            best = [low[at] + part * (high[at] - low[at]) for at in (0, 2)]
    if best:
        return f"{100 * best[0]:.1f} %", f"{best[1]:.4f}"
    lowest = min(points, key=lambda point: point[1])
    if lowest[1] > share:
        return f"not reached; least {100 * lowest[1]:.2f} % with {100 * lowest[0]:.1f} %", f"{lowest[2]:.4f}"
    highest = max(points, key=lambda point: point[0])
    return f"{100 * highest[0]:.1f} % (at {100 * highest[1]:.2f} %)", f"{highest[2]:.4f}"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", default=os.environ.get("MZSEEK_DATA", os.path.join(os.path.dirname(ROOT), "shared", "data")))
    parser.add_argument("--sets", default="massbank,peptides")
    parser.add_argument("--methods", default="average,complete,components,dbscan,medoids")
    parser.add_argument("--eps", default=",".join(map(str, FALCON_EPS)), help="of falcon; the first is what its time is told of")
    parser.add_argument("--keep", help="a folder for what the programs write")
    parser.add_argument("--out", help="a file for the tables")
    args = parser.parse_args()
    python = python_with("falcon", PACKAGES)
    folder = args.keep or tempfile.mkdtemp()
    os.makedirs(folder, exist_ok=True)
    lines = []

    def say(text):
        lines.append(text)
        print(text, flush=True)

    for name in args.sets.split(","):
        config = SETS[name]
        mgf, _, identities = write_set(name, args.data, folder)
        shutil.rmtree(os.path.join(folder, "falcon_work"), ignore_errors=True)
        measure = lambda clusters: quality([clusters.get(at) for at in range(len(identities))], identities)
        curves, costs = {}, {}
        say(f"\n### {name}: {len(identities)} spectra\n\n| program | threshold | clustered | incorrect | completeness |\n|---|---|---|---|---|")

        def point(program, threshold, clusters):
            found = measure(clusters)
            curves.setdefault(program, []).append(found)
            say(f"| {program} | {threshold} | {100 * found[0]:.2f} % | {100 * found[1]:.2f} % | {found[2]:.4f} |")

        for method in args.methods.split(","):
            for threshold in THRESHOLDS:
                used, clusters = mzseek(mgf, config, ["--method", method, "--threshold", str(threshold)], folder)
                costs.setdefault(f"mzseek {method}", used)
                point(f"mzseek {method}", threshold, clusters)
        for eps in args.eps.split(","):
            # The first makes the neighbours that the others start from; so only its time is that of a run.
            used, clusters = falcon(python, mgf, config, eps, folder)
            costs.setdefault("falcon", used)
            point("falcon", eps, clusters)
        say("\n| program | clustered at 1 % | completeness | clustered at 2 % | completeness | CPU s | wall s | peak MB |")
        say("|---|---|---|---|---|---|---|---|")
        for program, points in curves.items():
            cpu, wall, peak = costs[program]
            cells = [*at_share(points, 0.01), *at_share(points, 0.02), f"{cpu:.2f}", f"{wall:.2f}", f"{peak:.0f}"]
            say(f"| {program} | {' | '.join(cells)} |")
    if args.out:
        with open(args.out, "w", encoding="utf-8") as file:
            file.write("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
