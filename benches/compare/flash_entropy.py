#!/usr/bin/env python3
"""mzseek beside Flash entropy search (ms_entropy): accuracy, speed and memory, in one run.

usage: benches/compare/flash_entropy.py [--data DIR] [--library FILE] [--rounds N] [--keep DIR] [--out FILE.md]

Searches the queries of the MassBank development set, open and within 10 ppm, in its library or in another
one (--library; accuracy is told for either, but only the set's own is made for it). The programs take
turns, A B A B, one thread each, and are compared by CPU time: medians of the rounds. Accuracy is what
`mzseek evaluate` says of the hits of either program. "Search" is cleaning, scoring and picking the best ten,
measured inside either program: for Flash search by CPU time, for mzseek by what it tells, which is wall
time, no less. "And report" adds, for mzseek, reading queries and writing the report of all columns: the
CPU time of the whole process less that of a search with one query. "Own" memory is the peak less
mapped files, which the system can drop at any time and shares among processes. --keep names a folder in which
what is built stays for the next run. ms_entropy runs in an environment of its own (target/peers-flash).
Needs the release program (cargo build --release).
"""
import argparse
import gzip
import json
import os
import re
import statistics
import subprocess
import sys
import tempfile
import time

from environment import ROOT, python_with

PROGRAM = os.path.join(ROOT, "target", "release", "mzseek")
WORKER = os.path.join(os.path.dirname(os.path.abspath(__file__)), "flash_worker.py")
PACKAGES = ["numpy==2.3.5", "ms_entropy==1.5.3"]
ONE_THREAD = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
TOLERANCES = {"open": "open", "identity": "10ppm"}


def own_mb(pid):
    """Memory of a process that is no mapped file, now."""
    try:
        with open(f"/proc/{pid}/status", encoding="utf-8") as status:
            return next((int(line.split()[1]) / 1024 for line in status if line.startswith("RssAnon")), 0)
    except OSError:
        return 0


def run(words):
    """Output and CPU seconds of a process, and in MB its peak memory and how much of it was its own."""
    with tempfile.TemporaryFile("w+") as out, tempfile.TemporaryFile("w+") as err:
        child = subprocess.Popen(words, stdout=out, stderr=err, env={**os.environ, **ONE_THREAD})
        own, ended = 0, 0
        while not ended:
            own = max(own, own_mb(child.pid))
            time.sleep(0.002)
            ended, status, used = os.wait4(child.pid, os.WNOHANG)
        out.seek(0), err.seek(0)
        text, said = out.read(), err.read()
    if os.waitstatus_to_exitcode(status) not in (0, 3):
        sys.exit(f"{' '.join(words)} failed:\n{said}")
    return {"out": text, "told": said, "cpu": used.ru_utime + used.ru_stime, "peak_mb": used.ru_maxrss / 1024, "own_mb": own}


def first_query(queries, into):
    with gzip.open(queries, "rt", encoding="utf-8") as source, open(into, "w", encoding="utf-8") as out:
        for line in source:
            out.write(line)
            if line.strip() == "END IONS":
                return into
    return into


class Mzseek:
    name = "mzseek"

    def __init__(self, folder, queries):
        self.library, self.queries = os.path.join(folder, "mzseek.h5"), queries
        self.one = first_query(queries, os.path.join(folder, "one.mgf"))

    def build(self, library):
        done = run([PROGRAM, "build", library, "-o", self.library, "--threads", "1"])
        return {key: done[key] for key in ("cpu", "peak_mb", "own_mb")}

    def search(self, mode, hits):
        words = lambda queries: [PROGRAM, "search", self.library, queries, "-o", hits, "--precursor-tol", TOLERANCES[mode], "--threads", "1"]
        idle = run(words(self.one))["cpu"]
        done = run(words(self.queries))
        searching = float(re.search(r"searching ([0-9.]+) s", done["told"]).group(1))
        return {"work_cpu": searching, "report_cpu": done["cpu"] - idle, **{key: done[key] for key in ("cpu", "peak_mb", "own_mb")}}


class Flash:
    name = "Flash entropy search"

    def __init__(self, folder, queries):
        self.python = python_with("peers-flash", PACKAGES)
        self.library, self.queries = os.path.join(folder, "flash"), queries

    def build(self, library):
        return self.worker("build", library, self.library)

    def search(self, mode, hits):
        return self.worker("search", self.library, self.queries, mode, hits)

    def worker(self, *words):
        done = run([self.python, WORKER, *words])
        return {**json.loads(done["out"]), **{key: done[key] for key in ("cpu", "peak_mb", "own_mb")}}


def accuracy(hits, truth):
    table = run([PROGRAM, "evaluate", hits, truth])["out"]
    return tuple(float(share) for share in re.search(r"^all +\d+ +([0-9.]+) +([0-9.]+)", table, re.M).groups())


def processor():
    with open("/proc/cpuinfo", encoding="utf-8") as info:
        return next((line.split(":", 1)[1].strip() for line in info if line.startswith("model name")), "unknown processor")


def n_queries(queries):
    with gzip.open(queries, "rt", encoding="utf-8") as source:
        return sum(line.strip() == "END IONS" for line in source)


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--data", default=os.environ.get("MZSEEK_DATA", os.path.join(ROOT, "..", "shared", "data")))
    options.add_argument("--library")
    options.add_argument("--rounds", type=int, default=5)
    options.add_argument("--keep")
    options.add_argument("--out")
    asked = options.parse_args()
    massbank = os.path.join(asked.data, "massbank")
    if not os.path.isdir(massbank):
        print(f"skipped: there is no MassBank development set at {massbank} (--data or MZSEEK_DATA)")
        return
    queries, truth = (os.path.join(massbank, name) for name in ("queries.mgf.gz", "truth.csv"))
    library = asked.library or os.path.join(massbank, "library.msp.gz")
    with tempfile.TemporaryDirectory() as temporary:
        folder = asked.keep or temporary
        os.makedirs(folder, exist_ok=True)
        report = compare(library, (queries, truth), folder, asked.rounds)
    print(report)
    if asked.out:
        with open(asked.out, "w", encoding="utf-8") as out:
            out.write(report + "\n")


def compare(library, asked, folder, rounds):
    queries, truth = asked
    programs = [Mzseek(folder, queries), Flash(folder, queries)]
    rows = [f"{os.path.basename(library)}, {n_queries(queries)} queries, one thread of {processor()}, median of {rounds}:", "",
            "| job | program | top-1 % | top-10 % | q/s, search | q/s, and report | q/s, whole process | CPU s | peak MB | own MB |", "|---|---|---|---|---|---|---|---|---|---|"]
    for program in programs:
        told = os.path.join(folder, f"{program.name.split()[0]}.build.json")
        if not os.path.exists(told):
            built = program.build(library)
            with open(told, "w", encoding="utf-8") as out:
                json.dump(built, out)
        with open(told, encoding="utf-8") as kept:
            built = json.load(kept)
        rows.append(f"| build | {program.name} | | | | | | {built['cpu']:.1f} | {built['peak_mb']:,.0f} | {built['own_mb']:,.0f} |")
    for mode, tolerance in TOLERANCES.items():
        measured = {program.name: [] for program in programs}
        shares = {}
        for _ in range(rounds):
            for program in programs:
                hits = os.path.join(folder, "hits.csv")
                measured[program.name].append(program.search(mode, hits))
                shares[program.name] = accuracy(hits, truth)
        for name, runs in measured.items():
            work, cpu, peak, own = (statistics.median(one[key] for one in runs) for key in ("work_cpu", "cpu", "peak_mb", "own_mb"))
            top_1, top_10 = shares[name]
            n = n_queries(queries)
            reports = [one["report_cpu"] for one in runs if "report_cpu" in one]
            report = f"{n / statistics.median(reports):,.0f}" if reports else ""
            rows.append(f"| {tolerance} | {name} | {top_1:.1f} | {top_10:.1f} | {n / work:,.0f} | {report} | {n / cpu:,.0f} | {cpu:.2f} | {peak:,.0f} | {own:,.0f} |")
    return "\n".join(rows)


if __name__ == "__main__":
    main()
