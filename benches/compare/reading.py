#!/usr/bin/env python3
"""Reading beside pyteomics (MGF, mzML) and matchms (MSP), and what reading adds to build and search.

usage: benches/compare/reading.py [--data DIR] [--rounds N] [--size MB] [--peers ENV] [--out FILE.md]

First: each file is read to its end by us and by the other program in turn, one process a round and
core, in one run; told is the median of the CPU time of reading (the start of the programs left out).
Files are made of the development sets by repetition. Then, for a file of --size MB: reading alone, the
work alone on spectra that are all in memory (the example `reading-alone`), and the command, in turn, on
all threads; the command should take little more than the longer of the two. Memory is the highest of
the process. Last: memory of reading and of searching at a tenth of the size and at the whole.

Needs the release program (cargo build --release --bins --example reading-alone).
"""
import argparse
import gzip
import os
import re
import statistics
import subprocess
import sys
import tempfile
import time

from environment import ROOT, python_with

PROGRAM = os.path.join(ROOT, "target", "release", "mzseek")
ALONE = os.path.join(ROOT, "target", "release", "examples", "reading-alone")
PACKAGES = ["pyteomics==5.0.1", "matchms==0.33.1", "lxml", "numpy"]
PEER = """
import logging, sys, time, warnings
warnings.filterwarnings("ignore")
logging.disable(logging.ERROR)
kind, path = sys.argv[1:]
if kind == "msp":
    from matchms.importing import load_from_msp as opened
    size = lambda spectrum: len(spectrum.peaks)
else:
    from pyteomics import mgf, mzml
    opened = mgf.MGF if kind == "mgf" else mzml.MzML
    size = lambda spectrum: len(spectrum["m/z array"])
start = time.process_time()
sizes = [size(spectrum) for spectrum in opened(path)]
print(len(sizes), sum(sizes), time.process_time() - start)
"""


def text_of(path):
    opener = gzip.open if path.endswith(".gz") else open
    with opener(path, "rt", encoding="utf-8") as file:
        return file.read()


def repeat(path, text, megabytes):
    with open(path, "w", encoding="utf-8") as file:
        for _ in range(max(1, round(megabytes * 1e6 / len(text)))):
            file.write(text)
    return path


def mzml(path, source, megabytes):
    """The MS2 scans of a run again and again, numbered anew."""
    text = text_of(source)
    scans = [scan for scan in re.findall(r"<spectrum .*?</spectrum>", text, re.S) if 'name="ms level" value="2"' in scan]
    head = text[text.index("<mzML"):text.index("<spectrum ")]
    rounds = max(1, round(megabytes * 1e6 / sum(map(len, scans))))
    head = re.sub(r'(<spectrumList count=")\d+', rf"\g<1>{rounds * len(scans)}", head)
    with open(path, "w", encoding="utf-8") as file:
        file.write('<?xml version="1.0" encoding="utf-8"?>\n' + head)
        for number in range(rounds * len(scans)):
            named = f'index="{number}" id="scan={number + 1}"'
            file.write(re.sub(r'index="\d+" id="[^"]*"', named, scans[number % len(scans)], count=1) + "\n")
        file.write("</spectrumList></run></mzML>\n")
    return path


def run(words):
    """What a process wrote, its wall seconds and peak memory in MB."""
    started = time.monotonic()
    with tempfile.TemporaryFile("w+") as out, tempfile.TemporaryFile("w+") as said:
        process = subprocess.Popen(words, stdout=out, stderr=said, text=True)
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        wall = time.monotonic() - started
        out.seek(0)
        if process.returncode not in (0, 3):
            said.seek(0)
            sys.exit(f"{' '.join(words)}: {said.read()}")
        return out.read(), wall, used.ru_maxrss / 1024


def beside(files, python, rounds, say):
    say("| file | MB | spectra | mzseek s | MB/s | other | s | times faster |\n|---|---|---|---|---|---|---|---|")
    for name, kind, path in files:
        ours, theirs, counts = [], [], set()
        for _ in range(rounds):
            n, peaks, _, cpu = run([ALONE, "read", path])[0].split()
            ours.append(float(cpu))
            counts.add(n)
            n, _, cpu = run([python, "-c", PEER, kind, path])[0].split()[-3:]
            theirs.append(float(cpu))
            counts.add(n)
        if len(counts) != 1:
            sys.exit(f"{name}: {counts} spectra")
        mine, other, size = statistics.median(ours), statistics.median(theirs), os.path.getsize(path) / 1e6
        peer = "matchms 0.33.1" if kind == "msp" else "pyteomics 5.0.1"
        say(f"| {name} | {size:.0f} | {counts.pop()} | {mine:.3f} | {size / mine:.0f} | {peer} | {other:.2f} | {other / mine:.0f} |")


def overlap(folder, library, msp, mgf, rounds, say):
    say("\n| command | MB | reading alone s | work alone s | command s | times the longer | peak MB |\n|---|---|---|---|---|---|---|")
    built, out = os.path.join(folder, "built.h5"), os.path.join(folder, "out.csv")
    for name, path, alone, command in [
        ("build", msp, ["build", msp, built], ["build", msp, "-o", built]),
        ("search", mgf, ["search", mgf, library, out], ["search", library, mgf, "-o", out]),
    ]:
        reading, work, whole, memory = [], [], [], []
        for _ in range(rounds):
            reading.append(float(run([ALONE, "read", path])[0].split()[2]))
            work.append(float(run([ALONE, *alone])[0].split()[2]))
            _, wall, peak = run([PROGRAM, *command, "--quiet"])
            whole.append(wall)
            memory.append(peak)
        reading, work, whole = map(statistics.median, (reading, work, whole))
        size = os.path.getsize(path) / 1e6
        say(f"| {name} | {size:.0f} | {reading:.2f} | {work:.2f} | {whole:.2f} | {whole / max(reading, work):.2f} | {max(memory):.0f} |")


def memory(folder, library, text, sizes, say):
    say("\n| MB of MGF | reading, peak MB | search, peak MB |\n|---|---|---|")
    for size in sizes:
        path = repeat(os.path.join(folder, "memory.mgf"), text, size)
        read = run([ALONE, "read", path])[2]
        searched = run([PROGRAM, "search", library, path, "-o", os.path.join(folder, "out.csv"), "--quiet"])[2]
        say(f"| {os.path.getsize(path) / 1e6:.0f} | {read:.0f} | {searched:.0f} |")
        os.remove(path)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", default=os.environ.get("MZSEEK_DATA", os.path.join(os.path.dirname(ROOT), "shared", "data")))
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--size", type=float, default=1000, help="MB of the large files")
    parser.add_argument("--peers", help="a folder with an environment that has the other programs")
    parser.add_argument("--out", help="a file for the tables")
    args = parser.parse_args()
    python = python_with("readers", PACKAGES, args.peers)
    lines = []

    def say(text):
        lines.append(text)
        print(text, flush=True)

    data = lambda *parts: text_of(os.path.join(args.data, *parts))
    with tempfile.TemporaryDirectory() as folder:
        place = lambda name: os.path.join(folder, name)
        msp_text = data("massbank", "library.msp.gz")
        mgf_text = data("peptides", "runs", "ups1_ltq_orbitrap.mgf.gz") + data("peptides", "queries.mgf.gz")
        formats = os.path.join(args.data, "formats", "mzml")
        files = [
            ("MGF, peptides", "mgf", repeat(place("a.mgf"), mgf_text, 70)),
            ("mzML, Orbitrap DDA, zlib", "mzml", mzml(place("a.mzML"), os.path.join(formats, "sample_tiny_hela.mzML"), 25)),
            ("mzML, ion trap, long scans", "mzml", mzml(place("b.mzML"), os.path.join(formats, "small.mzML.gz"), 35)),
            ("MSP, MassBank", "msp", repeat(place("a.msp"), msp_text, 30)),
        ]
        beside(files, python, args.rounds, say)
        library = place("library.h5")
        run([PROGRAM, "build", os.path.join(args.data, "peptides", "library.msp.gz"), "--profile", "peptide", "-o", library, "--quiet"])
        msp, mgf = repeat(place("large.msp"), msp_text, args.size), repeat(place("large.mgf"), mgf_text, args.size)
        overlap(folder, library, msp, mgf, max(1, args.rounds // 2), say)
        os.remove(msp)
        os.remove(mgf)
        memory(folder, library, mgf_text, (args.size / 10, args.size), say)
    if args.out:
        with open(args.out, "w", encoding="utf-8") as file:
            file.write("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
