#!/usr/bin/env python3
"""How long, how much memory and how right: the whole job on the MassBank development set.

usage: benches/massbank.py [--check] [--rounds N] [--threads N]

Builds the library, searches 2,000 queries within 10 ppm and open, and prints wall and CPU seconds,
peak memory and accuracy: medians over the rounds. --check does one round and fails where accuracy
is below its floor; times never fail. Needs the release program and the data folder MZSEEK_DATA
(../shared/data); without the data it says so and does nothing. Only the standard library is used.
"""
import argparse
import os
import re
import statistics
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
PROGRAM = os.path.join(HERE, "..", "target", "release", "mzseek")
# Least top-1 and top-10 in percent, as the project promises them.
FLOORS = {"10ppm": (94.0, 98.0), "open": (91.5, 96.0), "open, ivfpq": (90.0, 95.0), "open, flat": (90.0, 95.0)}
# Most that the open search through ivfpq may lose against the exhaustive one, in points.
MOST_LOST = 0.5


def run(*words):
    """Runs the program; gives its output, wall and CPU seconds and its peak memory in MB."""
    with tempfile.TemporaryFile("w+") as out, tempfile.TemporaryFile("w+") as err:
        started = time.perf_counter()
        child = subprocess.Popen([PROGRAM, *words], stdout=out, stderr=err)
        _, status, used = os.wait4(child.pid, 0)
        wall = time.perf_counter() - started
        out.seek(0), err.seek(0)
        text = {"out": out.read(), "err": err.read()}
    if os.waitstatus_to_exitcode(status) not in (0, 3):
        sys.exit(f"mzseek {' '.join(words)} failed:\n{text['err']}")
    return {**text, "wall": wall, "cpu": used.ru_utime + used.ru_stime, "peak": used.ru_maxrss / 1024}


def accuracy(report, truth):
    table = run("evaluate", report, truth)["out"]
    top_1, top_10 = re.search(r"^all +\d+ +([0-9.]+) +([0-9.]+)", table, re.M).groups()
    return float(top_1), float(top_10)


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--check", action="store_true")
    options.add_argument("--rounds", type=int, default=5)
    options.add_argument("--threads", default="2")
    asked = options.parse_args()
    data = os.path.join(os.environ.get("MZSEEK_DATA", os.path.join(HERE, "..", "..", "shared", "data")), "massbank")
    if not os.path.isdir(data):
        print(f"skipped: there is no MassBank development set at {data} (set MZSEEK_DATA)")
        return
    library, queries, truth = (os.path.join(data, f) for f in ("library.msp.gz", "queries.mgf.gz", "truth.csv"))
    rounds = 1 if asked.check else asked.rounds
    with tempfile.TemporaryDirectory() as folder:
        auto, ivfpq, flat, report = (os.path.join(folder, f) for f in ("auto.h5", "ivfpq.h5", "flat.h5", "report.csv"))
        threads = ["--threads", asked.threads]
        jobs = [
            ("build", ["build", library, "-o", auto]),
            ("build, ivfpq", ["build", library, "-o", ivfpq, "--index", "ivfpq"]),
            ("build, flat", ["build", library, "-o", flat, "--index", "flat"]),
            ("10ppm", ["search", auto, queries, "-o", report, "--precursor-tol", "10ppm"]),
            ("open", ["search", auto, queries, "-o", report, "--precursor-tol", "open"]),
            ("open, ivfpq", ["search", ivfpq, queries, "-o", report, "--precursor-tol", "open"]),
            ("open, flat", ["search", flat, queries, "-o", report, "--precursor-tol", "open"]),
        ]
        print(f"{'job':14} {'wall s':>8} {'CPU s':>8} {'peak MB':>8} {'opening ms':>10} {'top-1 %':>8} {'top-10 %':>8}")
        found = {}
        for name, words in jobs:
            runs = [run(*words, *threads) for _ in range(rounds)]
            middle = {key: statistics.median(r[key] for r in runs) for key in ("wall", "cpu", "peak")}
            opening = [float(s) * 1e3 for r in runs for s in re.findall(r"opening ([0-9.]+) s", r["err"])]
            cells = f"{name:14} {middle['wall']:8.2f} {middle['cpu']:8.2f} {middle['peak']:8.0f}"
            cells += f" {statistics.median(opening):10.0f}" if opening else " " * 11
            if name in FLOORS:
                found[name] = accuracy(report, truth)
                cells += f" {found[name][0]:8.1f} {found[name][1]:8.1f}"
            print(cells, flush=True)
    wrong = [
        f"{name}: top-1 {top_1}, top-10 {top_10}; at least {FLOORS[name]} is promised"
        for name, (top_1, top_10) in found.items()
        if top_1 < FLOORS[name][0] or top_10 < FLOORS[name][1]
    ]
    wrong += [
        f"open: {kind} through ivfpq is {flat_share - share:.1f} points below flat, at most {MOST_LOST} is promised"
        for kind, share, flat_share in zip(("top-1", "top-10"), found["open, ivfpq"], found["open, flat"])
        if flat_share - share > MOST_LOST
    ]
    if wrong:
        sys.exit("\n".join(wrong))


if __name__ == "__main__":
    main()
