#!/usr/bin/env python3
"""mzseek's vector core beside faiss: recall, speed, memory and build time on the same sets, in one run.

usage: benches/compare/vectors.py [--sets DIR] [--only NAME,...] [--rounds N] [--threads N] [--out FILE.md]

Sets (made on the first run, deterministic, kept in DIR):
  spectra28k   the MassBank development library as mzseek embeds it (27,720 x 512), inner product
  mixture1m    1,000,000 x 128 Gaussian mixture on a curved manifold, L2
A set of your own is a folder with base.npy, query.npy and, if you have it, truth.npy; name it in --only with
its metric, as in myset:ip.

faiss runs in an environment of its own (target/peers, made here). Programs run in turn, A B A B, each in a
process of its own; one thread is compared by CPU time, more by wall time; medians of the rounds. The result
is a table per set: at each recall, the fastest setting of either program that reaches it.
Needs the release program (cargo build --release) and, for spectra28k, the data folder MZSEEK_DATA.
"""
import argparse
import csv
import io
import os
import subprocess
import sys

from environment import ROOT, python_with

HERE = os.path.dirname(os.path.abspath(__file__))
PROGRAM = os.path.join(ROOT, "target", "release", "mzseek")
PACKAGES = ["numpy==2.3.5", "faiss-cpu==1.15.1", "h5py"]
RECALLS = (0.80, 0.90, 0.95, 0.97, 0.99)
PROBES = "1,2,4,8,16,32,64,128,256"
# What each program is tried with: index words, and refinement factors for faiss.
SETS = {
    "spectra28k": {
        "metric": "ip",
        "faiss": [("Flat", ""), ("IVF256,Flat", ""), ("IVF256,PQ64x4fsr+Flat", "4,10,20"), ("IVF256,PQ64+Flat", "4,10"),
                  ("RR,IVF256,RaBitQfs+Flat", "4,10")],
        "mzseek": ["Flat", "Sparse", "IVF256,Sparse", "IVF256,PQ64"],
    },
    "mixture1m": {
        "metric": "l2",
        "faiss": [("IVF1024,PQ32", ""), ("IVF1024,PQ64x4fs", ""), ("IVF1024,PQ64x4fs+Flat", "4,10"), ("IVF1024,Flat", "")],
        "mzseek": ["IVF1024,PQ32", "IVF1024,Flat"],
    },
}


def table_rows(text):
    return list(csv.DictReader(io.StringIO(text)))


def measure(words):
    done = subprocess.run(words, capture_output=True, text=True)
    if done.returncode:
        print(f"  left out: {' '.join(words[-6:])}: {done.stderr.strip().splitlines()[-1:]}", file=sys.stderr)
        return []
    return table_rows(done.stdout)


def best_at(rows, recall, speed):
    """The fastest row that reaches the recall."""
    reached = [row for row in rows if float(row["recall10_at_10"]) >= recall]
    return max(reached, key=lambda row: float(row[speed]), default=None)


def compare(name, folder, metric, asked, plan):
    base, query = os.path.join(folder, "base.npy"), os.path.join(folder, "query.npy")
    truth = os.path.join(folder, "truth.npy")
    worker = os.path.join(HERE, "faiss_worker.py")
    faiss_rows, own_rows = [], []
    for turn in range(max(len(plan["faiss"]), len(plan["mzseek"]))):
        if turn < len(plan["faiss"]):
            factory, factors = plan["faiss"][turn]
            words = [python_with("peers", PACKAGES), worker, "bench", folder, factory, "--metric", metric, "--n-probe", PROBES]
            words += ["--threads", asked.threads, "--rounds", str(asked.rounds)] + (["--k-factor", factors] if factors else [])
            faiss_rows += measure(words)
        if turn < len(plan["mzseek"]):
            words = [PROGRAM, "vectors", "bench", base, query, "--truth", truth, "--metric", metric]
            words += ["--index", plan["mzseek"][turn], "--n-probe", PROBES, "--threads", asked.threads]
            own_rows += measure(words + ["--rounds", str(asked.rounds)])
    speed = "qps_batch_cpu" if asked.threads == "1" else "qps_batch_wall"
    lines = [f"### {name}", "", "| recall10@10 | faiss | q/s | p50 ms | B/vector | mzseek | q/s | p50 ms | B/vector | speed ratio |",
             "|---|---|---|---|---|---|---|---|---|---|"]
    for recall in RECALLS:
        pair = [best_at(rows, recall, speed) for rows in (faiss_rows, own_rows)]
        cells = []
        for row in pair:
            if row is None:
                cells += ["not reached", "", "", ""]
            else:
                setting = f"{row['index']}, n_probe {row['nprobe']}" + (f", k_factor {row['k_factor']}" if float(row["k_factor"] or 1) > 1 else "")
                cells += [setting, f"{float(row[speed]):,.0f}", row["latency_p50_ms"], row["bytes_per_vector"]]
        ratio = f"{float(pair[1][speed]) / float(pair[0][speed]):.1f}" if all(pair) else ""
        lines.append(f"| {recall:.2f} | " + " | ".join(cells) + f" | {ratio} |")
    lines += ["", "| built | train s | add s | B/vector | peak MB |", "|---|---|---|---|---|"]
    seen = set()
    for row in faiss_rows + own_rows:
        if (row["engine"], row["index"]) not in seen:
            seen.add((row["engine"], row["index"]))
            lines.append(f"| {row['engine']} {row['index']} | {row['train_s']} | {row['add_s']} | {row['bytes_per_vector']} | {row['peak_mb']} |")
    return "\n".join(lines) + "\n"


def processor():
    with open("/proc/cpuinfo") as info:
        return next((line.split(":", 1)[1].strip() for line in info if line.startswith("model name")), "unknown")


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--sets", default=os.path.join(ROOT, "target", "sets"))
    options.add_argument("--only", default=",".join(SETS))
    options.add_argument("--rounds", type=int, default=3)
    options.add_argument("--threads", default="1")
    options.add_argument("--out")
    asked = options.parse_args()
    text = f"{processor()}, {asked.threads} thread(s), median of {asked.rounds} rounds\n\n"
    for wanted in asked.only.split(","):
        name, _, metric = wanted.partition(":")
        plan = SETS.get(name, SETS["spectra28k" if metric == "ip" else "mixture1m"])
        folder = os.path.join(asked.sets, name)
        if not os.path.exists(os.path.join(folder, "truth.npy")):
            made = subprocess.run([python_with("peers", PACKAGES), os.path.join(HERE, "faiss_worker.py"), "make", name, folder, PROGRAM])
            if made.returncode:
                sys.exit(f"could not make the set {name}")
        text += compare(name, folder, metric or plan["metric"], asked, plan) + "\n"
    if asked.out:
        with open(asked.out, "w") as out:
            out.write(text)
    print(text)


if __name__ == "__main__":
    main()
