#!/usr/bin/env python3
"""mzseek's vector core beside faiss: recall, speed, memory and build time on the same sets, in one run.

usage: benches/compare/vectors.py [--peers ENV] [--sets DIR] [--only NAME,...] [--rounds N] [--threads 1,2] [--out FILE.md]

Sets, each a folder of DIR with base.npy, query.npy and truth.npy; those missing are made (deterministic):
  spectra28k   the MassBank development library as mzseek embeds it (27,720 x 512), inner product
  spectra1m    the same scaled up to 1,000,000 rows by perturbed copies, inner product; not made here
  mixture1m    1,000,000 x 128 Gaussian mixture on a curved manifold, L2
A set of your own is named with its metric and, if it lies elsewhere, its folder: --only myset:ip=/data/myset

faiss runs in an environment of its own: --peers or MZSEEK_PEERS, else target/peers, made where it is missing.
Every index is built once, in a process of its own, whose processor time and peak memory are told. Then
searches run in rounds, faiss and mzseek in turn, each in a process of its own that makes five passes over the
queries and takes the middle one; what is told is the median of the rounds. One thread is compared by
processor time, more by wall time. A table per set and number of threads gives, at each recall, the fastest
setting of either that reaches it; another sets codes of eight bits without a second look side by side, at
equal bytes and equal numbers of visits.
Needs the release program (cargo build --release) and, for spectra28k, the data folder MZSEEK_DATA.
"""
import argparse
import csv
import io
import os
import statistics
import subprocess
import sys
import tempfile

from environment import ROOT, python_with

HERE = os.path.dirname(os.path.abspath(__file__))
PROGRAM = os.environ.get("MZSEEK_PROGRAM", os.path.join(ROOT, "target", "release", "mzseek"))
WORKER = os.path.join(HERE, "faiss_worker.py")
PACKAGES = ["numpy==2.3.5", "faiss-cpu==1.15.1", "h5py"]
RECALLS = (0.80, 0.90, 0.95, 0.97, 0.99)
PROBES = "1,2,4,8,16,32,64,96,128,144,160,256"
PASSES = 5
# Shares of a query's norm below which mzseek leaves its coordinates out of scores, where rows are sparse.
SKIPS = "0,0.05,0.07,0.085"
# What each program is tried with: index words, and depths of a second look where there is one.
SETS = {
    "spectra28k": {
        "metric": "ip",
        "skips": SKIPS,
        "faiss": [("Flat", ""), ("IVF256,PQ64np", ""), ("IVF256,PQ64np+Flat", "4,10"), ("IVF256,PQ128x4fsr", ""),
                  ("IVF256,PQ128x4fsr+Flat", "4,10,20"), ("RR,IVF256,RaBitQfs", ""), ("RR,IVF256,RaBitQfs+Flat", "4,10,20")],
        "mzseek": [("Sparse", ""), ("IVF16,Sparse", ""), ("IVF128,Sparse", ""), ("IVF256,PQ64", ""), ("IVF256,PQ64,Refine(F16)", "4,10")],
    },
    "spectra1m": {
        "metric": "ip",
        "faiss": [("IVF2048,PQ64np", ""), ("IVF2048,PQ128x4fsr", ""), ("IVF2048,PQ128x4fsr+Flat", "4,10,20"),
                  ("RR,IVF2048,RaBitQfs", ""), ("RR,IVF2048,RaBitQfs+Flat", "4,10,20")],
        "mzseek": [("IVF2048,Sparse", ""), ("Sparse", "")],
    },
    "mixture1m": {
        "metric": "l2",
        # One list holds nearly all there is to find; of more, plain codes of faiss take a second for a hundred queries.
        "probes": "1,2,4,8,16,32",
        "faiss": [("IVF1024,PQ32np", ""), ("IVF1024,PQ64x4fs", ""), ("IVF1024,PQ64x4fs+Flat", "2,4,6,10"),
                  ("RR,IVF1024,RaBitQfs", ""), ("RR,IVF1024,RaBitQfs+Flat", "2,4,6,10")],
        "mzseek": [("IVF1024,PQ32", ""), ("IVF1024,PQ64x4fs", ""), ("IVF1024,PQ64x4fs,Refine(F16)", "2,4,6,10"),
                   ("IVF1024,PQ32,Refine(F16)", "2,4,6,10")],
    },
}


def peers(asked):
    """The interpreter of the environment with faiss, made where it is missing and none was named."""
    if asked.peers and not os.path.exists(os.path.join(asked.peers, "bin", "python")):
        sys.exit(f"{asked.peers}/bin/python is missing: --peers names a Python environment with faiss and numpy")
    return python_with("peers", PACKAGES, asked.peers or os.environ.get("MZSEEK_PEERS"))


def run(words, threads):
    """Runs a program; gives its output, processor seconds and peak memory in MB, or nothing where it failed."""
    env = dict(os.environ, OMP_NUM_THREADS=str(threads), RAYON_NUM_THREADS=str(threads))
    with tempfile.TemporaryFile("w+") as out, tempfile.TemporaryFile("w+") as err:
        child = subprocess.Popen(words, stdout=out, stderr=err, env=env)
        _, status, usage = os.wait4(child.pid, 0)
        child.returncode = status
        out.seek(0)
        err.seek(0)
        if status:
            print(f"  left out: {' '.join(words[-8:])}: {err.read().strip().splitlines()[-1:]}", file=sys.stderr)
            return None
        return out.read(), usage.ru_utime + usage.ru_stime, usage.ru_maxrss // 1024


class Contestant:
    """One index of one program on one set: built once, searched in rounds."""

    def __init__(self, engine, words, depths, job):
        self.engine, self.words, self.depths, self.job = engine, words, depths, job
        first = words.partition("+")[0] if engine == "faiss" else words
        ending = "faiss" if engine == "faiss" else "h5"
        self.file = os.path.join(job.built, "".join(c if c.isalnum() else "_" for c in f"{engine} {first}") + "." + ending)
        self.cost = None
        self.rows = {}

    def build(self):
        job = self.job
        if self.engine == "faiss":
            words = [job.python, WORKER, "build", job.folder, self.words.partition("+")[0], self.file, "--metric", job.metric]
        else:
            words = [PROGRAM, "vectors", "index", os.path.join(job.folder, "base.npy"), "-o", self.file, "--index", self.words,
                     "--metric", job.metric, "--no-calibration", "--threads", "1"]
        done = run(words, 1)
        self.cost = done[1:] if done else None
        print(f"  built {self.engine} {self.words}: {self.cost}", file=sys.stderr)

    def search(self, threads):
        job = self.job
        if self.engine == "faiss":
            words = [job.python, WORKER, "bench", job.folder, self.words, self.file, "--metric", job.metric, "--threads", str(threads),
                     "--passes", str(PASSES)]
            depths = ["--k-factor", self.depths] if self.depths else []
        else:
            words = [PROGRAM, "vectors", "bench", os.path.join(job.folder, "base.npy"), os.path.join(job.folder, "query.npy"),
                     "--truth", os.path.join(job.folder, "truth.npy"), "--metric", job.metric, "--index", self.file,
                     "--threads", str(threads), "--rounds", str(PASSES), "--skip-below", job.skips,
                     "--n-queries", str(2**31)]
            depths = ["--refine-depth", self.depths] if self.depths else []
        done = run([*words, "--n-probe", job.probes, *depths], threads)
        for row in csv.DictReader(io.StringIO(done[0])) if done else ():
            setting = (threads, row["nprobe"], row["k_factor"], row.get("skip_below"))
            self.rows.setdefault(setting, []).append(dict(row, index=self.words))

    def medians(self, threads):
        """A row per setting: the median of each number over the rounds."""
        speed = "qps_batch_cpu" if threads == 1 else "qps_batch_wall"
        for (n_threads, *_), rows in self.rows.items():
            if n_threads == threads:
                middle = {name: statistics.median(float(row[name]) for row in rows)
                          for name in ("recall10_at_10", speed, "latency_p50_ms", "bytes_per_vector", "peak_mb")}
                yield dict(rows[0], **middle, qps=middle[speed])


class Job:
    """A set, and where its indexes are kept."""

    def __init__(self, name, folder, metric, plan, python, built):
        self.name, self.folder, self.metric, self.python, self.built = name, folder, metric, python, built
        self.probes, self.skips = plan.get("probes", PROBES), plan.get("skips", "0")


def table(job, contestants, threads):
    kind = "processor time" if threads == 1 else "wall time"
    lines = [f"### {job.name}, {threads} thread{'s' if threads > 1 else ''}, {kind}", "",
             "| recall10@10 | faiss | q/s | p50 ms | B/vector | mzseek | q/s | p50 ms | B/vector | speed ratio |",
             "|---|---|---|---|---|---|---|---|---|---|"]
    for recall in RECALLS:
        cells, speeds = [], []
        for engine in ("faiss", "mzseek"):
            rows = [row for c in contestants if c.engine == engine for row in c.medians(threads)]
            best = max((row for row in rows if row["recall10_at_10"] >= recall), key=lambda row: row["qps"], default=None)
            if best is None:
                cells += ["not reached", "", "", ""]
                continue
            setting = best["index"] + (f", n_probe {best['nprobe']}" if "IVF" in best["index"] else "")
            setting += f", skip_below {best['skip_below']}" if float(best.get("skip_below") or 0) > 0 else ""
            setting += f", depth {best['k_factor']}" if float(best["k_factor"] or 1) > 1 else ""
            speeds.append(best["qps"])
            cells += [f"{setting} ({best['recall10_at_10']:.3f})", f"{best['qps']:,.0f}", f"{best['latency_p50_ms']:.3f}",
                      f"{best['bytes_per_vector']:,.0f}"]
        ratio = f"{speeds[1] / speeds[0]:.1f}" if len(speeds) == 2 else ""
        lines.append(f"| {recall:.2f} | " + " | ".join(cells) + f" | {ratio} |")
    return "\n".join(lines) + "\n"


def coded(job, contestants, threads):
    """Plain codes of eight bits of both, which faiss calls by the same words and `np` (no polysemous training)."""
    named = {(c.engine, c.words.removesuffix("np")): c for c in contestants if not c.depths}
    lines = []
    for (engine, words), theirs in named.items():
        ours = named.get(("mzseek", words))
        if engine != "faiss" or not ours or "PQ" not in words or "x4" in words:
            continue
        lines += [f"### {job.name}, {words} without a second look, {threads} thread{'s' if threads > 1 else ''}", "",
                  "| n_probe | faiss recall10@10 | q/s | B/vector | mzseek recall10@10 | q/s | B/vector | speed ratio |",
                  "|---|---|---|---|---|---|---|---|"]
        ours = {row["nprobe"]: row for row in ours.medians(threads)}
        for row in theirs.medians(threads):
            other = ours[row["nprobe"]]
            cells = [f"{r['recall10_at_10']:.3f} | {r['qps']:,.0f} | {r['bytes_per_vector']:.0f}" for r in (row, other)]
            lines.append(f"| {row['nprobe']} | {' | '.join(cells)} | {other['qps'] / row['qps']:.1f} |")
        lines.append("")
    return "\n".join(lines)


def costs(job, contestants):
    lines = [f"### {job.name}, building, one thread", "", "| index | processor s | peak MB | searching, peak MB |", "|---|---|---|---|"]
    for c in contestants:
        peaks = [float(row["peak_mb"]) for rows in c.rows.values() for row in rows]
        built = f"{c.cost[0]:.1f} | {c.cost[1]:,}" if c.cost else " | "
        lines.append(f"| {c.engine} {c.words} | {built} | {max(peaks, default=0):,.0f} |")
    return "\n".join(lines) + "\n"


def compare(job, plan, asked):
    contestants = [Contestant(engine, words, depths, job) for engine in ("faiss", "mzseek") for words, depths in plan[engine]]
    for c in contestants:
        known = next((other for other in contestants if other.file == c.file and other.cost), None)
        if known:
            c.cost = known.cost
        else:
            c.build()
    turns = [c for c in contestants if c.cost]
    sides = [[c for c in turns if c.engine == engine] for engine in ("faiss", "mzseek")]
    order = [side[turn] for turn in range(max(map(len, sides))) for side in sides if turn < len(side)]
    for round_idx in range(asked.rounds):
        for threads in asked.threads:
            for c in order:
                c.search(threads)
        print(f"  {job.name}: round {round_idx + 1} of {asked.rounds} done, load {os.getloadavg()[0]:.1f}", file=sys.stderr)
    tables = [made(job, turns, threads) for threads in asked.threads for made in (table, coded)]
    return "\n".join([*filter(None, tables), costs(job, contestants)])


def processor():
    with open("/proc/cpuinfo") as info:
        return next((line.split(":", 1)[1].strip() for line in info if line.startswith("model name")), "unknown")


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--peers", help="a Python environment with faiss, numpy and h5py")
    options.add_argument("--sets", default=os.path.join(ROOT, "target", "sets"))
    options.add_argument("--only", default="spectra28k,mixture1m")
    options.add_argument("--rounds", type=int, default=3)
    options.add_argument("--threads", type=lambda t: [int(x) for x in t.split(",")], default=[1, 2])
    options.add_argument("--out")
    asked = options.parse_args()
    python = peers(asked)
    text = f"{processor()}, medians of {asked.rounds} rounds, load {os.getloadavg()[0]:.1f} at the start\n\n"
    for wanted in asked.only.split(","):
        wanted, _, folder = wanted.partition("=")
        name, _, metric = wanted.partition(":")
        plan = SETS.get(name, SETS["spectra28k" if metric == "ip" else "mixture1m"])
        folder = folder or os.path.join(asked.sets, name)
        if not os.path.exists(os.path.join(folder, "truth.npy")):
            made = subprocess.run([python, WORKER, "make", name, folder, PROGRAM])
            if made.returncode:
                sys.exit(f"could not make the set {name}")
        with tempfile.TemporaryDirectory() as built:
            text += compare(Job(name, folder, metric or plan["metric"], plan, python, built), plan, asked) + "\n"
        if asked.out:
            with open(asked.out, "w") as out:
                out.write(text)
    print(text)


if __name__ == "__main__":
    main()
