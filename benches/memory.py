#!/usr/bin/env python3
"""What a ceiling on memory costs: one library built without and below ceilings.

usage: benches/memory.py [--library FILE] [--scale SCRIPT] [--entries N] [--memory SIZE,...] [--rounds N] [--keep DIR] [--out FILE.md]

Builds FILE without a ceiling and below each SIZE, in turns, and prints wall and CPU seconds, peak memory
and whether the bytes are the same: medians over the rounds. Without FILE, SCRIPT makes a library of N
spectra of the MassBank development set (called as SCRIPT LIBRARY N OUT; it may need packages that the
Python which runs this has). Fails where bytes differ, or a peak is above its ceiling; times never fail.
Needs the release program, the disk room of four libraries and the data folder MZSEEK_DATA
(../shared/data); without FILE and the data it says so and does nothing. Only the standard library is used.
"""
import argparse
import filecmp
import os
import statistics
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
PROGRAM = os.path.join(HERE, "..", "target", "release", "mzseek")
UNITS = {"GIB": 2**30, "MIB": 2**20, "GB": 10**9, "MB": 10**6}


def run(words):
    """Runs a program; gives its wall and CPU seconds and its peak memory in MB of 10^6 bytes."""
    with tempfile.TemporaryFile("w+") as err:
        started = time.perf_counter()
        child = subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=err)
        _, status, used = os.wait4(child.pid, 0)
        wall = time.perf_counter() - started
        err.seek(0)
        if os.waitstatus_to_exitcode(status) not in (0, 3):
            sys.exit(f"{' '.join(words)} failed:\n{err.read()}")
    return {"wall": wall, "cpu": used.ru_utime + used.ru_stime, "peak": used.ru_maxrss * 1024 / 1e6}


def megabytes(size):
    unit = next((unit for unit in UNITS if size.upper().endswith(unit)), None)
    if unit is None:
        sys.exit(f"{size}: write a number and MB, GB, MiB or GiB")
    return float(size[: -len(unit)]) * UNITS[unit] / 1e6


def processor():
    with open("/proc/cpuinfo", encoding="utf-8") as info:
        return next((line.split(":", 1)[1].strip() for line in info if line.startswith("model name")), "unknown processor")


def measure(library, sizes, rounds, folder, threads):
    plain, below = (os.path.join(folder, name) for name in ("plain.h5", "below.h5"))
    ways = [None, *sizes]
    found, differ = {way: [] for way in ways}, set()
    for _ in range(rounds):
        for way in ways:
            output = plain if way is None else below
            words = [PROGRAM, "build", library, "-o", output, "--threads", threads]
            found[way].append(run(words if way is None else [*words, "--memory", way]))
            if way is not None and not filecmp.cmp(plain, below, shallow=False):
                differ.add(way)
    size = os.path.getsize(plain) / 1e6
    rows = [
        f"{os.path.basename(library)}, a library of {size:,.0f} MB, {threads} threads of {processor()}, median of {rounds}:",
        "",
        "| `--memory` | peak MB | wall s | CPU s | wall, of that without | bytes |",
        "|---|---|---|---|---|---|",
    ]
    middle = {way: {key: statistics.median(r[key] for r in found[way]) for key in ("wall", "cpu", "peak")} for way in ways}
    wrong = []
    for way in ways:
        m = middle[way]
        same = "" if way is None else "differ" if way in differ else "the same"
        rows.append(f"| {way or 'none'} | {m['peak']:,.0f} | {m['wall']:.0f} | {m['cpu']:.0f} | {m['wall'] / middle[None]['wall']:.2f} | {same} |")
        if way in differ:
            wrong.append(f"--memory {way}: another library")
        if way and max(r["peak"] for r in found[way]) > megabytes(way):
            wrong.append(f"--memory {way}: took {max(r['peak'] for r in found[way]):,.0f} MB")
    return "\n".join(rows), wrong


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--data", default=os.environ.get("MZSEEK_DATA", os.path.join(HERE, "..", "..", "shared", "data")))
    options.add_argument("--library")
    options.add_argument("--scale")
    options.add_argument("--entries", type=int, default=1_000_000)
    options.add_argument("--memory", default="1GB")
    options.add_argument("--rounds", type=int, default=1)
    options.add_argument("--threads", default="2")
    options.add_argument("--keep")
    options.add_argument("--out")
    asked = options.parse_args()
    source = os.path.join(asked.data, "massbank", "library.msp.gz")
    script = asked.scale or os.path.join(asked.data, "..", "peers", "scale_library.py")
    if not asked.library and not (os.path.exists(source) and os.path.exists(script)):
        print(f"skipped: there is no {source} or no {script} (--library, or --data and --scale)")
        return
    with tempfile.TemporaryDirectory() as temporary:
        folder = asked.keep or temporary
        os.makedirs(folder, exist_ok=True)
        library = asked.library or os.path.join(folder, f"{asked.entries}.msp.gz")
        if not os.path.exists(library):
            run([sys.executable, script, source, str(asked.entries), library])
        report, wrong = measure(library, asked.memory.split(","), asked.rounds, folder, asked.threads)
    print(report)
    if asked.out:
        with open(asked.out, "w", encoding="utf-8") as out:
            out.write(report + "\n")
    if wrong:
        sys.exit("\n".join(wrong))


if __name__ == "__main__":
    main()
